use jiff::Timestamp;

use super::{
    EVIDENCE_BYTES_MAX, Evidence, EvidenceCommand, EvidenceEvent, EvidenceRejection, EvidenceText,
    IndexCommitment, KeyRotation, TimeAnchor, TimeToken, VaultKeyRotation, decide, evolve,
};
use crate::{
    Fact,
    actor::{Actor, ActorId, Role},
    sealed::Hex,
};

fn text(text: &str) -> EvidenceText {
    text.parse().unwrap()
}

fn rotation(old: &str, new: &str) -> KeyRotation {
    KeyRotation {
        old_key: text(old),
        new_key: text(new),
        last_size: 7,
        last_root: Hex([7; 32]),
        old_signature: text("signed by old"),
        new_signature: text("signed by new"),
    }
}

fn anchor(size: u64) -> TimeAnchor {
    TimeAnchor {
        size,
        root: Hex([7; 32]),
        checkpoint: text("origin\n7\nroot\n"),
        imprint: text("07"),
        algorithm: "sha-256".parse().unwrap(),
        authority: "tsa.example".parse().unwrap(),
        stamped_at: Timestamp::UNIX_EPOCH,
        token: TimeToken::Inline(text("MIID")),
    }
}

fn index(size: u64) -> IndexCommitment {
    IndexCommitment { size, root: Hex([7; 32]), entries: 3, definition: 1 }
}

/// The state after these commands, each of which must be accepted.
fn after(commands: &[EvidenceCommand]) -> Evidence {
    commands.iter().fold(Evidence::default(), |state, command| {
        let events = decide(&state, command).unwrap();
        events.into_iter().fold(state, |state, event| {
            let ledger = ActorId("ledger".parse().unwrap());
            let fact = Fact {
                event,
                actor: Actor { id: ledger, role: Role::System },
                occurred_at: Timestamp::UNIX_EPOCH,
                recorded_at: Timestamp::UNIX_EPOCH,
            };
            evolve(state, &fact)
        })
    })
}

#[test]
fn keys_hand_over_one_to_the_next() {
    let state = after(&[EvidenceCommand::RotateKey(rotation("a", "b"))]);
    let next = decide(&state, &EvidenceCommand::RotateKey(rotation("b", "c")));
    assert_eq!(next, Ok(vec![EvidenceEvent::KeyRotated(rotation("b", "c"))]));
}

#[test]
fn a_key_that_no_longer_holds_cannot_hand_over() {
    let state = after(&[EvidenceCommand::RotateKey(rotation("a", "b"))]);
    let refused = decide(&state, &EvidenceCommand::RotateKey(rotation("a", "a")));
    let expected = EvidenceRejection::NotTheHoldingKey { expected: text("b"), found: text("a") };
    assert_eq!(refused, Err(expected), "and that reason wins over the key's being an old one");
}

#[test]
fn a_key_that_was_used_never_comes_back() {
    let state = after(&[
        EvidenceCommand::RotateKey(rotation("a", "b")),
        EvidenceCommand::RotateKey(rotation("b", "c")),
    ]);
    for old in ["a", "b", "c"] {
        let refused = decide(&state, &EvidenceCommand::RotateKey(rotation("c", old)));
        assert_eq!(refused, Err(EvidenceRejection::KeyUsedBefore { key: text(old) }));
    }
}

#[test]
fn a_trusted_time_needs_records_to_speak_of() {
    let refused = decide(&Evidence::default(), &EvidenceCommand::AnchorTime(anchor(0)));
    assert_eq!(refused, Err(EvidenceRejection::NothingAnchored));
    // Answers of an authority may come late and in any order.
    after(&[EvidenceCommand::AnchorTime(anchor(9)), EvidenceCommand::AnchorTime(anchor(7))]);
}

#[test]
fn each_index_covers_more_than_the_last() {
    let state = after(&[EvidenceCommand::CommitIndex(index(9))]);
    for size in [0, 8, 9] {
        let refused = decide(&state, &EvidenceCommand::CommitIndex(index(size)));
        let expected = EvidenceRejection::NothingNewCommitted { last: 9, found: size };
        assert_eq!(refused, Err(expected));
    }
    assert!(decide(&state, &EvidenceCommand::CommitIndex(index(10))).is_ok());
}

#[test]
fn the_epochs_of_the_vault_rise() {
    let rotation = |epoch| EvidenceCommand::RotateVaultKey(VaultKeyRotation { epoch, keys: 3 });
    assert_eq!(Evidence::default().vault_epoch(), 1);
    let refused = decide(&Evidence::default(), &rotation(1));
    assert_eq!(refused, Err(EvidenceRejection::EpochPassed { last: 1, found: 1 }));
    // One may be missing: a copy of the log from before it may go on with the vault of today.
    let state = after(&[rotation(2), rotation(4)]);
    assert_eq!(state.vault_epoch(), 4);
    for found in [1, 3, 4] {
        let refused = decide(&state, &rotation(found));
        assert_eq!(refused, Err(EvidenceRejection::EpochPassed { last: 4, found }));
    }
}

#[test]
fn evidence_fits_in_a_record_and_cannot_forge_a_line_on_a_terminal() {
    assert!("".parse::<EvidenceText>().is_err());
    assert!("a\u{1b}[2J".parse::<EvidenceText>().is_err());
    assert!("x".repeat(EVIDENCE_BYTES_MAX).parse::<EvidenceText>().is_ok());
    let refused = "x".repeat(EVIDENCE_BYTES_MAX + 1).parse::<EvidenceText>().unwrap_err();
    assert_eq!(refused.found, EVIDENCE_BYTES_MAX + 1);
}
