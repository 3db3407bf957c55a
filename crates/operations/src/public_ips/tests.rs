//! Recorded responses of `DescribeAddresses` and `DescribeNetworkInterfaces`.

use super::*;
use crate::replay::{ACCOUNT, DENIED, request_bodies, target_with};

const OTHER: &str = "222222222222";

fn addresses_page(items: &str) -> (u16, String) {
    let set = format!("<addressesSet>{items}</addressesSet>");
    (200, format!("<DescribeAddressesResponse>{set}</DescribeAddressesResponse>"))
}

fn interfaces_page(items: &str, next: &str) -> (u16, String) {
    let token =
        if next.is_empty() { String::new() } else { format!("<nextToken>{next}</nextToken>") };
    let set = format!("<networkInterfaceSet>{items}</networkInterfaceSet>{token}");
    (200, format!("<DescribeNetworkInterfacesResponse>{set}</DescribeNetworkInterfacesResponse>"))
}

fn address(public_ip: &str, more: &str) -> String {
    format!(
        "<item><publicIp>{public_ip}</publicIp><allocationId>eipalloc-1</allocationId>\
         <domain>vpc</domain>{more}</item>"
    )
}

fn association(public_ip: &str, owner: &str) -> String {
    format!(
        "<association><publicIp>{public_ip}</publicIp><publicDnsName/>\
         <ipOwnerId>{owner}</ipOwnerId></association>"
    )
}

fn private(ip: &str, association: &str) -> String {
    format!("<item><privateIpAddress>{ip}</privateIpAddress>{association}</item>")
}

/// An interface as EC2 shows it: what the primary private address has stands there twice.
fn interface(id: &str, owner: &str, primary: &str, secondary: &str) -> String {
    let private_addresses = private("10.0.0.1", primary) + secondary;
    format!(
        "<item><networkInterfaceId>{id}</networkInterfaceId><subnetId>subnet-1</subnetId>\
         <vpcId>vpc-1</vpcId><description>web</description><ownerId>{owner}</ownerId>\
         <privateIpAddress>10.0.0.1</privateIpAddress>\
         <attachment><instanceId>i-1</instanceId></attachment>{primary}\
         <privateIpAddressesSet>{private_addresses}</privateIpAddressesSet>\
         <interfaceType>interface</interfaceType></item>"
    )
}

async fn run(pages: &[(u16, String)]) -> Result<Rows, OperationFailure> {
    let (_, target) = target_with(pages);
    PublicIps.run(&target).await
}

async fn run_on(addresses: &str, interfaces: &str) -> Rows {
    run(&[addresses_page(addresses), interfaces_page(interfaces, "")]).await.unwrap()
}

fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn on_interface(public_ip: &str, kind: &str, allocation: &str, private_ip: &str) -> Vec<String> {
    let interface = ["eni-1", "interface", "i-1", private_ip, "vpc-1", "subnet-1", "web"];
    [cells([public_ip, kind, allocation, "true"]), cells(interface)].concat()
}

#[tokio::test]
async fn an_unattached_elastic_ip_is_a_row() {
    let rows = run_on(&address("192.0.2.1", "<instanceId/>"), "").await;
    let unattached = ["192.0.2.1", "elastic", "eipalloc-1", "false", "", "", "", "", "", "", ""];
    assert_eq!(rows, [cells(unattached)]);
}

#[tokio::test]
async fn an_elastic_ip_that_both_calls_return_is_one_row() {
    let attached = "<associationId>eipassoc-1</associationId><instanceId>i-1</instanceId>\
                    <networkInterfaceId>eni-1</networkInterfaceId>\
                    <privateIpAddress>10.0.0.1</privateIpAddress>";
    let held = interface("eni-1", ACCOUNT, &association("192.0.2.1", ACCOUNT), "");
    let rows = run_on(&address("192.0.2.1", attached), &held).await;
    assert_eq!(rows, [on_interface("192.0.2.1", "elastic", "eipalloc-1", "10.0.0.1")]);
    assert_eq!(rows[0], PublicIps.spec().documentation.example);
}

#[tokio::test]
async fn an_associated_elastic_ip_without_visible_interface_is_attached() {
    let attached = "<associationId>eipassoc-1</associationId>\
                    <networkInterfaceId>eni-9</networkInterfaceId>\
                    <privateIpAddress>10.0.0.9</privateIpAddress>";
    let without_interface = "<associationId>eipassoc-2</associationId>";
    let listed = address("192.0.2.1", attached) + &address("192.0.2.2", without_interface);
    let rows = run_on(&listed, "").await;
    let first = ["192.0.2.1", "elastic", "eipalloc-1", "true", "eni-9", "", "", "10.0.0.9"];
    let second = ["192.0.2.2", "elastic", "eipalloc-1", "true", "", "", "", ""];
    let empty = cells([""; 3]);
    assert_eq!(rows, [[cells(first), empty.clone()].concat(), [cells(second), empty].concat()]);
}

