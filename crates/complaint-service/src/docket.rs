//! Which review an escalation has: one, in a stream whose name follows from the escalation, so that a
//! second opening meets the first, whoever sends it.
//!
//! Programs from before named a review that somebody opened by the id of the command that opened it. Such
//! a review goes on as it is, and its escalation gets no second one beside it.

use complaint_domain::{
    LedgerEvent,
    aggregate::Aggregate as _,
    complaint::ComplaintEvent,
    reference::ComplaintId,
    review::{Opening, Review, ReviewEvent},
};
use event_log::{Position, StreamId, StreamVersion};
use futures::TryStreamExt as _;
use uuid::Uuid;

use crate::{
    error::HandleError,
    ids::{named, review_stream_of},
    load::decoded,
    unsealed::Streams,
};

/// How often a complaint was escalated, and where the last escalation stands.
#[derive(Debug, Default)]
struct Escalations {
    count: u32,
    last: Option<Position>,
}

async fn escalations(
    streams: Streams<'_>,
    complaint: &StreamId,
) -> Result<Escalations, HandleError> {
    let mut found = Escalations::default();
    let mut records = streams.log().read_stream(complaint, StreamVersion::default());
    while let Some(recorded) = records.try_next().await? {
        if let LedgerEvent::Complaint(ComplaintEvent::Escalated(_)) = decoded(&recorded)?.event {
            found.count = found.count.saturating_add(1);
            found.last = Some(recorded.position);
        }
    }
    Ok(found)
}

/// The stream that an opening is for: where the same command opened a review before, there; else that of
/// the complaint's last escalation.
pub(crate) async fn stream_for(
    streams: Streams<'_>,
    opening: &Opening,
    (command_id, named_by_caller): (Uuid, Option<&StreamId>),
) -> Result<Option<StreamId>, HandleError> {
    let Ok(complaint) = opening.complaint.as_str().parse() else { return Ok(None) };
    let count = escalations(streams, &complaint).await?.count;
    let older = [named(Review::STREAM_KIND, command_id)];
    let of_escalations = (1..=count).map(|number| review_stream_of(&complaint, number));
    for stream in named_by_caller.cloned().into_iter().chain(older).chain(of_escalations) {
        if streams.holds_command(&stream, command_id).await? {
            return Ok(Some(stream));
        }
    }
    Ok(Some(review_stream_of(&complaint, count)))
}

/// Whether the last escalation has a review already, under another name than the one that follows from
/// it.
///
/// A review is opened after what it is of, so only what follows the escalation is looked through: little, but
/// for an escalation that nobody took up for long.
///
/// # Errors
///
/// [`HandleError::Contended`]: the opening is for an escalation that is no longer the last one.
pub(crate) async fn has_another_review(
    streams: Streams<'_>,
    complaint: &ComplaintId,
) -> Result<bool, HandleError> {
    let Ok(stream) = complaint.as_str().parse() else { return Ok(false) };
    let Escalations { count, last } = escalations(streams, &stream).await?;
    if let Some(own) = streams.own()
        && *own != review_stream_of(&stream, count)
    {
        return Err(HandleError::Contended { stream, attempts: 1 });
    }
    let Some(from) = last else { return Ok(false) };
    let mut records = streams.log().read_all(from, u64::MAX);
    while let Some(recorded) = records.try_next().await? {
        let begins = recorded.version == StreamVersion::default();
        if begins
            && recorded.stream.as_str().starts_with("review-")
            && let LedgerEvent::Review(ReviewEvent::Opened(opened)) = decoded(&recorded)?.event
            && opened.complaint == *complaint
        {
            return Ok(true);
        }
    }
    Ok(false)
}
