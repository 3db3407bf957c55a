//! Why a stack's last change failed, from its events.

use serde_json::Value;

use crate::modelled::text;

/// Reasons that a message gives; the first ones are the cause, later ones its consequences.
const REASONS: usize = 3;

/// The reasons of the failures of the last operation, the cause first, from the events of a stack,
/// newest first; empty where none is known.
pub(super) fn reasons(stack: &str, events: &[Value]) -> String {
    let of_last = events.iter().take_while(|event| !begins(stack, event));
    let mut failed: Vec<String> = of_last.filter_map(failure).collect();
    failed.reverse();
    failed.truncate(REASONS);
    failed.join("; ")
}

/// Whether an event says that an operation on the stack itself begins.
pub(super) fn begins(stack: &str, event: &Value) -> bool {
    let status = text(event, "ResourceStatus").unwrap_or_default();
    let begin = ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"];
    text(event, "PhysicalResourceId").as_deref() == Some(stack) && begin.contains(&status.as_str())
}

fn failure(event: &Value) -> Option<String> {
    let status = text(event, "ResourceStatus").filter(|status| status.ends_with("_FAILED"))?;
    let reason = text(event, "ResourceStatusReason").filter(|reason| !reason.is_empty())?;
    // Resources that were stopped because another one failed say nothing new.
    if reason.contains("cancelled") {
        return None;
    }
    let of = |name: &str| text(event, name).unwrap_or_default();
    Some(format!("{} {} {status}: {reason}", of("ResourceType"), of("LogicalResourceId")))
}
