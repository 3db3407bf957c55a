//! The planner alone: over a directory, with nothing to write to.

use super::*;

fn planner(directory: &MemoryDirectory) -> Planner<'_, MemoryDirectory> {
    static HOME: std::sync::LazyLock<[Region; 1]> =
        std::sync::LazyLock::new(|| [region("eu-west-1")]);
    Planner { directory, home_region: &HOME[0], target_regions: HOME.as_slice() }
}

#[tokio::test]
async fn a_preview_has_the_work_items_that_a_run_would_have() {
    let fanout = fanout(Ok(organization()));
    let request = json!({"Regions": ["us-east-1", "eu-west-1"], "RegionsPerWorkItem": 1});
    let preview = planner(&fanout.directory).preview(&request).await.unwrap();
    planned(&fanout, &request).await.unwrap();
    let manifest = fanout.artifacts.text("runs/internet-routes/r1/manifest.json");
    assert_eq!(preview.items, serde_json::from_str::<Vec<WorkItem>>(&manifest).unwrap());
    assert_eq!(preview.request.regions_per_work_item, Some(1));
    assert_eq!(preview.operations[0].spec().name, "internet-routes");
}

#[tokio::test]
async fn a_selection_of_no_account_is_shown_with_the_reasons() {
    let fanout = fanout(Ok(organization()));
    let request = json!({"Accounts": {"Exclude": ["000000000002", "000000000003"]}});
    let planner = planner(&fanout.directory);
    let selection = planner.selection(&request).await.unwrap();
    assert_eq!((selection.all().count(), selection.selected().count()), (4, 0));
    assert_eq!(planner.preview(&request).await.err().unwrap().kind(), ErrorKind::NoTargets);
}

#[tokio::test]
async fn a_resumed_run_is_refused_where_no_ledger_can_be_asked() {
    let fanout = fanout(Ok(organization()));
    let request = json!({"ResumeRun": "r0"});
    let planner = planner(&fanout.directory);
    for error in [
        planner.preview(&request).await.err(),
        planner.selection(&request).await.err(),
        fanout.start(&request, RunId::parse("r1")).await.err(),
    ] {
        let text = error.unwrap().to_string();
        assert!(text.contains("ResumeRun: got \"r0\", allowed: nothing"), "{text}");
    }
    assert!(fanout.artifacts.all().is_empty());
}
