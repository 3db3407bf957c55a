//! A resource with its tags, and the rows of a plan about it. No calls are made here.

use std::collections::BTreeMap;

use org_operator_changes::{Inverse, PlanRow, SKIP};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parameters::Wanted;
use super::services::Verb;

/// The tag by which `CloudFormation` marks what a stack has made.
const STACK: &str = "aws:cloudformation:stack-name";
/// What begins the keys of AWS's own tags: they do not count, and nobody else sets them.
pub(super) const RESERVED: &str = "aws:";
/// Tags that a resource may have, AWS's own not counted (AWS general reference, tag limits).
const MOST_TAGS: usize = 50;

/// One tag of one resource: a state of a plan's row. A tag that is absent is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) arn: String,
    pub(super) key: String,
    pub(super) value: String,
}

impl Tag {
    /// The tag that a row is about: the one that is wanted, or the one that is taken away.
    pub(super) fn of(row: &PlanRow) -> Option<Self> {
        let state = if row.after.is_null() { &row.before } else { &row.after };
        Self::deserialize(state).ok()
    }

    /// The tag as a state of a plan.
    pub(super) fn state(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The key of a row about it.
    pub(super) fn row_key(&self) -> String {
        format!("{} {}", self.arn, self.key)
    }
}

/// A resource as the tagging API lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) arn: String,
    pub(super) tags: BTreeMap<String, String>,
}

impl Resource {
    /// The resource of an entry of `GetResources`.
    pub(super) fn of(entry: &Value) -> Option<Self> {
        let arn = entry.get("ResourceARN")?.as_str()?.to_owned();
        let listed = entry.get("Tags").and_then(Value::as_array).into_iter().flatten();
        let text = |tag: &Value, name: &str| tag.get(name)?.as_str().map(str::to_owned);
        let tags = listed.filter_map(|tag| Some((text(tag, "Key")?, text(tag, "Value")?)));
        Some(Self { arn, tags: tags.collect() })
    }

    /// The service of the ARN.
    fn service(&self) -> &str {
        self.arn.split(':').nth(2).unwrap_or_default()
    }

    /// The service and the type of resource: `ec2:volume`.
    fn kind(&self) -> String {
        let service = self.service();
        let resource = self.arn.splitn(6, ':').nth(5).unwrap_or_default().trim_start_matches('/');
        match resource.split_once([':', '/']).map(|(kind, _)| kind) {
            _ if service == "s3" => "s3:bucket".to_owned(),
            Some(kind) => format!("{service}:{kind}"),
            None => service.to_owned(),
        }
    }

    fn own_tags(&self) -> usize {
        self.tags.keys().filter(|key| !key.starts_with(RESERVED)).count()
    }

    /// The rows about the resource: one for each tag that it does not have as it is wanted.
    pub(super) fn rows(&self, wanted: &Wanted) -> Vec<Vec<String>> {
        let mut room = MOST_TAGS.saturating_sub(self.own_tags());
        let missing = wanted.tags.iter().filter(|(key, value)| self.tags.get(*key) != Some(value));
        missing
            .map(|(key, value)| {
                let (acts, reason) = self.decision(wanted, key, room);
                if acts && !self.tags.contains_key(key) {
                    room -= 1;
                }
                self.row(key, value, acts, reason)
            })
            .collect()
    }

    /// Whether a tag is set, and why or why not.
    fn decision(&self, wanted: &Wanted, key: &str, room: usize) -> (bool, String) {
        if self.service() == "cloudformation" && !wanted.names_service("cloudformation") {
            let text = "tagging a stack starts an update of it: name its type in ResourceTypes";
            return (false, text.to_owned());
        }
        match self.tags.get(key) {
            Some(_) if wanted.overwrite => (true, "it has another value".to_owned()),
            Some(_) => (false, "it has another value; Overwrite is false".to_owned()),
            None if room == 0 => (false, format!("it has no room: {MOST_TAGS} tags are the most")),
            None => (true, self.lacks(key)),
        }
    }

    fn lacks(&self, key: &str) -> String {
        let alike = self.tags.keys().find(|other| other.eq_ignore_ascii_case(key));
        alike.map_or_else(
            || "it lacks the key".to_owned(),
            |other| format!("it lacks the key; it has {other}, in other letters"),
        )
    }

    /// The record, its cells in the order of the columns.
    fn row(&self, key: &str, value: &str, acts: bool, reason: String) -> Vec<String> {
        let of = |value: &str| Tag {
            arn: self.arn.clone(),
            key: key.to_owned(),
            value: value.to_owned(),
        };
        let (current, wanted) = (self.tags.get(key).map(|value| of(value)), of(value));
        let before = current.as_ref().map(Tag::text).unwrap_or_default();
        let back = if current.is_none() { Verb::Untag } else { Verb::Tag };
        let inverse = Inverse { key: Some(wanted.row_key()), action: back.word(self.service()) };
        let inverse = serde_json::to_string(&inverse).unwrap_or_default();
        vec![
            wanted.row_key(),
            if acts { Verb::Tag.word(self.service()) } else { SKIP.to_owned() },
            reason,
            self.arn.clone(),
            self.kind(),
            key.to_owned(),
            current.map(|tag| tag.value).unwrap_or_default(),
            value.to_owned(),
            self.tags.get(STACK).cloned().unwrap_or_default(),
            before.clone(),
            // A row that is skipped keeps its state.
            if acts { wanted.text() } else { before },
            if acts { inverse } else { String::new() },
        ]
    }
}
