//! What the `org-operator` command shows on a terminal: names and cells are people's text, and must
//! not steer it. What goes into a pipe stays as it is.

use org_operator_testkit::TestResult;
use org_operator_tests::command::Shell;
use org_operator_tests::terminal::shown;
use serde_json::json;

/// Clears the screen, where a terminal believes it; in UTF-8, too.
const EVIL: &str = "igw-1\u{1b}[2J\u{9b}2J";

/// A shell with two runs, `r1` without records and `r2` with one of an evil cell.
fn runs() -> TestResult<Shell> {
    let shell = Shell::stranger("http://127.0.0.1:9")?;
    let record = json!({
        "account_id": "111111111111", "account_name": "a", "region": "eu-west-1", "vpc_id": "v",
        "route_table_id": "t", "is_main": "true", "associated_subnets": "", "destination": "::/0",
        "gateway_id": EVIL, "state": "active", "origin": "CreateRoute",
    });
    for (run, records) in [("r1", String::new()), ("r2", format!("{record}\n"))] {
        let folder = shell.path("org-operator-runs/internet-routes").join(run);
        std::fs::create_dir_all(&folder)?;
        let manifest =
            json!([{"AccountId": "111111111111", "AccountName": "a", "Regions": ["eu-west-1"]}]);
        std::fs::write(folder.join("manifest.json"), manifest.to_string())?;
        std::fs::write(folder.join("internet-routes.jsonl"), records)?;
        let coverage = "account_id,account_name,region,status,error,message,records,attempts,\
                        started_at,ended_at\n111111111111,a,eu-west-1,SUCCEEDED,,,1,1,,\n";
        std::fs::write(folder.join("coverage.csv"), coverage)?;
    }
    Ok(shell)
}

#[test]
fn a_cell_does_not_steer_a_terminal_and_stays_as_it_is_in_a_pipe() -> TestResult<()> {
    let shell = runs()?;
    let diff = ["diff", "r1", "r2", "--quiet"];
    let csv = shown(&shell, &diff)?;
    assert!(csv.contains("igw-1\u{fffd}[2J\u{fffd}2J"), "{csv:?}");
    let json = shown(&shell, &[&diff[..], &["--json"]].concat())?;
    assert!(json.contains("2J") && !json.contains(['\u{1b}', '\u{9b}']), "{json:?}");
    assert!(shell.run(&diff)?.stdout.contains(EVIL));
    Ok(())
}

#[test]
fn colours_are_for_terminals_and_not_with_no_color() -> TestResult<()> {
    let mut shell = Shell::stranger("http://127.0.0.1:9")?;
    let wrong = ["diff", "r1", "r2"];
    let coloured = shown(&shell, &wrong)?;
    assert!(coloured.contains("\u{1b}[31m") && coloured.contains("error:"), "{coloured:?}");
    assert!(!shell.run(&wrong)?.stderr.contains('\u{1b}'));
    shell.set("NO_COLOR", "1");
    let plain = shown(&shell, &wrong)?;
    assert!(plain.contains("error:") && !plain.contains('\u{1b}'), "{plain:?}");
    Ok(())
}
