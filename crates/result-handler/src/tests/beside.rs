//! Columns about accounts beside the records: in every file with records, and in no comparison.

use super::*;

/// Writes the run `id` of one account that has `columns`, and gives its files.
async fn written(run: &Run, id: &str, columns: Value) -> [String; 4] {
    let item = json!({
        "AccountId": ONE, "AccountName": "one", "Regions": ["eu-west-1"], "AccountColumns": columns,
    });
    let key = format!("p/fake/{id}/manifest.json");
    run.handler.artifacts.put(&key, json!([item]).to_string().into_bytes()).await.unwrap();
    let (run_id, account) = (RunId::parse(id).unwrap(), AccountId::parse(ONE).unwrap());
    for entry in run.handler.ledger.entries(&Run::partition(ONE)) {
        let partition =
            LedgerPartition { run: run_id.clone(), operation: None, account: account.clone() };
        run.handler.ledger.put(&partition, entry.sort_key(), entry);
    }
    let event = json!({"RunId": id, "Operation": "fake"});
    run.handler.run(&ResultEvent::parse(&event).unwrap()).await.unwrap();
    ["fake.csv", "fake.jsonl", "changes.csv", "coverage.csv"]
        .map(|name| run.handler.artifacts.text(&format!("p/fake/{id}/{name}")))
}

#[tokio::test]
async fn records_and_changes_have_the_columns_and_no_cell_is_a_formula() {
    let run = Run::of(&[]).await;
    run.outcome(ONE, "eu-west-1", Verdict::Succeeded, 1);
    run.record(ONE, "eu-west-1", "a", "good");
    let columns = json!({"unit_path": "Root/=1+1", "email": "+a@example.com", "tag:team": ""});
    let [csv, lines, changes, coverage] = written(&run, "r2", columns).await;
    let header = "account_id,account_name,region,thing,unit_path,email,tag:team\n";
    assert_eq!(csv, format!("{header}{ONE},one,eu-west-1,a,Root/=1+1,'+a@example.com,\n"));
    let line = r#""thing":"a","unit_path":"Root/=1+1","email":"+a@example.com","tag:team":""}"#;
    assert!(lines.contains(line), "{lines}");
    assert_eq!(changes, format!("change,{header}"));
    assert!(!coverage.contains("example.com"), "{coverage}");
}

#[tokio::test]
async fn another_tag_or_another_choice_of_columns_is_no_change() {
    let run = Run::of(&[]).await;
    run.outcome(ONE, "eu-west-1", Verdict::Succeeded, 1);
    run.record(ONE, "eu-west-1", "a", "good");
    let choices = [json!({}), json!({"tag:team": "x"}), json!({"tag:team": "y"}), json!({})];
    for (number, columns) in choices.into_iter().enumerate() {
        let [_, _, changes, _] = written(&run, &format!("r{}", number + 2), columns).await;
        assert_eq!(changes.lines().count(), 1, "{changes}");
    }
    let summary = run.handler.artifacts.text("p/fake/r5/summary.json");
    assert!(summary.contains("\"PreviousRunId\": \"r4\""), "{summary}");
}
