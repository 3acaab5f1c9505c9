use super::{
    builders::{
        assigned, daughter, final_response, invoice, over_to, ready_to_close, received, recusal,
        request, to, vulnerable,
    },
    harness::{given, past, person},
};
use crate::{
    actor::Role,
    complaint::{
        CloseReason, Closure, ComplaintCommand as C, ComplaintEvent as E, ComplaintRejection as R,
        EvidenceId, Reassignment, ReassignmentReason, Representative, RepresentativeId,
        VulnerabilityDriver,
    },
};

#[test]
fn who_steps_aside_is_replaced_by_a_new_assignment_and_never_comes_back() {
    let aside = given([received(), assigned("ana")]).after(&C::Recuse(recusal("ana")));
    aside
        .clone()
        .when(&C::IssueResponse(final_response()))
        .then_rejected(R::NobodyResponsible { command: "issue-response" });
    aside.clone().when(&C::Assign(to("ana"))).then_rejected(R::HandlerRecused(person("ana")));
    // Nor does she say whose it is to be.
    aside.clone().when(&C::Assign(to("ben"))).then_rejected(R::HandlerRecused(person("ana")));
    let replaced = aside.by("sue", Role::Supervisor).after(&C::Assign(to("ben")));
    replaced
        .clone()
        .when(&C::Reassign(over_to("ana")))
        .then_rejected(R::HandlerRecused(person("ana")));
    replaced
        .by("ben", Role::Agent)
        .when(&C::IssueResponse(final_response()))
        .then(E::ResponseIssued(final_response()));
}

#[test]
fn a_supervisor_may_take_somebody_with_an_interest_off_the_case() {
    given([received(), assigned("ana")])
        .by("sue", Role::Supervisor)
        .when(&C::Recuse(recusal("ana")))
        .then(E::Recused(recusal("ana")));
}

#[test]
fn no_colleague_takes_a_case_from_somebody_by_saying_that_they_have_an_interest() {
    let handled = given([received(), assigned("ana")]).by("zoe", Role::Agent);
    let refused = || R::RecusedByColleague(person("ana"), Role::Agent);
    handled.clone().when(&C::Recuse(recusal("ana"))).then_rejected(refused());
    let reason = ReassignmentReason::ConflictOfInterest;
    let over = C::Reassign(Reassignment { reason, ..over_to("zoe") });
    handled.clone().when(&over).then_rejected(refused());
    assert!(handled.decide(&C::Reassign(over_to("zoe"))).is_ok(), "for another reason");
}

#[test]
fn nobody_steps_aside_from_what_is_not_theirs() {
    given([received(), assigned("ana")])
        .when(&C::Recuse(recusal("ben")))
        .then_rejected(R::NotTheHandler { handler: person("ana"), found: person("ben") });
}

#[test]
fn stepping_aside_does_not_undo_what_was_done() {
    given(ready_to_close())
        .after(&C::Recuse(recusal("ana")))
        .by("ben", Role::Agent)
        .after(&C::Assign(to("ben")))
        .when(&C::Close(Closure { reason: CloseReason::Accepted }))
        .then(E::Closed(Closure { reason: CloseReason::Accepted }));
}

#[test]
fn people_are_asked_for_one_thing_after_the_other() {
    let given = given([received()]).after(&C::RequestInformation(request(None)));
    let again = request(Some("2024-03-18"));
    given.when(&C::RequestInformation(again.clone())).then(E::InformationRequested(again));
}

#[test]
fn a_complainant_puts_files_to_the_case_and_names_who_speaks_for_them() {
    let given = given([received()]).by("portal", Role::Complainant);
    let authority = Representative { evidence: Some(EvidenceId(1)), ..daughter(1) };
    given
        .clone()
        .when(&C::AuthoriseRepresentative(authority.clone()))
        .then_rejected(R::EvidenceUnknown(EvidenceId(1)));
    given
        .after(&C::AddEvidence(invoice(1)))
        .after(&C::AuthoriseRepresentative(authority))
        .when(&C::AuthoriseRepresentative(daughter(1)))
        .then_rejected(R::RepresentativeNumberNotNext(2, RepresentativeId(1)));
}

#[test]
fn a_file_without_its_bytes_is_none() {
    given([received()])
        .without_texts()
        .when(&C::AddEvidence(invoice(1)))
        .then_rejected(R::EvidenceFileMissing);
}

#[test]
fn a_vulnerability_is_flagged_anew_as_more_becomes_known() {
    let health = vulnerable(&[VulnerabilityDriver::Health]);
    let both = vulnerable(&[VulnerabilityDriver::Health, VulnerabilityDriver::LifeEvents]);
    let given = given([received(), past(E::VulnerabilityFlagged(health.clone()))]);
    given.clone().when(&C::FlagVulnerability(health)).then_rejected(R::VulnerabilityUnchanged);
    given.when(&C::FlagVulnerability(both.clone())).then(E::VulnerabilityFlagged(both));
}
