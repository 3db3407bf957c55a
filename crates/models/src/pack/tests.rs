//! Packs that are whole, and packs that are damaged in every way that a file can be.

use miniz_oxide::deflate::compress_to_vec_zlib;
use proptest::prelude::*;

use super::*;

const TITLE: &str = "org-operator models 1; of a test";

/// A pack of these documents, each with the length that the index gives it.
fn pack_of(documents: &[(&str, &[u8], usize)]) -> Vec<u8> {
    let (mut index, mut blob) = (serde_json::Map::new(), Vec::new());
    for (name, content, length) in documents {
        let deflated = compress_to_vec_zlib(content, 6);
        index.insert((*name).to_owned(), serde_json::json!([blob.len(), deflated.len(), length]));
        blob.extend(deflated);
    }
    let mut bytes = format!("{TITLE}\n{}\n", serde_json::Value::Object(index)).into_bytes();
    bytes.extend(blob);
    bytes
}

fn small() -> Vec<u8> {
    pack_of(&[("a", b"[1,2,3]", 7), ("b", b"\"text\"", 6)])
}

#[test]
fn a_whole_pack_gives_its_title_names_and_documents() {
    let bytes = small();
    let pack = Pack::open(&bytes).expect("it is whole");
    assert_eq!(pack.title, TITLE);
    assert_eq!(pack.names().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(pack.json::<Vec<u8>>("a").expect("it is whole"), [1, 2, 3]);
    assert_eq!(pack.bytes("b").expect("it is whole"), b"\"text\"");
}

#[test]
fn a_document_that_is_not_there_is_named() {
    let bytes = small();
    let pack = Pack::open(&bytes).expect("it is whole");
    assert!(matches!(pack.bytes("c"), Err(Damaged::Missing(name)) if name == "c"));
}

#[test]
fn another_format_is_refused() {
    for bytes in [&b""[..], b"no line", b"something else\n{}\n", b"\xff\n{}\n"] {
        assert!(matches!(Pack::open(bytes), Err(Damaged::Header("first line"))), "{bytes:?}");
    }
    for index in ["", "{}", "{\n", "[]\n", "{\"a\":[1,2]}\n", "{\"a\":[-1,2,3]}\n"] {
        let bytes = format!("{TITLE}\n{index}");
        assert!(matches!(Pack::open(bytes.as_bytes()), Err(Damaged::Header("index"))), "{index}");
    }
}

#[test]
fn a_pack_cut_anywhere_is_refused_or_misses_documents() {
    let whole = small();
    for length in 0..whole.len() {
        let Ok(pack) = Pack::open(&whole[..length]) else { continue };
        assert!(
            matches!(pack.bytes("b"), Err(Damaged::Cut(name)) if name == "b"),
            "cut to {length}"
        );
    }
}

#[test]
fn an_index_past_the_end_of_the_pack_is_refused() {
    for place in [[usize::MAX, 2, 3], [1, usize::MAX, 3], [1 << 40, 5, 3]] {
        let bytes = format!("{TITLE}\n{{\"a\":{}}}\nrest", serde_json::json!(place));
        let pack = Pack::open(bytes.as_bytes()).expect("its index can be read");
        assert!(matches!(pack.bytes("a"), Err(Damaged::Cut(_))), "{place:?}");
    }
}

#[test]
fn a_document_of_another_length_than_the_index_gives_is_refused() {
    let zeros = vec![0; MAX_DOCUMENT + 1];
    let bytes = pack_of(&[("short", b"[]", 3), ("long", b"[]", 1), ("bomb", &zeros, usize::MAX)]);
    let pack = Pack::open(&bytes).expect("its index can be read");
    for name in ["short", "long", "bomb"] {
        assert!(matches!(pack.bytes(name), Err(Damaged::Deflate(_))), "{name}");
    }
}

#[test]
fn a_document_that_is_no_json_is_named() {
    let bytes = pack_of(&[("a", b"[1", 2)]);
    let pack = Pack::open(&bytes).expect("its index can be read");
    let said = pack.json::<Vec<u8>>("a").expect_err("it is no JSON").to_string();
    assert_eq!(said, "the document a of the models: EOF while parsing a list at line 1 column 2");
}

proptest! {
    #[test]
    fn any_bytes_are_a_pack_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let titled = [TITLE.as_bytes(), b"\n", &bytes].concat();
        for candidate in [&bytes, &titled] {
            if let Ok(pack) = Pack::open(candidate) {
                pack.names().for_each(|name| drop(pack.bytes(name)));
            }
        }
    }

    #[test]
    fn a_changed_byte_never_changes_a_document_unnoticed(at in any::<prop::sample::Index>(), by in 1_u8..) {
        let mut bytes = small();
        let documents = line(line(&bytes).expect("a title").1).expect("an index").1.len();
        let place = bytes.len() - 1 - at.index(documents);
        bytes[place] ^= by;
        let pack = Pack::open(&bytes).expect("its index is whole");
        for (name, content) in [("a", &b"[1,2,3]"[..]), ("b", b"\"text\"")] {
            prop_assert!(pack.bytes(name).map_or(true, |found| found == content));
        }
    }
}
