//! An invocation's payload, whatever it is: what cannot be read becomes our own error.

use org_operator_core::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A payload, or why it is no JSON.
///
/// The runtime would answer a payload that does not parse with an error type of its own, which no
/// state machine knows; taking the failure for a value keeps the error kind ours.
pub(crate) struct Payload(pub(crate) Result<Value, Error>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Value::deserialize(deserializer);
        Ok(Self(read.map_err(|e| Error::invalid(format!("the event cannot be read as JSON: {e}")))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use org_operator_core::ErrorKind;

    fn payload(text: &str) -> Result<Value, Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        Payload::deserialize(&mut deserializer).unwrap().0
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_an_invalid_request() {
        assert_eq!(payload("{\"a\": 1}").unwrap()["a"], 1);
        for wrong in ["", "{", "nonsense", &"[".repeat(150_000)] {
            assert_eq!(payload(wrong).unwrap_err().kind(), ErrorKind::InvalidRequest);
        }
    }
}
