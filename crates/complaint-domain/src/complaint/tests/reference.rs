//! The names of commands, and that a refusal depends on what it should.

use super::{
    builders::{
        acknowledgement, again, answer, apology, approval, assessment, bare, because, by_email,
        classification, concluded, corrects, daughter, decided_by, done, escalation, extension,
        final_response, forwarding, handed_to, holding, invoice, limit, linked_to, message,
        not_escalated, not_pursued, not_recused, over_to, pause, receipt, received, recusal,
        referred_to, request, resume, review, scores, step, to, unlinked_from, violation,
        vulnerable, would_be,
    },
    harness::{given, past},
};
use crate::{
    Fact,
    actor::Role,
    complaint::{
        Answer, Channel, CloseReason, Communication, ComplaintCommand as C, ComplaintEvent as E,
        ComplaintRejection as R, CorrectedFact, Direction, EscalationReason, LinkKind, Outcome,
        Party, PauseGround, ProcessStep, Purpose, ReopenReason, Response, ResponseKind,
        ReviewConclusion, RootCause, VulnerabilityDriver,
    },
    review::DecisionEffect,
};

/// When the complainant was told of something, before any command comes.
pub(super) const TOLD_AT: &str = "2024-03-08T09:00:00Z";
/// Some limit.
const LIMIT: &str = "2024-03-22T23:59:59Z";

/// One command of each kind, in the order of the enum.
pub(super) fn one_of_each() -> Vec<C> {
    vec![
        C::Register(receipt()),
        C::Acknowledge(acknowledgement()),
        C::Assess(assessment()),
        C::Classify(classification()),
        C::Assign(to("ana")),
        C::Reassign(over_to("ben")),
        C::RecordCommunication(message(Direction::Outgoing, Party::Complainant)),
        C::ProposeRemedy(apology(1)),
        C::ApproveRemedy(approval(1)),
        C::IssueResponse(final_response()),
        C::RecordAnswer(answer(Answer::Accepted)),
        C::FulfilRemedy(done(1)),
        C::IdentifyRootCause(RootCause::NoneFound),
        C::Close(because(CloseReason::Accepted)),
        C::Reopen(again(ReopenReason::NewEvidence)),
        C::Withdraw(not_pursued()),
        C::Correct(corrects(0, CorrectedFact::Channel { channel: Channel::Phone })),
        C::Recuse(recusal("ana")),
        C::WithdrawRecusal(not_recused("ana")),
        C::RequestInformation(request(None)),
        C::AddEvidence(invoice(1)),
        C::AuthoriseRepresentative(daughter(1)),
        C::FlagVulnerability(vulnerable(&[VulnerabilityDriver::Health])),
        C::PauseClock(pause("template/answer", PauseGround::WaitingForComplainant)),
        C::ResumeClock(resume("template/answer")),
        C::ExtendDeadline(extension("template/answer", "2024-04-12", TOLD_AT)),
        C::WarnOfClock(limit("template/answer", LIMIT)),
        C::NoteMissedClock(limit("template/answer", LIMIT)),
        C::LinkDuplicate(linked_to(1, LinkKind::Duplicate)),
        C::UnlinkDuplicate(unlinked_from(1)),
        C::Transfer(handed_to("Other Ltd", TOLD_AT)),
        C::Escalate(escalation(EscalationReason::Gravity)),
        C::WithdrawEscalation(not_escalated()),
        C::ProposeOutcome(would_be(Outcome::NotUpheld)),
        C::NoteReview(review(1)),
        C::ReferExternally(referred_to("Ombudsman")),
        C::RecordExternalDecision(decided_by("Ombudsman", None)),
        C::ReportSuspectedViolation(violation(1)),
        C::RequestSurvey(by_email()),
        C::RecordSurveyAnswer(scores(4, 2)),
        C::TakeStep(step(ProcessStep::Admitted)),
    ]
}

#[test]
fn every_command_has_a_name_in_the_list() {
    let names: Vec<_> = one_of_each().iter().map(C::name).collect();
    assert_eq!(names, C::NAMES);
}

#[test]
fn nothing_but_a_receipt_is_taken_on_an_unknown_complaint() {
    for command in one_of_each() {
        let is_programs =
            matches!(command, C::WarnOfClock(_) | C::NoteMissedClock(_) | C::NoteReview(_));
        let role = if is_programs { Role::System } else { Role::Agent };
        let outcome = given([]).by("ana", role).decide(&command);
        if matches!(command, C::Register(_)) {
            assert!(outcome.is_ok());
        } else {
            assert_eq!(outcome, Err(R::NotReceived), "{}", command.name());
        }
    }
}

/// A history in which every milestone of clocks is reached, whether or not one complaint could live it.
pub(crate) fn one_fact_of_each_milestone() -> Vec<Fact<E>> {
    let notice = Communication {
        purpose: Purpose::Notice,
        ..message(Direction::Outgoing, Party::Complainant)
    };
    let asked = Communication { purpose: Purpose::InformationRequest, ..notice.clone() };
    let information = Communication {
        purpose: Purpose::Information,
        ..message(Direction::Incoming, Party::Complainant)
    };
    let upheld = Response { outcome: Some(Outcome::Upheld), ..final_response() };
    let mut events = vec![
        E::Acknowledged(acknowledgement()),
        E::CommunicationRecorded(forwarding()),
        E::CommunicationRecorded(notice),
        E::CommunicationRecorded(asked),
        E::CommunicationRecorded(information),
        E::ResponseIssued(bare(ResponseKind::Interim)),
        E::ResponseIssued(holding("2024-04-30")),
        E::ResponseIssued(upheld),
        E::AnswerRecorded(answer(Answer::Accepted)),
        E::Escalated(escalation(EscalationReason::ComplainantRequest)),
        E::ReferredExternally(referred_to("Ombudsman")),
        E::SuspectedViolationReported(violation(1)),
        E::Transferred(handed_to("Other Ltd", TOLD_AT)),
        E::Withdrawn(not_pursued()),
        E::Reopened(again(ReopenReason::ComplainantRequest)),
        E::Closed(because(CloseReason::Accepted)),
    ];
    events.extend(ProcessStep::ALL.iter().map(|taken| E::StepTaken(step(*taken))));
    let decided = concluded(
        1,
        ReviewConclusion::Decided { outcome: Outcome::Upheld, effect: DecisionEffect::Binding },
    );
    [received(), decided].into_iter().chain(events.into_iter().map(past)).collect()
}
