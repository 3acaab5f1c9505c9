//! What is so: the part of a complaint's history that decisions depend on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;

use super::{
    Answer, Assessment, Channel, ClockLimit, CorrectedFact, ExternalDecision, LinkKind, Matter,
    Outcome, OutcomeProposal, PlatformCategory, ProcessStep, RemedyId, RemedyKind, RemedyResult,
    ReviewConclusion, RootCause, Source, Vulnerability,
};
use crate::{
    actor::{ActorId, Role},
    clock::{ClockFact, EscalationOrder, Rulebook},
    label::Label,
    money::Money,
    reference::{ComplaintId, ReferralId, ReviewId},
    right::Right,
};

/// A complaint as [`decide`](super::decide) sees it. Anything shown to people belongs in a read
/// model.
///
/// # Invariants
///
/// Of every state that [`evolve`](super::evolve) makes from events that `decide` gave:
///
/// - One person at most is responsible, from the assignment to the end; afterwards nobody is.
/// - No remedy was approved by the person who proposed it, and none was carried out that still
///   awaits approval. A remedy ends once, so a payment is recorded once.
/// - An answer of the complainant belongs to a final response, and goes when that is replaced or
///   the complaint reopened.
/// - A closed complaint has no accepted or approved remedy outstanding. Unless it was transferred,
///   it has a final response and, if it was ours to answer, a root cause or the statement that none
///   was found.
/// - Nobody who stepped aside is responsible.
/// - No step happened before the receipt, no answer or closing before the final response, and no
///   ending or reopening before the one it follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Complaint {
    /// No event yet.
    #[default]
    NotReceived,
    /// It came in.
    Received(Box<Case>),
}

/// Where a complaint stands in its life. Not the same as its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Something can still be done.
    Open,
    /// Closed: no further step is possible.
    Closed,
    /// Withdrawn by the complainant.
    Withdrawn,
}

/// A complaint that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub(super) stage: Stage,
    /// When it last ended or was reopened.
    pub(super) turned_at: Option<Timestamp>,
    /// What kind of thing each entry of the stream says, by stream version.
    pub(super) entries: Vec<Entry>,
    pub(super) source: Source,
    pub(super) respondent: Option<Label>,
    pub(super) channel: Channel,
    pub(super) received_at: Timestamp,
    /// As the receipt said.
    pub(super) first_received_at: Timestamp,
    /// The earliest `occurred_at` of all entries but the receipt and corrections.
    pub(super) first_step_at: Option<Timestamp>,
    pub(super) is_acknowledged: bool,
    pub(super) assessment: Option<Assessment>,
    pub(super) matter: Option<Matter>,
    /// Empty until it is classified.
    pub(super) rights: BTreeSet<Right>,
    pub(super) handler: Option<ActorId>,
    pub(super) remedies: BTreeMap<RemedyId, Remedy>,
    pub(super) final_response: Option<FinalResponse>,
    /// The remedies that the complainant accepted, until they end or the acceptance is taken back: another answer takes
    /// nothing of it away.
    pub(super) accepted: BTreeSet<RemedyId>,
    pub(super) root_cause: Option<RootCause>,
    /// Those who are or ever were responsible.
    pub(super) handlers: BTreeSet<ActorId>,
    /// Those who stepped aside, or were relieved for an interest; they never become responsible again
    /// and decide nothing in it.
    pub(super) recused: BTreeSet<ActorId>,
    /// Who stepped aside by their own word, while nobody else became responsible since.
    pub(super) just_recused: Option<ActorId>,
    /// The number of the last piece of evidence.
    pub(super) evidence: u16,
    /// The last day of each representative's authority, if it ends.
    pub(super) representatives: Vec<Option<Date>>,
    pub(super) vulnerability: Option<Vulnerability>,
    /// What clocks read, in the order of the stream.
    pub(super) clock_facts: Vec<ClockFact>,
    /// The limits that somebody was warned of or that were missed.
    pub(super) noted: BTreeSet<(ClockNote, ClockLimit)>,
    pub(super) links: BTreeMap<ComplaintId, LinkKind>,
    /// Who answers it instead, until it is reopened.
    pub(super) transferred_to: Option<Label>,
    /// What it would come to, said since the last final response or reopening.
    pub(super) proposed_outcome: Option<OutcomeProposal>,
    /// The role of whoever escalated it since the last final response or reopening.
    pub(super) escalated_by: Option<Role>,
    /// Whose it is to take the last escalation back.
    pub(super) asker: Option<Asker>,
    /// How often it was escalated.
    pub(super) escalations: u32,
    /// What the review of the last escalation came to since the last final response or reopening.
    pub(super) review_conclusion: Option<ReviewConclusion>,
    /// What the last escalation put before the committee: what was proposed, or else answered.
    pub(super) looked_at: Option<Outcome>,
    /// What reviews since the last final response or reopening looked at or came to: an answer that gives no
    /// less than one of these has been before the committee.
    pub(super) reviewed: BTreeSet<Outcome>,
    /// What the committee recommended since the last final response or reopening, and by which review.
    pub(super) recommended: Option<(Outcome, ReviewId)>,
    /// The least that the complainant gets, by a decision that binds, until an answer gives it.
    pub(super) bound_to: Option<Outcome>,
    pub(super) reviews_noted: BTreeSet<ReviewId>,
    /// Whether one of these came to a decision.
    pub(super) is_decided_by_committee: bool,
    /// The outside bodies that took it up, and what each came to.
    pub(super) external: BTreeMap<Label, Option<ExternalDecision>>,
    /// What these awarded with binding effect, as it stands.
    pub(super) awards: BTreeMap<Label, Award>,
    /// The suspected violations, and when each was reported.
    pub(super) violations: BTreeMap<ReferralId, Timestamp>,
    /// When each step that rules name was taken.
    pub(super) steps: BTreeMap<ProcessStep, Vec<Timestamp>>,
    /// When it was reopened.
    pub(super) reopened_at: Vec<Timestamp>,
    pub(super) survey: Survey,
}

