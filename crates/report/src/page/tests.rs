//! What the blocks of a page hold, and that memory does not grow with the run.

use super::*;
use proptest::prelude::*;

fn meta() -> Meta {
    let column = |name: &str| Column { name: name.to_owned(), meaning: "m".to_owned() };
    Meta { operation: "op".to_owned(), columns: vec![column("a"), column("b")], ..Meta::default() }
}

fn target<'a>(region: &'a str, status: &'a str, kind: &'a str) -> Target<'a> {
    Target { region, status, kind, message: "why", expected: "", records: 7 }
}

fn blocks(page: &[u8]) -> Vec<Value> {
    let text = String::from_utf8(page.to_vec()).unwrap();
    let start = "<script type=\"application/octet-stream\">";
    let found = text.split(start).skip(1);
    found.map(|rest| block::unpacked(&format!("{start}{rest}"))).collect()
}

fn finished(page: &mut Page, summary: &Value) -> Vec<Value> {
    page.finish(summary).unwrap();
    blocks(&page.take())
}

fn of_kind<'a>(blocks: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    blocks.iter().filter(move |block| block["kind"] == kind)
}

#[test]
fn each_target_has_its_letter_reason_and_count() {
    let mut page = Page::begin(&meta()).unwrap();
    page.account(("1", "one", "/u"), &[target("r1", "SUCCEEDED", ""), target("r2", "FAILED", "K")])
        .unwrap();
    page.account(("2", "two", ""), &[target("r3", "SKIPPED", "D"), target("r1", "FAILED", "K")])
        .unwrap();
    let blocks = finished(&mut page, &json!({"Status": "PARTIAL"}));
    let coverage = of_kind(&blocks, "coverage").next().unwrap();
    assert_eq!(coverage["regions"], json!(["r1", "r2", "r3"]));
    assert_eq!(coverage["reasons"], json!([["K", "why"], ["D", "why"]]));
    assert_eq!(coverage["accounts"][0], json!(["1", "one", "/u", "SF", [0], [7]]));
    assert_eq!(coverage["accounts"][1], json!(["2", "two", "", "F.K", [0, 1], []]));
}

#[test]
fn an_expected_failure_has_a_letter_of_its_own_and_its_reason() {
    let mut page = Page::begin(&meta()).unwrap();
    let known = Target { expected: "by contract", ..target("r1", "FAILED", "K") };
    let skipped = target("r2", "SKIPPED", "D");
    page.account(("1", "one", ""), &[known, skipped, target("r3", "FAILED", "K")]).unwrap();
    let blocks = finished(&mut page, &json!({}));
    let coverage = of_kind(&blocks, "coverage").next().unwrap();
    assert_eq!(coverage["accounts"][0][3], "EKF");
    assert_eq!(coverage["reasons"][0], json!(["K", "why (expected: by contract)"]));
}

#[test]
fn rows_beyond_the_limit_are_counted_and_left_out() {
    let mut page = Page::begin(&meta()).unwrap();
    for _ in 0..MOST_ROWS + 3 {
        page.record("r1", &["x", "y"]).unwrap();
        page.take();
    }
    let blocks = finished(&mut page, &json!({}));
    assert_eq!(of_kind(&blocks, "summary").next().unwrap()["rows_left_out"], 3);
}

#[test]
fn what_waits_to_be_written_stays_small() {
    let mut page = Page::begin(&meta()).unwrap();
    page.take();
    for row in 0..50_000u32 {
        page.record("r1", &[row.to_string(), "y".repeat(50)]).unwrap();
        assert!(page.rows.account.len() < BLOCK_ROWS && page.take().len() < 1_000_000);
    }
}

#[test]
fn long_texts_fill_neither_a_block_nor_the_changes() {
    let mut page = Page::begin(&meta()).unwrap();
    let long = "x".repeat(CELL_CHARS);
    for account in 0..2_000 {
        page.record("r1", &[&long, &long]).unwrap();
        page.change("added", "r1", &[&long, &long]);
        let message = format!("{account} {long}");
        let failed = Target { message: &message, ..target("r1", "FAILED", "K") };
        page.account((&account.to_string(), "n", ""), &[failed]).unwrap();
        assert!(page.rows.bytes < BLOCK_BYTES && page.coverage.bytes < BLOCK_BYTES);
    }
    assert!(page.changes.len() * 2 * CELL_CHARS < CHANGES_CHARS + 4 * CELL_CHARS);
}

proptest! {
    #[test]
    fn any_text_reads_back(cells in proptest::collection::vec(any::<String>(), 2), name in any::<String>()) {
        let mut page = Page::begin(&meta()).unwrap();
        page.record("r1", &cells).unwrap();
        page.change("added", "r1", &cells);
        page.account(("1", &name, &name), &[target("r1", "SUCCEEDED", "")]).unwrap();
        let blocks = finished(&mut page, &json!({}));
        let rows = of_kind(&blocks, "rows").next().unwrap();
        prop_assert_eq!(&rows["columns"][0][0], &Value::from(cells[0].clone()));
        let coverage = of_kind(&blocks, "coverage").next().unwrap();
        prop_assert_eq!(&coverage["accounts"][0][1], &Value::from(name));
    }
}
