//! The promise of a log as checks that any log can run.
//!
//! A product for whoever writes a log: hand [`all`] a way to make an empty one, or call the
//! promises one by one, each with an empty log. None of them sleeps or reads the machine's clock.
//!
//! - [`writing`]: expected versions, all or none, limits, concurrent and cancelled writers
//! - [`reading`]: order, ranges, streams
//! - [`following`][]: subscriptions
//! - [`fixtures`]: a clock that obeys the test, and records with nothing in them

pub mod fixtures;
pub mod following;
pub mod reading;
pub mod writing;

use std::{fmt::Debug, sync::Arc};

use futures::{future::BoxFuture, stream::StreamExt};

use crate::{
    clock::Clock,
    log::{EventLog, RecordStream},
    record::RecordedEvent,
};

pub use fixtures::FakeClock;

/// Makes an empty log that takes the time from the clock it is given.
pub type MakeLog<'a> =
    &'a (dyn Fn(Arc<dyn Clock>) -> BoxFuture<'static, Arc<dyn EventLog>> + Send + Sync);

/// A promise the log did not keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{promise}: expected {expected}, found {found}")]
pub struct BrokenPromise {
    /// The promise, as a sentence.
    pub promise: &'static str,
    /// What it says should be there.
    pub expected: String,
    /// What was there.
    pub found: String,
}

/// Holds what was found against what was promised.
pub(crate) fn expect<T: PartialEq + Debug>(
    promise: &'static str,
    found: &T,
    expected: &T,
) -> Result<(), BrokenPromise> {
    if found == expected {
        return Ok(());
    }
    Err(BrokenPromise { promise, expected: format!("{expected:?}"), found: format!("{found:?}") })
}

/// Turns a failure that no promise allows into the promise it broke.
pub(crate) fn allow<T, E: Debug>(
    promise: &'static str,
    result: Result<T, E>,
) -> Result<T, BrokenPromise> {
    result.map_err(|error| BrokenPromise {
        promise,
        expected: "no failure".to_owned(),
        found: format!("{error:?}"),
    })
}

/// Reads a stream that ends to its end.
pub(crate) async fn read_to_end(
    promise: &'static str,
    mut records: RecordStream,
) -> Result<Vec<RecordedEvent>, BrokenPromise> {
    let mut found = Vec::new();
    while let Some(record) = records.next().await {
        found.push(allow(promise, record)?);
    }
    Ok(found)
}

/// Runs every promise, each on an empty log of its own.
///
/// # Errors
///
/// The first [`BrokenPromise`].
pub async fn all(make: MakeLog<'_>) -> Result<(), BrokenPromise> {
    let clock = || Arc::new(FakeClock::default());
    writing::a_stream_is_only_extended_by_who_knows_its_version(make(clock()).await).await?;
    writing::an_empty_append_checks_the_version_and_writes_nothing(make(clock()).await).await?;
    writing::the_records_of_one_append_stand_together(make(clock()).await).await?;
    writing::too_much_at_once_is_refused_and_nothing_is_written(make(clock()).await).await?;
    writing::many_writers_leave_no_gap(make(clock()).await).await?;
    writing::of_many_writers_with_one_belief_one_wins(make(clock()).await).await?;
    writing::a_caller_that_goes_away_tears_nothing(make(clock()).await).await?;
    let clock = clock();
    let log = make(Arc::<FakeClock>::clone(&clock)).await;
    writing::the_recorded_time_never_decreases(log, &clock).await?;
    let clock = || Arc::new(FakeClock::default());
    reading::records_come_back_in_order_and_unchanged(make(clock()).await).await?;
    reading::a_range_is_cut_where_it_was_asked_to_be(make(clock()).await).await?;
    reading::past_the_head_there_is_nothing(make(clock()).await).await?;
    reading::a_long_stream_is_read_from_any_version(make(clock()).await).await?;
    reading::the_version_of_the_next_record_is_told(make(clock()).await).await?;
    following::a_subscriber_catches_up_and_goes_live(make(clock()).await).await?;
    following::a_subscriber_from_the_future_waits_for_it(make(clock()).await).await?;
    following::a_subscriber_that_never_reads_blocks_nobody(make(clock()).await).await?;
    following::subscribers_beside_writers_see_every_record_once(make(clock()).await).await
}
