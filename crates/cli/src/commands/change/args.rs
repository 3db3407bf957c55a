//! The options of `org-operator run` for applying a plan and for taking back what was applied.

use clap::Args;
use org_operator_changes::{Guards, Limit, Protected};
use org_operator_core::{AccountId, RunId, UnitId};

use crate::commands::run::args::RunArgs;
use crate::error::CliError;

/// The options of `org-operator run`, all together.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunCommand {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
}

/// What is changed, and what limits it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Changes: apply a plan, or take back what was applied")]
pub(crate) struct ChangeArgs {
    /// Apply the plan of --plan-run: exactly its rows, each read again first
    #[arg(long, requires = "plan_run", conflicts_with = "resume")]
    pub(crate) apply: bool,
    /// The run that made the plan
    #[arg(long, value_name = "RUN_ID", requires = "apply", value_parser = run_id)]
    pub(crate) plan_run: Option<RunId>,
    /// Take back what this run applied
    #[arg(long, value_name = "RUN_ID", value_parser = run_id, conflicts_with_all = ["apply", "resume"])]
    pub(crate) undo: Option<RunId>,
    /// Remove what the plan of this run left in the accounts, such as change sets
    #[arg(long, value_name = "RUN_ID", value_parser = run_id,
        conflicts_with_all = ["apply", "undo", "resume"])]
    pub(crate) drop: Option<RunId>,
    /// The operation's name, in place of the question on the terminal
    #[arg(long, value_name = "OPERATION")]
    pub(crate) confirm: Option<String>,
    /// Change nothing where the plan has more changes than N, or than this share of its rows
    #[arg(long, value_name = "N|N%", value_parser = limit)]
    pub(crate) max_changes: Option<Limit>,
    /// Hold what is left once more targets failed than N, or than this share of them
    #[arg(long, value_name = "N|N%", value_parser = limit)]
    pub(crate) max_failures: Option<Limit>,
    /// Stop after the first N accounts, until the run is resumed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) canary: Option<u32>,
    /// Refuse a plan of this age
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub(crate) plan_max_age_hours: Option<u32>,
    /// Never change anything in these accounts
    #[arg(long, value_name = "ID", value_delimiter = ',', env = "ORG_OPERATOR_PROTECTED_ACCOUNTS",
        value_parser = account)]
    pub(crate) protect_account: Vec<AccountId>,
    /// Never change anything in the accounts of these units, at any depth
    #[arg(long, value_name = "OU_ID", value_delimiter = ',', env = "ORG_OPERATOR_PROTECTED_UNITS",
        value_parser = unit)]
    pub(crate) protect_ou: Vec<UnitId>,
    /// Never change a resource with one of these tags, or of a group that has one
    #[arg(
        long,
        value_name = "KEY",
        value_delimiter = ',',
        env = "ORG_OPERATOR_PROTECTED_TAG_KEYS"
    )]
    pub(crate) protect_tag: Vec<String>,
}

fn run_id(text: &str) -> Result<RunId, String> {
    RunId::parse(text).ok_or_else(|| format!("not {}", RunId::ALLOWED))
}

fn limit(text: &str) -> Result<Limit, String> {
    Limit::parse(text).ok_or_else(|| format!("not {}", Limit::ALLOWED))
}

fn account(text: &str) -> Result<AccountId, String> {
    AccountId::parse(text).ok_or_else(|| format!("not {}", AccountId::ALLOWED))
}

fn unit(text: &str) -> Result<UnitId, String> {
    UnitId::parse(text).ok_or_else(|| format!("not {}", UnitId::ALLOWED))
}

impl ChangeArgs {
    /// The guards of a new run.
    pub(super) fn guards(&self) -> Guards {
        Guards {
            max_changes: self.max_changes,
            max_failures: self.max_failures,
            canary: self.canary,
            plan_max_age_hours: self.plan_max_age_hours.unwrap_or(Guards::PLAN_MAX_AGE_HOURS),
            protected: self.protected(),
        }
    }

    /// What no run touches. A run that goes on keeps to what it was begun with, too.
    pub(super) fn protected(&self) -> Protected {
        Protected {
            accounts: self.protect_account.iter().cloned().collect(),
            units: self.protect_ou.iter().cloned().collect(),
            tag_keys: self.protect_tag.iter().cloned().collect(),
        }
    }

    /// The options that only a new run takes and that were given, by flag.
    fn limits(&self) -> Vec<&'static str> {
        let given = [
            ("--max-changes", self.max_changes.is_some()),
            ("--max-failures", self.max_failures.is_some()),
            ("--canary", self.canary.is_some()),
            ("--plan-max-age-hours", self.plan_max_age_hours.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect()
    }

    /// Refuses what means nothing for a run that only reads.
    pub(super) fn refuse_for_reading(&self) -> Result<(), CliError> {
        let mut flags = self.limits();
        flags.extend(self.confirm.as_ref().map(|_| "--confirm"));
        refuse(&flags, "they belong to --apply and --undo", "leave them out to make a plan")
    }

    /// Refuses what means nothing for a plan that writes.
    pub(super) fn refuse_for_planning(&self) -> Result<(), CliError> {
        refuse(&self.limits(), "they belong to --apply and --undo", "leave them out to make a plan")
    }

    /// Refuses limits for a run that goes on: it has its own.
    pub(super) fn refuse_limits(&self) -> Result<(), CliError> {
        refuse(&self.limits(), "a run that goes on has its own limits", "leave them out")
    }
}

/// Refuses the options that choose what is asked: a plan has its accounts, Regions and parameters.
pub(super) fn refuse_selection(args: &RunArgs) -> Result<(), CliError> {
    let select = &args.select;
    let given = [
        ("--operation (more than one)", select.operation.len() > 1),
        ("--suite", select.suite.is_some()),
        ("--file", select.file.is_some()),
        ("--exclude-account", !select.exclude_account.is_empty()),
        ("--ou", !select.ou.is_empty()),
        ("--exclude-ou", !select.exclude_ou.is_empty()),
        ("--tag", !select.tag.is_empty()),
        ("--include-management-account", select.include_management_account),
        ("--regions", !select.regions.is_empty()),
        ("--account-column", !select.account_column.is_empty()),
        ("--regions-per-work-item", select.regions_per_work_item.is_some()),
        ("--param", !select.param.is_empty()),
        ("--request", select.request.is_some()),
        ("--exceptions", args.exceptions.is_some()),
        ("--concurrency", args.concurrency.is_some()),
        ("--format", args.format.is_some()),
    ];
    let flags: Vec<_> =
        given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect();
    refuse(
        &flags,
        "a plan is applied whole, where it was made",
        "leave them out, or make another plan",
    )
}

fn refuse(flags: &[&str], cause: &str, hint: &str) -> Result<(), CliError> {
    if flags.is_empty() {
        return Ok(());
    }
    Err(CliError::usage(&format!("{} cannot be used here", flags.join(", ")), cause, hint))
}
