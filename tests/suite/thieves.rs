//! What somebody could try who is not the operator: a thief with the key, or an operator with one receipt for
//! two people. Each is caught by the party named in docs/auditing.md.

use std::fs;

use evidence_check::Enclosure;
use merkle_log::LogProof;
use redress_tests::binary::Ran;

use crate::{
    anchors::register_with,
    attacks::{OTHER, forget_what_was_signed, rewrite, witnessed},
    signing::Home,
};

/// Checks a receipt as a complainant would who chose this nonce.
fn check(home: &Home, receipt: &str, nonce: &str) -> Ran {
    let key = home.key.to_string();
    home.run(&["check", receipt, "--vkey", &key, "--nonce", nonce])
}

fn receipt_of(home: &Home, complaint: &str, out: &str) {
    home.run(&["prove", "receipt", complaint, "--data", "ledger", "--out", out]).done();
}

#[test]
fn one_receipt_for_two_people_is_caught_by_the_second_whose_nonce_it_does_not_open() {
    let home = Home::new();
    // Two people complain of the same thing in the same words; the operator registers one of them.
    let words = "Charged twice for one transfer.";
    let ann = register_with(&home, words, "receipt-nonce", "blue horse 7");
    home.keep_checkpoint("signed");
    receipt_of(&home, &ann, "anns");
    check(&home, "anns", "blue horse 7").done();
    // Bob is given the very same file. It is good evidence, and not of his complaint.
    fs::copy(home.path().join("anns"), home.path().join("bobs")).unwrap();
    let refused = check(&home, "bobs", "green boat 3").refused(1);
    assert!(refused.stderr.contains("it opens the nonce that you chose"), "{}", refused.stderr);
    assert!(refused.stderr.contains("somebody else's receipt"), "{}", refused.stderr);

    // Nor can it be made to open his: the record commits to hers.
    let text = fs::read_to_string(home.path().join("anns")).unwrap();
    let mut proof = LogProof::parse(text.as_bytes()).unwrap();
    let mut enclosure = Enclosure::parse(proof.extra.as_deref().unwrap()).unwrap();
    let nonce = enclosure.openings.iter_mut().find(|it| it.field == "receipt-nonce").unwrap();
    nonce.content = b"green boat 3".to_vec();
    proof.extra = Some(enclosure.to_bytes());
    fs::write(home.path().join("bobs"), proof.to_string()).unwrap();
    let refused = check(&home, "bobs", "green boat 3").refused(1);
    assert!(
        refused.stderr.contains("are not those that the record commits to"),
        "{}",
        refused.stderr
    );
    // Nor does leaving the nonce out help.
    enclosure.openings.retain(|it| it.field != "receipt-nonce");
    proof.extra = Some(enclosure.to_bytes());
    fs::write(home.path().join("bobs"), proof.to_string()).unwrap();
    let refused = check(&home, "bobs", "green boat 3").refused(1);
    assert!(refused.stderr.contains("it opens none"), "{}", refused.stderr);

    // Who is registered for himself gets his own.
    let bob = register_with(&home, words, "receipt-nonce", "green boat 3");
    home.keep_checkpoint("signed");
    receipt_of(&home, &bob, "bobs");
    check(&home, "bobs", "green boat 3").done();
}

/// What the thief's own machine says of its checkpoint, and that note.
fn sign(thief: &Home) -> Ran {
    let signed = thief.run(&["checkpoint", "--data", "ledger"]);
    fs::write(thief.path().join("forged"), &signed.stdout).unwrap();
    signed
}

#[test]
fn a_stolen_key_that_signs_another_history_gets_no_cosignature_and_convinces_nobody_who_demands_one()
 {
    let (home, _auditor) = witnessed();
    let policy = fs::read_to_string(home.path().join("ledger.keys/policy")).unwrap();
    let thief = home.stolen();
    rewrite(&thief, |records| {
        let edited = records.iter_mut().find(|it| it.text.contains("Debt collection")).unwrap();
        edited.text = edited.text.replacen("Debt collection", "Bank account or service", 1);
        let mut more = records[0].clone();
        more.text = more.text.replace(more.stream.as_str(), OTHER);
        more.set_recorded_at(&records.last().unwrap().recorded_at().1);
        more.stream = OTHER.parse().unwrap();
        records.push(more);
    });
    forget_what_was_signed(&thief);
    let refused = sign(&thief).refused(1);
    assert!(refused.stderr.contains("does not extend the one that this witness cosigned"));
    // It is signed by the ledger's very key; who trusts that alone is deceived, who demands the witness is not.
    let key = home.key.to_string();
    thief.run(&["check", "forged", "--vkey", &key]).done();
    fs::write(thief.path().join("trust.policy"), policy).unwrap();
    let refused = thief.run(&["check", "forged", "--policy", "trust.policy"]).refused(1);
    assert!(refused.stderr.contains("the quorum is not reached"), "{}", refused.stderr);
    // The ledger itself goes on.
    home.grow(3);
    home.keep_checkpoint("later");
}

#[test]
fn a_stolen_key_that_extends_the_log_is_noticed_by_its_owner_at_the_next_checkpoint() {
    let (home, _auditor) = witnessed();
    let thief = home.stolen();
    thief.grow(66);
    // The witness cannot tell: it is signed by the ledger's key and extends what it saw.
    sign(&thief).done();
    home.grow(3);
    let refused = home.run(&["checkpoint", "--data", "ledger"]).refused(1);
    assert!(
        refused.stderr.contains("does not extend the one that this witness cosigned")
            || refused.stderr.contains("another copy of the ledger went on")
            || refused.stderr.contains("another history"),
        "{}",
        refused.stderr
    );
}

#[test]
fn what_a_stolen_key_signs_after_it_was_retired_is_refused() {
    let home = Home::new();
    home.keep_checkpoint("before");
    let thief = home.stolen();
    let old = home.key.to_string();
    home.run(&["keys", "rotate-signing", "--data", "ledger"]).done();
    home.keep_checkpoint("after");
    for number in 60..64 {
        thief.grow(number);
    }
    sign(&thief).done();
    fs::copy(thief.path().join("forged"), home.path().join("forged")).unwrap();
    // Who trusted the old key from the beginning follows the chain: the checkpoint from before the change is
    // good, the one after it is signed by the new key, and the thief's is signed by a key that had gone.
    let against =
        |name: &str| home.run(&["verify", "--data", "ledger", "--against", name, "--vkey", &old]);
    against("before").done();
    against("after").done();
    let refused = against("forged").refused(1);
    assert!(refused.stderr.contains("not signed as it must be"), "{}", refused.stderr);
    // Who has the new key only does not even know the old one.
    let status = home.run(&["keys", "status", "--data", "ledger", "--json"]).done().json();
    let new = status["verifier_key"].as_str().unwrap();
    home.run(&["check", "after", "--vkey", new]).done();
    home.run(&["check", "forged", "--vkey", new]).refused(1);
}