/// Who put a complaint before the committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asker {
    /// The complainant, or whoever noted that they asked for it.
    Complainant,
    /// A program, because a pack orders it.
    Program,
    /// Somebody who works here.
    Colleague(ActorId),
}

/// What is noted of a limit, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockNote {
    /// It is near.
    Warned,
    /// It was missed.
    Missed,
}

/// Whether the complainant was asked how it was, and has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Survey {
    NotRequested,
    Requested,
    Answered,
}

/// What kind of thing an entry says, as far as a correction must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Receipt,
    Classification,
    CorrectedReceivedAt,
    CorrectedChannel,
    CorrectedMatter,
    CorrectedRespondent,
    Other,
}

impl Entry {
    /// Whether the entry says what the fact puts right.
    pub(super) fn says(self, fact: &CorrectedFact) -> bool {
        match fact {
            CorrectedFact::ReceivedAt { .. } => {
                matches!(self, Self::Receipt | Self::CorrectedReceivedAt)
            }
            CorrectedFact::Channel { .. } => matches!(self, Self::Receipt | Self::CorrectedChannel),
            CorrectedFact::Matter { .. } => {
                matches!(self, Self::Receipt | Self::Classification | Self::CorrectedMatter)
            }
            CorrectedFact::Respondent { .. } => {
                matches!(self, Self::Receipt | Self::CorrectedRespondent)
            }
            CorrectedFact::Personal => true,
        }
    }
}

/// A remedy: who proposed it, whether it may stand, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remedy {
    pub(super) kind: RemedyKind,
    pub(super) proposer: ActorId,
    pub(super) amount: Option<Money>,
    pub(super) approval: Approval,
    pub(super) result: Option<RemedyResult>,
    /// The entry that ended it.
    pub(super) ended_in: Option<usize>,
}

/// What a body outside awarded to the complainant with binding effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Award {
    pub(super) amount: Money,
    /// The entry that says so.
    pub(super) decided_in: usize,
}

/// Whether a second person must approve, and whether one did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Approval {
    NotRequired,
    Awaited,
    Given { approver: ActorId },
}

/// The final response that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FinalResponse {
    pub(super) responded_at: Timestamp,
    /// The last day on which the complainant may turn elsewhere; a platform does not say.
    pub(super) recourse_until: Option<Date>,
    pub(super) offered: BTreeSet<RemedyId>,
    pub(super) platform: Option<PlatformCategory>,
    pub(super) answer: Option<Answer>,
    /// When the complainant last answered it; a reopening takes the answer back, but not that they gave one.
    pub(super) answered_at: Option<Timestamp>,
    /// What it says it came to; a platform does not say.
    pub(super) outcome: Option<Outcome>,
    /// A review of it, or of an answer that gave less, had ended before it was given.
    pub(super) is_reviewed: bool,
    /// The complaint was reopened since, so that another response may replace this one.
    pub(super) is_reopened: bool,
}

impl FinalResponse {
    /// Whether it decides: who answered that it is not theirs to decide may still hand it over.
    pub(super) fn decides(&self) -> bool {
        !self.is_reopened && self.outcome != Some(Outcome::OutOfScope)
    }

