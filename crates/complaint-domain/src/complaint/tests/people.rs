use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    builders::{
        approval, assigned, because, final_response, not_recused, over_to, proposed_over_limit,
        received, refund, to,
    },
    harness::{Given, actor, given, person, time},
};
use crate::{
    Fact,
    actor::Role,
    complaint::{
        CloseReason, ComplaintCommand as C, ComplaintEvent as E, ComplaintRejection as R,
        HandlerRules, Reassignment, ReassignmentReason, Recusal, RecusalGround,
    },
    label::Label,
    reference::ComplaintId,
    staff::{
        Absence, AbsenceReason, Declaration, Interest, Joining, Leaving, LeavingReason, Staff,
        StaffEvent as S, Training, evolve,
    },
};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn label(text: &str) -> Label {
    text.parse().unwrap()
}

/// Somebody who joined as an agent, with what happened to them since.
pub(super) fn staff(account: &str, since: Vec<S>) -> Staff {
    let joined = Joining { account: person(account), roles: [Role::Agent].into(), team: None };
    let at = time("2024-01-02T09:00:00Z");
    [S::Joined(joined)].into_iter().chain(since).fold(Staff::default(), |state, event| {
        let actor = actor("sue", Role::Supervisor);
        evolve(state, &Fact { event, actor, occurred_at: at, recorded_at: at })
    })
}

pub(super) fn interest_in(interest: Interest) -> S {
    S::InterestDeclared(Declaration { interest, ground: RecusalGround::Kinship })
}

pub(super) fn this_complaint() -> ComplaintId {
    "complaint-01KA0000000000000000000000".parse().unwrap()
}

pub(super) fn in_this() -> S {
    interest_in(Interest::Complaint { complaint: this_complaint() })
}

pub(super) fn away_always() -> S {
    S::AbsenceStarted(Absence {
        from: day("2000-01-01"),
        until: None,
        reason: AbsenceReason::Leave,
        deputy: None,
    })
}

pub(super) fn left() -> S {
    S::Left(Leaving { on: day("2024-01-31"), reason: LeavingReason::OtherDuties })
}

pub(super) fn trained(valid_until: &str) -> S {
    let valid_until = Some(day(valid_until));
    S::TrainingCompleted(Training { course: label("basics"), on: day("2000-01-01"), valid_until })
}

pub(super) fn basics_required() -> HandlerRules {
    HandlerRules { joined: true, trainings: [label("basics")].into() }
}

fn here(mut given: Given) -> Given {
    given.complaint = Some(this_complaint());
    given
}

fn conflicted(account: &str) -> R {
    R::InterestDeclared(person(account), Interest::Complaint { complaint: this_complaint() })
}

fn unfit(account: &str, because: R, since: Vec<S>) {
    let case = || here(given([received()])).knowing(account, staff(account, since.clone()));
    case().when(&C::Assign(to(account))).then_rejected(because.clone());
    let case = here(given([received(), assigned("ana")])).knowing(account, staff(account, since));
    case.when(&C::Reassign(over_to(account))).then_rejected(because);
}

#[test]
fn nobody_becomes_responsible_who_left_is_away_or_has_an_interest() {
    let ben = || person("ben");
    unfit("ben", R::HandlerLeft(ben()), vec![left()]);
    unfit("ben", R::HandlerAbsent(ben(), day("2024-03-11")), vec![away_always()]);
    unfit("ben", conflicted("ben"), vec![in_this()]);
}

#[test]
fn an_interest_in_a_colleague_who_has_a_part_in_it_counts() {
    let interest = Interest::Colleague { colleague: person("ana") };
    let ben = staff("ben", vec![interest_in(interest.clone())]);
    given([received(), assigned("ana")])
        .knowing("ben", ben)
        .when(&C::Reassign(over_to("ben")))
        .then_rejected(R::InterestDeclared(person("ben"), interest));
}

#[test]
fn an_interest_in_a_colleague_who_handed_it_over_counts() {
    let interest = Interest::Colleague { colleague: person("ana") };
    let carl = staff("carl", vec![interest_in(interest.clone())]);
    given([received(), assigned("ana")])
        .after(&C::Reassign(over_to("ben")))
        .knowing("carl", carl)
        .when(&C::Reassign(over_to("carl")))
        .then_rejected(R::InterestDeclared(person("carl"), interest));
}

