//! The deployment's exceptions: kept in the run's folder, refused with every fault.

use super::*;

const STORED: &str = "runs/exceptions.toml";
const KEPT: &str = "runs/internet-routes/r1/exceptions.json";

const KNOWN: &str = "[[exception]]\naccount = \"000000000002\"\nregion = \"*\"\n\
    error = \"AccessDenied\"\nreason = \"by contract\"\nexpires = 2027-01-31\n";

async fn store(fanout: &TestFanout, text: &str) {
    fanout.artifacts.put(STORED, text.as_bytes().to_vec()).await.unwrap();
}

#[tokio::test]
async fn a_run_keeps_the_exceptions_with_the_day_on_which_it_was_planned() {
    let fanout = fanout(Ok(organization()));
    store(&fanout, KNOWN).await;
    planned(&fanout, &json!({})).await.unwrap();
    let kept: Value = serde_json::from_str(&fanout.artifacts.text(KEPT)).unwrap();
    let expected = json!({"Day": "2026-09-21", "Exceptions": [{
        "Account": "000000000002", "Region": "*", "Error": "AccessDenied",
        "Reason": "by contract", "Expires": "2027-01-31",
    }]});
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn a_run_without_exceptions_has_no_file_of_them() {
    let fanout = fanout(Ok(organization()));
    planned(&fanout, &json!({})).await.unwrap();
    assert!(!fanout.artifacts.all().contains_key(KEPT));
}

#[tokio::test]
async fn faults_of_the_file_and_of_the_request_are_told_together_before_anything_starts() {
    let fanout = fanout(Ok(organization()));
    store(&fanout, &KNOWN.replace("AccessDenied", "AccesDenied").replace("000000000002", "2"))
        .await;
    let text = planned(&fanout, &json!({"MaxConcurrency": 0})).await.unwrap_err().to_string();
    for part in [
        "MaxConcurrency: got 0",
        "line 2, exception[0].account of runs/exceptions.toml: got \"2\", allowed: an account id",
        "line 4, exception[0].error of runs/exceptions.toml: got \"AccesDenied\"",
        "(nearest: `AccessDenied`)",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    assert_eq!(fanout.artifacts.all().len(), 1, "nothing is written");
}

#[tokio::test]
async fn what_is_no_toml_is_told_with_its_line() {
    let fanout = fanout(Ok(organization()));
    store(&fanout, "[[exception]]\naccount = \n").await;
    let text = planned(&fanout, &json!({})).await.unwrap_err().to_string();
    assert!(text.contains("line 2, (syntax) of runs/exceptions.toml"), "{text}");
}

#[tokio::test]
async fn a_resumed_run_goes_by_what_is_expected_now() {
    let fanout = fanout(Ok(organization()));
    store(&fanout, KNOWN).await;
    planned(&fanout, &json!({})).await.unwrap();
    store(&fanout, &KNOWN.replace("by contract", "until it moves")).await;
    let event = json!({"RunId": "again", "ResumeRun": "r1"});
    fanout.run(&event, None).await.unwrap();
    assert!(fanout.artifacts.text(KEPT).contains("until it moves"));
    store(&fanout, "").await;
    fanout.run(&event, None).await.unwrap();
    assert!(fanout.artifacts.text(KEPT).contains("\"Exceptions\": []"));
}

#[tokio::test]
async fn each_operation_of_a_suite_run_keeps_them_and_a_resumed_one_renews_them() {
    let fanout = fanout(Ok(organization()));
    store(&fanout, KNOWN).await;
    planned(&fanout, &json!({"Operations": ["internet-routes", "vpcs"]})).await.unwrap();
    store(&fanout, &KNOWN.replace("by contract", "until it moves")).await;
    let kept =
        |name: &str| fanout.artifacts.text(&format!("runs/suites/r1/{name}/exceptions.json"));
    assert!(
        kept("internet-routes").contains("by contract") && kept("vpcs").contains("by contract")
    );
    let event = json!({"RunId": "again", "ResumeRun": "r1", "Operation": "suites"});
    fanout.run(&event, None).await.unwrap();
    assert!(kept("internet-routes").contains("until it moves"));
    assert!(kept("vpcs").contains("until it moves"));
}
