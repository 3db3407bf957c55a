//! Making a change set, executing it, and deleting it with the stack that only it made.

use org_operator_core::RunId;
use org_operator_core::model::session;
use org_operator_dynamic::Answered;
use serde_json::{Map, Value, json};

use super::client::{Client, Failure, MAKING, Patience, said};
use super::stack::{ChangeSet, Phase, Stack, says_no_change};
use crate::Target;
use crate::modelled::text;

/// What a change set is to be made of.
pub(super) struct Order<'a> {
    /// The run that makes it, which its name has.
    pub(super) run: &'a RunId,
    /// `CREATE` or `UPDATE`.
    pub(super) kind: &'static str,
    /// The stack's name or id.
    pub(super) stack: &'a str,
    /// The member of the request that has the template, and its value.
    pub(super) template: (&'static str, &'a str),
    /// The parameters, as `CloudFormation` takes them.
    pub(super) parameters: Vec<Value>,
    /// What the template may contain.
    pub(super) capabilities: &'a [String],
    /// The ARN of the role that makes the changes; `None` for the one that the stack has.
    pub(super) role: Option<String>,
}

/// The name of the change sets of a run: letters, digits and hyphens (API reference).
fn name(run: &RunId) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let of_run: String = run.as_str().chars().map(plain).collect();
    format!("org-operator-{of_run}").chars().take(128).collect()
}

impl Order<'_> {
    fn input(&self) -> Value {
        let (member, template) = self.template;
        let mut input = json!({
            "StackName": self.stack,
            "ChangeSetName": name(self.run),
            "ChangeSetType": self.kind,
            "ClientToken": name(self.run),
            "Description": format!("made by the run {} of org-operator", self.run),
            "Parameters": self.parameters,
            "Capabilities": self.capabilities,
        });
        input[member] = json!(template);
        if let Some(role) = &self.role {
            input["RoleARN"] = json!(role);
        }
        input
    }

    /// Makes the change set, or finds the one that an earlier attempt of the run made: a run has one for
    /// each stack. Returns it once it can be executed, or cannot be.
    pub(super) async fn make(&self, client: &Client) -> Result<ChangeSet, Failure> {
        let created = client.once("CreateChangeSet", &self.input()).await;
        let arn = match created {
            Ok(answer) => text(&answer.value, "Id").unwrap_or_default(),
            Err(failure) => match self.made_before(client, failure).await? {
                Ok(set) => set.arn,
                Err(nothing) => return Ok(nothing),
            },
        };
        made(client, self.stack, &arn).await
    }

    /// After a failure: the change set that is there all the same, or one that never was because it
    /// would change nothing.
    async fn made_before(
        &self,
        client: &Client,
        failure: Failure,
    ) -> Result<Result<ChangeSet, ChangeSet>, Failure> {
        let message = failure.call().map(|call| call.message.clone()).unwrap_or_default();
        if says_no_change(&message) {
            let status = "FAILED".to_owned();
            return Ok(Err(ChangeSet { status, reason: message, ..ChangeSet::default() }));
        }
        let found = client.change_set(self.stack, &name(self.run)).await?;
        found.map(Ok).ok_or(failure)
    }
}

/// The change set once it is made, or could not be.
async fn made(client: &Client, stack: &str, arn: &str) -> Result<ChangeSet, Failure> {
    let mut patience = Patience::new(MAKING);
    loop {
        let set = client.change_set(stack, arn).await?;
        let set = set.ok_or_else(|| said(format!("the change set {arn} is gone")))?;
        if !set.is_being_made() {
            return Ok(set);
        }
        if !patience.wait().await {
            return Err(said(format!("the change set {arn} is still {}", set.status)));
        }
    }
}

/// Executes exactly this change set of the stack, once.
pub(super) async fn execute(
    client: &Client,
    (stack, arn): (&str, &str),
    run: &RunId,
) -> Result<Answered, Failure> {
    let token = name(run);
    let input = json!({"StackName": stack, "ChangeSetName": arn, "ClientRequestToken": token});
    client.once("ExecuteChangeSet", &input).await
}

/// Deletes a stack, once.
pub(super) async fn delete_stack(
    client: &Client,
    id: &str,
    run: &RunId,
) -> Result<Answered, Failure> {
    let input = json!({"StackName": id, "ClientRequestToken": name(run)});
    client.once("DeleteStack", &input).await
}

/// Deletes a change set that was not executed, and the stack that only it made: one without resources
/// and without another change set.
pub(super) async fn discard(
    client: &Client,
    set: &ChangeSet,
    run: &RunId,
) -> Result<Option<String>, Failure> {
    let mut request_id = None;
    if !set.arn.is_empty() && client.change_set(&set.stack, &set.arn).await?.is_some() {
        let input = json!({"StackName": set.stack, "ChangeSetName": set.arn});
        request_id = client.once("DeleteChangeSet", &input).await?.request_id;
        gone(client, set).await?;
    }
    let stack = if set.stack.is_empty() { None } else { client.stack(&set.stack).await? };
    let is_empty = stack.as_ref().map(Stack::phase) == Some(Phase::Reviewed);
    if is_empty && client.set_ids(&set.stack).await?.is_empty() {
        request_id = delete_stack(client, &set.stack, run).await?.request_id;
    }
    Ok(request_id)
}

async fn gone(client: &Client, deleted: &ChangeSet) -> Result<(), Failure> {
    let mut patience = Patience::new(MAKING);
    while let Some(set) = client.change_set(&deleted.stack, &deleted.arn).await? {
        if !patience.wait().await {
            return Err(said(format!("the change set {} is still {}", deleted.arn, set.status)));
        }
    }
    Ok(())
}

/// The ARN of the role called `name` in the target's account.
pub(super) fn role_arn(target: &Target, name: &str) -> String {
    session::role_arn(target.region.partition(), &target.account, name)
}

/// A parameter that is set to a value.
pub(super) fn value_of(name: &str, value: &str) -> Value {
    json!({"ParameterKey": name, "ParameterValue": value})
}

/// A parameter that keeps the value that the stack has.
pub(super) fn previous(name: &str) -> Value {
    json!({"ParameterKey": name, "UsePreviousValue": true})
}

/// What `CloudFormation` shows of a secret value.
pub(super) const MASK: &str = "****";

/// The parameters of a state as `CloudFormation` takes them; a secret one keeps its value.
pub(super) fn of_state(parameters: &Map<String, Value>) -> Vec<Value> {
    let parameter = |(name, value): (&String, &Value)| match value.as_str().unwrap_or_default() {
        MASK => previous(name),
        value => value_of(name, value),
    };
    parameters.iter().map(parameter).collect()
}
