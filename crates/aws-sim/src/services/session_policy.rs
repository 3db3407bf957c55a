//! The session policy of an assumed role: the simulated session token carries the actions that it
//! allows.

use serde_json::Value;

/// The token of the `number`-th session with a session policy, or without one where it is absent.
pub(super) fn token(number: u64, policy: Option<&str>) -> String {
    format!("{number}/{}", policy.map_or_else(|| "*".to_owned(), actions))
}

/// The actions of a policy's first statement.
fn actions(policy: &str) -> String {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let actions = policy["Statement"][0]["Action"].as_array().cloned().unwrap_or_default();
    actions.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
}

/// Whether the session of `token` allows `action`.
pub(super) fn allows(token: &str, action: &str) -> bool {
    let Some((_, actions)) = token.split_once('/') else { return true };
    actions == "*" || actions.split(',').any(|allowed| allowed == action)
}
