//! `public-ips`: every public IPv4 address of the account, Elastic IPs and others.
//!
//! There is one row per address, attached or not, on a primary or a secondary private address. IPv6
//! addresses, carrier IPs and customer-owned IPs are not included.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_sdk_ec2::types::{
    Address, NetworkInterface, NetworkInterfaceAssociation, NetworkInterfaceAttachment,
    NetworkInterfaceType,
};
use futures_util::future::BoxFuture;
use org_operator_aws::call_failure;
use org_operator_core::model::spec::Spec;
use org_operator_core::outcome::classification::CallFailure;

use crate::{Operation, OperationFailure, Rows, Target, ec2};

/// `DescribeNetworkInterfaces` allows 5 to 1,000 interfaces per page (EC2 API reference).
const PAGE: i32 = 1000;

const PROBES: [ec2::Probe; 2] = [
    ec2::dry_run!("ec2:DescribeAddresses", describe_addresses),
    ec2::dry_run!("ec2:DescribeNetworkInterfaces", describe_network_interfaces),
];

const COLUMNS: &[(&str, &str)] = &[
    ("public_ip", "the public IPv4 address"),
    ("kind", "elastic, auto-assigned or service"),
    ("allocation_id", "the allocation of an Elastic IP"),
    ("attached", "true where something has the address"),
    ("network_interface_id", "the interface that has it"),
    ("interface_type", "the interface's type, as EC2 names it"),
    ("instance_id", "the instance of the interface"),
    ("private_ip", "the private address that it stands for"),
    ("vpc_id", "the VPC of the interface"),
    ("subnet_id", "the subnet of the interface"),
    ("description", "the interface's description"),
];

const EXAMPLE: &[&str] = &[
    "192.0.2.1",
    "elastic",
    "eipalloc-1",
    "true",
    "eni-1",
    "interface",
    "i-1",
    "10.0.0.1",
    "vpc-1",
    "subnet-1",
    "web",
];

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    Spec::read_only(
        "public-ips",
        "every public IPv4 address, attached or not",
        ec2::actions(&PROBES),
    )
    .with_columns(COLUMNS, &["public_ip"])
    .documented(
        "network",
        "Which public IPv4 addresses does every account have, and what has them?",
        &["IPv6 addresses, carrier IPs and customer-owned IPs."],
    )
    .with_example(EXAMPLE)
});

/// The operation `public-ips`.
#[derive(Debug, Clone, Copy)]
pub struct PublicIps;

impl Operation for PublicIps {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, OperationFailure>> {
        Box::pin(async move { Ok(rows(target).await?) })
    }

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), OperationFailure>> {
        ec2::probe_all(&PROBES, target)
    }
}

async fn rows(target: &Target) -> Result<Rows, CallFailure> {
    let calls = ec2::OwnCalls::of(target);
    // This call has no pages.
    let addresses = calls.client.describe_addresses().customize().config_override(calls.own());
    let listed = addresses.send().await.map_err(|error| call_failure(&error))?;
    let interfaces = public_interfaces(&calls).await?;
    Ok(merge(target.account.as_str(), listed.addresses(), &interfaces))
}

/// The interfaces with a public address. There is no filter for them: `association.public-ip` looks at
/// the primary private address only.
async fn public_interfaces(calls: &ec2::OwnCalls) -> Result<Vec<NetworkInterface>, CallFailure> {
    // An account's setting may hide interfaces that a service manages; their addresses are public.
    let request = calls.client.describe_network_interfaces().include_managed_resources(true);
    let mut all = ec2::items!(request.max_results(PAGE), network_interfaces, calls.own());
    let mut interfaces = Vec::new();
    while let Some(interface) = all.next().await? {
        if public_addresses(&interface).next().is_some() {
            interfaces.push(interface);
        }
    }
    Ok(interfaces)
}

/// A public address of an interface, and the private address that it maps to.
#[derive(Debug, Clone, Copy)]
struct InterfaceAddress<'a> {
    public_ip: &'a str,
    private_ip: Option<&'a str>,
    association: &'a NetworkInterfaceAssociation,
    interface: &'a NetworkInterface,
}

/// The public addresses of an interface. EC2 lists the primary private address twice, by itself and
/// among all private addresses, with the same content.
fn public_addresses(interface: &NetworkInterface) -> impl Iterator<Item = InterfaceAddress<'_>> {
    let primary = (interface.association(), interface.private_ip_address());
    let private = interface.private_ip_addresses().iter();
    let all = private.map(|address| (address.association(), address.private_ip_address()));
    [primary].into_iter().chain(all).filter_map(|(found, private_ip)| {
        let association = found?;
        let public_ip = non_empty(association.public_ip())?;
        Some(InterfaceAddress { public_ip, private_ip, association, interface })
    })
}

/// One row per address: cells come from the interface where an address has one, and otherwise from
/// the Elastic IP in `listed`.
fn merge(account: &str, listed: &[Address], interfaces: &[NetworkInterface]) -> Rows {
    let by_ip =
        listed.iter().filter_map(|address| Some((non_empty(address.public_ip())?, address)));
    let elastic: BTreeMap<&str, &Address> = by_ip.collect();
    let mut rows: BTreeMap<_, _> = elastic.iter().map(|(ip, a)| (*ip, elastic_row(a))).collect();
    // The owner of a shared VPC sees the participants' interfaces, which are rows of theirs only.
    let own = |i: &&NetworkInterface| i.owner_id().is_none_or(|owner| owner == account);
    for address in interfaces.iter().filter(own).flat_map(public_addresses) {
        let allocated = elastic.get(address.public_ip).copied();
        rows.insert(address.public_ip, interface_row(account, address, allocated));
    }
    rows.into_values().collect()
}

fn elastic_row(address: &Address) -> Vec<String> {
    let attached = non_empty(address.association_id()).is_some();
    row([
        address.public_ip(),
        Some("elastic"),
        address.allocation_id(),
        Some(if attached { "true" } else { "false" }),
        address.network_interface_id(),
        None,
        address.instance_id(),
        address.private_ip_address(),
        None,
        None,
        None,
    ])
}

fn interface_row(
    account: &str,
    address: InterfaceAddress<'_>,
    elastic: Option<&Address>,
) -> Vec<String> {
    let InterfaceAddress { public_ip, private_ip, association, interface } = address;
    let allocation_id = elastic.map_or(association.allocation_id(), Address::allocation_id);
    let owner = non_empty(association.ip_owner_id());
    row([
        Some(public_ip),
        Some(if elastic.is_some() { "elastic" } else { kind(account, owner) }),
        allocation_id,
        Some("true"),
        interface.network_interface_id(),
        interface.interface_type().map(NetworkInterfaceType::as_str),
        interface.attachment().and_then(NetworkInterfaceAttachment::instance_id),
        private_ip,
        interface.vpc_id(),
        interface.subnet_id(),
        interface.description(),
    ])
}

/// The kind of an address that `DescribeAddresses` does not list, by the owner of its association:
/// `amazon` is EC2's own pool.
fn kind(account: &str, owner: Option<&str>) -> &'static str {
    match owner {
        None | Some("amazon") => "auto-assigned",
        Some(owner) if owner == account => "elastic",
        Some(_) => "service",
    }
}

fn row(cells: [Option<&str>; 11]) -> Vec<String> {
    cells.map(|cell| cell.unwrap_or_default().to_owned()).to_vec()
}

/// `text`, or `None` where it is empty: EC2 returns empty elements for some absent values.
fn non_empty(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
#[path = "public_ips/tests.rs"]
mod tests;
