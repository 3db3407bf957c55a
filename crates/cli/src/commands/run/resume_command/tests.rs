//! The command that goes on with a run does so when it is pasted.

use std::collections::BTreeMap;

use super::*;
use clap::Parser;
use org_operator_core::RunId;
use org_operator_core::contract::plan::ManifestLocation;

use crate::command_line::{Cli, Command};

fn parsed(typed: &[&str]) -> (AwsArgs, RunArgs) {
    let cli = Cli::try_parse_from([&["org-operator"], typed].concat()).unwrap();
    match cli.command {
        Command::Run(command) => (cli.aws, command.run),
        _ => panic!("not a run"),
    }
}

fn printed(typed: &[&str]) -> String {
    let (aws, args) = parsed(typed);
    let plan = RunPlan {
        run_id: RunId::parse("r1").unwrap(),
        operation: "public-ips".to_owned(),
        operations: Vec::new(),
        definition: None,
        parameters: serde_json::Map::new(),
        apply: false,
        approval: false,
        manifest: ManifestLocation { bucket: String::new(), key: String::new() },
        work_items: 1,
        targets: 1,
        max_concurrency: 1,
        worker_function: String::new(),
        expires_at: 0,
        changes: BTreeMap::new(),
        planned_at: None,
        home_region: None,
    };
    command(&aws, &args, &plan)
}

#[test]
fn what_was_given_is_given_again_and_what_is_the_default_is_not() {
    let nothing = "org-operator run --resume r1 --out org-operator-runs";
    assert_eq!(printed(&["run", "--operation", "public-ips", "--ou", "ou-1"]), nothing);
    let access = ["--profile", "audit", "run", "--region", "eu-west-1", "--role-name", "reader"];
    let typed = [&access[..], &["--concurrency", "8", "--external-id", "secret"]].concat();
    let expected = "org-operator run --profile audit --region eu-west-1 --resume r1 \
                    --out org-operator-runs --role-name reader --concurrency 8";
    assert_eq!(printed(&typed), expected);
    let known = ["run", "--exceptions", "known failures.toml"];
    assert!(printed(&known).ends_with(" --exceptions 'known failures.toml'"));
    assert!(printed(&["run", "--format", "jsonl"]).ends_with(" --format jsonl"));
}

#[test]
fn of_two_runs_of_one_name_the_right_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = format!("--out={}", folder.path().display());
    std::fs::create_dir_all(folder.path().join("public-ips/r1")).unwrap();
    assert!(!printed(&["run", &out]).contains("--operation"));
    std::fs::create_dir_all(folder.path().join("internet-routes/r1")).unwrap();
    assert!(printed(&["run", &out]).contains("--resume r1 --operation public-ips --out"));
}

#[test]
fn an_external_id_is_asked_for_again_and_never_printed() {
    let with = |typed: &[&str]| beside(&parsed(typed).1);
    assert_eq!(with(&["run", "--external-id", "secret"]), " (give --external-id again, too)");
    assert_eq!(with(&["run", "--external-id", ""]), "");
    assert!(!printed(&["run", "--external-id", "secret"]).contains("secret"));
}

#[test]
fn a_value_is_one_word_to_a_shell_and_no_option() {
    for text in ["my runs", "it's", "$HOME", "~/runs", "a;b", "ä", "-x", "plain/p_1", "'"] {
        let typed = format!("--out={text}");
        let line = printed(&["run", &typed]);
        let script = format!("printf '%s\\n' {line}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        let words = String::from_utf8(output.stdout).unwrap();
        let words: Vec<&str> = words.lines().collect();
        let (_, args) = parsed(&words[1..]);
        assert_eq!(args.out, std::path::Path::new(text), "{line}");
    }
}
