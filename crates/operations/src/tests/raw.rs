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

fn refused(definition: &Map<String, Value>) -> String {
    let mut violations = Violations::default();
    assert!(of_definition(definition, &mut violations).is_none());
    violations.to_string()
}

#[test]
fn a_raw_definition_is_held_to_the_models() {
    let definition = raw_definition("ec2", "DescribeVpcs", &["MaxResults=5".to_owned()]).unwrap();
    let mut violations = Violations::default();
    let vpcs = of_definition(&definition, &mut violations);
    assert!(violations.is_empty(), "{violations}");
    assert_eq!(vpcs.unwrap().spec().actions, ["ec2:DescribeVpcs"]);
    let mut mistyped = definition.clone();
    mistyped["call"] = json!("DescribeVpc");
    let faults = refused(&mistyped);
    assert!(faults.contains("nearest: `DescribeVpcs`"), "{faults}");
    assert!(raw_definition("ec2", "DescribeVpc", &[]).is_err());
}

#[test]
fn a_raw_definition_has_its_own_name_and_no_other_field() {
    let right = raw_definition("ec2", "DescribeVpcs", &[]).unwrap();
    for (field, value) in
        [("name", json!("../elsewhere")), ("keep", json!("x")), ("input", json!(5))]
    {
        let mut wrong = right.clone();
        wrong.insert(field.to_owned(), value);
        assert!(refused(&wrong).contains("raw-ec2-describevpcs"), "{field}");
    }
}
