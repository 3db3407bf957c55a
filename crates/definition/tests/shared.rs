//! Operations with an identical listing: it is asked for once in a Region, and each sees the whole answer.

#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::BoxFuture;
use org_operator_definition::calls::{Ask, CallError, Calls, Failure, Page};
use org_operator_definition::{Checked, Rows, SharedListings};
use serde_json::{Map, Value, json};
use support::{Canned, checked, lines, target};
use tokio::time::Instant;

/// An operation that lists volumes, with `more` in its file.
fn volumes(name: &str, more: &str) -> Checked {
    checked(&format!(
        "name = \"{name}\"\nsummary = \"s\"\nservice = \"ec2\"\ncall = \"DescribeVolumes\"\nrows = \"Volumes[]\"\n\
         key = [\"id\"]\ncolumns = [{{name = \"id\", path = \"VolumeId\", meaning = \"the volume\"}}]\n{more}"
    ))
}

fn alike() -> [Checked; 2] {
    [volumes("first", ""), volumes("second", "keep = \"Size\"\n")]
}

fn page(id: &str) -> Value {
    json!({"Volumes": [{"VolumeId": id, "Size": 8}]})
}

fn two_pages() -> Canned {
    Canned::default().pages("DescribeVolumes", [page("a"), page("b")])
}

fn shared(operations: &[Checked]) -> SharedListings {
    SharedListings::of(operations.iter().map(Checked::listings))
}

async fn run(
    operation: &Checked,
    shared: &SharedListings,
    calls: &dyn Calls,
) -> Result<Rows, Failure> {
    let parameters = operation.resolve(&Map::new()).unwrap();
    operation.run(&target(), &parameters, &shared.over(calls, "eu-west-1")).await
}

/// How often `canned` is asked where each of `operations` runs once, and whether all find the same.
async fn asked_by(operations: &[Checked], canned: &Canned) -> (usize, bool) {
    let shared = shared(operations);
    let mut found = BTreeSet::new();
    for operation in operations {
        found.insert(lines(&run(operation, &shared, canned).await.unwrap()));
    }
    (canned.inputs("DescribeVolumes").len(), found.len() == 1)
}

#[tokio::test]
async fn the_second_operation_sees_every_page_that_the_first_one_asked_for() {
    let (canned, operations) = (two_pages(), alike());
    let shared = shared(&operations);
    for operation in &operations {
        assert_eq!(lines(&run(operation, &shared, &canned).await.unwrap()), ["a", "b"]);
    }
    assert_eq!(canned.inputs("DescribeVolumes").len(), 1);
}

#[tokio::test]
async fn an_answer_serves_as_many_operations_as_ask_for_it_and_stays_no_longer() {
    let [first, second] = alike();
    let operations = [first, second, volumes("third", "")];
    assert_eq!(asked_by(&operations, &two_pages()).await, (1, true));
    let (canned, shared) = (two_pages(), shared(&operations[..2]));
    for operation in &operations {
        run(operation, &shared, &canned).await.unwrap();
    }
    assert_eq!(canned.inputs("DescribeVolumes").len(), 2, "the third is one too many");
}

#[tokio::test]
async fn each_region_is_asked() {
    let (canned, operations) = (two_pages(), alike());
    let shared = shared(&operations);
    for (operation, region) in operations.iter().zip(["eu-west-1", "us-east-1"]) {
        let calls = shared.over(&canned, region);
        operation.run(&target(), &operation.resolve(&Map::new()).unwrap(), &calls).await.unwrap();
    }
    assert_eq!(canned.inputs("DescribeVolumes").len(), 2);
}

#[tokio::test]
async fn other_inputs_and_inputs_of_parameters_are_asked_for_by_each() {
    let limited = volumes("limited", "input = { MaxResults = 5 }\n");
    let [first, second] = alike();
    assert_eq!(asked_by(&[first, limited], &two_pages()).await, (2, true));
    let sized = |name| {
        let size =
            "[[parameters]]\nname = \"Most\"\ntype = \"integer\"\ndefault = 5\nmeaning = \"m\"\n";
        volumes(name, &format!("{size}[input]\nMaxResults = \"{{Most}}\"\n"))
    };
    assert_eq!(asked_by(&[sized("one"), sized("other")], &two_pages()).await, (2, true));
    assert_eq!(asked_by(&[second], &two_pages()).await, (1, true));
}

#[tokio::test]
async fn a_refusal_is_only_the_one_operations_that_asked() {
    let operations = alike();
    let shared = shared(&operations);
    let refusing = Canned::default().refusal("DescribeVolumes", "Throttling");
    run(&operations[0], &shared, &refusing).await.unwrap_err();
    assert_eq!(lines(&run(&operations[1], &shared, &two_pages()).await.unwrap()), ["a", "b"]);
}

#[tokio::test]
async fn an_answer_that_was_not_read_to_its_end_is_asked_for_again() {
    let broken = volumes("broken", "keep = \"age_days(VolumeId) > `1`\"\n");
    let operations = [broken, volumes("whole", "")];
    let (canned, shared) = (two_pages(), shared(&operations));
    run(&operations[0], &shared, &canned).await.unwrap_err();
    assert_eq!(lines(&run(&operations[1], &shared, &canned).await.unwrap()), ["a", "b"]);
    assert_eq!(canned.inputs("DescribeVolumes").len(), 2);
}

