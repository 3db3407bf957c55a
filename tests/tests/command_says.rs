//! What the `org-operator` command says, and its exit codes: a person's scripts rely on both.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use org_operator_testkit::Outcome;
use org_operator_tests::command::{Said, Shell, regions, runs};
use org_operator_tests::deployed::Deployed;
use rustix::process::{Pid, Signal, kill_process};

/// Nothing listens on this port of this machine.
const NOBODY: &str = "http://127.0.0.1:9";

/// All of it, with what differs from run to run masked. Accounts have other ids each time, so lines
/// about them come in another order: `sorted` puts them in one.
fn told(said: &Said, sorted: bool) -> String {
    let code = said.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(masked).collect();
        if sorted {
            lines.sort();
        }
        lines.iter().flat_map(|line| ["| ", line, "\n"]).collect::<String>()
    };
    format!("exit {code}\nstdout\n{}stderr\n{}", lines(&said.stdout), lines(&said.stderr))
}

/// Ids, times and rates replaced by words.
fn masked(line: &str) -> String {
    let word = |word: &str| {
        let inner = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let digits = inner.bytes().filter(u8::is_ascii_digit).count();
        let masked = match inner {
            _ if inner.len() == 12 && digits == 12 => "ACCOUNT",
            _ if inner.len() == 23 && inner.as_bytes()[15] == b'Z' => "RUN",
            _ if inner.starts_with("org-operator-2") => "SESSION",
            _ if inner.starts_with("ou-") || inner.starts_with("r-") => "UNIT",
            _ if inner.ends_with("/s") && digits > 0 => "RATE",
            _ => return word.to_owned(),
        };
        word.replace(inner, masked)
    };
    let pieces = line.split_inclusive([' ', '/', ':']);
    let joined: String = pieces
        .flat_map(|piece| {
            let end = piece.trim_end_matches([' ', '/', ':']).len();
            [word(&piece[..end]), piece[end..].to_owned()]
        })
        .collect();
    timeless(&joined)
}

/// `…, in 0.1 s` without the time, `298/s` without the rate.
fn timeless(line: &str) -> String {
    let before = |text: &str, mark: &str| text.split(mark).next().unwrap_or_default().to_owned();
    if line.contains(" targets: ") && line.contains(", in ") {
        let counts = before(line, ", in ");
        let cut = counts.rfind(", ").unwrap_or(counts.len());
        return format!("{}, RATE, in TIME", &counts[..cut]);
    }
    line.to_owned()
}

fn stranger() -> Outcome<Shell> {
    Shell::stranger(NOBODY)
}

/// A stranger with credentials that nobody asks for.
fn anybody() -> Outcome<Shell> {
    let mut shell = stranger()?;
    shell.set("AWS_ACCESS_KEY_ID", "000000000000");
    shell.set("AWS_SECRET_ACCESS_KEY", "test");
    Ok(shell)
}

