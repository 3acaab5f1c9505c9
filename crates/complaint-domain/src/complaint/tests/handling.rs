use super::{
    builders::{
        again, apology, assigned, because, closed, final_response, found, no_cause_found, over_to,
        ready_to_close, received, to,
    },
    harness::{given, past, person},
};
use crate::complaint::{
    CloseReason, Complaint, ComplaintCommand as C, ComplaintEvent as E, ComplaintRejection as R,
    ReopenReason, RootCause, RootCauseRefusal, Stage,
};

#[test]
fn one_person_becomes_responsible() {
    given([received()]).when(&C::Assign(to("ana"))).then(E::Assigned(to("ana")));
}

#[test]
fn a_second_person_becomes_responsible_only_instead_of_the_first() {
    let given = given([received(), assigned("ana")]);
    given
        .clone()
        .when(&C::Assign(to("ben")))
        .then_rejected(R::AlreadyAssigned { handler: person("ana") });
    given.clone().when(&C::Reassign(over_to("ben"))).then(E::Reassigned(over_to("ben")));
    given
        .when(&C::Reassign(over_to("ana")))
        .then_rejected(R::SameHandler { handler: person("ana") });
}

#[test]
fn a_complaint_nobody_handles_cannot_be_handed_over() {
    given([received()])
        .when(&C::Reassign(over_to("ben")))
        .then_rejected(R::NobodyResponsible { command: "reassign" });
}

#[test]
fn a_complaint_nobody_handles_moves_no_further() {
    let steps = [
        C::ProposeRemedy(apology(1)),
        C::IssueResponse(final_response()),
        C::IdentifyRootCause(RootCause::NoneFound),
        C::Close(because(CloseReason::Accepted)),
    ];
    for command in steps {
        given([received()])
            .when(&command)
            .then_rejected(R::NobodyResponsible { command: command.name() });
    }
}

#[test]
fn the_responsibility_ends_with_the_complaint_and_begins_anew() {
    let mut history = ready_to_close();
    history.push(closed());
    let reopened = given(history).after(&C::Reopen(again(ReopenReason::NewEvidence)));
    reopened
        .clone()
        .when(&C::ProposeRemedy(apology(1)))
        .then_rejected(R::NobodyResponsible { command: "propose-remedy" });
    reopened.when(&C::Assign(to("ben"))).then(E::Assigned(to("ben")));
}

#[test]
fn a_cause_may_turn_out_to_be_another() {
    let given = given([received(), assigned("ana"), no_cause_found()]);
    given
        .clone()
        .when(&C::IdentifyRootCause(RootCause::NoneFound))
        .then_rejected(R::RootCause(RootCauseRefusal::Unchanged));
    given
        .when(&C::IdentifyRootCause(found("process/fee")))
        .then(E::RootCauseIdentified(found("process/fee")));
}

#[test]
fn a_state_tells_who_is_responsible_and_where_the_complaint_stands() {
    let given = given([received(), assigned("ana"), past(E::Reassigned(over_to("ben")))]);
    let Complaint::Received(case) = given.state() else {
        panic!("expected a complaint that was received");
    };
    assert_eq!(case.handler(), Some(&person("ben")));
    assert_eq!(case.stage(), Stage::Open);
    assert!(case.is_ours_to_answer());
}

#[test]
fn where_a_tree_is_adopted_a_cause_is_one_of_its_own() {
    let mut given = given([received(), assigned("ana")]);
    given.rules.causes = crate::cause::standard().cloned().map(std::sync::Arc::new);
    let (code, tree) = ("process/fee".parse().unwrap(), "standard".parse().unwrap());
    given
        .clone()
        .when(&C::IdentifyRootCause(found("process/fee")))
        .then_rejected(RootCauseRefusal::Unknown { code, tree }.into());
    let delay = C::IdentifyRootCause(found("process.communication.delay"));
    given.clone().when(&delay).then(E::RootCauseIdentified(found("process.communication.delay")));
    given
        .when(&C::IdentifyRootCause(RootCause::NoneFound))
        .then(E::RootCauseIdentified(RootCause::NoneFound));
}
