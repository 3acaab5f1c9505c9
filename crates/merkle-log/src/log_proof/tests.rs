use alloc::{format, string::ToString};

use proptest::prelude::*;

use super::*;
use crate::{leaf_hash, test_data::*};

fn policy() -> Policy {
    let text = format!("log {LOG_KEY}\nwitness auditor {WITNESS_KEY}\nquorum auditor\n");
    Policy::parse(text.as_bytes()).unwrap()
}

fn leaf() -> Hash {
    leaf_hash(REFERENCE_ENTRIES[5])
}

#[test]
fn the_proof_of_the_vectors_convinces() {
    let proof = LogProof::parse(LOG_PROOF_OF_LEAF_5.as_bytes()).unwrap();
    assert_eq!((proof.index, proof.hashes.len(), &proof.extra), (5, 3, &None));
    assert_eq!(proof.to_string(), LOG_PROOF_OF_LEAF_5);
    let accepted = proof.verify(&leaf(), &policy()).unwrap();
    assert_eq!(accepted.checkpoint.size(), 8);
    assert_eq!(accepted.cosigned.get("witness.example/auditor"), Some(&1_750_000_000));
    if let Some(vectors) = vectors() {
        let text = vectors["B_note"]["tlog_proof_leaf_40414243"].as_str().unwrap();
        assert_eq!(text, LOG_PROOF_OF_LEAF_5);
    }
}

#[test]
fn another_record_or_another_place_does_not_convince() {
    let proof = LogProof::parse(LOG_PROOF_OF_LEAF_5.as_bytes()).unwrap();
    let other = leaf_hash(REFERENCE_ENTRIES[4]);
    assert!(matches!(
        proof.verify(&other, &policy()),
        Err(VerifyLogProofError::Inclusion(ProofError::RootMismatch { .. }))
    ));
    let elsewhere = LogProof { index: 4, ..proof.clone() };
    assert!(elsewhere.verify(&leaf(), &policy()).is_err());
    let beyond = LogProof { index: 8, ..proof };
    let error = beyond.verify(&leaf(), &policy()).unwrap_err();
    assert_eq!(error.to_string(), "a tree of 8 leaves has no leaf 8");
}

#[test]
fn extra_data_is_carried_but_proves_nothing() {
    let mut proof = LogProof::parse(LOG_PROOF_OF_LEAF_5.as_bytes()).unwrap();
    proof.extra = Some(b"a salt".to_vec());
    let text = proof.to_string();
    assert_eq!(text.lines().nth(1), Some("extra YSBzYWx0"));
    let read = LogProof::parse(text.as_bytes()).unwrap();
    assert_eq!(read, proof);
    assert!(read.verify(&leaf(), &policy()).is_ok());
}

#[test]
fn what_is_not_a_log_proof_is_refused_and_the_line_is_named() {
    let error = |text: &str| LogProof::parse(text.as_bytes()).unwrap_err().to_string();
    let replaced = |from: &str, to: &str| error(&LOG_PROOF_OF_LEAF_5.replacen(from, to, 1));
    assert_eq!(error(""), "line 1: expected `c2sp.org/tlog-proof@v1`");
    assert_eq!(replaced("@v1", "@v2"), "line 1: expected `c2sp.org/tlog-proof@v1`");
    let index = "line 2: expected `index` and a decimal number without leading zeroes";
    for bad in ["index 05", "index -5", "index five", "index  5", "Index 5", ""] {
        assert_eq!(replaced("index 5", bad), index, "{bad}");
    }
    assert_eq!(replaced("index 5", "extra !\nindex 5"), "line 2: expected extra data in base64");
    let hash = "line 3: expected a hash of 32 bytes in base64, or an empty line";
    assert_eq!(replaced("vBoG", "vBo"), hash);
    assert_eq!(replaced("\n\nledger", "\nledger").get(..7), Some("line 6:"));
    let many = replaced(
        "\n\n",
        &format!("{}\n\n", "\nvBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=".repeat(61)),
    );
    assert_eq!(many, "line 66: expected an empty line, for no tree needs more than 63 hashes");
    let cut = LOG_PROOF_OF_LEAF_5.split_once("\n\n").unwrap().0;
    assert_eq!(
        error(&format!("{cut}\n\nledger\n")).get(..49),
        Some("the checkpoint that begins at line 7 cannot be re")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_changed_proof_convinces(at: usize, xor in 1_u8..=255, how in 0_u8..4) {
        let mut bytes = LOG_PROOF_OF_LEAF_5.as_bytes().to_vec();
        let at = at % bytes.len();
        match how {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, xor),
            _ => bytes[at] ^= xor,
        }
        if bytes != LOG_PROOF_OF_LEAF_5.as_bytes()
            && let Ok(proof) = LogProof::parse(&bytes)
        {
            prop_assert_eq!(proof.to_string().into_bytes(), bytes);
            prop_assert!(proof.verify(&leaf(), &policy()).is_err());
        }
    }
}
