//! The plan of one target: Security Hub itself, then standards, then controls. A row's key begins with
//! its place in that order, which applying keeps to.

use std::collections::{BTreeMap, BTreeSet};

use org_operator_changes::{Inverse, SKIP};
use serde_json::{Value, json};

use super::hub::{Association, Hub, Subscription};
use super::parameters::{Wanted, standard_arn};
use super::{DISABLE_CONTROL, DISABLE_STANDARD, ENABLE_CONTROL, ENABLE_HUB, ENABLE_STANDARD};
use crate::{OperationFailure, Rows, Target};

/// The state of what is on.
pub(super) const ON: &str = "ON";

/// The key of a row about Security Hub itself.
pub(super) const HUB_KEY: &str = "1 hub";

/// A row of the plan.
#[derive(Default)]
struct Row {
    key: String,
    action: &'static str,
    reason: String,
    standard: String,
    control: String,
    before: Value,
    after: Value,
    undo: Option<&'static str>,
}

impl Row {
    /// The record, its cells in the order of the columns.
    fn cells(self) -> Vec<String> {
        let text = |state: &Value| if state.is_null() { String::new() } else { state.to_string() };
        let inverse = self.undo.and_then(|action| {
            let inverse = Inverse { key: Some(self.key.clone()), action: action.to_owned() };
            serde_json::to_string(&inverse).ok()
        });
        let (before, after) = (text(&self.before), text(&self.after));
        let Self { key, action, reason, standard, control, .. } = self;
        let inverse = inverse.unwrap_or_default();
        vec![key, action.to_owned(), reason, standard, control, before, after, inverse]
    }

    fn skipped(key: String, reason: &str, (standard, control): (&str, &str)) -> Self {
        let (standard, control) = (standard.to_owned(), control.to_owned());
        Self { key, action: SKIP, reason: reason.to_owned(), standard, control, ..Self::default() }
    }
}

/// What is there.
struct Found {
    is_on: bool,
    standards: BTreeMap<String, Subscription>,
    /// Controls by standard, with whether the Region has them; unknown where Security Hub is off.
    controls: BTreeMap<String, BTreeMap<String, bool>>,
    associations: BTreeMap<(String, String), Association>,
    is_recorded: bool,
}

/// The rows of a target; what is as it is wanted has none.
pub(super) async fn rows(target: &Target, wanted: &Wanted) -> Result<Rows, OperationFailure> {
    if wanted.central.contains(target.account.as_str()) {
        let reason = "ManagedElsewhere: a central configuration of Security Hub rules this account";
        return Ok(vec![Row::skipped("0 account".to_owned(), reason, ("", "")).cells()]);
    }
    let arns = wanted.standards.iter().map(|name| standard_arn(name, &target.region));
    let arns: BTreeSet<String> = arns.collect();
    let found = found(&Hub::of(target), wanted, &arns).await?;
    let mut rows: Vec<Row> = Vec::new();
    if !found.is_on && !arns.is_empty() {
        rows.push(hub());
    }
    rows.extend(arns.iter().filter_map(|arn| standard(arn, &found)));
    for (controls, is_on) in [(&wanted.enable, true), (&wanted.disable, false)] {
        for control in controls {
            rows.extend(of_control(control, is_on, &arns, &found, &wanted.reason));
        }
    }
    Ok(rows.into_iter().map(Row::cells).collect())
}

async fn found(
    hub: &Hub,
    wanted: &Wanted,
    arns: &BTreeSet<String>,
) -> Result<Found, OperationFailure> {
    let (is_on, is_recorded) = (hub.is_on().await?, hub.is_recorded().await?);
    let standards = if is_on { hub.standards().await? } else { BTreeMap::new() };
    let names: BTreeSet<&String> = wanted.enable.union(&wanted.disable).collect();
    let mut controls = BTreeMap::new();
    if is_on && !names.is_empty() {
        for arn in standards.keys().chain(arns).collect::<BTreeSet<_>>() {
            controls.insert(arn.clone(), hub.controls(arn).await?);
        }
    }
    let has = |standard: &String, control: &str| {
        controls.get(standard).and_then(|of: &BTreeMap<String, bool>| of.get(control))
            == Some(&true)
    };
    let pairs = standards.keys().flat_map(|arn| names.iter().map(move |name| (arn, *name)));
    let asked = pairs.filter(|(arn, name)| has(arn, name));
    let asked: Vec<_> = asked.map(|(arn, name)| (arn.clone(), name.clone())).collect();
    let associations = hub.associations(&asked).await?;
    Ok(Found { is_on, standards, controls, associations, is_recorded })
}

