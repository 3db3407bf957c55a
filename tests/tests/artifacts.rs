//! The product's uploads in parts over the simulated S3, with a fault at each call of theirs, and
//! paused time: the object is there, whole, or the error is one that the state machine tries again;
//! and no parts are left that nobody can reach.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sim::{CallPattern, Conditions, Fault, FaultRule, Service, Shape, Simulation, When, World};
use org_operator_aws::S3Artifacts;
use org_operator_core::ErrorKind;
use org_operator_core::ports::{Artifacts, Download, Upload, find};
use org_operator_tests::campaign::aws;

const BUCKET: &str = "results";
const KEY: &str = "runs/internet-routes/r1/internet-routes.csv";

const BEGIN: &str = "CreateMultipartUpload";
const PART: &str = "UploadPart";
const END: &str = "CompleteMultipartUpload";

/// 18 MiB, which are four parts of the product's: the last one smaller, none like another.
const LARGE: usize = 18;
/// Two parts: an unoptimized checksum takes its time.
const SMALL: usize = 9;

fn object(mebibytes: usize) -> &'static [u8] {
    static LONGEST: LazyLock<Vec<u8>> =
        LazyLock::new(|| (0..18).flat_map(|number| vec![number; 1024 * 1024]).collect());
    &LONGEST[..mebibytes * 1024 * 1024]
}

/// What came of an upload.
struct Came {
    /// Kept, as a client holds what it took from the budget of retries until it is dropped.
    _client: S3Artifacts,
    result: Result<(), ErrorKind>,
    /// The error in words: its kind alone does not say what failed.
    said: String,
    simulation: Arc<Simulation>,
}

impl Came {
    fn is_there(&self, mebibytes: usize) -> bool {
        self.simulation.object(BUCKET, KEY).as_deref() == Some(object(mebibytes))
    }
}

/// A configuration whose Region no other has. The SDK has one budget of retries for all clients of
/// a service and Region in a process, and tests beside these use up that of the real Regions.
async fn config(simulation: &Arc<Simulation>) -> SdkConfig {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let region = format!("eu-west-{}", 100 + NEXT.fetch_add(1, Ordering::Relaxed));
    aws::config(simulation).await.into_builder().region(Region::new(region)).build()
}

/// A fault at an operation.
fn at(operation: &'static str, fault: Fault, when: When) -> Vec<FaultRule> {
    vec![FaultRule { calls: CallPattern::operation(Service::S3, operation), when, fault }]
}

/// Writes the object in pieces as the result handler does.
async fn uploaded(mebibytes: usize, faults: Vec<FaultRule>) -> Came {
    let world = World::new(1, Shape::unrestricted(1, &["eu-west-1"]));
    let conditions = Conditions { faults, ..Conditions::default() };
    let simulation = Arc::new(Simulation::new(world, conditions));
    let artifacts = S3Artifacts::new(&config(&simulation).await, BUCKET);
    let writing = async {
        let mut upload = artifacts.upload(KEY);
        for piece in object(mebibytes).chunks(64 * 1024) {
            upload.write(piece).await?;
        }
        upload.finish().await
    };
    let result = writing.await;
    let said = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let result = result.map_err(|error: org_operator_core::Error| error.kind());
    Came { _client: artifacts, result, said, simulation }
}

/// Violations that the SDK meets with another try.
const PASSING: [Fault; 6] = [
    Fault::Throttled,
    Fault::Internal,
    Fault::Unavailable,
    Fault::Reset,
    Fault::LostReply,
    Fault::Stalled,
];

#[tokio::test(start_paused = true)]
async fn an_upload_in_parts_comes_back_whole() {
    let came = uploaded(LARGE, Vec::new()).await;
    assert_eq!(came.result, Ok(()));
    assert!(came.is_there(LARGE));
    let calls = [BEGIN, PART, END, "PutObject"].map(|call| came.simulation.meter.calls(call));
    assert_eq!((calls, came.simulation.open_uploads()), ([1, 4, 1, 0], 0));
}

