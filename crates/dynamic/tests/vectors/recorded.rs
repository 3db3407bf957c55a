//! Answers of real services that botocore recorded, of the operations that the models have.

use org_operator_core::outcome::classification::CallFailure;
use org_operator_dynamic::{Answer, Call, Error, Unreadable, answers_raw};
use org_operator_models::models;
use serde_json::{Map, Value};

use crate::load::{Recorded, in_our_form, recorded};

/// What is read differently, and why.
const EXCUSED: &[(&str, &str)] = &[
    ("responses/cloudformation-get-template", "a template stays text; botocore makes JSON of it"),
    (
        "responses/ec2-describe-spot-instance-requests",
        "it has `YYYY-MM-DDTHH:MM:SS.000Z` for a time",
    ),
];

#[test]
fn recorded_answers_are_read_as_botocore_reads_them() {
    let (mut passed, mut failures) = (0, Vec::new());
    for answer in recorded() {
        let Some(call) = call(&answer) else { continue };
        let excuse = EXCUSED.iter().find(|(place, _)| *place == answer.place);
        match (check(&call, &answer), excuse) {
            (Ok(()), None) => passed += 1,
            (Err(_), Some(_)) => {}
            (Ok(()), Some(_)) => failures.push(format!("{} passes: no excuse", answer.place)),
            (Err(why), None) => failures.push(format!("{}: {why}", answer.place)),
        }
    }
    println!("{passed} recorded answers are read alike, {} are excused", EXCUSED.len());
    assert!(passed >= 110, "only {passed} answers");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The recorded answers of which only the `Content-Length` header tells that they are whole.
const RAW: &[&str] = &["responses/s3-get-bucket-policy"];

/// Cuts of one answer at most, evenly over its length.
const CUTS: usize = 150;

#[test]
fn no_cut_recorded_answer_is_taken_for_a_whole_one() {
    let (mut cuts, mut raw) = (0, Vec::new());
    for recorded in recorded() {
        let Some(call) = call(&recorded) else { continue };
        if answers_raw(call.service(), call.operation()) && recorded.status < 400 {
            raw.push(recorded.place);
        } else {
            cuts += refused_cuts(&call, &recorded);
        }
    }
    assert_eq!(raw, RAW);
    assert!(cuts > 10_000, "only {cuts} cuts");
}

/// How many cuts of the answer were tried; each must be refused.
fn refused_cuts(call: &Call, recorded: &Recorded) -> usize {
    let body = recorded.body.trim_end().as_bytes();
    let lengths = (0..body.len()).step_by((body.len() / CUTS).max(1));
    let tried = lengths.map(|length| {
        let cut = Answer { status: recorded.status, headers: Vec::new(), body: &body[..length] };
        let read = call.read(&cut);
        let says_only_its_status = length == 0 && recorded.status >= 400;
        let is_refused = matches!(read, Err(Error::Unreadable(Unreadable::NotWhole(_))));
        assert!(is_refused || says_only_its_status, "{} {length}: {read:?}", recorded.place);
    });
    tried.count()
}

/// The call that was answered, if the models have it: they have what reads.
fn call(answer: &Recorded) -> Option<Call> {
    let service = models().unwrap().load(&answer.service).ok()?;
    let wanted = answer.operation.replace('-', "");
    let name = service.operations.keys().find(|name| name.to_lowercase() == wanted)?.clone();
    Some(Call::of(service, &name).unwrap())
}

fn check(call: &Call, recorded: &Recorded) -> Result<(), String> {
    let headers = Vec::new();
    let answer = Answer { status: recorded.status, headers, body: recorded.body.as_bytes() };
    match (call.read(&answer), recorded.expected.get("Error")) {
        (Ok(value), None) => same(call, &value, recorded.expected.clone()),
        (Err(Error::Refused(refusal)), Some(expected)) => {
            let said = CallFailure::from(&Error::Refused(refusal));
            let (code, message) = (&expected["Code"], &expected["Message"]);
            let is_same = said.code.as_deref() == code.as_str()
                && Some(said.message.as_str()) == message.as_str();
            if is_same { Ok(()) } else { Err(format!("got {said:?}, want {expected}")) }
        }
        (other, _) => Err(format!("{other:?}")),
    }
}

fn same(call: &Call, value: &Value, mut expected: Map<String, Value>) -> Result<(), String> {
    expected.remove("ResponseMetadata");
    let root = call.operation().output.as_ref().unwrap();
    let theirs = in_our_form(call.service(), root, &Value::Object(expected));
    if *value == theirs { Ok(()) } else { Err(format!("\n   got {value}\n  want {theirs}")) }
}
