//! The names of commands, and that a refusal depends on what it should.

use super::{
    builders::{
        acknowledgement, again, answer, apology, approval, assessment, because, classification,
        corrects, done, final_response, message, not_pursued, over_to, receipt, to,
    },
    harness::given,
};
use crate::complaint::{
    Answer, Channel, CloseReason, ComplaintCommand as C, ComplaintRejection as R, CorrectedFact,
    Direction, Party, ReopenReason, RootCause,
};

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
        let outcome = given([]).decide(&command);
        if matches!(command, C::Register(_)) {
            assert!(outcome.is_ok());
        } else {
            assert_eq!(outcome, Err(R::NotReceived), "{}", command.name());
        }
    }
}
