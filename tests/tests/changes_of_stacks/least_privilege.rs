//! Each action that `cloudformation-stack` declares is needed on one machine: without it a plan, its applying, its
//! undo or its removal says `AccessDenied` for the target, and names the action.

use std::collections::BTreeSet;

use aws_sim::FAILS;
use org_operator_changes::PlanRow;
use org_operator_core::contract::coverage_row::CoverageRow;
use org_operator_core::contract::document::csv_rows;
use org_operator_core::{ErrorKind, RunId};
use org_operator_operations::cloudformation_stack::CloudFormationStack;
use org_operator_operations::{Change, Operation};
use org_operator_testkit::TestResult;
use org_operator_tests::changing::Stage;
use org_operator_tests::subjects::template;
use serde_json::{Value, json};

use super::SETTLED;

/// Actions that no trial can show to be needed, and why.
const NOT_SHOWN: [(&str, &str); 1] = [(
    "s3:GetObject",
    "CloudFormation reads a template from S3 with the caller's rights; the simulation is given its text",
)];

/// An action whose lack is told beside another failure: it reads why a stack has failed.
const BESIDE: &str = "cloudformation:DescribeStackEvents";

/// A run that needs actions.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Create,
    Update,
    /// An update that `CloudFormation` rolls back.
    Fail,
    Restore,
    Delete,
    Drop,
}

impl Step {
    const ALL: [Self; 6] =
        [Self::Create, Self::Update, Self::Fail, Self::Restore, Self::Delete, Self::Drop];
}

fn parameters(template: &Value) -> Value {
    json!({"StackName": "baseline", "ServiceRole": "deployer", "TemplateBody": template.to_string()})
}

fn first() -> Value {
    template(&[("Topic", "AWS::SNS::Topic")])
}

fn second() -> Value {
    template(&[("Topic", "AWS::SNS::Topic"), ("Role", "AWS::IAM::Role")])
}

/// The plan of `template` in every target.
async fn plan(stage: &Stage, run: &str, template: &Value) -> TestResult<Vec<PlanRow>> {
    let (run, mut found) = (RunId::parse(run).ok_or("a run's id")?, Vec::new());
    for place in stage.targets() {
        let rows = stage.ask(&run, &place, &parameters(template)).await??;
        found.push((place, rows));
    }
    stage.planned(found)
}

/// Works off `rows`; gives the targets, and the rows that take it back.
async fn apply(
    stage: &Stage,
    name: &str,
    rows: &[PlanRow],
) -> TestResult<(Vec<CoverageRow>, Vec<PlanRow>)> {
    let run = stage.begin(name, rows).await?;
    stage.process(&run, rows, SETTLED, true).await?;
    stage.finish(&run, rows).await?;
    let folder = stage.folder(&run.run_id);
    let covered = csv_rows(&std::fs::read(folder.path("coverage.csv"))?)?;
    Ok((covered, folder.undo().await?.ok_or("no undo.jsonl")?))
}

/// An organization in which everything before `step` is done, and the rows of the step.
async fn before(step: Step) -> TestResult<(Stage, Vec<PlanRow>)> {
    let stage = Stage::new(&CloudFormationStack, 3, 1).await?;
    let created = plan(&stage, "plan-1", &first()).await?;
    if step == Step::Create {
        return Ok((stage, created));
    }
    if step == Step::Drop {
        let drops = created.iter().filter_map(|row| CloudFormationStack.dropped(row)).collect();
        return Ok((stage, drops));
    }
    let (_, delete) = apply(&stage, "apply-1", &created).await?;
    let wanted = if step == Step::Fail { template(&[("Broken", FAILS)]) } else { second() };
    let rows = match step {
        Step::Delete => delete,
        Step::Restore => {
            let updated = plan(&stage, "plan-2", &wanted).await?;
            apply(&stage, "apply-2", &updated).await?.1
        }
        _ => plan(&stage, "plan-2", &wanted).await?,
    };
    Ok((stage, rows))
}

/// Whether the run of `step` says of a target that `action` was missing.
async fn is_told(step: Step, action: &str) -> TestResult<bool> {
    let (mut stage, rows) = before(step).await?;
    stage.members.without = Some(action.to_owned());
    let (covered, _) = apply(&stage, "trial", &rows).await?;
    let missing = format!("not authorized to perform: {action} ");
    let told: Vec<&CoverageRow> =
        covered.iter().filter(|row| row.message.contains(&missing)).collect();
    let kind = if action == BESIDE { ErrorKind::OperationFailed } else { ErrorKind::AccessDenied };
    assert!(told.iter().all(|row| row.error_kind() == Some(kind)), "{action}: {told:?}");
    Ok(!told.is_empty())
}

/// The actions of `step` without which the run says so.
async fn shown(step: Step) -> TestResult<BTreeSet<String>> {
    let (_, rows) = before(step).await?;
    let words = rows.iter().map(|row| row.action.as_str()).collect();
    let mut shown = BTreeSet::new();
    for action in CloudFormationStack.actions(&words).ok_or("a word that is not known")? {
        if is_told(step, &action).await? {
            shown.insert(action);
        }
    }
    Ok(shown)
}

/// The same of the plans of a new stack and of one that is there.
async fn shown_by_plans() -> TestResult<BTreeSet<String>> {
    let mut shown = BTreeSet::new();
    for (step, wanted) in [(Step::Drop, first()), (Step::Delete, second())] {
        for action in &CloudFormationStack.spec().actions {
            let (mut stage, _) = before(step).await?;
            stage.members.without = Some(action.clone());
            let run = RunId::parse("plan-9").ok_or("a run's id")?;
            let place = stage.targets().remove(0);
            let asked = stage.ask(&run, &place, &parameters(&wanted)).await?;
            let denied = asked.err().filter(|error| error.kind() == ErrorKind::AccessDenied);
            if denied.is_some_and(|error| error.message().contains(action.as_str())) {
                shown.insert(action.clone());
            }
        }
    }
    Ok(shown)
}

#[tokio::test(start_paused = true)]
async fn without_any_one_action_the_machines_run_says_so() -> TestResult<()> {
    let mut shown = shown_by_plans().await?;
    for step in Step::ALL {
        let of_step = self::shown(step).await.map_err(|e| format!("{step:?}: {e}"))?;
        assert!(!of_step.is_empty(), "{step:?} works without any action");
        shown.extend(of_step);
    }
    let words = CloudFormationStack.words().iter().copied().collect();
    let of_changes = CloudFormationStack.actions(&words).ok_or("a word that is not known")?;
    let of_plans = CloudFormationStack.spec().actions.iter().cloned();
    let declared: BTreeSet<String> = of_changes.into_iter().chain(of_plans).collect();
    let silent: BTreeSet<&str> = declared.difference(&shown).map(String::as_str).collect();
    assert_eq!(silent, NOT_SHOWN.map(|(action, _)| action).into(), "works without these, or not");
    Ok(())
}
