//! What the documents tell a person to type is there: make's targets, and the subcommands and options of
//! `org-operator`.

use std::collections::BTreeSet;

use org_operator_core::ErrorKind;
use org_operator_core::artifact::Artifact;
use org_operator_core::plan::selection::Reason;
use org_operator_testkit::{TestResult, paths};
use org_operator_tests::command::Shell;
use org_operator_tests::files::text;

const DOCUMENTS: [&str; 7] = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/cli.md",
    "docs/deploy.md",
    "docs/runbook.md",
    "docs/security.md",
    "docs/sql.md",
];

/// What follows `command` where it is code: in backticks, and in a block where a line or `$(` begins.
fn typed(command: &str) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    for document in DOCUMENTS {
        let text = text(document);
        for (number, part) in text.split("```").enumerate() {
            let block = ["\n", "\n$ ", "$("];
            let starts = if number % 2 == 1 { &block[..] } else { &["`"][..] };
            for start in starts {
                let start = format!("{start}{command} ");
                let typed = part.split(&start).skip(1).map(until_the_end);
                found.extend(typed.map(|rest| (document, rest.to_owned())));
            }
        }
    }
    found
}

fn until_the_end(rest: &str) -> &str {
    rest.split(['\n', '`', ')', '#', '>', '|', '(']).next().unwrap_or_default()
}

#[test]
fn every_target_that_is_told_is_the_makefiles() {
    let makefile = text("Makefile");
    let typed = typed("make");
    let targets = typed.iter().filter_map(|(document, rest)| {
        let word = rest.split_whitespace().find(|word| !word.starts_with('-'));
        word.map(|word| (document, word.trim_matches([',', ';', '"', '.'])))
    });
    let targets: Vec<_> = targets.collect();
    assert!(targets.iter().any(|(_, target)| *target == "demo-env"), "{targets:?}");
    for (document, target) in targets {
        let is_there = makefile.contains(&format!("\n{target}:")) || target.contains('=');
        assert!(is_there, "{document}: make {target}");
    }
}

#[test]
fn every_option_that_is_told_is_the_commands() -> TestResult<()> {
    let shell = Shell::stranger("http://127.0.0.1:9")?;
    let mut helps = std::collections::BTreeMap::new();
    for (document, rest) in typed("org-operator") {
        let mut words = rest.split_whitespace();
        let Some(name) = words.next().filter(|name| !name.starts_with('-')) else { continue };
        if !helps.contains_key(name) {
            let help = shell.run(&[name, "--help"])?;
            assert_eq!(help.code, Some(0), "{document}: org-operator {rest}");
            helps.insert(name.to_owned(), help.stdout);
        }
        for option in words.filter(|word| word.starts_with("--")) {
            let option = option.split('=').next().unwrap_or_default();
            assert!(helps[name].contains(option), "{document}: org-operator {rest}: {option}");
        }
    }
    assert!(helps.len() >= 10, "{:?}", helps.keys());
    Ok(())
}

#[test]
fn a_shell_can_take_what_demo_env_prints_as_it_is() {
    // What building says would be run as commands.
    let makefile = text("Makefile");
    let recipe = makefile.split("\ndemo-env:").nth(1).unwrap_or_default();
    let lines: Vec<&str> = recipe.lines().skip(1).take_while(|l| l.starts_with('\t')).collect();
    assert_eq!(lines, ["\t@$(MAKE) --no-print-directory build >&2", "\t@$(DEMO) env"]);
    assert!(recipe.lines().next().is_some_and(|head| head.trim_start().starts_with("##")));
}

/// What stands between two markers of a document.
fn between<'a>(document: &'a str, marker: &str) -> Option<&'a str> {
    let (_, rest) = document.split_once(&format!("<!-- {marker} -->\n"))?;
    rest.split_once(&format!("<!-- /{marker} -->")).map(|(part, _)| part)
}

#[test]
fn the_tables_of_artifacts_are_the_list_of_the_code() {
    for document in ["README.md", "docs/contracts.md"] {
        let text = text(document);
        let table = between(&text, "artifacts");
        assert_eq!(table, Some(Artifact::markdown_table().as_str()), "{document}");
    }
}

#[test]
fn remedies_are_the_last_column_of_the_error_kinds() {
    let document = text("docs/error-kinds.md");
    for kind in ErrorKind::ALL {
        let begins = format!("| `{kind}` | ");
        let row = document.lines().find(|line| line.starts_with(&begins)).unwrap_or_default();
        let last = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        assert_eq!(kind.remedy(), last.replace('`', ""), "{kind}");
    }
}

#[test]
fn the_reasons_of_accounts_csv_are_the_codes() {
    let listed: Vec<String> =
        Reason::ALL.iter().map(|reason| format!("- `{}`\n", reason.text())).collect();
    let listed = listed.concat();
    assert_eq!(between(&text("docs/contracts.md"), "reasons"), Some(listed.as_str()));
}

#[test]
fn the_table_of_crates_names_every_crate_and_every_file_exists() -> TestResult<()> {
    let document = text("docs/architecture.md");
    for entry in std::fs::read_dir(paths::file("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let row = format!("`crates/{name}`");
        let rows = document.lines().filter(|line| line.starts_with("| `crates/"));
        assert!(rows.into_iter().any(|line| line.contains(&row)), "no row for {row}");
    }
    let quoted = document.split('`').skip(1).step_by(2);
    let files = quoted.filter(|word| word.contains('/') && !word.contains(['<', ' ']));
    let files: Vec<&str> = files.filter(|word| !word.starts_with("core::")).collect();
    assert!(files.len() > 20, "{files:?}");
    let missing: Vec<&&str> = files.iter().filter(|file| !paths::file(file).exists()).collect();
    assert!(missing.is_empty(), "docs/architecture.md names {missing:?}");
    Ok(())
}
