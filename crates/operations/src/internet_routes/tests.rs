//! Recorded responses of `DescribeRouteTables`: pages, every kind of route, failures.

use std::collections::BTreeSet;

use super::*;
use crate::replay::{ACCOUNT, DENIED, request_bodies, target_with};

fn page(tables: &str, next: &str) -> String {
    let token =
        if next.is_empty() { String::new() } else { format!("<nextToken>{next}</nextToken>") };
    format!(
        "<DescribeRouteTablesResponse><routeTableSet>{tables}</routeTableSet>{token}</DescribeRouteTablesResponse>"
    )
}

fn table(id: &str, owner: &str, routes: &str, associations: &str) -> String {
    format!(
        "<item><routeTableId>{id}</routeTableId><vpcId>vpc-1</vpcId><ownerId>{owner}</ownerId>\
         <routeSet>{routes}</routeSet><associationSet>{associations}</associationSet></item>"
    )
}

fn route(destination: &str, target: &str, state: &str) -> String {
    format!("<item>{destination}{target}<state>{state}</state><origin>CreateRoute</origin></item>")
}

async fn run(pages: &[(u16, String)]) -> Result<Rows, OperationFailure> {
    let (_, target) = target_with(pages);
    InternetRoutes.run(&target).await
}

const IPV4: &str = "<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>";
const IPV6: &str = "<destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock>";
const LIST: &str = "<destinationPrefixListId>pl-1</destinationPrefixListId>";
const GATEWAY: &str = "<gatewayId>igw-1</gatewayId>";

#[tokio::test]
async fn ipv4_ipv6_and_prefix_list_routes_are_rows_in_every_state() {
    let routes = [
        route(IPV4, GATEWAY, "active"),
        route(IPV6, GATEWAY, "blackhole"),
        route(LIST, GATEWAY, "filtered"),
    ];
    let subnets = "<item><main>false</main><subnetId>subnet-b</subnetId></item>\
                   <item><main>false</main><subnetId>subnet-a</subnetId></item>";
    let body = page(&table("rtb-1", ACCOUNT, &routes.concat(), subnets), "");
    let rows = run(&[(200, body)]).await.unwrap();
    let row = |destination, state| {
        ["vpc-1", "rtb-1", "false", "subnet-a;subnet-b", destination, "igw-1", state, "CreateRoute"]
            .map(str::to_owned)
            .to_vec()
    };
    assert_eq!(
        rows,
        [row("0.0.0.0/0", "active"), row("::/0", "blackhole"), row("pl-1", "filtered")]
    );
    assert_eq!(rows[0], InternetRoutes.spec().documentation.example);
}

#[tokio::test]
async fn a_main_table_has_is_main_true() {
    let main = "<item><main>true</main></item>";
    let body = page(&table("rtb-1", ACCOUNT, &route(IPV4, GATEWAY, "active"), main), "");
    let rows = run(&[(200, body)]).await.unwrap();
    assert_eq!((rows[0][2].as_str(), rows[0][3].as_str()), ("true", ""));
}

#[tokio::test]
async fn routes_to_other_targets_are_not_rows() {
    let targets = [
        "<gatewayId>local</gatewayId>",
        "<gatewayId>vgw-1</gatewayId>",
        "<gatewayId>vpce-1</gatewayId>",
        "<natGatewayId>nat-1</natGatewayId>",
        "<egressOnlyInternetGatewayId>eigw-1</egressOnlyInternetGatewayId>",
        "<transitGatewayId>tgw-1</transitGatewayId>",
        "<carrierGatewayId>cagw-1</carrierGatewayId>",
    ];
    let routes: String = targets.iter().map(|target| route(IPV4, target, "active")).collect();
    let rows = run(&[(200, page(&table("rtb-1", ACCOUNT, &routes, ""), ""))]).await.unwrap();
    assert_eq!(rows, Rows::new());
}

#[tokio::test]
async fn a_shared_table_is_a_row_of_its_owner_only() {
    let routes = route(IPV4, GATEWAY, "active");
    let tables =
        table("rtb-1", "222222222222", &routes, "") + &table("rtb-2", ACCOUNT, &routes, "");
    let rows = run(&[(200, page(&tables, ""))]).await.unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(ids, ["rtb-2"]);
}

#[tokio::test]
async fn every_page_is_read_even_after_an_empty_one() {
    let some = |id| table(id, ACCOUNT, &route(IPV4, GATEWAY, "active"), "");
    // A token that comes twice must not end the list: the SDK would stop there without a word.
    let pages =
        [(200, page(&some("rtb-1"), "b")), (200, page("", "b")), (200, page(&some("rtb-2"), ""))];
    let (client, target) = target_with(&pages);
    let rows = InternetRoutes.run(&target).await.unwrap();
    let ids: BTreeSet<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(ids, BTreeSet::from(["rtb-1", "rtb-2"]));
    let asked: Vec<String> = client
        .actual_requests()
        .map(|r| String::from_utf8_lossy(r.body().bytes().unwrap_or_default()).into_owned())
        .collect();
    assert_eq!(asked.len(), 3);
    assert!(
        asked[0].contains("MaxResults=100") && asked[0].contains("route.gateway-id"),
        "{asked:?}"
    );
    assert!(asked[2].contains("NextToken=b"), "{asked:?}");
}

#[tokio::test]
async fn a_failure_on_a_later_page_fails_the_whole_target() {
    let good = page(&table("rtb-1", ACCOUNT, &route(IPV4, GATEWAY, "active"), ""), "a");
    let denied = "<Response><Errors><Error><Code>UnauthorizedOperation</Code>\
                  <Message>no</Message></Error></Errors></Response>";
    let failure = run(&[(200, good), (403, denied.to_owned())]).await.unwrap_err();
    let failure = failure.call().unwrap();
    assert_eq!(failure.code.as_deref(), Some("UnauthorizedOperation"));
    assert_eq!((failure.status, failure.message.as_str()), (Some(403), "no"));
}

#[tokio::test]
async fn a_probe_is_allowed_or_refused_as_the_dry_run_says() {
    let dry = "<Response><Errors><Error><Code>DryRunOperation</Code>\
               <Message>Request would have succeeded</Message></Error></Errors></Response>";
    let (client, target) = target_with(&[(412, dry.to_owned()), (403, DENIED.to_owned())]);
    assert_eq!(InternetRoutes.probe(&target).await, Ok(()));
    let refused = InternetRoutes.probe(&target).await.unwrap_err();
    assert_eq!(refused.call().unwrap().code.as_deref(), Some("UnauthorizedOperation"));
    assert!(request_bodies(&client).iter().all(|body| body.contains("DryRun=true")));
}
