//! `org-operator plan`: what a run would do, without doing it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use org_operator_core::Region;
use org_operator_core::account::Account;
use org_operator_core::estimate::{Cost, Estimate, Workload, estimate};
use org_operator_core::limits::{Limits, figures};
use org_operator_core::tree::Unit;
use org_operator_fanout::Preview;
use serde_json::{Map, Value, json};

use crate::args::{AwsArgs, PlanArgs};
use crate::commands::columns::{aligned, grouped};
use crate::commands::looking::Looking;
use crate::connect::Connection;
use crate::exit::Exit;
use crate::local::progress::short;
use crate::printer;
use crate::request;
use crate::trouble::Trouble;

/// Plans, and prints the plan.
pub(crate) async fn run(aws: &AwsArgs, args: &PlanArgs) -> Result<Exit, Trouble> {
    let limits = Limits::load().map_err(|e| Trouble::of("no quotas", &e, None))?;
    if args.sources {
        printer::data(sources()?.as_bytes())?;
        return Ok(Exit::Complete);
    }
    let request = request::build(&args.select)?;
    let connection = Connection::open(aws).await?;
    let looking = Looking::new(&connection);
    let trouble = |e| connection.trouble("the run cannot be planned", &e);
    let preview = looking.fanout.preview(&Value::Object(request.clone())).await.map_err(trouble)?;
    let accounts: Vec<Account> = preview.selection.all().map(|(a, _)| a.clone()).collect();
    let tree = looking.fanout.directory.tree(&accounts).await.map_err(trouble)?;
    let work = workload(args, &request, &preview);
    let plan =
        Plan { units: units(&preview, &tree), preview, work, told: estimate(&work, &limits) };
    let text = if args.json { plan.json() } else { plan.text() };
    printer::data(text.as_bytes())?;
    Ok(Exit::Complete)
}

fn workload(args: &PlanArgs, request: &Map<String, Value>, preview: &Preview) -> Workload {
    let targets = preview.items.iter().map(|item| item.regions.len() as u64).sum();
    let (listed, accounts) =
        (preview.selection.all().count(), preview.selection.selected().count());
    let items = preview.items.len() as u64;
    let asked = request.get("MaxConcurrency").and_then(Value::as_u64);
    let asked = args.max_concurrency.or(asked.and_then(|number| u32::try_from(number).ok()));
    #[expect(clippy::cast_precision_loss, reason = "an operation declares a handful of actions")]
    // Each declared action is one call per target: no operation calls one of them more than once
    // where a Region fits on a page.
    let calls = preview.operation.spec().actions.len() as f64;
    Workload {
        calls_per_target: calls,
        records_per_target: args.records,
        call_seconds: args.call_seconds,
        item_seconds: 1.0 + calls * args.call_seconds,
        memory_mb: args.memory,
        max_concurrency: asked.unwrap_or(50),
        concurrency: args.concurrency,
        ..Workload::new(listed as u64, accounts as u64, targets, items)
    }
}

/// Selected accounts by the path of their unit.
fn units(preview: &Preview, tree: &Unit) -> BTreeMap<String, u64> {
    let paths = tree.by_account();
    let mut units = BTreeMap::new();
    for account in preview.selection.selected() {
        let path = paths.get(&account.id).map_or("(unknown)", String::as_str);
        *units.entry(path.to_owned()).or_default() += 1;
    }
    units
}

struct Plan {
    preview: Preview,
    units: BTreeMap<String, u64>,
    work: Workload,
    told: Estimate,
}

impl Plan {
    fn regions(&self) -> BTreeSet<&Region> {
        self.preview.items.iter().flat_map(|item| &item.regions).collect()
    }

    fn text(&self) -> String {
        let Self { work, told, .. } = self;
        let row = |name: &str, value: String| vec![name.to_owned(), value];
        let regions: Vec<&str> = self.regions().iter().map(|region| region.as_str()).collect();
        let mut rows = vec![
            row("operation", self.preview.operation.spec().name.to_owned()),
            row("accounts", format!("{} of {}", grouped(work.accounts), grouped(work.listed))),
        ];
        let unit =
            |(path, accounts): (&String, &u64)| row(&format!("  {path}"), grouped(*accounts));
        rows.extend(self.units.iter().map(unit));
        rows.push(row("Regions", format!("{}: {}", regions.len(), regions.join(", "))));
        rows.push(row(
            "targets",
            format!("{} in {} work items", grouped(work.targets), grouped(work.work_items)),
        ));
        rows.push(row("API calls", format!("about {}", grouped(rounded(told.calls)))));
        let at_once = work.concurrency;
        rows.push(row(
            "from this machine",
            format!("{}, {at_once} targets at once", cost(&told.local)),
        ));
        let at_once = work.max_concurrency;
        rows.push(row("deployed", format!("{}, MaxConcurrency {at_once}", cost(&told.deployed))));
        rows.extend(
            told.deployed
                .dollars
                .iter()
                .map(|(part, dollars)| row(&format!("  {part}"), format!("${dollars:.4}"))),
        );
        rows.push(row(
            "binds first",
            format!("{} ({:.0} work items a second)", told.bound_by.0, told.bound_by.1),
        ));
        rows.push(row(
            "recommended",
            format!("MaxConcurrency {}: {}", told.recommended, told.reason),
        ));
        aligned(&rows)
    }

    fn json(&self) -> String {
        let Self { work, told, .. } = self;
        let value = json!({
            "Operation": self.preview.operation.spec().name,
            "AccountsListed": work.listed, "Accounts": work.accounts, "Units": self.units,
            "Regions": self.regions(), "Targets": work.targets, "WorkItems": work.work_items,
            "ApiCalls": rounded(told.calls),
            "Local": described(&told.local), "Deployed": described(&told.deployed),
            "Concurrency": work.concurrency, "MaxConcurrency": work.max_concurrency,
            "BoundBy": told.bound_by.0, "BoundAtWorkItemsPerSecond": told.bound_by.1,
            "RecommendedMaxConcurrency": told.recommended, "Reason": told.reason,
        });
        format!("{value:#}\n")
    }
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

fn sources() -> Result<String, Trouble> {
    let figures = figures().map_err(|e| Trouble::of("no quotas", &e, None))?;
    let row = |(name, figure): (String, org_operator_core::limits::Figure)| {
        vec![name, figure.value.to_string(), figure.unit, figure.date, figure.source]
    };
    Ok(aligned(&figures.into_iter().map(row).collect::<Vec<_>>()))
}
