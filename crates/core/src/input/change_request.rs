//! The fields of a request that changes something: which plan is applied or what is taken back, and
//! within which guards. Whether that may be done is the fanout's to find out.

use serde_json::Value;

use crate::input::parse::{self, Fields};
use crate::input::path::FieldPath;
use crate::input::violation::Violations;
use crate::model::id::RunId;
use crate::model::limit::Limit;

/// What a request that changes something says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    /// Where the rows come from.
    pub source: ChangeSource,
    /// The most changes that the plan may have.
    pub max_changes: Option<Limit>,
    /// The most targets that may fail.
    pub max_failures: Option<Limit>,
    /// The accounts that the run begins with.
    pub canary: Option<u32>,
    /// The oldest plan that may be applied, in hours; `None` means the usual.
    pub plan_max_age_hours: Option<u32>,
}

/// The run that has the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeSource {
    /// The run that made the plan.
    Plan(RunId),
    /// The run that is taken back.
    Undo(RunId),
    /// The run whose plan is not to be applied, and what it left is to be removed.
    Drop(RunId),
}

impl ChangeSource {
    /// The run.
    #[must_use]
    pub fn run(&self) -> &RunId {
        match self {
            Self::Plan(run) | Self::Undo(run) | Self::Drop(run) => run,
        }
    }

    /// The request's field that names the run.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Plan(_) => "PlanRun",
            Self::Undo(_) => "Undo",
            Self::Drop(_) => "DropRun",
        }
    }

    /// Whether the rows take back what the run changed.
    #[must_use]
    pub fn is_undo(&self) -> bool {
        matches!(self, Self::Undo(_))
    }
}

/// The most accounts of a canary, and the most hours of a plan's age: ten years.
const MOST: u32 = 87_600;

/// Fields that mean something beside `Apply` only.
pub(super) const GUARDS: &[&str] =
    &["PlanRun", "Undo", "DropRun", "MaxChanges", "MaxFailures", "Canary", "PlanMaxAgeHours"];

/// Fields that choose what a run asks: a plan is applied as it was reviewed.
pub(super) const CHOOSING: &[&str] = &[
    "Operations",
    "Suite",
    "Definition",
    "Parameters",
    "AccountColumns",
    "Regions",
    "RegionsPerWorkItem",
];

/// Whether the request asks for changes to be made.
pub(super) fn is_wanted(fields: &Fields, violations: &mut Violations) -> bool {
    fields.optional("Apply", violations, parse::boolean) == Some(true)
}

/// What the request says; `None` where it does not say whose rows it means, which is noted.
pub(super) fn read(fields: &Fields, violations: &mut Violations) -> Option<ChangeRequest> {
    let source = source(fields, violations);
    let max_changes = fields.optional("MaxChanges", violations, limit);
    let max_failures = fields.optional("MaxFailures", violations, limit);
    let canary = fields.optional("Canary", violations, count);
    let plan_max_age_hours = fields.optional("PlanMaxAgeHours", violations, count);
    Some(ChangeRequest { source: source?, max_changes, max_failures, canary, plan_max_age_hours })
}

fn source(fields: &Fields, violations: &mut Violations) -> Option<ChangeSource> {
    let mut run = |name| fields.optional(name, violations, parse::run_id);
    let (plan, undo, drop) = (run("PlanRun"), run("Undo"), run("DropRun"));
    let is_given = |name: &&str| fields.get(name).is_some();
    let given: Vec<&str> = ["PlanRun", "Undo", "DropRun"].into_iter().filter(is_given).collect();
    if let [_] = given.as_slice() {
        let applied = plan.map(ChangeSource::Plan).or(undo.map(ChangeSource::Undo));
        return applied.or(drop.map(ChangeSource::Drop));
    }
    let allowed = "beside Apply either PlanRun, the run that made the plan, or Undo, the run that is \
                   taken back, or DropRun, the run whose plan is not to be applied";
    let actual = if given.is_empty() { "nothing".to_owned() } else { given.join(" and ") };
    violations.note_text(fields.path("PlanRun"), actual, allowed);
    None
}

fn count(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<u32> {
    parse::whole(path, value, violations, 1..=MOST)
}

/// A limit as a number, or as text.
fn limit(path: &FieldPath, value: &Value, violations: &mut Violations) -> Option<Limit> {
    let of_text = |text: &str| Limit::parse(text);
    let found = value.as_u64().map(Limit::Number).or_else(|| value.as_str().and_then(of_text));
    if found.is_none() {
        violations.note(path, value, Limit::ALLOWED);
    }
    found
}
