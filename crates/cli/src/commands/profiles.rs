//! `org-operator profiles`: AWS CLI profiles for the accounts, between two marked lines.

use std::io::Write;
use std::path::{Path, PathBuf};

use org_operator_core::account::Account;
use org_operator_core::{Partition, session};
use serde_json::Value;

use crate::args::{AwsArgs, ProfilesArgs};
use crate::commands::looking::Looking;
use crate::commands::profile_lines::{Entry, block, named, outside, replaced};
use crate::connect::Connection;
use crate::exit::Exit;
use crate::printer::{self, Printer};
use crate::request;
use crate::trouble::Trouble;

const WHAT: &str = "the profiles cannot be written";

/// Prints the profiles, or writes them.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &ProfilesArgs,
    printer: Printer,
) -> Result<Exit, Trouble> {
    let request = Value::Object(request::build(&args.select)?);
    let path = config_file(args)?;
    let existing = read(&path)?;
    let connection = Connection::open(aws).await?;
    let looking = Looking::new(&connection);
    let selection = looking.fanout.selection(&request).await;
    let selection =
        selection.map_err(|e| connection.trouble("the organization cannot be listed", &e))?;
    let accounts: Vec<&Account> = selection.selected().collect();
    let names = named(&accounts, &args.prefix);
    refuse_taken(&names, &existing, args.source_profile.as_deref())?;
    let entry = |(account, name): (&&Account, &String)| Entry {
        name: name.clone(),
        lines: lines(args, account, &connection),
    };
    let entries: Vec<Entry> = accounts.iter().zip(&names).map(entry).collect();
    let block = block(&entries);
    let new = replaced(&existing, &block);
    let new = new.map_err(|why| Trouble::usage(WHAT, why, "repair the marked lines by hand"))?;
    if !args.write {
        printer::data(block.as_bytes())?;
        printer.note(&format!(
            "a preview; --write puts {} profiles into {}",
            entries.len(),
            path.display()
        ));
        return Ok(Exit::Complete);
    }
    write(&path, &new)
        .map_err(|e| Trouble::machine(format!("{} was not written", path.display()), &e))?;
    printer.note(&format!("{} profiles are in {}", entries.len(), path.display()));
    Ok(Exit::Complete)
}

fn config_file(args: &ProfilesArgs) -> Result<PathBuf, Trouble> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let named = args.config_file.clone().or_else(|| set("AWS_CONFIG_FILE").map(PathBuf::from));
    let home = || set("HOME").map(|home| PathBuf::from(home).join(".aws/config"));
    let found = named.or_else(home);
    found.ok_or_else(|| Trouble::usage(WHAT, "HOME is not set", "name the file by --config-file"))
}

fn read(path: &Path) -> Result<String, Trouble> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        read => {
            read.map_err(|e| Trouble::machine(format!("{} cannot be read", path.display()), &e))
        }
    }
}

/// Two sections of one name would be one to the AWS CLI, with a mixture of both; and a profile that
/// is its own source would never find credentials.
fn refuse_taken(names: &[String], existing: &str, source: Option<&str>) -> Result<(), Trouble> {
    let mut outside = outside(existing);
    outside.extend(source.map(str::to_owned));
    let taken: Vec<&str> =
        names.iter().filter(|name| outside.contains(*name)).map(String::as_str).collect();
    if taken.is_empty() {
        return Ok(());
    }
    let why = format!("there are other profiles of these names: {}", taken.join(", "));
    Err(Trouble::usage(WHAT, why, "give --prefix, or rename those"))
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

/// Beside the file and then in its place, with its permissions: a config file cut in the middle
/// would lock a person out.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // A link stays a link: what it points to is replaced.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let partial = folder.join(format!(".config.{}.partial", std::process::id()));
    let mut file = std::fs::File::create(&partial)?;
    if let Ok(data) = path.metadata() {
        file.set_permissions(data.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(partial, path)
}
