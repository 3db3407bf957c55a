//! What the result handler prints while it shares a link: `make deploy-trial` sees the message itself,
//! and everything else that the deployment keeps.

use org_operator_testkit::TestResult;
use org_operator_tests::deployed::Deployed;
use org_operator_tests::invoked;

#[tokio::test]
async fn a_shared_link_stands_in_no_line_of_the_functions_log() -> TestResult<()> {
    let deployed = Deployed::new().await?;
    let answer = deployed.run("run-1", r#"{"Regions": ["eu-west-1"]}"#).await?;
    let plan = serde_json::from_slice(&answer.files["plan.json"])?;
    for level in ["info", "debug", "trace"] {
        let shared = [("REPORT_LINK_HOURS", "2"), ("RUST_LOG", level)];
        let printed = invoked::result_handler(&deployed, &plan, &shared).await?;
        assert!(printed.contains("PartialRuns"), "{level}: {printed}");
        assert!(!printed.contains("has no links"), "{level}: it was not published: {printed}");
        // What the SDK itself logs is in it, or the test would prove nothing.
        assert!(level != "trace" || printed.contains("aws_smithy"), "{} bytes", printed.len());
        let line = printed.lines().find(|line| line.contains("X-Amz-Signature"));
        assert_eq!(line, None, "RUST_LOG={level}");
    }
    Ok(())
}
