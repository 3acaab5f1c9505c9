use super::*;
use crate::authority::AuthoritiesError;

/// The recorded stamps, which `recorded/make.sh` made once.
macro_rules! recorded {
    ($name:literal) => {
        include_bytes!(concat!("../../recorded/", $name))
    };
}

const NOTE: &[u8] = recorded!("note.txt");

fn trusting(pem: &[u8]) -> Authorities {
    Authorities::from_pem(pem).unwrap()
}

fn verify(token: &[u8], root: &[u8]) -> Result<Stamp, StampError> {
    Token::parse(token)?.verify(NOTE, &trusting(root))
}

#[test]
fn stamps_by_rsa_and_both_curves_verify_with_their_roots_and_no_clock() {
    for (token, root, name) in [
        (recorded!("rsa.tsr").as_slice(), recorded!("rsa.pem").as_slice(), "rsa-stamps of tests"),
        (recorded!("p256.tsr"), recorded!("p256.pem"), "p256-stamps of tests"),
        (recorded!("p384.tsr"), recorded!("p384.pem"), "p384-stamps of tests"),
        (recorded!("by-hand.tst"), recorded!("rsa.pem"), "honest of tests"),
    ] {
        let stamp = verify(token, root).unwrap();
        assert_eq!(stamp.authority, name);
        assert_eq!(stamp.policy, "1.2.3.4.1");
        assert_eq!(stamp.accuracy, 1501, "{name}: 1 s, 500 ms and 100 µs, rounded up");
        let recorded = 1_795_700_142_000;
        assert!((stamp.time - recorded).abs() < 10_000, "{name}: {}", stamp.time);
    }
    let with_millis = verify(recorded!("p384.tsr"), recorded!("p384.pem")).unwrap();
    assert_ne!(with_millis.time % 1000, 0);
}

#[test]
fn a_stamp_answers_one_request_only() {
    let request = Request::new(NOTE, 42);
    assert_eq!(request.to_der(), recorded!("request.tsq"), "as OpenSSL writes it");
    assert_eq!(Request::parse(recorded!("request.tsq")), Ok(request.clone()));
    let token = Token::parse(recorded!("rsa.tsr")).unwrap();
    assert_eq!(token.answers(&request), Ok(()));
    let other = Request { nonce: 43, ..request.clone() };
    assert_eq!(token.answers(&other), Err(StampError::Nonce { expected: 43 }));
    let elsewhere = Request::new(b"another note\n", 42);
    assert!(matches!(token.answers(&elsewhere), Err(StampError::Imprint { .. })));
    let policy = Some("1.2.3.4.2".parse().unwrap());
    let asked = token.answers(&Request { policy, ..request }).unwrap_err();
    assert_eq!(asked.to_string(), "the stamp was made under policy 1.2.3.4.1, expected 1.2.3.4.2");
}

#[test]
fn requests_are_read_back_as_written_and_in_no_other_spelling() {
    for nonce in [0, 1, 127, 128, 0x8000_0000, u64::MAX] {
        let policy = Some("1.2.3.4.5.6".parse().unwrap());
        let request = Request { policy, ..Request::new(NOTE, nonce) };
        let bytes = request.to_der();
        assert_eq!(Request::parse(&bytes), Ok(request));
        assert!(Request::parse(&[bytes.as_slice(), &[0]].concat()).is_err());
        assert!(Request::parse(&bytes[..bytes.len() - 1]).is_err());
    }
}

