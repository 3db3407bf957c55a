//! Writes a page about a made-up run, for looking at it and for the browser test:
//! `sample ACCOUNTS REGIONS ROWS > report.html`. Names and cells are hostile on purpose.

use std::io::Write;

use org_operator_report::{Column, Meta, Page, Target};
use serde_json::json;

const HOSTILE: [&str; 6] = [
    "Payments, Production",
    "<script>document.title = 'broken'</script>",
    "</script><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://example.com\",\"open me\")",
    "\u{202e}evil\u{202c} name",
    "東京 分析",
];
/// Units within units, one that is not known, and accounts in a unit that has units itself.
const UNITS: [&str; 5] = [
    "Root/Workloads/Production/Payments",
    "Root/Workloads/Production",
    "Root/Workloads/<b>Test",
    "Root/Sandbox",
    "",
];
const COLUMNS: [&str; 8] = [
    "vpc_id",
    "route_table_id",
    "is_main",
    "associated_subnets",
    "destination",
    "gateway_id",
    "state",
    "origin",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let numbers: Vec<usize> =
        std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [accounts, regions, rows] = numbers[..] else {
        return Err("sample ACCOUNTS REGIONS ROWS".into());
    };
    let names: Vec<String> = (0..regions).map(|n| format!("xx-made-{}{n}", n % 3)).collect();
    let mut page = Page::begin(&meta())?;
    let mut out = std::io::stdout().lock();
    let (mut failed, mut skipped, mut expected) = (0, 0, 0);
    for account in 0..accounts {
        let id = format!("{account:012}");
        let count = rows / accounts + usize::from(account < rows % accounts);
        for row in 0..count {
            page.record(&names[row % regions], &cells(account, row))?;
        }
        page.change("added", &names[0], &cells(account, 0));
        let targets: Vec<Target> =
            names.iter().enumerate().map(|(n, region)| target(account, n, region)).collect();
        failed += targets.iter().filter(|target| target.status == "FAILED").count();
        expected += targets.iter().filter(|target| !target.expected.is_empty()).count();
        skipped += targets.iter().filter(|target| target.status == "SKIPPED").count();
        let name = format!("{} {account}", HOSTILE[account % HOSTILE.len()]);
        page.account((&id, &name, UNITS[account % UNITS.len()]), &targets)?;
        out.write_all(&page.take())?;
    }
    let targets = accounts * regions;
    let summary = json!({
        "RunId": "sample-1", "Status": if failed > 0 { "PARTIAL" } else { "COMPLETE" }, "Targets": targets,
        "Succeeded": targets - failed - skipped, "Skipped": skipped, "Failed": failed, "Records": rows,
        "ExpectedFailures": expected, "RegionsNotAsked": ["af-south-1"],
        "AccountsLeftOut": {"in Accounts.Exclude": 2, "the account is not active": 1},
        "Added": accounts, "Removed": 0, "PreviousRunId": "sample-0", "Accounts": accounts,
    });
    page.finish(&summary)?;
    out.write_all(&page.take())?;
    Ok(())
}

fn meta() -> Meta {
    let column = |name: &&str| Column { name: (*name).to_owned(), meaning: format!("the {name}") };
    let remedies = [("AccessDenied", "update the StackSet"), ("RegionDisabled", "nothing")];
    Meta {
        operation: "internet-routes".to_owned(),
        columns: COLUMNS.iter().map(column).collect(),
        levels: ["vpc_id", "route_table_id", "gateway_id"].map(str::to_owned).to_vec(),
        partition: "aws".to_owned(),
        parameters: "{}".to_owned(),
        resume: "org-operator run --resume sample-1".to_owned(),
        remedies: remedies.map(|(kind, text)| (kind.to_owned(), text.to_owned())).into(),
        ..Meta::default()
    }
}

fn cells(account: usize, row: usize) -> Vec<String> {
    let id = |kind: &str, n: usize| {
        format!("{kind}-{:017x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4)
    };
    let seed = account * 131 + row;
    vec![
        id("vpc", account * 7 + row / 4),
        id("rtb", seed),
        (row.is_multiple_of(2)).to_string(),
        id("subnet", seed + 1),
        if row.is_multiple_of(5) {
            "0.0.0.0/0".to_owned()
        } else {
            format!("10.{}.0.0/16", row % 250)
        },
        id("igw", account * 3 + row / 8),
        if row.is_multiple_of(11) {
            HOSTILE[row % HOSTILE.len()].to_owned()
        } else {
            "active".to_owned()
        },
        "CreateRoute".to_owned(),
    ]
}

fn target(account: usize, n: usize, region: &str) -> Target<'_> {
    let expected = if (account + n) % 46 == 23 { "by contract <b>until</b> May" } else { "" };
    let (status, kind, message) = match (account + n) % 23 {
        0 => ("FAILED", "AccessDenied", "UnauthorizedOperation: with an explicit deny <b>here</b>"),
        1 => ("SKIPPED", "RegionDisabled", "the Region is off in the account"),
        _ => ("SUCCEEDED", "", ""),
    };
    Target { region, status, kind, message, expected, records: 3 }
}
