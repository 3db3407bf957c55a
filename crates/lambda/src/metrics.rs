//! The functions' metrics, printed in the embedded metric format that `CloudWatch` reads from a
//! function's output.

use std::time::Instant;

use org_operator_core::contract::plan::RunPlan;
use org_operator_core::contract::summary::{RunResult, Summary};
use org_operator_core::model::timestamp::Timestamp;
use org_operator_core::report::metrics::{Metric, Unit, line, name as metric};
use org_operator_core::{Error, ErrorKind};

use crate::env::{Env, name};

/// Prints a deployment's metrics; without a deployment's name, as in a local invoke, it prints none.
#[derive(Debug, Clone)]
pub struct Metrics {
    deployment: String,
}

impl Metrics {
    /// Metrics with the deployment's name from the environment as their dimension.
    #[must_use]
    pub fn new(env: &mut Env) -> Self {
        Self { deployment: env.optional(name::DEPLOYMENT) }
    }

    /// Prints the number of targets of a new plan.
    pub fn planned(&self, plan: &RunPlan, now: Timestamp) {
        let metrics = [(metric::TARGETS_PLANNED, Unit::Count, plan.targets)];
        self.print(&plan.operation, plan.run_id.as_str(), now, &metrics);
    }

    /// Prints duration and throttling of one attempt at a work item that began at `begun`.
    pub fn worked<T>(
        &self,
        (operation, run): (&str, &str),
        begun: Instant,
        now: Timestamp,
        result: &Result<T, Error>,
    ) {
        if result.as_ref().is_err_and(|e| e.kind() == ErrorKind::InvalidRequest) {
            // The operation may be any text here, and each new text would be a billed metric.
            return;
        }
        let duration = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let throttled = result.as_ref().is_err_and(|e| e.kind() == ErrorKind::Throttled);
        let metrics = [
            (metric::DURATION_MS, Unit::Milliseconds, duration),
            // The attempt was throttled beyond the SDK's own retries.
            (metric::THROTTLES, Unit::Count, u64::from(throttled)),
        ];
        self.print(operation, run, now, &metrics);
    }

    /// Prints the counts of a finished run.
    pub fn ended(&self, summary: &Summary, now: Timestamp) {
        let RunResult { run_id, succeeded, skipped, failed, records, .. } = &summary.result;
        let alarming = u64::from(summary.result.has_unexpected_failures());
        let metrics = [
            (metric::TARGETS_SUCCEEDED, Unit::Count, *succeeded),
            (metric::TARGETS_SKIPPED, Unit::Count, *skipped),
            (metric::TARGETS_FAILED, Unit::Count, *failed),
            (metric::RECORDS, Unit::Count, *records),
            (metric::API_CALLS, Unit::Count, summary.api_calls),
            (metric::PARTIAL_RUNS, Unit::Count, alarming),
        ];
        self.print(&summary.operation, run_id.as_str(), now, &metrics);
    }

    #[expect(clippy::print_stdout, reason = "CloudWatch reads metrics from a function's output")]
    fn print(&self, operation: &str, run: &str, now: Timestamp, metrics: &[Metric]) {
        if !self.deployment.is_empty() {
            println!("{}", line(&self.deployment, operation, run, now, metrics));
        }
    }
}
