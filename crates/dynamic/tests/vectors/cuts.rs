//! Every cut of every answer of the vectors, and answers that are damaged: refused, and never a panic.

use org_operator_dynamic::{Answer, Call, Error, Unreadable, answers_raw};
use proptest::prelude::*;
use serde_json::Value;

use crate::load::{Vector, vectors};

/// By their models, these may have no body at all: all that they could have in it is members that are
/// the query string's. No operation of AWS answers so.
const MAY_BE_EMPTY: &[&str] = &["IgnoreQueryParamsInResponse"];

#[test]
fn no_cut_answer_is_taken_for_a_whole_one() {
    let (mut cuts, mut raw) = (0, 0);
    for vector in vectors("output") {
        let (call, response) = (vector.call(), vector.response.as_ref().unwrap());
        let body = response.body.clone().unwrap_or_default().into_bytes();
        let whole = call.read(&response.answer(&body));
        for length in 0..body.len() {
            let cut = response.answer(&body[..length]);
            cuts += 1;
            if answers_raw(call.service(), call.operation()) && vector.error.is_none() {
                raw += 1;
                assert_is_refused(&vector, &call.read(&with_length(cut, &body.len().to_string())));
            } else {
                assert_same_or_refused(&vector, &whole, &call.read(&cut), &body[length..]);
            }
        }
    }
    println!("{cuts} cuts, {raw} of them of raw text");
    assert!(cuts > 40_000, "only {cuts} cuts");
}

fn with_length<'a>(mut answer: Answer<'a>, length: &'a str) -> Answer<'a> {
    answer.headers.push(("content-length", length));
    answer
}

fn assert_is_refused(vector: &Vector, read: &Result<Value, Error>) {
    let is_refused = matches!(read, Err(Error::Unreadable(Unreadable::NotWhole(_))));
    assert!(is_refused, "{}: {read:?}", vector.label());
}

/// A refusal without any body is one of which the status says all: to `HEAD`, by a proxy, of a service
/// that is not well.
fn assert_same_or_refused(
    vector: &Vector,
    whole: &Result<Value, Error>,
    read: &Result<Value, Error>,
    lost: &[u8],
) {
    let response = vector.response.as_ref().unwrap();
    match (read, whole) {
        (Err(Error::Unreadable(_)), _) => {}
        (Ok(ours), Ok(whole)) if ours == whole && lost.trim_ascii().is_empty() => {}
        (Ok(ours), Ok(whole)) if ours == whole && says_nothing(vector) => {}
        (Err(Error::Refused(ours)), Err(Error::Refused(whole))) if ours == whole => {}
        (Err(Error::Refused(_)), _) if response.status_code >= 500 => {}
        (Err(Error::Refused(ours)), _) if is_lost(vector, lost) && ours.message() != "" => {}
        _ if is_lost(vector, lost) && MAY_BE_EMPTY.contains(&vector.label()) => {}
        _ => panic!("{}: {read:?} without {:?}", vector.label(), String::from_utf8_lossy(lost)),
    }
}

fn is_lost(vector: &Vector, lost: &[u8]) -> bool {
    let body = vector.response.as_ref().unwrap().body.clone().unwrap_or_default();
    body.trim().len() == lost.trim_ascii().len()
}

/// Whether the model has nothing in the body.
fn says_nothing(vector: &Vector) -> bool {
    let call = vector.call();
    let root = call.operation().output.as_ref().map(|root| call.service().shape(root));
    root.is_none_or(|shape| shape.members.values().all(|member| member.location.is_some()))
}

#[test]
fn what_nests_without_end_is_refused_without_overflowing_the_stack() {
    let depth = 20_000;
    for vector in vectors("output").iter().filter(|vector| vector.error.is_none()) {
        let (call, response) = (vector.call(), vector.response.as_ref().unwrap());
        let root = format!("{}Response", vector.name);
        let wrapper = call.operation().result_wrapper.clone().unwrap_or_else(|| "x".into());
        for (open, close) in
            [("<a>", "</a>"), ("<nested>", "</nested>"), ("<entry><value>", "</value></entry>")]
        {
            let (opened, closed) = (open.repeat(depth), close.repeat(depth));
            let xml = format!("<{root}><{wrapper}>{opened}{closed}</{wrapper}></{root}>");
            let _ = call.read(&response.answer(xml.as_bytes()));
        }
        let json = format!("{}{}", "{\"nested\":[".repeat(depth), "]}".repeat(depth));
        let _ = call.read(&response.answer(json.as_bytes()));
    }
}

/// Every operation of the vectors, with its answer.
fn answers() -> Vec<(Call, u16, Vec<u8>)> {
    let answer = |vector: &Vector| {
        let response = vector.response.as_ref().unwrap();
        let body = response.body.clone().unwrap_or_default();
        (vector.call(), response.status_code, body.into_bytes())
    };
    vectors("output").iter().map(answer).collect()
}

#[test]
fn no_bytes_make_reading_an_answer_panic() {
    let answers = answers();
    proptest!(ProptestConfig::with_cases(64), |(bytes: Vec<u8>, text in ".*", at: usize, byte: u8)| {
        for (call, status, body) in &answers {
            let mut damaged = body.clone();
            let place = at % (damaged.len() + 1);
            match damaged.get_mut(place) {
                Some(changed) => *changed = byte,
                None => damaged.push(byte),
            }
            for body in [&damaged, &bytes, &text.clone().into_bytes()] {
                let headers = vec![("content-type", "x"), ("x-amzn-errortype", text.as_str())];
                let _ = call.read(&Answer { status: *status, headers, body });
            }
        }
    });
}
