//! `org-operator check`: what this identity may do, account by account, before a run finds out.

pub(crate) mod args;
mod report;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use org_operator_aws::{CallCounter, Member, MemberRole, SystemClock};
use org_operator_core::model::account::Account;
use org_operator_core::model::spec::Scope;
use org_operator_core::outcome::classification::{SiblingRegions, classify_operation};
use org_operator_core::plan::sessions::pack;
use org_operator_core::ports::Clock;
use org_operator_core::{Error, ErrorKind, Region, RunId};
use org_operator_fanout::Preview;
use org_operator_operations::suite::own_parameters;
use org_operator_operations::{Operation, Shared, Target};
use serde_json::Value;

use crate::args::AwsArgs;
use crate::connection::Connection;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::columns::aligned;
use crate::output::printer::{self, Printer};
use crate::output::progress_view::Drawing;
use crate::planner::PlannerContext;
use crate::request;
use args::CheckArgs;
use org_operator_local::progress::short;

use report::{Checked, counts, exit};

/// Checks, and prints a line per account.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &CheckArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    let request = Value::Object(request::build(&args.select)?);
    let connection = Connection::open(aws).await?;
    let context = PlannerContext::new(&connection);
    let planned = context.planner().preview(&request).await;
    let preview = planned.map_err(|e| connection.error("the organization cannot be listed", &e))?;
    printer.note("the organization can be listed");
    let checks = drawn(&connection, args, &preview, printer).await;
    let text = if args.json {
        format!("{:#}\n", checks.iter().map(Checked::described).collect::<Value>())
    } else {
        aligned(&checks.iter().map(Checked::row).collect::<Vec<_>>())
    };
    printer::data(text.as_bytes())?;
    let found: Vec<Option<ErrorKind>> = checks.iter().map(Checked::kind).collect();
    printer.note(&counts(&found));
    Ok(exit(&found))
}

/// Checks, and draws meanwhile: a thousand accounts take a while.
async fn drawn(
    connection: &Connection,
    args: &CheckArgs,
    preview: &Preview,
    printer: Printer,
) -> Vec<Checked> {
    let all = preview.selection.selected().count();
    let (asked, begun) = (Cell::new(0), Instant::now());
    let now = || {
        let done = asked.get();
        (done, format!("{done} of {all} accounts asked, {}", short(begun.elapsed())))
    };
    let drawing = Drawing::new(printer, all as u64);
    drawing.until(checks(connection, args, preview, &asked), now).await
}

/// Checks every account, and counts in `asked`.
async fn checks(
    connection: &Connection,
    args: &CheckArgs,
    preview: &Preview,
    asked: &Cell<u64>,
) -> Vec<Checked> {
    let role = MemberRole::new(&connection.config, args.role.settings(&connection.home));
    let checked = preview.selection.selected().map(|account| {
        let region = region_of(preview, account, &connection.home);
        let role = &role;
        async move {
            let refused = probe(role, preview, account, &region).await.err();
            asked.set(asked.get() + 1);
            Checked { account: account.clone(), region, refused }
        }
    });
    stream::iter(checked).buffered(usize::from(args.concurrency)).collect().await
}

/// One of the account's Regions: the one to work from where it is among them.
fn region_of(preview: &Preview, account: &Account, home: &Region) -> Region {
    let of_account = preview.items.iter().filter(|item| item.account_id == account.id);
    let regions: Vec<&Region> = of_account.flat_map(|item| &item.regions).collect();
    let first = regions.first().copied().unwrap_or(home);
    if regions.contains(&home) { home.clone() } else { first.clone() }
}

/// Asks for every operation of the request, as a run would enter the account; the refusal of the
/// first that would fail, or else of the first that would be skipped.
async fn probe(
    role: &MemberRole,
    preview: &Preview,
    account: &Account,
    region: &Region,
) -> Result<(), Error> {
    let run = RunId::parse("check").ok_or_else(|| Error::internal("no session name"))?;
    let actions: Vec<&[String]> =
        preview.operations.iter().map(|operation| operation.spec().actions.as_slice()).collect();
    let mut skipped = Ok(());
    for session in pack(&actions) {
        let member = role.assume(&account.id, &run, &session.actions).await?;
        let operations = session.operations.iter().filter_map(|i| preview.operations.get(*i));
        for operation in operations {
            match allowed(&member, preview, account, (&**operation, region)).await {
                Err(refusal) if !refusal.kind().is_skip() => return Err(refusal),
                asked => skipped = skipped.and(asked),
            }
        }
    }
    skipped
}

/// Whether the role may do what `operation` does, in the Region or once for the account.
async fn allowed(
    member: &Member,
    preview: &Preview,
    account: &Account,
    (operation, region): (&dyn Operation, &Region),
) -> Result<(), Error> {
    let spec = operation.spec();
    let global = Region::global();
    let place = if spec.scope == Scope::Global { &global } else { region };
    let target = Target {
        run: RunId::parse("check").ok_or_else(|| Error::internal("no session name"))?,
        account: account.id.clone(),
        region: member.signing_region(place),
        config: member.config(place, &CallCounter::default()),
        now: SystemClock.now(),
        parameters: Arc::new(own_parameters(spec, &preview.request.parameters)),
        shared: Shared::default(),
    };
    let asked = operation
        .probe(&target)
        .await
        .map_err(|failure| classify_operation(failure).resolve(SiblingRegions::default(), place));
    if preview.operations.len() == 1 {
        return asked;
    }
    asked.map_err(|error| error.context(&spec.name))
}
