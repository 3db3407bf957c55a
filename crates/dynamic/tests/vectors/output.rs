//! Every vector of an answer: what this client reads of it.

use org_operator_core::outcome::classification::CallFailure;
use org_operator_dynamic::Error;
use serde_json::{Map, Value};

use crate::load::{Vector, all_pass, in_our_form, vectors, with_floats};

/// What does not pass, and why not.
const EXCUSED: &[(&str, &str)] = &[
    ("QueryEmptyInputAndEmptyOutput", "an empty answer is not whole; botocore's test puts one in"),
    ("QueryNoInputAndOutput", "an empty answer is not whole; botocore's test puts one in"),
    ("legacy/output/json 3:1", "the model says text where the answer has objects"),
    ("legacy/output/rest-json 9:0", "its header says that the body is longer than it is"),
    ("legacy/output/json 6:0", "a stream of events: the models leave those operations out"),
    ("legacy/output/rest-xml 14:0", "a stream of events: the models leave those operations out"),
    ("legacy/output/rest-xml 14:1", "a stream of events: the models leave those operations out"),
    ("legacy/output/rest-xml 14:2", "a stream of events: the models leave those operations out"),
];

#[test]
fn every_answer_is_read_as_botocore_reads_it() {
    all_pass(&vectors("output"), EXCUSED, check);
}

fn check(vector: &Vector) -> Result<(), String> {
    let call = vector.call();
    let response = vector.response.as_ref().unwrap();
    let body = response.body.clone().unwrap_or_default();
    match (call.read(&response.answer(body.as_bytes())), &vector.error) {
        (Ok(value), None) => same_value(vector, &value),
        (Err(Error::Refused(refusal)), Some(_)) => {
            let said = CallFailure::from(&Error::Refused(refusal));
            let code = said.code.unwrap_or_default();
            let message_is_right =
                vector.error_message.is_empty() || said.message == vector.error_message;
            if code == vector.error_code && message_is_right {
                Ok(())
            } else {
                Err(format!(
                    "{code}: {}, expected {}: {}",
                    said.message, vector.error_code, vector.error_message
                ))
            }
        }
        (other, expected) => Err(format!("{other:?}, expected {expected:?} {:?}", vector.result)),
    }
}

fn same_value(vector: &Vector, value: &Value) -> Result<(), String> {
    let call = vector.call();
    let expected = vector.result.clone().unwrap_or_default();
    let (ours, theirs) = match &call.operation().output {
        Some(root) => {
            (with_floats(call.service(), root, value), in_our_form(call.service(), root, &expected))
        }
        None => (value.clone(), Value::Object(Map::new())),
    };
    if ours == theirs { Ok(()) } else { Err(format!("\n   got {ours}\n  want {theirs}")) }
}
