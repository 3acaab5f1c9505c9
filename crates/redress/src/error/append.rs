//! What a log or vault that did not confirm says, as a command tells it.

use complaint_service::HandleError;
use event_log::AppendError;
use personal_vault::StoreError;

use super::CommandError;

const MAKE_ROOM: &str = "make room on the disk, then send it again: nothing else has to be done";
/// A failed sync must not be tried again by the same process: the system may have dropped the pages.
const LOOK_AT_THE_DISK: &str = "look at the system's log and at the disk; once that is sound, open \
                                the ledger again, which says what it holds, and send it again with \
                                the same command id";

/// Why an append was not confirmed.
pub(super) fn not_confirmed(error: &AppendError) -> CommandError {
    let next = match error {
        AppendError::Corrupt { position, reason } => {
            return CommandError::Broken { position: *position, reason: reason.clone() };
        }
        AppendError::Full => MAKE_ROOM,
        AppendError::Poisoned { .. } => LOOK_AT_THE_DISK,
        AppendError::TooLarge { .. } => "send less at once",
        AppendError::Unavailable { .. } => "send it again with the same command id",
        AppendError::Conflict { .. } => "look at the stream again, then decide",
    };
    CommandError::Refused { problem: error.to_string(), next: next.to_owned() }
}

/// Why sealed fields were not made durable; the record that names them was then not written.
pub(super) fn not_stored(error: &StoreError) -> CommandError {
    let next = match error {
        StoreError::Full(_) => MAKE_ROOM,
        StoreError::Poisoned(_) => LOOK_AT_THE_DISK,
        StoreError::Closed | _ => "send it again with the same command id",
    };
    CommandError::Refused { problem: super::with_causes(error), next: next.to_owned() }
}

/// Why an import stopped at a row. The rows before it are in, and importing again adds the rest.
pub(super) fn stopped_at(line: u64, error: HandleError) -> CommandError {
    match CommandError::from(error) {
        CommandError::Refused { problem, next } => CommandError::Refused {
            problem: format!("the import stopped at line {line}: {problem}"),
            next: format!("{next}; importing the same file again adds the rest"),
        },
        CommandError::Failed { doing, source } => CommandError::Refused {
            problem: format!(
                "the import stopped at line {line}: could not {doing}: {}",
                super::with_causes(source.as_ref())
            ),
            next: "the rows before it are in; importing the same file again adds the rest"
                .to_owned(),
        },
        error @ (CommandError::OutputClosed
        | CommandError::Usage { .. }
        | CommandError::UnknownStream { .. }
        | CommandError::Broken { .. }
        | CommandError::ArtifactBroken { .. }
        | CommandError::File { .. }
        | CommandError::Output(_)) => error,
    }
}
