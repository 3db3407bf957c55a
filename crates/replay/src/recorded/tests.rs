//! What the simulation answers where it has recordings: in the service's protocol, in the account and
//! Region that are asked, and only what the session allows.

use aws_sim::{CallPattern, Conditions, Fault, FaultRule, Reply, Shape, Simulation, When, World};
use aws_sim::{Request, Service};

use super::*;

const ANSWERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../operations/tests/answers");

fn simulation(conditions: Conditions) -> Simulation {
    in_use(1.0, conditions)
}

fn in_use(share: f64, conditions: Conditions) -> Simulation {
    let world = World::new(1, Shape::unrestricted(1, &["us-east-2"]));
    let recorded = Recorded::in_folder(Path::new(ANSWERS), &FROM_THE_ORGANIZATION).unwrap();
    Simulation::new(world, conditions).with_recordings(recorded.in_use(share))
}

/// The reply to a request of the first account's session that allows `actions`, in us-east-2.
fn ask(simulation: &Simulation, service: &str, actions: &str, mut request: Request) -> Reply {
    let account = &simulation.world.accounts[0].id;
    let scope = format!("Credential=ASIA{account}/20261126/us-east-2/{service}/aws4_request, x");
    request.headers.insert("authorization".to_owned(), scope);
    request.headers.insert("x-amz-security-token".to_owned(), format!("1/{actions}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(simulation.handle(&request))
}

fn form(body: &str) -> Request {
    Request { body: body.as_bytes().to_vec(), ..Request::new("POST", "/") }
}

const BALANCERS: &str = "Action=DescribeLoadBalancers&Version=2015-12-01";

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.body.clone()).unwrap()
}

#[test]
fn an_answer_is_of_the_account_and_region_that_are_asked() {
    let simulation = simulation(Conditions::default());
    let mut request = form(r#"{"IncludePlannedDeletion":true}"#);
    let target = ("x-amz-target".to_owned(), "secretsmanager.ListSecrets".to_owned());
    request.headers.extend([target]);
    let reply = ask(&simulation, "secretsmanager", "secretsmanager:ListSecrets", request);
    let place = format!("arn:aws:secretsmanager:us-east-2:{}", simulation.world.accounts[0].id);
    assert_eq!(reply.status, 200);
    assert!(text(&reply).contains(&place), "{reply:?}");
    assert_eq!(simulation.meter.calls("secretsmanager ListSecrets"), 1);
}

#[test]
fn a_rest_call_is_found_by_its_path() {
    let simulation = simulation(Conditions::default());
    let request = Request::new("GET", "/2015-03-31/functions?MaxItems=50");
    let reply = ask(&simulation, "lambda", "lambda:ListFunctions", request);
    assert!(text(&reply).contains("\"FunctionName\""), "{reply:?}");
}

#[test]
fn a_target_that_is_not_in_use_has_nothing() {
    let functions = |share| {
        let request = Request::new("GET", "/2015-03-31/functions?MaxItems=50");
        let reply =
            ask(&in_use(share, Conditions::default()), "lambda", "lambda:ListFunctions", request);
        assert_eq!(reply.status, 200);
        text(&reply).contains("\"FunctionName\"")
    };
    assert!(functions(1.0));
    assert!(!functions(0.0));
}

#[test]
fn so_many_targets_are_in_use_as_their_share_says() {
    let recorded = Recorded::in_folder(Path::new(ANSWERS), &[]).unwrap().in_use(0.25);
    let accounts: Vec<String> = (0..2_000).map(|n| format!("{n:012}")).collect();
    let used = accounts.iter().filter(|account| recorded.is_in_use((account, "us-east-2")));
    assert!((400..600).contains(&used.count()));
}

#[test]
fn a_call_that_the_session_policy_lacks_is_refused() {
    let simulation = simulation(Conditions::default());
    let reply = ask(&simulation, "elasticloadbalancing", "ec2:DescribeVpcs", form(BALANCERS));
    assert_eq!(reply.status, 400);
    assert!(text(&reply).contains("<Code>AccessDeniedException</Code>"), "{reply:?}");
    assert!(text(&reply).contains("elasticloadbalancing:DescribeLoadBalancers"), "{reply:?}");
}

#[test]
fn a_fault_is_told_in_the_protocol_of_the_service() {
    let calls = CallPattern::operation(Service::Recorded, "elbv2 DescribeLoadBalancers");
    let faults = vec![FaultRule { calls, when: When::Always, fault: Fault::Throttled }];
    let simulation = simulation(Conditions { faults, ..Conditions::default() });
    let reply = ask(&simulation, "elasticloadbalancing", "*", form(BALANCERS));
    assert_eq!(reply.status, 429);
    assert!(text(&reply).starts_with("<ErrorResponse>"), "{reply:?}");
}

#[test]
fn what_no_file_answers_is_left_to_the_simulation() {
    let simulation = simulation(Conditions::default());
    let routes = form("Action=DescribeRouteTables&Version=2016-11-15");
    let reply = ask(&simulation, "ec2", "ec2:DescribeRouteTables", routes);
    assert!(text(&reply).contains("<routeTableSet>"), "{reply:?}");
    let unknown = ask(&simulation, "lambda", "*", Request::new("GET", "/2015-03-31/nothing"));
    assert!(text(&unknown).contains("is not simulated"), "{unknown:?}");
}

#[test]
fn a_folder_that_is_not_there_is_a_mistake_with_its_name() {
    let mistake = Recorded::in_folder(Path::new("no-such-folder"), &[]).unwrap_err();
    assert!(mistake.to_string().starts_with("no-such-folder: "), "{mistake}");
}