#[test]
fn who_stepped_aside_decides_nothing_in_it() {
    let aside = Recusal { handler: person("ana"), ground: RecusalGround::Kinship };
    let stepped = given([received(), assigned("ana")])
        .after(&C::Recuse(aside))
        .by("ben", Role::Agent)
        .after(&C::Assign(to("ben")))
        .by("ana", Role::Agent);
    let told: BTreeSet<_> = TOLD.iter().copied().collect();
    for command in super::reference::one_of_each() {
        let code = stepped.decide(&command).map_err(|refused| refused.code());
        let is_refused = code == Err("handler-recused");
        let name = command.name();
        // What came before it already: she is no more asked who does it.
        let is_earlier = matches!(
            code,
            Err("not-for-people"
                | "already-received"
                | "still-open"
                | "already-assigned"
                | "same-handler")
        );
        assert!(is_refused != told.contains(name) || is_earlier, "`{name}`: {code:?}");
    }
}

/// What only takes down what others said, or puts the case before others.
const TOLD: [&str; 14] = [
    "acknowledge",
    "record-communication",
    "add-evidence",
    "authorise-representative",
    "flag-vulnerability",
    "recuse",
    "withdraw-recusal",
    "escalate",
    "refer-externally",
    "record-external-decision",
    "report-suspected-violation",
    "request-survey",
    "record-survey-answer",
    "take-step",
];

#[test]
fn who_is_relieved_for_an_interest_has_stepped_aside() {
    let reason = ReassignmentReason::ConflictOfInterest;
    let relieved = given([received(), assigned("ana")])
        .after(&C::Reassign(Reassignment { reason, ..over_to("ben") }));
    let recused = R::HandlerRecused(person("ana"));
    relieved.clone().when(&C::Reassign(over_to("ana"))).then_rejected(recused.clone());
    relieved.when(&C::IssueResponse(final_response())).then_rejected(recused);
}

#[test]
fn where_the_rules_demand_it_only_staff_with_a_training_that_counts_becomes_responsible() {
    let ask = |since: Option<Vec<S>>| {
        let mut given = given([received()]);
        given.rules.handlers = basics_required();
        match since {
            None => given,
            Some(since) => given.knowing("ana", staff("ana", since)),
        }
        .when(&C::Assign(to("ana")))
    };
    let untrained = R::HandlerUntrained(person("ana"), label("basics"));
    ask(None).then_rejected(R::HandlerNotJoined(person("ana")));
    ask(Some(vec![])).then_rejected(untrained.clone());
    ask(Some(vec![trained("2000-12-31")])).then_rejected(untrained);
    ask(Some(vec![trained("2099-12-31")])).then(E::Assigned(to("ana")));
}

#[test]
fn an_assignment_that_is_dated_back_goes_round_no_requirement_of_today() {
    let ask = |valid_until: &str| {
        let ana = staff("ana", vec![trained(valid_until)]);
        let mut given = given([received()]).knowing("ana", ana);
        given.rules.handlers_today = basics_required();
        given.occurring_at("2024-03-02T09:00:00Z").when(&C::Assign(to("ana")))
    };
    // Good on the day it is dated, and not today.
    ask("2024-03-10").then_rejected(R::HandlerUntrained(person("ana"), label("basics")));
    ask("2024-03-11").then(E::Assigned(to("ana")));
}

#[test]
fn an_interest_declared_later_stops_the_case_until_its_handler_steps_aside() {
    let ana = || staff("ana", vec![in_this()]);
    let case = || here(given([received(), assigned("ana")])).knowing("ana", ana());
    case()
        .by("ben", Role::Agent)
        .when(&C::IssueResponse(final_response()))
        .then_rejected(conflicted("ana"));
    case().when(&C::ProposeRemedy(refund(1, "20"))).then_rejected(conflicted("ana"));
    case().when(&C::Close(because(CloseReason::Accepted))).then_rejected(conflicted("ana"));
    let aside = Recusal { handler: person("ana"), ground: RecusalGround::Kinship };
    let free = case().after(&C::Recuse(aside)).by("ben", Role::Agent);
    free.after(&C::Assign(to("ben")))
        .when(&C::IssueResponse(final_response()))
        .then(E::ResponseIssued(final_response()));
}

#[test]
fn nobody_approves_in_a_role_that_they_do_not_have_or_with_an_interest() {
    let case = || {
        let history = [received(), assigned("ana"), proposed_over_limit(refund(1, "900"))];
        here(given(history)).by("sue", Role::Supervisor)
    };
    case()
        .knowing("sue", staff("sue", vec![]))
        .when(&C::ApproveRemedy(approval(1)))
        .then_rejected(R::RoleNotHeld(person("sue"), Role::Supervisor));
    let granted = S::RoleGranted(crate::staff::RoleChange { role: Role::Supervisor });
    case()
        .knowing("sue", staff("sue", vec![granted.clone(), in_this()]))
        .when(&C::ApproveRemedy(approval(1)))
        .then_rejected(conflicted("sue"));
    case()
        .knowing("sue", staff("sue", vec![granted]))
        .when(&C::ApproveRemedy(approval(1)))
        .then(E::RemedyApproved(approval(1)));
}

