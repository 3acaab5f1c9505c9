//! What happened, in the words of clocks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Fact,
    actor::Role,
    complaint::{
        Answer, ClockPaused, ClockResumed, Communication, ComplaintEvent, CorrectedFact,
        DeadlineExtended, Direction, EscalationReason, Outcome, Party, Purpose, Response,
        ResponseKind, ReviewConclusion,
    },
};

/// A moment in the life of a complaint that can start or stop a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Milestone {
    /// The complaint came in.
    Received,
    /// The complainant was told so.
    Acknowledged,
    /// It was passed to the party that must answer it.
    Forwarded,
    /// It was taken up for handling (受理), where that is a decision of its own.
    Admitted,
    /// It was not taken up.
    NotAdmitted,
    /// What the complainant was asked for has come.
    InformationReceived,
    /// A notice that a rule requires was sent.
    NoticeSent,
    /// The complainant was told how far it has come.
    InterimResponse,
    /// The complainant was told why it is late.
    HoldingResponse,
    /// The complainant was answered.
    FinalResponse,
    /// The answer gave the complainant everything.
    FullyUpheld,
    /// The complainant said yes or no to the final response.
    AnswerReceived,
    /// The complainant said yes.
    ResponseAccepted,
    /// Mediation came to an end, with an agreement or without.
    MediationEnded,
    /// A suspected violation was reported.
    ViolationReported,
    /// Whether to open a case on the violation was decided.
    ViolationDecided,
    /// Who reported the violation was told of that decision.
    ReporterInformed,
    /// It was put before those who review the decisions of others.
    Escalated,
    /// The complainant asked for a review.
    ReviewRequested,
    /// The review was decided.
    ReviewDecided,
    /// It went to an outside body.
    ReferredExternally,
    /// It was handed to another body, which answers it.
    Transferred,
    /// The complainant withdrew it.
    Withdrawn,
    /// It ended.
    Closed,
    /// It was taken up again.
    Reopened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClockFactKind {
    /// A milestone was reached.
    Reached(Milestone),
    /// A clock was paused.
    Paused(ClockPaused),
    /// A clock was resumed.
    Resumed(ClockResumed),
    /// A clock's limit was extended.
    Extended {
        /// To when, why, and when the complainant was told.
        extension: DeadlineExtended,
        /// The role of whoever approved it.
        by: Role,
    },
    /// The complainant, or whoever acts for them, was asked for information.
    Asked,
    /// It went before the committee, and was taken back.
    TakenBack,
}

/// Something that happened, and when it happened in the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockFact {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: ClockFactKind,
}

impl ClockFact {
    /// A milestone was reached.
    pub const fn reached(milestone: Milestone, at: Timestamp) -> Self {
        Self { at, kind: ClockFactKind::Reached(milestone) }
    }

    /// The complaint came in.
    pub const fn received(at: Timestamp) -> Self {
        Self::reached(Milestone::Received, at)
    }

    /// The complaint was passed to the party that must answer it.
    pub const fn forwarded(at: Timestamp) -> Self {
        Self::reached(Milestone::Forwarded, at)
    }

    pub(super) fn is(&self, milestone: Milestone) -> bool {
        self.kind == ClockFactKind::Reached(milestone)
    }
}

/// Turns the events of one complaint, in the order of their stream, into what clocks read.
///
/// A correction of the receipt moves it; the uncorrected receipt is then no fact of the world any
/// more, though it stays in the log. To see the clocks as they were known before, leave out the
/// later events.
pub fn clock_facts<'a>(
    history: impl IntoIterator<Item = &'a Fact<ComplaintEvent>>,
) -> Vec<ClockFact> {
    let mut facts = Vec::new();
    for fact in history {
        take_in(&mut facts, fact);
    }
    facts
}