#[test]
fn operations_are_listed_and_shown_without_aws() -> Outcome<()> {
    let shell = stranger()?;
    insta::assert_snapshot!(told(&shell.run(&["operations"])?, false), @r#"
    exit 0
    stdout
    | internet-routes  reads only  every route to an internet gateway
    | public-ips       reads only  every public IPv4 address, attached or not
    stderr
    "#);
    insta::assert_snapshot!(told(&shell.run(&["operations", "show", "internet-routes"])?, false), @r#"
    exit 0
    stdout
    | internet-routes: every route to an internet gateway (reads only)
    | 
    | columns, after account_id, account_name and region:
    |    vpc_id                   the VPC of the route table
    |    route_table_id      key  the route table
    |    is_main                  true where it is the VPC's main route table
    |    associated_subnets       subnets explicitly associated with it, sorted, joined by ;
    |    destination         key  IPv4 CIDR, IPv6 CIDR or prefix list
    |    gateway_id               the internet gateway
    |    state                    active, blackhole or filtered
    |    origin                   how the route came to be, as EC2 names it
    | 
    | parameters: none
    | IAM actions: ec2:DescribeRouteTables
    stderr
    "#);
    insta::assert_snapshot!(told(&shell.run(&["operations", "show", "internet-route"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: there is no operation `internet-route`
    |   why: invalid name: Operation: got "internet-route", allowed: internet-routes, public-ips (nearest: `internet-routes`)
    |    do: `org-operator operations` lists them
    "#);
    let json = shell.run(&["operations", "--json"])?;
    let listed: serde_json::Value = serde_json::from_str(&json.stdout)?;
    assert_eq!(listed[0]["Actions"][0], "ec2:DescribeRouteTables");
    Ok(())
}

#[test]
fn a_wrong_command_line_is_exit_2() -> Outcome<()> {
    let shell = anybody()?;
    insta::assert_snapshot!(told(&shell.run(&["run", "--concurency", "3"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: unexpected argument '--concurency' found
    | 
    |   tip: a similar argument exists: '--concurrency'
    | 
    | Usage: org-operator run --concurrency <N>
    | 
    | For more information, try '--help'.
    "#);
    insta::assert_snapshot!(told(&shell.run(&["run", "--tag", "stage"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: --tag stage is not understood
    |   why: there is no name before an equals sign
    |    do: write NAME=VALUE
    "#);
    insta::assert_snapshot!(told(&shell.run(&["run", "--resume", "nothing"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: run nothing cannot be resumed
    |   why: org-operator-runs has no run of this name
    |    do: look into the folder of the runs, and name it by --out where it is another one
    "#);
    insta::assert_snapshot!(told(&shell.run(&["run", "--request", "gone.json"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the request file gone.json cannot be read
    |   why: No such file or directory (os error 2)
    |    do: give a file with a JSON object, such as {"Regions": ["eu-west-1"]}
    "#);
    insta::assert_snapshot!(told(&shell.run(&["diff", "one", "two"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the runs cannot be compared
    |   why: `one` is no run's folder, and org-operator-runs has no such run
    |    do: give two run ids, or the folders of two runs; --out says where runs are
    "#);
    let mut nowhere = anybody()?;
    nowhere.set("AWS_REGION", "");
    insta::assert_snapshot!(told(&nowhere.run(&["run"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the AWS Region to work from is not known
    |   why: `` is not a Region such as `eu-west-1`, as a string
    |    do: give --region, set AWS_REGION, or set `region` in the profile
    "#);
    Ok(())
}

#[test]
fn missing_credentials_are_exit_5_and_sso_says_how_to_sign_in() -> Outcome<()> {
    let mut shell = stranger()?;
    let none = shell.run(&["run"])?;
    assert_eq!(none.code, Some(5), "{}", none.stderr);
    assert!(none.stderr.contains("there are no usable AWS credentials"), "{}", none.stderr);
    let config = "[profile audit]\nsso_session = corp\nsso_account_id = 111111111111\n\
                  sso_role_name = ReadOnly\n[sso-session corp]\nsso_region = eu-west-1\n\
                  sso_start_url = https://example.awsapps.com/start\n";
    std::fs::write(shell.path("config"), config)?;
    let path = shell.path("config").display().to_string();
    shell.set("AWS_CONFIG_FILE", &path);
    let said = shell.run(&["run", "--profile", "audit"])?;
    assert_eq!(said.code, Some(5), "{}", said.stderr);
    assert!(said.stderr.contains("`aws sso login --profile audit`"), "{}", said.stderr);
    Ok(())
}

#[test]
fn an_aws_that_cannot_be_reached_is_exit_6() -> Outcome<()> {
    let said = anybody()?.run(&["run"])?;
    assert_eq!(said.code, Some(6), "{}", said.stderr);
    assert!(said.stderr.contains("check the network"), "{}", said.stderr);
    Ok(())
}

#[test]
fn runs_that_differ_are_exit_1_and_equal_ones_0() -> Outcome<()> {
    let shell = stranger()?;
    let columns = ["vpc_id", "route_table_id", "is_main", "associated_subnets", "destination"];
    let record = |region: &str, table: &str| {
        let mut record = serde_json::json!({
            "account_id": "111111111111", "account_name": "a", "region": region,
            "gateway_id": "igw-1", "state": "active", "origin": "CreateRoute",
        });
        for column in columns {
            record[column] = "x".into();
        }
        record["route_table_id"] = table.into();
        format!("{record}\n")
    };
    let written = |run: &str, records: &str, failed: &str| -> Outcome<()> {
        let folder = shell.path("org-operator-runs/internet-routes").join(run);
        std::fs::create_dir_all(&folder)?;
        let manifest = r#"[{"AccountId":"111111111111","AccountName":"a","Regions":["eu-west-1","us-east-1"]}]"#;
        std::fs::write(folder.join("manifest.json"), manifest)?;
        std::fs::write(folder.join("internet-routes.jsonl"), records)?;
        let status = |region| if region == failed { "FAILED" } else { "SUCCEEDED" };
        let row = |region| format!("111111111111,a,{region},{},,,1,1,,\n", status(region));
        let header = "account_id,account_name,region,status,error,message,records,attempts,started_at,ended_at\n";
        let rows = format!("{header}{}{}", row("eu-west-1"), row("us-east-1"));
        Ok(std::fs::write(folder.join("coverage.csv"), rows)?)
    };
    let both = record("eu-west-1", "rtb-1") + &record("us-east-1", "rtb-2");
    written("r1", &both, "")?;
    written("r2", &(record("eu-west-1", "rtb-3") + &record("us-east-1", "rtb-2")), "")?;
    // Its us-east-1 failed: that the record is gone there says nothing.
    written("r3", &record("eu-west-1", "rtb-1"), "us-east-1")?;
    insta::assert_snapshot!(told(&shell.run(&["diff", "r1", "r2"])?, false), @r#"
    exit 1
    stdout
    | change,account_id,account_name,region,vpc_id,route_table_id,is_main,associated_subnets,destination,gateway_id,state,origin
    | removed,111111111111,a,eu-west-1,x,rtb-1,x,x,x,igw-1,active,CreateRoute
    | added,111111111111,a,eu-west-1,x,rtb-3,x,x,x,igw-1,active,CreateRoute
    stderr
    | 1 added, 1 removed from r1 to r2
    "#);
    insta::assert_snapshot!(told(&shell.run(&["diff", "r1", "r3"])?, false), @r#"
    exit 0
    stdout
    | change,account_id,account_name,region,vpc_id,route_table_id,is_main,associated_subnets,destination,gateway_id,state,origin
    stderr
    | 0 added, 0 removed from r1 to r3
    "#);
    let json =
        shell.run(&["diff", "--quiet", "--json", "org-operator-runs/internet-routes/r1", "r2"])?;
    assert_eq!((json.code, json.stdout.lines().count(), json.stderr.as_str()), (Some(1), 2, ""));
    Ok(())
}

#[test]
fn completions_and_help_are_data() -> Outcome<()> {
    let shell = stranger()?;
    for name in ["bash", "zsh", "fish"] {
        let said = shell.run(&["completions", name])?;
        assert!(said.code == Some(0) && said.stdout.contains("org-operator"), "{name}");
    }
    insta::assert_snapshot!(told(&shell.run(&["--help"])?, false), @r#"
    exit 0
    stdout
    | One operation in every account and Region of an AWS organization, and an answer that accounts for
    | every single (account, Region)
    | 
    | Usage: org-operator [OPTIONS] <COMMAND>
    | 
    | Commands:
    |   run          Run an operation in every selected account and Region, from this machine
    |   plan         Say what a run would do and take, without doing it
    |   accounts     Show the organization as a tree: units, accounts, who is selected and why others are
    |                not
    |   operations   List the operations, or show one
    |   start        Start the deployed state machine
    |   status       Say how far a run of the state machine is
    |   fetch        Copy a deployed run's files to this machine
    |   runs         List the deployed runs with their status
    |   diff         Compare two runs: records added and removed, where both looked
    |   check        Say what this identity may do: list the organization, enter each account, ask there
    |   profiles     Write AWS CLI profiles for the accounts
    |   completions  Print completions for a shell
    | 
    | Options:
    |       --profile <NAME>   AWS profile, SSO ones too [default: as everywhere in AWS]
    |       --region <REGION>  AWS Region to work from: the one of STS, not those that a run covers
    |   -q, --quiet            Print data and errors only
    |   -h, --help             Print help
    |   -V, --version          Print version
    | 
    | Examples:
    |   org-operator run --profile audit                      every internet route of the organization
    |   org-operator run --ou UNIT --regions enabled
    |   org-operator run --resume RUN     go on with a run that was stopped
    | 
    | Exit codes: 0 complete, 1 differences (diff), 2 usage, 3 partial, 4 nothing selected, 5 access,
    | 6 AWS unreachable or throttled out, 7 anything else, 130 stopped by Ctrl-C.
    stderr
    "#);
    Ok(())
}

#[tokio::test]
async fn a_run_says_how_it_ended() -> Outcome<()> {
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
    | 33 of 33 targets: 29 succeeded, 0 skipped, 4 failed, RATE, in TIME
    | FAILED ACCOUNT (Acquired Company) ap-southeast-2: AssumeRoleDenied: assuming arn:aws:iam::ACCOUNT:role/operation-readonly: AccessDenied: User: is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::ACCOUNT:role/operation-readonly
    | FAILED ACCOUNT (Acquired Company) eu-west-1: AssumeRoleDenied: assuming arn:aws:iam::ACCOUNT:role/operation-readonly: AccessDenied: User: is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::ACCOUNT:role/operation-readonly
    | FAILED ACCOUNT (Acquired Company) us-east-1: AssumeRoleDenied: assuming arn:aws:iam::ACCOUNT:role/operation-readonly: AccessDenied: User: is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::ACCOUNT:role/operation-readonly
    | FAILED ACCOUNT (Région Réglementée) us-east-1: AccessDenied: UnauthorizedOperation: User: arn:aws:sts::ACCOUNT:assumed-role/operation-readonly/SESSION is not authorized to perform: ec2:DescribeRouteTables with an explicit deny in an identity-based policy
    | PARTIAL: 33 targets, 29 succeeded, 0 skipped, 4 failed; 25 records
    | files: org-operator-runs/internet-routes/RUN/
    | run RUN begins: internet-routes, 33 targets in 11 work items
    | what FAILED is tried again by: org-operator run --resume RUN --out org-operator-runs
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
    | files: org-operator-runs/internet-routes/RUN/
    "#);
    insta::assert_snapshot!(told(&with(&["--tag", "team=nobody"])?, false), @r#"
    exit 4
    stdout
    stderr
    | error: the run did not start
    |   why: the request selects no account; the organization has 1 × the account is not active, 1 × the management account, where the StackSet puts no role, 11 × not tagged as Accounts.Tags asks
    |    do: `org-operator accounts` with the same options shows each account and why it is out
    "#);
    let wrong = with(&["--regions", "eu-wst-1", "--account", "12", "--ou", "prod"])?;
    insta::assert_snapshot!(told(&wrong, false), @r#"
    exit 2
    stdout
    stderr
    | error: the run did not start
    |   why: invalid request: Accounts.Include[0]: got "12", allowed: an account id of 12 digits, as a string; Accounts.OrganizationalUnits[0]: got "prod", allowed: an organizational unit's id such as `UNIT`, or a root's such as `UNIT`; Regions[3]: got "eu-wst-1", allowed: a Region of AWS or one named in TARGET_REGIONS (nearest: `eu-west-1`)
    |    do: correct what is named above; on the command line `Accounts.Include` is --account, `Accounts.OrganizationalUnits` is --ou, `Regions` is --regions
    "#);
    Ok(())
}

#[tokio::test]
async fn commands_that_look_speak_about_a_real_organization() -> Outcome<()> {
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
async fn a_deployed_run_is_started_followed_fetched_and_the_same() -> Outcome<()> {
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
    | fetched/internet-routes/by-hand/summary.json
    stderr
    | 8 files; the run is PARTIAL
    "#);
    let listed: serde_json::Value = serde_json::from_str(&shell.run(&["runs", "--json"])?.stdout)?;
    assert_eq!((&listed[0]["RunId"], &listed[0]["Failed"]), (&"by-hand".into(), &4.into()));
    // The run from this machine and the deployed one saw the same.
    assert_eq!(shell.run(&["run", "--regions", &regions(), "--quiet"])?.code, Some(3));
    let own = runs(&shell.path("org-operator-runs"));
    let (own, there) = (own[0].display().to_string(), "fetched/internet-routes/by-hand");
    assert_eq!(shell.run(&["diff", &own, there])?.code, Some(0));
    Ok(())
}

#[tokio::test]
async fn a_stopped_run_says_how_to_go_on_and_is_nobody_elses_meanwhile() -> Outcome<()> {
    let deployed = Deployed::new().await?;
    let shell = Shell::person(&deployed).await?;
    let arguments = ["run", "--regions", &regions(), "--concurrency", "1"];
    let mut command = shell.command(&arguments)?;
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut stderr = BufReader::new(child.stderr.take().ok_or("no stderr")?);
    let mut begins = String::new();
    stderr.read_line(&mut begins)?;
    let run = begins.split_whitespace().nth(1).ok_or("no run")?.to_owned();
    let resume = ["run", "--resume", &run, "--quiet"];
    // While that process lives the run is its own.
    let second = shell.run(&resume)?;
    let pid = i32::try_from(child.id())?;
    kill_process(Pid::from_raw(pid).ok_or("no pid")?, Signal::INT)?;
    let status = child.wait()?;
    let mut rest = String::new();
    stderr.read_to_string(&mut rest)?;
    if status.code() == Some(130) {
        assert!(rest.contains(&format!("go on with: org-operator run --resume {run}")), "{rest}");
        assert_eq!(second.code, Some(2), "{}", second.stderr);
        assert!(second.stderr.contains("another process is working on it"), "{}", second.stderr);
    }
    assert_eq!(shell.run(&resume)?.code, Some(3), "{rest}");
    Ok(())
}
