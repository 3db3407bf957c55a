//! The completions of the `org-operator` command, where no AWS is: the scripts, and what they offer.

use org_operator_testkit::TestResult;
use org_operator_tests::command::Shell;

/// Nothing listens on this port of this machine.
const NOBODY: &str = "http://127.0.0.1:9";

/// What the completions offer for the last of `words`, as bash asks for them.
fn offered(shell: &Shell, words: &[&str]) -> TestResult<Vec<String>> {
    let index = (words.len() - 1).to_string();
    let mut command = shell.command(&[&["--"], words].concat())?;
    command.env("ORG_OPERATOR_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", index);
    let said = String::from_utf8(command.output()?.stdout)?;
    Ok(said.lines().map(|line| line.trim().to_owned()).collect())
}

#[test]
fn completions_know_services_calls_operations_and_suites() -> TestResult<()> {
    let shell = Shell::stranger(NOBODY)?;
    let services = offered(&shell, &["org-operator", "ask", "secretsm"])?;
    assert_eq!(services, ["secretsmanager"]);
    let calls = offered(&shell, &["org-operator", "ask", "ec2", "DescribeRouteT"])?;
    assert_eq!(calls, ["DescribeRouteTables"]);
    let operations = offered(&shell, &["org-operator", "run", "--operation", "internet-"])?;
    assert_eq!(operations, ["internet-routes"]);
    let option = offered(&shell, &["org-operator", "run", "--sui"])?;
    assert_eq!(option, ["--suite"]);
    let suites = offered(&shell, &["org-operator", "run", "--suite", ""])?;
    assert_eq!(suites, ["cost", "inventory", "network", "security", "all"]);
    std::fs::write(shell.path("covered.toml"), "")?;
    let tables = offered(&shell, &["org-operator", "athena-table", "cover"])?;
    assert_eq!(tables, ["coverage", "covered.toml"]);
    Ok(())
}

#[test]
fn completions_are_data() -> TestResult<()> {
    let shell = Shell::stranger(NOBODY)?;
    for name in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = shell.run(&["completions", name])?;
        assert!(said.code == Some(0) && said.stdout.contains("org-operator"), "{name}");
    }
    Ok(())
}
