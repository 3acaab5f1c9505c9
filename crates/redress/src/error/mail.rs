//! What the outbox says went wrong, as a command tells it.

use super::{CommandError, parts::refused};
use crate::mail::outbox::OutboxError;

impl From<OutboxError> for CommandError {
    fn from(error: OutboxError) -> Self {
        match error {
            OutboxError::NotAnOutbox { .. } => refused(
                &error,
                "a newer redress may have written outbox.sqlite: use that one; what is of another \
                 program is to be moved away",
            ),
            OutboxError::Sqlite(error) => Self::failed("use the outbox")(error),
        }
    }
}
