//! What a simulated session token carries: the actions that the session policy allows, and whether the
//! global endpoint of STS gave it.

use serde_json::Value;

use super::handler::ServiceResult;
use crate::call::Service;
use crate::fault::Fault;
use crate::request::Signer;
use crate::service_error::ServiceError;

/// The token of the `number`-th session with a session policy, or without one where it is absent;
/// `global` for the global endpoint's, of version 1.
pub(super) fn token(number: u64, policy: Option<&str>, global: bool) -> String {
    let version = if global { VERSION_1 } else { "" };
    format!("{version}{number}/{}", policy.map_or_else(|| "*".to_owned(), actions))
}

const VERSION_1: &str = "v1-";

/// Whether Regions that are on by default are the only ones that accept `token`.
pub(super) fn is_version_1(token: &str) -> bool {
    token.starts_with(VERSION_1)
}

/// The actions of a policy's first statement.
fn actions(policy: &str) -> String {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let actions = policy["Statement"][0]["Action"].as_array().cloned().unwrap_or_default();
    actions.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
}

/// Whether the session of `token` allows `action`.
pub(crate) fn allows(token: &str, action: &str) -> bool {
    let Some((_, actions)) = token.split_once('/') else { return true };
    actions == "*" || actions.split(',').any(|allowed| allowed == action)
}

/// Refuses, in the words of `service`, what the session of `signer` does not allow.
pub(super) fn allowed(service: Service, signer: &Signer, action: &str) -> ServiceResult<()> {
    if allows(&signer.token, action) {
        return Ok(());
    }
    let denied = Fault::Denied.error(service, action);
    Err(denied.unwrap_or_else(|| ServiceError::new(403, "AccessDenied", action)))
}
