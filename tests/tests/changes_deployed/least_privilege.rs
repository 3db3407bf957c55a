//! Each action that the templates' `operation-admin` has is needed: without it a run that applies a plan or takes
//! one back says `AccessDenied` for the target, names the action, and counts nothing as changed that was not.

use std::collections::BTreeSet;

use org_operator_changes::PlanRow;
use org_operator_core::ErrorKind;
use org_operator_core::contract::coverage_row::CoverageRow;
use org_operator_core::contract::document::csv_rows;
use org_operator_testkit::TestResult;
use org_operator_tests::subjects::deployed_subjects;
use serde_json::{Value, json};

use super::SETTLED;
use super::deployment::Deployment;

/// One whose plans and undo plans need every action that the simulation knows.
const SEED: u64 = 5;

/// Actions that no step here shows to be needed, and why.
const NOT_SHOWN: [(&str, &str); 5] = [
    (
        "iam:CreateServiceLinkedRole",
        "AWS asks for it where the account has no such role yet; the simulation has no roles of that kind",
    ),
    ("cloudformation:DeleteChangeSet", ON_A_MACHINE),
    ("cloudformation:DeleteStack", ON_A_MACHINE),
    ("cloudformation:DescribeStackEvents", ON_A_MACHINE),
    (
        "s3:GetObject",
        "CloudFormation reads a template from S3 with the caller's rights; here it is in the request",
    ),
];
/// `changes_of_stacks` has the undo plans that delete stacks, the dropped plans and the failed changes.
const ON_A_MACHINE: &str =
    "no step here drops a plan, deletes a stack or fails; changes_of_stacks does";
/// Services whose resources the simulation tags. The others have none there.
const TAGGED: [&str; 3] = ["ec2", "rds", "s3"];

/// Why no trial can show that `operation` needs `action`; `None` where one has to.
fn excuse(operation: &str, action: &str) -> Option<&'static str> {
    let named = NOT_SHOWN.iter().find(|(named, _)| *named == action);
    let service = action.split(':').next().unwrap_or_default();
    let untagged = operation == "tag-resources" && service != "tag" && !TAGGED.contains(&service);
    let absent = untagged.then_some("the simulation has no resource of the service");
    named.map(|(_, why)| *why).or(absent)
}

/// A run that needs actions.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// Of the plan that comes before the trial, where the operation has one.
    Prepare,
    Apply,
    Undo,
}

impl Step {
    const ALL: [Self; 3] = [Self::Prepare, Self::Apply, Self::Undo];

    fn run(self) -> &'static str {
        match self {
            Self::Prepare => "apply-0",
            Self::Apply => "apply",
            Self::Undo => "undo",
        }
    }

    fn request(self, deployment: &Deployment) -> Value {
        match self {
            Self::Prepare => deployment.applying("plan-0"),
            Self::Apply => deployment.applying("plan"),
            Self::Undo => {
                json!({"Operation": deployment.operation(), "Apply": true, "Undo": "apply"})
            }
        }
    }

    fn rows(self, deployment: &Deployment) -> TestResult<Vec<PlanRow>> {
        match self {
            Self::Prepare => deployment.rows("plan-0", "plan.jsonl"),
            Self::Apply => deployment.rows("plan", "plan.jsonl"),
            Self::Undo => deployment.rows("apply", "undo.jsonl"),
        }
    }
}

/// A deployment that has done everything before `step`; `None` where its operation has no such step.
async fn before(index: usize, step: Step) -> TestResult<Option<Deployment>> {
    let subject = deployed_subjects().into_iter().nth(index).ok_or("no subject")?;
    let mut deployment = Deployment::new(subject, SEED).await;
    if step == Step::Prepare {
        let Some(parameters) = deployment.subject.prepared.clone() else { return Ok(None) };
        deployment.execute("plan-0", &deployment.planning(&parameters), true).await?;
        return Ok(Some(deployment));
    }
    deployment.prepare().await?;
    let parameters = deployment.subject.parameters.clone();
    deployment.execute("plan", &deployment.planning(&parameters), true).await?;
    if step == Step::Undo {
        deployment.execute("apply", &deployment.applying("plan"), true).await?;
        tokio::time::sleep(SETTLED).await;
    }
    Ok(Some(deployment))
}

/// The actions of a session that works off the rows of `step`.
fn actions(deployment: &Deployment, step: Step) -> TestResult<Vec<String>> {
    let rows = step.rows(deployment)?;
    let words = rows.iter().filter(|row| row.is_change()).map(|row| row.action.as_str()).collect();
    Ok(deployment.subject.change.actions(&words).ok_or("a word that is not known")?)
}

/// Whether the run says of a target that `action` was missing.
async fn is_told(index: usize, step: Step, action: &str) -> TestResult<bool> {
    let mut deployment = before(index, step).await?.ok_or("no such step")?;
    deployment.without = Some(action.to_owned());
    let changed = |deployment: &Deployment| (deployment.subject.made)(&deployment.simulation);
    let earlier = changed(&deployment);
    let summary = deployment.execute(step.run(), &step.request(&deployment), true).await?;
    let covered: Vec<CoverageRow> = csv_rows(&deployment.file(step.run(), "coverage.csv"))?;
    let denied: Vec<&CoverageRow> =
        covered.iter().filter(|row| row.error_kind() == Some(ErrorKind::AccessDenied)).collect();
    let counted = summary.errors.get(ErrorKind::AccessDenied.name()).copied().unwrap_or_default();
    assert_eq!(counted, denied.len() as u64, "{:?}", summary.errors);
    assert!(denied.iter().all(|row| row.message.contains(action)), "{action}: {denied:?}");
    let count = |outcome: &str| summary.rows.get(outcome).copied().unwrap_or_default();
    let (applied, made) = (count("APPLIED"), changed(&deployment) - earlier);
    let unread = if deployment.subject.goes_on { count("FAILED") } else { 0 };
    let is_right = applied <= made && made <= applied + unread;
    assert!(
        is_right || !deployment.subject.undoes_each,
        "{step:?} without {action}: {made} made, {applied} told"
    );
    Ok(!denied.is_empty())
}

/// The actions of an operation without which a run says so.
async fn shown(index: usize) -> TestResult<BTreeSet<String>> {
    let mut shown = BTreeSet::new();
    for step in Step::ALL {
        let Some(deployment) = before(index, step).await? else { continue };
        for action in actions(&deployment, step)? {
            if Box::pin(is_told(index, step, &action)).await? {
                shown.insert(action);
            }
        }
    }
    Ok(shown)
}

#[tokio::test(start_paused = true)]
async fn without_any_one_action_of_operation_admin_the_run_says_so() -> TestResult<()> {
    for (index, subject) in deployed_subjects().into_iter().enumerate() {
        let name = subject.change.operation();
        let words = subject.change.words().iter().copied().collect();
        let declared = subject.change.actions(&words).ok_or("a word that is not known")?;
        let shown = shown(index).await.map_err(|e| format!("{name}: {e}"))?;
        let silent = declared.iter().filter(|action| !shown.contains(*action));
        let unexplained: Vec<_> = silent.filter(|it| excuse(name, it).is_none()).collect();
        assert!(unexplained.is_empty(), "{name} works without {unexplained:?}");
        let stale: Vec<_> = shown.iter().filter(|action| excuse(name, action).is_some()).collect();
        assert!(stale.is_empty(), "{name} does need {stale:?}");
    }
    Ok(())
}
