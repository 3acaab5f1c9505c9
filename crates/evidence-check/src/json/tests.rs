use proptest::prelude::*;
use serde_json::Value;

use super::*;

#[test]
fn every_golden_record_is_in_the_one_spelling() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../complaint-codec/golden");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let record = crate::record::RecordView::parse(bytes);
        assert!(record.is_ok(), "{}: {record:?}", path.display());
        read += 1;
    }
    assert!(read > 100, "{read} golden records");
}

#[test]
fn an_object_is_read_by_its_keys_alone() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pair {
        a: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        b: Option<u8>,
    }
    let pair = Pair { a: 1, b: Some(2) };
    assert_eq!(read::<Pair>(br#"{"a":1,"b":2}"#), Ok(pair));
    assert_eq!(read::<Pair>(br#"{"b":null,"later":0,"a":1}"#), Ok(Pair { a: 1, b: None }));
    assert!(read::<Pair>(b"[1,2]").is_err());
    assert_eq!(read_as_written::<Pair>(br#"{"a":1}"#), Ok(Pair { a: 1, b: None }));
    for other in [r#"{"b":2,"a":1}"#, r#"{"a":1,"b":null}"#, r#"{"a":1,"later":0}"#] {
        assert!(read_as_written::<Pair>(other.as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn where_the_spelling_is_another_is_said() {
    for (text, column) in [
        (r#"{"a":1,"a":2}"#, 11),
        (r#"{"a": 1}"#, 6),
        (r#"{"a":1.0}"#, 7),
        (r#"{"a":-0}"#, 6),
        (r#"{"a":"\ud800"}"#, 9),
        (r#"{"a":1} "#, 8),
        ("", 1),
    ] {
        assert_eq!(scan(text.as_bytes()), Err(JsonError { column }), "{text}");
    }
    assert_eq!(scan(b"\"\xff\""), Err(JsonError { column: 2 }));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\x00-\\x7f]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_accepted(value in any_json()) {
        prop_assert_eq!(scan(&serde_json::to_vec(&value).unwrap()), Ok(()));
    }

    #[test]
    fn what_is_accepted_is_written_the_same(
        value in any_json(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = serde_json::to_vec(&value).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if scan(&bytes).is_ok() {
            // Keys are sorted by the reader that the test compares with; their order is not looked at here.
            let again = serde_json::to_vec(&serde_json::from_slice::<Value>(&bytes).unwrap()).unwrap();
            let sorted = |mut bytes: Vec<u8>| { bytes.sort_unstable(); bytes };
            prop_assert_eq!(sorted(again), sorted(bytes));
        }
    }
}
