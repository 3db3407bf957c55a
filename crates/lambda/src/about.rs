//! The tracing span of an invocation. Its fields come from the raw event: log lines about an invalid
//! event need them most.

use serde_json::Value;

/// The most characters of a field; an event may hold any text.
const MAX_CHARS: usize = 100;

/// A span that adds run, operation, account and Regions to each log line of an invocation, as far as
/// the event names them.
pub(crate) fn span(event: &Value) -> tracing::Span {
    let [run, operation, account] =
        ["RunId", "Operation", "AccountId"].map(|name| text(event, name));
    tracing::info_span!(
        "invocation",
        RunId = run,
        Operation = operation,
        AccountId = account,
        Regions = regions(event)
    )
}

/// The text of a field of the event, or of the request in it.
fn text(event: &Value, name: &str) -> Option<String> {
    let value = event[name].as_str().or_else(|| event["Request"][name].as_str());
    value.map(truncate)
}

fn regions(event: &Value) -> Option<String> {
    // A request's `Regions` is not about one account, and may be thousands of names.
    let listed = event["Regions"].as_array().filter(|_| event["AccountId"].is_string());
    let names = listed.map(|list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    names.map(|names| truncate(&names.join(","))).or_else(|| text(event, "Region"))
}

fn truncate(text: &str) -> String {
    text.chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;
    use serde_json::json;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The log line of an error during the invocation of `event`, in the functions' format.
    fn logged(event: &Value) -> Value {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = crate::serve::format().with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(log, || {
            span(event).in_scope(|| tracing::error!(kind = "Throttled", "it failed"));
        });
        let bytes = lines.0.lock().unwrap().clone();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn a_log_line_has_run_operation_account_and_regions() {
        let event = json!({
            "RunId": "run-1", "Operation": "internet-routes", "AccountId": "111111111111",
            "Regions": ["eu-west-1", "us-east-1"],
        });
        let line = logged(&event);
        assert_eq!((&line["message"], &line["level"]), (&json!("it failed"), &json!("ERROR")));
        let about = &line["span"];
        assert_eq!(about["RunId"], "run-1");
        assert_eq!(about["Operation"], "internet-routes");
        assert_eq!(about["AccountId"], "111111111111");
        assert_eq!(about["Regions"], "eu-west-1,us-east-1");
    }

    #[test]
    fn the_span_has_the_requests_operation_and_no_invalid_fields() {
        let line = logged(&json!({"RunId": "run-1", "Request": {"Operation": "public-ips"}}));
        assert_eq!(
            (&line["span"]["RunId"], &line["span"]["Operation"]),
            (&json!("run-1"), &json!("public-ips"))
        );
        let line = logged(&json!([1, {"RunId": "x".repeat(10)}]));
        assert!(line["span"].get("RunId").is_none(), "{line}");
        let long = logged(&json!({"RunId": "x".repeat(100_000)}));
        assert_eq!(long["span"]["RunId"].as_str().map(str::len), Some(MAX_CHARS));
    }
}
