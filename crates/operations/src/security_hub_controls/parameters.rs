//! What a run of `security-hub-controls` sets: standards, controls, and why.

use std::collections::BTreeSet;

use org_operator_core::model::spec::Parameter;
use org_operator_core::{AccountId, Region};
use serde_json::{Map, Value, json};

use crate::given::{Wrong, parameter, scalar, words};

const STANDARDS: &str = "Standards";
const ENABLE: &str = "EnableControls";
const DISABLE: &str = "DisableControls";
const REASON: &str = "Reason";
const CENTRAL: &str = "CentralAccounts";
const NAMES: [&str; 5] = [STANDARDS, ENABLE, DISABLE, REASON, CENTRAL];

const STANDARDS_ALLOWED: &str =
    "a list of standards as NAME/v/VERSION, such as nist-800-53/v/5.0.0";
const CONTROLS_ALLOWED: &str = "a list of control ids, such as S3.1";

/// The one standard whose ARN has no Region (Security Hub user guide, "CIS AWS Foundations Benchmark").
const WITHOUT_REGION: &str = "cis-aws-foundations-benchmark/v/1.2.0";

/// The parameters as they are declared.
pub(super) fn declared() -> Vec<Parameter> {
    let standards = "the standards that are to be on, such as \
                     aws-foundational-security-best-practices/v/1.0.0; [] for none beside those that are";
    let central =
        "accounts that a central configuration of Security Hub rules: they are left alone";
    let list = || Some(json!([]));
    vec![
        parameter(STANDARDS, standards, "list", None),
        parameter(ENABLE, "controls that are to be on, such as S3.1", "list", list()),
        parameter(DISABLE, "controls that are to be off, in every standard", "list", list()),
        parameter(
            REASON,
            "why controls are switched; Security Hub keeps it",
            "text",
            Some(json!("")),
        ),
        parameter(CENTRAL, central, "list", list()),
    ]
}

/// What is wanted, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Standards that are to be on, by name and version.
    pub(super) standards: BTreeSet<String>,
    /// Controls that are to be on.
    pub(super) enable: BTreeSet<String>,
    /// Controls that are to be off.
    pub(super) disable: BTreeSet<String>,
    /// Why.
    pub(super) reason: String,
    /// Accounts that are configured centrally.
    pub(super) central: BTreeSet<String>,
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
            standards: wrong.read(given, STANDARDS, None, STANDARDS_ALLOWED, standards),
            enable: wrong.read(given, ENABLE, none(), CONTROLS_ALLOWED, controls),
            disable: wrong.read(given, DISABLE, none(), CONTROLS_ALLOWED, controls),
            reason: wrong.read(given, REASON, Some(String::new()), "a text", scalar),
            central: wrong.read(given, CENTRAL, none(), AccountId::ALLOWED, accounts),
        };
        if let Some(both) = wanted.enable.intersection(&wanted.disable).next() {
            wrong.say(DISABLE, both, "controls that EnableControls does not name");
        }
        // Security Hub takes no disabled control without a reason (API reference).
        if !wanted.disable.is_empty() && wanted.reason.is_empty() {
            wrong.say(REASON, "nothing", "a text: why controls are switched off");
        }
        wrong.or(wanted)
    }
}

/// The ARN of a standard in a Region.
pub(super) fn standard_arn(name: &str, region: &Region) -> String {
    let partition = region.partition();
    match name {
        WITHOUT_REGION => format!("arn:{}:securityhub:::ruleset/{name}", partition.as_str()),
        _ => format!("arn:{}:securityhub:{region}::standards/{name}", partition.as_str()),
    }
}

fn standards(value: &Value) -> Option<BTreeSet<String>> {
    words(value).filter(|words| words.iter().all(|word| is_standard(word)))
}

fn controls(value: &Value) -> Option<BTreeSet<String>> {
    words(value).filter(|words| words.iter().all(|word| is_control(word)))
}

/// Ids of accounts; the command reads one alone as a number.
fn accounts(value: &Value) -> Option<BTreeSet<String>> {
    let alone = value.as_u64().map(|number| BTreeSet::from([number.to_string()]));
    let ids = alone.or_else(|| words(value))?;
    ids.iter().all(|id| AccountId::parse(id).is_some()).then_some(ids)
}

fn is_standard(text: &str) -> bool {
    let name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let version = |version: &str| {
        !version.is_empty() && version.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    text.split_once("/v/").is_some_and(|(one, other)| name(one) && version(other))
}

fn is_control(text: &str) -> bool {
    let named = text.split_once('.').is_some_and(|(service, number)| {
        !service.is_empty()
            && service.chars().all(|c| c.is_ascii_alphanumeric())
            && !number.is_empty()
            && number.chars().all(|c| c.is_ascii_digit())
    });
    named && text.starts_with(|c: char| c.is_ascii_alphabetic())
}
