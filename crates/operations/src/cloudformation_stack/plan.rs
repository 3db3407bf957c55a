//! The plan of one target: its change set, and the row that says what it would do.

use std::collections::BTreeMap;

use org_operator_changes::{Inverse, SKIP};
use serde_json::{Value, json};

use super::change_set::{MASK, Order, discard, previous, role_arn, value_of};
use super::changes::{ResourceChange, losses};
use super::client::{Client, Failure, of_stack, said};
use super::parameters::{LONGEST_BODY, Template, Wanted};
use super::stack::{ChangeSet, Declared, Stack, Way, declared};
use super::state::{after, before};
use super::{CREATE, DELETE, RESTORE, UPDATE};
use crate::{Rows, Target};

/// The one row of a target.
pub(super) async fn rows(target: &Target, wanted: &Wanted) -> Result<Rows, Failure> {
    let client = Client::new(target);
    let stack = client.stack(&wanted.stack).await?;
    let planning = Planning { client, target, wanted, stack };
    planning.row().await.map(|row| vec![row.cells(&planning)])
}

struct Planning<'a> {
    client: Client,
    target: &'a Target,
    wanted: &'a Wanted,
    /// The stack that has the name now.
    stack: Option<Stack>,
}

/// What a row says beside the stack's name and state.
#[derive(Default)]
struct Row {
    key: String,
    action: &'static str,
    reason: String,
    changes: Vec<ResourceChange>,
    before: Value,
    after: Value,
    inverse: Option<Inverse>,
}

