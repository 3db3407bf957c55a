//! What the page over several operations or runs links to, and that no text becomes anything but text.

use super::*;
use proptest::prelude::*;

fn address(folder: &str) -> Address {
    Address { up: 0, folders: vec![folder.to_owned()], file: "report.html" }
}

fn index(text: &str) -> Index {
    let row = IndexRow {
        operation: text.to_owned(),
        address: address(text),
        facts: vec![text.to_owned()],
        status: text.to_owned(),
        numbers: vec![text.to_owned()],
    };
    Index {
        title: text.to_owned(),
        facts: vec![text.to_owned()],
        status: text.to_owned(),
        counts: text.to_owned(),
        heads: vec![text.to_owned()],
        rows: vec![row],
        failures: vec![text.to_owned()],
        changes: vec![text.to_owned()],
    }
}

#[test]
fn each_operation_has_its_verdict_and_a_link_to_its_report() {
    let row = IndexRow {
        operation: "vpcs".to_owned(),
        address: address("vpcs"),
        facts: vec!["aws-us-gov".to_owned()],
        status: "PARTIAL".to_owned(),
        numbers: vec!["34".to_owned(), "2".to_owned()],
    };
    let heads = vec!["Targets".to_owned(), "Failed".to_owned()];
    let facts = vec!["partition".to_owned()];
    let page = Index { facts, heads, rows: vec![row], ..Index::default() }.html();
    assert!(page.contains("<a href=\"vpcs/report.html\">vpcs</a>"), "{page}");
    assert!(page.contains("<td>aws-us-gov</td><td class=\"PARTIAL\">PARTIAL</td>"), "{page}");
    assert!(page.contains("<td class=\"number\">34</td><td class=\"number\">2</td>"), "{page}");
    assert!(!page.contains("Failures"), "{page}");
}

#[test]
fn a_report_in_another_folder_is_linked_through_the_folders_above() {
    let folders = vec!["gov runs".to_owned(), "vpcs".to_owned()];
    let address = Address { up: 2, folders, file: "index.html" };
    let row = IndexRow { address, ..IndexRow::default() };
    let page = Index { rows: vec![row], ..Index::default() }.html();
    assert!(page.contains("<a href=\"../../gov%20runs/vpcs/index.html\">"), "{page}");
}

#[test]
fn the_page_has_no_script_and_allows_none() {
    let page = Index::default().html();
    assert!(page.contains("default-src 'none'") && page.contains(&hash(STYLE)));
    assert!(!page.contains("script"), "{page}");
}

proptest! {
    #[test]
    fn no_text_makes_a_tag_an_attribute_or_another_address(
        text in "[<>\"'&/.%:a-z\u{202e}\n]{0,40}",
    ) {
        let (page, plain) = (index(&text).html(), index("x").html());
        let tags = |page: &str| page.matches('<').count();
        let quotes = |page: &str| page.matches('"').count();
        prop_assert_eq!(tags(&page), tags(&plain));
        prop_assert_eq!(quotes(&page), quotes(&plain));
        let address = page.split("<a href=\"").nth(1).unwrap().split('"').next().unwrap();
        prop_assert!(!address.trim_end_matches("/report.html").contains(['/', ':', '.']));
    }
}
