//! `DescribeStacks`, `DescribeStackEvents`, `GetTemplate` and `GetTemplateSummary`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Form, Place, field, no_stack};
use crate::service_error::escape_xml;
use crate::services::handler::ServiceResult;
use crate::stores::{Stack, StackState};

/// The stack of a name or id; each look lets those that are worked on settle.
pub(super) fn stacks(
    state: &mut StackState,
    place: Place<'_>,
    form: &Form,
) -> ServiceResult<String> {
    state.look();
    let name = field(form, "StackName");
    let stack = state.find(place, name).ok_or_else(|| no_stack(name))?;
    let Stack { id, name, status, parameters, .. } = stack;
    let parameters = shown(parameters);
    Ok(format!(
        "<Stacks><member><StackId>{id}</StackId><StackName>{name}</StackName><StackStatus>{status}</StackStatus>\
         <CreationTime>2026-11-26T08:00:00Z</CreationTime><Parameters>{parameters}</Parameters></member></Stacks>"
    ))
}

/// The events of a stack, newest first.
pub(super) fn events(
    state: &mut StackState,
    place: Place<'_>,
    form: &Form,
) -> ServiceResult<String> {
    let name = field(form, "StackName");
    let stack = state.find(place, name).ok_or_else(|| no_stack(name))?;
    let shown = |(number, event): (usize, &[String; 4])| {
        let [resource, kind, status, reason] = event;
        let physical = if *resource == stack.name { stack.id.as_str() } else { "" };
        format!(
            "<member><StackId>{}</StackId><EventId>{number}</EventId><StackName>{}</StackName><LogicalResourceId>\
             {resource}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId><ResourceType>{kind}\
             </ResourceType><Timestamp>2026-11-26T08:00:00Z</Timestamp><ResourceStatus>{status}</ResourceStatus>\
             <ResourceStatusReason>{}</ResourceStatusReason></member>",
            stack.id,
            stack.name,
            escape_xml(reason),
        )
    };
    let all: String = stack.events.iter().enumerate().rev().map(shown).collect();
    Ok(format!("<StackEvents>{all}</StackEvents>"))
}

/// The template of a stack, or of a change set where one is named.
pub(super) fn template(
    state: &mut StackState,
    place: Place<'_>,
    form: &Form,
) -> ServiceResult<String> {
    let (name, arn) = (field(form, "StackName"), field(form, "ChangeSetName"));
    let of_set = state.sets.iter().find(|set| set.arn == arn).map(|set| set.template.clone());
    let of_stack = || state.find(place, name).map(|stack| stack.template.clone());
    let template = of_set.or_else(of_stack).ok_or_else(|| no_stack(name))?;
    Ok(format!("<TemplateBody>{}</TemplateBody>", escape_xml(&template)))
}

/// What the template of a request declares.
pub(super) fn summary(form: &Form) -> String {
    let one = |(name, default): (&String, &Option<String>)| {
        let default = default.as_ref().map_or_else(String::new, |text| {
            format!("<DefaultValue>{}</DefaultValue>", escape_xml(text))
        });
        format!(
            "<member><ParameterKey>{name}</ParameterKey>{default}<NoEcho>false</NoEcho></member>"
        )
    };
    let all: String = declared(field(form, "TemplateBody")).iter().map(one).collect();
    format!("<Parameters>{all}</Parameters>")
}

/// The parameters that a template declares, with their defaults.
pub(super) fn declared(template: &str) -> BTreeMap<String, Option<String>> {
    let read: Value = serde_json::from_str(template).unwrap_or_default();
    let all = read["Parameters"].as_object().cloned().unwrap_or_default();
    all.into_iter().map(|(name, of)| (name, of["Default"].as_str().map(str::to_owned))).collect()
}

fn shown(parameters: &BTreeMap<String, String>) -> String {
    let one = |(name, value): (&String, &String)| {
        let value = escape_xml(value);
        format!(
            "<member><ParameterKey>{name}</ParameterKey><ParameterValue>{value}</ParameterValue></member>"
        )
    };
    parameters.iter().map(one).collect()
}
