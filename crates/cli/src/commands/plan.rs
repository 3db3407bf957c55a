//! `org-operator plan`: what a run would do, without doing it.

pub(crate) mod args;
mod columns;
mod render;

use std::collections::BTreeMap;

use org_operator_core::WorkItem;
use org_operator_core::input::request::RegionChoice;
use org_operator_core::model::account::Account;
use org_operator_core::model::unit_tree::Unit;
use org_operator_core::plan::selection::Reason;
use org_operator_estimate::limits::{Figure, Limits, figures};
use org_operator_estimate::{Workload, estimate};
use org_operator_fanout::Preview;
use org_operator_worker::CONCURRENT_REGIONS;
use serde_json::Value;

use crate::args::AwsArgs;
use crate::connection::Connection;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::columns::aligned;
use crate::output::printer;
use crate::planner::PlannerContext;
use crate::request;
use args::PlanArgs;

use render::Plan;

/// Plans, and prints the plan.
pub(crate) async fn run(aws: &AwsArgs, args: &PlanArgs) -> Result<Exit, CliError> {
    let limits = Limits::load().map_err(|e| CliError::of("no quotas", &e, None))?;
    if args.sources {
        printer::data(sources(args.json)?.as_bytes())?;
        return Ok(Exit::Complete);
    }
    let request = Value::Object(request::build(&args.select)?);
    let connection = Connection::open(aws).await?;
    let context = PlannerContext::new(&connection);
    let error = |e| connection.error("the run cannot be planned", &e);
    let preview = context.planner().preview(&request).await.map_err(error)?;
    let accounts: Vec<Account> = preview.selection.all().map(|(a, _)| a.clone()).collect();
    let tree = context.organization.tree(&accounts).await.map_err(error)?;
    let columns = columns::calls(&preview);
    let work = Workload {
        parents: columns::of(&columns, "ListOrganizationalUnitsForParent"),
        ..workload(args, &preview, columns::of(&columns, "ListTagsForResource"))
    };
    let (units, estimate) = (units(&preview, &tree), estimate(&work, &limits));
    let plan = Plan { preview, units, columns, work, estimate };
    let text = if args.json { plan.json() } else { plan.text() };
    printer::data(text.as_bytes())?;
    Ok(Exit::Complete)
}

/// The work of a run that reads the tags of `tagged` accounts beside those that it selects by.
fn workload(args: &PlanArgs, preview: &Preview, tagged: u64) -> Workload {
    let targets = preview.targets.iter().sum();
    let (listed, accounts) =
        (preview.selection.all().count(), preview.selection.selected().count());
    let items = preview.items.len() as u64;
    let has_opt_in = |item: &&WorkItem| item.regions.iter().any(|region| !region.is_always_on());
    let asked = args.max_concurrency.or(preview.request.max_concurrency);
    let calls = calls_per_target(preview, targets);
    let (selected_by_tags, enabled) = asked_about(preview);
    Workload {
        tagged: tagged + selected_by_tags,
        enabled,
        inquiries: preview.items.iter().filter(has_opt_in).count() as u64,
        calls_per_target: calls,
        records_per_target: args.records,
        call_seconds: args.call_seconds,
        item_seconds: 1.0 + rounds(preview, targets) * calls * args.call_seconds,
        memory_mb: args.memory,
        max_concurrency: asked.unwrap_or(50),
        concurrency: args.concurrency,
        ..Workload::new(listed as u64, accounts as u64, targets, items)
    }
}

/// The calls of a target, on average over the operations. Each declared action is one call per
/// target: no operation calls one of them more than once where a Region fits on a page.
#[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
fn calls_per_target(preview: &Preview, targets: u64) -> f64 {
    let each = preview.operations.iter().zip(&preview.targets);
    let calls: u64 = each.map(|(o, targets)| o.spec().actions.len() as u64 * targets).sum();
    calls as f64 / targets.max(1) as f64
}

/// How many targets of a work item come one after the other: those of one operation run at the same
/// time, several operations share the account's width.
#[expect(clippy::cast_precision_loss, reason = "counts of targets are far below 2^52")]
fn rounds(preview: &Preview, targets: u64) -> f64 {
    if preview.operations.len() == 1 {
        return 1.0;
    }
    let per_item = targets as f64 / preview.items.len().max(1) as f64;
    (per_item / CONCURRENT_REGIONS as f64).max(1.0)
}

/// Accounts whose tags are read and accounts whose Regions are asked for: those that all else
/// selects, and of these those that have the tags.
fn asked_about(preview: &Preview) -> (u64, u64) {
    let count = |with: &[Option<Reason>]| {
        preview.selection.all().filter(|(_, reason)| with.contains(reason)).count() as u64
    };
    let by_tags = !preview.request.accounts.tags.is_empty();
    let enabled = preview.request.regions == RegionChoice::Enabled;
    (
        if by_tags { count(&[None, Some(Reason::Tags)]) } else { 0 },
        if enabled { count(&[None]) } else { 0 },
    )
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

fn sources(as_json: bool) -> Result<String, CliError> {
    let figures = figures().map_err(|e| CliError::of("no quotas", &e, None))?;
    if as_json {
        let text = serde_json::to_string_pretty(&figures);
        return text.map(|text| text + "\n").map_err(|e| CliError::internal("no quotas", &e));
    }
    let row = |(name, figure): (String, Figure)| {
        vec![name, figure.value.to_string(), figure.unit, figure.date, figure.source]
    };
    Ok(aligned(&figures.into_iter().map(row).collect::<Vec<_>>()))
}
