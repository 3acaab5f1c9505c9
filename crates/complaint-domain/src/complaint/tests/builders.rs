//! Values for stories, each with whatever the story does not care about filled in.

use iso_currency::Currency;
use jiff::civil::Date;

use super::harness::{past, person};
use crate::{
    Fact,
    complaint::{
        Acknowledgement, Answer, AnswerGiven, Assessment, Assignment, Channel, Classification,
        CloseReason, Closure, Communication, ComplaintCommand as C, ComplaintEvent as E,
        Complexity, CorrectedFact, Correction, CorrectionReason, Direction, Finding, Impact,
        Matter, Outcome, Party, PlatformCategory, PlatformResponse, Purpose, Reassignment,
        ReassignmentReason, Receipt, Recourse, RemedyApproval, RemedyFulfilment, RemedyId,
        RemedyKind, RemedyProposal, RemedyProposed, RemedyResult, ReopenReason, Reopening,
        Response, ResponseKind, RootCause, Severity, Source, Withdrawal, WithdrawalReason,
    },
    label::Label,
    money::Money,
    right::Right,
};

pub(super) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn gbp(amount: &str) -> Money {
    Money { amount: amount.parse().unwrap(), currency: Currency::GBP }
}

pub(super) fn matter(product: &str) -> Matter {
    Matter {
        taxonomy: label("house-1"),
        product: label(product),
        sub_product: None,
        issue: None,
        sub_issue: None,
    }
}

pub(super) fn receipt() -> Receipt {
    Receipt {
        channel: Channel::Web,
        source: Source::Direct,
        matter: None,
        respondent: None,
        region: None,
        language: None,
        tags: Vec::new(),
        remedies_requested: Vec::new(),
    }
}

/// Taken in from a regulator's file, about some other company.
pub(super) fn imported_receipt() -> Receipt {
    Receipt {
        source: Source::Imported { scheme: label("cfpb"), reference: label("1114245") },
        matter: Some(matter("Debt collection")),
        respondent: Some(label("Choice Recovery, Inc.")),
        ..receipt()
    }
}

pub(super) fn acknowledgement() -> Acknowledgement {
    Acknowledgement { channel: Channel::Email }
}

pub(super) fn assessment() -> Assessment {
    Assessment {
        severity: Severity::Medium,
        safety: false,
        complexity: Complexity::Standard,
        impact: Impact::Single,
        immediate_action: false,
    }
}

pub(super) fn classification() -> Classification {
    Classification { matter: matter("Card"), rights: [Right::FairDealing].into() }
}

pub(super) fn to(handler: &str) -> Assignment {
    Assignment { handler: person(handler) }
}

pub(super) fn over_to(handler: &str) -> Reassignment {
    Reassignment { handler: person(handler), reason: ReassignmentReason::Absence }
}

pub(super) fn message(direction: Direction, party: Party) -> Communication {
    Communication { direction, party, channel: Channel::Email, purpose: Purpose::Information }
}

pub(super) fn forwarding() -> Communication {
    Communication {
        direction: Direction::Outgoing,
        party: Party::Respondent,
        channel: Channel::RegulatorPlatform,
        purpose: Purpose::Forwarding,
    }
}

pub(super) fn refund(number: u16, amount: &str) -> RemedyProposal {
    RemedyProposal { remedy: RemedyId(number), kind: RemedyKind::Refund, amount: Some(gbp(amount)) }
}

pub(super) fn apology(number: u16) -> RemedyProposal {
    RemedyProposal { remedy: RemedyId(number), kind: RemedyKind::Apology, amount: None }
}

pub(super) fn approval(number: u16) -> RemedyApproval {
    RemedyApproval { remedy: RemedyId(number) }
}

pub(super) fn paid(number: u16, amount: &str) -> RemedyFulfilment {
    RemedyFulfilment {
        remedy: RemedyId(number),
        result: RemedyResult::CarriedOut,
        paid: Some(gbp(amount)),
    }
}

pub(super) fn done(number: u16) -> RemedyFulfilment {
    RemedyFulfilment { remedy: RemedyId(number), result: RemedyResult::CarriedOut, paid: None }
}

