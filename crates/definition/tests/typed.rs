//! `internet-routes` and `public-ips` as files give the rows that the typed operations give, for the answers of their tests.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

mod support;

use org_operator_definition::Rows;
use org_operator_dynamic::{Answer, Call};
use serde_json::Value;
use support::{ACCOUNT, Canned, file, lines, run};

/// What the client reads out of an answer of EC2.
fn read(operation: &str, body: &str) -> Value {
    let answer = Answer { status: 200, headers: vec![], body: body.as_bytes() };
    Call::new("ec2", operation).unwrap().read(&answer).unwrap()
}

fn tables_page(tables: &str) -> Value {
    let body = format!(
        "<DescribeRouteTablesResponse><routeTableSet>{tables}</routeTableSet></DescribeRouteTablesResponse>"
    );
    read("DescribeRouteTables", &body)
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

async fn routes(pages: Vec<Value>) -> Vec<String> {
    let canned = Canned::default().pages("DescribeRouteTables", pages);
    lines(&run(&file("internet-routes"), &canned).await.unwrap())
}

const IPV4: &str = "<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>";
const IPV6: &str = "<destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock>";
const LIST: &str = "<destinationPrefixListId>pl-1</destinationPrefixListId>";
const GATEWAY: &str = "<gatewayId>igw-1</gatewayId>";

#[tokio::test]
async fn ipv4_ipv6_and_prefix_list_routes_are_rows_in_every_state() {
    let three = [
        route(IPV4, GATEWAY, "active"),
        route(IPV6, GATEWAY, "blackhole"),
        route(LIST, GATEWAY, "filtered"),
    ];
    let subnets = "<item><main>false</main><subnetId>subnet-b</subnetId></item>\
                   <item><main>false</main><subnetId>subnet-a</subnetId></item>";
    let found = routes(vec![tables_page(&table("rtb-1", ACCOUNT, &three.concat(), subnets))]).await;
    let start = "vpc-1|rtb-1|false|subnet-a;subnet-b";
    assert_eq!(
        found,
        [
            format!("{start}|0.0.0.0/0|igw-1|active|CreateRoute"),
            format!("{start}|::/0|igw-1|blackhole|CreateRoute"),
            format!("{start}|pl-1|igw-1|filtered|CreateRoute"),
        ]
    );
}

#[tokio::test]
async fn a_main_table_says_so_and_other_ways_out_are_no_rows() {
    let others = [
        "<gatewayId>local</gatewayId>",
        "<gatewayId>vgw-1</gatewayId>",
        "<natGatewayId>nat-1</natGatewayId>",
    ];
    let other: String = others.iter().map(|target| route(IPV4, target, "active")).collect();
    let main = "<item><main>true</main></item>";
    let tables = table("rtb-1", ACCOUNT, &route(IPV4, GATEWAY, "active"), main)
        + &table("rtb-2", ACCOUNT, &other, "");
    let found = routes(vec![tables_page(&tables)]).await;
    assert_eq!(found, ["vpc-1|rtb-1|true||0.0.0.0/0|igw-1|active|CreateRoute"]);
}

#[tokio::test]
async fn a_shared_table_is_its_owners_row_and_every_page_is_read() {
    let some = |id, owner| table(id, owner, &route(IPV4, GATEWAY, "active"), "");
    let pages = vec![
        tables_page(&some("rtb-1", "222222222222")),
        tables_page(""),
        tables_page(&some("rtb-2", ACCOUNT)),
    ];
    assert_eq!(routes(pages).await, ["vpc-1|rtb-2|false||0.0.0.0/0|igw-1|active|CreateRoute"]);
}

fn address(public_ip: &str, more: &str) -> String {
    format!(
        "<item><publicIp>{public_ip}</publicIp><allocationId>eipalloc-1</allocationId><domain>vpc</domain>{more}</item>"
    )
}

fn association(public_ip: &str, owner: &str) -> String {
    format!(
        "<association><publicIp>{public_ip}</publicIp><publicDnsName/><ipOwnerId>{owner}</ipOwnerId></association>"
    )
}

fn private(ip: &str, association: &str) -> String {
    format!("<item><privateIpAddress>{ip}</privateIpAddress>{association}</item>")
}

fn interface(id: &str, owner: &str, primary: &str, secondary: &str) -> String {
    let private_addresses = private("10.0.0.1", primary) + secondary;
    format!(
        "<item><networkInterfaceId>{id}</networkInterfaceId><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>\
         <description>web</description><ownerId>{owner}</ownerId><privateIpAddress>10.0.0.1</privateIpAddress>\
         <attachment><instanceId>i-1</instanceId></attachment>{primary}\
         <privateIpAddressesSet>{private_addresses}</privateIpAddressesSet><interfaceType>interface</interfaceType></item>"
    )
}

async fn addresses(listed: &str, interfaces: &str) -> Rows {
    let addresses = format!(
        "<DescribeAddressesResponse><addressesSet>{listed}</addressesSet></DescribeAddressesResponse>"
    );
    let set = format!("<networkInterfaceSet>{interfaces}</networkInterfaceSet>");
    let interfaces =
        format!("<DescribeNetworkInterfacesResponse>{set}</DescribeNetworkInterfacesResponse>");
    let canned = Canned::default()
        .pages("DescribeAddresses", [read("DescribeAddresses", &addresses)])
        .pages("DescribeNetworkInterfaces", [read("DescribeNetworkInterfaces", &interfaces)]);
    run(&file("public-ips"), &canned).await.unwrap()
}

fn on_interface(public_ip: &str, kind: &str, allocation: &str, private_ip: &str) -> String {
    format!(
        "{public_ip}|{kind}|{allocation}|true|eni-1|interface|i-1|{private_ip}|vpc-1|subnet-1|web"
    )
}

#[tokio::test]
async fn an_elastic_ip_is_one_row_whoever_shows_it() {
    let unattached = addresses(&address("192.0.2.1", "<instanceId/>"), "").await;
    assert_eq!(lines(&unattached), ["192.0.2.1|elastic|eipalloc-1|false|||||||"]);
    let attached = "<associationId>eipassoc-1</associationId><instanceId>i-1</instanceId>\
                    <networkInterfaceId>eni-1</networkInterfaceId><privateIpAddress>10.0.0.1</privateIpAddress>";
    let held = interface("eni-1", ACCOUNT, &association("192.0.2.1", ACCOUNT), "");
    let rows = addresses(&address("192.0.2.1", attached), &held).await;
    assert_eq!(lines(&rows), [on_interface("192.0.2.1", "elastic", "eipalloc-1", "10.0.0.1")]);
}

#[tokio::test]
async fn an_elastic_ip_whose_interface_is_not_shown_is_attached_still() {
    let attached = "<associationId>eipassoc-1</associationId><networkInterfaceId>eni-9</networkInterfaceId>\
                    <privateIpAddress>10.0.0.9</privateIpAddress>";
    let listed = address("192.0.2.1", attached)
        + &address("192.0.2.2", "<associationId>eipassoc-2</associationId>");
    let rows = addresses(&listed, "").await;
    let (first, second) = (
        "192.0.2.1|elastic|eipalloc-1|true|eni-9|||10.0.0.9|||",
        "192.0.2.2|elastic|eipalloc-1|true|||||||",
    );
    assert_eq!(lines(&rows), [first, second]);
}

#[tokio::test]
async fn a_secondary_private_address_has_its_own_row() {
    let elastic = private("10.0.0.2", &association("192.0.2.2", ACCOUNT));
    let both = interface("eni-1", ACCOUNT, &association("192.0.2.1", "amazon"), &elastic);
    let first = on_interface("192.0.2.1", "auto-assigned", "", "10.0.0.1");
    let second = on_interface("192.0.2.2", "elastic", "eipalloc-1", "10.0.0.2");
    assert_eq!(lines(&addresses(&address("192.0.2.2", ""), &both).await), [first, second.clone()]);
    let alone = interface("eni-1", ACCOUNT, "", &elastic);
    assert_eq!(lines(&addresses(&address("192.0.2.2", ""), &alone).await), [second]);
}

#[tokio::test]
async fn what_has_no_public_ipv4_address_is_no_row() {
    let ipv6 =
        "<ipv6AddressesSet><item><ipv6Address>2001:db8::1</ipv6Address></item></ipv6AddressesSet>";
    let carrier = "<association><carrierIp>192.0.2.3</carrierIp></association>";
    let interfaces = interface("eni-1", ACCOUNT, "", "")
        + &interface("eni-2", ACCOUNT, ipv6, "")
        + &interface("eni-3", ACCOUNT, carrier, "");
    let listed = "<item><carrierIp>192.0.2.3</carrierIp><publicIp/></item>";
    assert_eq!(addresses(listed, &interfaces).await, Rows::new());
}

#[tokio::test]
async fn a_participants_interface_is_no_row_and_the_owner_says_the_kind() {
    let other = interface("eni-2", "222222222222", &association("192.0.2.2", "amazon"), "");
    for (owner, kind) in [
        ("amazon", "auto-assigned"),
        (ACCOUNT, "elastic"),
        ("amazon-elb", "service"),
        ("222222222222", "service"),
    ] {
        let own = interface("eni-1", ACCOUNT, &association("192.0.2.1", owner), "");
        let rows = addresses("", &(other.clone() + &own)).await;
        assert_eq!(lines(&rows), [on_interface("192.0.2.1", kind, "", "10.0.0.1")]);
    }
}
