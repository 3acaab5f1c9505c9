//! What an inspection draws from, and what its scores take from other streams.
//!
//! The population and the seed follow from the records up to the plan: the log is read once for the
//! root and for the streams in which a complaint was closed, then each of these streams. In memory
//! are their names and what they are told apart by.

use std::collections::{BTreeMap, BTreeSet};

use complaint_domain::{
    LedgerEvent,
    action::Action,
    actor::ActorId,
    aggregate::Occasion,
    complaint::{ComplaintEvent, CorrectedFact, Matter, ResponseKind},
    fact::Fact,
    inspection::{
        FollowUp, Inspection, InspectionCircumstances, InspectionCommand, InspectionEvent,
        InspectionFacts, InspectionPlan, Population, Stratum,
    },
    reference::ComplaintId,
    review::{CaseFacts, Part},
    sealed::Hex,
    staff::{Parts, Staff},
};
use event_log::{EventLog, Position, StreamId, StreamVersion};
use futures::TryStreamExt;
use jiff::{civil::Date, tz::TimeZone};
use merkle_log::{CompactRange, leaf_hash};

use crate::{
    error::HandleError,
    ids::staff_stream_of,
    load::decoded,
    oversight::each_fact_of,
    unsealed::{Streams, Unsealed},
};

/// What every record that closes a complaint has in its bytes.
const CLOSED: &[u8] = b"\"complaint.closed.v1\"";

impl Unsealed for Inspection {
    type Facts = InspectionFacts;

    fn begins(command: &InspectionCommand) -> bool {
        matches!(command, InspectionCommand::Plan(_))
    }

    async fn facts(
        streams: Streams<'_>,
        _: &Self,
        command: &InspectionCommand,
        occasion: &Occasion,
    ) -> Result<InspectionFacts, HandleError> {
        let mut facts = InspectionFacts::default();
        match command {
            InspectionCommand::Draw(_) => {
                if let Some(own) = streams.own() {
                    facts.population = population(streams.log(), own).await?;
                }
            }
            InspectionCommand::Score(assessment) => {
                let inspector = &occasion.actor.id;
                (facts.part, facts.has_interest) =
                    standing_of(streams, &assessment.complaint, inspector).await?;
            }
            InspectionCommand::FollowUp(FollowUp::Action { action, .. }) => {
                if let Ok(stream) = action.as_str().parse::<StreamId>()
                    && let Action::Proposed(plan) = streams.load(&stream).await?
                {
                    facts.action = Some(plan.proposal().origin);
                }
            }
            InspectionCommand::Plan(_)
            | InspectionCommand::FollowUp(FollowUp::NoneNeeded { .. })
            | InspectionCommand::Close(_)
            | InspectionCommand::Abandon(_) => {}
        }
        Ok(facts)
    }

    fn circumstances<'a>(
        occasion: &'a Occasion,
        facts: &'a InspectionFacts,
    ) -> InspectionCircumstances<'a> {
        InspectionCircumstances { occasion, facts }
    }
}

/// What part somebody had in a complaint, and whether they declared an interest in it.
async fn standing_of(
    streams: Streams<'_>,
    complaint: &ComplaintId,
    who: &ActorId,
) -> Result<(Option<Part>, bool), HandleError> {
    let mut case = CaseFacts::default();
    let mut parts = Parts { complaint: Some(complaint.clone()), ..Parts::default() };
    each_fact_of(streams, complaint, |fact| {
        case = std::mem::take(&mut case).with(fact);
        parts.see(fact);
    })
    .await?;
    parts.colleagues = case.parts.keys().cloned().collect();
    let staff: Staff = streams.load(&staff_stream_of(who)).await?;
    let has_interest = staff.working().is_some_and(|person| person.conflict_with(&parts).is_some());
    Ok((case.parts.get(who).copied(), has_interest))
}

