//! Values for stories, each with whatever the story does not care about filled in.

use iso_currency::Currency;
use jiff::civil::Date;

use super::harness::{past, person, time};
use crate::{
    Fact,
    clock::{Adoption, ClockName, ClockReading, Rulebook, clocks, shipped},
    complaint::{
        Acknowledgement, Answer, AnswerGiven, Assessment, Assignment, Channel, Classification,
        ClockLimit, ClockNotice, ClockPaused, ClockResumed, CloseReason, Closure, Communication,
        ComplaintCommand as C, ComplaintEvent as E, Complexity, CorrectedFact, Correction,
        CorrectionReason, DeadlineExtended, Direction, DuplicateLink, DuplicateUnlink, Escalation,
        EscalationMistake, EscalationReason, EscalationWithdrawal, Evidence, EvidenceId,
        EvidenceKind, ExtensionReason, ExternalDecision, ExternalMethod, ExternalReferral,
        ExternalResult, Finding, Impact, InformationRequest, LinkKind, Matter, Outcome,
        OutcomeProposal, Party, PauseGround, PlatformCategory, PlatformResponse, ProcessStep,
        Purpose, Reassignment, ReassignmentReason, Receipt, Recourse, Recusal, RecusalGround,
        RecusalMistake, RecusalWithdrawal, RemedyApproval, RemedyFulfilment, RemedyId, RemedyKind,
        RemedyProposal, RemedyProposed, RemedyResult, ReopenReason, Reopening, Representative,
        RepresentativeId, RepresentativeKind, Response, ResponseKind, ReviewConcluded,
        ReviewConclusion, ReviewReference, RootCause, Severity, Source, StepTaken, SurveyAnswer,
        SurveyRequest, SuspectedViolation, Transfer, TransferReason, UnlinkReason, Vulnerability,
        VulnerabilityDriver, Withdrawal, WithdrawalReason,
    },
    label::Label,
    money::Money,
    reference::{ComplaintId, ReferralId},
    review::DecisionEffect,
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
        findings: vec![Finding { issue: label("Fee"), outcome: Outcome::PartlyUpheld }],
        recourse: Some(Recourse { body: label("Ombudsman"), until: day("2024-09-11") }),
        ..bare(ResponseKind::Final)
    }
}

/// The same, with another last day of recourse.
pub(super) fn lasting_until(until: &str) -> Response {
    let recourse = Recourse { body: label("Ombudsman"), until: day(until) };
    Response { recourse: Some(recourse), ..final_response() }
}

