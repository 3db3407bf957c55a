//! The request of a run as people and schedules write it, and the fanout's event around it.
//!
//! Reading checks form only; what an account or an operation is asked of the organization and the
//! catalogue later, before anything starts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::error::Error;
use crate::input::parse::{self, Fields};
use crate::input::path::FieldPath;
use crate::input::violation::Violations;
use crate::model::id::{AccountId, RunId, UnitId};
use crate::model::region::Region;

/// The operation of a request that names none.
pub const DEFAULT_OPERATION: &str = "internet-routes";

/// A Map state takes at most 10,000 children at once; 0 would mean "all of them" to Step Functions.
pub const MAX_CONCURRENCY: u32 = 10_000;

/// Fields that are part of the contract and have no effect in this version yet.
const LATER: &[&str] = &["Apply"];
const LATER_ALLOWED: &str = "nothing: this version does not support the field yet, leave it out";

/// What a run is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRequest {
    /// The operation's name, not yet looked up in the catalogue.
    pub operation: String,
    /// The operation's parameters, not yet checked by it.
    pub parameters: Map<String, Value>,
    /// Which accounts.
    pub accounts: AccountFilter,
    /// Which Regions.
    pub regions: RegionChoice,
    /// How many work items at once; `None` means the configuration's number.
    pub max_concurrency: Option<u32>,
    /// How many Regions one work item holds at the most; `None` means all of an account's.
    pub regions_per_work_item: Option<u32>,
    /// The run to go on with, in place of a new one.
    pub resume_run: Option<RunId>,
}

/// Which Regions a run covers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RegionChoice {
    /// Those of the configuration.
    #[default]
    Configured,
    /// These.
    Listed(Vec<Region>),
    /// In each account, those that are on there.
    Enabled,
}

/// Which accounts a run covers, of those that are active.
///
/// Accounts that `include` or `units` name, or all where both are empty; of these, those that have
/// every tag; without those that `exclude` or `exclude_units` name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// These accounts.
    pub include: BTreeSet<AccountId>,
    /// The accounts in these units, at any depth.
    pub units: BTreeSet<UnitId>,
    /// For each tag, the values of which an account must have one.
    pub tags: BTreeMap<String, BTreeSet<String>>,
    /// Not these, whatever else names them.
    pub exclude: BTreeSet<AccountId>,
    /// Not the accounts in these units, at any depth, whatever else names them.
    pub exclude_units: BTreeSet<UnitId>,
    /// The management account too.
    pub include_management: bool,
}

impl AccountFilter {
    /// Whether the request names accounts or units, which only the organization can tell right
    /// from wrong.
    #[must_use]
    pub fn names_any(&self) -> bool {
        !self.include.is_empty() || !self.exclude.is_empty() || self.named_units().next().is_some()
    }

    /// Every unit that is named, in or out.
    pub fn named_units(&self) -> impl Iterator<Item = &UnitId> {
        self.units.union(&self.exclude_units)
    }
}

/// Fields that choose targets: a resumed run has its own already.
const CHOOSING: &[&str] = &["Parameters", "Accounts", "Regions", "RegionsPerWorkItem"];

/// What the fanout is invoked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FanoutEvent {
    /// The run's id; absent where a person invokes the function directly.
    pub run_id: Option<RunId>,
    /// The request.
    pub request: RunRequest,
}

const REQUEST_FIELDS: &[&str] = &[
    "Operation",
    "Parameters",
    "Accounts",
    "Regions",
    "MaxConcurrency",
    "RegionsPerWorkItem",
    "ResumeRun",
    "Apply",
];
const FLAT_FIELDS: &[&str] = &[
    "Operation",
    "Parameters",
    "Accounts",
    "Regions",
    "MaxConcurrency",
    "RegionsPerWorkItem",
    "ResumeRun",
    "Apply",
    "RunId",
];
const ACCOUNT_FIELDS: &[&str] = &[
    "Include",
    "Exclude",
    "OrganizationalUnits",
    "ExcludeOrganizationalUnits",
    "Tags",
    "IncludeManagementAccount",
];

impl FanoutEvent {
    /// Reads the state machine's form, `{"RunId": …, "Request": {…}}`, or a bare request with an
    /// optional `RunId` for a local invoke. What is wrong in form is noted in `violations`, so that the
    /// fanout can report it together with what the organization and the catalogue say.
    ///
    /// # Errors
    /// `InvalidRequest` where the event is no object: there is nothing more to say about it.
    pub fn read(value: &Value, violations: &mut Violations) -> Result<Self, Error> {
        match read_event(value, violations) {
            Some(event) => Ok(event),
            None => std::mem::take(violations).into_result("request", None),
        }
    }
}

