//! Limits that were missed and of which a log says nothing, found by reading it in order: a mirror has no index of its
//! streams, so asking it for each complaint would read all of it each time.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use complaint_domain::{
    LedgerEvent,
    aggregate::Aggregate as _,
    clock::Rulebook,
    complaint::{Complaint, ComplaintRules, evolve},
    rulebook::{self, HouseRules},
};
use event_log::{EventLog, Position, RecordedEvent, StreamId, StreamVersion};
use futures::TryStreamExt;
use jiff::Timestamp;

use crate::{
    clock_process::{Unnoted, missed_without_note},
    error::HandleError,
    ids::rulebook_stream,
    load::decoded,
};

/// So many complaints are in memory at once. What a log has more of them is for another reading, from the first that had
/// no room on: the memory does not grow with the log.
const COMPLAINTS_AT_ONCE: usize = 16_384;

/// Looks for limits that were missed before a time and before the last of the first records of a log was recorded, and of
/// which these records say nothing, under the rules that they have. Who put figures from them forward later, by a day or a
/// rule more, was asked for at least these notes.
///
/// # Errors
///
/// [`HandleError`]: a log that does not answer, a rulebook that cannot be applied.
pub async fn unnoted_in_order(
    log: &dyn EventLog,
    size: Position,
    until: Timestamp,
) -> Result<Unnoted, HandleError> {
    in_batches(log, size, until, COMPLAINTS_AT_ONCE).await
}

pub(crate) async fn in_batches(
    log: &dyn EventLog,
    size: Position,
    until: Timestamp,
    at_once: usize,
) -> Result<Unnoted, HandleError> {
    let size = size.min(log.head().next_position);
    let (mut found, mut from) = (Unnoted::default(), Position(0));
    let mut rules = None;
    loop {
        let mut batch = Batch { at_once, ..Batch::default() };
        let mut records = log.read_all(from, size.0.saturating_sub(from.0));
        while let Some(recorded) = records.try_next().await? {
            batch.take_in(&recorded)?;
        }
        // The first batch begins where the log does: it has all of the rulebook.
        if rules.is_none() {
            let Some(now) = batch.last_recorded else { return Ok(found) };
            rules = Some((batch.time_limits()?, now));
        }
        let Some((limits, now)) = &rules else { return Ok(found) };
        for (stream, complaint) in batch.complaints {
            let Complaint::Received(case) = complaint else { continue };
            let missed = missed_without_note(&case, limits, (until.min(*now), *now));
            if missed > 0 {
                found.limits = found.limits.saturating_add(missed);
                found.first.get_or_insert(stream);
            }
        }
        match batch.no_room_for {
            Some(next) => from = next,
            None => return Ok(found),
        }
    }
}

/// Complaints whose records are read together, and what else is known from these records.
#[derive(Debug, Default)]
struct Batch {
    at_once: usize,
    complaints: BTreeMap<StreamId, Complaint>,
    /// Where the first complaint begins that had no room.
    no_room_for: Option<Position>,
    house: HouseRules,
    last_recorded: Option<Timestamp>,
}

impl Batch {
    fn take_in(&mut self, recorded: &RecordedEvent) -> Result<(), HandleError> {
        let stream = &recorded.stream;
        if stream.as_str().starts_with("complaint-") {
            return self.take_in_complaint(recorded);
        }
        let record = decoded(recorded)?;
        self.last_recorded = Some(record.recorded_at);
        let fact = record.fact();
        if *stream == rulebook_stream()
            && let Some(event) = HouseRules::from_ledger(fact.event.clone())
        {
            let house = std::mem::take(&mut self.house);
            self.house = rulebook::evolve(house, &fact.map(|_| event));
        }
        Ok(())
    }

    fn take_in_complaint(&mut self, recorded: &RecordedEvent) -> Result<(), HandleError> {
        let is_first = recorded.version == StreamVersion::default();
        // What comes after one without room waits with it, though others may leave: none is looked at twice.
        let has_room = self.no_room_for.is_none() && self.complaints.len() < self.at_once;
        if is_first && !has_room {
            self.no_room_for.get_or_insert(recorded.position);
        }
        let record = decoded(recorded)?;
        self.last_recorded = Some(record.recorded_at);
        let before = match self.complaints.entry(recorded.stream.clone()) {
            Entry::Vacant(entry) if is_first && has_room => entry.insert(Complaint::default()),
            Entry::Vacant(_) => return Ok(()),
            Entry::Occupied(entry) => entry.into_mut(),
        };
        let fact = record.fact();
        if let LedgerEvent::Complaint(event) = fact.event.clone() {
            *before = evolve(std::mem::take(before), &fact.map(|_| event));
        }
        // One that came by a platform about a company has no limits of ours, nor ever will have: most of what is imported.
        if let Complaint::Received(case) = before
            && !case.is_ours_to_answer()
        {
            self.complaints.remove(&recorded.stream);
        }
        Ok(())
    }

    fn time_limits(&self) -> Result<Arc<Rulebook>, HandleError> {
        if self.house.sets_time_limits() {
            Ok(Arc::new(self.house.time_limits()?))
        } else {
            Ok(ComplaintRules::default().time_limits)
        }
    }
}
