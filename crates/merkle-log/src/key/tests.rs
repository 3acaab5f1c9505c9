use alloc::string::ToString;

use super::*;
use crate::test_data::*;

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

fn seed(first: u8) -> [u8; 32] {
    core::array::from_fn(|i| first + u8::try_from(i).unwrap())
}

#[test]
fn the_keys_of_the_vectors_grow_from_their_seeds() {
    let log = SignerKey::from_seed("ledger.example/complaints", KeyKind::Note, &seed(0)).unwrap();
    assert_eq!(log.verifier().to_string(), LOG_KEY);
    let witness =
        SignerKey::from_seed("witness.example/auditor", KeyKind::Cosignature, &seed(0x20)).unwrap();
    assert_eq!(witness.verifier().to_string(), WITNESS_KEY);
    assert_eq!(WITNESS_KEY.parse::<VerifierKey>().unwrap(), *witness.verifier());
}

#[test]
fn no_part_of_a_key_and_no_key_with_a_changed_byte_is_read() {
    assert!(PETER.parse::<VerifierKey>().is_ok());
    for begin in 0..=PETER.len() {
        for end in begin + 1..=PETER.len() {
            let part = &PETER[begin..end];
            assert!(part == PETER || part.parse::<VerifierKey>().is_err(), "{part}");
        }
    }
    for i in 0..PETER.len() {
        let mut bytes = PETER.as_bytes().to_vec();
        bytes[i] += 1;
        let changed = String::from_utf8(bytes).unwrap();
        assert!(changed.parse::<VerifierKey>().is_err(), "{changed}");
    }
}

#[test]
fn each_thing_that_can_be_wrong_with_a_key_has_its_own_answer() {
    let error = |text: &str| text.parse::<VerifierKey>().unwrap_err();
    assert_eq!(error("PeterNeumann"), ParseKeyError::Shape);
    assert_eq!(error("Peter Neumann+c74f20a3+AR"), ParseKeyError::Name);
    assert_eq!(error("+c74f20a3+AR"), ParseKeyError::Name);
    assert_eq!(error("PeterNeumann+C74F20A3+AR"), ParseKeyError::Id);
    assert_eq!(error("PeterNeumann+c74f20a+AR"), ParseKeyError::Id);
    assert_eq!(error("PeterNeumann+c74f20a3+A"), ParseKeyError::Base64);
    let wrong_length = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEQ==";
    assert_eq!(error(wrong_length), ParseKeyError::Key);
    let unknown_kind = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(error(unknown_kind), ParseKeyError::Kind { found: 0x65 });
    let wrong_id = PETER.replace("c74f20a3", "c74f20a4");
    let expected = ParseKeyError::WrongId { expected: 0xc74f_20a3, found: 0xc74f_20a4 };
    assert_eq!(error(&wrong_id), expected);
}

#[test]
fn a_key_that_signs_nothing_is_refused() {
    // The neutral point as public key: some signatures would fit every message.
    let mut public = [0; 32];
    public[0] = 1;
    let id = key_id("weak", KeyKind::Note, &public);
    let key = [&[1], public.as_slice()].concat();
    let text = format!("weak+{id:08x}+{}", to_base64(key));
    assert_eq!(text.parse::<VerifierKey>(), Err(ParseKeyError::Key));
}

#[test]
fn names_with_spaces_plus_signs_or_nothing_are_refused() {
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\tb", "a\nb", "\u{2003}"] {
        assert!(SignerKey::from_seed(name, KeyKind::Note, &[0; 32]).is_err(), "{name:?}");
    }
    assert!(SignerKey::from_seed("投诉.example", KeyKind::Note, &[0; 32]).is_ok());
}

#[test]
fn the_secret_is_never_printed() {
    let key = SignerKey::from_seed("log", KeyKind::Note, &[0xab; 32]).unwrap();
    let shown = format!("{key:?}");
    assert!(!shown.contains("171, 171") && !shown.contains("abab"));
}
