//! Folds what happened into what is so.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Answer, AnswerGiven, Classification, ClockNotice, ComplaintEvent, CorrectedFact, Correction,
    Escalation, EscalationReason, ExternalDecision, Outcome, Reassignment, ReassignmentReason,
    Receipt, Recusal, RemedyApproval, RemedyFulfilment, RemedyProposal, RemedyProposed, Response,
    ResponseKind, ReviewConcluded, ReviewConclusion,
    state::{
        Approval, Asker, Award, Case, ClockNote, Complaint, Entry, FinalResponse, Remedy, Stage,
        Survey,
    },
};
use crate::{
    actor::{Actor, ActorId, Role},
    clock::take_in,
    fact::Fact,
    reference::ReviewId,
    review::{DecisionEffect, DiscontinuationReason},
};

/// Applies one recorded event. It cannot fail: the event has already happened.
///
/// Events that `decide` never gives, such as a second receipt, leave the state as it is, so that
/// no entry of a log, however it came there, can keep a complaint from being loaded.
#[must_use]
pub fn evolve(state: Complaint, fact: &Fact<ComplaintEvent>) -> Complaint {
    match state {
        Complaint::NotReceived => {
            let ComplaintEvent::Received(receipt) = &fact.event else {
                return Complaint::NotReceived;
            };
            Complaint::Received(Box::new(received(receipt, fact)))
        }
        Complaint::Received(mut case) => {
            let entry = entry_of(&fact.event);
            if is_step(&fact.event) {
                let first = case.first_step_at.unwrap_or(fact.occurred_at);
                case.first_step_at = Some(first.min(fact.occurred_at));
            }
            apply(&mut case, fact);
            take_in(&mut case.clock_facts, fact);
            case.entries.push(entry);
            Complaint::Received(case)
        }
    }
}

fn received(receipt: &Receipt, fact: &Fact<ComplaintEvent>) -> Case {
    let mut clock_facts = Vec::new();
    take_in(&mut clock_facts, fact);
    Case {
        stage: Stage::Open,
        turned_at: None,
        entries: vec![Entry::Receipt],
        source: receipt.source.clone(),
        respondent: receipt.respondent.clone(),
        channel: receipt.channel,
        received_at: fact.occurred_at,
        first_received_at: fact.occurred_at,
        first_step_at: None,
        is_acknowledged: false,
        assessment: None,
        matter: receipt.matter.clone(),
        rights: BTreeSet::new(),
        handler: None,
        remedies: BTreeMap::new(),
        final_response: None,
        accepted: BTreeSet::new(),
        root_cause: None,
        handlers: BTreeSet::new(),
        recused: BTreeSet::new(),
        just_recused: None,
        evidence: 0,
        representatives: Vec::new(),
        vulnerability: None,
        clock_facts,
        noted: BTreeSet::new(),
        links: BTreeMap::new(),
        transferred_to: None,
        proposed_outcome: None,
        escalated_by: None,
        asker: None,
        escalations: 0,
        review_conclusion: None,
        looked_at: None,
        reviewed: BTreeSet::new(),
        recommended: None,
        bound_to: None,
        reviews_noted: BTreeSet::new(),
        is_decided_by_committee: false,
        external: BTreeMap::new(),
        awards: BTreeMap::new(),
        violations: BTreeMap::new(),
        steps: BTreeMap::new(),
        reopened_at: Vec::new(),
        survey: Survey::NotRequested,
    }
}

