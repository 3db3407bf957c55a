//! What the commands that look at an organization say where AWS refuses, throttles or skips, and
//! what they give a program. The organization is simulated, so that each of it can be had.

use aws_sim::{CallPattern, Conditions, Fault, FaultRule, Service, Shape, When, World};
use org_operator_testkit::TestResult;
use org_operator_tests::simulated::Simulated;
use org_operator_tests::snapshot::told;

fn world() -> World {
    World::new(7, Shape { inactive: 1, ..Shape::unrestricted(3, &["eu-west-1", "us-east-1"]) })
}

fn calm() -> TestResult<Simulated> {
    Simulated::start(world(), Conditions::default())
}

fn always(calls: CallPattern, fault: Fault) -> FaultRule {
    FaultRule { calls, when: When::Always, fault }
}

fn faulty(faults: Vec<FaultRule>) -> TestResult<Simulated> {
    Simulated::start(world(), Conditions { faults, ..Conditions::default() })
}

#[test]
fn accounts_gives_programs_the_tree() -> TestResult<()> {
    let said = calm()?.shell()?.run(&["accounts", "--json", "--tag", "team=data"])?;
    insta::assert_snapshot!(told(&said, false), @r#"
    exit 0
    stdout
    | {
    |   "Id": "UNIT",
    |   "Name": "Root",
    |   "Units": [
    |     {
    |       "Id": "UNIT",
    |       "Name": "Unit 0",
    |       "Units": [],
    |       "Accounts": [
    |         {
    |           "AccountId": "ACCOUNT",
    |           "AccountName": "-legacy\tteam 0",
    |           "State": "ACTIVE",
    |           "Selected": false,
    |           "Reason": "not tagged as Accounts.Tags asks"
    |         },
    |         {
    |           "AccountId": "ACCOUNT",
    |           "AccountName": "=HYPERLINK(\"http://example.com\",\"open me\") 1",
    |           "State": "ACTIVE",
    |           "Selected": false,
    |           "Reason": "not tagged as Accounts.Tags asks"
    |         },
    |         {
    |           "AccountId": "ACCOUNT",
    |           "AccountName": "O'Brien & Sons <test> 2",
    |           "State": "PENDING_ACTIVATION",
    |           "Selected": false,
    |           "Reason": "the account is not active"
    |         },
    |         {
    |           "AccountId": "ACCOUNT",
    |           "AccountName": "東京 分析 3",
    |           "State": "ACTIVE",
    |           "Selected": true,
    |           "Reason": null
    |         }
    |       ]
    |     }
    |   ],
    |   "Accounts": [
    |     {
    |       "AccountId": "ACCOUNT",
    |       "AccountName": "Management",
    |       "State": "ACTIVE",
    |       "Selected": false,
    |       "Reason": "the management account, where the StackSet puts no role"
    |     }
    |   ]
    | }
    stderr
    | 1 of 5 accounts selected
    "#);
    Ok(())
}

#[test]
fn check_gives_programs_what_it_tells_people() -> TestResult<()> {
    let said = calm()?.shell()?.run(&["check", "--json"])?;
    insta::assert_snapshot!(told(&said, false), @r#"
    exit 0
    stdout
    | [
    |   {
    |     "AccountId": "ACCOUNT",
    |     "AccountName": "-legacy\tteam 0",
    |     "Region": "eu-west-1",
    |     "Allowed": true,
    |     "Skipped": false,
    |     "Error": null,
    |     "Message": null,
    |     "Remedy": null
    |   },
    |   {
    |     "AccountId": "ACCOUNT",
    |     "AccountName": "=HYPERLINK(\"http://example.com\",\"open me\") 1",
    |     "Region": "eu-west-1",
    |     "Allowed": true,
    |     "Skipped": false,
    |     "Error": null,
    |     "Message": null,
    |     "Remedy": null
    |   },
    |   {
    |     "AccountId": "ACCOUNT",
    |     "AccountName": "東京 分析 3",
    |     "Region": "eu-west-1",
    |     "Allowed": true,
    |     "Skipped": false,
    |     "Error": null,
    |     "Message": null,
    |     "Remedy": null
    |   }
    | ]
    stderr
    | the organization can be listed
    | 3 of 3 accounts can be asked
    "#);
    Ok(())
}

#[test]
fn check_does_not_count_what_a_run_would_skip_as_refused() -> TestResult<()> {
    let world = world();
    let active: Vec<String> =
        world.accounts.iter().filter(|a| a.is_active()).map(|a| a.id.clone()).collect();
    let of = |account: &str, fault| {
        let account = Some(account.to_owned());
        always(
            CallPattern { account, ..CallPattern::operation(Service::Ec2, "DescribeRouteTables") },
            fault,
        )
    };
    let off = of(&active[0], Fault::RegionDisabled);
    let denied = of(&active[1], Fault::DeniedByPolicy);
    let simulated = faulty(vec![off.clone(), denied.clone()])?;
    let shell = simulated.shell()?;
    let check = ["check", "--regions", "af-south-1"];
    insta::assert_snapshot!(told(&shell.run(&check)?, false), @r#"
    exit 0
    stdout
    | ACCOUNT  -legacy team 0                                af-south-1  skipped: RegionDisabled  inferred: AWS did not say whether the Region is on, and it refused the role's session; AuthFailure: AWS was not able to validate the provided access credentials; the Region is off there: a run SKIPs the target
    | ACCOUNT  =HYPERLINK("http://example.com","open me") 1  af-south-1  skipped: DeniedByPolicy  UnauthorizedOperation: User: arn:aws:sts::ACCOUNT:assumed-role/simulated is not authorized to perform: DescribeRouteTables with an explicit deny in a service control policy; a service control policy denies it: a run SKIPs the target
    | ACCOUNT  東京 分析 3                                   af-south-1  allowed
    stderr
    | the organization can be listed
    | 1 of 3 accounts can be asked; 2 would be SKIPPED
    "#);
    let refused = of(&active[2], Fault::Denied);
    simulated
        .simulation
        .set_conditions(Conditions { faults: vec![off, denied, refused], ..Conditions::default() });
    assert_eq!(shell.run(&check)?.code, Some(3));
    Ok(())
}
