//! Counts whether an action helped: complaints about its causes after it was done, and in as many
//! days before.
//!
//! The log is read once, for the streams in which one of the causes was found; then each of these.
//! In memory are only their names.

use std::collections::BTreeSet;

use complaint_domain::{
    LedgerEvent,
    action::{ActionProposal, EffectCheck, Plan},
    complaint::{ComplaintEvent, CorrectedFact, Matter, RootCause},
    fact::Fact,
    label::Label,
};
use event_log::{EventLog, Position, StreamId, StreamVersion};
use futures::TryStreamExt;
use jiff::{ToSpan, civil::Date, tz::TimeZone};

use crate::{error::HandleError, load::decoded};

/// What every record that names a cause has in its bytes.
const CAUSE: &[u8] = b"\"complaint.root-cause-identified.v1\"";

/// Why the effect cannot be counted.
#[derive(Debug, thiserror::Error)]
pub enum CountEffectError {
    /// There is no "after" yet.
    #[error("expected an action that was carried out, found one that was not")]
    NotCompleted,
    /// No day would be counted.
    #[error("expected to count up to a day after {done}, on which it was done, found {until}")]
    NoDays {
        /// The day on which it was done.
        done: Date,
        /// The last day to count.
        until: Date,
    },
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] HandleError),
}

/// Counts the complaints about an action's causes, up to a day after it was done and in as many days
/// before, from every record the log has now.
///
/// # Errors
///
/// [`CountEffectError`].
pub async fn count_effect(
    log: &dyn EventLog,
    plan: &Plan,
    until: Date,
) -> Result<EffectCheck, CountEffectError> {
    let done = plan.completed_on().ok_or(CountEffectError::NotCompleted)?;
    let from = done.saturating_add(1.day());
    let nothing = CountEffectError::NoDays { done, until };
    let days = match until.since(from) {
        Ok(span) if until >= from => span.get_days().saturating_add(1),
        Ok(_) | Err(_) => return Err(nothing),
    };
    let before = done.saturating_sub(days.days())..done;
    let head = log.head().next_position;
    let mut check = EffectCheck { from, until, before: 0, after: 0, counted_up_to: head.0 };
    for stream in streams_with_a_cause(log, head).await? {
        let Some(day) = day_of_complaint(log, &stream, head, plan.proposal()).await? else {
            continue;
        };
        if before.contains(&day) {
            check.before = check.before.saturating_add(1);
        } else if (from..=until).contains(&day) {
            check.after = check.after.saturating_add(1);
        }
    }
    Ok(check)
}

async fn streams_with_a_cause(
    log: &dyn EventLog,
    head: Position,
) -> Result<BTreeSet<StreamId>, HandleError> {
    let mut streams = BTreeSet::new();
    let mut records = log.read_all(Position(0), head.0);
    while let Some(recorded) = records.try_next().await? {
        if recorded.bytes.windows(CAUSE.len()).any(|window| window == CAUSE) {
            streams.insert(recorded.stream);
        }
    }
    Ok(streams)
}

/// What the records of one complaint say that matters here.
#[derive(Default)]
struct Known {
    received_on: Option<Date>,
    product: Option<Label>,
    cause: Option<Label>,
}

impl Known {
    fn see(&mut self, fact: &Fact<ComplaintEvent>) {
        let day = |at| TimeZone::UTC.to_datetime(at).date();
        if let ComplaintEvent::Received(receipt) = &fact.event {
            self.received_on = Some(day(fact.occurred_at));
            self.is_about(receipt.matter.as_ref());
        } else if let ComplaintEvent::Classified(classification) = &fact.event {
            self.is_about(Some(&classification.matter));
        } else if let ComplaintEvent::RootCauseIdentified(cause) = &fact.event {
            self.cause = match cause {
                RootCause::Found { code } => Some(code.clone()),
                RootCause::NoneFound => None,
            };
        } else if let ComplaintEvent::Corrected(correction) = &fact.event {
            match &correction.fact {
                CorrectedFact::ReceivedAt { received_at } => {
                    self.received_on = Some(day(*received_at));
                }
                CorrectedFact::Matter { matter } => self.is_about(Some(matter)),
                CorrectedFact::Channel { .. }
                | CorrectedFact::Respondent { .. }
                | CorrectedFact::Personal => {}
            }
        }
    }

    fn is_about(&mut self, matter: Option<&Matter>) {
        if let Some(matter) = matter {
            self.product = Some(matter.product.clone());
        }
    }
}

/// The day on which a complaint came in, when it is one that the action is about.
async fn day_of_complaint(
    log: &dyn EventLog,
    stream: &StreamId,
    head: Position,
    action: &ActionProposal,
) -> Result<Option<Date>, HandleError> {
    let mut known = Known::default();
    let mut records = log.read_stream(stream, StreamVersion::default());
    while let Some(recorded) = records.try_next().await? {
        if recorded.position >= head {
            break;
        }
        let fact = decoded(&recorded)?.fact();
        if let LedgerEvent::Complaint(event) = fact.event.clone() {
            known.see(&fact.map(|_| event));
        }
    }
    let has_cause = known.cause.is_some_and(|cause| action.causes.contains(&cause));
    let has_product = action.product.is_none() || action.product == known.product;
    Ok(known.received_on.filter(|_| has_cause && has_product))
}
