//! `CloudFormation` (query): stacks, and change sets that are made, looked at, executed and deleted.

mod change_sets;
mod described;

use std::collections::BTreeMap;

use super::handler::{Context, Handler, ServiceResult, call};
use super::session_policy::allowed;
use crate::call::{Call, Service};
use crate::reply::Reply;
use crate::request::{Request, Signer};
use crate::service_error::ServiceError;
use crate::stores::StackState;

/// The fields of a request.
type Form = BTreeMap<String, String>;

/// An account and a Region of it.
type Place<'a> = (&'a str, &'a str);

pub(super) fn route<'a>(request: &'a Request, signer: &'a Signer) -> (Call, Handler<'a>) {
    let form = request.form();
    let operation = form.get("Action").cloned().unwrap_or_default();
    let account = signer.account();
    let received = call(Service::CloudFormation, &operation, &account, signer);
    let handler: Handler<'a> = Box::new(move |context| {
        let place = (account.as_str(), signer.region.as_str());
        let answered =
            allowed(Service::CloudFormation, signer, &format!("cloudformation:{operation}"))
                .and_then(|()| passed(signer, &form))
                .and_then(|()| handle(context, place, &operation, &form));
        match answered {
            Ok(body) => Reply::xml(200, &envelope(&operation, &body))
                .with_header("x-amzn-requestid", "simulated"),
            Err(error) => error.reply(Service::CloudFormation),
        }
    });
    (received, handler)
}

/// Who names a service role needs the right to pass it.
fn passed(signer: &Signer, form: &Form) -> ServiceResult<()> {
    if field(form, "RoleARN").is_empty() {
        return Ok(());
    }
    allowed(Service::CloudFormation, signer, "iam:PassRole")
}

fn envelope(operation: &str, body: &str) -> String {
    format!(
        "<{operation}Response xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><{operation}Result>{body}\
         </{operation}Result><ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata></{operation}Response>"
    )
}

fn handle(
    context: Context<'_>,
    place: Place<'_>,
    operation: &str,
    form: &Form,
) -> ServiceResult<String> {
    let mut stacks = context.stores.stacks.lock();
    let state: &mut StackState = &mut stacks;
    match operation {
        "DescribeStacks" => described::stacks(state, place, form),
        "DescribeStackEvents" => described::events(state, place, form),
        "GetTemplate" => described::template(state, place, form),
        "GetTemplateSummary" => Ok(described::summary(form)),
        "CreateChangeSet" => change_sets::create(state, place, form),
        "DescribeChangeSet" => change_sets::describe(state, place, form),
        "ListChangeSets" => change_sets::list(state, place, form),
        "ExecuteChangeSet" => change_sets::execute(state, form),
        "DeleteChangeSet" => {
            let arn = field(form, "ChangeSetName");
            state.sets.retain(|set| set.arn != arn);
            Ok(String::new())
        }
        "DeleteStack" => {
            if let Some(stack) = state.find(place, field(form, "StackName")) {
                stack.begin("DELETE_IN_PROGRESS");
                "DELETE_COMPLETE".clone_into(&mut stack.status);
                stack.settles = None;
            }
            Ok(String::new())
        }
        _ => Err(ServiceError::new(400, "InvalidAction", operation)),
    }
}

/// A field's text; empty where it is not there.
fn field<'a>(form: &'a Form, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

fn no_stack(name: &str) -> ServiceError {
    ServiceError::new(400, "ValidationError", format!("Stack with id {name} does not exist"))
}
