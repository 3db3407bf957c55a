//! What a run of `tag-resources` sets: the tags, on which resources, and which keys are refused.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_core::model::spec::Parameter;
use serde_json::{Map, Value, json};

use super::state::RESERVED;
use crate::given::{WORDS_ALLOWED, Wrong, pair, parameter, scalar, tag, words};

const TAGS: &str = "Tags";
const RESOURCE_TYPES: &str = "ResourceTypes";
const WITH_TAG: &str = "WithTag";
const OVERWRITE: &str = "Overwrite";
const REFUSED_KEYS: &str = "RefusedKeys";
const NAMES: [&str; 5] = [TAGS, RESOURCE_TYPES, WITH_TAG, OVERWRITE, REFUSED_KEYS];

/// Characters of a key and of a value at most (AWS general reference, tag limits).
const MOST_KEY: usize = 128;
const MOST_VALUE: usize = 256;
/// Tags that one call may set (Resource Groups Tagging API reference).
const MOST_TAGS: usize = 50;

const TAGS_ALLOWED: &str = "1 to 50 tags, as Owner=web,Stage=test or {\"Owner\": \"web\"}: keys of 1 to 128 \
                            characters, values of up to 256, neither beginning with aws:";
const TAG_ALLOWED: &str = "a text, KEY or KEY=VALUE";

/// The parameters as they are declared.
pub(super) fn declared() -> Vec<Parameter> {
    let types = "only resources of these types, such as ec2:instance; empty for all";
    let overwrite = "whether keys with another value are set, too";
    let refused = "keys that no run sets, such as those that decide about access or bills";
    vec![
        parameter(TAGS, "the tags to set: Owner=web,Stage=test", "list", None),
        parameter(RESOURCE_TYPES, types, "list", Some(json!([]))),
        parameter(
            WITH_TAG,
            "only resources that have this tag, KEY or KEY=VALUE",
            "text",
            Some(json!("")),
        ),
        Parameter {
            allowed: vec![json!(false), json!(true)],
            ..parameter(OVERWRITE, overwrite, "boolean", Some(json!(false)))
        },
        parameter(REFUSED_KEYS, refused, "list", Some(json!([]))),
    ]
}

/// What is wanted, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The tags to set, by key.
    pub(super) tags: BTreeMap<String, String>,
    /// The types of resources; empty for all.
    pub(super) types: BTreeSet<String>,
    /// A tag that the resources have: its key, and its value where one is given.
    pub(super) with_tag: Vec<(String, Option<String>)>,
    /// Whether keys with another value are set.
    pub(super) overwrite: bool,
}

impl Wanted {
    /// Reads what a run sets.
    ///
    /// # Errors
    /// Every parameter that is unknown, wrong or missing.
    pub(super) fn of(given: &Map<String, Value>) -> Result<Self, Wrong> {
        let mut wrong = Wrong::default();
        wrong.unknown(given, &NAMES);
        let none = || Some(BTreeSet::new());
        let wanted = Self {
            tags: wrong.read(given, TAGS, None, TAGS_ALLOWED, tags),
            types: wrong.read(given, RESOURCE_TYPES, none(), WORDS_ALLOWED, words),
            with_tag: wrong.read(given, WITH_TAG, Some(Vec::new()), TAG_ALLOWED, tag),
            overwrite: wrong.read(given, OVERWRITE, Some(false), "true, false", Value::as_bool),
        };
        let refused = wrong.read(given, REFUSED_KEYS, none(), WORDS_ALLOWED, words);
        let is_refused =
            |key: &&String| refused.iter().any(|other| other.eq_ignore_ascii_case(key));
        if let Some(key) = wanted.tags.keys().find(is_refused) {
            let allowed = format!("keys that are not in RefusedKeys, which has {key}");
            wrong.add(TAGS, given.get(TAGS), allowed);
        }
        wrong.or(wanted)
    }

    /// Whether the run names types of this service.
    pub(super) fn names_service(&self, service: &str) -> bool {
        self.types.iter().any(|kind| kind.split(':').next() == Some(service))
    }
}

fn tags(value: &Value) -> Option<BTreeMap<String, String>> {
    let found = match value {
        Value::String(text) => text.split(',').map(|part| pair(part.trim())).collect(),
        Value::Array(list) => list.iter().map(|part| pair(part.as_str()?)).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| Some((key.clone(), scalar(value)?))).collect()
        }
        _ => None,
    };
    let fits = |(key, value): (&String, &String)| is_key(key) && is_value(value);
    found.filter(|tags: &BTreeMap<_, _>| {
        (1..=MOST_TAGS).contains(&tags.len()) && tags.iter().all(fits)
    })
}

fn is_key(key: &str) -> bool {
    (1..=MOST_KEY).contains(&key.chars().count()) && !is_reserved(key)
}

fn is_value(value: &str) -> bool {
    value.chars().count() <= MOST_VALUE && !is_reserved(value)
}

/// AWS refuses its own prefix in any letters.
fn is_reserved(text: &str) -> bool {
    text.get(..RESERVED.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED))
}
