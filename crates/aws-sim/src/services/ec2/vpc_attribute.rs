//! `DescribeVpcAttribute`, for one attribute: whether the hosts of a VPC get DNS names. Some VPCs are
//! gone by the time they are asked.

use super::query::Form;
use crate::route_tables::{dns_hostnames, route_tables};
use crate::service_error::ServiceError;
use crate::services::handler::ServiceResult;
use crate::world::World;

const ATTRIBUTE: &str = "enableDnsHostnames";

pub(super) fn describe(
    world: &World,
    account: &str,
    region: &str,
    form: &Form,
) -> ServiceResult<String> {
    if form.get("Attribute").is_none_or(|attribute| attribute != ATTRIBUTE) {
        let text = format!("Only the attribute {ATTRIBUTE} is simulated");
        return Err(ServiceError::new(400, "InvalidParameterValue", text));
    }
    let id = form.get("VpcId").map_or("", String::as_str);
    let is_here = route_tables(world, account, region).iter().any(|table| table.vpc == id);
    let enabled = dns_hostnames(world, id).filter(|_| is_here).ok_or_else(|| {
        ServiceError::new(400, "InvalidVpcID.NotFound", format!("The vpc ID '{id}' does not exist"))
    })?;
    Ok(format!("<vpcId>{id}</vpcId><{ATTRIBUTE}><value>{enabled}</value></{ATTRIBUTE}>"))
}