#[tokio::test]
async fn an_auto_assigned_address_is_one_row_without_allocation() {
    let held = interface("eni-1", ACCOUNT, &association("192.0.2.1", "amazon"), "");
    let rows = run_on("", &held).await;
    assert_eq!(rows, [on_interface("192.0.2.1", "auto-assigned", "", "10.0.0.1")]);
}

#[tokio::test]
async fn a_secondary_private_address_has_its_own_row() {
    let elastic = private("10.0.0.2", &association("192.0.2.2", ACCOUNT));
    let both = interface("eni-1", ACCOUNT, &association("192.0.2.1", "amazon"), &elastic);
    let first = on_interface("192.0.2.1", "auto-assigned", "", "10.0.0.1");
    let second = on_interface("192.0.2.2", "elastic", "eipalloc-1", "10.0.0.2");
    assert_eq!(run_on(&address("192.0.2.2", ""), &both).await, [first, second.clone()]);
    let alone = interface("eni-1", ACCOUNT, "", &elastic);
    assert_eq!(run_on(&address("192.0.2.2", ""), &alone).await, [second]);
}

#[tokio::test]
async fn interfaces_without_public_ipv4_address_are_not_rows() {
    let ipv6 = "<ipv6AddressesSet><item><ipv6Address>2001:db8::1</ipv6Address></item>\
                </ipv6AddressesSet>";
    let carrier = "<association><carrierIp>192.0.2.3</carrierIp></association>";
    let interfaces = interface("eni-1", ACCOUNT, "", "")
        + &interface("eni-2", ACCOUNT, ipv6, "")
        + &interface("eni-3", ACCOUNT, carrier, "");
    let carrier = "<item><carrierIp>192.0.2.3</carrierIp><publicIp/></item>";
    assert_eq!(run_on(carrier, &interfaces).await, Rows::new());
}

#[tokio::test]
async fn a_participants_interface_is_a_row_of_its_owner_only() {
    let interfaces = interface("eni-2", OTHER, &association("192.0.2.2", "amazon"), "")
        + &interface("eni-1", ACCOUNT, &association("192.0.2.1", "amazon"), "");
    let rows = run_on("", &interfaces).await;
    assert_eq!(rows, [on_interface("192.0.2.1", "auto-assigned", "", "10.0.0.1")]);
}

#[test]
fn the_kind_of_an_unlisted_address_follows_from_its_owner() {
    let kinds = ["amazon", ACCOUNT, "amazon-elb", OTHER].map(|owner| {
        let association = NetworkInterfaceAssociation::builder().public_ip("192.0.2.1");
        let association = association.ip_owner_id(owner).build();
        let interface = NetworkInterface::builder().association(association).build();
        merge(ACCOUNT, &[], &[interface])[0][1].clone()
    });
    assert_eq!(kinds, ["auto-assigned", "elastic", "service", "service"]);
}

#[tokio::test]
async fn every_page_is_read_even_after_an_empty_one() {
    let some = |id, ip| interface(id, ACCOUNT, &association(ip, "amazon"), "");
    let (client, target) = target_with(&[
        addresses_page(""),
        interfaces_page(&some("eni-2", "192.0.2.2"), "a"),
        interfaces_page("", "b"),
        interfaces_page(&some("eni-1", "192.0.2.1"), ""),
    ]);
    let rows = PublicIps.run(&target).await.unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row[4].as_str()).collect();
    assert_eq!(ids, ["eni-1", "eni-2"]);
    let asked = request_bodies(&client);
    assert_eq!(asked.len(), 4);
    assert!(asked[0].contains("Action=DescribeAddresses"), "{asked:?}");
    assert!(
        asked[1].contains("MaxResults=1000") && asked[1].contains("IncludeManagedResources=true"),
        "{asked:?}"
    );
    assert!(asked[3].contains("NextToken=b"), "{asked:?}");
}

#[tokio::test]
async fn a_failure_of_any_call_fails_the_whole_target() {
    let denied = || (403, DENIED.to_owned());
    let held = interface("eni-1", ACCOUNT, &association("192.0.2.1", "amazon"), "");
    let failing = [
        vec![denied()],
        vec![addresses_page(&address("192.0.2.1", "")), denied()],
        vec![addresses_page(""), interfaces_page(&held, "a"), denied()],
    ];
    for pages in failing {
        let failure = run(&pages).await.unwrap_err();
        assert_eq!(failure.call().unwrap().code.as_deref(), Some("UnauthorizedOperation"));
        assert_eq!(
            (failure.call().unwrap().status, failure.call().unwrap().message.as_str()),
            (Some(403), "no")
        );
    }
}
