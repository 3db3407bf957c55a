//! The request of a run as people and schedules write it, and the fanout's event around it.
//!
//! Only the form is checked here. Whether accounts, units and the operation exist is checked against
//! the organization and the catalogue before a run starts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::input::account_filter;
pub use crate::input::account_filter::AccountFilter;
use crate::input::change_request::{self, ChangeRequest};
use crate::input::operation_choice::{self, OperationChoice};
use crate::input::parse::{self, Fields};
use crate::input::path::FieldPath;
use crate::input::violation::Violations;
use crate::model::account_column::AccountColumn;
use crate::model::id::RunId;
use crate::model::region::Region;

/// The operation where a request names none.
pub const DEFAULT_OPERATION: &str = "internet-routes";

/// A Map state takes at most 10,000 children at once; 0 would mean "all of them" to Step Functions.
pub const MAX_CONCURRENCY: u32 = 10_000;

/// What a run is requested to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRequest {
    /// The name of the operation, not yet looked up in the catalogue; a definition's own name.
    pub operation: String,
    /// The names of several operations, not yet looked up; [`RunRequest::operation`] is
    /// [`crate::artifact::SUITES`] then, and where a suite is named.
    pub operations: Vec<String>,
    /// The suite whose operations are asked for, not yet looked up.
    pub suite: Option<String>,
    /// The operation itself, as an operation file has it, where it is none of the catalogue's; not
    /// yet checked.
    pub definition: Option<Map<String, Value>>,
    /// The parameters, not yet checked against the operation.
    pub parameters: Map<String, Value>,
    /// Which accounts the run covers.
    pub accounts: AccountFilter,
    /// Which Regions the run covers in each account.
    pub regions: RegionChoice,
    /// What stands beside every record about its account.
    pub account_columns: BTreeSet<AccountColumn>,
    /// How many work items run at once; `None` means the configured number.
    pub max_concurrency: Option<u32>,
    /// The most Regions that one work item has; `None` means all of an account.
    pub regions_per_work_item: Option<u32>,
    /// The run to resume instead of starting a new one.
    pub resume_run: Option<RunId>,
    /// The plan to apply; `None` in a request that changes nothing, and in one that resumes a run.
    pub change: Option<ChangeRequest>,
    /// Whether a person has to approve the changes; `None` means the usual.
    pub approval: Option<bool>,
}

/// Which Regions a run covers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RegionChoice {
    /// The Regions of the configuration.
    #[default]
    Configured,
    /// Exactly these Regions, in every account.
    Listed(Vec<Region>),
    /// In each account, the Regions that are enabled there.
    Enabled,
}

/// A field for people, which may hold anything: the console of Step Functions suggests an input that
/// has nothing else.
const COMMENT: &str = "Comment";

/// Fields that say what a run is: a resumed run has its own already.
const CHOOSING: &[&str] = &[
    "Operations",
    "Suite",
    "Definition",
    "Parameters",
    "Accounts",
    "AccountColumns",
    "Regions",
    "RegionsPerWorkItem",
    "Apply",
    "PlanRun",
    "Undo",
    "DropRun",
    "MaxChanges",
    "MaxFailures",
    "Canary",
    "PlanMaxAgeHours",
];

/// The event that the fanout is invoked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FanoutEvent {
    /// The id of the run; absent where a person invokes the function directly.
    pub run_id: Option<RunId>,
    /// The request of the run.
    pub request: RunRequest,
}

/// The fields of a bare request with a `RunId` before them.
const FLAT_FIELDS: &[&str] = &[
    "RunId",
    "Operation",
    "Operations",
    "Suite",
    "Definition",
    "Parameters",
    "Accounts",
    "AccountColumns",
    "Regions",
    "MaxConcurrency",
    "RegionsPerWorkItem",
    "ResumeRun",
    "Apply",
    "PlanRun",
    "Undo",
    "DropRun",
    "MaxChanges",
    "MaxFailures",
    "Canary",
    "PlanMaxAgeHours",
    "Approval",
    COMMENT,
];

impl RunRequest {
    /// Whether several operations are asked for, be they one in the end: a suite run.
    #[must_use]
    pub fn is_suite(&self) -> bool {
        self.suite.is_some() || !self.operations.is_empty()
    }
}