#[tokio::test(start_paused = true)]
async fn an_upload_in_parts_goes_on_past_one_fault_at_any_call() {
    for operation in [BEGIN, PART, END] {
        for fault in PASSING {
            let came = uploaded(SMALL, at(operation, fault, When::Nth(1))).await;
            assert_eq!(came.result, Ok(()), "{operation} {fault:?}: {}", came.said);
            assert!(came.is_there(SMALL), "{operation} {fault:?}: another object");
            // Of an upload whose beginning was lost nobody knows the id; the bucket's lifecycle ends it.
            let lost = usize::from(operation == BEGIN && fault.takes_effect());
            assert_eq!(came.simulation.open_uploads(), lost, "{operation} {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_breaks_off_is_retried_and_leaves_no_parts() {
    let cut = [&PASSING[..], &[Fault::Truncated, Fault::ResetInBody]].concat();
    // Each try sends the whole part.
    let some = vec![Fault::Throttled, Fault::LostReply, Fault::ResetInBody];
    for (operation, faults) in [(BEGIN, cut.clone()), (PART, some), (END, cut)] {
        for fault in faults {
            let came = uploaded(SMALL, at(operation, fault, When::Always)).await;
            let right = came.result.map_or_else(ErrorKind::is_retryable, |()| came.is_there(SMALL));
            assert!(right, "{operation} {fault:?}: {:?}", came.result);
            let left = came.simulation.open_uploads();
            let unknown = operation == BEGIN && fault.takes_effect();
            assert!(left == 0 || unknown, "{operation} {fault:?}: {left} uploads are left");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_that_fails_in_the_body_of_a_200_is_no_success() {
    let once = uploaded(SMALL, at(END, Fault::FailedInBody, When::Nth(1))).await;
    assert_eq!(once.result, Ok(()));
    assert!(once.is_there(SMALL));
    let always = uploaded(SMALL, at(END, Fault::FailedInBody, When::Always)).await;
    assert!(always.result.is_err_and(ErrorKind::is_retryable), "{:?}", always.result);
    assert_eq!(always.simulation.open_uploads(), 0);
}

/// The artifacts of a store with the object of 18 MiB, where a body that idles is dropped.
async fn impatient() -> (Arc<Simulation>, S3Artifacts) {
    let world = World::new(1, Shape::unrestricted(1, &["eu-west-1"]));
    let faults = at("GetObject", Fault::DroppedWhenIdle, When::Always);
    let conditions = Conditions { faults, ..Conditions::default() };
    let simulation = Arc::new(Simulation::new(world, conditions));
    simulation.put_object(BUCKET, KEY, object(LARGE));
    let artifacts = S3Artifacts::new(&config(&simulation).await, BUCKET);
    (simulation, artifacts)
}

#[tokio::test(start_paused = true)]
async fn an_object_is_read_whole_however_long_its_reader_pauses() {
    let (simulation, artifacts) = impatient().await;
    let mut download = artifacts.open(KEY).await.unwrap().unwrap();
    let mut read = Vec::new();
    while let Some(chunk) = download.chunk().await.unwrap() {
        read.extend(chunk);
        tokio::time::sleep(Duration::from_mins(5)).await;
    }
    assert!(read == object(LARGE));
    assert_eq!(simulation.meter.calls("GetObject"), 3);
}

#[tokio::test(start_paused = true)]
async fn an_object_replaced_while_it_is_read_is_never_mixed_with_the_new_one() {
    let (simulation, artifacts) = impatient().await;
    let mut download = artifacts.open(KEY).await.unwrap().unwrap();
    download.chunk().await.unwrap();
    simulation.put_object(BUCKET, KEY, object(SMALL));
    assert_eq!(download.chunk().await.unwrap_err().kind(), ErrorKind::Transient);
}

#[tokio::test(start_paused = true)]
async fn an_empty_object_and_a_missing_one_are_told_apart() {
    let (simulation, artifacts) = impatient().await;
    simulation.put_object(BUCKET, "empty", b"");
    assert_eq!(find(&artifacts, "empty").await, Ok(Some(Vec::new())));
    assert_eq!(find(&artifacts, "missing").await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn clients_that_have_used_up_their_retries_leave_other_tests_theirs() {
    let mut exhausted = Vec::new();
    for _ in 0..40 {
        exhausted.push(uploaded(SMALL, at(BEGIN, Fault::Reset, When::Always)).await);
    }
    assert!(exhausted.iter().all(|came| came.result == Err(ErrorKind::Transient)));
    let came = uploaded(SMALL, at(BEGIN, Fault::Reset, When::Nth(1))).await;
    assert_eq!(came.result, Ok(()), "{}", came.said);
}