/// Security Hub is switched on, without the standards that it would bring along. Nothing takes that
/// back: switching it off would delete its findings.
fn hub() -> Row {
    Row {
        key: HUB_KEY.to_owned(),
        action: ENABLE_HUB,
        reason: "Security Hub is off; undo leaves it on".to_owned(),
        after: json!({"Hub": ON}),
        ..Row::default()
    }
}

/// The row of a standard that is to be on; `None` where it is.
fn standard(arn: &str, found: &Found) -> Option<Row> {
    let key = format!("2 {arn}");
    let about = (arn, "");
    match found.standards.get(arn) {
        Some(known) if known.is_moving() => {
            let reason = format!("the standard is {}: plan again once it is not", known.status);
            Some(Row::skipped(key, &reason, about))
        }
        Some(known) if known.status == "FAILED" => {
            Some(Row::skipped(key, "the standard is FAILED: look into Security Hub", about))
        }
        Some(_) => None,
        None => {
            let recorded = "the standard is off";
            let blind =
                "the standard is off; AWS Config records nothing here, it will be INCOMPLETE";
            Some(Row {
                key,
                action: ENABLE_STANDARD,
                reason: if found.is_recorded { recorded } else { blind }.to_owned(),
                standard: arn.to_owned(),
                after: json!({"Standard": ON}),
                undo: Some(DISABLE_STANDARD),
                ..Row::default()
            })
        }
    }
}

/// The rows of a control: one for each standard that is or will be on and has it.
fn of_control(
    control: &str,
    is_on: bool,
    wanted: &BTreeSet<String>,
    found: &Found,
    reason: &str,
) -> Vec<Row> {
    let on = found.standards.iter().filter(|(_, known)| known.status != "DELETING");
    let standards: BTreeSet<&String> = on.map(|(arn, _)| arn).chain(wanted).collect();
    let here = standards.iter().filter(|arn| knows(found, arn, control) != Some(false));
    let rows: Vec<Option<Row>> =
        here.map(|arn| in_standard(control, is_on, arn, found, reason)).collect();
    if rows.is_empty() {
        let why = match (found.is_on, standards.is_empty()) {
            (false, true) => "Security Hub is off",
            (true, true) => "no standard is on",
            _ => "no standard that is on has the control in this Region",
        };
        return vec![Row::skipped(format!("3 {control}"), why, ("", control))];
    }
    rows.into_iter().flatten().collect()
}

/// Whether a standard has a control in the Region; `None` where nobody can tell yet.
fn knows(found: &Found, standard: &str, control: &str) -> Option<bool> {
    let controls = found.controls.get(standard)?;
    Some(controls.get(control) == Some(&true))
}

/// The row of a control in a standard; `None` where it is as it is wanted.
fn in_standard(
    control: &str,
    is_on: bool,
    standard: &str,
    found: &Found,
    reason: &str,
) -> Option<Row> {
    let wanted = if is_on { "ENABLED" } else { "DISABLED" };
    let known = found.associations.get(&(standard.to_owned(), control.to_owned()));
    if known.is_some_and(|known| known.status == wanted) {
        return None;
    }
    let (action, undo) =
        if is_on { (ENABLE_CONTROL, DISABLE_CONTROL) } else { (DISABLE_CONTROL, ENABLE_CONTROL) };
    // A standard that is not on yet brings its controls in a state that nobody knows: it is read then.
    let why =
        if known.is_some() { "the control is not as wanted" } else { "its standard is not on yet" };
    Some(Row {
        key: format!("3 {control} {standard}"),
        action,
        reason: if reason.is_empty() { why.to_owned() } else { format!("{why}; {reason}") },
        standard: standard.to_owned(),
        control: control.to_owned(),
        before: known.map_or(Value::Null, |one| state(&one.status, one.reason.as_deref())),
        after: state(wanted, Some(reason).filter(|reason| !reason.is_empty())),
        undo: Some(undo),
    })
}

/// The state of a control.
pub(super) fn state(status: &str, reason: Option<&str>) -> Value {
    json!({"AssociationStatus": status, "UpdatedReason": reason})
}