    /// Whether another response may follow.
    pub(super) fn may_be_replaced(&self) -> bool {
        self.is_reopened || self.answer == Some(Answer::Refused)
    }
}

impl Case {
    /// Where it stands.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The one responsible person, from the assignment to the end.
    pub fn handler(&self) -> Option<&ActorId> {
        self.handler.as_ref()
    }

    /// When it came in, as corrected.
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// What clocks read of it, in the order of its stream.
    pub fn clock_facts(&self) -> &[ClockFact] {
        &self.clock_facts
    }

    /// Whether it was noted of this limit already.
    pub fn is_noted(&self, note: ClockNote, limit: &ClockLimit) -> bool {
        self.noted.iter().any(|(kind, noted)| *kind == note && noted == limit)
    }

    /// Who escalated it since its last answer or reopening, by their role.
    pub fn escalated_by(&self) -> Option<Role> {
        self.escalated_by
    }

    /// How often it was escalated.
    pub fn escalations(&self) -> u32 {
        self.escalations
    }

    /// The review of which an answer that gives less than it recommended needs the company's grounds.
    pub fn recommended_by(&self, answer: Option<Outcome>) -> Option<&ReviewId> {
        let (recommended, review) = self.recommended.as_ref()?;
        answer.filter(|given| !given.is_no_less_than(*recommended)).map(|_| review)
    }

    /// Whether a pack orders that it goes before the committee, and nobody has put it there.
    pub fn is_owed_to_committee(&self, packs: &Rulebook) -> bool {
        self.escalated_by.is_none() && self.is_ordered(packs)
    }

    /// Whether it was put before the committee and a review is to be opened without anybody asking: what a
    /// program escalated, and what a pack orders, whoever escalated it.
    ///
    /// It is told of those whose review goes on, too: the complaint's stream does not say.
    pub fn is_owed_a_review(&self, packs: &Rulebook) -> bool {
        let is_owed = match self.escalated_by {
            None => false,
            Some(Role::System) => true,
            Some(_) => self.is_ordered(packs),
        };
        is_owed && self.review_conclusion.is_none()
    }

    /// Whether a pack orders that the committee looks at it: at what it is to come to, or at the answer
    /// that stands and that no review has seen.
    fn is_ordered(&self, packs: &Rulebook) -> bool {
        let answered = self.final_response.as_ref().filter(|response| !response.is_reviewed);
        let answered = answered.and_then(|response| response.outcome);
        let outcome = self.proposed_outcome.as_ref().map(|it| it.outcome).or(answered);
        let may_go = self.stage != Stage::Withdrawn
            && self.transferred_to.is_none()
            && self.is_ours_to_answer();
        may_go && outcome.is_some_and(|it| self.order(packs, it).is_some())
    }

