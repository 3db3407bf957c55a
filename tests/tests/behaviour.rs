//! One list of what AWS does with the calls that the product makes, held against every backend that
//! stands in for AWS. Where a backend differs, `gaps.rs` says so, and why; a gap that has closed
//! fails here until it is taken out.

mod account;
mod check;
mod dynamodb;
mod ec2;
mod gaps;
mod organizations;
mod s3;
mod s3_multipart;
mod sts;
mod suite;

use org_operator_testkit::TestResult;
use org_operator_tests::backend::Kind;

#[tokio::test]
async fn the_simulation_behaves_like_aws_but_for_its_declared_gaps() -> TestResult<()> {
    suite::judge(Kind::Simulation).await
}

#[tokio::test]
async fn ministack_behaves_like_aws_but_for_its_declared_gaps() -> TestResult<()> {
    suite::judge(Kind::Ministack).await
}

#[tokio::test]
async fn moto_behaves_like_aws_but_for_its_declared_gaps() -> TestResult<()> {
    suite::judge(Kind::Moto).await
}

#[test]
fn every_declared_gap_names_a_behaviour_once() {
    let names: Vec<&str> = suite::behaviours().iter().map(|behaviour| behaviour.name).collect();
    for gap in gaps::GAPS {
        assert!(names.contains(&gap.behaviour), "no behaviour is called {}", gap.behaviour);
        assert!(!gap.shows.is_empty() && !gap.why.is_empty(), "{} says too little", gap.behaviour);
        let twins = gaps::GAPS.iter().filter(|g| (g.on, g.behaviour) == (gap.on, gap.behaviour));
        assert_eq!(twins.count(), 1, "{:?} {}", gap.on, gap.behaviour);
    }
}