fn read_event(value: &Value, violations: &mut Violations) -> Option<FanoutEvent> {
    let nested = value.get("Request").is_some();
    let known = if nested { &["RunId", "Request"] } else { FLAT_FIELDS };
    let fields = Fields::open(&FieldPath::root(), value, known, violations)?;
    let run_id = fields.optional("RunId", violations, parse::run_id);
    let request = match (nested, value.get("Request")) {
        (true, Some(request)) => {
            let request = Fields::open(&FieldPath::root(), request, REQUEST_FIELDS, violations)?;
            read_request(&request, violations)
        }
        _ => read_request(&fields, violations),
    };
    Some(FanoutEvent { run_id, request })
}

fn read_request(fields: &Fields, violations: &mut Violations) -> RunRequest {
    refuse_later(fields, LATER, violations);
    let resume_run = fields.optional("ResumeRun", violations, parse::run_id);
    if resume_run.is_some() {
        let allowed = "nothing beside ResumeRun: the run has its own";
        refuse(fields, CHOOSING, allowed, violations);
    }
    let operation = fields.optional("Operation", violations, parse::text);
    RunRequest {
        operation: operation.unwrap_or_else(|| DEFAULT_OPERATION.to_owned()),
        parameters: fields.optional("Parameters", violations, parse::object).unwrap_or_default(),
        accounts: read_accounts(fields, violations),
        regions: fields.optional("Regions", violations, read_regions).unwrap_or_default(),
        max_concurrency: fields.optional("MaxConcurrency", violations, |p, v, f| {
            parse::whole(p, v, f, 1..=MAX_CONCURRENCY)
        }),
        regions_per_work_item: fields
            .optional("RegionsPerWorkItem", violations, |p, v, f| parse::whole(p, v, f, 1..=1_000)),
        resume_run,
    }
}

fn read_accounts(fields: &Fields, violations: &mut Violations) -> AccountFilter {
    let Some(value) = fields.get("Accounts") else { return AccountFilter::default() };
    let path = fields.path("Accounts");
    let Some(fields) = Fields::open(&path, value, ACCOUNT_FIELDS, violations) else {
        return AccountFilter::default();
    };
    let management = fields.optional("IncludeManagementAccount", violations, parse::boolean);
    AccountFilter {
        include: fields.list("Include", violations, parse::account_id).into_iter().collect(),
        units: fields.list("OrganizationalUnits", violations, parse::unit_id).into_iter().collect(),
        tags: fields.optional("Tags", violations, read_tags).unwrap_or_default(),
        exclude: fields.list("Exclude", violations, parse::account_id).into_iter().collect(),
        exclude_units: fields
            .list("ExcludeOrganizationalUnits", violations, parse::unit_id)
            .into_iter()
            .collect(),
        include_management: management.unwrap_or(false),
    }
}

/// Tags: `{"team": "payments"}`, or a list of values of which one must match.
fn read_tags(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let tags = parse::object(path, value, violations)?;
    let read = |(name, value): (&String, &Value)| {
        let path = path.field(name);
        let values = match value {
            Value::Array(values) if !values.is_empty() => {
                parse::list(&path, value, violations, parse::text)
            }
            Value::String(text) => vec![text.clone()],
            _ => {
                violations.note(&path, value, "a tag's value, or a list of at least one");
                Vec::new()
            }
        };
        (name.clone(), values.into_iter().collect())
    };
    Some(tags.iter().map(read).collect())
}

fn read_regions(
    path: &FieldPath,
    value: &Value,
    violations: &mut Violations,
) -> Option<RegionChoice> {
    match value {
        Value::String(text) if text == "ENABLED" => return Some(RegionChoice::Enabled),
        Value::Array(list) if list.is_empty() => {
            violations.note(
                path,
                value,
                "at least one Region, or no field for the configured ones",
            );
        }
        Value::Array(_) => {}
        _ => {
            violations.note(path, value, "a list of Regions, or \"ENABLED\"");
            return None;
        }
    }
    Some(RegionChoice::Listed(parse::list(path, value, violations, parse::region)))
}

fn refuse_later(fields: &Fields, names: &[&str], violations: &mut Violations) {
    refuse(fields, names, LATER_ALLOWED, violations);
}

