//! `public-ips`: every public IPv4 address of the account, Elastic IPs and others.
//!
//! One row per address, attached or not, on a primary or a secondary private address. IPv6
//! addresses, carrier IPs and customer-owned IPs are no rows here.

use std::collections::BTreeMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Address, NetworkInterface, NetworkInterfaceAssociation, NetworkInterfaceAttachment,
    NetworkInterfaceType,
};
use futures_util::future::BoxFuture;
use org_operator_aws::call_failure;
use org_operator_core::model::spec::{Access, Column, Scope, Spec};
use org_operator_core::outcome::classification::CallFailure;

use crate::{Operation, Rows, Target, ec2};

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

    fn probe<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Result<(), CallFailure>> {
        let client = ec2::client(target);
        Box::pin(async move {
            ec2::allowed(client.describe_addresses().dry_run(true).send().await)?;
            ec2::allowed(client.describe_network_interfaces().dry_run(true).send().await)
        })
    }
}

async fn rows(target: &Target) -> Result<Rows, CallFailure> {
    let client = ec2::client(target);
    // EC2 has no pages for this call: one answer is all.
    let listed = client.describe_addresses().send().await.map_err(|error| call_failure(&error))?;
    let interfaces = public_interfaces(&client).await?;
    Ok(merged(target.account.as_str(), listed.addresses(), &interfaces))
}

/// No filter: `association.public-ip` is about the primary private address and would lose others.
async fn public_interfaces(client: &Client) -> Result<Vec<NetworkInterface>, CallFailure> {
    // What a service manages may be hidden by an account's setting; its address is public still.
    let request = client.describe_network_interfaces().include_managed_resources(true);
    let mut found =
        request.max_results(PAGE).into_paginator().stop_on_duplicate_token(false).items().send();
    let mut interfaces = Vec::new();
    while let Some(interface) = found.next().await {
        let interface = interface.map_err(|error| call_failure(&error))?;
        if public_addresses(&interface).next().is_some() {
            interfaces.push(interface);
        }
    }
    Ok(interfaces)
}

/// A public address that an interface has, and the private address that it stands for.
#[derive(Debug, Clone, Copy)]
struct Held<'a> {
    public_ip: &'a str,
    private_ip: Option<&'a str>,
    association: &'a NetworkInterfaceAssociation,
    interface: &'a NetworkInterface,
}

/// EC2 shows the primary private address twice, alone and among all; both say the same.
fn public_addresses(interface: &NetworkInterface) -> impl Iterator<Item = Held<'_>> {
    let primary = (interface.association(), interface.private_ip_address());
    let all = interface.private_ip_addresses().iter();
    let all = all.map(|private| (private.association(), private.private_ip_address()));
    [primary].into_iter().chain(all).filter_map(move |(association, private_ip)| {
        let association = association?;
        let public_ip = given(association.public_ip())?;
        Some(Held { public_ip, private_ip, association, interface })
    })
}

/// One row per address: an interface says where its address is, the rest is as `listed` says.
fn merged(account: &str, listed: &[Address], interfaces: &[NetworkInterface]) -> Rows {
    let elastic = listed.iter().filter_map(|address| Some((given(address.public_ip())?, address)));
    let elastic: BTreeMap<&str, &Address> = elastic.collect();
    let mut rows: BTreeMap<_, _> = elastic.iter().map(|(ip, a)| (*ip, elastic_row(a))).collect();
    // The owner of a shared VPC sees the participants' interfaces too: they are theirs.
    let own = |i: &&NetworkInterface| i.owner_id().is_none_or(|owner| owner == account);
    for held in interfaces.iter().filter(own).flat_map(public_addresses) {
        let elastic = elastic.get(held.public_ip).copied();
        rows.insert(held.public_ip, held_row(account, held, elastic));
    }
    rows.into_values().collect()
}

fn elastic_row(address: &Address) -> Vec<String> {
    let attached = given(address.association_id()).is_some();
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

fn held_row(account: &str, held: Held<'_>, elastic: Option<&Address>) -> Vec<String> {
    let Held { public_ip, private_ip, association, interface } = held;
    let allocation_id = elastic.map_or(association.allocation_id(), Address::allocation_id);
    let owner = given(association.ip_owner_id());
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

/// The kind of an address that is not listed, by its owner: `amazon` is EC2's own pool.
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

/// EC2 answers with an empty element in some places where there is nothing.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
#[path = "public_ips/tests.rs"]
mod tests;
