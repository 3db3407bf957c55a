//! What the `org-operator` command says about the demo organization, and its exit codes.

use std::collections::BTreeMap;

use org_operator_testkit::leftovers::OPEN_COLUMNS;
use org_operator_testkit::{TestResult, truth};
use org_operator_tests::command::{Shell, regions};
use org_operator_tests::deployed::Deployed;
use org_operator_tests::run_files::{artifacts, runs};
use org_operator_tests::snapshot::told;

#[tokio::test]
async fn a_run_says_how_it_ended() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let shell = Shell::person(&deployed).await?;
    let audit = deployed.organization.accounts[0].id.as_str();
    let regions = regions();
    let run = ["run", "--regions", &regions];
    let with = |more: &[&str]| shell.run(&[&run[..], more].concat());
    let mut partial = with(&["--format", "jsonl"])?;
    assert_eq!(std::mem::take(&mut partial.stdout).lines().count(), 25);
    insta::assert_snapshot!(told(&partial, true), @r#"
    exit 3
    stdout
    stderr
    | 31 Regions of the partition not asked: af-south-1, ap-east-1, ap-east-2, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-south-2, ap-southeast-1, ap-southeast-3, ap-southeast-4, ap-southeast-5, ap-southeast-6, ap-southeast-7, ca-central-1, ca-west-1, eu-central-1, eu-central-2, eu-north-1, eu-south-1, eu-south-2, eu-west-2, eu-west-3, il-central-1, me-central-1, me-south-1, mx-central-1, sa-east-1, us-east-2, us-west-1, us-west-2
    | 33 of 33 targets: 29 succeeded, 0 skipped, 4 failed, RATE, in TIME
    | FAILED ACCOUNT (Acquired Company) ap-southeast-2: AssumeRoleDenied: assuming arn:aws:iam::ACCOUNT:role/operation-readonly: AccessDenied: User: is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::ACCOUNT:role/operation-readonly
    | FAILED ACCOUNT (Acquired Company) eu-west-1: AssumeRoleDenied: assuming arn:aws:iam::ACCOUNT:role/operation-readonly: AccessDenied: User: is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::ACCOUNT:role/operation-readonly
    | FAILED ACCOUNT (Acquired Company) us-east-1: AssumeRoleDenied: assuming arn:aws:iam::ACCOUNT:role/operation-readonly: AccessDenied: User: is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::ACCOUNT:role/operation-readonly
    | FAILED ACCOUNT (Région Réglementée) us-east-1: AccessDenied: UnauthorizedOperation: User: arn:aws:sts::ACCOUNT:assumed-role/operation-readonly/SESSION is not authorized to perform: ec2:DescribeRouteTables with an explicit deny in an identity-based policy
    | PARTIAL: 33 targets, 29 succeeded, 0 skipped, 4 failed; 25 records
    | files: org-operator-runs/internet-routes/RUN/
    | hint: retry failed targets with: org-operator run --resume RUN --out org-operator-runs --format jsonl
    | run RUN begins: internet-routes, 33 targets in 11 work items
    "#);
    let complete = with(&["--account", audit, "--format", "json"])?;
    insta::assert_snapshot!(told(&complete, false), @r#"
    exit 0
    stdout
    | [
    | ]
    stderr
    | run RUN begins: internet-routes, 3 targets in 1 work items
    | 3 of 3 targets: 3 succeeded, 0 skipped, 0 failed, RATE, in TIME
    | COMPLETE: 3 targets, 3 succeeded, 0 skipped, 0 failed; 0 records; 0 added and 0 removed since the run before
    | 31 Regions of the partition not asked: af-south-1, ap-east-1, ap-east-2, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-south-2, ap-southeast-1, ap-southeast-3, ap-southeast-4, ap-southeast-5, ap-southeast-6, ap-southeast-7, ca-central-1, ca-west-1, eu-central-1, eu-central-2, eu-north-1, eu-south-1, eu-south-2, eu-west-2, eu-west-3, il-central-1, me-central-1, me-south-1, mx-central-1, sa-east-1, us-east-2, us-west-1, us-west-2
    | files: org-operator-runs/internet-routes/RUN/
    "#);
    insta::assert_snapshot!(told(&with(&["--tag", "team=nobody"])?, false), @r#"
    exit 4
    stdout
    stderr
    | error: the run did not start
    |   cause: the request selects no account; the organization has 1 × the account is not active, 1 × the management account, where the StackSet puts no role, 11 × not tagged as Accounts.Tags asks
    |    hint: `org-operator accounts` with the same options shows each account and why it is out
    "#);
    let wrong = with(&["--regions", "eu-wst-1", "--account", "12", "--ou", "prod"])?;
    insta::assert_snapshot!(told(&wrong, false), @r#"
    exit 2
    stdout
    stderr
    | error: the run did not start
    |   cause: invalid request: Accounts.Include[0]: got "12", allowed: an account id of 12 digits, as a string; Accounts.OrganizationalUnits[0]: got "prod", allowed: an organizational unit's id such as `UNIT`, or a root's such as `UNIT`; Regions[3]: got "eu-wst-1", allowed: a Region of AWS or one named in TARGET_REGIONS (nearest: `eu-west-1`)
    |    hint: correct what is named above; on the command line `Accounts.Include` is --account, `Accounts.OrganizationalUnits` is --ou, `Regions` is --regions
    "#);
    Ok(())
}

#[tokio::test]
async fn an_operation_that_is_a_file_finds_what_was_made_and_nothing_else() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let shell = Shell::person(&deployed).await?;
    let regions = regions();
    let run = ["run", "--operation", "open-security-groups", "--regions", &regions];
    let said = shell.run(&[&run[..], &["--format", "json"]].concat())?;
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    let rows: Vec<BTreeMap<String, String>> = serde_json::from_str(&said.stdout)?;
    let columns = [&["account_id", "region"][..], &OPEN_COLUMNS].concat();
    let cells = |row: &BTreeMap<String, String>| columns.iter().map(|c| row[*c].clone()).collect();
    let mut found: Vec<Vec<String>> = rows.iter().map(cells).collect();
    found.sort();
    assert_eq!(found, truth::open_rules(&deployed.organization));
    Ok(())
}

#[tokio::test]
async fn commands_that_look_speak_about_a_real_organization() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let shell = Shell::person(&deployed).await?;
    let audit = deployed.organization.accounts[0].id.as_str();
    let regions = regions();
    insta::assert_snapshot!(told(&shell.run(&["accounts"])?, false), @r#"
    exit 0
    stdout
    | Root (UNIT)
    | ├─ Infrastructure (UNIT)
    | │  └─ Network (UNIT)
    | │     └─ ACCOUNT Network Hub
    | ├─ Sandbox (UNIT)
    | │  ├─ Experiments (UNIT)
    | │  │  └─ ACCOUNT =HYPERLINK("http://example.com","open me")
    | │  └─ ACCOUNT @shared, "tools"; +more
    | ├─ Security (UNIT)
    | │  ├─ ACCOUNT Audit
    | │  └─ ACCOUNT Log Archive
    | ├─ Suspended (UNIT)
    | │  └─ ACCOUNT Old Shop (closed)  SUSPENDED  not selected: the account is not active
    | ├─ Workloads (UNIT)
    | │  ├─ Production (UNIT)
    | │  │  ├─ ACCOUNT Payments, Production
    | │  │  ├─ ACCOUNT Zürich Datenplattform
    | │  │  ├─ ACCOUNT 東京 分析
    | │  │  └─ ACCOUNT Région Réglementée
    | │  ├─ Staging (UNIT)
    | │  │  └─ ACCOUNT Payments "Staging"
    | │  └─ ACCOUNT Acquired Company
    | └─ ACCOUNT Master Account  not selected: the management account, where the StackSet puts no role
    stderr
    | 11 of 13 accounts selected
    "#);
    insta::assert_snapshot!(told(&shell.run(&["plan", "--regions", &regions])?, false), @r#"
    exit 0
    stdout
    | operation                  internet-routes
    | accounts                   11 of 13
    |   /Infrastructure/Network  1
    |   /Sandbox                 1
    |   /Sandbox/Experiments     1
    |   /Security                2
    |   /Workloads               1
    |   /Workloads/Production    4
    |   /Workloads/Staging       1
    | Regions                    3: ap-southeast-2, eu-west-1, us-east-1
    | targets                    33 in 11 work items
    | API calls                  about 45
    | from this machine          about 0.5 s, $0.00, 64 targets at once
    | deployed                   about 1.8 s, $0.00, MaxConcurrency 50
    |   state transitions        $0.0007
    |   Lambda time              $0.0001
    |   Lambda requests          $0.0000
    |   ledger                   $0.0000
    |   artifacts                $0.0001
    | binds first                Step Functions starts 100 children a second (100 work items a second)
    | recommended                MaxConcurrency 11: every work item at once stays below every quota
    stderr
    "#);
    insta::assert_snapshot!(told(&shell.run(&["check"])?, true), @r#"
    exit 3
    stdout
    | ACCOUNT  =HYPERLINK("http://example.com","open me")  eu-west-1  allowed
    | ACCOUNT  @shared, "tools"; +more                     eu-west-1  allowed
    | ACCOUNT  Acquired Company                            eu-west-1  AssumeRoleDenied  assuming arn:aws:iam::ACCOUNT:role/operation-readonly: AccessDenied: User: is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::ACCOUNT:role/operation-readonly; deploy member-roles.yaml there, and compare --role-name, --external-id and the role's trust policy with this identity
    | ACCOUNT  Audit                                       eu-west-1  allowed
    | ACCOUNT  Log Archive                                 eu-west-1  allowed
    | ACCOUNT  Network Hub                                 eu-west-1  allowed
    | ACCOUNT  Payments "Staging"                          eu-west-1  allowed
    | ACCOUNT  Payments, Production                        eu-west-1  allowed
    | ACCOUNT  Région Réglementée                          eu-west-1  allowed
    | ACCOUNT  Zürich Datenplattform                       eu-west-1  allowed
    | ACCOUNT  東京 分析                                   eu-west-1  allowed
    stderr
    | 10 of 11 accounts can be asked
    | the organization can be listed
    "#);
    let profiles = ["profiles", "--config-file", "config"];
    let profiles = [&profiles[..], &["--account", audit, "--source-profile"]].concat();
    let mine = shell.run(&[&profiles[..], &["audit"]].concat())?;
    assert_eq!(mine.code, Some(2), "{}", mine.stderr);
    insta::assert_snapshot!(told(&shell.run(&[&profiles[..], &["people"]].concat())?, false), @r#"
    exit 0
    stdout
    | # BEGIN org-operator profiles (written by `org-operator profiles`)
    | [profile audit]
    | role_arn = arn:aws:iam::ACCOUNT:role/operation-readonly
    | source_profile = people
    | external_id = demo-external-id-3f7c
    | region = eu-west-1
    | # END org-operator profiles
    stderr
    | a preview; --write puts 1 profiles into config
    "#);
    Ok(())
}

#[tokio::test]
async fn a_deployed_run_is_started_followed_fetched_and_the_same() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let mut shell = Shell::person(&deployed).await?;
    shell.set("ORG_OPERATOR_STATE_MACHINE_ARN", &deployed.pipeline.state_machine);
    shell.set("ORG_OPERATOR_BUCKET", &deployed.pipeline.bucket);
    let started = shell.run(&["start", "--name", "by-hand", "--follow", "--quiet"])?;
    insta::assert_snapshot!(told(&started, false), @r#"
    exit 3
    stdout
    | by-hand
    | run by-hand is PARTIAL: 33 targets, 29 succeeded, 0 skipped, 4 failed; 25 records
    stderr
    "#);
    insta::assert_snapshot!(told(&shell.run(&["status", "by-hand"])?, false), @r#"
    exit 3
    stdout
    | run by-hand is PARTIAL: 33 targets, 29 succeeded, 0 skipped, 4 failed; 25 records
    stderr
    "#);
    let fetched = shell.run(&["fetch", "by-hand", "--out", "fetched"])?;
    insta::assert_snapshot!(told(&fetched, false), @r#"
    exit 3
    stdout
    | fetched/internet-routes/by-hand/accounts.csv
    | fetched/internet-routes/by-hand/changes.csv
    | fetched/internet-routes/by-hand/coverage.csv
    | fetched/internet-routes/by-hand/internet-routes.csv
    | fetched/internet-routes/by-hand/internet-routes.jsonl
    | fetched/internet-routes/by-hand/manifest.json
    | fetched/internet-routes/by-hand/plan.json
    | fetched/internet-routes/by-hand/report.html
    | fetched/internet-routes/by-hand/summary.json
    stderr
    | 9 files; the run is PARTIAL
    "#);
    // It goes on where its ledger is, and what was fetched stays as it is.
    let folder = shell.path("fetched/internet-routes/by-hand");
    let before = artifacts(&folder)?;
    insta::assert_snapshot!(told(&shell.run(&["run", "--resume", "by-hand", "--out", "fetched"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: run by-hand cannot be resumed
    |   cause: it was fetched; it belongs to a deployment
    |    hint: go on with it there: org-operator start --resume-run by-hand
    "#);
    assert_eq!(artifacts(&folder)?, before);
    assert!(!folder.join("journal").exists());
    let listed: serde_json::Value = serde_json::from_str(&shell.run(&["runs", "--json"])?.stdout)?;
    assert_eq!((&listed[0]["RunId"], &listed[0]["Failed"]), (&"by-hand".into(), &4.into()));
    // The run from this machine and the deployed one saw the same.
    assert_eq!(shell.run(&["run", "--regions", &regions(), "--quiet"])?.code, Some(3));
    let own = runs(&shell.path("org-operator-runs"));
    let (own, there) = (own[0].display().to_string(), "fetched/internet-routes/by-hand");
    assert_eq!(shell.run(&["diff", &own, there])?.code, Some(0));
    Ok(())
}