/// What an inspection draws from: the complaints whose last closing fell into the days of its plan,
/// and the root, as the records up to and with the plan say. Nothing, when there is no plan.
///
/// # Errors
///
/// [`HandleError`]: a log that does not answer, a record that cannot be read.
pub async fn population(
    log: &dyn EventLog,
    inspection: &StreamId,
) -> Result<Option<Population>, HandleError> {
    let first = log.read_stream(inspection, StreamVersion::default()).try_next().await?;
    let Some(first) = first else { return Ok(None) };
    let LedgerEvent::Inspection(InspectionEvent::Planned(plan)) = decoded(&first)?.event else {
        return Ok(None);
    };
    let size = first.position.0.saturating_add(1);
    let mut range = CompactRange::new();
    let mut streams = BTreeSet::new();
    let mut records = log.read_all(Position(0), size);
    while let Some(recorded) = records.try_next().await? {
        range.push(leaf_hash(&recorded.bytes));
        if recorded.bytes.windows(CLOSED.len()).any(|window| window == CLOSED) {
            streams.insert(recorded.stream);
        }
    }
    let mut complaints = BTreeMap::new();
    for stream in streams {
        let Ok(name) = stream.as_str().parse::<ComplaintId>() else { continue };
        if let Some(stratum) = handled(log, &stream, size, &plan).await? {
            complaints.insert(name, stratum);
        }
    }
    Ok(Some(Population { size, root: Hex(range.root().0), complaints }))
}

/// What a complaint is told apart by, if it was handled in the days of the plan.
async fn handled(
    log: &dyn EventLog,
    stream: &StreamId,
    size: u64,
    plan: &InspectionPlan,
) -> Result<Option<Stratum>, HandleError> {
    let mut known = Known::default();
    let mut records = log.read_stream(stream, StreamVersion::default());
    while let Some(recorded) = records.try_next().await? {
        if recorded.position.0 >= size {
            break;
        }
        let fact = decoded(&recorded)?.fact();
        if let LedgerEvent::Complaint(event) = fact.event.clone() {
            known.see(&fact.map(|_| event));
        }
    }
    let is_in = known.closed_on.is_some_and(|day| (plan.from..=plan.until).contains(&day));
    Ok(is_in.then_some(known.stratum))
}

/// What the records of one complaint say that matters here; the latest statement counts.
#[derive(Default)]
struct Known {
    /// The day of its last closing, in UTC; none while it is open, again or still.
    closed_on: Option<Date>,
    stratum: Stratum,
}

impl Known {
    fn see(&mut self, fact: &Fact<ComplaintEvent>) {
        if let ComplaintEvent::Received(receipt) = &fact.event {
            self.stratum.channel = Some(receipt.channel);
            self.is_about(receipt.matter.as_ref());
        } else if let ComplaintEvent::Classified(classification) = &fact.event {
            self.is_about(Some(&classification.matter));
        } else if let ComplaintEvent::ResponseIssued(response) = &fact.event
            && response.kind == ResponseKind::Final
        {
            self.stratum.outcome = response.outcome;
        } else if let ComplaintEvent::Closed(_) = &fact.event {
            self.closed_on = Some(TimeZone::UTC.to_datetime(fact.occurred_at).date());
        } else if let ComplaintEvent::Reopened(_) = &fact.event {
            self.closed_on = None;
        } else if let ComplaintEvent::Corrected(correction) = &fact.event {
            match &correction.fact {
                CorrectedFact::Matter { matter } => self.is_about(Some(matter)),
                CorrectedFact::Channel { channel } => self.stratum.channel = Some(*channel),
                CorrectedFact::ReceivedAt { .. }
                | CorrectedFact::Respondent { .. }
                | CorrectedFact::Personal => {}
            }
        }
    }

    fn is_about(&mut self, matter: Option<&Matter>) {
        if let Some(matter) = matter {
            self.stratum.product = Some(matter.product.clone());
        }
    }
}
