use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::*;
use crate::{Checkpoint, SignerKey, empty_root, test_data::*};

fn witness(number: u8) -> SignerKey {
    let name = format!("witness{number}.example");
    SignerKey::from_seed(&name, KeyKind::Cosignature, &[number; 32]).unwrap()
}

fn log() -> SignerKey {
    SignerKey::from_seed("log.example", KeyKind::Note, &[0xee; 32]).unwrap()
}

/// The example of the specification: two of X1 X2 X3, and any of Y1 Y2 Y3.
fn two_levels() -> String {
    let mut text = format!("# trusted by the committee\n\nlog {}\n", log().verifier());
    for (number, name) in (1..).zip(["X1", "X2", "X3", "Y1", "Y2", "Y3"]) {
        let key = witness(number).verifier().to_string();
        text.extend(["\twitness  ", name, " ", &key, " https://", name, ".example\n"]);
    }
    text.extend(["group X-witnesses 2 X1 X2 X3\n", "group Y-witnesses any Y1 Y2 Y3\n"]);
    text.extend(["group X-and-Y all X-witnesses Y-witnesses\n", "quorum X-and-Y\n"]);
    text
}

fn cosigned(witnesses: &[u8]) -> SignedNote {
    let mut note = Checkpoint::new("log.example", 0, empty_root()).unwrap().signed_by(&log());
    for number in witnesses {
        let signature = witness(*number).sign(note.text(), 1_000 + u64::from(*number));
        note.add(signature);
    }
    note
}

#[test]
fn a_quorum_of_two_levels_needs_both() {
    let policy = Policy::parse(two_levels().as_bytes()).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 6));
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some(b"https://X1.example".as_slice()));
    let accepted = policy.accept(&cosigned(&[1, 3, 5])).unwrap();
    let expected =
        [("witness1.example", 1001), ("witness3.example", 1003), ("witness5.example", 1005)];
    let found: Vec<_> =
        accepted.cosigned.iter().map(|(name, time)| (name.as_str(), *time)).collect();
    assert_eq!(found, expected);
    for too_few in [&[][..], &[1], &[1, 2, 3], &[4, 5, 6], &[1, 4, 5, 6]] {
        let error = policy.accept(&cosigned(too_few)).unwrap_err();
        assert_eq!(error, PolicyError::NoQuorum { cosigned: too_few.len(), known: 6 });
    }
    // Unknown witnesses do not count, and do no harm.
    assert!(policy.accept(&cosigned(&[1, 2, 4, 99])).is_ok());
    assert!(policy.accept(&cosigned(&[1, 99, 4])).is_err());
}

#[test]
fn without_a_quorum_the_log_alone_is_enough_but_it_must_have_signed() {
    let text = format!("log {}\nquorum none\n", log().verifier());
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert!(policy.accept(&cosigned(&[])).is_ok());
    let text = cosigned(&[]).text().to_string();
    let mut only_witnessed = SignedNote::new(text.clone()).unwrap();
    only_witnessed.add(witness(1).sign(&text, 1));
    let origin = "log.example".to_string();
    assert_eq!(policy.accept(&only_witnessed), Err(PolicyError::NotSigned { origin }));
    let other = Policy::parse(format!("log {LOG_KEY}\nquorum none\n").as_bytes()).unwrap();
    let origin = "log.example".to_string();
    assert_eq!(other.accept(&cosigned(&[])), Err(PolicyError::UnknownLog { origin }));
}

#[test]
fn a_bad_cosignature_by_a_known_witness_spoils_the_checkpoint() {
    let policy = Policy::parse(two_levels().as_bytes()).unwrap();
    let mut note = cosigned(&[1, 2, 4]);
    note.add(witness(3).sign("another text\n", 5));
    assert!(matches!(policy.accept(&note), Err(PolicyError::Signature(_))));
}

#[test]
fn each_thing_that_can_be_wrong_with_a_line_has_its_own_answer() {
    use PolicyFault as F;
    let line_of = |number: u8| format!("witness w{number} {}\n", witness(number).verifier());
    let [one, two] = [line_of(1), line_of(2)];
    let log = format!("log {}\n", log().verifier());
    let cases: Vec<(String, usize, F)> = [
        (String::new(), 1, F::NoQuorum),
        (one.clone(), 2, F::NoQuorum),
        ("quorum none".into(), 1, F::NoNewline),
        ("quorum none\r\n".into(), 1, F::CarriageReturn),
        ("quorum\x0bnone\n".into(), 1, F::ControlCharacter),
        ("\u{feff}quorum none\n".into(), 1, F::ByteOrderMark),
        ("# a\n\u{feff}quorum none\n".into(), 2, F::UnknownWord),
        ("quorum none\nquorum none\n".into(), 2, F::SecondQuorum),
        ("quorum nobody\n".into(), 1, F::UnknownName),
        ("quorum\n".into(), 1, F::Words("quorum NAME|none")),
        ("Quorum none\n".into(), 1, F::UnknownWord),
        ("log\n".into(), 1, F::Words("log KEY [URL]")),
        (log.replace('\n', " a b\n"), 1, F::Words("log KEY [URL]")),
        (format!("{log}{log}"), 2, F::DuplicateKey),
        (format!("log {WITNESS_KEY}\n"), 1, F::KeyKind),
        (format!("witness w {LOG_KEY}\n"), 1, F::KeyKind),
        ("log abc\n".into(), 1, F::Key(ParseKeyError::Shape)),
        (format!("{one}{}", two.replace("w2", "w1")), 2, F::TakenName),
        (format!("{one}{}", one.replace("w1", "w9")), 2, F::DuplicateKey),
        (one.replace("w1", "none"), 1, F::TakenName),
        (format!("{one}group w1 any w1\n"), 2, F::TakenName),
        (format!("{one}group g any\n"), 2, F::Words("group NAME all|any|NUMBER MEMBER...")),
        (format!("{one}group g any none\n"), 2, F::UnknownName),
        (format!("{one}group g any g\n"), 2, F::UnknownName),
        (format!("{one}group g any w1 w1\n"), 2, F::SecondMembership),
        (format!("{one}group g any w1\ngroup h any w1\n"), 3, F::SecondMembership),
        (format!("{one}group g 0 w1\n"), 2, F::Threshold),
        (format!("{one}group g 2 w1\n"), 2, F::Threshold),
        (format!("{one}group g 01 w1\n"), 2, F::Threshold),
        (format!("{one}group g some w1\n"), 2, F::Threshold),
    ]
    .into();
    for (text, line, fault) in cases {
        let error = Policy::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error, ParsePolicyError { line, fault }, "{text}");
    }
}

#[test]
fn names_are_bytes_and_many_of_them_are_read() {
    let mut text = Vec::new();
    for number in 0..40 {
        let line = format!(" {}\n", witness(number).verifier());
        text.extend_from_slice(b"witness \xff");
        text.extend_from_slice(&[b'0' + number]);
        text.extend_from_slice(line.as_bytes());
    }
    text.extend_from_slice(b"group g 1 \xff0 \xff1\nquorum g\n");
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(policy.witnesses().len(), 40);
    assert_eq!(policy.witnesses()[1].name, b"\xff1");
}
