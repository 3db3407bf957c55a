//! Every vector of a request: what this client writes.

use org_operator_dynamic::Request;
use org_operator_models::Protocol;
use serde_json::Value;

use crate::load::{Serialized, Vector, all_pass, in_our_form, vectors};

/// What does not pass, and why not.
const EXCUSED: &[(&str, &str)] = &[];

#[test]
fn every_request_is_written_as_botocore_writes_it() {
    all_pass(&vectors("input"), EXCUSED, check);
}

fn check(vector: &Vector) -> Result<(), String> {
    let call = vector.call();
    let given = vector.params.clone().unwrap();
    let input = match &call.operation().input {
        Some(root) => in_our_form(call.service(), root, &given),
        None => given,
    };
    let request = call.request(&input).map_err(|violations| violations.to_string())?;
    let expected = vector.serialized.as_ref().unwrap();
    same_target(&request, expected)?;
    same_headers(&request, expected, call.service().protocol)?;
    same_body(&request, expected, call.service().protocol)
}

fn same(what: &str, ours: &str, theirs: &str) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what}\n   got {ours}\n  want {theirs}")) }
}

fn same_target(request: &Request, expected: &Serialized) -> Result<(), String> {
    if let Some(method) = &expected.method {
        same("method", &request.method, method)?;
    }
    let theirs = expected.uri.as_deref().unwrap_or_default();
    same("URI", &sorted_query(&request.uri), &sorted_query(theirs))
}

/// A URI with its query string's pairs in an order: theirs have the order of the parameters.
fn sorted_query(uri: &str) -> String {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    format!("{path}?{}", sorted_pairs(query))
}

fn sorted_pairs(text: &str) -> String {
    let mut pairs: Vec<&str> = text.split('&').collect();
    pairs.sort_unstable();
    pairs.join("&")
}

/// As botocore's own test takes them: without blanks after commas, and the type of the content only
/// where botocore sets it.
fn same_headers(
    request: &Request,
    expected: &Serialized,
    protocol: Protocol,
) -> Result<(), String> {
    for (name, value) in &expected.headers {
        let is_content = name.eq_ignore_ascii_case("content-type");
        let is_loose = matches!(protocol, Protocol::RestXml | Protocol::RestJson) && is_content;
        let theirs = value.as_str().unwrap_or_default().replace(", ", ",");
        let ours = request.header(name).unwrap_or_default().replace(", ", ",");
        let ours = ours.trim_end_matches("; charset=utf-8");
        if !is_loose || theirs == "application/json" {
            same(name, ours, theirs.trim_end_matches("; charset=utf-8"))?;
        }
    }
    match expected.forbidden.iter().find(|name| request.header(name).is_some()) {
        Some(name) => Err(format!("the header {name} must not be there")),
        None => Ok(()),
    }
}

fn same_body(request: &Request, expected: &Serialized, protocol: Protocol) -> Result<(), String> {
    let Some(theirs) = &expected.body else { return Ok(()) };
    let ours = String::from_utf8_lossy(&request.body).into_owned();
    match protocol {
        Protocol::Ec2 | Protocol::Query => {
            same("body", &sorted_pairs(&ours), &sorted_pairs(theirs))
        }
        Protocol::RestXml => same("body", &canonical(&ours), &canonical(theirs)),
        Protocol::Json | Protocol::RestJson => {
            let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::from(text));
            same("body", &read(&ours).to_string(), &read(theirs).to_string())
        }
    }
}

/// An XML document without what does not count: blanks around text, and the order of siblings, which
/// theirs have from the order of the parameters.
fn canonical(text: &str) -> String {
    match roxmltree::Document::parse(text) {
        Ok(document) => node(document.root_element()),
        Err(_) => text.to_owned(),
    }
}

fn node(element: roxmltree::Node<'_, '_>) -> String {
    let mut parts: Vec<String> =
        element.children().filter(roxmltree::Node::is_element).map(node).collect();
    parts.sort_unstable();
    let mut attributes: Vec<String> =
        element.attributes().map(|a| format!("{}={}", a.name(), a.value())).collect();
    attributes.sort_unstable();
    let namespaces: Vec<String> =
        element.namespaces().map(|n| format!("{:?}={}", n.name(), n.uri())).collect();
    let text: String =
        element.children().filter(roxmltree::Node::is_text).filter_map(|n| n.text()).collect();
    let name = element.tag_name().name();
    format!("<{name} {attributes:?} {namespaces:?}>{}{}</{name}>", parts.concat(), text.trim())
}
