//! `CreateChangeSet`, `DescribeChangeSet`, `ListChangeSets` and `ExecuteChangeSet`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::described::declared;
use super::{Form, Place, field, no_stack};
use crate::service_error::{ServiceError, escape_xml};
use crate::services::handler::ServiceResult;
use crate::stores::{ChangeSet, Stack, StackState, resources};

pub(super) fn create(
    state: &mut StackState,
    place: Place<'_>,
    form: &Form,
) -> ServiceResult<String> {
    let (stack_name, name) = (field(form, "StackName"), field(form, "ChangeSetName"));
    let creates = field(form, "ChangeSetType") == "CREATE";
    let stack = match (state.find(place, stack_name).cloned(), creates) {
        (Some(stack), true) if stack.status != "REVIEW_IN_PROGRESS" => {
            let text = format!("Stack {stack_name} already exists and cannot be created");
            return Err(ServiceError::new(400, "ValidationError", text));
        }
        (Some(stack), _) => stack,
        (None, true) => reviewed(state, place, stack_name),
        (None, false) => return Err(no_stack(stack_name)),
    };
    if state.sets.iter().any(|set| set.stack == stack.id && set.name == name) {
        let text = format!("ChangeSet {name} already exists");
        return Err(ServiceError::new(400, "AlreadyExistsException", text));
    }
    let template = field(form, "TemplateBody").to_owned();
    let parameters = parameters(form, &template, &stack);
    let same = stack.template == template && stack.parameters == parameters;
    let reason = if same { "The submitted information didn't contain changes." } else { "" };
    let execution = if same { "UNAVAILABLE" } else { "AVAILABLE" };
    let arn = state.arn(place, "changeSet", name);
    let body = format!("<Id>{arn}</Id><StackId>{}</StackId>", stack.id);
    let (name, reason, execution) = (name.to_owned(), reason.to_owned(), execution.to_owned());
    let stack = stack.id;
    state.sets.push(ChangeSet {
        arn,
        name,
        stack,
        creates,
        template,
        parameters,
        execution,
        reason,
    });
    Ok(body)
}

fn reviewed(state: &mut StackState, place: Place<'_>, name: &str) -> Stack {
    let id = state.arn(place, "stack", name);
    let place = (place.0.to_owned(), place.1.to_owned());
    let mut stack = Stack { place, id, name: name.to_owned(), ..Stack::default() };
    stack.begin("REVIEW_IN_PROGRESS");
    state.stacks.push(stack.clone());
    stack
}

/// The parameters as they will be: what the request sets, what the stack keeps, and defaults.
fn parameters(form: &Form, template: &str, stack: &Stack) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = declared(template)
        .into_iter()
        .map(|(name, default)| (name, default.unwrap_or_default()))
        .collect();
    let part = |n: usize, part: &str| form.get(&format!("Parameters.member.{n}.{part}"));
    for n in 1.. {
        let Some(name) = part(n, "ParameterKey") else { return found };
        let kept = || stack.parameters.get(name);
        let value = part(n, "ParameterValue").or_else(kept).cloned();
        found.insert(name.clone(), value.unwrap_or_default());
    }
    found
}

pub(super) fn describe(
    state: &mut StackState,
    place: Place<'_>,
    form: &Form,
) -> ServiceResult<String> {
    let here = format!(":{}:{}:", place.1, place.0);
    let (stack, name) = (field(form, "StackName"), field(form, "ChangeSetName"));
    let named = |set: &&ChangeSet| {
        set.arn == name || (set.name == name && (set.stack == stack || named_so(&set.stack, stack)))
    };
    let mut all = state.sets.iter().filter(|set| set.arn.contains(&here));
    let set = all.find(named).ok_or_else(|| none(name))?;
    let ChangeSet { arn, name, stack, execution, reason, .. } = set;
    let status = if reason.is_empty() { "CREATE_COMPLETE" } else { "FAILED" };
    let of = state.stacks.iter().find(|of| of.id == *stack).map(|of| of.template.as_str());
    let changes = changes(of.unwrap_or_default(), &set.template);
    Ok(format!(
        "<ChangeSetId>{arn}</ChangeSetId><ChangeSetName>{name}</ChangeSetName><StackId>{stack}</StackId><Status>{status}\
         </Status><ExecutionStatus>{execution}</ExecutionStatus><StatusReason>{}</StatusReason><Changes>{changes}</Changes>",
        escape_xml(reason),
    ))
}

/// Whether the stack of an ARN has the name.
fn named_so(arn: &str, name: &str) -> bool {
    arn.split('/').nth(1) == Some(name)
}

fn none(name: &str) -> ServiceError {
    ServiceError::new(404, "ChangeSetNotFound", format!("ChangeSet [{name}] does not exist"))
}

fn changes(old: &str, new: &str) -> String {
    let (old, new) = (resources(old), resources(new));
    let added = new.iter().filter(|(name, _)| !old.contains_key(*name));
    let removed = old.iter().filter(|(name, _)| !new.contains_key(*name));
    let modified = new.iter().filter(|(name, now)| old.get(*name).is_some_and(|was| was != *now));
    let added = added.map(|(name, of)| change("Add", name, of));
    let removed = removed.map(|(name, of)| change("Remove", name, of));
    let modified = modified.map(|(name, of)| change("Modify", name, of));
    added.chain(removed).chain(modified).collect()
}

fn change(action: &str, name: &str, resource: &Value) -> String {
    let kind = resource["Type"].as_str().unwrap_or_default();
    let replaced = if action == "Modify" { "<Replacement>False</Replacement>" } else { "" };
    format!(
        "<member><Type>Resource</Type><ResourceChange><Action>{action}</Action><LogicalResourceId>{name}\
         </LogicalResourceId><ResourceType>{kind}</ResourceType>{replaced}</ResourceChange></member>"
    )
}

pub(super) fn list(state: &mut StackState, place: Place<'_>, form: &Form) -> ServiceResult<String> {
    let name = field(form, "StackName");
    let id = state.find(place, name).ok_or_else(|| no_stack(name))?.id.clone();
    let shown = |set: &ChangeSet| {
        let (arn, stack) = (&set.arn, &set.stack);
        format!("<member><StackId>{stack}</StackId><ChangeSetId>{arn}</ChangeSetId></member>")
    };
    let all: String = state.sets.iter().filter(|set| set.stack == id).map(shown).collect();
    Ok(format!("<Summaries>{all}</Summaries>"))
}

pub(super) fn execute(state: &mut StackState, form: &Form) -> ServiceResult<String> {
    let arn = field(form, "ChangeSetName");
    if !state.sets.iter().any(|set| set.arn == arn) {
        return Err(none(arn));
    }
    if !state.execute(arn) {
        let text = format!("ChangeSet [{arn}] cannot be executed in its current status");
        return Err(ServiceError::new(400, "InvalidChangeSetStatus", text));
    }
    Ok(String::new())
}
