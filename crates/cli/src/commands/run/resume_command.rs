//! The command that goes on with a run, for pasting: with the options that were given, quoted for a
//! shell.

use std::ffi::OsStr;

use clap::ValueEnum;
use org_operator_core::RunId;
use org_operator_core::contract::plan::RunPlan;

use crate::args::{AwsArgs, DEFAULT_ROLE, EXTERNAL_ID};
use crate::commands::run::args::RunArgs;
use org_operator_local::engine::operation_of;

/// How to go on with the run of `plan`. The external id is not repeated: what goes to a screen goes
/// to logs, too. Where the environment does not have it, the person is told.
pub(super) fn command(aws: &AwsArgs, args: &RunArgs, plan: &RunPlan) -> String {
    let concurrency = args.concurrency.map(|targets| targets.to_string());
    // Two operations may have a run of one name.
    let found = operation_of(&args.out, &plan.run_id, None);
    let other = found.is_some_and(|found| found != plan.operation);
    let format = args.format.and_then(|format| format.to_possible_value());
    let mut words = Words::beginning(aws, "--resume", &plan.run_id);
    words.add("--operation", other.then_some(OsStr::new(&plan.operation)));
    words.add_place(args);
    words.add("--exceptions", args.exceptions.as_ref().map(|path| path.as_os_str()));
    words.add("--concurrency", concurrency.as_deref().map(OsStr::new));
    words.add("--format", format.as_ref().map(|format| OsStr::new(format.get_name())));
    words.0.join(" ")
}

/// The command that does what `flag` says with `run`, from the same place.
pub(crate) fn line(aws: &AwsArgs, args: &RunArgs, flag: &str, run: &RunId) -> String {
    let mut words = Words::beginning(aws, flag, run);
    words.add_place(args);
    words.0.join(" ")
}

/// The words of a command.
struct Words(Vec<String>);

impl Words {
    fn beginning(aws: &AwsArgs, flag: &str, run: &RunId) -> Self {
        let mut words = Self(vec!["org-operator run".to_owned()]);
        words.add("--profile", aws.profile.as_deref().map(OsStr::new));
        words.add("--region", aws.region.as_deref().map(OsStr::new));
        words.add(flag, Some(OsStr::new(run.as_str())));
        words
    }

    fn add_place(&mut self, args: &RunArgs) {
        let role = &args.role.role_name;
        self.add("--out", Some(args.out.as_os_str()));
        self.add("--role-name", (role != DEFAULT_ROLE).then_some(OsStr::new(role)));
    }

    fn add(&mut self, flag: &str, value: Option<&OsStr>) {
        self.0.extend(value.map(|value| option(flag, &value.to_string_lossy())));
    }
}

/// What a person has to do beside pasting the command.
pub(super) fn beside(args: &RunArgs) -> &'static str {
    let given = args.role.external_id.as_deref().filter(|id| !id.is_empty());
    let set = std::env::var(EXTERNAL_ID).ok();
    let is_lost = given.is_some() && given != set.as_deref();
    if is_lost { " (give --external-id again, too)" } else { "" }
}

fn option(flag: &str, value: &str) -> String {
    // A value that begins like an option is taken for one, unless it is joined to its own.
    let joint = if value.starts_with('-') { '=' } else { ' ' };
    format!("{flag}{joint}{}", quoted(value))
}

/// `text` as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
#[path = "resume_command/tests.rs"]
mod tests;