/// Adds what clocks make of the next event of the stream.
pub(crate) fn take_in(facts: &mut Vec<ClockFact>, fact: &Fact<ComplaintEvent>) {
    use ComplaintEvent as E;
    let at = fact.occurred_at;
    if let E::Corrected(correction) = &fact.event
        && let CorrectedFact::ReceivedAt { received_at } = correction.fact
    {
        move_receipt(facts, received_at);
    }
    if let E::EscalationWithdrawn(_) = &fact.event {
        taken_back(facts);
    }
    let mut reached = milestones(&fact.event);
    // What nobody asked for is no answer: it ends no wait for one.
    reached.retain(|m| *m != Milestone::InformationReceived || is_awaited(facts, at));
    // The review of an earlier escalation decides nothing of what was escalated since.
    if let E::ReviewConcluded(concluded) = &fact.event {
        let is_last = concluded.is_of(escalations(facts));
        reached.retain(|m| *m != Milestone::ReviewDecided || is_last);
    }
    facts.extend(reached.into_iter().map(|m| ClockFact::reached(m, at)));
    facts.extend(interruption(fact).map(|kind| ClockFact { at, kind }));
    if asks_the_complainant(&fact.event) {
        facts.push(ClockFact { at, kind: ClockFactKind::Asked });
    }
}

/// How often it was put before the committee by now, with what was taken back.
fn escalations(facts: &[ClockFact]) -> u32 {
    let is_one =
        |fact: &&ClockFact| fact.is(Milestone::Escalated) || fact.kind == ClockFactKind::TakenBack;
    u32::try_from(facts.iter().filter(is_one).count()).unwrap_or(u32::MAX)
}

/// Whether information was asked for by then that has not come since.
fn is_awaited(facts: &[ClockFact], at: Timestamp) -> bool {
    let last =
        |is: fn(&ClockFact) -> bool| facts.iter().rposition(|fact| fact.at <= at && is(fact));
    let asked = last(|fact| fact.kind == ClockFactKind::Asked);
    asked > last(|fact| fact.is(Milestone::InformationReceived))
}

fn asks_the_complainant(event: &ComplaintEvent) -> bool {
    if let ComplaintEvent::InformationRequested(request) = event {
        return is_complainants(request.party);
    }
    let ComplaintEvent::CommunicationRecorded(message) = event else { return false };
    (message.direction, message.purpose) == (Direction::Outgoing, Purpose::InformationRequest)
        && is_complainants(message.party)
}

/// Whether it is the person who complains, or somebody who acts for them.
const fn is_complainants(party: Party) -> bool {
    match party {
        Party::Complainant | Party::Representative => true,
        Party::Respondent | Party::Regulator | Party::ExternalBody => false,
    }
}

fn interruption(fact: &Fact<ComplaintEvent>) -> Option<ClockFactKind> {
    if let ComplaintEvent::ClockPaused(paused) = &fact.event {
        return Some(ClockFactKind::Paused(paused.clone()));
    }
    if let ComplaintEvent::ClockResumed(resumed) = &fact.event {
        return Some(ClockFactKind::Resumed(resumed.clone()));
    }
    let ComplaintEvent::DeadlineExtended(extension) = &fact.event else { return None };
    Some(ClockFactKind::Extended { extension: extension.clone(), by: fact.actor.role })
}

/// What was taken back before anybody took it up was not asked.
fn taken_back(facts: &mut Vec<ClockFact>) {
    if let Some(last) = facts.iter().rposition(|fact| fact.is(Milestone::Escalated)) {
        let next = last.saturating_add(1);
        if facts.get(next).is_some_and(|fact| fact.is(Milestone::ReviewRequested)) {
            facts.remove(next);
        }
        if let Some(fact) = facts.get_mut(last) {
            fact.kind = ClockFactKind::TakenBack;
        }
    }
}

fn move_receipt(facts: &mut [ClockFact], received_at: Timestamp) {
    if let Some(receipt) = facts.iter_mut().find(|fact| fact.is(Milestone::Received)) {
        receipt.at = received_at;
    }
}

