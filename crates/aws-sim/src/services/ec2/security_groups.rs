//! `DescribeSecurityGroups`, `DescribeSecurityGroupRules`, and revoking and authorizing ingress rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::invalid_action;
use super::query::{Form, filters, paged};
use crate::service_error::{ServiceError, escape_xml};
use crate::services::handler::{Context, ServiceResult};
use crate::stores::IngressRule;

/// An account and a Region of it.
pub(super) type Place<'a> = (&'a str, &'a str);

/// The calls of this file; any other one is no action of EC2 here.
pub(super) fn handle(
    context: Context<'_>,
    place: Place<'_>,
    operation: &str,
    form: &Form,
) -> ServiceResult<String> {
    match operation {
        "DescribeSecurityGroups" => describe(context, place, form),
        "DescribeSecurityGroupRules" => describe_rules(context, place, form),
        "RevokeSecurityGroupIngress" => revoke(context, place, form),
        "AuthorizeSecurityGroupIngress" => authorize(context, place, form),
        _ => Err(invalid_action(operation)),
    }
}

fn describe(context: Context<'_>, place: Place<'_>, form: &Form) -> ServiceResult<String> {
    let rules = context.stores.ingress_rules.of(context.world, place.0, place.1);
    let all: BTreeSet<String> = rules.into_iter().map(|rule| rule.group).collect();
    let wanted: Vec<&String> = (1..).map_while(|n| form.get(&format!("GroupId.{n}"))).collect();
    if let Some(unknown) = wanted.iter().find(|id| !all.contains(**id)) {
        let text = format!("The security group '{unknown}' does not exist");
        return Err(ServiceError::new(400, "InvalidGroup.NotFound", text));
    }
    let found: Vec<&String> =
        all.iter().filter(|id| wanted.is_empty() || wanted.contains(id)).collect();
    let (page, next) = paged(&found, form, 1_000)?;
    let mut body = "<securityGroupInfo>".to_owned();
    for id in page {
        let _ = write!(
            body,
            "<item><groupId>{id}</groupId><groupName>{id}</groupName><ownerId>{}</ownerId><vpcId>vpc-1</vpcId>\
             <tagSet/></item>",
            place.0
        );
    }
    Ok(body + "</securityGroupInfo>" + &next)
}

fn describe_rules(context: Context<'_>, place: Place<'_>, form: &Form) -> ServiceResult<String> {
    let filters = filters(form, &["group-id", "security-group-rule-id"])?;
    let fits = |rule: &IngressRule| {
        filters.iter().all(|filter| match filter.name.as_str() {
            "group-id" => filter.fits(&rule.group),
            _ => filter.fits(&rule.id),
        })
    };
    let rules = context.stores.ingress_rules.of(context.world, place.0, place.1);
    let found: Vec<IngressRule> = rules.into_iter().filter(fits).collect();
    let (page, next) = paged(&found, form, 1_000)?;
    Ok(rule_set(page, place.0) + &next)
}

fn rule_set(rules: &[IngressRule], owner: &str) -> String {
    let items: String = rules.iter().map(|rule| item(rule, owner)).collect();
    format!("<securityGroupRuleSet>{items}</securityGroupRuleSet>")
}

fn item(rule: &IngressRule, owner: &str) -> String {
    let IngressRule { id, group, protocol, from_port, to_port, source, description, tags } = rule;
    let element = if source.contains(':') { "cidrIpv6" } else { "cidrIpv4" };
    let described = match description.as_str() {
        "" => String::new(),
        text => format!("<description>{}</description>", escape_xml(text)),
    };
    let tag = |(key, value): (&String, &String)| {
        format!("<item><key>{}</key><value>{}</value></item>", escape_xml(key), escape_xml(value))
    };
    let tags: String = tags.iter().map(tag).collect();
    format!(
        "<item><securityGroupRuleId>{id}</securityGroupRuleId><groupId>{group}</groupId><groupOwnerId>{owner}\
         </groupOwnerId><isEgress>false</isEgress><ipProtocol>{protocol}</ipProtocol><fromPort>{from_port}</fromPort>\
         <toPort>{to_port}</toPort><{element}>{source}</{element}>{described}<tagSet>{tags}</tagSet></item>"
    )
}

/// By ids only: by properties the simulation revokes nothing, so that nobody relies on it.
fn revoke(context: Context<'_>, place: Place<'_>, form: &Form) -> ServiceResult<String> {
    let group = form.get("GroupId").map_or("", String::as_str);
    let ids: Vec<&String> =
        (1..).map_while(|n| form.get(&format!("SecurityGroupRuleId.{n}"))).collect();
    let by_id = !ids.is_empty() && !form.keys().any(|name| name.starts_with("IpPermissions"));
    if !by_id {
        let text = "Only SecurityGroupRuleId is simulated";
        return Err(ServiceError::new(400, "InvalidParameterCombination", text));
    }
    for id in ids {
        if !context.stores.ingress_rules.revoke(context.world, place, group, id) {
            let text = format!("The security group rule ID '{id}' does not exist");
            return Err(ServiceError::new(400, "InvalidSecurityGroupRuleId.NotFound", text));
        }
    }
    Ok("<return>true</return>".to_owned())
}

/// One range of one permission, with its description and tags.
fn authorize(context: Context<'_>, place: Place<'_>, form: &Form) -> ServiceResult<String> {
    let rule = permission(form).ok_or_else(|| {
        let text = "One range of one permission is simulated";
        ServiceError::new(400, "InvalidParameterValue", text)
    })?;
    let made = context.stores.ingress_rules.authorize(context.world, place, rule);
    let made = made.ok_or_else(|| {
        let text = "the specified rule already exists";
        ServiceError::new(400, "InvalidPermission.Duplicate", text)
    })?;
    Ok(format!("<return>true</return>{}", rule_set(&[made], place.0)))
}

fn permission(form: &Form) -> Option<IngressRule> {
    let of = |name: &str| form.get(&format!("IpPermissions.1.{name}")).cloned();
    let ipv4 = of("IpRanges.1.CidrIp").map(|source| (source, of("IpRanges.1.Description")));
    let ipv6 =
        || of("Ipv6Ranges.1.CidrIpv6").map(|source| (source, of("Ipv6Ranges.1.Description")));
    let (source, description) = ipv4.or_else(ipv6)?;
    let tag = |n: usize| {
        let part = |part: &str| form.get(&format!("TagSpecification.1.Tag.{n}.{part}")).cloned();
        Some((part("Key")?, part("Value").unwrap_or_default()))
    };
    Some(IngressRule {
        id: String::new(),
        group: form.get("GroupId")?.clone(),
        protocol: of("IpProtocol")?,
        from_port: of("FromPort")?.parse().ok()?,
        to_port: of("ToPort")?.parse().ok()?,
        source,
        description: description.unwrap_or_default(),
        tags: (1..).map_while(tag).collect::<BTreeMap<_, _>>(),
    })
}
