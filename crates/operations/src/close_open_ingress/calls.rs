//! The calls of `close-open-ingress`: the three listings of a plan, and for one row reading it again,
//! revoking a rule by its id, and authorizing it again.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::retry::RetryConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, Ipv6Range, ResourceType, SecurityGroup, SecurityGroupRule, Tag,
    TagSpecification,
};
use org_operator_aws::{RejectTruncated, call_failure};
use org_operator_changes::{CallProblem, Made, PlanRow, Seen};
use org_operator_core::ErrorKind;
use org_operator_core::error::CallFailure;

use super::parameters::Wanted;
use super::rule::{Candidate, Rule, in_plan, tags};
use super::{CLOSE, OPEN};
use crate::change::call_problem;
use crate::modelled::{refused, unknown_action};
use crate::{Rows, Target, ec2};

/// The three calls allow 5 to 1,000 entries per page (EC2 API reference).
const PAGE: i32 = 1000;

const READ_RULES: &str = "ec2:DescribeSecurityGroupRules";
const READ_GROUPS: &str = "ec2:DescribeSecurityGroups";
const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";
const AUTHORIZE: &str = "ec2:AuthorizeSecurityGroupIngress";

/// The rows of a plan: nothing but rules is listed where none of them is open.
pub(super) async fn rows(target: &Target, wanted: &Wanted) -> Result<Rows, CallFailure> {
    let client = ec2::client(target);
    let account = target.account.as_str();
    let listed = rules(&client, None).await?;
    let open = listed.iter().filter_map(|listed| {
        Some((listed.security_group_rule_id()?, in_plan(listed, account, wanted)?))
    });
    let open: Vec<(&str, Rule)> = open.collect();
    if open.is_empty() {
        return Ok(Rows::new());
    }
    let (groups, interfaces) = (groups(&client).await?, interfaces(&client).await?);
    let candidates = open.into_iter().map(|(id, rule)| Candidate {
        id,
        group: groups.get(&rule.group_id),
        interfaces: interfaces.get(&rule.group_id).copied().unwrap_or_default(),
        rule,
    });
    Ok(candidates.map(|candidate| candidate.row(wanted)).collect())
}

/// The rules of one group, or of all.
async fn rules(
    client: &Client,
    group: Option<&str>,
) -> Result<Vec<SecurityGroupRule>, CallFailure> {
    let filter = group.map(|id| vec![Filter::builder().name("group-id").values(id).build()]);
    let request = client.describe_security_group_rules().set_filters(filter);
    let mut all = ec2::items!(request.max_results(PAGE), security_group_rules);
    let mut found = Vec::new();
    while let Some(rule) = all.next().await? {
        found.push(rule);
    }
    Ok(found)
}

async fn groups(client: &Client) -> Result<BTreeMap<String, SecurityGroup>, CallFailure> {
    let mut all = ec2::items!(client.describe_security_groups().max_results(PAGE), security_groups);
    let mut found = BTreeMap::new();
    while let Some(group) = all.next().await? {
        found.insert(group.group_id().unwrap_or_default().to_owned(), group);
    }
    Ok(found)
}

/// How many interfaces have each group. An account's setting may hide those that a service manages.
async fn interfaces(client: &Client) -> Result<BTreeMap<String, u64>, CallFailure> {
    let request = client.describe_network_interfaces().include_managed_resources(true);
    let mut all = ec2::items!(request.max_results(PAGE), network_interfaces);
    let mut found = BTreeMap::new();
    while let Some(interface) = all.next().await? {
        for group in interface.groups().iter().filter_map(|group| group.group_id()) {
            *found.entry(group.to_owned()).or_default() += 1;
        }
    }
    Ok(found)
}

/// The rule of a row as it is now, and the tag keys on it and on its group.
pub(super) async fn read(target: &Target, row: &PlanRow) -> Result<Seen, CallProblem> {
    let planned = planned(row)?;
    let client = ec2::client(target);
    let group = Some(planned.group_id.as_str());
    let listed = rules(&client, group).await.map_err(|e| call_problem(READ_RULES, &e))?;
    let found = listed.iter().find(|listed| match row.action.as_str() {
        CLOSE => listed.security_group_rule_id() == Some(&row.key.key),
        _ => is_same_ingress(listed, &planned),
    });
    let rule = found.and_then(Rule::of);
    let of_rule = found.map(|found| tags(found.tags().iter())).unwrap_or_default();
    let of_group = group_tags(&client, &planned.group_id).await?;
    Ok(Seen {
        state: rule.map(|rule| rule.state()).unwrap_or_default(),
        id: found.and_then(|found| found.security_group_rule_id()).map(str::to_owned),
        tags: of_rule.into_keys().chain(of_group).collect(),
    })
}

