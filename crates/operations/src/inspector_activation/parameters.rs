//! What a run of `inspector-activation` sets: the scan types, and what to do under an administrator.

use std::collections::BTreeSet;

use org_operator_core::model::spec::Parameter;
use serde_json::{Map, Value, json};

use super::scans::ScanType;
use crate::given::{Wrong, parameter, words};

const SCAN_TYPES: &str = "ScanTypes";
const ADMINISTERED: &str = "Administered";
const NAMES: [&str; 2] = [SCAN_TYPES, ADMINISTERED];

const TYPES_ALLOWED: &str = "one or more of EC2, ECR, LAMBDA, LAMBDA_CODE, CODE_REPOSITORY";

/// The parameters as they are declared.
pub(super) fn declared() -> Vec<Parameter> {
    let types = "the scan types to turn on: EC2, ECR, LAMBDA, LAMBDA_CODE, CODE_REPOSITORY";
    let administered = "what to do where the organization has a delegated administrator, who can turn \
                        it on for all members at once";
    vec![
        parameter(SCAN_TYPES, types, "list", None),
        Parameter {
            allowed: vec![json!("skip"), json!("enable")],
            ..parameter(ADMINISTERED, administered, "text", Some(json!("skip")))
        },
    ]
}

/// What is wanted, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The scan types to turn on, in the order in which they need each other.
    pub(super) types: Vec<ScanType>,
    /// Whether accounts are changed though the organization has a delegated administrator.
    pub(super) administered: bool,
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
            types: wrong.read(given, SCAN_TYPES, None, TYPES_ALLOWED, types),
            administered: wrong.read(
                given,
                ADMINISTERED,
                Some(false),
                "skip, enable",
                administered,
            ),
        };
        wrong.or(wanted)
    }
}

fn types(value: &Value) -> Option<Vec<ScanType>> {
    let known: Option<BTreeSet<ScanType>> =
        words(value)?.iter().map(|name| ScanType::of(name)).collect();
    known.filter(|types| !types.is_empty()).map(|types| types.into_iter().collect())
}

fn administered(value: &Value) -> Option<bool> {
    match value.as_str() {
        Some("enable") => Some(true),
        Some("skip") => Some(false),
        _ => None,
    }
}
