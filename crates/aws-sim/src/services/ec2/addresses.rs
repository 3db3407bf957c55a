//! `DescribeAddresses` and `DescribeNetworkInterfaces`, as EC2 words them.

use std::fmt::Write;

use crate::public_addresses::{Association, ElasticIp, Interface};
use crate::service_error::escape_xml;

/// All Elastic IPs: `DescribeAddresses` has no pages.
pub(super) fn describe_addresses(all: &[ElasticIp]) -> String {
    let mut body = "<addressesSet>".to_owned();
    for ElasticIp { ip, allocation, interface, instance, private_ip } in all {
        let _ = write!(
            body,
            "<item><publicIp>{ip}</publicIp><allocationId>{allocation}</allocationId><domain>vpc</domain>"
        );
        if interface.is_empty() {
            // EC2 has an empty element here.
            body.push_str("<instanceId/>");
        } else {
            let _ = write!(
                body,
                "<instanceId>{instance}</instanceId><associationId>eipassoc-1</associationId>\
                 <networkInterfaceId>{interface}</networkInterfaceId><privateIpAddress>{private_ip}\
                 </privateIpAddress>"
            );
        }
        body.push_str("</item>");
    }
    body + "</addressesSet>"
}

/// The interfaces of one page.
pub(super) fn describe_network_interfaces(page: &[Interface]) -> String {
    let mut body = "<networkInterfaceSet>".to_owned();
    for interface in page {
        write_interface(&mut body, interface);
    }
    body + "</networkInterfaceSet>"
}

fn write_interface(body: &mut String, interface: &Interface) {
    let Interface { id, owner, kind, instance, vpc, subnet, description, .. } = interface;
    let description = escape_xml(description);
    let _ = write!(
        body,
        "<item><networkInterfaceId>{id}</networkInterfaceId><subnetId>{subnet}</subnetId><vpcId>{vpc}</vpcId>\
         <description>{description}</description><ownerId>{owner}</ownerId><interfaceType>{kind}</interfaceType>"
    );
    if !instance.is_empty() {
        let _ = write!(body, "<attachment><instanceId>{instance}</instanceId></attachment>");
    }
    write_private_addresses(body, interface);
    body.push_str("</item>");
}

/// The primary address occurs twice, alone and among all.
fn write_private_addresses(body: &mut String, interface: &Interface) {
    if let Some(primary) = interface.private.first() {
        let _ = write!(body, "<privateIpAddress>{}</privateIpAddress>", primary.ip);
        write_association(body, primary.public.as_ref());
    }
    body.push_str("<privateIpAddressesSet>");
    for (number, address) in interface.private.iter().enumerate() {
        let (ip, primary) = (&address.ip, number == 0);
        let _ = write!(
            body,
            "<item><privateIpAddress>{ip}</privateIpAddress><primary>{primary}</primary>"
        );
        write_association(body, address.public.as_ref());
        body.push_str("</item>");
    }
    body.push_str("</privateIpAddressesSet>");
}

fn write_association(body: &mut String, association: Option<&Association>) {
    let Some(Association { ip, owner, allocation }) = association else { return };
    let _ = write!(body, "<association><publicIp>{ip}</publicIp><ipOwnerId>{owner}</ipOwnerId>");
    if !allocation.is_empty() {
        let _ = write!(body, "<allocationId>{allocation}</allocationId>");
    }
    body.push_str("</association>");
}
