//! Which run is asked for, by options and by the request file.

use clap::Parser;

use super::*;
use crate::command_line::{Cli, Command};

/// `org-operator run --out FOLDER` with more options.
fn args(folder: &Path, more: &[&str]) -> RunArgs {
    let out = folder.display().to_string();
    let typed = [&["org-operator", "run", "--out", &out], more].concat();
    match Cli::try_parse_from(typed).unwrap().command {
        Command::Run(command) => command.run,
        _ => panic!("not a run"),
    }
}

/// A folder with a run of each of two operations, planned for `worker`, and a request file.
fn folder(worker: &str, request: &Value) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    for (operation, run) in [("internet-routes", "r1"), ("public-ips", "r1"), ("public-ips", "r2")]
    {
        let run = folder.path().join(operation).join(run);
        std::fs::create_dir_all(&run).unwrap();
        let plan = json!({
            "RunId": "r1", "Operation": operation, "Parameters": {}, "Apply": false,
            "Manifest": {"Bucket": "b", "Key": "k"}, "WorkItems": 1, "Targets": 1,
            "MaxConcurrency": 1, "WorkerFunction": worker, "ExpiresAt": 1,
        })
        .to_string();
        std::fs::write(run.join(PLAN.name), plan).unwrap();
    }
    let path = folder.path().join("request.json");
    std::fs::write(&path, request.to_string()).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

fn wanted(request: &Value, more: &[&str]) -> Result<Wanted, CliError> {
    let (folder, path) = folder(WORKER, request);
    let args = args(folder.path(), &[&["--request", &path], more].concat());
    Wanted::of(&args, &RunId::parse("new").unwrap())
}

fn run(operation: &str, id: &str) -> (String, RunId) {
    (operation.to_owned(), RunId::parse(id).unwrap())
}

#[test]
fn a_request_file_resumes_as_the_option_does() {
    let file = json!({"ResumeRun": "r2", "MaxConcurrency": null});
    let by_file = wanted(&file, &["--concurrency", "3"]).unwrap();
    let by_option = wanted(&json!({}), &["--resume", "r2", "--concurrency", "3"]).unwrap();
    assert_eq!(by_file.resumed, Some(run("public-ips", "r2")));
    assert_eq!(by_file.event, by_option.event);
    assert_eq!(by_file.event["Request"]["MaxConcurrency"], 3);
    assert_eq!(wanted(&file, &["--resume", "r2"]).unwrap().resumed, Some(run("public-ips", "r2")));
    assert_eq!(wanted(&json!({"ResumeRun": null}), &[]).unwrap().resumed, None);
}

#[test]
fn two_names_for_the_run_to_resume_are_refused() {
    for other in [json!("r2"), json!(1)] {
        let error = wanted(&json!({"ResumeRun": other}), &["--resume", "r1"]).unwrap_err();
        assert_eq!(error.exit.code(), 2);
        assert!(error.cause.contains("--resume names r1"), "{}", error.cause);
    }
    // A number by itself is the fanout's to refuse, with all other violations.
    let event = wanted(&json!({"ResumeRun": 1}), &[]).unwrap().event;
    assert_eq!(event["Request"]["ResumeRun"], 1);
}

#[test]
fn the_files_operation_says_which_of_two_runs_of_one_name_it_is() {
    let file = json!({"Operation": "public-ips"});
    assert_eq!(wanted(&file, &["--resume", "r1"]).unwrap().resumed, Some(run("public-ips", "r1")));
    let first = wanted(&json!({}), &["--resume", "r1"]).unwrap();
    assert_eq!(first.resumed, Some(run("internet-routes", "r1")));
}

#[test]
fn a_run_that_was_fetched_goes_on_where_it_belongs() {
    let (folder, _) = folder("arn:aws:lambda:eu-west-1:1:function:worker", &json!({}));
    let said = |run: &str| {
        let args = args(folder.path(), &["--resume", run]);
        Wanted::of(&args, &RunId::parse("new").unwrap()).unwrap_err()
    };
    let first = said("r1");
    assert_eq!(first.exit.code(), 2);
    assert!(first.hint.ends_with("org-operator start --resume-run r1"), "{}", first.hint);
    let second = said("r2").hint;
    assert!(second.ends_with("--resume-run r2 --operation public-ips"), "{second}");
    assert!(!folder.path().join("internet-routes/r1/journal").exists());
}
