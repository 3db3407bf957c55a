//! `org-operator check`: what this identity may do, account by account, before a run finds out.

use futures_util::{StreamExt, stream};
use org_operator_aws::{CallCounter, MemberRole};
use org_operator_core::account::Account;
use org_operator_core::classification::{Call, Elsewhere, classify};
use org_operator_core::{Error, ErrorKind, Region, RunId};
use org_operator_fanout::Preview;
use org_operator_operations::{Operation, Target};
use serde_json::{Value, json};

use crate::args::{AwsArgs, CheckArgs};
use crate::commands::columns::aligned;
use crate::commands::looking::Looking;
use crate::connect::Connection;
use crate::exit::Exit;
use crate::printer::{self, Printer};
use crate::request;
use crate::trouble::Trouble;

/// Checks, and prints a line per account.
pub(crate) async fn run(
    aws: &AwsArgs,
    args: &CheckArgs,
    printer: Printer,
) -> Result<Exit, Trouble> {
    let request = Value::Object(request::build(&args.select)?);
    let connection = Connection::open(aws).await?;
    let looking = Looking::new(&connection);
    let preview = looking.fanout.preview(&request).await;
    let preview =
        preview.map_err(|e| connection.trouble("the organization cannot be listed", &e))?;
    printer.note("the organization can be listed");
    let checks = checks(&connection, args, &preview).await;
    let text = if args.json {
        format!("{:#}\n", checks.iter().map(Checked::described).collect::<Value>())
    } else {
        aligned(&checks.iter().map(Checked::row).collect::<Vec<_>>())
    };
    printer::data(text.as_bytes())?;
    let allowed = checks.iter().filter(|checked| checked.refused.is_none()).count();
    printer.note(&format!("{allowed} of {} accounts can be asked", checks.len()));
    Ok(exit(allowed, checks.len()))
}

fn exit(allowed: usize, all: usize) -> Exit {
    match allowed {
        _ if allowed == all => Exit::Complete,
        0 => Exit::Access,
        _ => Exit::Partial,
    }
}

/// An account with what was found.
struct Checked {
    account: Account,
    region: Region,
    refused: Option<Error>,
}

async fn checks(connection: &Connection, args: &CheckArgs, preview: &Preview) -> Vec<Checked> {
    let role = MemberRole::new(&connection.config, args.role.settings(&connection.home));
    let checked = preview.selection.selected().map(|account| {
        let region = region_of(preview, account, &connection.home);
        let role = &role;
        async move {
            let refused = probe(role, preview.operation, account, &region).await.err();
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

async fn probe(
    role: &MemberRole,
    operation: &dyn Operation,
    account: &Account,
    region: &Region,
) -> Result<(), Error> {
    let run = RunId::parse("check").ok_or_else(|| Error::invalid("no session name"))?;
    let member = role.assume(&account.id, &run, operation.spec().actions).await?;
    let config = member.config(region, &CallCounter::default());
    let target = Target { account: account.id.clone(), region: region.clone(), config };
    let asked = operation.probe(&target).await;
    asked
        .map_err(|failure| classify(Call::Operation, &failure).settle(Elsewhere::default(), region))
}

impl Checked {
    fn row(&self) -> Vec<String> {
        let (word, why) = match &self.refused {
            None => ("allowed".to_owned(), String::new()),
            Some(error) => {
                let remedy = remedy(error.kind());
                (error.kind().to_string(), format!("{}; {remedy}", error.message()))
            }
        };
        let name = self.account.name.replace('\n', " ");
        vec![self.account.id.to_string(), name, self.region.to_string(), word, why]
    }

    fn described(&self) -> Value {
        let refused = self.refused.as_ref();
        json!({
            "AccountId": self.account.id, "AccountName": self.account.name,
            "Region": self.region, "Allowed": refused.is_none(),
            "Error": refused.map(|error| error.kind().name()),
            "Message": refused.map(Error::message),
            "Remedy": refused.map(|error| remedy(error.kind())),
        })
    }
}

fn remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::AssumeRoleDenied => {
            "deploy member-roles.yaml there, and compare --role-name, --external-id and the role's \
             trust policy with this identity"
        }
        ErrorKind::AccessDenied => "add the operation's actions to the role's policy",
        ErrorKind::DeniedByPolicy => "a service control policy denies it: a run SKIPs the target",
        ErrorKind::RegionDisabled => "the Region is off there: a run SKIPs the target",
        ErrorKind::Throttled | ErrorKind::Transient => "try again",
        _ => "see docs/error-kinds.md",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_some_or_none_are_three_exits() {
        assert_eq!([exit(3, 3), exit(1, 3), exit(0, 3)].map(Exit::code), [0, 3, 5]);
    }
}
