//! What a few services want on top of their model, as botocore does it.

use aws_smithy_types::base64;
use org_operator_models::Service;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::request::Request;

/// One of S3's listings of objects, whose answers may have keys that XML cannot have, with what is
/// encoded in it.
struct Listing {
    operation: &'static str,
    members: &'static [&'static str],
    /// Lists, each with a member of its items.
    items: &'static [(&'static str, &'static str)],
}

const LISTINGS: &[Listing] = &[
    Listing {
        operation: "ListObjects",
        members: &["Delimiter", "Marker", "NextMarker"],
        items: CONTENTS,
    },
    Listing {
        operation: "ListObjectsV2",
        members: &["Delimiter", "Prefix", "StartAfter"],
        items: CONTENTS,
    },
    Listing {
        operation: "ListObjectVersions",
        members: &["KeyMarker", "NextKeyMarker", "Prefix", "Delimiter"],
        items: VERSIONS,
    },
];
const CONTENTS: &[(&str, &str)] = &[("Contents", "Key"), ("CommonPrefixes", "Prefix")];
const VERSIONS: &[(&str, &str)] =
    &[("Versions", "Key"), ("DeleteMarkers", "Key"), ("CommonPrefixes", "Prefix")];

/// The members of Route 53's inputs that take ids, of which its answers have whole paths.
const ROUTE53_IDS: &[&str] = &["Id", "HostedZoneId", "DelegationSetId", "ResourceId"];

fn listing(operation: &str) -> Option<&'static Listing> {
    LISTINGS.iter().find(|listing| listing.operation == operation)
}

impl Listing {
    fn decode(&self, answer: &mut Value) {
        for name in self.members {
            answer.get_mut(*name).into_iter().for_each(url_decode);
        }
        for (list, name) in self.items {
            let found = answer.get_mut(*list).and_then(Value::as_array_mut).into_iter().flatten();
            found.filter_map(|item| item.get_mut(*name)).for_each(url_decode);
        }
    }
}

/// Completes an input before it is checked.
pub(crate) fn input(service: &Service, operation: &str, input: &mut Map<String, Value>) {
    match service.name.as_str() {
        "s3" if listing(operation).is_some() => {
            input.entry("EncodingType").or_insert("url".into());
        }
        "glacier" => {
            input.entry("accountId").or_insert("-".into());
        }
        "route53" => input.iter_mut().for_each(|(name, value)| last_part(name, value)),
        _ => {}
    }
}

fn last_part(name: &str, value: &mut Value) {
    let text = value.as_str().filter(|_| ROUTE53_IDS.contains(&name));
    if let Some((_, last)) = text.and_then(|text| text.rsplit_once('/')) {
        *value = last.into();
    }
}

/// Completes a request before it is sent.
pub(crate) fn request(service: &Service, request: &mut Request) {
    match service.name.as_str() {
        // Otherwise API Gateway answers with links instead of members.
        "apigateway" => request.header_if_absent("accept", "application/json"),
        "glacier" => {
            request.header_if_absent("x-amz-glacier-version", service.api_version.as_str());
        }
        _ => {}
    }
}

/// Whether a listing of S3 says that its keys are percent-encoded.
fn is_encoded(answer: &Value) -> bool {
    answer.get("EncodingType").and_then(Value::as_str) == Some("url")
}

/// Completes an answer to `asked`, the input as the caller gave it.
pub(crate) fn answer(
    service: &Service,
    operation: &str,
    asked: &Map<String, Value>,
    answer: &mut Value,
) {
    match (service.name.as_str(), listing(operation)) {
        // Who asks for encoded keys gets them; a service that did not encode them says so.
        ("s3", Some(listing)) if !asked.contains_key("EncodingType") && is_encoded(answer) => {
            listing.decode(answer);
        }
        ("ec2", _) if operation == "GetConsoleOutput" => {
            answer.get_mut("Output").into_iter().for_each(console_text);
        }
        _ => {}
    }
}

fn url_decode(value: &mut Value) {
    if let Some(text) = value.as_str() {
        let blanks = text.replace('+', " ");
        *value = percent_decode_str(&blanks).decode_utf8_lossy().into_owned().into();
    }
}

/// A console's output is what a machine printed, in no encoding that anyone knows.
fn console_text(value: &mut Value) {
    if let Some(bytes) = value.as_str().and_then(|text| base64::decode(text).ok()) {
        *value = String::from_utf8_lossy(&bytes).into_owned().into();
    }
}
