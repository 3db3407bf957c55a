//! The form of `exceptions.toml`, as a JSON value. Its syntax, and which line a field is on, is for
//! whoever reads the text.

use serde_json::Value;

use super::day::Day;
use super::exception::{Exception, Exempted, Star, Which};
use super::pattern::Pattern;
use crate::error::ErrorKind;
use crate::input::parse::{self, Fields};
use crate::input::path::FieldPath;
use crate::input::violation::{Expected, Violations};
use crate::model::id::AccountId;
use crate::model::region::Region;

/// More are no exceptions any more; and each is looked at for each record of its account.
const MOST: usize = 1_000;

const LIST: &str = "exception";
const FIELDS: &[&str] = &["account", "region", "operation", "error", "record", "reason", "expires"];

/// The exceptions that `value` has under `exception`; what is wrong with it is noted.
pub fn exceptions(value: &Value, violations: &mut Violations) -> Vec<Exception> {
    let Some(fields) = Fields::open(&FieldPath::root(), value, &[LIST], violations) else {
        return Vec::new();
    };
    let listed = fields.list(LIST, violations, exception);
    let count = fields.get(LIST).and_then(Value::as_array).map_or(0, Vec::len);
    if count > MOST {
        let allowed = format!("at most {MOST} of them");
        violations.note_text(fields.path(LIST), format!("{count} exceptions"), allowed);
    }
    listed
}

fn exception(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<Exception> {
    let fields = Fields::open(path, value, FIELDS, violations)?;
    let account = fields.required("account", violations, |path, value, violations| {
        which(value, AccountId::parse).or_else(|| noted(path, value, violations, ACCOUNT))
    });
    let region = fields.required("region", violations, |path, value, violations| {
        which(value, Region::parse).or_else(|| noted(path, value, violations, REGION))
    });
    let operation = fields.optional("operation", violations, words);
    let exempted = exempted(&fields, operation.is_some(), violations);
    let reason = fields.required("reason", violations, words);
    let expires = fields.required("expires", violations, |path, value, violations| {
        let day = value.as_str().and_then(Day::parse);
        day.or_else(|| noted(path, value, violations, Day::ALLOWED))
    });
    Some(Exception {
        account: account?,
        region: region?,
        operation,
        exempted: exempted?,
        reason: reason?,
        expires: expires?,
    })
}

const ACCOUNT: &str = "an account id of 12 digits, as a string, or \"*\" for any account";
const REGION: &str = "a Region such as \"eu-west-1\", \"global\", or \"*\" for any Region";

fn which<T>(value: &Value, parse: impl Fn(&str) -> Option<T>) -> Option<Which<T>> {
    match value.as_str()? {
        "*" => Some(Which::Any(Star::Star)),
        name => parse(name).map(Which::One),
    }
}

/// One of `error` and `record`. A key means something only to its operation.
fn exempted(fields: &Fields, has_operation: bool, violations: &mut Violations) -> Option<Exempted> {
    let error = fields.optional("error", violations, failing_kind);
    let record = fields.optional("record", violations, words);
    match (fields.get("error"), fields.get("record")) {
        (Some(_), None) => error.map(Exempted::Error),
        (None, Some(value)) => {
            if !has_operation {
                let allowed = "a record beside the operation that it is of: operation = \"…\"";
                violations.note(fields.path("record"), value, allowed);
            }
            record.map(|key| Exempted::Record(Pattern::new(&key)))
        }
        (both, _) => {
            let came = if both.is_some() { "both" } else { "nothing" };
            let allowed = "either error, an error kind, or record, a pattern of a record's key";
            violations.note_text(fields.path("error"), came, allowed);
            None
        }
    }
}

/// An error kind with which targets fail: what is SKIPPED raises no alarm anyway.
fn failing_kind(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<ErrorKind> {
    let failing = || ErrorKind::ALL.iter().copied().filter(|kind| of_target(*kind));
    let name = value.as_str().unwrap_or_default();
    let found = failing().find(|kind| kind.name() == name);
    if found.is_none() {
        let names: Vec<&str> = failing().map(ErrorKind::name).collect();
        let expected = Expected::name(names.join(", "), name, names.iter().copied());
        violations.note(path, value, expected);
    }
    found
}

/// Whether a target can FAIL with `kind`: a wrong request or an empty selection has no targets.
fn of_target(kind: ErrorKind) -> bool {
    !kind.is_skip() && !matches!(kind, ErrorKind::InvalidRequest | ErrorKind::NoTargets)
}

fn words(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<String> {
    let text = parse::text(path, value, violations)?;
    if text.trim().is_empty() {
        return noted(path, value, violations, "words: an empty text says nothing");
    }
    Some(text)
}

fn noted<T>(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
    allowed: &str,
) -> Option<T> {
    violations.note(path, value, allowed);
    None
}