fn milestones(event: &ComplaintEvent) -> Vec<Milestone> {
    use ComplaintEvent as E;
    match event {
        E::Received(_) => vec![Milestone::Received],
        E::Acknowledged(_) => vec![Milestone::Acknowledged],
        E::CommunicationRecorded(message) => of_message(message).into_iter().collect(),
        E::ResponseIssued(response) => of_response(response),
        E::AnswerRecorded(given) => match given.answer {
            Answer::Accepted => vec![Milestone::AnswerReceived, Milestone::ResponseAccepted],
            Answer::Refused => vec![Milestone::AnswerReceived],
            // Nobody said anything; that a platform reports no dispute is not an answer either.
            Answer::Silent | Answer::NotDisputed => Vec::new(),
        },
        E::Closed(_) => vec![Milestone::Closed],
        E::Reopened(_) => vec![Milestone::Reopened],
        E::Withdrawn(_) => vec![Milestone::Withdrawn],
        E::Transferred(_) => vec![Milestone::Transferred],
        E::Escalated(escalation) => match escalation.reason {
            EscalationReason::ComplainantRequest => {
                vec![Milestone::Escalated, Milestone::ReviewRequested]
            }
            EscalationReason::NotFullyUpheld
            | EscalationReason::LimitMissed
            | EscalationReason::Gravity
            | EscalationReason::ConflictOfInterest => vec![Milestone::Escalated],
        },
        E::ReviewConcluded(concluded) => match concluded.conclusion {
            ReviewConclusion::Decided { .. } => vec![Milestone::ReviewDecided],
            ReviewConclusion::Discontinued { .. } => Vec::new(),
        },
        E::StepTaken(taken) => vec![taken.step.milestone()],
        E::ReferredExternally(_) => vec![Milestone::ReferredExternally],
        E::SuspectedViolationReported(_) => vec![Milestone::ViolationReported],
        E::Assessed(_)
        | E::Classified(_)
        | E::Assigned(_)
        | E::Reassigned(_)
        | E::RemedyProposed(_)
        | E::RemedyApproved(_)
        | E::RemedyFulfilled(_)
        | E::RootCauseIdentified(_)
        | E::Corrected(_)
        | E::Recused(_)
        | E::RecusalWithdrawn(_)
        | E::EscalationWithdrawn(_)
        | E::InformationRequested(_)
        | E::EvidenceAdded(_)
        | E::RepresentativeAuthorised(_)
        | E::VulnerabilityFlagged(_)
        | E::ClockPaused(_)
        | E::ClockResumed(_)
        | E::DeadlineExtended(_)
        | E::ClockWarned(_)
        | E::ClockMissed(_)
        | E::DuplicateLinked(_)
        | E::DuplicateUnlinked(_)
        | E::ExternalDecisionRecorded(_)
        | E::OutcomeProposed(_)
        | E::SurveyRequested(_)
        | E::SurveyAnswered(_) => Vec::new(),
    }
}

fn of_message(message: &Communication) -> Option<Milestone> {
    // A notice is given to, and information comes from, whoever complains.
    let is_theirs = is_complainants(message.party);
    match (message.direction, message.purpose) {
        (_, Purpose::Notice | Purpose::Information) if !is_theirs => None,
        (Direction::Outgoing, Purpose::Forwarding) => Some(Milestone::Forwarded),
        (Direction::Outgoing, Purpose::Notice) => Some(Milestone::NoticeSent),
        (Direction::Incoming, Purpose::Information) => Some(Milestone::InformationReceived),
        (
            Direction::Incoming,
            Purpose::Forwarding
            | Purpose::InformationRequest
            | Purpose::ProgressUpdate
            | Purpose::Notice,
        )
        | (
            Direction::Outgoing,
            Purpose::InformationRequest | Purpose::Information | Purpose::ProgressUpdate,
        ) => None,
    }
}

fn of_response(response: &Response) -> Vec<Milestone> {
    match (response.kind, response.outcome) {
        (ResponseKind::Interim, _) => vec![Milestone::InterimResponse],
        (ResponseKind::Holding, _) => vec![Milestone::HoldingResponse],
        (ResponseKind::Final, Some(Outcome::Upheld)) => {
            vec![Milestone::FinalResponse, Milestone::FullyUpheld]
        }
        (ResponseKind::Final, _) => vec![Milestone::FinalResponse],
    }
}
