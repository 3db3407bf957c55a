//! A plan as it is printed: for a person, and as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::columns::Calls;
use org_operator_core::Region;
use org_operator_core::model::account_column::AccountColumn;
use org_operator_estimate::{Cost, Estimate, Workload};
use org_operator_fanout::Preview;
use serde_json::{Map, Value, json};

use crate::output::columns::{aligned, grouped};
use org_operator_local::progress::short;

/// Parts that only some requests have, and that take long where they are.
const ASKED: [&str; 3] = ["reading their tags", "asking for their Regions", "naming their units"];

/// Everything that is printed of a plan.
pub(super) struct Plan {
    /// What the request means.
    pub(super) preview: Preview,
    /// Selected accounts by the path of their unit.
    pub(super) units: BTreeMap<String, u64>,
    /// The calls of Organizations that each column about accounts needs.
    pub(super) columns: Vec<(AccountColumn, Calls)>,
    /// What the run is about.
    pub(super) work: Workload,
    /// Time and cost of both ways of running.
    pub(super) estimate: Estimate,
}

impl Plan {
    fn regions(&self) -> BTreeSet<&Region> {
        self.preview.items.iter().flat_map(|item| &item.regions).collect()
    }

    fn operations(&self) -> Vec<&str> {
        self.preview.operations.iter().map(|operation| operation.spec().name.as_str()).collect()
    }

    /// The plan as aligned rows, for a person.
    pub(super) fn text(&self) -> String {
        let Self { estimate, .. } = self;
        let mut rows = self.about();
        rows.extend(self.ways());
        let (name, rate) = estimate.bound_by;
        rows.push(row("binds first", format!("{name} ({} work items a second)", few(rate))));
        let recommended = format!("MaxConcurrency {}: {}", estimate.recommended, estimate.reason);
        rows.push(row("recommended", recommended));
        rows.extend(estimate.warnings.iter().map(|warning| row("warning", warning.clone())));
        aligned(&rows)
    }

    /// What the run covers.
    fn about(&self) -> Vec<Vec<String>> {
        let Self { work, .. } = self;
        let regions: Vec<&str> = self.regions().iter().map(|region| region.as_str()).collect();
        let accounts = format!("{} of {}", grouped(work.accounts), grouped(work.listed));
        let mut rows =
            vec![row("operation", self.operations().join(", ")), row("accounts", accounts)];
        let units = self.units.iter();
        rows.extend(units.map(|(path, number)| row(&format!("  {path}"), grouped(*number))));
        rows.push(row("Regions", format!("{}: {}", regions.len(), regions.join(", "))));
        let targets =
            format!("{} in {} work items", grouped(work.targets), grouped(work.work_items));
        rows.push(row("targets", targets));
        rows.extend(self.columns());
        rows
    }

    /// What stands beside the records, and what each column costs.
    fn columns(&self) -> Vec<Vec<String>> {
        let cost = |calls: &Calls| match calls.count {
            0 => "no further call".to_owned(),
            count => format!("at least {} calls of {}", grouped(count), calls.action),
        };
        let columns = self.columns.iter();
        let lines = columns.map(|(column, calls)| row(&format!("  {column}"), cost(calls)));
        let heading = row("beside each record", self.columns.len().to_string());
        let head = (!self.columns.is_empty()).then_some(heading);
        head.into_iter().chain(lines).collect()
    }

    /// Both ways of running, with what either takes.
    fn ways(&self) -> Vec<Vec<String>> {
        let Self { work, estimate, .. } = self;
        let mut rows =
            vec![row("API calls", format!("about {}", grouped(rounded(estimate.calls))))];
        let about = |seconds| format!("about {}", short(Duration::from_secs_f64(seconds)));
        let asked = estimate.local.seconds.iter().filter(|(part, _)| ASKED.contains(part));
        rows.extend(asked.map(|(part, seconds)| row(&format!("  {part}"), about(*seconds))));
        let local = format!("{}, {} targets at once", cost(&estimate.local), work.concurrency);
        rows.push(row("from this machine", local));
        let deployed =
            format!("{}, MaxConcurrency {}", cost(&estimate.deployed), work.max_concurrency);
        rows.push(row("deployed", deployed));
        let dollars = estimate.deployed.dollars.iter();
        rows.extend(dollars.map(|(part, sum)| row(&format!("  {part}"), format!("${sum:.4}"))));
        rows
    }

    /// The plan as JSON, for a program.
    pub(super) fn json(&self) -> String {
        let Self { work, estimate, .. } = self;
        let columns: Map<String, Value> = self
            .columns
            .iter()
            .map(|(column, calls)| (column.to_string(), json!(calls.count)))
            .collect();
        let mut value = json!({
            "AccountColumns": columns,
            "Operation": self.preview.request.operation,
            "AccountsListed": work.listed, "Accounts": work.accounts, "Units": self.units,
            "Regions": self.regions(), "Targets": work.targets, "WorkItems": work.work_items,
            "ApiCalls": rounded(estimate.calls),
            "Local": described(&estimate.local), "Deployed": described(&estimate.deployed),
            "Concurrency": work.concurrency, "MaxConcurrency": work.max_concurrency,
            "BoundBy": estimate.bound_by.0, "BoundAtWorkItemsPerSecond": estimate.bound_by.1,
            "RecommendedMaxConcurrency": estimate.recommended, "Reason": estimate.reason,
            "Warnings": estimate.warnings,
        });
        if self.preview.request.is_suite() {
            value["Operations"] = json!(self.operations());
        }
        format!("{value:#}\n")
    }
}

fn row(name: &str, value: String) -> Vec<String> {
    vec![name.to_owned(), value]
}

/// A rate that may be far below one.
fn few(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.2}") } else { format!("{rate:.0}") }
}

fn cost(cost: &Cost) -> String {
    let time = Duration::from_secs_f64(cost.total_seconds());
    format!("about {}, ${:.2}", short(time), cost.total_dollars())
}

fn described(cost: &Cost) -> Value {
    let parts = |parts: &[(&str, f64)]| -> Map<String, Value> {
        parts.iter().map(|(name, number)| ((*name).to_owned(), json!(number))).collect()
    };
    json!({
        "Seconds": cost.total_seconds(), "Dollars": cost.total_dollars(),
        "SecondsByPart": parts(&cost.seconds), "DollarsByPart": parts(&cost.dollars),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of calls: not negative, below 2^52"
)]
fn rounded(number: f64) -> u64 {
    number.round() as u64
}
