//! The forms in which `org-operator run` prints its records: the same records in each.

use aws_sim::{Conditions, oracle};
use org_operator_testkit::TestResult;
use org_operator_tests::command::{Shell, calm};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn every_form_has_every_record() -> TestResult<()> {
    let endpoint = calm(1, &["eu-west-1", "us-east-1"], Conditions::default()).await?;
    let world = &endpoint.simulation.world;
    let rows = oracle::internet_route_count(world);
    assert!(rows > 3 && world.accounts[0].name.is_ascii(), "this organization tests nothing");
    let shell = Shell::simulated(&endpoint)?;
    let printed = |format: &str| -> TestResult<String> {
        let said = shell.run(&["run", "--regions", "eu-west-1,us-east-1", "--format", format])?;
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        Ok(said.stdout)
    };
    let csv = printed("csv")?;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers()?.clone();
    let cells = reader.records().collect::<Result<Vec<_>, _>>()?;
    let json: Vec<Value> = serde_json::from_str(&printed("json")?)?;
    let lines = printed("jsonl")?;
    let jsonl = lines.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    assert_eq!((cells.len(), json.len()), (rows, rows));
    assert_eq!(json, jsonl);
    let table = printed("table")?;
    let mut lines = table.lines();
    let first = lines.next().ok_or("no header")?;
    assert_eq!(first.split("  ").filter(|word| !word.is_empty()).count(), header.len(), "{first}");
    let begins = header.iter().map(|name| first.find(name).ok_or(format!("no {name}")));
    let begins = begins.collect::<Result<Vec<usize>, String>>()?;
    let lines: Vec<&str> = lines.collect();
    assert_eq!(lines.len(), rows, "{table}");
    for (line, record) in lines.into_iter().zip(&cells) {
        assert_eq!(line, line.trim_end());
        for (at, cell) in begins.iter().zip(record) {
            // A long cell is cut, and what would steer a terminal is not shown.
            let harmless = |c: char| match c {
                c if c.is_whitespace() => ' ',
                c if c.is_control() => '\u{fffd}',
                c => c,
            };
            let shown: String = cell.chars().take(39).map(harmless).collect();
            let found: String = line.chars().skip(*at).collect();
            assert!(found.starts_with(&shown), "{shown}\n{first}\n{line}");
        }
    }
    Ok(())
}