pub(super) fn declined(number: u16) -> RemedyFulfilment {
    RemedyFulfilment { remedy: RemedyId(number), result: RemedyResult::Declined, paid: None }
}

/// A response that says nothing but its kind.
pub(super) fn bare(kind: ResponseKind) -> Response {
    Response {
        kind,
        channel: Channel::Letter,
        outcome: None,
        findings: Vec::new(),
        remedies: Vec::new(),
        recourse: None,
        expected_by: None,
        platform: None,
    }
}

/// A final response of our own; the recourse ends on 11 September 2024.
pub(super) fn final_response() -> Response {
    Response {
        outcome: Some(Outcome::PartlyUpheld),
        findings: vec![Finding { issue: label("Fee"), outcome: Outcome::Upheld }],
        recourse: Some(Recourse { body: label("Ombudsman"), until: day("2024-09-11") }),
        ..bare(ResponseKind::Final)
    }
}

pub(super) fn offering(remedies: &[u16]) -> Response {
    Response { remedies: remedies.iter().copied().map(RemedyId).collect(), ..final_response() }
}

pub(super) fn holding(expected_by: &str) -> Response {
    Response { expected_by: Some(day(expected_by)), ..bare(ResponseKind::Holding) }
}

/// What a platform reports.
pub(super) fn reported(kind: ResponseKind, category: PlatformCategory) -> Response {
    let platform = PlatformResponse { category, timely: Some(true), public_response: None };
    Response { channel: Channel::RegulatorPlatform, platform: Some(platform), ..bare(kind) }
}

pub(super) fn answer(answer: Answer) -> AnswerGiven {
    AnswerGiven { answer }
}

pub(super) fn found(code: &str) -> RootCause {
    RootCause::Found { code: label(code) }
}

pub(super) fn because(reason: CloseReason) -> Closure {
    Closure { reason }
}

pub(super) fn again(reason: ReopenReason) -> Reopening {
    Reopening { reason }
}

pub(super) fn not_pursued() -> Withdrawal {
    Withdrawal { reason: WithdrawalReason::NotPursued }
}

pub(super) fn corrects(version: u64, fact: CorrectedFact) -> Correction {
    Correction { corrects: version, fact, reason: CorrectionReason::ClericalError }
}

// Facts of the past.

pub(super) fn received() -> Fact<E> {
    past(E::Received(receipt()))
}

pub(super) fn imported() -> Fact<E> {
    past(E::Received(imported_receipt()))
}

pub(super) fn assigned(handler: &str) -> Fact<E> {
    past(E::Assigned(to(handler)))
}

/// Proposed within the limit of its proposer.
pub(super) fn proposed(proposal: RemedyProposal) -> Fact<E> {
    past(E::RemedyProposed(RemedyProposed { proposal, approval_required: false }))
}

/// Proposed over the limit of its proposer.
pub(super) fn proposed_over_limit(proposal: RemedyProposal) -> Fact<E> {
    past(E::RemedyProposed(RemedyProposed { proposal, approval_required: true }))
}

pub(super) fn responded(response: Response) -> Fact<E> {
    past(E::ResponseIssued(response))
}

pub(super) fn answered(given: Answer) -> Fact<E> {
    past(E::AnswerRecorded(answer(given)))
}

pub(super) fn fulfilled(fulfilment: RemedyFulfilment) -> Fact<E> {
    past(E::RemedyFulfilled(fulfilment))
}

pub(super) fn no_cause_found() -> Fact<E> {
    past(E::RootCauseIdentified(RootCause::NoneFound))
}

pub(super) fn closed() -> Fact<E> {
    past(E::Closed(because(CloseReason::Accepted)))
}

/// Received, assigned, answered, accepted, with nothing left to do but to close it.
pub(super) fn ready_to_close() -> Vec<Fact<E>> {
    vec![
        received(),
        assigned("ana"),
        responded(final_response()),
        answered(Answer::Accepted),
        no_cause_found(),
    ]
}

/// The same, closed.
pub(super) fn all_done() -> Vec<Fact<E>> {
    let mut history = ready_to_close();
    history.push(closed());
    history
}

pub(super) fn close(reason: CloseReason) -> C {
    C::Close(because(reason))
}
