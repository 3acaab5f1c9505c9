//! The time anchors that say most of when the records of a case came to be.

use std::collections::BTreeSet;

use event_log::{EventLog, ReadError, RecordedEvent, StreamId, StreamVersion};
use evidence_check::{
    anchor::{AnchorView, TokenView},
    record::RecordView,
};
use futures::TryStreamExt;

use crate::case::Case;

/// Where an anchor stands, and how many records it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    position: u64,
    size: u64,
}

/// The records of those time anchors of the ledger's own stream which bound the records of a case most
/// closely: for each the newest before it, and the one that covers it with the fewest records; and always all
/// authorities that stamped the same checkpoint. Only what the first `covered` records of the log were stamped
/// with, and only stamps that are in the record.
///
/// Reads the stream twice and holds the chosen ones only: a stamp has kilobytes, and there may be one for each
/// hour of years.
///
/// # Errors
///
/// [`ReadError`] when the log cannot be read.
pub async fn anchors_of(
    log: &dyn EventLog,
    ledger_stream: &StreamId,
    case: &Case,
    covered: u64,
) -> Result<Vec<RecordedEvent>, ReadError> {
    let mut places = Vec::new();
    let mut records = log.read_stream(ledger_stream, StreamVersion::default());
    while let Some(record) = records.try_next().await? {
        places.extend(place(&record).filter(|place| (1..=covered).contains(&place.size)));
    }
    let positions: Vec<_> = case.records.iter().map(|record| record.position.0).collect();
    let chosen = chosen(&places, &positions);
    let mut records = log.read_stream(ledger_stream, StreamVersion::default());
    let mut found = Vec::new();
    while let Some(record) = records.try_next().await? {
        if chosen.contains(&record.position.0) {
            found.push(record);
        }
    }
    Ok(found)
}

fn place(record: &RecordedEvent) -> Option<Place> {
    let view = RecordView::parse(&record.bytes).ok()?;
    let anchor = AnchorView::of(&view).ok()?;
    let is_there = matches!(anchor.token, TokenView::Inline(_));
    is_there.then_some(Place { position: record.position.0, size: anchor.size })
}

/// The positions of the anchors that bound these records most closely.
fn chosen(anchors: &[Place], records: &[u64]) -> BTreeSet<u64> {
    let mut chosen = BTreeSet::new();
    for record in records {
        let before = || anchors.iter().filter(|anchor| anchor.position < *record);
        let after = || anchors.iter().filter(|anchor| anchor.size > *record);
        if let Some(newest) = before().max_by_key(|anchor| anchor.position) {
            let same = before().filter(|anchor| anchor.size == newest.size);
            chosen.extend(same.map(|anchor| anchor.position));
        }
        if let Some(oldest) = after().min_by_key(|anchor| anchor.size) {
            let same = after().filter(|anchor| anchor.size == oldest.size);
            chosen.extend(same.map(|anchor| anchor.position));
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(position: u64, size: u64) -> Place {
        Place { position, size }
    }

    #[test]
    fn each_record_gets_the_nearest_anchor_before_it_and_the_nearest_that_covers_it() {
        let anchors = [at(5, 5), at(10, 10), at(20, 18), at(30, 30)];
        assert_eq!(chosen(&anchors, &[0]), BTreeSet::from([5]));
        assert_eq!(chosen(&anchors, &[7]), BTreeSet::from([5, 10]));
        // Stamped later than it was signed: a record between the two is covered by the next only.
        assert_eq!(chosen(&anchors, &[19]), BTreeSet::from([10, 30]));
        assert_eq!(chosen(&anchors, &[31]), BTreeSet::from([30]));
        assert_eq!(chosen(&anchors, &[0, 31]), BTreeSet::from([5, 30]));
        assert_eq!(chosen(&[], &[0, 31]), BTreeSet::new());
    }

    #[test]
    fn every_authority_that_stamped_the_same_checkpoint_is_asked() {
        let anchors = [at(5, 5), at(6, 5), at(9, 5)];
        assert_eq!(chosen(&anchors, &[3]), BTreeSet::from([5, 6, 9]));
        assert_eq!(chosen(&anchors, &[8]), BTreeSet::from([5, 6]));
    }
}
