//! What the `org-operator` command says where no AWS is, and its exit codes: a person's scripts rely
//! on both.

use org_operator_operations::catalogue;
use org_operator_testkit::TestResult;
use org_operator_tests::command::Shell;
use org_operator_tests::snapshot::told;

/// Nothing listens on this port of this machine.
const NOBODY: &str = "http://127.0.0.1:9";

fn stranger() -> TestResult<Shell> {
    Shell::stranger(NOBODY)
}

/// A stranger with credentials that nobody asks for.
fn anybody() -> TestResult<Shell> {
    let mut shell = stranger()?;
    shell.set("AWS_ACCESS_KEY_ID", "000000000000");
    shell.set("AWS_SECRET_ACCESS_KEY", "test");
    Ok(shell)
}

#[test]
fn operations_are_listed_and_shown_without_aws() -> TestResult<()> {
    let shell = stranger()?;
    let listed = shell.run(&["operations"])?;
    let operations = catalogue().operations()?;
    for spec in operations.iter().map(|operation| operation.spec()) {
        let row = |line: &str| {
            let words = line.trim_start();
            words.split(' ').next() == Some(&spec.name) && line.ends_with(&spec.summary)
        };
        assert_eq!(listed.stdout.lines().filter(|line| row(line)).count(), 1, "{}", spec.name);
    }
    let indented = listed.stdout.lines().filter(|line| line.starts_with(' '));
    assert_eq!(indented.count(), operations.len());
    insta::assert_snapshot!(told(&shell.run(&["operations", "show", "internet-routes"])?, false), @r#"
    exit 0
    stdout
    | internet-routes: every route to an internet gateway (reads only)
    | Which routes lead to an internet gateway?
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
    | what it does not see:
    |   Routes to NAT, egress-only, transit and carrier gateways.
    | a row as an example:
    |    vpc_id              vpc-1
    |    route_table_id      rtb-1
    |    is_main             false
    |    associated_subnets  subnet-a;subnet-b
    |    destination         0.0.0.0/0
    |    gateway_id          igw-1
    |    state               active
    |    origin              CreateRoute
    stderr
    "#);
    let names: Vec<&str> = catalogue().names().collect();
    let refused = told(&shell.run(&["operations", "show", "internet-route"])?, false);
    insta::assert_snapshot!(refused.replace(&names.join(", "), "NAMES"), @r#"
    exit 2
    stdout
    stderr
    | error: there is no operation `internet-route`
    |   cause: invalid name: Operation: got "internet-route", allowed: NAMES (nearest: `internet-routes`)
    |    hint: `org-operator operations` lists them
    "#);
    let json = shell.run(&["operations", "--json"])?;
    let listed: serde_json::Value = serde_json::from_str(&json.stdout)?;
    assert_eq!(listed[0]["Actions"][0], operations[0].spec().actions[0]);
    assert!(listed.as_array().is_some_and(|listed| listed.len() >= 42));
    Ok(())
}

#[test]
fn a_wrong_command_line_is_exit_2() -> TestResult<()> {
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
    |   cause: there is no name before an equals sign
    |    hint: write NAME=VALUE
    "#);
    insta::assert_snapshot!(told(&shell.run(&["run", "--resume", "nothing"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: run nothing cannot be resumed
    |   cause: org-operator-runs has no run of this name
    |    hint: look into the folder of the runs, and name it by --out where it is another one
    "#);
    insta::assert_snapshot!(told(&shell.run(&["run", "--request", "gone.json"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the request file gone.json cannot be read
    |   cause: No such file or directory (os error 2)
    |    hint: give a file with a JSON object, such as {"Regions": ["eu-west-1"]}
    "#);
    insta::assert_snapshot!(told(&shell.run(&["diff", "one", "two"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the runs cannot be compared
    |   cause: `one` is no run's folder, and org-operator-runs has no such run
    |    hint: give two run ids, or the folders of two runs; --out says where runs are
    "#);
    let mut nowhere = anybody()?;
    nowhere.set("AWS_REGION", "");
    insta::assert_snapshot!(told(&nowhere.run(&["run"])?, false), @r#"
    exit 2
    stdout
    stderr
    | error: the AWS Region to work from is not known
    |   cause: `` is not a Region such as `eu-west-1`, as a string
    |    hint: give --region, set AWS_REGION, or set `region` in the profile
    "#);
    Ok(())
}

#[test]
fn missing_credentials_are_exit_5_and_sso_says_how_to_sign_in() -> TestResult<()> {
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
    // A session that is over, as the AWS CLI leaves it: named by the SHA-1 of `corp`.
    let cache = shell.path(".aws/sso/cache");
    std::fs::create_dir_all(&cache)?;
    let over = r#"{"accessToken": "x", "expiresAt": "2026-01-01T00:00:00Z"}"#;
    std::fs::write(cache.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json"), over)?;
    let said = shell.run(&["run", "--profile", "audit"])?;
    assert!(said.stderr.contains("the SSO token has expired"), "{}", said.stderr);
    assert!(said.stderr.contains("`aws sso login --profile audit`"), "{}", said.stderr);
    Ok(())
}

#[test]
fn an_aws_that_cannot_be_reached_is_exit_6() -> TestResult<()> {
    let said = anybody()?.run(&["run"])?;
    assert_eq!(said.code, Some(6), "{}", said.stderr);
    assert!(said.stderr.contains("check the network"), "{}", said.stderr);
    Ok(())
}

#[test]
fn runs_that_differ_are_exit_1_and_equal_ones_0() -> TestResult<()> {
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
    let written = |run: &str, records: &str, failed: &str| -> TestResult<()> {
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
fn help_is_data() -> TestResult<()> {
    let shell = stranger()?;
    insta::assert_snapshot!(told(&shell.run(&["--help"])?, false), @r#"
    exit 0
    stdout
    | One operation in every account and Region of an AWS organization, and an answer that accounts for
    | every single (account, Region)
    | 
    | Usage: org-operator [OPTIONS] <COMMAND>
    | 
    | Commands:
    |   run           Run an operation in every selected account and Region, from this machine
    |   ask           Ask one read-only AWS call in every selected account and Region
    |   plan          Say what a run would do and take, without doing it
    |   accounts      Show the organization as a tree: units, accounts, who is selected and why others are
    |                 not
    |   operations    List the operations, or show one
    |   start         Start the deployed state machine
    |   status        Say how far a run of the state machine is
    |   approve       Let a run of the state machine that waits for approval go on
    |   reject        End a run of the state machine that waits for approval: nothing is changed
    |   fetch         Copy a deployed run's files to this machine
    |   runs          List the deployed runs with their status
    |   diff          Compare two runs: records added and removed, where both looked
    |   report        Give the page of a run, and open it: a map, failures with remedies, changes, rows
    |   check         Say what this identity may do: list the organization, enter each account, ask there
    |   athena-table  Print the statement that makes an operation's table in Athena
    |   profiles      Write AWS CLI profiles for the accounts
    |   completions   Print completions for a shell
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
