//! Which review an escalation has: one, in a stream whose name follows from the escalation, so that a
//! second opening meets the first, whoever sends it.
//!
//! Programs from before named a review that somebody opened by the id of the command that opened it. Such
//! a review goes on as it is, and its escalation gets no second one beside it.

use complaint_domain::{
    LedgerEvent,
    aggregate::Aggregate as _,
    complaint::{Case, ComplaintEvent},
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

/// Where each escalation of a complaint stands, in the order of the log.
async fn escalations(
    streams: Streams<'_>,
    complaint: &StreamId,
) -> Result<Vec<Position>, HandleError> {
    let mut found = Vec::new();
    let mut records = streams.log().read_stream(complaint, StreamVersion::default());
    while let Some(recorded) = records.try_next().await? {
        if let LedgerEvent::Complaint(ComplaintEvent::Escalated(_)) = decoded(&recorded)?.event {
            found.push(recorded.position);
        }
    }
    Ok(found)
}

fn count(escalations: &[Position]) -> u32 {
    u32::try_from(escalations.len()).unwrap_or(u32::MAX)
}

/// Which escalation of the complaint a review is of, from 1: the one that its name follows from; of one
/// with an older name, the last that stands before its opening.
pub(crate) async fn escalation_of(
    streams: Streams<'_>,
    complaint: &StreamId,
    review: &StreamId,
) -> Result<Option<u32>, HandleError> {
    let found = escalations(streams, complaint).await?;
    let by_name =
        (1..=count(&found)).find(|number| review_stream_of(complaint, *number) == *review);
    if by_name.is_some() {
        return Ok(by_name);
    }
    let mut records = streams.log().read_stream(review, StreamVersion::default());
    let Some(opening) = records.try_next().await? else { return Ok(None) };
    let before = found.partition_point(|escalated| *escalated < opening.position);
    Ok(u32::try_from(before).ok().filter(|number| *number > 0))
}

/// The stream that an opening is for: where the same command opened a review before, there; else that of
/// the complaint's last escalation.
pub(crate) async fn stream_for(
    streams: Streams<'_>,
    opening: &Opening,
    (command_id, named_by_caller): (Uuid, Option<&StreamId>),
) -> Result<Option<StreamId>, HandleError> {
    let Ok(complaint) = opening.complaint.as_str().parse() else { return Ok(None) };
    let count = count(&escalations(streams, &complaint).await?);
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
    let escalations = escalations(streams, &stream).await?;
    if let Some(own) = streams.own()
        && *own != review_stream_of(&stream, count(&escalations))
    {
        return Err(HandleError::Contended { stream, attempts: 1 });
    }
    let Some(from) = escalations.last().copied() else { return Ok(false) };
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

/// Whether a review of one of the complaint's escalations was opened, and how it ended is not noted in the complaint,
/// whatever that was answered since.
pub(crate) async fn is_under_review(
    streams: Streams<'_>,
    complaint: &StreamId,
    case: &Case,
) -> Result<bool, HandleError> {
    for number in 1..=case.escalations() {
        let stream = review_stream_of(complaint, number);
        let is_noted = stream.as_str().parse().is_ok_and(|review| case.has_noted(&review));
        if !is_noted && matches!(streams.load(&stream).await?, Review::Opened(_)) {
            return Ok(true);
        }
    }
    Ok(false)
}
