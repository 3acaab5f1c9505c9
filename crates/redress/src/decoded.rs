//! Records as domain events, decoded on all processors.
//!
//! Decoding a record takes several times as long as reading it. So records are handed out in runs
//! to threads for blocking work, a few runs ahead of whoever consumes them, and come back in the
//! order of the log. Memory is bounded by those few runs.

use std::{num::NonZero, thread};

use complaint_codec::{Record, decode};
use event_log::{ReadError, RecordStream, RecordedEvent};
use futures::{Stream, StreamExt, stream};

use crate::{commands::replay::undecodable, error::CommandError};

/// How many records are decoded in one go: as many as a page of a log's reader has.
const RUN: usize = 256;
/// How many runs are ahead, at most, whatever the machine has.
const AHEAD_MAX: usize = 8;

/// A record and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// As the log has it.
    pub recorded: RecordedEvent,
    /// As the domain knows it.
    pub decoded: Record,
}

/// Decodes records in order. An error is the last item.
pub fn decoded(
    records: RecordStream,
) -> impl Stream<Item = Result<Decoded, CommandError>> + Send + Unpin {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let ahead = threads.saturating_add(1).min(AHEAD_MAX);
    records
        .chunks(RUN)
        .map(|run| tokio::task::spawn_blocking(move || decode_run(run)))
        .buffered(ahead)
        .flat_map(|run| {
            let stopped = |error| vec![Err(CommandError::failed("decode the records")(error))];
            stream::iter(run.unwrap_or_else(stopped))
        })
        .scan(false, |failed, item| {
            let goes_on = !*failed;
            *failed = item.is_err();
            futures::future::ready(goes_on.then_some(item))
        })
        .boxed()
}

fn decode_run(run: Vec<Result<RecordedEvent, ReadError>>) -> Vec<Result<Decoded, CommandError>> {
    let decode = |recorded: Result<RecordedEvent, ReadError>| {
        let recorded = recorded?;
        match decode(&recorded.bytes) {
            Ok(decoded) => Ok(Decoded { recorded, decoded }),
            Err(error) => Err(undecodable(recorded.position, &error)),
        }
    };
    run.into_iter().map(decode).collect()
}

#[cfg(test)]
mod tests;