fn apply(case: &mut Case, fact: &Fact<ComplaintEvent>) {
    let (by, at) = (&fact.actor.id, fact.occurred_at);
    match &fact.event {
        // What clocks make of an event is taken in beside this.
        ComplaintEvent::Received(_)
        | ComplaintEvent::CommunicationRecorded(_)
        | ComplaintEvent::InformationRequested(_)
        | ComplaintEvent::ClockPaused(_)
        | ComplaintEvent::ClockResumed(_)
        | ComplaintEvent::DeadlineExtended(_) => {}
        ComplaintEvent::Acknowledged(_) => case.is_acknowledged = true,
        ComplaintEvent::Assessed(assessment) => case.assessment = Some(assessment.clone()),
        ComplaintEvent::Classified(classification) => classified(case, classification),
        ComplaintEvent::Assigned(assignment) => handed_to(case, &assignment.handler),
        ComplaintEvent::Reassigned(change) => handed_over(case, change),
        ComplaintEvent::RemedyProposed(proposed) => remedy_proposed(case, proposed, by),
        ComplaintEvent::RemedyApproved(approval) => remedy_approved(case, approval, by),
        ComplaintEvent::ResponseIssued(response) => response_issued(case, response, at),
        ComplaintEvent::AnswerRecorded(answer) => answer_recorded(case, answer, at),
        ComplaintEvent::RemedyFulfilled(fulfilment) => remedy_fulfilled(case, fulfilment),
        ComplaintEvent::RootCauseIdentified(found) => case.root_cause = Some(found.clone()),
        ComplaintEvent::Closed(_) => ended(case, Stage::Closed, at),
        ComplaintEvent::Withdrawn(_) => {
            case.accepted.clear();
            ended(case, Stage::Withdrawn, at);
        }
        ComplaintEvent::Reopened(_) => reopened(case, at),
        ComplaintEvent::Corrected(correction) => corrected(case, correction),
        ComplaintEvent::Recused(recusal) => recused(case, recusal, by),
        ComplaintEvent::RecusalWithdrawn(mistake) => {
            case.recused.remove(&mistake.handler);
        }
        ComplaintEvent::EvidenceAdded(added) => case.evidence = added.evidence.0,
        ComplaintEvent::RepresentativeAuthorised(authorised) => {
            case.representatives.push(authorised.until);
        }
        ComplaintEvent::VulnerabilityFlagged(found) => case.vulnerability = Some(found.clone()),
        ComplaintEvent::ClockWarned(notice) => noted(case, ClockNote::Warned, notice),
        ComplaintEvent::ClockMissed(notice) => noted(case, ClockNote::Missed, notice),
        ComplaintEvent::DuplicateLinked(link) => {
            case.links.insert(link.of.clone(), link.kind);
        }
        ComplaintEvent::DuplicateUnlinked(unlink) => {
            case.links.remove(&unlink.of);
        }
        ComplaintEvent::Transferred(transfer) => case.transferred_to = Some(transfer.to.clone()),
        ComplaintEvent::EscalationWithdrawn(_) => case.escalated_by = None,
        ComplaintEvent::Escalated(escalation) => escalated(case, escalation, &fact.actor),
        ComplaintEvent::OutcomeProposed(proposal) => {
            case.proposed_outcome = Some(proposal.clone());
            look_anew(case);
        }
        ComplaintEvent::ReviewConcluded(concluded) => review_concluded(case, concluded),
        ComplaintEvent::ReferredExternally(referral) => {
            case.external.insert(referral.body.clone(), None);
        }
        ComplaintEvent::ExternalDecisionRecorded(decision) => decided_outside(case, decision),
        ComplaintEvent::SuspectedViolationReported(violation) => {
            case.violations.insert(violation.referral.clone(), at);
        }
        ComplaintEvent::SurveyRequested(_) => case.survey = Survey::Requested,
        ComplaintEvent::SurveyAnswered(_) => case.survey = Survey::Answered,
        ComplaintEvent::StepTaken(taken) => {
            case.steps.entry(taken.step).or_default().push(at);
        }
    }
}

fn recused(case: &mut Case, recusal: &Recusal, by: &ActorId) {
    case.handler = None;
    case.recused.insert(recusal.handler.clone());
    case.just_recused = Some(recusal.handler.clone()).filter(|handler| handler == by);
}

