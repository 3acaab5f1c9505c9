//! What must never be, told twice: of the state, and of the history without the help of `evolve`.

use std::collections::{BTreeMap, BTreeSet};

use iso_currency::Currency;
use jiff::Timestamp;

use crate::{
    Fact,
    actor::{Actor, ActorId},
    complaint::{
        Answer, ApprovalLimits, ClockLimit, Complaint, ComplaintEvent as E, CorrectedFact, Finding,
        Outcome, Reassignment, ReassignmentReason, Receipt, RemedyId, RemedyResult, Response,
        ResponseKind, Source, Stage,
        state::{Approval, Case},
    },
    money::Money,
    reference::ReviewId,
};

/// What is impossible about a state, if anything is.
pub(super) fn impossible(complaint: &Complaint) -> Option<&'static str> {
    let Complaint::Received(case) = complaint else { return None };
    if case.first_step_at.is_some_and(|first| first < case.received_at) {
        return Some("a step before the receipt");
    }
    if case.handler.as_ref().is_some_and(|handler| case.recused.contains(handler)) {
        return Some("somebody who stepped aside is responsible");
    }
    ended_wrongly(case).or_else(|| remedied_wrongly(case)).or_else(|| responded_wrongly(case))
}

fn ended_wrongly(case: &Case) -> Option<&'static str> {
    let is_ended = case.stage != Stage::Open;
    if is_ended && case.handler.is_some() {
        return Some("ended, and somebody is still responsible");
    }
    if case.stage != Stage::Closed {
        return None;
    }
    if case.outstanding_remedies().next().is_some() {
        return Some("closed with a promised remedy outstanding");
    }
    if case.transferred_to.is_some() {
        return None;
    }
    if case.final_response.is_none() {
        return Some("closed without a final response");
    }
    (case.is_ours_to_answer() && case.root_cause.is_none()).then_some("closed without a cause")
}

fn remedied_wrongly(case: &Case) -> Option<&'static str> {
    for (expected, (id, remedy)) in (1..).zip(&case.remedies) {
        if id.0 != expected {
            return Some("a gap in the numbers of remedies");
        }
        match (&remedy.approval, remedy.result) {
            (Approval::Given { approver }, _) if *approver == remedy.proposer => {
                return Some("a remedy approved by its proposer");
            }
            (Approval::Awaited, Some(RemedyResult::CarriedOut)) => {
                return Some("a remedy carried out that awaits approval");
            }
            _ => {}
        }
    }
    None
}

fn responded_wrongly(case: &Case) -> Option<&'static str> {
    let response = case.final_response.as_ref()?;
    if response.platform.is_some() && !case.is_imported() {
        return Some("a platform's response on a complaint made to us");
    }
    if response.answer == Some(Answer::NotDisputed) && response.platform.is_none() {
        return Some("a platform's word on a response of our own");
    }
    if response.offered.iter().any(|id| !case.remedies.contains_key(id)) {
        return Some("an offer of what nobody proposed");
    }
    None
}

/// What others say, or what is found out, once a complaint has ended.
fn may_follow_the_end(event: &E) -> bool {
    matches!(
        event,
        E::StepTaken(_)
            | E::SurveyAnswered(_)
            | E::ExternalDecisionRecorded(_)
            | E::Escalated(_)
            | E::EscalationWithdrawn(_)
            | E::ReviewConcluded(_)
            | E::ClockMissed(_)
    )
}

/// What is impossible about a history, if anything is.
pub(super) fn impossible_history(facts: &[Fact<E>]) -> Option<&'static str> {
    let mut seen = Seen::default();
    facts.iter().find_map(|fact| seen.next(fact))
}

/// What a reader of the history keeps in mind; deliberately not the state of the aggregate.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "four plain yes-or-no memories of a reader")]
struct Seen {
    entries: u64,
    is_imported: bool,
    is_ours: bool,
    is_open: bool,
    responsible: Option<ActorId>,
    aside: BTreeSet<ActorId>,
    proposals: BTreeMap<RemedyId, (ActorId, Option<Money>, bool)>,
    approved: BTreeSet<RemedyId>,
    ended_remedies: BTreeSet<RemedyId>,
    declined: BTreeSet<RemedyId>,
    final_response: Option<Timestamp>,
    answered_at: Option<Timestamp>,
    turned_at: Option<Timestamp>,
    warned: BTreeSet<ClockLimit>,
    missed: BTreeSet<ClockLimit>,
    reviews: BTreeSet<ReviewId>,
    is_asked: bool,
}

/// What programs note, once each.
fn once<T: Ord + Clone>(
    seen: &mut BTreeSet<T>,
    what: &T,
    wrong: &'static str,
) -> Option<&'static str> {
    (!seen.insert(what.clone())).then_some(wrong)
}

