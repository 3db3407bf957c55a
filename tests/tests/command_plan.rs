//! What `org-operator plan` reckons for an organization, for people and for programs. The organization
//! is simulated, so that it is the same each time.

use aws_sim::{Conditions, Shape, World};
use org_operator_testkit::TestResult;
use org_operator_tests::command::Shell;
use org_operator_tests::simulated::Simulated;
use org_operator_tests::snapshot::told;
use serde_json::Value;

fn simulated(accounts: usize) -> TestResult<Simulated> {
    let shape = Shape::unrestricted(accounts, &["eu-west-1", "us-east-1"]);
    Simulated::start(World::new(7, shape), Conditions::default())
}

#[test]
fn plan_gives_programs_what_it_tells_people() -> TestResult<()> {
    let simulated = simulated(3)?;
    let plan = ["plan", "--json", "--regions", "eu-west-1,us-east-1"];
    let said = simulated.shell()?.run(&plan)?;
    insta::assert_snapshot!(told(&said, false), @r#"
    exit 0
    stdout
    | {
    |   "AccountColumns": {},
    |   "Operation": "internet-routes",
    |   "AccountsListed": 4,
    |   "Accounts": 3,
    |   "Units": {
    |     "/Unit 0": 3
    |   },
    |   "Regions": [
    |     "eu-west-1",
    |     "us-east-1"
    |   ],
    |   "Targets": 6,
    |   "WorkItems": 3,
    |   "ApiCalls": 10,
    |   "Local": {
    |     "Seconds": 0.5012,
    |     "Dollars": 0.0,
    |     "SecondsByPart": {
    |       "listing the accounts": 0.25,
    |       "asking": 0.25,
    |       "writing the files": 0.0012
    |     },
    |     "DollarsByPart": {
    |       "API calls": 0.0
    |     }
    |   },
    |   "Deployed": {
    |     "Seconds": 1.5762,
    |     "Dollars": 0.00042759340002000007,
    |     "SecondsByPart": {
    |       "listing the accounts": 0.25,
    |       "the workers": 1.325,
    |       "writing the artifacts": 0.0012
    |     },
    |     "DollarsByPart": {
    |       "state transitions": 0.00032500000000000004,
    |       "Lambda time": 0.00003334340002,
    |       "Lambda requests": 1e-6,
    |       "ledger": 8.25e-6,
    |       "artifacts": 0.00006000000000000001
    |     }
    |   },
    |   "Concurrency": 64,
    |   "MaxConcurrency": 50,
    |   "BoundBy": "Step Functions starts 100 children a second",
    |   "BoundAtWorkItemsPerSecond": 100.0,
    |   "RecommendedMaxConcurrency": 3,
    |   "Reason": "every work item at once stays below every quota",
    |   "Warnings": []
    | }
    stderr
    "#);
    Ok(())
}

#[test]
fn plan_counts_what_is_asked_about_each_account() -> TestResult<()> {
    let simulated = simulated(40)?;
    let shell = simulated.shell()?;
    let plan = ["plan", "--regions", "enabled", "--tag", "team=data"];
    insta::assert_snapshot!(told(&shell.run(&plan)?, false), @r#"
    exit 0
    stdout
    | operation                   internet-routes
    | accounts                    14 of 41
    |   /Unit 0                   14
    | Regions                     2: eu-west-1, us-east-1
    | targets                     28 in 14 work items
    | API calls                   about 99
    |   reading their tags        about 2.5 s
    |   asking for their Regions  about 1.8 s
    | from this machine           about 5.3 s, $0.00, 64 targets at once
    | deployed                    about 6.7 s, $0.00, MaxConcurrency 50
    |   state transitions         $0.0009
    |   Lambda time               $0.0002
    |   Lambda requests           $0.0000
    |   ledger                    $0.0000
    |   artifacts                 $0.0001
    | binds first                 Organizations allows 10 ListTagsForResource calls a second (3.50 work items a second)
    | recommended                 MaxConcurrency 14: every work item at once stays below every quota
    stderr
    "#);
    Ok(())
}

#[test]
fn plan_names_its_sources() -> TestResult<()> {
    let shell = Shell::stranger("http://127.0.0.1:9")?;
    insta::assert_snapshot!(told(&shell.run(&["plan", "--sources"])?, false), @r#"
    exit 0
    stdout
    | AssumeRolePerSecond       600           calls/s of the caller's account and Region      2026-11-22  IAM user guide, IAM and AWS STS quotas
    | ChildrenStartedPerSecond  100           Standard child executions/s of one Map Run      2026-11-22  AWS Step Functions developer guide, Service quotas
    | DollarsPerGigabyteSecond  0.0000166667  USD per GB-second, x86, first tier              2026-05-05  AWS Lambda pricing
    | DollarsPerInvocation      0.0000002     USD per request                                 2026-05-05  AWS Lambda pricing
    | DollarsPerPut             0.000005      USD per PUT or LIST request                     2026-11-22  Amazon S3 pricing, S3 Standard
    | DollarsPerReadUnit        0.000000125   USD per read request unit                       2025-07-21  Amazon DynamoDB pricing, on-demand
    | DollarsPerTransition      0.000025      USD per state transition                        2026-03-14  AWS Step Functions pricing, Standard workflows
    | DollarsPerWriteUnit       0.000000625   USD per write request unit                      2025-07-21  Amazon DynamoDB pricing, on-demand
    | LambdaConcurrency         1000          concurrent executions of an account and Region  2026-11-22  AWS Lambda developer guide, Lambda quotas
    | LambdaSeconds             900           seconds of one invocation                       2026-11-22  AWS Lambda developer guide, Lambda quotas
    | LambdaUnreserved          100           concurrent executions to leave to others        2026-11-22  AWS Lambda API reference, PutFunctionConcurrency
    | LedgerWritesPerSecond     4000          write request units/s of a new on-demand table  2026-11-22  Amazon DynamoDB developer guide, warm throughput
    | ListAccountsBurst         12            calls                                           2026-11-22  AWS Organizations user guide, Quotas and service limits
    | ListAccountsPage          20            accounts a page                                 2026-11-22  AWS Organizations API reference, ListAccounts
    | ListAccountsPerSecond     8             calls/s                                         2026-11-22  AWS Organizations user guide, Quotas and service limits
    | ListRegionsBurst          5             calls                                           2026-11-22  AWS Account Management reference guide, Quotas for AWS Account Management
    | ListRegionsPerSecond      5             calls/s of the caller's account                 2026-11-22  AWS Account Management reference guide, Quotas for AWS Account Management
    | ListTagsBurst             15            calls                                           2026-11-22  AWS Organizations user guide, Quotas and service limits
    | ListTagsPerSecond         10            ListTagsForResource calls/s                     2026-11-22  AWS Organizations user guide, Quotas and service limits
    | ListUnitsBurst            8             calls                                           2026-11-22  AWS Organizations user guide, Quotas and service limits
    | ListUnitsPerSecond        5             ListOrganizationalUnitsForParent calls/s        2026-11-22  AWS Organizations user guide, Quotas and service limits
    stderr
    "#);
    let json: Value = serde_json::from_str(&shell.run(&["plan", "--sources", "--json"])?.stdout)?;
    assert_eq!(json["ListRegionsPerSecond"]["Value"], 5.0);
    assert!(json["ListRegionsPerSecond"]["Source"].is_string(), "{json}");
    Ok(())
}

#[test]
fn plan_refuses_numbers_that_nobody_can_reckon_with() -> TestResult<()> {
    let simulated = simulated(3)?;
    let shell = simulated.shell()?;
    for wrong in ["--call-seconds=inf", "--call-seconds=1e30", "--records=-1e9", "--memory=NaN"] {
        let said = shell.run(&["plan", wrong])?;
        assert!(
            said.code == Some(2) && said.stderr.contains("a number from"),
            "{wrong}: {}",
            said.stderr
        );
    }
    assert_eq!(shell.run(&["plan", "--call-seconds=900", "--records=1000000"])?.code, Some(0));
    Ok(())
}