/// It asks anew, whatever was said before it. What the complainant asked for is theirs, whoever took it down.
fn escalated(case: &mut Case, escalation: &Escalation, by: &Actor) {
    let is_complainants = escalation.reason == EscalationReason::ComplainantRequest;
    case.asker = Some(if by.role == Role::System {
        Asker::Program
    } else if is_complainants || by.role == Role::Complainant {
        Asker::Complainant
    } else {
        Asker::Colleague(by.id.clone())
    });
    case.escalated_by = Some(by.role);
    case.escalations = case.escalations.saturating_add(1);
    case.review_conclusion = None;
    let answered = case.final_response.as_ref().and_then(|response| response.outcome);
    let proposed = case.proposed_outcome.as_ref().map(|proposal| proposal.outcome);
    case.looked_at = proposed.or(answered);
}

fn classified(case: &mut Case, classification: &Classification) {
    case.matter = Some(classification.matter.clone());
    case.rights.clone_from(&classification.rights);
}

/// Who is relieved for an interest has stepped aside.
fn handed_over(case: &mut Case, change: &Reassignment) {
    if change.reason == ReassignmentReason::ConflictOfInterest {
        case.recused.extend(case.handler.take());
    }
    handed_to(case, &change.handler);
}

fn handed_to(case: &mut Case, handler: &ActorId) {
    case.just_recused = None;
    case.handlers.insert(handler.clone());
    case.handler = Some(handler.clone());
}

fn remedy_proposed(case: &mut Case, proposed: &RemedyProposed, by: &ActorId) {
    let approval =
        if proposed.approval_required { Approval::Awaited } else { Approval::NotRequired };
    let RemedyProposal { remedy: number, kind, amount, .. } = proposed.proposal;
    let remedy =
        Remedy { kind, proposer: by.clone(), amount, approval, result: None, ended_in: None };
    case.remedies.insert(number, remedy);
}

fn remedy_approved(case: &mut Case, approval: &RemedyApproval, approver: &ActorId) {
    if let Some(remedy) = case.remedies.get_mut(&approval.remedy) {
        remedy.approval = Approval::Given { approver: approver.clone() };
    }
}

fn remedy_fulfilled(case: &mut Case, fulfilment: &RemedyFulfilment) {
    let ended_in = Some(case.entries.len());
    if let Some(remedy) = case.remedies.get_mut(&fulfilment.remedy) {
        remedy.result = Some(fulfilment.result);
        remedy.ended_in = ended_in;
    }
}

/// A new final response replaces the one before, and with it the answer to that.
fn response_issued(case: &mut Case, response: &Response, at: Timestamp) {
    match response.kind {
        ResponseKind::Interim | ResponseKind::Holding => {}
        ResponseKind::Final => {
            let is_reviewed = match response.outcome {
                Some(outcome) => case.has_reviewed(outcome),
                None => case.review_conclusion.is_some(),
            };
            committee_is_done(case);
            case.bound_to = case
                .bound_to
                .filter(|decided| !response.outcome.is_some_and(|given| given.keeps_to(*decided)));
            case.final_response = Some(FinalResponse {
                responded_at: at,
                recourse_until: response.recourse.as_ref().map(|recourse| recourse.until),
                offered: response.remedies.iter().copied().collect(),
                platform: response.platform.as_ref().map(|platform| platform.category),
                answer: None,
                answered_at: None,
                outcome: response.outcome,
                is_reviewed,
                is_reopened: false,
            });
        }
    }
}

/// A review that came to nothing takes nothing back of what another has decided, and that of an earlier
/// escalation says nothing of what was escalated since.
fn review_concluded(case: &mut Case, concluded: &ReviewConcluded) {
    if is_of_this_answer(case, concluded) {
        case.review_conclusion = Some(concluded.conclusion);
        case.reviewed.extend(seen(case, concluded));
        case.recommended = recommended(concluded);
    } else if is_of_the_answer_before(case, concluded) {
        case.recommended = recommended(concluded);
    }
    case.bound_to = concluded.conclusion.binding_outcome().or(case.bound_to);
    case.is_decided_by_committee |=
        matches!(concluded.conclusion, ReviewConclusion::Decided { .. });
    case.reviews_noted.insert(concluded.review.clone());
    look_anew(case);
}

