//! Reading the vectors, and values of theirs in the form that this client has.

use std::path::PathBuf;
use std::sync::Arc;

use aws_smithy_types::DateTime;
use aws_smithy_types::base64;
use aws_smithy_types::date_time::Format;
use org_operator_dynamic::{Answer, Call};
use org_operator_models::{Kind, Service, ShapeRef};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One case of the vectors.
#[derive(Debug, Deserialize)]
pub(crate) struct Vector {
    /// The file, and the case's place in it: what messages and lists name.
    pub(crate) place: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) service: Value,
    pub(crate) params: Option<Value>,
    pub(crate) serialized: Option<Serialized>,
    pub(crate) response: Option<Response>,
    pub(crate) result: Option<Value>,
    pub(crate) error: Option<Value>,
    #[serde(rename = "errorCode", default)]
    pub(crate) error_code: String,
    #[serde(rename = "errorMessage", default)]
    pub(crate) error_message: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Serialized {
    pub(crate) method: Option<String>,
    pub(crate) uri: Option<String>,
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    #[serde(rename = "forbidHeaders", default)]
    pub(crate) forbidden: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Response {
    pub(crate) status_code: u16,
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    pub(crate) body: Option<String>,
}

/// An answer that botocore recorded, and what botocore reads of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) place: String,
    pub(crate) service: String,
    /// The operation's name with its words divided by hyphens.
    pub(crate) operation: String,
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) expected: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct All {
    vectors: Vec<Vector>,
    recorded: Vec<Recorded>,
}

fn all() -> All {
    let path = std::env::var_os("PROTOCOL_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.venv/vectors.json"),
        PathBuf::from,
    );
    let text = std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; `make .venv/vectors.json` fetches the vectors", path.display())
    });
    serde_json::from_slice(&text).expect("the vectors are JSON as expected")
}

/// The vectors of one direction: `input` or `output`.
pub(crate) fn vectors(direction: &str) -> Vec<Vector> {
    let is_wanted = |vector: &Vector| vector.place.contains(&format!("{direction}/"));
    let found: Vec<Vector> = all().vectors.into_iter().filter(is_wanted).collect();
    assert!(found.len() > 300, "only {} vectors of {direction}", found.len());
    found
}

/// The answers that botocore recorded.
pub(crate) fn recorded() -> Vec<Recorded> {
    all().recorded
}

impl Vector {
    pub(crate) fn call(&self) -> Call {
        let json = self.service.to_string();
        let service = Service::read("vectors", json.as_bytes()).expect("the model is read");
        Call::of(Arc::new(service), &self.name).expect("the operation is in the model")
    }

    /// What lists of exceptions call it.
    pub(crate) fn label(&self) -> &str {
        if self.id.is_empty() { &self.place } else { &self.id }
    }
}

impl Response {
    pub(crate) fn answer<'a>(&'a self, body: &'a [u8]) -> Answer<'a> {
        let headers =
            self.headers.iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap_or_default()));
        Answer { status: self.status_code, headers: headers.collect(), body }
    }
}

/// `value`, a vector's, in this client's form: blobs are base64 text there and times RFC 3339 text;
/// numbers with a fraction are compared as such.
pub(crate) fn in_our_form(service: &Service, of: &ShapeRef, value: &Value) -> Value {
    scalars(service, of, value, &|kind, value| match (kind, value) {
        (Kind::Blob, Value::String(text)) => base64::encode(text).into(),
        (Kind::Timestamp, Value::Number(number)) => time(&number.to_string()),
        (Kind::Timestamp, Value::String(text)) => time(text),
        (Kind::Float, Value::Number(number)) => number.as_f64().into(),
        _ => value.clone(),
    })
}

/// `value`, this client's, with numbers as vectors compare them: 1 is 1.0 where there may be a fraction.
pub(crate) fn with_floats(service: &Service, of: &ShapeRef, value: &Value) -> Value {
    scalars(service, of, value, &|kind, value| match (kind, value) {
        (Kind::Float, Value::Number(number)) => number.as_f64().into(),
        _ => value.clone(),
    })
}

/// `value` with every scalar as `change` has it.
fn scalars(
    service: &Service,
    of: &ShapeRef,
    value: &Value,
    change: &dyn Fn(Kind, &Value) -> Value,
) -> Value {
    let shape = service.shape(of);
    let inner = |of: Option<&ShapeRef>, value: &Value| match of {
        Some(of) => scalars(service, of, value, change),
        None => value.clone(),
    };
    match (shape.kind, value) {
        (Kind::Structure, Value::Object(given)) => {
            given.iter().map(|(k, v)| (k.clone(), inner(shape.members.get(k), v))).collect()
        }
        (Kind::List, Value::Array(items)) => {
            items.iter().map(|value| inner(shape.item.as_deref(), value)).collect()
        }
        (Kind::Map, Value::Object(given)) => {
            given.iter().map(|(k, v)| (k.clone(), inner(shape.value.as_deref(), v))).collect()
        }
        (kind, _) => change(kind, value),
    }
}

fn time(text: &str) -> Value {
    let forms = [Format::EpochSeconds, Format::DateTimeWithOffset, Format::HttpDate];
    let spelled = [text.to_owned(), text.replace(' ', "T") + "Z"];
    let read = |text: &String| forms.iter().find_map(|form| DateTime::from_str(text, *form).ok());
    let moment = spelled.iter().find_map(read);
    moment.map_or_else(|| text.into(), |moment| moment.fmt(Format::DateTime).unwrap().into())
}

/// Fails with what `run` says of each vector, but for those that are excused; an excuse that is not
/// needed fails, too.
pub(crate) fn all_pass(
    vectors: &[Vector],
    excused: &[(&str, &str)],
    run: impl Fn(&Vector) -> Result<(), String>,
) {
    let mut failures = Vec::new();
    let mut passed = 0;
    for vector in vectors {
        let excuse = excused.iter().find(|(label, _)| *label == vector.label());
        match (run(vector), excuse) {
            (Ok(()), None) => passed += 1,
            (Ok(()), Some(_)) => failures.push(format!("{} passes: no excuse", vector.label())),
            (Err(why), None) => {
                failures.push(format!("{} ({}): {why}", vector.label(), vector.place));
            }
            (Err(_), Some(_)) => {}
        }
    }
    println!("{passed} of {} vectors pass, {} are excused", vectors.len(), excused.len());
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        vectors.len(),
        failures.join("\n")
    );
}
