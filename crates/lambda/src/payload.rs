//! An invocation's payload. One that cannot be parsed becomes an error kind of ours.

use org_operator_core::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A payload, or why it is not JSON.
///
/// For a payload that fails to deserialize, the runtime would answer with its own error type, which
/// the state machine does not know. Deserializing to a `Result` never fails and keeps our kind.
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
    fn invalid_or_too_deep_json_is_an_invalid_request() {
        assert_eq!(payload("{\"a\": 1}").unwrap()["a"], 1);
        for wrong in ["", "{", "nonsense", &"[".repeat(150_000)] {
            assert_eq!(payload(wrong).unwrap_err().kind(), ErrorKind::InvalidRequest);
        }
    }
}