#[tokio::test]
async fn a_large_answer_is_not_kept() {
    let large: Vec<Value> =
        (0..1_000).map(|n| json!({"VolumeId": n.to_string(), "Size": 8})).collect();
    let canned = Canned::default().pages("DescribeVolumes", [page("a"), json!({"Volumes": large})]);
    assert_eq!(asked_by(&alike(), &canned).await, (2, true));
}

#[tokio::test]
async fn a_listing_that_a_call_before_it_makes_is_asked_for_by_each() {
    let before = "[before]\ncall = \"DescribeRegions\"\n";
    let operations = [volumes("first", before), volumes("second", before)];
    let canned = two_pages().pages("DescribeRegions", [json!({})]);
    assert_eq!(asked_by(&operations, &canned).await, (2, true));
    assert_eq!(canned.inputs("DescribeRegions").len(), 2);
}

#[tokio::test]
async fn a_second_listing_is_shared_and_a_call_for_each_row_is_not() {
    let more = "keep = \"length($vpcs) == `0` && length($status) == `1`\"\n\
                [[with]]\nname = \"vpcs\"\ncall = \"DescribeVpcs\"\nrows = \"Vpcs[]\"\non = [\"VolumeId\", \"VpcId\"]\n\
                [[each]]\nname = \"status\"\ncall = \"DescribeVolumeStatus\"\nrows = \"VolumeStatuses[]\"\nbind = { VolumeIds = \"[VolumeId]\" }\n";
    let status = json!({"VolumeStatuses": [{"VolumeId": "a"}]});
    let canned = two_pages()
        .pages("DescribeVpcs", [json!({"Vpcs": []})])
        .pages("DescribeVolumeStatus", [status]);
    let operations = [volumes("first", more), volumes("second", more)];
    assert_eq!(asked_by(&operations, &canned).await, (1, true));
    assert_eq!(canned.inputs("DescribeVpcs").len(), 1);
    assert_eq!(canned.inputs("DescribeVolumeStatus").len(), 4);
}

/// Calls whose answers take a second.
struct Slow(Canned);

impl Calls for Slow {
    fn pages<'a>(&'a self, ask: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Calls::pages(&self.0, ask, page).await
        })
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        self.0.pause(time)
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_comes_meanwhile_waits_for_the_answer() {
    let (slow, operations) = (Slow(two_pages()), alike());
    let shared = shared(&operations);
    let [first, second] = &operations;
    let (one, other) = tokio::join!(run(first, &shared, &slow), run(second, &shared, &slow));
    assert_eq!(lines(&one.unwrap()), lines(&other.unwrap()));
    assert_eq!(slow.0.inputs("DescribeVolumes").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_operation_whose_time_ends_leaves_the_listing_to_the_next_one() {
    let (slow, operations) = (Slow(two_pages()), alike());
    let shared = shared(&operations);
    let short = Duration::from_millis(500);
    let late = tokio::time::timeout(short, run(&operations[0], &shared, &slow)).await;
    assert!(late.is_err());
    assert_eq!(lines(&run(&operations[1], &shared, &slow).await.unwrap()), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn where_the_first_call_fails_the_others_do_not_wait_for_each_other() {
    let slow = Slow(Canned::default().refusal("DescribeVolumes", "Throttling"));
    let operations = ["first", "second", "third"].map(|name| volumes(name, ""));
    let (shared, began) = (shared(&operations), Instant::now());
    let [first, second, third] = &operations;
    let all = tokio::join!(
        run(first, &shared, &slow),
        run(second, &shared, &slow),
        run(third, &shared, &slow)
    );
    assert!(all.0.is_err() && all.1.is_err() && all.2.is_err());
    assert_eq!(began.elapsed().as_secs(), 2, "the first alone, then the two others");
}

/// Calls whose pages take a second each.
struct SlowPages(Vec<Value>);

impl Calls for SlowPages {
    fn pages<'a>(&'a self, _: Ask<'a>, page: Page<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        Box::pin(async move {
            for answer in &self.0 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let _ = page(answer.clone());
            }
            Ok(())
        })
    }

    fn pause(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_waits_no_longer_than_until_the_answer_is_known_to_be_too_large() {
    let volume = |n: u16| json!({"VolumeId": n.to_string(), "Size": 8});
    let large = json!({"Volumes": (0..1_000).map(volume).collect::<Vec<_>>()});
    let slow = SlowPages(vec![large, page("a"), page("b")]);
    let (operations, began) = (alike(), Instant::now());
    let shared = shared(&operations);
    let [first, second] = &operations;
    let (one, other) = tokio::join!(run(first, &shared, &slow), run(second, &shared, &slow));
    assert_eq!((one.unwrap().len(), other.unwrap().len()), (1_002, 1_002));
    assert_eq!(began.elapsed().as_secs(), 4, "one page of the first, then its own three");
}
