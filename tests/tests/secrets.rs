//! No credential leaves the process: not in a line of log, however much is logged, not in the ledger,
//! not in an artifact. And only the report is of a kind that a program would run.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sim::{Conditions, EXTERNAL_ID, Endpoint, Shape, Simulation, World};
use org_operator_testkit::TestResult;
use org_operator_tests::command::Shell;

/// The operation account's own, and those of the simulation's sessions.
const SECRETS: [&str; 4] =
    ["own-secret-5d1e", "own-token-77aa", "secret-of-session-", "/ec2:DescribeRouteTables\""];

/// Every file below `folder`, with its bytes.
fn files(folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) -> TestResult<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path)?);
        }
    }
    Ok(())
}

fn shell(endpoint: &Endpoint) -> TestResult<Shell> {
    let mut shell = Shell::stranger(&endpoint.url())?;
    let key = format!("AKIA{}", endpoint.simulation.world.management());
    shell.set("AWS_ACCESS_KEY_ID", &key);
    shell.set("AWS_SECRET_ACCESS_KEY", SECRETS[0]);
    shell.set("AWS_SESSION_TOKEN", SECRETS[1]);
    shell.set("ORG_OPERATOR_EXTERNAL_ID", EXTERNAL_ID);
    Ok(shell)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_stands_in_a_log_a_journal_or_an_artifact() -> TestResult<()> {
    let world = World::new(
        5,
        Shape { restricted: 0.2, ..Shape::unrestricted(6, &["eu-west-1", "us-east-1"]) },
    );
    let simulation = Simulation::new(world, Conditions::with_latency(Duration::ZERO));
    let endpoint = Endpoint::listen(Arc::new(simulation)).await?;
    for level in ["info", "debug", "trace"] {
        let mut shell = shell(&endpoint)?;
        shell.set("RUST_LOG", level);
        let said = shell.run(&["run", "--regions", "eu-west-1,us-east-1", "--out", "runs"])?;
        assert!(matches!(said.code, Some(0 | 3)), "{level}: {}", said.stderr);
        // What the SDK itself logs is in it, or the test would prove nothing.
        let wordy = said.stderr.len() > 50_000 && said.stderr.contains("aws_smithy");
        assert!(level != "trace" || wordy, "{} bytes", said.stderr.len());
        let mut found = BTreeMap::new();
        files(&shell.path("runs"), &mut found)?;
        assert!(found.len() > 10, "{:?}", found.keys());
        let kinds = ["csv", "json", "jsonl", "lock", "/report.html"];
        let named = |name: &String| kinds.iter().any(|kind| name.ends_with(kind));
        assert!(found.keys().all(named), "{:?}", found.keys());
        found.insert("stdout".to_owned(), said.stdout.into_bytes());
        found.insert("stderr".to_owned(), said.stderr.into_bytes());
        for (name, bytes) in &found {
            let text = String::from_utf8_lossy(bytes);
            for secret in SECRETS {
                let at = text.find(secret);
                let line = at.map(|at| text[..at].rsplit('\n').next().unwrap_or_default());
                assert_eq!(line, None, "RUST_LOG={level}: {secret} stands in {name}");
            }
        }
    }
    Ok(())
}
