//! What a run of `security-hub-controls` sets: standards, controls, and why.

use std::collections::BTreeSet;

use org_operator_core::input::path::FieldPath;
use org_operator_core::input::violation::{Expected, Violations, shown};
use org_operator_core::model::spec::Parameter;
use org_operator_core::{AccountId, Region};
use serde_json::{Map, Value, json};

const STANDARDS: &str = "Standards";
const ENABLE: &str = "EnableControls";
const DISABLE: &str = "DisableControls";
const REASON: &str = "Reason";
const CENTRAL: &str = "CentralAccounts";
const NAMES: [&str; 5] = [STANDARDS, ENABLE, DISABLE, REASON, CENTRAL];

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

fn parameter(name: &str, meaning: &str, kind: &'static str, default: Option<Value>) -> Parameter {
    let (name, meaning) = (name.to_owned(), meaning.to_owned());
    Parameter { name, meaning, kind, default, allowed: Vec::new() }
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
    /// Reads what a run sets, and notes everything that is wrong with it.
    pub(super) fn of(given: &Map<String, Value>, violations: &mut Violations) -> Self {
        let mut reader = Reader { given, violations };
        reader.unknown();
        let standard = "a list of standards as NAME/v/VERSION, such as nist-800-53/v/5.0.0";
        let control = "a list of control ids, such as S3.1";
        if given.get(STANDARDS).is_none_or(Value::is_null) {
            reader.note(STANDARDS, "nothing", standard);
        }
        let wanted = Self {
            standards: reader.words(STANDARDS, standard, is_standard),
            enable: reader.words(ENABLE, control, is_control),
            disable: reader.words(DISABLE, control, is_control),
            reason: given.get(REASON).and_then(Value::as_str).unwrap_or_default().to_owned(),
            central: reader.words(CENTRAL, AccountId::ALLOWED, |id| AccountId::parse(id).is_some()),
        };
        if let Some(both) = wanted.enable.intersection(&wanted.disable).next() {
            reader.note(DISABLE, both, "controls that EnableControls does not name");
        }
        // Security Hub takes no disabled control without a reason (API reference).
        if !wanted.disable.is_empty() && wanted.reason.is_empty() {
            reader.note(REASON, "nothing", "a text: why controls are switched off");
        }
        wanted
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

struct Reader<'a> {
    given: &'a Map<String, Value>,
    violations: &'a mut Violations,
}

impl Reader<'_> {
    fn unknown(&mut self) {
        for (name, value) in self.given.iter().filter(|(name, _)| !NAMES.contains(&name.as_str())) {
            let text = format!("only {}", NAMES.join(", "));
            self.note(name, &value.to_string(), Expected::name(text, name, NAMES));
        }
    }

    fn words(&mut self, name: &str, allowed: &str, fits: fn(&str) -> bool) -> BTreeSet<String> {
        let value = self.given.get(name).filter(|value| !value.is_null());
        let Some(value) = value else { return BTreeSet::new() };
        let words = listed(value).filter(|words| words.iter().all(|word| fits(word)));
        words.unwrap_or_else(|| {
            self.note(name, &value.to_string(), allowed);
            BTreeSet::new()
        })
    }

    fn note(&mut self, name: &str, came: &str, allowed: impl Into<Expected>) {
        let path = FieldPath::root().field("Parameters").field(name);
        self.violations.note_text(path, shown(came), allowed);
    }
}

/// The texts of a list, or of one text with commas.
fn listed(value: &Value) -> Option<BTreeSet<String>> {
    match value {
        Value::String(text) => {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            Some(words.map(str::to_owned).collect())
        }
        Value::Array(list) => list.iter().map(|word| word.as_str().map(str::to_owned)).collect(),
        // The command reads an id of digits only as a number.
        Value::Number(number) => Some(BTreeSet::from([number.to_string()])),
        _ => None,
    }
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
