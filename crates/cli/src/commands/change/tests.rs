//! Options of runs that change something, and what is refused before anything is asked.

use clap::Parser;
use org_operator_changes::Limit;

use super::*;
use crate::command_line::{Cli, Command};

fn parsed(typed: &[&str]) -> Result<RunCommand, String> {
    let cli = Cli::try_parse_from([&["org-operator", "run"], typed].concat());
    match cli.map_err(|e| e.to_string())?.command {
        Command::Run(command) => Ok(*command),
        _ => Err("not a run".to_owned()),
    }
}

#[test]
fn apply_and_its_plan_belong_together_and_undo_stands_alone() {
    assert!(parsed(&["--apply"]).is_err());
    assert!(parsed(&["--plan-run", "r1"]).is_err());
    assert!(parsed(&["--apply", "--plan-run", "r1", "--undo", "r2"]).is_err());
    assert!(parsed(&["--undo", "r1", "--resume", "r1"]).is_err());
    assert!(parsed(&["--apply", "--plan-run", "r1", "--resume", "r1"]).is_err());
    assert!(parsed(&["--apply", "--plan-run", "a/b"]).is_err());
    assert!(parsed(&["--apply", "--plan-run", "r1", "--max-changes", "101%"]).is_err());
    let command = parsed(&["--apply", "--plan-run", "r1", "--max-changes", "5%"]).unwrap();
    let guards = command.change.guards();
    assert_eq!((guards.max_changes, guards.plan_max_age_hours), (Some(Limit::Percent(5)), 24));
}

#[test]
fn a_plan_is_not_narrowed_and_a_run_that_reads_takes_no_limit() {
    let narrowed =
        parsed(&["--apply", "--plan-run", "r1", "--ou", "ou-1", "--regions", "x"]).unwrap();
    let refused = refuse_selection(&narrowed.run).unwrap_err();
    assert!(refused.summary.contains("--ou, --regions"), "{refused:?}");
    let reading = parsed(&["--canary", "1", "--confirm", "x"]).unwrap();
    let refused = reading.change.refuse_for_reading().unwrap_err();
    assert!(refused.summary.contains("--canary, --confirm"), "{refused:?}");
    assert!(
        parsed(&["--protect-account", "111111111111"]).unwrap().change.refuse_for_reading().is_ok()
    );
}

#[tokio::test]
async fn a_run_that_only_read_is_resumed_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    std::fs::create_dir_all(folder.path().join("close-open-ingress/r1")).unwrap();
    let command = parsed(&["--resume", "r1", "--out", &out]).unwrap();
    assert_eq!(intent(&command).await.unwrap(), None);
    let command = parsed(&["--undo", "r1", "--out", &out]).unwrap();
    assert_eq!(intent(&command).await.unwrap(), Some(Intent::Undo(RunId::parse("r1").unwrap())));
}

/// What is said about a run below a folder of runs.
async fn refusal(run: &str, files: &[(&str, &str)], intent: fn(RunId) -> Intent) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let intent = intent(RunId::parse(run).unwrap());
    let found = source::find(folder.path(), None, &intent).await;
    found.err().map(|e| e.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn runs_that_are_no_plan_are_refused_with_the_field() {
    let unknown = refusal("r9", &[], Intent::Apply).await;
    assert!(unknown.contains("PlanRun: got \"r9\", allowed: a run below"), "{unknown}");
    let other = [("internet-routes/r1/plan.json", "{}")];
    let other = refusal("r1", &other, Intent::Apply).await;
    assert!(other.contains("PlanRun: got \"r1\", a run of internet-routes"), "{other}");
    let unfinished = [("close-open-ingress/r1/plan.json", "{}")];
    let unfinished = refusal("r1", &unfinished, Intent::Apply).await;
    assert!(unfinished.contains("has no plan.jsonl and summary.json"), "{unfinished}");
    let nothing = [("close-open-ingress/r1/plan.jsonl", "")];
    let nothing = refusal("r1", &nothing, Intent::Undo).await;
    assert!(nothing.contains("Undo: got \"r1\", allowed: a run that applied"), "{nothing}");
}
