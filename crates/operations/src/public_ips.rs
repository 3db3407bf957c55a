//! `public-ips`: every public IPv4 address of the account, Elastic IPs and others.
//!
//! One row per address, attached or not, on a primary or a secondary private address. IPv6
//! addresses, carrier IPs and customer-owned IPs are no rows here.

use std::collections::BTreeMap;
use std::iter;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Address, NetworkInterface, NetworkInterfaceAssociation, NetworkInterfaceAttachment,
    NetworkInterfaceType,
};
use futures_util::future::BoxFuture;
use org_operator_aws::call_failure;
use org_operator_core::classification::CallFailure;
use org_operator_core::spec::{Access, Column, Scope, Spec};

use crate::{Operation, Rows, Target};

/// `DescribeNetworkInterfaces` gives 5 to 1,000 interfaces in a page (EC2 API reference).
const PAGE: i32 = 1000;

const SPEC: Spec = Spec {
    name: "public-ips",
    summary: "every public IPv4 address, attached or not",
    scope: Scope::Regional,
    access: Access::ReadOnly,
    actions: &["ec2:DescribeAddresses", "ec2:DescribeNetworkInterfaces"],
    columns: &[
        Column { name: "public_ip", meaning: "the public IPv4 address" },
        Column { name: "kind", meaning: "elastic, auto-assigned or service" },
        Column { name: "allocation_id", meaning: "the allocation of an Elastic IP" },
        Column { name: "attached", meaning: "true where something has the address" },
        Column { name: "network_interface_id", meaning: "the interface that has it" },
        Column { name: "interface_type", meaning: "the interface's type, as EC2 names it" },
        Column { name: "instance_id", meaning: "the instance of the interface" },
        Column { name: "private_ip", meaning: "the private address that it stands for" },
        Column { name: "vpc_id", meaning: "the VPC of the interface" },
        Column { name: "subnet_id", meaning: "the subnet of the interface" },
        Column { name: "description", meaning: "the interface's description" },
    ],
    key: &["public_ip"],
};

/// The operation.
#[derive(Debug, Clone, Copy)]
pub struct PublicIps;

impl Operation for PublicIps {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn run<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<Rows, CallFailure>> {
        Box::pin(rows(target))
    }
}

async fn rows(target: &Target) -> Result<Rows, CallFailure> {
    let client = Client::new(&target.config);
    // EC2 has no pages for this call: one answer is all.
    let listed = client.describe_addresses().send().await.map_err(|error| call_failure(&error))?;
    let interfaces = public_interfaces(&client).await?;
    Ok(merged(target.account.as_str(), listed.addresses(), &interfaces))
}

/// No filter: `association.public-ip` is about the primary private address and would lose others.
async fn public_interfaces(client: &Client) -> Result<Vec<NetworkInterface>, CallFailure> {
    // What a service manages may be hidden by an account's setting; its address is public still.
    let request = client.describe_network_interfaces().include_managed_resources(true);
    let mut found = request.max_results(PAGE).into_paginator().items().send();
    let mut interfaces = Vec::new();
    while let Some(interface) = found.next().await {
        let interface = interface.map_err(|error| call_failure(&error))?;
        if holders(&interface).next().is_some() {
            interfaces.push(interface);
        }
    }
    Ok(interfaces)
}

/// What the two calls say about one public address.
#[derive(Debug, Clone, Copy, Default)]
struct Found<'a> {
    elastic: Option<&'a Address>,
    holder: Option<Holder<'a>>,
}

/// An interface that has a public address, and the private address that it stands for.
#[derive(Debug, Clone, Copy)]
struct Holder<'a> {
    interface: &'a NetworkInterface,
    association: &'a NetworkInterfaceAssociation,
    private_ip: Option<&'a str>,
}

fn merged(account: &str, addresses: &[Address], interfaces: &[NetworkInterface]) -> Rows {
    let mut found: BTreeMap<&str, Found<'_>> = BTreeMap::new();
    for address in addresses {
        if let Some(public_ip) = given(address.public_ip()) {
            found.entry(public_ip).or_default().elastic = Some(address);
        }
    }
    // The owner of a shared VPC sees the participants' interfaces too: they are theirs.
    let own = |i: &&NetworkInterface| i.owner_id().is_none_or(|owner| owner == account);
    for (public_ip, holder) in interfaces.iter().filter(own).flat_map(holders) {
        found.entry(public_ip).or_default().holder = Some(holder);
    }
    found.into_iter().map(|(public_ip, found)| row(account, public_ip, found)).collect()
}

/// EC2 shows the primary private address twice, alone and among all; the caller keeps one.
fn holders(interface: &NetworkInterface) -> impl Iterator<Item = (&str, Holder<'_>)> {
    let primary = (interface.association(), interface.private_ip_address());
    let all = interface.private_ip_addresses().iter();
    let all = all.map(|private| (private.association(), private.private_ip_address()));
    iter::once(primary).chain(all).filter_map(move |(association, private_ip)| {
        let association = association?;
        let public_ip = given(association.public_ip())?;
        Some((public_ip, Holder { interface, association, private_ip }))
    })
}

fn row(account: &str, public_ip: &str, found: Found<'_>) -> Vec<String> {
    let association = found.holder.map(|holder| holder.association);
    let allocation_id = found.elastic.and_then(Address::allocation_id);
    let allocation_id = allocation_id.or_else(|| association?.allocation_id());
    let attached = found.holder.is_some() || found.elastic.is_some_and(is_associated);
    let attached = if attached { "true" } else { "false" };
    let cells = [public_ip, kind(account, found), allocation_id.unwrap_or_default(), attached];
    // The interface is the later answer, so it alone says where; without it the Elastic IP does.
    let place = found.holder.map(held).or_else(|| found.elastic.map(listed)).unwrap_or_default();
    let place = place.map(Option::unwrap_or_default);
    cells.into_iter().chain(place).map(str::to_owned).collect()
}

fn kind(account: &str, found: Found<'_>) -> &'static str {
    let owner = found.holder.and_then(|holder| holder.association.ip_owner_id());
    if found.elastic.is_some() || owner == Some(account) {
        "elastic"
    } else if owner.is_none_or(|owner| owner == "amazon") {
        "auto-assigned"
    } else {
        "service"
    }
}

/// The cells after `attached`, as the interface has them.
fn held(holder: Holder<'_>) -> [Option<&str>; 7] {
    let interface = holder.interface;
    [
        interface.network_interface_id(),
        interface.interface_type().map(NetworkInterfaceType::as_str),
        interface.attachment().and_then(NetworkInterfaceAttachment::instance_id),
        holder.private_ip,
        interface.vpc_id(),
        interface.subnet_id(),
        interface.description(),
    ]
}

/// The same cells where no interface of the account shows the address; less is known there.
fn listed(address: &Address) -> [Option<&str>; 7] {
    let (interface, instance) = (address.network_interface_id(), address.instance_id());
    [interface, None, instance, address.private_ip_address(), None, None, None]
}

fn is_associated(address: &Address) -> bool {
    let ids = [address.association_id(), address.network_interface_id(), address.instance_id()];
    ids.into_iter().any(|id| given(id).is_some())
}

/// EC2 answers with an empty element in some places where there is nothing.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
#[path = "public_ips/tests.rs"]
mod tests;
