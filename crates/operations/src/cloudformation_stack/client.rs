//! The calls of `cloudformation-stack`, each once by name: reads as often as the connection says, and
//! changes once. What the answers mean is said elsewhere.

use std::time::Duration;

use org_operator_dynamic::Answered;
use serde_json::{Value, json};

use super::stack::{ChangeSet, Phase, Stack};
use super::state::{Seen, digest};
use crate::modelled::{Modelled, entries, text, unless};
use crate::{OperationFailure, Target};

const SERVICE: &str = "cloudformation";
/// The first wait for what `CloudFormation` is working on, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(15));
/// How long a change set may be in the making.
pub(super) const MAKING: Duration = Duration::from_mins(5);
/// How long one pass waits for a stack: what takes longer is looked at in another one.
pub(super) const SETTLING: Duration = Duration::from_mins(5);

/// A failed call.
pub(super) type Failure = OperationFailure;

/// The client of one account and Region.
pub(super) struct Client(Modelled);

impl Client {
    pub(super) fn new(target: &Target) -> Self {
        Self(Modelled::of(target))
    }

    async fn pages(&self, operation: &str, input: &Value) -> Result<Vec<Value>, Failure> {
        self.0.pages(SERVICE, operation, input).await
    }

    async fn read(&self, operation: &str, input: &Value) -> Result<Value, Failure> {
        self.0.read(SERVICE, operation, input).await
    }

    /// One request that changes something, and no other.
    pub(super) async fn once(&self, operation: &str, input: &Value) -> Result<Answered, Failure> {
        self.0.write(SERVICE, operation, input).await
    }

    /// The stack of a name or an id, or `None` where there is none. A name that fits the service's
    /// pattern is wrong only where no stack has it: `CloudFormation` has no other code for that.
    pub(super) async fn stack(&self, name: &str) -> Result<Option<Stack>, Failure> {
        let found = self.read("DescribeStacks", &json!({"StackName": name})).await;
        let answer = unless(found, &["ValidationError"])?;
        Ok(answer.and_then(|answer| entries(&answer, "Stacks").first().and_then(Stack::of)))
    }

    /// A change set by its stack, and its ARN or name, or `None` where there is none any more. The stack
    /// is what a policy can name, and `CloudFormation` looks there only.
    pub(super) async fn change_set(
        &self,
        stack: &str,
        name: &str,
    ) -> Result<Option<ChangeSet>, Failure> {
        let input = json!({"StackName": stack, "ChangeSetName": name});
        let found = self.pages("DescribeChangeSet", &input).await;
        let pages =
            unless(found, &["ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError"])?;
        Ok(pages.and_then(|pages| ChangeSet::of(&pages)))
    }

    /// The ids of the change sets of a stack.
    pub(super) async fn set_ids(&self, stack: &str) -> Result<Vec<String>, Failure> {
        let found = self.pages("ListChangeSets", &json!({"StackName": stack})).await;
        let pages = unless(found, &["ValidationError"])?.unwrap_or_default();
        let all = pages.iter().flat_map(|page| entries(page, "Summaries"));
        let own = all.filter(|set| text(set, "StackId").as_deref() == Some(stack));
        Ok(own.filter_map(|set| text(set, "ChangeSetId")).collect())
    }

    /// The template of a stack, or of a change set of it, as it was given.
    pub(super) async fn template(&self, input: &Value) -> Result<String, Failure> {
        let answer = self.read("GetTemplate", input).await?;
        Ok(text(&answer, "TemplateBody").unwrap_or_default())
    }

    /// What a template declares.
    pub(super) async fn summary(&self, (member, value): (&str, &str)) -> Result<Value, Failure> {
        self.read("GetTemplateSummary", &json!({member: value})).await
    }

    /// The events of a stack, newest first; none where it is gone.
    pub(super) async fn events(&self, stack: &str) -> Result<Vec<Value>, Failure> {
        let found = self.pages("DescribeStackEvents", &json!({"StackName": stack})).await;
        let pages = unless(found, &["ValidationError"])?.unwrap_or_default();
        Ok(pages.iter().flat_map(|page| entries(page, "StackEvents")).cloned().collect())
    }

    /// Stack and change set as they are now; `set` is the change set's ARN, empty for none.
    pub(super) async fn seen(&self, stack: &str, set: &str) -> Result<Seen, Failure> {
        let found = if set.is_empty() { None } else { self.change_set(stack, set).await? };
        // One of another stack is none of the row's.
        let found = found.filter(|set| set.stack == stack);
        let described = self.stack(stack).await?;
        let phase = described.as_ref().map_or(Phase::Gone, Stack::phase);
        let has_template = !matches!(phase, Phase::Gone | Phase::Reviewed);
        let template = match described.as_ref().filter(|_| has_template) {
            Some(stack) => digest(&self.template(&of_stack(&stack.id)).await?),
            None => String::new(),
        };
        let others = if phase == Phase::Reviewed { self.set_ids(stack).await? } else { Vec::new() };
        let has_others = others.iter().any(|id| id != set);
        Ok(Seen { stack: described, template, set: found, has_others })
    }
}

/// What asks for the template of a stack.
pub(super) fn of_stack(id: &str) -> Value {
    json!({"StackName": id, "TemplateStage": "Original"})
}

/// Pauses between looks at what `CloudFormation` is working on, until the time is used up.
pub(super) struct Patience {
    next: Duration,
    left: Duration,
}

impl Patience {
    pub(super) fn new(left: Duration) -> Self {
        Self { next: WAITS.0, left }
    }

    /// Waits; `false` where the time is used up.
    pub(super) async fn wait(&mut self) -> bool {
        if self.left < self.next {
            return false;
        }
        tokio::time::sleep(self.next).await;
        self.left -= self.next;
        self.next = (self.next * 2).min(WAITS.1);
        true
    }
}

/// A failure that no service said.
pub(super) fn said(message: impl Into<String>) -> Failure {
    OperationFailure::UnexpectedAnswer(message.into())
}