fn is_same_ingress(listed: &SecurityGroupRule, planned: &Rule) -> bool {
    let is_egress = listed.is_egress() == Some(true);
    !is_egress && Rule::of(listed).is_some_and(|rule| rule.opens_the_same(planned))
}

/// The keys of a group's tags; none where the group is gone, and its rules with it.
async fn group_tags(client: &Client, group: &str) -> Result<BTreeSet<String>, CallProblem> {
    let sent = client.describe_security_groups().group_ids(group).send().await;
    match sent.map_err(|error| call_failure(&error)) {
        Ok(answer) => {
            let all = answer.security_groups().iter().flat_map(SecurityGroup::tags);
            Ok(tags(all).into_keys().collect())
        }
        Err(failure) if failure.code.as_deref() == Some("InvalidGroup.NotFound") => {
            Ok(BTreeSet::new())
        }
        Err(failure) => Err(call_problem(READ_GROUPS, &failure)),
    }
}

/// The rule that a row is about: the one that is there, or the one that is wanted.
fn planned(row: &PlanRow) -> Result<Rule, CallProblem> {
    let state = if row.before.is_null() { &row.after } else { &row.before };
    Rule::of_state(state).ok_or_else(|| CallProblem {
        kind: ErrorKind::InvalidRequest,
        ..refused("the plan's row has no rule of a security group")
    })
}

/// Makes the change of a row, in one request: what is lost on the way is read, not sent again.
pub(super) async fn change(target: &Target, row: &PlanRow) -> Result<Made, CallProblem> {
    let planned = planned(row)?;
    let builder = aws_sdk_ec2::config::Builder::from(&target.config);
    let once = builder.interceptor(RejectTruncated).retry_config(RetryConfig::disabled()).build();
    let client = Client::from_conf(once);
    match row.action.as_str() {
        CLOSE => revoke(&client, &planned.group_id, &row.key.key).await,
        OPEN => authorize(&client, &planned).await,
        _ => Err(unknown_action()),
    }
}

/// Revokes by the rule's id only: properties could fit another rule, or none without an error.
async fn revoke(client: &Client, group: &str, rule: &str) -> Result<Made, CallProblem> {
    let request = client.revoke_security_group_ingress();
    let sent = request.group_id(group).security_group_rule_ids(rule).send().await;
    let answer = sent.map_err(|error| call_problem(REVOKE, &call_failure(&error)))?;
    if answer.r#return() == Some(false) || !answer.unknown_ip_permissions().is_empty() {
        return Err(unsure(REVOKE, "EC2 answered that it revoked nothing"));
    }
    Ok(Made { request_id: request_id(&answer), ..Made::default() })
}

/// Opens a rule again, with its description and its tags; its id is another one.
async fn authorize(client: &Client, rule: &Rule) -> Result<Made, CallProblem> {
    let request = client.authorize_security_group_ingress().group_id(&rule.group_id);
    let tagged = request.ip_permissions(permission(rule)).set_tag_specifications(tag_list(rule));
    let sent = tagged.send().await;
    let answer = sent.map_err(|error| call_problem(AUTHORIZE, &call_failure(&error)))?;
    let made = answer.security_group_rules().first();
    let id = made.and_then(|rule| rule.security_group_rule_id()).map(str::to_owned);
    if answer.r#return() == Some(false) {
        return Err(unsure(AUTHORIZE, "EC2 answered that it authorized nothing"));
    }
    Ok(Made { request_id: request_id(&answer), id, ..Made::default() })
}

fn request_id(answer: &impl aws_sdk_ec2::operation::RequestId) -> Option<String> {
    answer.request_id().map(str::to_owned)
}

/// A success that says it is none: nobody knows.
fn unsure(action: &str, what: &str) -> CallProblem {
    CallProblem { may_have_happened: true, ..refused(&format!("{action}: {what}")) }
}

fn permission(rule: &Rule) -> IpPermission {
    let Rule { protocol, from_port, to_port, source, description, .. } = rule;
    let builder = IpPermission::builder().ip_protocol(protocol).from_port(*from_port);
    let ports = builder.to_port(*to_port);
    let of_v4 = || IpRange::builder().cidr_ip(source).set_description(description.clone());
    let of_v6 = || Ipv6Range::builder().cidr_ipv6(source).set_description(description.clone());
    if source.contains(':') {
        ports.ipv6_ranges(of_v6().build()).build()
    } else {
        ports.ip_ranges(of_v4().build()).build()
    }
}

fn tag_list(rule: &Rule) -> Option<Vec<TagSpecification>> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let all: Vec<Tag> = rule.tags.iter().map(tag).collect();
    let specification = TagSpecification::builder().resource_type(ResourceType::SecurityGroupRule);
    (!all.is_empty()).then(|| vec![specification.set_tags(Some(all)).build()])
}