impl Seen {
    fn next(&mut self, fact: &Fact<E>) -> Option<&'static str> {
        let wrong = self.wrong(fact);
        self.entries += 1;
        wrong
    }

    fn wrong(&mut self, fact: &Fact<E>) -> Option<&'static str> {
        match &fact.event {
            E::Received(receipt) => self.received(receipt),
            E::Corrected(correction) => {
                // What was imported about ourselves turns out to be about another company.
                if self.is_imported && matches!(correction.fact, CorrectedFact::Respondent { .. }) {
                    self.is_ours = false;
                }
                (correction.corrects >= self.entries).then_some("a correction of nothing")
            }
            E::Reopened(_) => {
                self.is_asked = false;
                self.turned(fact, false)
            }
            _ if !self.is_open && !may_follow_the_end(&fact.event) => {
                Some("a step on a complaint that is not open")
            }
            E::Closed(_) | E::Withdrawn(_) => {
                let closed_by_nobody = matches!(fact.event, E::Closed(_)) && self.nobody_of_ours();
                self.responsible = None;
                self.turned(fact, true).or(closed_by_nobody.then_some("closed by nobody"))
            }
            E::Assigned(assignment) => self
                .responsible
                .replace(assignment.handler.clone())
                .map(|_| "two people responsible at once"),
            E::Reassigned(change) => self.handed_over(change),
            E::ResponseIssued(response) => self.responded(response, fact.occurred_at),
            E::AnswerRecorded(_) => self.answered(fact.occurred_at),
            E::RemedyProposed(_) | E::RemedyApproved(_) | E::RemedyFulfilled(_) => {
                self.remedied(fact)
            }
            E::RootCauseIdentified(_) => self.nobody_of_ours().then_some("a cause by nobody"),
            E::Recused(recusal) => {
                let before = self.responsible.take();
                self.aside.insert(recusal.handler.clone());
                (before.as_ref() != Some(&recusal.handler)).then_some("a recusal of somebody else")
            }
            E::RecusalWithdrawn(mistake) => {
                let was_aside = self.aside.remove(&mistake.handler);
                (!was_aside).then_some("a recusal withdrawn that was none")
            }
            E::ClockWarned(notice) => once(&mut self.warned, &notice.limit, "warned of twice"),
            E::ClockMissed(notice) => once(&mut self.missed, &notice.limit, "missed twice"),
            E::ReviewConcluded(it) => once(&mut self.reviews, &it.review, "noted twice"),
            E::DeadlineExtended(it) => self.extended(&fact.actor.id, &it.asked_by),
            E::SurveyRequested(_) => self.surveyed(false),
            E::SurveyAnswered(_) => self.surveyed(true),
            E::OutcomeProposed(_) => self.nobody_of_ours().then_some("an outcome by nobody"),
            E::Transferred(_) => self.nobody_of_ours().then_some("a transfer by nobody"),
            E::Acknowledged(_)
            | E::Assessed(_)
            | E::Classified(_)
            | E::CommunicationRecorded(_)
            | E::InformationRequested(_)
            | E::EvidenceAdded(_)
            | E::RepresentativeAuthorised(_)
            | E::VulnerabilityFlagged(_)
            | E::ClockPaused(_)
            | E::ClockResumed(_)
            | E::DuplicateLinked(_)
            | E::DuplicateUnlinked(_)
            | E::Escalated(_)
            | E::EscalationWithdrawn(_)
            | E::ReferredExternally(_)
            | E::ExternalDecisionRecorded(_)
            | E::SuspectedViolationReported(_)
            | E::StepTaken(_) => None,
        }
    }

    fn handed_over(&mut self, change: &Reassignment) -> Option<&'static str> {
        let before = self.responsible.replace(change.handler.clone());
        if change.reason == ReassignmentReason::ConflictOfInterest {
            self.aside.extend(before.clone());
        }
        (before.is_none() || before == self.responsible).then_some("handed over by nobody")
    }

    fn received(&mut self, receipt: &Receipt) -> Option<&'static str> {
        self.is_imported = matches!(receipt.source, Source::Imported { .. });
        self.is_ours = !(self.is_imported && receipt.respondent.is_some());
        self.is_open = true;
        (self.entries > 0).then_some("a second receipt")
    }

    fn extended(&self, by: &ActorId, asked_by: &ActorId) -> Option<&'static str> {
        (by == asked_by || self.responsible.as_ref() == Some(by))
            .then_some("an extension approved by who asked for it or is responsible")
    }

    fn answered(&mut self, at: Timestamp) -> Option<&'static str> {
        let is_early = self.final_response.is_none_or(|responded_at| at < responded_at);
        self.answered_at = self.answered_at.max(Some(at));
        is_early.then_some("an answer before the final response")
    }

    fn surveyed(&mut self, is_answer: bool) -> Option<&'static str> {
        let is_out_of_turn = self.is_asked != is_answer;
        self.is_asked = !is_answer;
        is_out_of_turn.then_some("a survey out of turn")
    }

    fn nobody_of_ours(&self) -> bool {
        self.is_ours && self.responsible.is_none()
    }

    /// An ending and a reopening take turns, each not before the other.
    fn turned(&mut self, fact: &Fact<E>, is_ending: bool) -> Option<&'static str> {
        let is_out_of_turn = self.is_open != is_ending;
        let is_early = self.turned_at.is_some_and(|at| fact.occurred_at < at);
        self.is_open = !is_ending;
        self.turned_at = Some(fact.occurred_at);
        (is_out_of_turn || is_early).then_some("an end or a reopening out of turn")
    }

    fn responded(&mut self, response: &Response, at: Timestamp) -> Option<&'static str> {
        let awaiting = response.remedies.iter().any(|id| self.awaits_approval(*id));
        match response.kind {
            ResponseKind::Interim | ResponseKind::Holding => None,
            ResponseKind::Final => {
                let said = self.answered_at.filter(|_| response.platform.is_none());
                let last = self.final_response.max(said).max(self.turned_at);
                self.final_response = Some(at);
                if last.is_some_and(|last| at < last) {
                    return Some("a final response before what it follows");
                }
                if self.nobody_of_ours() {
                    return Some("a final response by nobody");
                }
                if response.platform.is_none()
                    && (response.outcome.is_none()
                        || response.findings.is_empty()
                        || response.recourse.is_none())
                {
                    return Some("a final response that does not say what it must");
                }
                let is_right = |it: &Finding| it.outcome == Outcome::Upheld;
                let wrong = match response.outcome {
                    Some(Outcome::Upheld) => !response.findings.iter().all(is_right),
                    Some(Outcome::PartlyUpheld) => response.findings.iter().all(is_right),
                    Some(_) => response.findings.iter().any(is_right),
                    None => false,
                };
                if wrong {
                    return Some("an outcome that does not follow from the findings");
                }
                awaiting.then_some("an offer of what awaits approval")
            }
        }
    }

    fn awaits_approval(&self, id: RemedyId) -> bool {
        self.proposals.get(&id).is_none_or(|(_, _, required)| *required)
            && !self.approved.contains(&id)
    }

    fn remedied(&mut self, fact: &Fact<E>) -> Option<&'static str> {
        let is_promise = matches!(fact.event, E::RemedyProposed(_) | E::RemedyApproved(_));
        if is_promise && self.aside.contains(&fact.actor.id) {
            return Some("a remedy by somebody who stepped aside");
        }
        if let E::RemedyProposed(proposed) = &fact.event {
            let remedy =
                (fact.actor.id.clone(), proposed.proposal.amount, proposed.approval_required);
            let before = self.proposals.insert(proposed.proposal.remedy, remedy);
            if before.is_some() {
                return Some("two remedies under one number");
            }
            let is_alone = proposed.proposal.amount.is_some() && !proposed.approval_required;
            let is_over = is_alone && self.stands_over_limit_of(&fact.actor);
            return is_over.then_some("more promised alone than one may in a complaint");
        }
        if let E::RemedyApproved(approval) = &fact.event {
            let (proposer, _, _) = self.proposals.get(&approval.remedy)?;
            if *proposer == fact.actor.id {
                return Some("a remedy approved by its proposer");
            }
            if !self.approved.insert(approval.remedy) {
                return Some("approved twice");
            }
            let is_over = self.stands_over_limit_of(&fact.actor);
            return is_over.then_some("more approved than one may in a complaint");
        }
        let E::RemedyFulfilled(fulfilment) = &fact.event else { return None };
        if !self.ended_remedies.insert(fulfilment.remedy) {
            return Some("a remedy ended twice, perhaps paid twice");
        }
        let Some((_, promised, _)) = self.proposals.get(&fulfilment.remedy) else {
            return Some("an end of what nobody proposed");
        };
        match fulfilment.result {
            RemedyResult::CarriedOut if self.awaits_approval(fulfilment.remedy) => {
                Some("a remedy carried out that awaits approval")
            }
            RemedyResult::CarriedOut => {
                (fulfilment.paid != *promised).then_some("paid other than promised")
            }
            RemedyResult::Declined => {
                self.declined.insert(fulfilment.remedy);
                fulfilment.paid.map(|_| "paid though declined")
            }
        }
    }

    /// Whether what may be promised, all of it in pounds, is more than somebody may promise.
    fn stands_over_limit_of(&self, actor: &Actor) -> bool {
        let stands = |id: &RemedyId| !self.awaits_approval(*id) && !self.declined.contains(id);
        let amounts = self.proposals.iter().filter(|(id, _)| stands(id));
        let whole =
            amounts.filter_map(|(_, (_, amount, _))| *amount).map(|money| money.amount).sum();
        !ApprovalLimits::default().of(actor.role, Currency::GBP).allows(whole)
    }
}
