//! Models of one service that are whole, and such that are damaged.

use proptest::prelude::*;

use super::*;
use crate::shape::ShapeId;

const SMALL: &str = r#"{
  "id": "Small", "v": "2020-01-01", "p": "json", "ep": "small", "tp": "Small_1", "jv": "1.1",
  "ops": {
    "ListThings": {"i": {"s": 0}, "o": {"s": 1}, "pg": {"in": ["Token"], "out": ["Token"]}},
    "GetThing": {"h": ["GET", "/things/{Id}"], "o": {"s": 1}, "ac": ["things:Read"]},
    "GetOther": {"ac": []}
  },
  "no": {"GetSecret": "write"},
  "shapes": [
    {"t": "S", "m": {"Token": {"s": 2}, "Size": {"s": 4}}},
    {"t": "S", "m": {"Things": {"s": 3, "n": "things"}, "Token": {"s": 2}}},
    {"t": "s", "x": true},
    {"t": "L", "i": {"s": 1}},
    {"t": "i", "mn": 1, "mx": 100}
  ]
}"#;

fn small() -> Service {
    Service::read("small", SMALL.as_bytes()).expect("it is whole")
}

fn damage(from: &str, to: &str) -> Damaged {
    assert!(SMALL.contains(from), "{from}");
    Service::read("small", SMALL.replacen(from, to, 1).as_bytes()).expect_err("it is damaged")
}

#[test]
fn a_model_gives_operations_and_shapes() {
    let service = small();
    let list = &service.operations["ListThings"];
    assert_eq!((list.method(), list.uri()), ("POST", "/"));
    let get = &service.operations["GetThing"];
    assert_eq!((get.method(), get.uri()), ("GET", "/things/{Id}"));
    let output = service.shape(list.output.as_ref().expect("it answers"));
    assert_eq!(
        output.members.keys().collect::<Vec<_>>(),
        ["Things", "Token"],
        "the model's order is kept"
    );
    assert_eq!(output.members["Things"].wire_name("Things"), "things");
    assert_eq!(output.members["Token"].wire_name("Token"), "Token");
    assert!(service.shape(&output.members["Token"]).sensitive);
    assert_eq!(service.unsupported["GetSecret"], Unsupported::Write);
}

#[test]
fn actions_are_of_the_name_or_listed_or_unknown() {
    let service = small();
    assert_eq!(service.actions("ListThings"), Some(vec!["small:ListThings".to_owned()]));
    assert_eq!(service.actions("GetThing"), Some(vec!["things:Read".to_owned()]));
    assert_eq!(service.actions("GetOther"), None);
    assert_eq!(service.actions("GetSecret"), None);
}

#[test]
fn a_reference_to_no_shape_is_refused() {
    for from in [
        r#""i": {"s": 0}"#,
        r#""o": {"s": 1}"#,
        r#""Token": {"s": 2}"#,
        r#""t": "L", "i": {"s": 1}"#,
    ] {
        let to = from.replace(char::is_numeric, "5");
        assert!(matches!(damage(from, &to), Damaged::Reference { shape: 5, .. }), "{from}");
    }
}

#[test]
fn a_shape_without_what_its_kind_needs_is_refused() {
    for (from, to) in [
        (r#""t": "L", "i": {"s": 1}"#, r#""t": "L""#),
        (r#""t": "L", "i": {"s": 1}"#, r#""t": "M", "k": {"s": 2}"#),
        (r#""t": "L", "i": {"s": 1}"#, r#""t": "S", "p": "Body""#),
    ] {
        assert!(matches!(damage(from, to), Damaged::Shape { shape: 3, .. }), "{to}");
    }
}

#[test]
fn pages_without_a_token_for_each_are_refused() {
    let said = damage(r#""in": ["Token"]"#, r#""in": []"#).to_string();
    assert_eq!(said, "the document small of the models pairs no tokens in the pages of ListThings");
}

#[test]
fn a_protocol_or_kind_that_is_unknown_is_refused() {
    for (from, to) in [
        ("\"json\"", "\"smithy-rpc-v2-cbor\""),
        ("\"t\": \"L\"", "\"t\": \"Z\""),
        ("\"write\"", "\"no\""),
    ] {
        assert!(matches!(damage(from, to), Damaged::Json { .. }), "{to}");
    }
}

proptest! {
    #[test]
    fn a_model_with_changed_bytes_is_refused_or_can_be_walked(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = SMALL.as_bytes().to_vec();
        for (at, byte) in changes {
            let place = at.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(service) = Service::read("small", &bytes) {
            let used = service.shapes().iter().flat_map(references);
            prop_assert!(used.map(|r| (r.shape, service.shape(r))).all(|(ShapeId(at), shape)| &service.shapes()[at] == shape));
        }
    }
}