#[test]
fn an_authority_that_refuses_says_why() {
    let error = Token::parse(recorded!("refused.tsr")).unwrap_err();
    let expected = "the authority has not stamped it: status 2 Message digest algorithm is not \
                    supported.";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_is_not_as_the_standard_demands_is_refused() {
    let rsa = recorded!("rsa.pem");
    let refused = |token: &[u8]| verify(token, rsa).unwrap_err();
    assert_eq!(refused(recorded!("not-critical.tst")), StampError::Usage);
    assert_eq!(refused(recorded!("two-usages.tst")), StampError::Usage);
    assert_eq!(refused(recorded!("no-usage.tst")), StampError::Usage);
    let name = "signing certificate";
    assert_eq!(refused(recorded!("old-attribute.tsr")), StampError::Attribute { name });
    let expected = "signed data about a time stamp";
    assert_eq!(refused(recorded!("other-content.tst")), StampError::Shape { expected });
    for untrusted in [recorded!("not-an-issuer.tst").as_slice(), recorded!("expired.tst")] {
        assert!(matches!(refused(untrusted), StampError::Untrusted { .. }));
    }
}

#[test]
fn nobody_is_believed_who_is_not_named() {
    let error = verify(recorded!("rsa.tsr"), recorded!("p256.pem")).unwrap_err();
    assert!(matches!(error, StampError::Untrusted { .. }), "{error}");
    // A root of the same name with another key is another root.
    let error = verify(recorded!("p384.tsr"), recorded!("rsa.pem")).unwrap_err();
    assert!(matches!(error, StampError::Untrusted { .. }), "{error}");
    let strict = trusting(recorded!("rsa.pem")).under_policy("1.2.3.4.9").unwrap();
    let token = Token::parse(recorded!("rsa.tsr")).unwrap();
    assert!(matches!(token.verify(NOTE, &strict), Err(StampError::Policy { .. })));
    let agreed = trusting(recorded!("rsa.pem")).under_policy("1.2.3.4.1").unwrap();
    assert!(token.verify(NOTE, &agreed).is_ok());
    assert!(trusting(recorded!("rsa.pem")).under_policy("one").is_err());
    assert!(matches!(Authorities::from_pem(b"no"), Err(AuthoritiesError::NotPem(_))));
}

#[test]
fn another_document_is_not_stamped() {
    let token = Token::parse(recorded!("rsa.tsr")).unwrap();
    let other = [NOTE, b"\n"].concat();
    let error = token.verify(&other, &trusting(recorded!("rsa.pem"))).unwrap_err();
    assert!(matches!(error, StampError::Imprint { .. }), "{error}");
}

#[test]
fn a_token_taken_out_of_its_answer_is_the_same() {
    let answer = Token::parse(recorded!("rsa.tsr")).unwrap();
    let alone = Token::parse(answer.der()).unwrap();
    assert_eq!(alone.der(), answer.der());
    let root = trusting(recorded!("rsa.pem"));
    assert_eq!(alone.verify(NOTE, &root), answer.verify(NOTE, &root));
}

/// Every bit of three answers, one at a time. What is not under the signature may change without harm: the
/// version numbers and digest lists that this crate does not need, the words beside a granted status. What
/// is stated, by whom and when, may not.
#[test]
fn no_changed_bit_changes_what_a_stamp_states() {
    for (answer, root) in [
        (recorded!("rsa.tsr").as_slice(), recorded!("rsa.pem").as_slice()),
        (recorded!("p256.tsr"), recorded!("p256.pem")),
        (recorded!("p384.tsr"), recorded!("p384.pem")),
    ] {
        let root = trusting(root);
        let stated = Token::parse(answer).unwrap().verify(NOTE, &root).unwrap();
        let mut harmless = 0;
        for at in 0..answer.len() {
            for bit in 0..8 {
                let mut changed = answer.to_vec();
                changed[at] ^= 1 << bit;
                if let Ok(token) = Token::parse(&changed)
                    && let Ok(found) = token.verify(NOTE, &root)
                {
                    assert_eq!(found, stated, "byte {at} bit {bit}");
                    harmless += 1;
                }
            }
        }
        assert!(harmless < 200, "{harmless} bits of {} bytes may change", answer.len());
    }
}

#[test]
fn an_answer_cut_short_anywhere_is_refused() {
    let answer = recorded!("p256.tsr");
    for end in 0..answer.len() {
        assert!(Token::parse(&answer[..end]).is_err(), "cut at {end}");
    }
    let found = TOKEN_BYTES_MAX + 1;
    assert!(matches!(Token::parse(&vec![0x30; found]), Err(StampError::TooLong { .. })));
}
