use jiff::Timestamp;

use super::{Import, ImportCommand, ImportEvent, ImportRejection, ImportSummary, decide, evolve};
use crate::{
    Fact,
    actor::{Actor, ActorId, Role},
    sealed::Hex,
};

fn summary(rows: u64, imported: u64, rejected: u64) -> ImportSummary {
    ImportSummary {
        scheme: "cfpb".parse().unwrap(),
        file_digest: Hex([7; 32]),
        rows,
        imported,
        rejected,
    }
}

fn complete(rows: u64, imported: u64, rejected: u64) -> ImportCommand {
    ImportCommand::Complete(summary(rows, imported, rejected))
}

fn completed() -> Import {
    let importer = ActorId("importer".parse().unwrap());
    let fact = Fact {
        event: ImportEvent::Completed(summary(10, 9, 1)),
        actor: Actor { id: importer, role: Role::System },
        occurred_at: Timestamp::UNIX_EPOCH,
        recorded_at: Timestamp::UNIX_EPOCH,
    };
    evolve(Import::default(), &fact)
}

#[test]
fn an_import_that_accounts_for_every_row_is_completed() {
    let events = decide(&Import::default(), &complete(10, 9, 1));
    assert_eq!(events, Ok(vec![ImportEvent::Completed(summary(10, 9, 1))]));
}

#[test]
fn an_empty_file_is_an_import_too() {
    assert!(decide(&Import::default(), &complete(0, 0, 0)).is_ok());
}

#[test]
fn an_import_that_loses_or_invents_a_row_is_refused() {
    for (rows, imported, rejected) in [(10, 8, 1), (10, 10, 1), (0, u64::MAX, 1)] {
        let refused = decide(&Import::default(), &complete(rows, imported, rejected));
        assert_eq!(refused, Err(ImportRejection::RowsUnaccounted { rows, imported, rejected }));
    }
}

#[test]
fn an_import_is_completed_once_and_that_reason_wins() {
    let refused = decide(&completed(), &complete(10, 8, 1));
    assert_eq!(refused, Err(ImportRejection::AlreadyCompleted));
    assert_eq!(ImportRejection::AlreadyCompleted.code(), "already-completed");
}

#[test]
fn a_refusal_says_what_was_expected_and_found() {
    let refused = decide(&Import::default(), &complete(10, 8, 1)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "expected 10 rows accounted for, found 8 imported and 1 rejected"
    );
    assert_eq!(refused.code(), "rows-unaccounted");
}
