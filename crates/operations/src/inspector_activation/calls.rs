//! The calls of `inspector-activation`: the status of an account and who administers Inspector, and for
//! one row reading the status again, turning a scan type on, and turning it off.

use org_operator_changes::{CallProblem, Made, PlanRow, Seen};
use org_operator_core::ErrorKind;
use serde_json::{Value, json};

use super::parameters::Wanted;
use super::scans::{Account, ScanType, state};
use crate::modelled::{Modelled, has_code, read_problem, refused, text, unknown_action, unless};
use crate::{OperationFailure, Rows, Target};

const SERVICE: &str = "inspector2";
pub(super) const STATUS: &str = "inspector2:BatchGetAccountStatus";
pub(super) const ADMINISTRATOR: &str = "inspector2:GetDelegatedAdminAccount";
pub(super) const ENABLE: &str = "inspector2:Enable";
pub(super) const DISABLE: &str = "inspector2:Disable";

/// What stands for an administrator that a member may not see.
const DENIED: &str = "denied";

/// The rows of a plan.
pub(super) async fn rows(target: &Target, wanted: &Wanted) -> Result<Rows, OperationFailure> {
    let calls = Modelled::of(target);
    let account = account(&calls, target).await?;
    Ok(account.rows(wanted, &administrator(&calls, target).await?))
}

/// Whether both reads are allowed.
pub(super) async fn probe(target: &Target) -> Result<(), OperationFailure> {
    let calls = Modelled::of(target);
    account(&calls, target).await?;
    asked_administrator(&calls).await.map(drop)
}

async fn account(calls: &Modelled, target: &Target) -> Result<Account, OperationFailure> {
    let input = json!({"accountIds": [target.account]});
    let answer = calls.read(SERVICE, "BatchGetAccountStatus", &input).await?;
    Ok(Account::of(&answer))
}

/// The delegated administrator; empty where there is none, or where it is this account itself.
async fn administrator(calls: &Modelled, target: &Target) -> Result<String, OperationFailure> {
    match asked_administrator(calls).await {
        Ok(answer) => {
            let id = answer.as_ref().and_then(|answer| answer.pointer("/delegatedAdmin/accountId"));
            let other = id.and_then(Value::as_str).filter(|id| *id != target.account.as_str());
            Ok(other.unwrap_or_default().to_owned())
        }
        Err(failure) if has_code(&failure, &["AccessDeniedException"]) => Ok(DENIED.to_owned()),
        Err(failure) => Err(failure),
    }
}

/// What Inspector says of the delegated administrator, or `None` where there is none.
async fn asked_administrator(calls: &Modelled) -> Result<Option<Value>, OperationFailure> {
    let asked = calls.read(SERVICE, "GetDelegatedAdminAccount", &json!({})).await;
    unless(asked, &["ResourceNotFoundException"])
}

/// The scan type of a row as it is now.
pub(super) async fn read(target: &Target, row: &PlanRow) -> Result<Seen, CallProblem> {
    let scan = planned(row)?;
    let found = account(&Modelled::of(target), target).await.map_err(read_problem)?;
    if let Some(code) = &found.failed {
        let problem = CallProblem { kind: kind(code), ..refused(&format!("{STATUS}: {code}")) };
        return Err(problem);
    }
    let status = found.status(scan);
    let known = if status.is_empty() { Value::Null } else { state(status) };
    Ok(Seen { state: known, ..Seen::default() })
}

/// Turns the scan type of a row on or off, by one request about the account itself.
pub(super) async fn change(target: &Target, row: &PlanRow) -> Result<Made, CallProblem> {
    let scan = planned(row)?;
    let (operation, action) = match row.action.as_str() {
        super::ENABLE => ("Enable", ENABLE),
        super::DISABLE => ("Disable", DISABLE),
        _ => return Err(unknown_action()),
    };
    let input = json!({"accountIds": [target.account], "resourceTypes": [scan.name()]});
    let answered = Modelled::of(target).change(SERVICE, operation, action, &input).await?;
    // A success may say that it is a failure.
    if let Some(failed) = answered.value.pointer("/failedAccounts/0") {
        return Err(failure(action, failed, answered.request_id));
    }
    let said = answered.value.pointer("/accounts/0/resourceStatus");
    let status = said.and_then(|said| said.get(scan.member())).and_then(Value::as_str);
    let request_id = answered.request_id;
    Ok(Made { request_id, state: status.map(state), ..Made::default() })
}

/// What an account in `failedAccounts` means. Codes that say how it is with the account are answers: the
/// status is read, and decides.
fn failure(action: &str, failed: &Value, request_id: Option<String>) -> CallProblem {
    let said = |name: &str| text(failed, name).unwrap_or_default();
    let code = said("errorCode");
    let problem = refused(&format!("{action}: {code}: {}", said("errorMessage")));
    CallProblem { kind: kind(&code), request_id, may_have_happened: is_unsure(&code), ..problem }
}

/// The kind of one of Inspector's error codes.
fn kind(code: &str) -> ErrorKind {
    match code {
        "ACCESS_DENIED" => ErrorKind::AccessDenied,
        "BLOCKED_BY_ORGANIZATION_POLICY" => ErrorKind::DeniedByPolicy,
        "SSM_THROTTLED" | "EVENTBRIDGE_THROTTLED" => ErrorKind::Throttled,
        "INTERNAL_ERROR" | "SSM_UNAVAILABLE" | "EVENTBRIDGE_UNAVAILABLE" => ErrorKind::Transient,
        // They are over in minutes.
        "ENABLE_IN_PROGRESS" | "DISABLE_IN_PROGRESS" | "SUSPEND_IN_PROGRESS" => {
            ErrorKind::Transient
        }
        _ => ErrorKind::OperationFailed,
    }
}

/// Whether Inspector may have done a part of it before it failed.
fn is_unsure(code: &str) -> bool {
    let throttled = ["SSM_THROTTLED", "EVENTBRIDGE_THROTTLED"];
    let failed = ["INTERNAL_ERROR", "SSM_UNAVAILABLE", "EVENTBRIDGE_UNAVAILABLE"];
    throttled.contains(&code) || failed.contains(&code)
}

fn planned(row: &PlanRow) -> Result<ScanType, CallProblem> {
    ScanType::of(&row.key.key).ok_or_else(|| CallProblem {
        kind: ErrorKind::InvalidRequest,
        ..refused("the plan's row has no scan type of Inspector")
    })
}