#[test]
fn a_seat_that_is_over_today_approves_nothing_that_is_dated_back_into_its_term() {
    let eve = |until: &str| {
        let seat = crate::review::Seat::Chair;
        let (from, until) = (day("2024-01-01"), day(until));
        staff("eve", vec![S::TermStarted(crate::staff::TermStart { seat, from, until })])
    };
    let approve = |until: &str| {
        let history = [received(), assigned("ana"), proposed_over_limit(refund(1, "900"))];
        here(given(history))
            .by("eve", Role::CommitteeChair)
            .knowing("eve", eve(until))
            .at("2024-04-02T09:00:00Z")
            .occurring_at("2024-03-20T09:00:00Z")
            .when(&C::ApproveRemedy(approval(1)))
    };
    let no_chair = R::RoleNotHeld(person("eve"), Role::CommitteeChair);
    approve("2024-03-31").then_rejected(no_chair);
    approve("2024-12-31").then(E::RemedyApproved(approval(1)));
}

#[test]
fn what_binds_nobody_needs_nobodys_stream() {
    let state = given([received(), assigned("ana")]);
    let ben = actor("ben", Role::Agent);
    let of = |command: &C| {
        let concerned = crate::complaint::concerned(state.state(), command, &ben);
        concerned.into_iter().cloned().collect::<Vec<_>>()
    };
    assert!(of(&C::Acknowledge(super::builders::acknowledgement())).is_empty());
    assert_eq!(of(&C::Withdraw(super::builders::not_pursued())), [person("ben")]);
    assert_eq!(of(&C::Close(because(CloseReason::Accepted))), [person("ana"), person("ben")]);
    assert_eq!(of(&C::Reassign(over_to("cleo"))), [person("cleo"), person("ben")]);
    assert_eq!(of(&C::IssueResponse(final_response())), [person("ana"), person("ben")]);
}

/// Two work here. `ana` stepped aside by mistake, so that nobody could approve what `sue`, who took over, proposes.
#[test]
fn a_recusal_that_was_a_mistake_is_withdrawn_by_somebody_above_and_the_second_person_is_back() {
    let aside = Recusal { handler: person("ana"), ground: RecusalGround::Kinship };
    let (mistake, approve) =
        (C::WithdrawRecusal(not_recused("ana")), C::ApproveRemedy(approval(1)));
    let taken_over = given([received(), assigned("ana")])
        .after(&C::Recuse(aside))
        .by("sue", Role::Supervisor)
        .after(&C::Assign(to("sue")))
        .after(&C::ProposeRemedy(refund(1, "20000")));
    let chair = ("ana", Role::CommitteeChair);
    let stuck = taken_over.clone().by(chair.0, chair.1);
    stuck.when(&approve).then_rejected(R::HandlerRecused(person("ana")));
    // Not by themselves, once somebody else took it over: that would make them a second person by their own word.
    let alone = taken_over.clone().by(chair.0, chair.1);
    let stands = R::RecusalStands(person("ana"), person("ana"), Role::CommitteeChair);
    alone.when(&mistake).then_rejected(stands);
    let back = taken_over.after(&mistake).by(chair.0, chair.1);
    back.when(&approve).then(E::RemedyApproved(approval(1)));
}

#[test]
fn whoever_stepped_aside_by_a_slip_says_so_before_anybody_took_the_case_over() {
    let aside = Recusal { handler: person("ana"), ground: RecusalGround::Kinship };
    let mistake = C::WithdrawRecusal(not_recused("ana"));
    let slipped = given([received(), assigned("ana")]).after(&C::Recuse(aside.clone()));
    slipped.clone().after(&mistake).when(&C::Assign(to("ana"))).then(E::Assigned(to("ana")));
    slipped.by("ben", Role::Agent).when(&mistake).then_rejected(R::RecusalStands(
        person("ana"),
        person("ben"),
        Role::Agent,
    ));
    // What somebody above said of them is not theirs to take back, and a declared interest stands.
    let said = given([received(), assigned("ana")]).by("sue", Role::Supervisor);
    let said = said.after(&C::Recuse(aside.clone()));
    let stands = R::RecusalStands(person("ana"), person("ana"), Role::Agent);
    said.clone().by("ana", Role::Agent).when(&mistake).then_rejected(stands);
    here(said)
        .knowing("ana", staff("ana", vec![in_this()]))
        .when(&mistake)
        .then_rejected(conflicted("ana"));
}