impl FanoutEvent {
    /// Parses the state machine's form, `{"RunId": …, "Request": {…}}`, or a bare request with an
    /// optional `RunId` for a local invoke. Violations of the form are noted in `violations`, so that
    /// the fanout reports them together with what the organization and the catalogue refuse.
    ///
    /// # Errors
    /// `InvalidRequest` where the event is not an object: nothing else can be checked then.
    pub fn read(value: &Value, violations: &mut Violations) -> Result<Self, Error> {
        match read_event(value, violations) {
            Some(event) => Ok(event),
            None => std::mem::take(violations).into_result("request", None),
        }
    }
}

fn read_event(value: &Value, violations: &mut Violations) -> Option<FanoutEvent> {
    let known = match value.get("Request") {
        Some(_) => &["RunId", "Request"],
        None => FLAT_FIELDS,
    };
    let fields = Fields::open(&FieldPath::root(), value, known, violations)?;
    let run_id = fields.optional("RunId", violations, parse::run_id);
    let request = match value.get("Request") {
        Some(request) => {
            let nested = Fields::open(&FieldPath::root(), request, &FLAT_FIELDS[1..], violations)?;
            read_request(&nested, violations)
        }
        None => read_request(&fields, violations),
    };
    Some(FanoutEvent { run_id, request })
}

fn read_request(fields: &Fields, violations: &mut Violations) -> RunRequest {
    let resume_run = fields.optional("ResumeRun", violations, parse::run_id);
    if resume_run.is_some() {
        let allowed = "nothing beside ResumeRun: the run has its own";
        refuse(fields, CHOOSING, allowed, violations);
    }
    let change = read_change(fields, resume_run.is_some(), violations);
    let OperationChoice { operation, operations, suite, definition } =
        operation_choice::read(fields, violations);
    RunRequest {
        operation,
        operations,
        suite,
        definition,
        parameters: fields.optional("Parameters", violations, parse::object).unwrap_or_default(),
        accounts: read_accounts(fields, change.is_some(), violations),
        regions: fields.optional("Regions", violations, read_regions).unwrap_or_default(),
        account_columns: fields.set("AccountColumns", violations, parse::account_column),
        max_concurrency: fields.optional("MaxConcurrency", violations, |p, v, f| {
            parse::whole(p, v, f, 1..=MAX_CONCURRENCY)
        }),
        regions_per_work_item: fields
            .optional("RegionsPerWorkItem", violations, |p, v, f| parse::whole(p, v, f, 1..=1_000)),
        resume_run,
        change,
        approval: fields.optional("Approval", violations, parse::boolean),
    }
}

/// What is to be changed; a resumed run knows it itself.
fn read_change(
    fields: &Fields,
    is_resumed: bool,
    violations: &mut Violations,
) -> Option<ChangeRequest> {
    if is_resumed {
        return None;
    }
    if !change_request::is_wanted(fields, violations) {
        let allowed = "nothing without \"Apply\": true; such a run changes nothing";
        refuse(fields, change_request::GUARDS, allowed, violations);
        refuse(fields, &["Approval"], allowed, violations);
        return None;
    }
    let allowed = "nothing beside Apply: a plan is applied as it was reviewed";
    refuse(fields, change_request::CHOOSING, allowed, violations);
    change_request::read(fields, violations)
}

/// Which accounts; a plan's may be named, and not selected in another way.
fn read_accounts(fields: &Fields, is_change: bool, violations: &mut Violations) -> AccountFilter {
    let filter = fields.optional("Accounts", violations, account_filter::read).unwrap_or_default();
    let named = AccountFilter { include: filter.include.clone(), ..AccountFilter::default() };
    if is_change && filter != named {
        let allowed = "only Include, with all accounts of the plan, or nothing";
        violations.note_text(fields.path("Accounts"), "a selection", allowed);
    }
    filter
}

fn read_regions(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
) -> Option<RegionChoice> {
    match value {
        Value::String(text) if text == "ENABLED" => return Some(RegionChoice::Enabled),
        Value::Array(list) if list.is_empty() => {
            let expected = "at least one Region, or no field for the configured ones";
            violations.note(path, value, expected);
        }
        Value::Array(_) => {}
        _ => {
            violations.note(path, value, "a list of Regions, or \"ENABLED\"");
            return None;
        }
    }
    Some(RegionChoice::Listed(parse::list(path, value, violations, parse::region)))
}

/// Refuses fields; a neutral value (false, an empty list) means the same as no field and is allowed.
fn refuse(fields: &Fields, names: &[&str], allowed: &str, violations: &mut Violations) {
    for name in names {
        if let Some(value) = fields.get(name).filter(|value| !is_neutral(value)) {
            violations.note(fields.path(name), value, allowed);
        }
    }
}

fn is_neutral(value: &Value) -> bool {
    match value {
        Value::Bool(on) => !on,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
