//! What runs of the `org-operator` command leave for SQL, and `org-operator athena-table`.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sim::{Conditions, Shape, World};
use org_operator_testkit::TestResult;
use org_operator_tests::command::Shell;
use org_operator_tests::files::text;
use org_operator_tests::run_files::runs;
use org_operator_tests::simulated::Simulated;
use serde_json::Value;

const REGIONS: &str = "eu-west-1,us-east-1";
const OUT: &str = "org-operator-runs";

/// A simulated AWS where the role of some accounts is missing, so that a run can be resumed.
fn simulated() -> TestResult<Simulated> {
    let shape = Shape { restricted: 0.5, ..Shape::unrestricted(8, &["eu-west-1", "us-east-1"]) };
    Simulated::start(World::new(5, shape), Conditions::with_latency(Duration::ZERO))
}

/// The run's id and its two files for SQL, as its summary names them.
fn written(shell: &Shell) -> TestResult<(String, [PathBuf; 2])> {
    let folder = runs(&shell.path(OUT)).remove(0);
    let summary: Value = serde_json::from_slice(&std::fs::read(folder.join("summary.json"))?)?;
    let named = summary["Artifacts"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let tables = named.filter(|path| path.contains("/tables/")).map(|path| shell.path(path));
    let files = tables.collect::<Vec<_>>().try_into().map_err(|other| format!("{other:?}"))?;
    Ok((summary["RunId"].as_str().unwrap_or_default().to_owned(), files))
}

fn lines(path: &Path) -> TestResult<Vec<Value>> {
    let text = std::fs::read_to_string(path)?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// What tells the lines of a file apart.
fn keys(lines: &[Value], names: &[&str]) -> BTreeSet<Vec<String>> {
    let key = |line: &Value| names.iter().map(|name| line[name].to_string()).collect();
    lines.iter().map(key).collect()
}

#[test]
fn a_run_and_its_resumption_leave_each_row_once_under_the_runs_day() -> TestResult<()> {
    let simulated = simulated()?;
    let shell = simulated.shell()?;
    assert_eq!(shell.run(&["run", "--regions", REGIONS])?.code, Some(3));
    let (run, [records, coverage]) = written(&shell)?;
    let plan = std::fs::read(shell.path(OUT).join(format!("internet-routes/{run}/plan.json")))?;
    let plan: Value = serde_json::from_slice(&plan)?;
    let day = format!("dt={}", &plan["PlannedAt"].as_str().unwrap()[..10]);
    let tables = shell.path(OUT).join("tables");
    assert_eq!(records, tables.join(format!("internet-routes/{day}/{run}.jsonl")));
    assert_eq!(coverage, tables.join(format!("coverage/{day}/internet-routes-{run}.jsonl")));
    let (before, targets) = (lines(&records)?, lines(&coverage)?);
    assert!(!before.is_empty() && before.iter().all(|line| line["run_id"] == run.as_str()));
    assert_eq!(targets.len(), 16);

    let killed = records.with_file_name(format!(".{run}.jsonl.17-00ff00ff.partial"));
    let others = records.with_file_name(".other.jsonl.17-00ff00ff.partial");
    for left in [&killed, &others] {
        std::fs::write(left, "half")?;
    }
    assert_eq!(shell.run(&["run", "--resume", &run])?.code, Some(3));
    assert!(!killed.exists() && others.exists(), "only what the run left is swept");
    assert_eq!(written(&shell)?.1, [records.clone(), coverage.clone()]);
    assert_eq!(lines(&records)?, before);
    let again = lines(&coverage)?;
    let key = ["run_id", "operation", "account_id", "region"];
    assert_eq!((again.len(), keys(&again, &key)), (16, keys(&targets, &key)));
    Ok(())
}

const DEFINITION: &str = r#"
name = "my-volumes"
summary = "it's every volume; all of them"
service = "ec2"
call = "DescribeVolumes"
rows = "Volumes[]"
key = ["volume_id"]
columns = [
  { name = "volume_id", path = "VolumeId", meaning = "the volume'); DROP TABLE x; --" },
  { name = "dt", path = "Size", meaning = """a \\ and
a "line" """ },
]
"#;

#[test]
fn a_table_of_a_file_keeps_hostile_texts_in_its_comments() -> TestResult<()> {
    let mut shell = Shell::stranger("http://127.0.0.1:9")?;
    shell.set("ORG_OPERATOR_BUCKET", "results");
    std::fs::write(shell.path("my.toml"), DEFINITION)?;
    let said = shell.run(&["athena-table", "my.toml", "--prefix", "a/runs"])?;
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let expected = [
        "CREATE EXTERNAL TABLE `org_operator`.`my_volumes` (",
        "  `volume_id` string COMMENT 'the volume’); DROP TABLE x; --',",
        "  `dt_2` string COMMENT 'a / and a \"line\" '",
        "COMMENT 'it’s every volume; all of them'",
        "LOCATION 's3://results/a/tables/my-volumes/'",
    ];
    let lines: Vec<&str> = said.stdout.lines().collect();
    for line in expected {
        assert!(lines.contains(&line), "{line} is not in {lines:#?}");
    }
    Ok(())
}

#[test]
fn the_documented_statement_is_what_the_command_prints() -> TestResult<()> {
    let document = text("docs/sql.md");
    let block = document.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next());
    let shell = Shell::stranger("http://127.0.0.1:9")?;
    let bucket = ["--bucket", "org-operator-resultsbucket-1abc"];
    let said = shell.run(&["athena-table", "default-vpcs", bucket[0], bucket[1]])?;
    assert_eq!(Some(said.stdout.as_str()), block);
    Ok(())
}

#[test]
fn a_hostile_column_a_wrong_name_and_a_wrong_bucket_are_refused() -> TestResult<()> {
    let shell = Shell::stranger("http://127.0.0.1:9")?;
    let hostile = DEFINITION.replace("name = \"dt\"", "name = \"a`; DROP TABLE x\"");
    std::fs::write(shell.path("my.toml"), hostile.replace("my-volumes", "coverage"))?;
    for (given, expected) in [
        (
            ["my.toml", "b"],
            &["columns[1].name", "snake_case", "another name: files of all runs"][..],
        ),
        (["public-ip", "b"], &["neither an operation nor a file", "nearest: `public-ips`"][..]),
        (["public-ips", "b'"], &["--bucket: got \"b'\""][..]),
    ] {
        let said = shell.run(&["athena-table", given[0], "--bucket", given[1]])?;
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{given:?}");
        for words in expected {
            assert!(said.stderr.contains(words), "{words}: {}", said.stderr);
        }
    }
    for named in ["public-ips", "coverage"] {
        let said = shell.run(&["athena-table", named, "--bucket", "b", "--database", "My-DB"])?;
        let table = named.replace('-', "_");
        let begins = format!("CREATE EXTERNAL TABLE `my_db`.`{table}` (\n  `run_id` string");
        assert!(said.stdout.starts_with(&begins), "{}", said.stdout);
    }
    Ok(())
}