/// The same, coming to that and to nothing else.
pub(super) fn coming_to(outcome: Outcome, until: &str) -> Response {
    let OutcomeProposal { outcome, findings } = would_be(outcome);
    Response { outcome: Some(outcome), findings, ..lasting_until(until) }
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

pub(super) fn recusal(handler: &str) -> Recusal {
    Recusal { handler: person(handler), ground: RecusalGround::Kinship }
}

pub(super) fn request(needed_by: Option<&str>) -> InformationRequest {
    InformationRequest {
        party: Party::Complainant,
        channel: Channel::Email,
        needed_by: needed_by.map(day),
    }
}

pub(super) fn invoice(number: u16) -> Evidence {
    Evidence {
        evidence: EvidenceId(number),
        kind: EvidenceKind::Document,
        from: Some(Party::Complainant),
        media_type: label("application/pdf"),
    }
}

/// For ever, by word of mouth.
pub(super) fn daughter(number: u16) -> Representative {
    Representative {
        representative: RepresentativeId(number),
        kind: RepresentativeKind::FamilyOrFriend,
        until: None,
        evidence: None,
    }
}

pub(super) fn vulnerable(drivers: &[VulnerabilityDriver]) -> Vulnerability {
    Vulnerability { drivers: drivers.iter().copied().collect(), is_subject: false }
}

pub(super) fn clock(name: &str) -> ClockName {
    name.parse().unwrap()
}

pub(super) fn pause(name: &str, ground: PauseGround) -> ClockPaused {
    ClockPaused { clock: clock(name), ground }
}

pub(super) fn resume(name: &str) -> ClockResumed {
    ClockResumed { clock: clock(name) }
}

/// Asked for by `ana`; the complainant was told at the time given.
pub(super) fn extension(name: &str, until: &str, notified: &str) -> DeadlineExtended {
    DeadlineExtended {
        clock: clock(name),
        asked_by: person("ana"),
        until: day(until),
        reason: ExtensionReason::Complex,
        notified: time(notified),
    }
}

/// The shipped pack as it stands, alone.
pub(super) fn limits_of(pack: &str) -> Rulebook {
    Rulebook::with_shipped_calendars().adopt(Adoption::of(shipped::pack(pack).unwrap())).unwrap()
}

/// The clock as the history lets it stand at the moment.
pub(super) fn reading(rules: &Rulebook, history: &[Fact<E>], name: &str, at: &str) -> ClockReading {
    let facts = crate::clock::clock_facts(history);
    let found = clocks(&facts, rules, time(at)).into_iter().flatten();
    found.rev().find(|reading| reading.clock == clock(name)).expect("a clock that has started")
}

pub(super) fn limit(name: &str, due: &str) -> ClockLimit {
    ClockLimit { clock: clock(name), due: time(due) }
}

pub(super) fn complaint_id(number: u8) -> ComplaintId {
    format!("complaint-01KA00000000000000000000{number:02}").parse().unwrap()
}

pub(super) fn linked_to(number: u8, kind: LinkKind) -> DuplicateLink {
    DuplicateLink { of: complaint_id(number), kind }
}

pub(super) fn unlinked_from(number: u8) -> DuplicateUnlink {
    DuplicateUnlink { of: complaint_id(number), reason: UnlinkReason::DifferentComplainant }
}

pub(super) fn handed_to(body: &str, notified: &str) -> Transfer {
    Transfer {
        to: label(body),
        reason: TransferReason::OtherFirmResponsible,
        notified: time(notified),
    }
}

pub(super) fn not_escalated() -> EscalationWithdrawal {
    EscalationWithdrawal { ground: EscalationMistake::NoCommittee }
}

pub(super) fn not_recused(handler: &str) -> RecusalWithdrawal {
    RecusalWithdrawal { handler: person(handler), ground: RecusalMistake::WrongComplaint }
}

pub(super) fn escalation(reason: EscalationReason) -> Escalation {
    Escalation { reason }
}

pub(super) fn would_be(outcome: Outcome) -> OutcomeProposal {
    OutcomeProposal { outcome, findings: vec![Finding { issue: label("Fee"), outcome }] }
}

pub(super) fn review(number: u8) -> ReviewReference {
    let review = format!("review-01KA00000000000000000000{number:02}").parse().unwrap();
    ReviewReference { review }
}

pub(super) const fn decides(outcome: Outcome, effect: DecisionEffect) -> ReviewConclusion {
    ReviewConclusion::Decided { outcome, effect }
}

pub(super) fn concluded(number: u8, conclusion: ReviewConclusion) -> Fact<E> {
    let review = review(number).review;
    past(E::ReviewConcluded(ReviewConcluded { review, escalation: None, conclusion }))
}

pub(super) fn referred_to(body: &str) -> ExternalReferral {
    ExternalReferral { body: label(body), method: ExternalMethod::Determinative, reference: None }
}

pub(super) fn decided_by(body: &str, award: Option<&str>) -> ExternalDecision {
    ExternalDecision {
        body: label(body),
        result: ExternalResult::ForComplainant,
        is_binding: true,
        award: award.map(gbp),
    }
}

pub(super) fn step(step: ProcessStep) -> StepTaken {
    StepTaken { step, by: label("market authority"), reference: None }
}

pub(super) fn violation(number: u8) -> SuspectedViolation {
    let referral: ReferralId =
        format!("referral-01KA00000000000000000000{number:02}").parse().unwrap();
    SuspectedViolation { referral, authority: label("SAMR"), rule: label("CPL 55") }
}

pub(super) fn by_email() -> SurveyRequest {
    SurveyRequest { channel: Channel::Email }
}

pub(super) fn scores(process: u8, outcome: u8) -> SurveyAnswer {
    SurveyAnswer { process, outcome }
}

// Facts of the past.

pub(super) fn warned(reading: &ClockReading) -> Fact<E> {
    past(E::ClockWarned(ClockNotice::of(reading)))
}

pub(super) fn missed(reading: &ClockReading) -> Fact<E> {
    past(E::ClockMissed(ClockNotice::of(reading)))
}

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