/// A field's neutral value (false, an empty list) says the same as no field, so it is no fault.
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
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(value: &Value) -> Result<FanoutEvent, Error> {
        let mut violations = Violations::default();
        let event = FanoutEvent::read(value, &mut violations)?;
        violations.into_result("request", Some(event))
    }

    fn refused(value: &Value) -> String {
        parse(value).unwrap_err().to_string()
    }

    #[test]
    fn an_empty_request_asks_for_the_defaults() {
        let event = parse(&json!({})).unwrap();
        assert_eq!(event.run_id, None);
        assert_eq!(event.request.operation, "internet-routes");
        assert_eq!(event.request.regions, RegionChoice::Configured);
        assert_eq!(event.request.accounts, AccountFilter::default());
    }

    #[test]
    fn the_state_machines_form_and_the_flat_form_say_the_same() {
        let request = json!({"Operation": "x", "Regions": ["eu-west-1"], "MaxConcurrency": 7});
        let nested = parse(&json!({"RunId": "r-1", "Request": request})).unwrap();
        let mut flat = request.clone();
        flat["RunId"] = json!("r-1");
        assert_eq!(parse(&flat).unwrap(), nested);
        assert_eq!(nested.run_id, RunId::parse("r-1"));
    }

    #[test]
    fn all_faults_are_named_together() {
        let text = refused(&json!({
            "Operaton": "x", "Regions": ["eu-west-1", 7], "MaxConcurrency": 0,
            "Accounts": {"Include": ["12"], "Exclude": "all"}, "Parameters": [],
        }));
        for part in [
            "Operaton: got an unknown field",
            "nearest: `Operation`",
            "Regions[1]: got 7",
            "MaxConcurrency: got 0, allowed: a whole number from 1 to 10000",
            "Accounts.Include[0]: got \"12\"",
            "Accounts.Exclude: got \"all\", allowed: a list",
            "Parameters: got []",
        ] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }

    #[test]
    fn a_field_without_effect_is_refused_and_a_neutral_one_is_not() {
        let text = refused(&json!({"Apply": true}));
        assert!(text.contains("Apply: got true"), "{text}");
        let neutral = json!({"Apply": false, "Accounts": {"OrganizationalUnits": []}});
        assert!(parse(&neutral).is_ok());
        let enabled = parse(&json!({"Regions": "ENABLED"})).unwrap();
        assert_eq!(enabled.request.regions, RegionChoice::Enabled);
        assert!(refused(&json!({"Regions": "enabled"})).contains("or \"ENABLED\""));
        assert!(refused(&json!({"Regions": []})).contains("at least one Region"));
    }

    #[test]
    fn a_resumed_run_takes_no_field_that_chooses_targets() {
        let event = parse(&json!({"ResumeRun": "r-1", "MaxConcurrency": 3})).unwrap();
        assert_eq!(event.request.resume_run, RunId::parse("r-1"));
        let text = refused(&json!({"ResumeRun": "r-1", "Regions": ["eu-west-1"]}));
        assert!(
            text.contains("Regions: got [\"eu-west-1\"], allowed: nothing beside ResumeRun"),
            "{text}"
        );
    }

    #[test]
    fn units_and_tags_are_read_and_their_faults_named() {
        let accounts = json!({
            "OrganizationalUnits": ["ou-ab12-cdefgh34"], "ExcludeOrganizationalUnits": ["r-ab12"],
            "Tags": {"team": "a", "stage": ["prod", "test"]}, "IncludeManagementAccount": true,
        });
        let filter = parse(&json!({ "Accounts": accounts })).unwrap().request.accounts;
        assert_eq!(filter.named_units().count(), 2);
        assert_eq!(filter.tags["stage"].len(), 2);
        assert!(filter.include_management && filter.names_any());
        let wrong = json!({"OrganizationalUnits": ["prod"], "Tags": {"a": [], "b": 7}});
        let text = refused(&json!({ "Accounts": wrong }));
        for part in ["OrganizationalUnits[0]: got \"prod\"", "Tags.a: got []", "Tags.b: got 7"] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }

    #[test]
    fn garbage_is_refused_in_a_short_message() {
        let long = "x".repeat(300_000);
        for value in [json!(null), json!([]), json!("run"), json!(7), json!({ &long: long })] {
            let text = refused(&value);
            assert!(text.starts_with("invalid request") && text.len() < 1_000, "{}", text.len());
        }
        let many: Vec<u32> = (0..60_000).collect();
        assert!(refused(&json!({"Regions": many})).len() < 4_000);
    }
}
