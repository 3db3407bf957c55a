//! `org-operator profiles`: AWS CLI profiles for the accounts, between two marked lines.

pub(crate) mod args;
mod block;
mod files;
mod names;

use std::collections::BTreeSet;

use org_operator_core::Partition;
use org_operator_core::model::account::Account;
use org_operator_core::model::session;
use serde_json::Value;

use crate::args::AwsArgs;
use crate::connection::Connection;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::printer::{self, Printer};
use crate::planner::PlannerContext;
use crate::request;
use args::ProfilesArgs;

use block::{Entry, block, of_credentials, outside, replaced};
use files::Files;
use names::{check, named};

const WHAT: &str = "the profiles cannot be written";

/// Prints the profiles, or writes them.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &ProfilesArgs,
    printer: Printer,
) -> Result<Exit, CliError> {
    check(&args.prefix)?;
    let files = Files::find(args.config_file.as_deref())?;
    // A file that cannot be used is said before the organization is asked.
    with_block(&files.config()?, "")?;
    let profiles = entries(aws, args).await?;
    let own = block(&profiles);
    // Listing takes a while, in which a person may have edited: what counts is what stands there now.
    let existing = files.config()?;
    refuse_taken(&profiles, &taken(&existing, &files.credentials()?, args))?;
    let new = with_block(&existing, &own)?;
    let (number, path) = (profiles.len(), files.config.display());
    if args.write {
        files.write(&new)?;
        printer.note(&format!("{number} profiles are in {path}"));
    } else {
        printer::data(own.as_bytes())?;
        printer.note(&format!("a preview; --write puts {number} profiles into {path}"));
    }
    Ok(Exit::Complete)
}

/// The profiles of the selected accounts. None selected is an error: an empty block would take away
/// those that are there.
async fn entries(aws: &AwsArgs, args: &ProfilesArgs) -> Result<Vec<Entry>, CliError> {
    let request = Value::Object(request::build(&args.select)?);
    let connection = Connection::open(aws).await?;
    let context = PlannerContext::new(&connection);
    let selected = context.planner().selection(&request).await;
    let selection =
        selected.map_err(|e| connection.error("the organization cannot be listed", &e))?;
    selection.require_some().map_err(|e| connection.error(WHAT, &e))?;
    let accounts: Vec<&Account> = selection.selected().collect();
    let names = named(&accounts, &args.prefix);
    let entry = |(account, name): (&&Account, String)| Entry {
        name,
        lines: lines(args, account, &connection),
    };
    Ok(accounts.iter().zip(names).map(entry).collect())
}

fn with_block(existing: &str, block: &str) -> Result<String, CliError> {
    let new = replaced(existing, block);
    new.map_err(|why| CliError::usage(WHAT, why, "repair the marked lines by hand"))
}

/// Names that no account's profile can have. Two sections of one name would be one to the AWS CLI,
/// with a mixture of both files; and a profile that is its own source would never find credentials.
fn taken(config: &str, credentials: &str, args: &ProfilesArgs) -> BTreeSet<String> {
    let mut taken = outside(config);
    taken.extend(of_credentials(credentials));
    taken.extend(args.source_profile.clone());
    taken
}

fn refuse_taken(entries: &[Entry], taken: &BTreeSet<String>) -> Result<(), CliError> {
    let all = entries.iter().map(|entry| entry.name.as_str());
    let names: Vec<&str> = all.filter(|name| taken.contains(*name)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let why = format!("there are other profiles of these names: {}", names.join(", "));
    Err(CliError::usage(WHAT, why, "give --prefix, or rename those"))
}

fn lines(args: &ProfilesArgs, account: &Account, connection: &Connection) -> Vec<String> {
    let region = format!("region = {}", connection.home);
    let own = match (&args.source_profile, &args.sso_session, &args.sso_role) {
        (Some(source), _, _) => chained(args, source, account, connection.home.partition()),
        (None, Some(session), Some(role)) => vec![
            format!("sso_session = {session}"),
            format!("sso_account_id = {}", account.id),
            format!("sso_role_name = {role}"),
        ],
        _ => Vec::new(),
    };
    own.into_iter().chain([region]).collect()
}

fn chained(
    args: &ProfilesArgs,
    source: &str,
    account: &Account,
    partition: Partition,
) -> Vec<String> {
    let arn = session::role_arn(partition, &account.id, &args.role.role_name);
    let external_id = args.role.external_id.iter().map(|id| format!("external_id = {id}"));
    let own = [format!("role_arn = {arn}"), format!("source_profile = {source}")];
    own.into_iter().chain(external_id).collect()
}