    /// What packs order when it comes to this: by the day on which it came in as recorded first, or as
    /// corrected, the stricter of both, so that no correction of ours takes it from the committee.
    pub(super) fn order<'a>(
        &self,
        packs: &'a Rulebook,
        outcome: Outcome,
    ) -> Option<(&'a Label, &'a EscalationOrder)> {
        let days = [self.received_at, self.first_received_at];
        let orders = days.into_iter().filter_map(|day| packs.escalation_order(day, outcome));
        orders.max_by_key(|(_, order)| order.response)
    }

    /// Whether the committee has seen such an answer, or one that gives less, since the last answer or
    /// reopening.
    pub(super) fn has_reviewed(&self, outcome: Outcome) -> bool {
        self.reviewed.iter().any(|seen| outcome.is_no_less_than(*seen))
    }

    /// Those who had a part in it: who is or was responsible, and who proposed or approved a remedy.
    pub(super) fn colleagues(&self) -> BTreeSet<ActorId> {
        let mut colleagues = self.handlers.clone();
        colleagues.extend(self.recused.iter().cloned());
        for remedy in self.remedies.values() {
            colleagues.insert(remedy.proposer.clone());
            if let Approval::Given { approver } = &remedy.approval {
                colleagues.insert(approver.clone());
            }
        }
        colleagues
    }

    /// Whether somebody may act for the complainant on the day.
    pub(super) fn is_represented_on(&self, day: Date) -> bool {
        self.representatives.iter().any(|until| until.is_none_or(|until| day <= until))
    }

    /// Whether it was taken in from a file of another body.
    pub fn is_imported(&self) -> bool {
        matches!(self.source, Source::Imported { .. })
    }

    /// Whether it is for us to answer. A complaint taken in from another body's file about some
    /// other company is not: the company answers, and we record what the file attests.
    pub fn is_ours_to_answer(&self) -> bool {
        !(self.is_imported() && self.respondent.is_some())
    }

    /// The number a next remedy must have.
    pub fn next_remedy(&self) -> u32 {
        self.remedies.last_key_value().map_or(0, |(last, _)| u32::from(last.0)).saturating_add(1)
    }

    /// The number a next piece of evidence must have.
    pub fn next_evidence(&self) -> u32 {
        u32::from(self.evidence).saturating_add(1)
    }

    /// Whether the end of the review is noted.
    pub fn has_noted(&self, review: &ReviewId) -> bool {
        self.reviews_noted.contains(review)
    }

    /// Whether the committee was asked since the last answer, and has come to nothing yet.
    pub fn is_before_committee(&self) -> bool {
        self.escalated_by.is_some() && self.review_conclusion.is_none()
    }

    /// What the committee decided with binding effect, if it is us whom it binds.
    pub(super) fn binding_outcome(&self) -> Option<Outcome> {
        self.bound_to.filter(|_| self.is_ours_to_answer())
    }

    /// The same, while the answer that stands does not give it.
    pub(super) fn owed_outcome(&self) -> Option<Outcome> {
        let given = self.final_response.as_ref().and_then(|response| response.outcome);
        self.binding_outcome().filter(|decided| !given.is_some_and(|it| it.keeps_to(*decided)))
    }

    /// What the committee recommended and the answer that stands does not give: a better one may take its place.
    pub(super) fn recommended_since(&self) -> Option<Outcome> {
        let given = self.final_response.as_ref()?.outcome;
        self.recommended_by(given)?;
        self.recommended.as_ref().map(|(outcome, _)| *outcome)
    }

    /// The review whose recommendation the complaint would be closed against.
    pub fn closed_against(&self) -> Option<&ReviewId> {
        let response = self.final_response.as_ref().filter(|_| self.is_ours_to_answer())?;
        self.recommended_by(response.outcome)
    }

    /// Whether the final response stands, so that none may follow: one that gives less than was decided with binding
    /// effect makes room for one that gives it, whatever the complainant said to the first.
    pub(super) fn has_standing_response(&self) -> bool {
        let stands = self.final_response.as_ref().is_some_and(|it| !it.may_be_replaced());
        stands && self.owed_outcome().is_none() && self.recommended_since().is_none()
    }

    /// The bodies outside that took it up, and have come to nothing yet.
    pub fn before_bodies(&self) -> impl Iterator<Item = &Label> {
        self.external.iter().filter(|(_, decision)| decision.is_none()).map(|(body, _)| body)
    }

    /// Whether a remedy is one of those that the complainant accepted, and has not ended.
    pub(super) fn is_accepted(&self, id: RemedyId) -> bool {
        let is_open = self.remedies.get(&id).is_some_and(|remedy| remedy.result.is_none());
        is_open && self.accepted.contains(&id)
    }

    /// What a body outside awarded with binding effect and nobody has paid, and that body. What was paid before counts
    /// with what was paid since; declined is only what was offered again since.
    pub(super) fn outstanding_award(&self) -> Option<(Money, &Label)> {
        let counts = |remedy: &Remedy, award: &Award| match remedy.result {
            Some(RemedyResult::CarriedOut) => true,
            Some(RemedyResult::Declined) => remedy.ended_in > Some(award.decided_in),
            None => false,
        };
        let is_met = |award: &Award| {
            let counted = self.remedies.values().filter(|remedy| counts(remedy, award));
            let amounts = counted.filter_map(|remedy| remedy.amount);
            let in_currency = amounts.filter(|it| it.currency == award.amount.currency);
            let whole = in_currency.fold(Decimal::ZERO, |sum, it| sum.saturating_add(it.amount));
            whole >= award.amount.amount
        };
        let owed = self.awards.iter().find(|(_, award)| !is_met(award));
        owed.filter(|_| self.is_ours_to_answer()).map(|(body, award)| (award.amount, body))
    }

    /// The remedies that were promised and have not ended: approved by a second person, or offered
    /// in a final response that the complainant accepted.
    pub fn outstanding_remedies(&self) -> impl Iterator<Item = RemedyId> {
        self.remedies
            .iter()
            .filter(|(id, remedy)| {
                let is_approved = matches!(remedy.approval, Approval::Given { .. });
                (remedy.result.is_none() && is_approved) || self.is_accepted(**id)
            })
            .map(|(id, _)| *id)
    }
}
