//! One row: what its stack is now, and its change. `CloudFormation` works on for a while after the
//! request: both wait for that, within bounds.

use org_operator_changes::{CallProblem, Made, PlanRow, Seen};
use org_operator_core::ErrorKind;
use serde_json::Value;

use super::change_set::{Order, delete_stack, discard, execute, of_state, role_arn};
use super::changes::losses;
use super::client::{Client, Failure, Patience, SETTLING};
use super::events::reasons;
use super::parameters::SERVICE_ROLE;
use super::stack::{ChangeSet, Phase, Stack};
use super::state::Found;
use super::{CREATE, DELETE, DROP, RESTORE, UPDATE};
use crate::change::call_problem;
use crate::modelled::{UNSENT, entries, read_problem, refused, text, unknown_action};
use crate::{OperationFailure, Target};

/// The ids of the stack and of the change set of a row; the second is empty where it has none.
fn ids(row: &PlanRow) -> Result<(String, &str), CallProblem> {
    let set = match row.action.as_str() {
        CREATE | UPDATE | DROP => row.key.key.as_str(),
        _ => "",
    };
    let of = |state: &Value| text(state, "StackId");
    let stack = of(&row.before).or_else(|| of(&row.after));
    stack.map(|stack| (stack, set)).ok_or_else(|| {
        problem(OperationFailure::UnexpectedAnswer("the plan's row has no stack".to_owned()))
    })
}

/// What the row is now, once `CloudFormation` does not work on its stack any more.
pub(super) async fn read(target: &Target, row: &PlanRow) -> Result<Seen, CallProblem> {
    let (client, (stack, set)) = (Client::new(target), ids(row)?);
    let mut patience = Patience::new(SETTLING);
    loop {
        let seen = client.seen(&stack, set).await.map_err(problem)?;
        match seen.found(row) {
            Found::Settled(state) => {
                let tags = seen.stack.map(|stack| stack.tags).unwrap_or_default();
                return Ok(Seen { state, id: None, tags });
            }
            Found::Failed => return Err(failed(&client, &stack).await),
            Found::Working(status) => {
                if !patience.wait().await {
                    return Err(working(&status));
                }
            }
        }
    }
}

/// Makes the change of a row, and waits for its end.
pub(super) async fn change(target: &Target, row: &PlanRow) -> Result<Made, CallProblem> {
    let (client, (stack, set)) = (Client::new(target), ids(row)?);
    let run = &target.run;
    let (request_id, executed) = match row.action.as_str() {
        CREATE | UPDATE => {
            let executed = execute(&client, (&stack, set), run).await.map_err(problem)?;
            (executed.request_id, set.to_owned())
        }
        RESTORE => restore(&client, target, row).await?,
        DELETE => {
            let deleted = delete_stack(&client, &stack, run).await.map_err(problem)?;
            (deleted.request_id, String::new())
        }
        DROP => {
            let (arn, of) = (set.to_owned(), stack.clone());
            let set = ChangeSet { arn: arn.clone(), stack: of, ..ChangeSet::default() };
            (discard(&client, &set, run).await.map_err(problem)?, arn)
        }
        _ => return Err(unknown_action()),
    };
    settled(&client, row, (&stack, &executed)).await?;
    Ok(Made { request_id, ..Made::default() })
}

/// Executes a change set of what the stack was; returns its request's id and its ARN.
async fn restore(
    client: &Client,
    target: &Target,
    row: &PlanRow,
) -> Result<(Option<String>, String), CallProblem> {
    let stack = text(&row.after, "StackId").unwrap_or_default();
    let template = text(&row.after, "Template").unwrap_or_default();
    let names = entries(&row.after, "Capabilities").iter().filter_map(Value::as_str);
    let capabilities: Vec<String> = names.map(str::to_owned).collect();
    let order = Order {
        run: &target.run,
        kind: "UPDATE",
        // By name: an emulator takes nothing else. Whose change set it became is looked at below.
        stack: stack.split('/').nth(1).unwrap_or_default(),
        template: ("TemplateBody", &template),
        parameters: row.after["Parameters"].as_object().map(of_state).unwrap_or_default(),
        capabilities: &capabilities,
        role: text(&row.before, SERVICE_ROLE).map(|role| role_arn(target, &role)),
    };
    let set = order.make(client).await.map_err(problem)?;
    if let Some(reason) = refusal(row, &stack, &set) {
        discard(client, &set, &target.run).await.map_err(problem)?;
        return Err(refused(&reason));
    }
    let executed = execute(client, (&set.stack, &set.arn), &target.run).await.map_err(problem)?;
    Ok((executed.request_id, set.arn))
}

/// Why a change set that brings a stack back is not executed.
fn refusal(row: &PlanRow, stack: &str, set: &ChangeSet) -> Option<String> {
    if set.is_available() && set.stack != stack {
        return Some("another stack has the name by now".to_owned());
    }
    let lost = losses(&set.changes);
    let may_lose = row.before["AllowReplacement"] == Value::Bool(true);
    match (set.is_available(), lost.is_empty() || may_lose) {
        (true, true) => None,
        (true, false) => Some(format!("refused, AllowReplacement was false: undo would {lost}")),
        (false, _) => {
            Some(format!("the change set is {} {}: {}", set.status, set.execution, set.reason))
        }
    }
}

/// Waits for the end of a change that was sent.
async fn settled(
    client: &Client,
    row: &PlanRow,
    (stack, set): (&str, &str),
) -> Result<(), CallProblem> {
    let mut patience = Patience::new(SETTLING);
    loop {
        let seen = client.seen(stack, set).await.map_err(sent)?;
        let phase = seen.stack.as_ref().map_or(Phase::Gone, Stack::phase);
        let status = match seen.found(row) {
            Found::Settled(state) if state == row.after => return Ok(()),
            Found::Failed => return Err(failed(client, stack).await),
            Found::Settled(_) if row.action == DELETE && phase == Phase::Broken => {
                return Err(failed(client, stack).await);
            }
            Found::Settled(_) => seen.stack.map(|stack| stack.status).unwrap_or_default(),
            Found::Working(status) => status,
        };
        if !patience.wait().await {
            return Err(working(&status));
        }
    }
}

/// The problem of a change that `CloudFormation` has ended, and not made.
async fn failed(client: &Client, stack: &str) -> CallProblem {
    let (events, described) = (client.events(stack).await, client.stack(stack).await);
    let status = described.ok().flatten().map_or_else(|| "gone".to_owned(), |stack| stack.status);
    let reasons = match events {
        Ok(events) => reasons(stack, &events),
        Err(failure) => format!("its events cannot be read: {}", problem(failure).message),
    };
    refused(&format!("the stack is {status}: {reasons}"))
}

/// The problem of a change that goes on.
fn working(status: &str) -> CallProblem {
    CallProblem {
        kind: ErrorKind::DeadlineExceeded,
        message: format!(
            "CloudFormation is still at it, the stack is {status}: look again by resuming"
        ),
        request_id: None,
        may_have_happened: true,
    }
}

/// The problem of a call that failed.
fn problem(failure: Failure) -> CallProblem {
    match failure {
        OperationFailure::Call { call, failure } => {
            let found = call_problem(&call.unwrap_or_default(), &failure);
            // Nothing was sent of an input that the model refuses.
            let sent = failure.code.as_deref() != Some(UNSENT);
            CallProblem { may_have_happened: sent && found.may_have_happened, ..found }
        }
        other => read_problem(other),
    }
}

/// The problem of a look at a change that was sent.
fn sent(failure: Failure) -> CallProblem {
    CallProblem { may_have_happened: true, ..problem(failure) }
}
