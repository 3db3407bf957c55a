//! Writes a page about made-up connections, for the browser test: `connections peerings|gateways > report.html`. Each
//! is told by both of its sides, as AWS does; what a side does not see is empty. Lists are those of the catalogue;
//! the gateways are in another partition.

use std::io::Write;

use org_operator_report::{Column, List, Meta, Page, Target};
use serde_json::json;

const IDS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];
const NAMES: [&str; 3] = ["Hub", "<b>Shop</b>", "</script>\u{202e}"];

/// The columns of an operation, its records by account, and its list.
struct Told {
    columns: &'static [&'static str],
    records: [Vec<Vec<String>>; 3],
    list: List,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let kind = std::env::args().nth(1).unwrap_or_default();
    let (told, partition, region) = if kind == "gateways" {
        (gateways(), "aws-us-gov", "us-gov-west-1")
    } else {
        (peerings(), "aws", "xx-made-1")
    };
    let columns = told.columns.iter();
    let mut page = Page::begin(&Meta {
        operation: kind,
        columns: columns
            .map(|name| Column { name: (*name).to_owned(), meaning: String::new() })
            .collect(),
        levels: vec![told.columns[0].to_owned()],
        lists: vec![told.list],
        partition: partition.to_owned(),
        ..Meta::default()
    })?;
    for ((id, name), records) in IDS.iter().zip(NAMES).zip(&told.records) {
        for record in records {
            page.record(region, record)?;
        }
        let records = records.len() as u64;
        let (status, kind, message, expected) = ("SUCCEEDED", "", "", "");
        page.account(
            (id, name, "Root/Network"),
            &[Target { region, status, kind, message, expected, records }],
        )?;
    }
    page.finish(&json!({ "RunId": "made-1", "Status": "COMPLETE", "Targets": 3, "Succeeded": 3 }))?;
    std::io::stdout().write_all(&page.take())?;
    Ok(())
}

fn peerings() -> Told {
    let both = cells("pcx-1 active 111111111111 xx-made-1 vpc-1 222222222222 xx-made-2 vpc-2");
    let foreign = cells("pcx-2 active 111111111111 xx-made-1 vpc-1 999999999999 xx-made-1 vpc-9");
    let half = cells("pcx-3 pending-acceptance 333333333333 xx-made-1 vpc-3 222222222222 - -");
    let whole =
        cells("pcx-3 pending-acceptance 333333333333 xx-made-1 vpc-3 222222222222 xx-made-1 vpc-4");
    Told {
        columns: &[
            "peering_id",
            "status",
            "requester_account",
            "requester_region",
            "requester_vpc",
            "accepter_account",
            "accepter_region",
            "accepter_vpc",
        ],
        records: [vec![both.clone(), foreign], vec![both, whole], vec![half]],
        list: List {
            title: "VPC peerings".to_owned(),
            of: "peering_id".to_owned(),
            about: cells("status"),
            lines: vec![
                cells("requester_account requester_region requester_vpc"),
                cells("accepter_account accepter_region accepter_vpc"),
            ],
        },
    }
}

fn gateways() -> Told {
    let own = cells("tgw-1 tgw-attach-1 vpc vpc-1 111111111111 available");
    let other = cells("tgw-1 tgw-attach-2 vpc vpc-2 222222222222 available");
    Told {
        columns: &[
            "transit_gateway_id",
            "attachment_id",
            "resource_type",
            "resource_id",
            "resource_owner",
            "state",
        ],
        records: [vec![own, other.clone()], vec![other], vec![]],
        list: List {
            title: "transit gateways".to_owned(),
            of: "transit_gateway_id".to_owned(),
            about: cells("region"),
            lines: vec![cells("attachment_id resource_type resource_id resource_owner state")],
        },
    }
}

/// The words of `text`; `-` is an empty cell.
fn cells(text: &str) -> Vec<String> {
    text.split(' ').map(|word| if word == "-" { "" } else { word }.to_owned()).collect()
}
