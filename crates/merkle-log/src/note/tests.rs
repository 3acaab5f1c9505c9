use alloc::{format, string::ToString, vec};

use proptest::prelude::*;
use signed_note::{Note, StandardVerifier, VerifierList};

use super::*;
use crate::{KeyKind, SignerKey, test_data::*};

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT: &str = "If you think cryptography is the answer to your problem,
then you don't know what your problem is.
";
const BY_PETER: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const BY_ENOCH: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn key(text: &str) -> VerifierKey {
    text.parse().unwrap()
}

fn parsed(text: &str) -> SignedNote {
    SignedNote::parse(text.as_bytes()).unwrap()
}

fn names(verified: &[Verified<'_>]) -> Vec<String> {
    verified.iter().map(|verified| verified.key.name().to_string()).collect()
}

#[test]
fn the_note_of_the_specification_verifies() {
    let known = [key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")];
    let note = parsed(
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
    );
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(names(&note.verify(&known).unwrap()), ["example.com/foo"]);
}

#[test]
fn known_signatures_are_verified_and_unknown_ones_ignored() {
    let both = parsed(&format!("{TEXT}\n{BY_PETER}{BY_ENOCH}"));
    assert_eq!(names(&both.verify(&[key(PETER)]).unwrap()), ["PeterNeumann"]);
    let known = [key(ENOCH), key(PETER)];
    assert_eq!(names(&both.verify(&known).unwrap()), ["PeterNeumann", "EnochRoot"]);
    assert_eq!(both.verify(&[]), Err(VerifyNoteError::Unverified));
    let misnamed = parsed(&format!("{TEXT}\n{}", BY_PETER.replace("PeterNeumann", "Carmen")));
    assert_eq!(misnamed.verify(&known), Err(VerifyNoteError::Unverified));
    let other_id = parsed(&format!("{TEXT}\n{}", BY_PETER.replace("x08g", "xxxx")));
    assert_eq!(other_id.verify(&known), Err(VerifyNoteError::Unverified));
}

#[test]
fn a_signature_that_stands_twice_counts_once() {
    let note = parsed(&format!("{TEXT}\n{BY_PETER}{BY_PETER}{BY_ENOCH}{BY_ENOCH}"));
    assert_eq!(names(&note.verify(&[key(PETER)]).unwrap()), ["PeterNeumann"]);
    let mut note = parsed(&format!("{TEXT}\n{BY_PETER}"));
    note.add(note.signatures()[0].clone());
    assert_eq!(note.to_string(), format!("{TEXT}\n{BY_PETER}"));
}

#[test]
fn a_bad_signature_by_a_known_key_spoils_the_note() {
    let (begin, end) = BY_PETER.split_at(62);
    let longer = format!("{begin}ABCD{end}");
    for bad in [longer, BY_ENOCH.replace("EnochRoot rwz+eB", "PeterNeumann x08go/")] {
        let note = parsed(&format!("{TEXT}\n{BY_ENOCH}{bad}"));
        let known = [key(PETER), key(ENOCH)];
        let name = "PeterNeumann".to_string();
        let error = VerifyNoteError::BadSignature { place: 2, name, id: 0xc74f_20a3 };
        assert_eq!(note.verify(&known), Err(error));
    }
    let changed = parsed(&format!("{}\n{BY_PETER}", TEXT.replace("your", "my")));
    assert!(changed.verify(&[key(PETER)]).is_err());
}

#[test]
fn two_known_keys_of_one_name_and_id_are_ambiguous_only_where_they_matter() {
    let known = [key(ENOCH), key(PETER), key(ENOCH)];
    let by_enoch = parsed(&format!("{TEXT}\n{BY_ENOCH}"));
    let name = "EnochRoot".to_string();
    assert_eq!(
        by_enoch.verify(&known),
        Err(VerifyNoteError::AmbiguousKey { name, id: 0xaf0c_fe78 })
    );
    let by_peter = parsed(&format!("{TEXT}\n{BY_PETER}"));
    assert_eq!(names(&by_peter.verify(&known).unwrap()), ["PeterNeumann"]);
}

#[test]
fn malformed_notes_are_refused_and_the_line_is_named() {
    let error = |bytes: &[u8]| SignedNote::parse(bytes).unwrap_err();
    let text = |text: String| SignedNote::parse(text.as_bytes()).unwrap_err();
    assert_eq!(text(TEXT.into()), ParseNoteError::NoSignatures);
    assert_eq!(text(format!("{TEXT}\n")), ParseNoteError::NoSignatures);
    assert_eq!(text(String::new()), ParseNoteError::NoNewline { line: 1 });
    assert_eq!(text("\n".into()), ParseNoteError::NoSignatures);
    let unfinished = format!("{TEXT}\n{}", BY_PETER.trim_end());
    assert_eq!(text(unfinished), ParseNoteError::NoNewline { line: 4 });
    let control = format!("\u{1}{TEXT}\n{BY_PETER}");
    assert_eq!(text(control), ParseNoteError::ControlCharacter { line: 1 });
    let carriage_return = format!("{TEXT}\n{BY_PETER}").replace('\n', "\r\n");
    assert_eq!(text(carriage_return), ParseNoteError::ControlCharacter { line: 1 });
    let not_utf8 = [TEXT.as_bytes(), b"\xff\n", BY_PETER.as_bytes()].concat();
    assert_eq!(error(&not_utf8), ParseNoteError::NotUtf8 { line: 3 });
    for line in [
        BY_PETER.replace("PeterNeumann", "Bad Name"),
        BY_PETER.replace("PeterNeumann", "a+b"),
        BY_PETER.replace("— ", "- "),
        BY_PETER.replace("— ", "—"),
        BY_PETER.replace('=', ""),
        BY_PETER.replace("AM=", "AN="),
        BY_PETER.replace("x08g", "x08g x08g"),
        "— PeterNeumann ABCD\n".into(),
        "— PeterNeumann x08goA==\n".into(),
        "Unexpected line.\n".into(),
    ] {
        let found = text(format!("{TEXT}\n{BY_ENOCH}{line}"));
        assert_eq!(found, ParseNoteError::NotASignature { line: 5 }, "{line}");
    }
    let many = format!("{TEXT}\n{}", BY_PETER.repeat(101));
    assert_eq!(text(many), ParseNoteError::TooManySignatures { line: 104 });
    assert!(SignedNote::parse(format!("{TEXT}\n{}", BY_PETER.repeat(100)).as_bytes()).is_ok());
    let long = vec![b'a'; NOTE_BYTES_MAX + 1];
    assert_eq!(error(&long), ParseNoteError::TooLong { found: 1_000_001 });
    assert_eq!(SignedNote::new("abc"), Err(ParseNoteError::NotAText));
}

#[test]
fn a_text_may_have_empty_lines_of_its_own() {
    let signer = SignerKey::from_seed("log", KeyKind::Note, &[3; 32]).unwrap();
    let text = "\nfirst\n\n\nsecond\n";
    let mut note = SignedNote::new(text).unwrap();
    note.add(signer.sign(text, 0));
    let read = parsed(&note.to_string());
    assert_eq!((read.text(), &read), (text, &note));
    assert!(read.verify(&[signer.verifier().clone()]).is_ok());
}

#[test]
fn what_is_signed_here_verifies_elsewhere() {
    let signer = SignerKey::from_seed("log.example", KeyKind::Note, &[3; 32]).unwrap();
    let mut note = SignedNote::new(TEXT).unwrap();
    note.add(signer.sign(TEXT, 0));
    let other = Note::from_bytes(note.to_string().as_bytes()).unwrap();
    let standard = StandardVerifier::new(&signer.verifier().to_string()).unwrap();
    let (verified, unverified) =
        other.verify(&VerifierList::new(vec![alloc::boxed::Box::new(standard)])).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn no_changed_note_verifies(at: usize, xor in 1_u8..=255, how in 0_u8..4) {
        let known = [key(LOG_KEY), key(WITNESS_KEY)];
        let mut bytes = COSIGNED_CHECKPOINT.as_bytes().to_vec();
        let at = at % bytes.len();
        match how {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, xor),
            _ => bytes[at] ^= xor,
        }
        if bytes == COSIGNED_CHECKPOINT.as_bytes() {
            return Ok(());
        }
        // A name or id that is changed makes a key unknown, and its line is then ignored; what is
        // never accepted is a changed text, or both signatures.
        if let Ok(note) = SignedNote::parse(&bytes)
            && let Ok(verified) = note.verify(&known)
        {
            prop_assert!(COSIGNED_CHECKPOINT.starts_with(note.text()));
            prop_assert_eq!(verified.len(), 1);
        }
    }

    #[test]
    fn no_bytes_make_the_parser_panic_and_what_it_reads_it_writes_the_same(
        text in "[a-z \n]{0,40}", tail in "(\n)?(— )?[a-z+]{0,4} [A-Za-z0-9+/=]{0,12}\n?",
    ) {
        let bytes = format!("{text}{tail}");
        if let Ok(note) = SignedNote::parse(bytes.as_bytes()) {
            prop_assert_eq!(note.to_string(), bytes);
        }
    }
}