/// Whether it ends the review of what was escalated last, and nothing was answered or reopened since. Of what
/// a program from before noted, it does.
fn is_of_this_answer(case: &Case, concluded: &ReviewConcluded) -> bool {
    concluded.is_of(case.escalations)
        && (concluded.escalation.is_none() || case.escalated_by.is_some())
}

/// Whether it ends the review of what was escalated last, and the complainant was answered while the committee looked at
/// it: what it recommends is a recommendation for that answer too.
fn is_of_the_answer_before(case: &Case, concluded: &ReviewConcluded) -> bool {
    let stands = case.final_response.as_ref().is_some_and(|response| !response.is_reopened);
    concluded.escalation == Some(case.escalations) && stands
}

/// What the committee has seen by a review: what was put before it and what it decided. A review that ended
/// because nobody pursued the complaint saw nothing. A program from before let any answer follow.
fn seen(case: &Case, concluded: &ReviewConcluded) -> Vec<Outcome> {
    if concluded.escalation.is_none() {
        return vec![Outcome::NotUpheld, Outcome::OutOfScope];
    }
    match concluded.conclusion {
        ReviewConclusion::Decided { outcome, .. } => {
            case.looked_at.into_iter().chain([outcome]).collect()
        }
        ReviewConclusion::Discontinued { reason: DiscontinuationReason::Settled } => {
            case.looked_at.into_iter().collect()
        }
        ReviewConclusion::Discontinued { reason: DiscontinuationReason::ComplaintWithdrawn } => {
            Vec::new()
        }
    }
}

/// A program from before asked for no grounds.
fn recommended(concluded: &ReviewConcluded) -> Option<(Outcome, ReviewId)> {
    match concluded.conclusion {
        ReviewConclusion::Decided { outcome, effect: DecisionEffect::Recommendation } => {
            concluded.escalation.map(|_| (outcome, concluded.review.clone()))
        }
        ReviewConclusion::Decided { effect: DecisionEffect::Binding, .. }
        | ReviewConclusion::Discontinued { .. } => None,
    }
}

/// Who proposes less than the committee has seen puts something new before it: another escalation is for
/// that. Not where a decision binds: then it is known what is to be answered.
fn look_anew(case: &mut Case) {
    let is_new = case.proposed_outcome.as_ref().is_some_and(|it| !case.has_reviewed(it.outcome));
    let is_open = case.stage == Stage::Open && case.bound_to.is_none();
    if is_new && is_open && case.review_conclusion.is_some() {
        case.escalated_by = None;
        case.review_conclusion = None;
    }
}

/// A later decision of a body sets its earlier one aside, and with it what that awarded.
fn decided_outside(case: &mut Case, decision: &ExternalDecision) {
    case.awards.remove(&decision.body);
    if let Some(amount) = decision.award.filter(|_| decision.is_binding) {
        let award = Award { amount, decided_in: case.entries.len() };
        case.awards.insert(decision.body.clone(), award);
    }
    case.external.insert(decision.body.clone(), Some(decision.clone()));
}

/// What comes next is another answer, for the committee to look at anew.
fn committee_is_done(case: &mut Case) {
    case.proposed_outcome = None;
    case.escalated_by = None;
    case.review_conclusion = None;
    case.looked_at = None;
    case.reviewed.clear();
    case.recommended = None;
}

fn noted(case: &mut Case, note: ClockNote, notice: &ClockNotice) {
    case.noted.insert((note, notice.limit.clone()));
}

fn answer_recorded(case: &mut Case, given: &AnswerGiven, at: Timestamp) {
    if let Some(response) = &mut case.final_response {
        if given.answer == Answer::Accepted {
            case.accepted.extend(&response.offered);
        } else if response.answer == Some(Answer::Accepted) {
            case.accepted.retain(|id| !response.offered.contains(id));
        }
        response.answer = Some(given.answer);
        response.answered_at = response.answered_at.max(Some(at));
    }
}

/// The responsibility ends with the complaint.
fn ended(case: &mut Case, stage: Stage, at: Timestamp) {
    case.stage = stage;
    case.turned_at = Some(at);
    case.handler = None;
}

