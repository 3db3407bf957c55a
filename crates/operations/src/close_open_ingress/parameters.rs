//! What a run of `close-open-ingress` sets: the ports, and what is kept.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use org_operator_core::model::spec::Parameter;
use serde_json::{Map, Value, json};

use crate::given::{WORDS_ALLOWED, Wrong, parameter, tag, words};

const PORTS: &str = "Ports";
const WIDE_RULES: &str = "WideRules";
const KEEP_TAG: &str = "KeepTag";
const KEEP_GROUPS: &str = "KeepGroups";
const NAMES: [&str; 4] = [PORTS, WIDE_RULES, KEEP_TAG, KEEP_GROUPS];

const PORTS_ALLOWED: &str =
    "ports from 0 to 65535 and ranges, such as 22, \"22,3389\" or [22, \"8000-8010\"]";
const TAG_ALLOWED: &str = "a text, KEY or KEY=VALUE";

/// The parameters as they are declared.
pub(super) fn declared() -> Vec<Parameter> {
    let wide = "what to do with a rule that opens other ports, too";
    let tag = "a tag, KEY or KEY=VALUE: rules that have it, or whose group has it, stay";
    vec![
        parameter(PORTS, "the ports to close: numbers and ranges, such as 22,3389", "list", None),
        Parameter {
            allowed: vec![json!("skip"), json!("close")],
            ..parameter(WIDE_RULES, wide, "text", Some(json!("skip")))
        },
        parameter(KEEP_TAG, tag, "text", Some(json!(""))),
        parameter(KEEP_GROUPS, "the ids of groups whose rules stay", "list", Some(json!([]))),
    ]
}

/// What is wanted, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The ports to close.
    pub(super) ports: Vec<RangeInclusive<i32>>,
    /// Whether rules that open other ports too are closed.
    pub(super) close_wide: bool,
    /// Tags that keep a rule: the key, and the value where one is given.
    pub(super) keep_tags: Vec<(String, Option<String>)>,
    /// The groups whose rules stay.
    pub(super) keep_groups: BTreeSet<String>,
}

impl Wanted {
    /// Reads what a run sets.
    ///
    /// # Errors
    /// Every parameter that is unknown, wrong or missing.
    pub(super) fn of(given: &Map<String, Value>) -> Result<Self, Wrong> {
        let mut wrong = Wrong::default();
        wrong.unknown(given, &NAMES);
        let wanted = Self {
            ports: wrong.read(given, PORTS, None, PORTS_ALLOWED, some_ports),
            close_wide: wrong.read(given, WIDE_RULES, Some(false), "skip, close", wide),
            keep_tags: wrong.read(given, KEEP_TAG, Some(Vec::new()), TAG_ALLOWED, tag),
            keep_groups: wrong.read(
                given,
                KEEP_GROUPS,
                Some(BTreeSet::new()),
                WORDS_ALLOWED,
                words,
            ),
        };
        wrong.or(wanted)
    }
}

fn some_ports(value: &Value) -> Option<Vec<RangeInclusive<i32>>> {
    ports(value).filter(|ports| !ports.is_empty())
}

fn ports(value: &Value) -> Option<Vec<RangeInclusive<i32>>> {
    match value {
        Value::Array(list) => {
            list.iter().map(ports).collect::<Option<Vec<_>>>().map(|parts| parts.concat())
        }
        Value::Number(_) => port(&value.to_string()).map(|port| vec![port..=port]),
        Value::String(text) => text.split(',').map(|part| range(part.trim())).collect(),
        _ => None,
    }
}

fn range(text: &str) -> Option<RangeInclusive<i32>> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (port(from.trim())?, port(to.trim())?);
    (from <= to).then_some(from..=to)
}

fn port(text: &str) -> Option<i32> {
    text.parse::<u16>().ok().map(i32::from)
}

fn wide(value: &Value) -> Option<bool> {
    match value.as_str() {
        Some("close") => Some(true),
        Some("skip") => Some(false),
        _ => None,
    }
}
