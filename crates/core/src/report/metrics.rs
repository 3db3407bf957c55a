//! Metrics as a line of log that `CloudWatch` reads as such: its embedded metric format.
//!
//! The format is that of the `CloudWatch` user guide, "Specification: Embedded metric format" (read
//! 2026-11-22). Printing the line is the Lambda shell's.

use serde_json::{Map, Value, json};

use crate::model::timestamp::Timestamp;

/// The namespace of all metrics in `CloudWatch`.
pub const NAMESPACE: &str = "OrgOperator";

/// A unit of `CloudWatch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A time in milliseconds.
    Milliseconds,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
        }
    }
}

/// A metric: name, unit, value.
pub type Metric = (&'static str, Unit, u64);

/// The names of all metrics; a test holds the alarms and the dashboard to them.
pub mod name {
    /// Fanout: how many targets a run is going to ask.
    pub const TARGETS_PLANNED: &str = "TargetsPlanned";
    /// Worker: how long an attempt at a work item took.
    pub const DURATION_MS: &str = "DurationMs";
    /// Worker: attempts that AWS throttled beyond the SDK's own retries.
    pub const THROTTLES: &str = "Throttles";
    /// Result handler: targets with records.
    pub const TARGETS_SUCCEEDED: &str = "TargetsSucceeded";
    /// Result handler: targets that cannot be asked.
    pub const TARGETS_SKIPPED: &str = "TargetsSkipped";
    /// Result handler: targets without an answer.
    pub const TARGETS_FAILED: &str = "TargetsFailed";
    /// Result handler: rows of the operation's CSV.
    pub const RECORDS: &str = "Records";
    /// Result handler: requests that the operation sent, the SDK's own retries included.
    pub const API_CALLS: &str = "ApiCalls";
    /// Result handler: 1 for a run in which a target failed that no exception expects.
    pub const PARTIAL_RUNS: &str = "PartialRuns";

    /// The names of all metrics.
    pub const ALL: &[&str] = &[
        TARGETS_PLANNED,
        DURATION_MS,
        THROTTLES,
        TARGETS_SUCCEEDED,
        TARGETS_SKIPPED,
        TARGETS_FAILED,
        RECORDS,
        API_CALLS,
        PARTIAL_RUNS,
    ];
}

/// The line of `metrics`, by deployment and by deployment and operation; `run` is there to search
/// for, and no dimension, because each value of a dimension is a metric of its own to be paid for.
#[must_use]
pub fn line(
    deployment: &str,
    operation: &str,
    run: &str,
    now: Timestamp,
    metrics: &[Metric],
) -> String {
    let named = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit.name()}));
    let directive = json!({
        "Namespace": NAMESPACE,
        "Dimensions": [["Deployment"], ["Deployment", "Operation"]],
        "Metrics": named.collect::<Vec<_>>(),
    });
    let mut members = Map::new();
    let about = json!({"Timestamp": now.epoch_millis(), "CloudWatchMetrics": [directive]});
    members.insert("_aws".to_owned(), about);
    for (name, value) in [("Deployment", deployment), ("Operation", operation), ("RunId", run)] {
        members.insert(name.to_owned(), Value::from(value));
    }
    members
        .extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), Value::from(*value))));
    Value::Object(members).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_declared_with_its_unit_and_has_its_value_beside_the_dimensions() {
        let metrics = [("DurationMs", Unit::Milliseconds, 12), ("Throttles", Unit::Count, 0)];
        let now = Timestamp::from_epoch_millis(1_700_000_000_123);
        let line = line("org-operator", "internet-routes", "run-1", now, &metrics);
        let value: Value = serde_json::from_str(&line).unwrap();
        let directive = &value["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(value["_aws"]["Timestamp"], 1_700_000_000_123_i64);
        assert_eq!(directive["Namespace"], "OrgOperator");
        assert_eq!(directive["Metrics"][0], json!({"Name": "DurationMs", "Unit": "Milliseconds"}));
        for dimension in
            directive["Dimensions"].as_array().unwrap().iter().flat_map(|d| d.as_array().unwrap())
        {
            assert!(value[dimension.as_str().unwrap()].is_string(), "{dimension} has no value");
        }
        assert_eq!((&value["DurationMs"], &value["Throttles"]), (&json!(12), &json!(0)));
        assert!(!line.contains('\n'));
    }
}