/// What was answered, found, promised and paid stands; whether that is enough is open again.
fn reopened(case: &mut Case, at: Timestamp) {
    case.stage = Stage::Open;
    case.reopened_at.push(at);
    case.turned_at = Some(at);
    case.transferred_to = None;
    committee_is_done(case);
    case.survey = Survey::NotRequested;
    if let Some(response) = &mut case.final_response {
        response.answer = None;
        response.is_reopened = true;
    }
}

fn corrected(case: &mut Case, correction: &Correction) {
    match &correction.fact {
        CorrectedFact::ReceivedAt { received_at } => case.received_at = *received_at,
        CorrectedFact::Channel { channel } => case.channel = *channel,
        CorrectedFact::Matter { matter } => case.matter = Some(matter.clone()),
        CorrectedFact::Respondent { respondent } => case.respondent = Some(respondent.clone()),
        CorrectedFact::Personal => {}
    }
}

fn entry_of(event: &ComplaintEvent) -> Entry {
    match event {
        ComplaintEvent::Received(_) => Entry::Receipt,
        ComplaintEvent::Classified(_) => Entry::Classification,
        ComplaintEvent::Corrected(correction) => match correction.fact {
            CorrectedFact::ReceivedAt { .. } => Entry::CorrectedReceivedAt,
            CorrectedFact::Channel { .. } => Entry::CorrectedChannel,
            CorrectedFact::Matter { .. } => Entry::CorrectedMatter,
            CorrectedFact::Respondent { .. } => Entry::CorrectedRespondent,
            CorrectedFact::Personal => Entry::Other,
        },
        ComplaintEvent::Acknowledged(_)
        | ComplaintEvent::Assessed(_)
        | ComplaintEvent::Assigned(_)
        | ComplaintEvent::Reassigned(_)
        | ComplaintEvent::CommunicationRecorded(_)
        | ComplaintEvent::RemedyProposed(_)
        | ComplaintEvent::RemedyApproved(_)
        | ComplaintEvent::ResponseIssued(_)
        | ComplaintEvent::AnswerRecorded(_)
        | ComplaintEvent::RemedyFulfilled(_)
        | ComplaintEvent::RootCauseIdentified(_)
        | ComplaintEvent::Closed(_)
        | ComplaintEvent::Reopened(_)
        | ComplaintEvent::Withdrawn(_)
        | ComplaintEvent::Recused(_)
        | ComplaintEvent::RecusalWithdrawn(_)
        | ComplaintEvent::InformationRequested(_)
        | ComplaintEvent::EvidenceAdded(_)
        | ComplaintEvent::RepresentativeAuthorised(_)
        | ComplaintEvent::VulnerabilityFlagged(_)
        | ComplaintEvent::ClockPaused(_)
        | ComplaintEvent::ClockResumed(_)
        | ComplaintEvent::DeadlineExtended(_)
        | ComplaintEvent::ClockWarned(_)
        | ComplaintEvent::ClockMissed(_)
        | ComplaintEvent::DuplicateLinked(_)
        | ComplaintEvent::DuplicateUnlinked(_)
        | ComplaintEvent::Transferred(_)
        | ComplaintEvent::Escalated(_)
        | ComplaintEvent::EscalationWithdrawn(_)
        | ComplaintEvent::OutcomeProposed(_)
        | ComplaintEvent::ReviewConcluded(_)
        | ComplaintEvent::ReferredExternally(_)
        | ComplaintEvent::ExternalDecisionRecorded(_)
        | ComplaintEvent::SuspectedViolationReported(_)
        | ComplaintEvent::SurveyRequested(_)
        | ComplaintEvent::SurveyAnswered(_)
        | ComplaintEvent::StepTaken(_) => Entry::Other,
    }
}

/// Whether the event is a step of the process, which cannot come before the receipt. That a limit
/// passed is derived from the receipt and moves with it.
fn is_step(event: &ComplaintEvent) -> bool {
    !matches!(
        event,
        ComplaintEvent::Received(_)
            | ComplaintEvent::Corrected(_)
            | ComplaintEvent::ClockWarned(_)
            | ComplaintEvent::ClockMissed(_)
    )
}
