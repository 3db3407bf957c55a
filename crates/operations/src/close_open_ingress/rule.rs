//! A rule of a security group: its form in a plan, and whether it is closed. No calls are made here.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{SecurityGroup, SecurityGroupRule, Tag};
use org_operator_changes::{Inverse, SKIP};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parameters::Wanted;
use super::{CLOSE, OPEN};

/// The tag by which `CloudFormation` marks what a stack has made.
const STACK: &str = "aws:cloudformation:stack-name";
/// A protocol number or name with ports (EC2 API reference, `IpPermission`).
const WITH_PORTS: [&str; 4] = ["tcp", "udp", "6", "17"];

/// A rule without its id: what a plan compares, and what opens it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Rule {
    /// The security group.
    pub(super) group_id: String,
    /// The protocol; `-1` is all.
    pub(super) protocol: String,
    /// The first port; -1 is all.
    pub(super) from_port: i32,
    /// The last port; -1 is all.
    pub(super) to_port: i32,
    /// The IPv4 or IPv6 range.
    pub(super) source: String,
    /// The description; null for none.
    pub(super) description: Option<String>,
    /// The rule's tags, without AWS's own: nobody can put those back.
    pub(super) tags: BTreeMap<String, String>,
}

impl Rule {
    /// The rule, or `None` where its source is no range of addresses.
    pub(super) fn of(rule: &SecurityGroupRule) -> Option<Self> {
        let source = rule.cidr_ipv4().or(rule.cidr_ipv6()).filter(|cidr| !cidr.is_empty())?;
        let own = |tag: &&Tag| !tag.key().unwrap_or_default().starts_with("aws:");
        Some(Self {
            group_id: rule.group_id()?.to_owned(),
            protocol: rule.ip_protocol()?.to_owned(),
            from_port: rule.from_port().unwrap_or(-1),
            to_port: rule.to_port().unwrap_or(-1),
            source: source.to_owned(),
            description: rule.description().filter(|text| !text.is_empty()).map(str::to_owned),
            tags: tags(rule.tags().iter().filter(own)),
        })
    }

    /// The rule as a state of a plan.
    pub(super) fn state(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The same as text, its members in the order of this type.
    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The rule of a plan's state.
    pub(super) fn of_state(state: &Value) -> Option<Self> {
        Self::deserialize(state).ok()
    }

    /// Whether another rule opens the same: EC2 takes no second one, whatever its description is.
    pub(super) fn opens_the_same(&self, other: &Self) -> bool {
        let opens = |rule: &Self| {
            let Self { group_id, protocol, from_port, to_port, source, .. } = rule.clone();
            (group_id, protocol, from_port, to_port, source)
        };
        opens(self) == opens(other)
    }

    /// A key for the rule without an id.
    pub(super) fn key(&self) -> String {
        let Self { group_id, protocol, from_port, to_port, source, .. } = self;
        format!("{group_id}/{protocol}/{from_port}-{to_port}/{source}")
    }

    fn is_open(&self) -> bool {
        matches!(self.source.as_str(), "0.0.0.0/0" | "::/0")
    }

    /// Whether the rule opens one of the ports.
    fn touches(&self, wanted: &Wanted) -> bool {
        let meets = |ports: &std::ops::RangeInclusive<i32>| {
            *ports.start() <= self.to_port && self.from_port <= *ports.end()
        };
        self.is_all() || (self.has_ports() && wanted.ports.iter().any(meets))
    }

    /// Whether the rule opens other ports, too.
    fn is_wide(&self, wanted: &Wanted) -> bool {
        let named = |port| wanted.ports.iter().any(|ports| ports.contains(&port));
        self.is_all() || !(self.from_port..=self.to_port).all(named)
    }

    fn is_all(&self) -> bool {
        self.protocol == "-1" || (self.has_ports() && self.from_port < 0)
    }

    fn has_ports(&self) -> bool {
        WITH_PORTS.contains(&self.protocol.as_str())
    }
}

/// Tags by key.
pub(super) fn tags<'a>(tags: impl Iterator<Item = &'a Tag>) -> BTreeMap<String, String> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    tags.map(|tag| (text(tag.key()), text(tag.value()))).collect()
}

/// A rule of the internet on one of the ports, with what decides about it.
pub(super) struct Candidate<'a> {
    pub(super) id: &'a str,
    pub(super) rule: Rule,
    pub(super) group: Option<&'a SecurityGroup>,
    pub(super) interfaces: u64,
}

/// Whether an ingress rule of the account itself belongs into the plan: it is open to the whole
/// internet on one of the ports. The owner of a shared VPC sees rules of others.
pub(super) fn in_plan(rule: &SecurityGroupRule, account: &str, wanted: &Wanted) -> Option<Rule> {
    let own = rule.group_owner_id().is_none_or(|owner| owner.is_empty() || owner == account);
    let ingress = rule.is_egress() == Some(false);
    Rule::of(rule).filter(|rule| own && ingress && rule.is_open() && rule.touches(wanted))
}

impl Candidate<'_> {
    /// The action, and why.
    fn decision(&self, wanted: &Wanted) -> (&'static str, String) {
        let Self { rule, .. } = self;
        if wanted.keep_groups.contains(&rule.group_id) {
            return (SKIP, "KeepGroups names the group".to_owned());
        }
        let mut keeping = wanted.keep_tags.iter();
        if let Some((key, _)) = keeping.find(|(key, value)| self.has_tag(key, value.as_deref())) {
            return (SKIP, format!("KeepTag: it has the tag {key}"));
        }
        if rule.is_wide(wanted) && !wanted.close_wide {
            return (SKIP, "it opens other ports, too; WideRules is skip".to_owned());
        }
        (CLOSE, format!("open to {}", rule.source))
    }

    fn has_tag(&self, key: &str, value: Option<&str>) -> bool {
        let group = self.group_tags();
        let found = [self.rule.tags.get(key), group.get(key)];
        found.into_iter().flatten().any(|found| value.is_none_or(|value| value == found))
    }

    fn group_tags(&self) -> BTreeMap<String, String> {
        self.group.map(|group| tags(group.tags().iter())).unwrap_or_default()
    }

    /// The record, its cells in the order of the columns.
    pub(super) fn row(&self, wanted: &Wanted) -> Vec<String> {
        let (action, reason) = self.decision(wanted);
        let Self { id, rule, group, interfaces } = self;
        let of_group = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let inverse = Inverse { key: Some(rule.key()), action: OPEN.to_owned() };
        let inverse = if action == SKIP { None } else { serde_json::to_string(&inverse).ok() };
        vec![
            (*id).to_owned(),
            action.to_owned(),
            reason,
            rule.group_id.clone(),
            of_group(group.and_then(|group| group.group_name())),
            of_group(group.and_then(|group| group.vpc_id())),
            rule.protocol.clone(),
            rule.from_port.to_string(),
            rule.to_port.to_string(),
            rule.source.clone(),
            rule.description.clone().unwrap_or_default(),
            interfaces.to_string(),
            self.group_tags().remove(STACK).unwrap_or_default(),
            rule.text(),
            // A row that is skipped keeps its state.
            if action == SKIP { rule.text() } else { String::new() },
            inverse.unwrap_or_default(),
        ]
    }
}
