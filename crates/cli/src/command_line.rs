//! The command line: every option once, with examples at every level. What options mean is
//! decided by the commands.

use clap::{Parser, Subcommand};

use crate::args::AwsArgs;
use crate::commands::accounts::args::AccountsArgs;
use crate::commands::approval::args::{ApproveArgs, RejectArgs};
use crate::commands::ask::args::AskArgs;
use crate::commands::athena_table::args::AthenaTableArgs;
use crate::commands::change::args::RunCommand;
use crate::commands::check::args::CheckArgs;
use crate::commands::completions::args::CompletionsArgs;
use crate::commands::diff::args::DiffArgs;
use crate::commands::fetch::args::FetchArgs;
use crate::commands::operations::args::OperationsArgs;
use crate::commands::plan::args::PlanArgs;
use crate::commands::profiles::args::ProfilesArgs;
use crate::commands::report::args::ReportArgs;
use crate::commands::runs::args::RunsArgs;
use crate::commands::start::args::StartArgs;
use crate::commands::status::args::StatusArgs;

const EXAMPLES: &str = "\
Examples:
  org-operator run --profile audit                      every internet route of the organization
  org-operator run --ou ou-ab12-cdefgh34 --regions enabled
  org-operator run --resume 20261122T081530Z-4f7a2c     go on with a run that was stopped

Exit codes: 0 complete, 1 differences (diff), 2 usage, 3 partial, 4 nothing selected, 5 access,
6 AWS unreachable or throttled out, 7 anything else, 130 stopped by Ctrl-C.";

/// One operation in every account and Region of an AWS organization, and an answer that accounts
/// for every single (account, Region).
#[derive(Debug, Parser)]
#[command(name = "org-operator", version, after_help = EXAMPLES, propagate_version = true)]
#[command(disable_help_subcommand = true, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    /// Print data and errors only.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands of the program.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run an operation in every selected account and Region, from this machine.
    Run(Box<RunCommand>),
    /// Ask one read-only AWS call in every selected account and Region.
    Ask(AskArgs),
    /// Say what a run would do and take, without doing it.
    Plan(PlanArgs),
    /// Show the organization as a tree: units, accounts, who is selected and why others are not.
    Accounts(AccountsArgs),
    /// List the operations, or show one.
    Operations(OperationsArgs),
    /// Start the deployed state machine.
    Start(StartArgs),
    /// Say how far a run of the state machine is.
    Status(StatusArgs),
    /// Let a run of the state machine that waits for approval go on.
    Approve(ApproveArgs),
    /// End a run of the state machine that waits for approval: nothing is changed.
    Reject(RejectArgs),
    /// Copy a deployed run's files to this machine.
    Fetch(FetchArgs),
    /// List the deployed runs with their status.
    Runs(RunsArgs),
    /// Compare two runs: records added and removed, where both looked.
    Diff(DiffArgs),
    /// Give the page of a run, and open it: a map, failures with remedies, changes, rows.
    Report(ReportArgs),
    /// Say what this identity may do: list the organization, enter each account, ask there.
    Check(CheckArgs),
    /// Print the statement that makes an operation's table in Athena.
    AthenaTable(AthenaTableArgs),
    /// Write AWS CLI profiles for the accounts.
    Profiles(ProfilesArgs),
    /// Print completions for a shell.
    Completions(CompletionsArgs),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn without_examples(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        let path = format!("{path} {}", command.get_name());
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        if !help.contains("Example") {
            found.push(path.clone());
        }
        for below in command.get_subcommands() {
            without_examples(below, &path, found);
        }
    }

    #[test]
    fn every_level_has_examples_and_clap_finds_no_fault() {
        Cli::command().debug_assert();
        let mut found = Vec::new();
        without_examples(&Cli::command(), "", &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
