//! One row: whether Security Hub, a standard or a control is on, and switching it.

use org_operator_changes::{CallProblem, Made, PlanRow, Seen};
use serde_json::{Value, json};

use super::hub::{Association, Hub, MOVING, SERVICE, text};
use super::plan::{HUB_KEY, ON};
use super::{DISABLE_CONTROL, DISABLE_STANDARD, ENABLE_CONTROL, ENABLE_HUB, ENABLE_STANDARD};
use crate::modelled::{entries, read_problem, refused, unknown_action};
use crate::{OperationFailure, Target};

/// What Security Hub takes where a run of undo says no reason.
const TAKEN_BACK: &str = "taken back by org-operator";

/// What a row is about, by its key.
enum About<'a> {
    Hub,
    Standard(&'a str),
    Control { id: &'a str, standard: &'a str },
}

fn about(row: &PlanRow) -> Result<About<'_>, CallProblem> {
    let words: Vec<&str> = row.key.key.split(' ').collect();
    match words.as_slice() {
        _ if row.key.key == HUB_KEY => Ok(About::Hub),
        ["2", standard] => Ok(About::Standard(standard)),
        ["3", id, standard] => Ok(About::Control { id, standard }),
        _ => Err(refused("the plan's row is about nothing that this release knows")),
    }
}

/// What the row is now.
pub(super) async fn read(target: &Target, row: &PlanRow) -> Result<Seen, CallProblem> {
    let hub = Hub::of(target);
    let state = match about(row)? {
        About::Hub if hub.is_on().await.map_err(read_problem)? => json!({"Hub": ON}),
        About::Hub => Value::Null,
        About::Standard(arn) => of_standard(&hub, arn).await?,
        About::Control { id, standard } => of_control(&hub, row, (id, standard)).await?,
    };
    Ok(Seen { state, ..Seen::default() })
}

/// The state of a standard once it is not being switched any more.
async fn of_standard(hub: &Hub, arn: &str) -> Result<Value, CallProblem> {
    let settled = hub.settled(arn).await.map_err(read_problem)?;
    match settled.map_err(|status| moving(&status))? {
        None => Ok(Value::Null),
        Some(found) if found.status == "FAILED" => Ok(json!({"Standard": "FAILED"})),
        Some(_) => Ok(json!({"Standard": ON})),
    }
}

/// The state of a control: the plan's where it is as switched, whoever gave which reason.
async fn of_control(
    hub: &Hub,
    row: &PlanRow,
    (id, standard): (&str, &str),
) -> Result<Value, CallProblem> {
    let wanted = (standard.to_owned(), id.to_owned());
    let mut found = hub.associations(std::slice::from_ref(&wanted)).await.map_err(read_problem)?;
    let found = found.remove(&wanted);
    state_of(row, found.as_ref())
        .ok_or_else(|| refused(&format!("{standard} is not on, or has no control {id} here")))
}

/// The state of a row by what was found. A null state stands for a standard that is off, and for
/// whatever it brings its controls as; `None` where such a one is found and the row has no such state.
fn state_of(row: &PlanRow, found: Option<&Association>) -> Option<Value> {
    let PlanRow { before, after, .. } = row;
    let Some(found) = found else {
        return (before.is_null() || after.is_null()).then_some(Value::Null);
    };
    let is = |state: &Value| text(state, "AssociationStatus") == found.status;
    Some(match (is(after), is(before)) {
        (true, _) => after.clone(),
        (false, true) => before.clone(),
        _ if before.is_null() || after.is_null() => Value::Null,
        _ => super::plan::state(&found.status, found.reason.as_deref()),
    })
}

/// Switches what the row is about, in one request.
pub(super) async fn change(target: &Target, row: &PlanRow) -> Result<Made, CallProblem> {
    let hub = Hub::of(target);
    match (row.action.as_str(), about(row)?) {
        (ENABLE_HUB, About::Hub) => {
            let input = json!({
                "EnableDefaultStandards": false, "ControlFindingGenerator": "SECURITY_CONTROL",
            });
            once(&hub, "EnableSecurityHub", &input).await.map(|(_, made)| made)
        }
        (ENABLE_STANDARD, About::Standard(arn)) => enable(&hub, arn).await,
        (DISABLE_STANDARD, About::Standard(arn)) => disable(&hub, arn).await,
        (ENABLE_CONTROL | DISABLE_CONTROL, About::Control { id, standard }) => {
            switch(&hub, row, (id, standard)).await
        }
        _ => Err(unknown_action()),
    }
}

async fn enable(hub: &Hub, arn: &str) -> Result<Made, CallProblem> {
    let input = json!({"StandardsSubscriptionRequests": [{"StandardsArn": arn}]});
    let (_, made) = once(hub, "BatchEnableStandards", &input).await?;
    match of_switched(hub, arn).await? {
        Value::Null => Err(refused("Security Hub answered, and the standard is off")),
        state if state == json!({"Standard": ON}) => Ok(made),
        _ => Err(refused("Security Hub could not switch the standard on: it is FAILED")),
    }
}

async fn disable(hub: &Hub, arn: &str) -> Result<Made, CallProblem> {
    let found = hub.standards().await.map_err(read_problem)?.remove(arn).unwrap_or_default();
    let input = json!({"StandardsSubscriptionArns": [found.arn]});
    let (_, made) = once(hub, "BatchDisableStandards", &input).await?;
    match of_switched(hub, arn).await? {
        Value::Null => Ok(made),
        _ => Err(refused("Security Hub answered, and the standard is on")),
    }
}

/// The state of a standard whose switching was sent: it may have happened, whatever a look at it says.
async fn of_switched(hub: &Hub, arn: &str) -> Result<Value, CallProblem> {
    let looked = of_standard(hub, arn).await;
    looked.map_err(|problem| CallProblem { may_have_happened: true, ..problem })
}

/// Switches a control of a standard. What comes back unprocessed is a failure, HTTP 200 or not.
async fn switch(
    hub: &Hub,
    row: &PlanRow,
    (id, standard): (&str, &str),
) -> Result<Made, CallProblem> {
    let status = if row.action == ENABLE_CONTROL { "ENABLED" } else { "DISABLED" };
    let given = Some(text(&row.after, "UpdatedReason")).filter(|reason| !reason.is_empty());
    let reason = given.unwrap_or_else(|| TAKEN_BACK.to_owned());
    let update = json!({
        "StandardsArn": standard, "SecurityControlId": id,
        "AssociationStatus": status, "UpdatedReason": reason,
    });
    let input = json!({"StandardsControlAssociationUpdates": [update]});
    let call = "BatchUpdateStandardsControlAssociations";
    let (answer, made) = once(hub, call, &input).await?;
    match entries(&answer, "UnprocessedAssociationUpdates").first() {
        None => Ok(made),
        Some(left) => {
            let (code, why) = (text(left, "ErrorCode"), text(left, "ErrorReason"));
            Err(refused(&format!("{SERVICE}:{call}: not processed: {code}: {why}")))
        }
    }
}

async fn once(hub: &Hub, call: &str, input: &Value) -> Result<(Value, Made), CallProblem> {
    let action = format!("{SERVICE}:{call}");
    let answered = hub.0.change(SERVICE, call, &action, input).await?;
    Ok((answered.value, Made { request_id: answered.request_id, ..Made::default() }))
}

/// The problem of a standard that is still being switched.
fn moving(status: &str) -> CallProblem {
    let message = format!("the standard is still {status}: look again by resuming");
    let problem = read_problem(OperationFailure::UnexpectedAnswer(message));
    CallProblem { kind: MOVING, may_have_happened: true, ..problem }
}
