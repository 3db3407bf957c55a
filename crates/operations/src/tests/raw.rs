//! Pages cut into rows and put together again.

use super::*;
use serde_json::json;

#[test]
fn a_page_that_was_cut_between_characters_comes_back_whole() {
    let pages = [json!({"Text": "é".repeat(PIECE)}), json!({"Vpcs": []})];
    let texts = pages.iter().map(ToString::to_string).enumerate();
    let rows: Rows = texts.flat_map(|(index, text)| rows_of(index, &text)).collect();
    assert!(rows.len() > 3 && rows.iter().all(|row| row[2].len() <= PIECE));
    assert_eq!(raw_pages(rows.iter().map(Vec::as_slice)).unwrap(), pages);
}

#[test]
fn a_raw_definition_is_held_to_the_models() {
    let definition = |call: &str, input: Value| {
        raw_definition("ec2", call, input.as_object().cloned().unwrap_or_default())
    };
    let mut violations = Violations::default();
    let vpcs =
        of_definition(&definition("DescribeVpcs", json!({"MaxResults": 5})), &mut violations);
    assert!(violations.is_empty(), "{violations}");
    assert_eq!(vpcs.unwrap().spec().actions, ["ec2:DescribeVpcs"]);
    assert!(of_definition(&definition("DescribeVpc", json!({"X": 5})), &mut violations).is_none());
    assert!(violations.to_string().contains("nearest: `DescribeVpcs`"), "{violations}");
}