impl Planning<'_> {
    async fn row(&self) -> Result<Row, Failure> {
        let is_new = match Way::of(self.stack.as_ref()) {
            Way::Create => true,
            Way::Update => false,
            Way::Leave(reason) => return Ok(self.left(reason, Vec::new())),
        };
        let declared = declared(&self.client.summary(self.wanted.template.member()).await?);
        if let Some(secret) = self.secret(&declared) {
            let reason = format!(
                "the parameter {secret} is secret (NoEcho), and a run's files have its parameters: \
                 use a dynamic reference"
            );
            return Ok(self.left(reason, Vec::new()));
        }
        let set = self.order(is_new, &declared).make(&self.client).await?;
        match self.refusal(&set) {
            Some(reason) => {
                discard(&self.client, &set, &self.target.run).await?;
                Ok(self.left(reason, set.changes))
            }
            None if set.is_available() => self.changed(is_new, &declared, set).await,
            None => {
                discard(&self.client, &set, &self.target.run).await?;
                Err(said(format!("the change set is {}: {}", set.status, set.reason)))
            }
        }
    }

    /// A secret parameter that the run sets.
    fn secret<'d>(&self, declared: &'d [Declared]) -> Option<&'d str> {
        let set = |name: &str| self.wanted.parameters.contains_key(name);
        let mut secret = declared.iter().filter(|one| one.is_secret && set(&one.name));
        secret.next().map(|one| one.name.as_str())
    }

    fn order(&self, is_new: bool, declared: &[Declared]) -> Order<'_> {
        let Self { wanted, target, .. } = self;
        Order {
            run: &target.run,
            kind: if is_new { "CREATE" } else { "UPDATE" },
            stack: &wanted.stack,
            template: wanted.template.member(),
            parameters: self.sent(is_new, declared),
            capabilities: &wanted.capabilities,
            role: Some(role_arn(target, &wanted.service_role)),
        }
    }

    /// The parameters of the request: what is set, and what the stack has of what is declared.
    fn sent(&self, is_new: bool, declared: &[Declared]) -> Vec<Value> {
        let set = self.wanted.parameters.iter().map(|(name, value)| value_of(name, value));
        let kept = declared.iter().filter(|one| {
            let name = &one.name;
            !is_new && !self.wanted.parameters.contains_key(name) && self.has(name).is_some()
        });
        set.chain(kept.map(|one| previous(&one.name))).collect()
    }

    /// The value that the stack has of a parameter.
    fn has(&self, name: &str) -> Option<&String> {
        self.stack.as_ref()?.parameters.get(name)
    }

    /// The parameters that the stack has once the change set is executed.
    fn wanted_parameters(&self, is_new: bool, declared: &[Declared]) -> Value {
        let value = |one: &Declared| {
            let set = self.wanted.parameters.get(&one.name);
            let kept = self.has(&one.name).filter(|_| !is_new);
            let value = set.or(kept).or(one.default.as_ref()).cloned().unwrap_or_default();
            let shown = if one.is_secret { MASK.to_owned() } else { value };
            (one.name.clone(), shown)
        };
        json!(declared.iter().map(value).collect::<BTreeMap<_, _>>())
    }

    /// Why the change set must not be executed.
    fn refusal(&self, set: &ChangeSet) -> Option<String> {
        if set.changes_nothing() {
            let reason = "NO_CHANGE: the stack has this template and these parameters";
            return Some(reason.to_owned());
        }
        let lost = losses(&set.changes);
        if lost.is_empty() || self.wanted.allow_replacement {
            return None;
        }
        Some(format!("refused, AllowReplacement is false: it would {lost}"))
    }

    async fn changed(
        &self,
        is_new: bool,
        declared: &[Declared],
        set: ChangeSet,
    ) -> Result<Row, Failure> {
        let wanted = self.wanted_parameters(is_new, declared);
        let template = self.wanted_template(&set).await?;
        let allow = self.wanted.allow_replacement;
        let old = match self.stack.as_ref().filter(|_| !is_new) {
            Some(stack) => Some((stack, self.client.template(&of_stack(&stack.id)).await?)),
            None => None,
        };
        let (inverse, lasting) = inverse(&set, old.as_ref().map(|(_, text)| text.as_str()), allow);
        let number = set.changes.len();
        let begun = if is_new { "the stack is new" } else { "the stack is there" };
        Ok(Row {
            action: if is_new { CREATE } else { UPDATE },
            reason: format!("{begun}; {number} resources would change{lasting}"),
            before: old.map_or(Value::Null, |(stack, text)| before(stack, &text)),
            after: after(&set, (&template, &wanted), self.wanted),
            key: set.arn,
            changes: set.changes,
            inverse,
        })
    }

    async fn wanted_template(&self, set: &ChangeSet) -> Result<String, Failure> {
        match &self.wanted.template {
            Template::Body(body) => Ok(body.clone()),
            Template::Url(_) => {
                let mut input = of_stack(&set.stack);
                input["ChangeSetName"] = json!(set.arn);
                self.client.template(&input).await
            }
        }
    }

    /// A row that stays as it is.
    fn left(&self, reason: String, changes: Vec<ResourceChange>) -> Row {
        let key = self.wanted.stack.clone();
        Row { key, action: SKIP, reason, changes, ..Row::default() }
    }
}

/// What takes the change back, or why nothing does, for the row's reason.
fn inverse(set: &ChangeSet, old: Option<&str>, allow: bool) -> (Option<Inverse>, &'static str) {
    let of =
        |action: &str| Some(Inverse { key: Some(set.stack.clone()), action: action.to_owned() });
    match old {
        None if set.changes.iter().any(ResourceChange::adds_data) && !allow => {
            (None, "; undo would delete resources that hold data, and is refused")
        }
        None => (of(DELETE), ""),
        Some(template) if template.len() > LONGEST_BODY => {
            (None, "; the present template is too long to be brought back by undo")
        }
        Some(_) => (of(RESTORE), ""),
    }
}

impl Row {
    /// The record, its cells in the order of the columns.
    fn cells(self, planning: &Planning<'_>) -> Vec<String> {
        let text = |state: &Value| if state.is_null() { String::new() } else { state.to_string() };
        let inverse = self.inverse.and_then(|inverse| serde_json::to_string(&inverse).ok());
        let stack = planning.stack.as_ref();
        vec![
            self.key,
            self.action.to_owned(),
            self.reason,
            planning.wanted.stack.clone(),
            stack.map(|stack| stack.status.clone()).unwrap_or_default(),
            self.changes.len().to_string(),
            losses(&self.changes),
            json!(self.changes).to_string(),
            text(&self.before),
            text(&self.after),
            inverse.unwrap_or_default(),
        ]
    }
}
