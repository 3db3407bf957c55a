//! Good files with something wrong in them: nothing panics, and what is wrong is said at its line.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::fs;

use org_operator_definition::{json_of_toml, read_json, read_toml};
use proptest::prelude::*;
use proptest::sample::Index;

fn files() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// What can happen to a text by hand.
#[derive(Debug, Clone)]
enum Slip {
    Delete(Index),
    Insert(Index, char),
    DropLine(Index),
    SwapLines(Index, Index),
    RepeatLine(Index),
    Cut(Index),
}

fn slip() -> impl Strategy<Value = Slip> {
    let signs = prop::sample::select("[]{}()'\"`$@.|&!=?,#\n\\ aZ0_-é".chars().collect::<Vec<_>>());
    prop_oneof![
        any::<Index>().prop_map(Slip::Delete),
        (any::<Index>(), signs).prop_map(|(at, sign)| Slip::Insert(at, sign)),
        any::<Index>().prop_map(Slip::DropLine),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Slip::SwapLines(one, other)),
        any::<Index>().prop_map(Slip::RepeatLine),
        any::<Index>().prop_map(Slip::Cut),
    ]
}

fn slipped(text: &str, slip: &Slip) -> String {
    // A cut before it may have left nothing that could go wrong.
    if text.is_empty() {
        return String::new();
    }
    let mut chars: Vec<char> = text.chars().collect();
    let mut lines: Vec<&str> = text.lines().collect();
    let count = lines.len();
    match slip {
        Slip::Delete(at) => drop(chars.remove(at.index(chars.len()))),
        Slip::Insert(at, sign) => chars.insert(at.index(chars.len()), *sign),
        Slip::Cut(at) => chars.truncate(at.index(chars.len())),
        Slip::DropLine(at) => drop(lines.remove(at.index(count))),
        Slip::SwapLines(one, other) => lines.swap(one.index(count), other.index(count)),
        Slip::RepeatLine(at) => lines.insert(at.index(count), lines[at.index(count)]),
    }
    match slip {
        Slip::Delete(_) | Slip::Insert(..) | Slip::Cut(_) => chars.into_iter().collect(),
        _ => lines.join("\n"),
    }
}

/// The places of names that AWS or the format gives: a service, a call, the first name of a path.
fn names(text: &str) -> Vec<usize> {
    let starts = [
        "service = \"",
        "call = \"",
        "rows = \"",
        "path = \"",
        "keep = \"",
        "nested = \"",
        "on = [\"",
    ];
    let found =
        starts.iter().flat_map(|start| text.match_indices(start).map(|(at, _)| at + start.len()));
    let is_name =
        |at: &usize| text[*at..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '$');
    found.filter(is_name).filter(|at| !text[*at..].starts_with("let ")).map(|at| at + 1).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_slip_never_panics_and_every_fault_has_a_place_and_a_line(
        file in any::<Index>(), slips in prop::collection::vec(slip(), 1..3),
    ) {
        let all = files();
        let good = &all[file.index(all.len())];
        let bad = slips.iter().fold(good.clone(), |text, slip| slipped(&text, slip));
        let Err(faults) = read_toml(&bad) else { return Ok(()) };
        let lines = bad.lines().count() + 1;
        for fault in faults.iter() {
            prop_assert!(!fault.place.is_empty() && !fault.came.is_empty() && !fault.allowed.is_empty(), "{fault}");
            // A field that is missing at the top has no line.
            let at_top = !fault.place.contains(['.', '[']);
            prop_assert!(fault.line.map_or(at_top, |line| line >= 1 && line <= lines), "{fault}\n{bad}");
        }
        if let Ok(json) = json_of_toml(&bad) {
            prop_assert_eq!(read_json(&json).map(drop).map_err(|found| found.len()), Err(faults.len()));
        }
    }

    #[test]
    fn nothing_more_goes_wrong_in_an_empty_file(slip in slip()) {
        prop_assert_eq!(slipped("", &slip), "");
        prop_assert!(read_toml("").is_err());
    }

    #[test]
    fn a_mistyped_name_is_refused_at_its_line(file in any::<Index>(), place in any::<Index>()) {
        let all = files();
        let good = &all[file.index(all.len())];
        let places = names(good);
        let at = places[place.index(places.len())];
        let bad = format!("{}qqx{}", &good[..at], &good[at..]);
        let line = good[..at].lines().count();
        let faults = read_toml(&bad).err();
        let lines: Vec<_> = faults.iter().flat_map(|faults| faults.iter().map(|fault| fault.line)).collect();
        prop_assert!(lines.contains(&Some(line)), "line {} of\n{}\nsays {:?}", line, bad, faults);
    }
}
