pub(crate) mod chapter;

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

use super::{
    Absence, AbsenceEnd, AbsenceReason, Declaration, Interest, Joining, Leaving, LeavingReason,
    Parts, RoleChange, Staff, StaffCircumstances, StaffCommand as C, StaffEvent,
    StaffRejection as R, TeamChange, TermEnd, TermEndReason, TermLimits, TermStart, Training,
    Withdrawal, evolve,
};
use crate::{
    actor::{Actor, ActorId, Role},
    aggregate::Occasion,
    complaint::{
        ComplaintEvent, CorrectedFact, Correction, CorrectionReason, Matter, RecusalGround,
    },
    fact::Fact,
    label::Label,
    review::Seat,
    story,
};

const NOW: &str = "2026-03-02T09:00:00Z";

fn label(text: &str) -> Label {
    text.parse().unwrap()
}

fn person(id: &str) -> ActorId {
    ActorId(label(id))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn occasion(id: &str, role: Role) -> Occasion {
    let now: Timestamp = NOW.parse().unwrap();
    Occasion { actor: Actor { id: person(id), role }, occurred_at: now, now }
}

/// Supervisor `sue` runs the house.
fn sue() -> Occasion {
    occasion("sue", Role::Supervisor)
}

/// Where the rulebook says nothing of terms.
fn decide(state: &Staff, command: &C, occasion: &Occasion) -> Result<StaffEvent, R> {
    super::decide(state, command, &StaffCircumstances { occasion, term_limits: None })
}

/// Where it limits them to two of three years.
fn limited(given: &[C], command: &C) -> Result<StaffEvent, R> {
    let term_limits = Some(TermLimits { months: 36, terms: 2 });
    let circumstances = StaffCircumstances { occasion: &sue(), term_limits };
    super::decide(&after(given), command, &circumstances)
}

fn after(commands: &[C]) -> Staff {
    commands.iter().fold(Staff::default(), |state, command| {
        let event = decide(&state, command, &sue()).unwrap();
        record(state, event)
    })
}

fn record(state: Staff, event: StaffEvent) -> Staff {
    let Occasion { actor, occurred_at, now } = sue();
    evolve(state, &Fact { event, actor, occurred_at, recorded_at: now })
}

fn join(roles: &[Role]) -> C {
    let roles: BTreeSet<_> = roles.iter().copied().collect();
    C::Join(Joining { account: person("ana"), roles, team: Some(label("cards")) })
}

fn agent() -> C {
    join(&[Role::Agent])
}

fn member() -> C {
    join(&[Role::CommitteeMember])
}

fn away(from: &str, until: Option<&str>) -> C {
    C::StartAbsence(Absence {
        from: day(from),
        until: until.map(day),
        reason: AbsenceReason::Leave,
        deputy: Some(person("ben")),
    })
}

fn in_respondent(name: &str) -> Interest {
    Interest::Respondent { respondent: label(name) }
}

fn declare(interest: Interest) -> C {
    C::DeclareInterest(Declaration { interest, ground: RecusalGround::Kinship })
}

fn withdraw(interest: Interest) -> C {
    C::WithdrawInterest(Withdrawal { interest })
}

fn term(from: &str, until: &str) -> C {
    C::StartTerm(TermStart { seat: Seat::Member, from: day(from), until: day(until) })
}

fn end_term(on: &str) -> C {
    C::EndTerm(TermEnd { on: day(on), reason: TermEndReason::Resigned })
}

fn training(on: &str, valid_until: Option<&str>) -> C {
    let valid_until = valid_until.map(day);
    C::CompleteTraining(Training { course: label("disp-basics"), on: day(on), valid_until })
}

fn leave() -> C {
    C::Leave(Leaving { on: day("2026-02-28"), reason: LeavingReason::EmploymentEnded })
}

fn team(name: &str) -> C {
    C::MoveTeam(TeamChange { team: label(name) })
}

const fn grant(role: Role) -> C {
    C::GrantRole(RoleChange { role })
}

const fn revoke(role: Role) -> C {
    C::RevokeRole(RoleChange { role })
}

fn working(state: &Staff) -> &super::Person {
    state.working().unwrap()
}

fn refused(given: &[C], command: &C, by: &Occasion) -> R {
    decide(&after(given), command, by).unwrap_err()
}

/// One history and command for each reason, in the order of the list.
fn examples() -> Vec<R> {
    let ana = |role| occasion("ana", role);
    let mut tomorrow = sue();
    tomorrow.occurred_at = "2026-03-03T09:00:00Z".parse().unwrap();
    let away_for_good = away("2026-03-01", None);
    let deputy_is_self = C::StartAbsence(Absence {
        from: day("2026-03-01"),
        until: None,
        reason: AbsenceReason::Training,
        deputy: Some(person("ana")),
    });
    let year = term("2026-01-01", "2026-12-31");
    vec![
        refused(&[agent()], &grant(Role::Supervisor), &occasion("ben", Role::Agent)),
        refused(&[agent()], &grant(Role::Supervisor), &ana(Role::Supervisor)),
        refused(&[], &leave(), &sue()),
        refused(&[agent()], &agent(), &sue()),
        refused(&[agent(), leave()], &leave(), &sue()),
        refused(&[agent()], &leave(), &tomorrow),
        refused(&[], &join(&[]), &sue()),
        refused(&[], &join(&[Role::Complainant]), &sue()),
        refused(&[agent()], &grant(Role::Agent), &sue()),
        refused(&[agent()], &revoke(Role::Supervisor), &sue()),
        refused(&[agent()], &team("cards"), &sue()),
        refused(&[agent(), away_for_good], &away("2026-06-01", None), &sue()),
        refused(&[agent()], &C::EndAbsence(AbsenceEnd { back_on: day("2026-03-02") }), &sue()),
        refused(&[agent()], &deputy_is_self, &sue()),
        refused(&[agent(), declare(in_respondent("A"))], &declare(in_respondent("A")), &sue()),
        refused(&[agent()], &withdraw(in_respondent("A")), &sue()),
        refused(&[agent()], &declare(Interest::Colleague { colleague: person("ana") }), &sue()),
        refused(&[member(), year.clone()], &year, &sue()),
        refused(&[member()], &end_term("2026-03-01"), &sue()),
        refused(&[agent()], &year, &sue()),
        refused(&[member()], &term("2026-12-31", "2026-01-01"), &sue()),
        limited(&[member()], &term("2026-01-01", "2029-01-01")).unwrap_err(),
        limited(
            &[member(), term("2018-01-01", "2020-12-31"), term("2022-01-01", "2024-12-31")],
            &term("2026-01-01", "2026-12-31"),
        )
        .unwrap_err(),
        refused(&[agent(), training("2026-03-01", None)], &training("2026-03-01", None), &sue()),
    ]
}

#[test]
fn every_reason_is_reached_and_says_what_was_expected_and_found() {
    let codes: Vec<_> = examples().iter().map(R::code).collect();
    assert_eq!(codes, R::CODES);
    for reason in examples() {
        let words = reason.to_string();
        assert!(words.contains("expected") && words.contains("found"), "{words}");
    }
}

#[test]
fn the_first_reason_of_the_list_wins() {
    // A stranger's command about somebody who never joined, dated tomorrow, without sense.
    let mut stranger = occasion("ana", Role::Agent);
    stranger.occurred_at = "2026-03-03T09:00:00Z".parse().unwrap();
    let nonsense = term("2026-12-31", "2026-01-01");
    assert_eq!(refused(&[], &nonsense, &stranger).code(), "role-may-not");
    stranger.actor.role = Role::Supervisor;
    assert_eq!(refused(&[], &nonsense, &stranger).code(), "not-joined");
    assert_eq!(refused(&[agent()], &nonsense, &stranger).code(), "for-oneself");
    stranger.actor.id = person("sue");
    assert_eq!(refused(&[agent(), leave()], &nonsense, &stranger).code(), "has-left");
    assert_eq!(refused(&[agent()], &nonsense, &stranger).code(), "occurred-in-future");
    assert_eq!(refused(&[agent()], &nonsense, &sue()).code(), "not-independent");
}

#[test]
fn people_declare_their_own_interests_and_absences_and_nobody_elses() {
    let state = after(&[agent()]);
    for command in [declare(in_respondent("A")), away("2026-03-02", None)] {
        assert!(decide(&state, &command, &occasion("ana", Role::Agent)).is_ok());
        let other = decide(&state, &command, &occasion("ben", Role::Agent));
        assert_eq!(other, Err(R::RoleMayNot { role: Role::Agent }));
    }
}

#[test]
fn an_interest_conflicts_with_what_it_is_in_until_it_is_withdrawn() {
    let complaint: crate::reference::ComplaintId =
        "complaint-01KA0000000000000000000000".parse().unwrap();
    let parts = Parts {
        complaint: Some(complaint.clone()),
        respondent: Some(label("Bank A")),
        product: Some(label("Card")),
        colleagues: [person("ben")].into(),
    };
    for interest in [
        in_respondent("Bank A"),
        Interest::Product { product: label("Card") },
        Interest::Complaint { complaint },
        Interest::Colleague { colleague: person("ben") },
    ] {
        let state = after(&[agent(), declare(interest.clone())]);
        let conflict = working(&state).conflict_with(&parts).unwrap();
        assert_eq!(conflict.interest, interest);
        assert_eq!(working(&state).conflict_with(&Parts::default()), None);
        let state = after(&[agent(), declare(interest.clone()), withdraw(interest)]);
        assert_eq!(working(&state).conflict_with(&parts), None);
    }
}

#[test]
fn whoever_comes_back_has_the_interests_they_had_and_the_roles_they_are_given() {
    let left = after(&[agent(), declare(in_respondent("A")), leave()]);
    assert!(left.has_left() && left.working().is_none());
    let state = after(&[agent(), declare(in_respondent("A")), leave(), member()]);
    assert_eq!(working(&state).interests().count(), 1);
    assert_eq!(working(&state).roles(), &[Role::CommitteeMember].into());
}

#[test]
fn an_absence_and_a_term_run_out_by_themselves() {
    let state = after(&[agent(), away("2026-03-02", Some("2026-03-06"))]);
    assert!(working(&state).is_absent_on(day("2026-03-06")));
    assert!(!working(&state).is_absent_on(day("2026-03-07")));
    assert!(decide(&state, &away("2026-03-09", None), &sue()).is_ok());

    let state =
        after(&[member(), term("2025-01-01", "2025-12-31"), term("2026-01-01", "2026-12-31")]);
    assert_eq!(working(&state).seat_on(day("2026-05-01")), Some(Seat::Member));
    assert_eq!(working(&state).seat_on(day("2027-01-01")), None);
    assert_eq!(working(&state).past_terms().len(), 1);
}

#[test]
fn who_will_be_back_on_a_day_is_away_until_then() {
    let back = |day_| C::EndAbsence(AbsenceEnd { back_on: day(day_) });
    let state = after(&[agent(), away("2026-03-01", None), back("2026-03-09")]);
    assert!(working(&state).is_absent_on(day("2026-03-08")));
    assert!(!working(&state).is_absent_on(day("2026-03-09")));
    assert!(decide(&state, &away("2026-03-09", None), &sue()).is_ok());
    assert!(decide(&state, &back("2026-03-05"), &sue()).is_ok(), "earlier after all");
    let state = after(&[agent(), away("2026-03-01", None), back("2026-03-02")]);
    assert!(!working(&state).is_absent_on(day("2026-03-02")));
    assert_eq!(decide(&state, &back("2026-03-02"), &sue()), Err(R::NotAbsent));
}

#[test]
fn nobody_withdraws_their_own_interest_to_decide_again() {
    let state = after(&[agent(), declare(in_respondent("A"))]);
    let command = withdraw(in_respondent("A"));
    for role in [Role::Agent, Role::Supervisor] {
        let refused = decide(&state, &command, &occasion("ana", role));
        assert_eq!(refused, Err(R::ForOneself { account: person("ana") }));
    }
    assert!(decide(&state, &command, &sue()).is_ok());
}

#[test]
fn whoever_sits_on_the_committee_is_given_no_part_in_handling_complaints() {
    let of_handling = [Role::Agent, Role::Supervisor];
    for seated in [term("2026-01-01", "2026-12-31"), term("2026-06-01", "2027-05-31")] {
        for role in of_handling {
            let given = [member(), seated.clone()];
            assert_eq!(refused(&given, &grant(role), &sue()), R::NotIndependent { role });
        }
        assert!(decide(&after(&[member(), seated]), &grant(Role::Auditor), &sue()).is_ok());
    }
    for over in [term("2025-01-01", "2026-03-01"), term("2026-01-01", "2026-12-31")] {
        let left = after(&[member(), over, end_term("2026-03-01")]);
        assert!(of_handling.iter().all(|role| decide(&left, &grant(*role), &sue()).is_ok()));
    }
    let run_out = after(&[member(), term("2025-01-01", "2026-03-01")]);
    assert!(decide(&run_out, &grant(Role::Agent), &sue()).is_ok());
}

#[test]
fn a_term_may_be_as_long_as_the_rulebook_says_and_the_last_one_it_allows_is_taken() {
    let first = term("2020-01-01", "2022-12-31");
    assert!(limited(&[member()], &term("2026-01-01", "2028-12-31")).is_ok());
    assert!(limited(&[member(), first.clone()], &term("2026-01-01", "2028-12-31")).is_ok());
    let again = [member(), first, term("2023-01-01", "2025-12-31")];
    assert_eq!(
        limited(&again, &term("2026-03-01", "2026-12-31")),
        Err(R::TermsServed { most: 2, served: 2 })
    );
    // What was taken before the rule goes on, and counts.
    let left = [&again[..], &[leave(), member()]].concat();
    assert!(limited(&left, &term("2026-03-01", "2026-12-31")).is_err());
}

#[test]
fn a_term_that_ends_early_counts_until_that_day() {
    let state = after(&[member(), term("2026-01-01", "2026-12-31"), end_term("2026-02-01")]);
    assert_eq!(working(&state).term(), None);
    assert_eq!(working(&state).past_terms()[0].until, day("2026-02-01"));
}

#[test]
fn a_training_counts_until_it_must_be_renewed() {
    let state = after(&[agent(), training("2025-03-01", Some("2026-02-28"))]);
    let course = label("disp-basics");
    assert!(working(&state).is_trained_in(&course, day("2026-02-28")));
    assert!(!working(&state).is_trained_in(&course, day("2026-03-01")));
    let state = after(&[
        agent(),
        away("2026-03-01", None),
        C::EndAbsence(AbsenceEnd { back_on: day("2026-03-02") }),
        team("loans"),
        revoke(Role::Agent),
    ]);
    assert_eq!(working(&state).team(), Some(&label("loans")));
    assert!(working(&state).roles().is_empty());
}

#[test]
fn an_interest_counts_in_what_the_complaint_turned_out_to_be_about() {
    let corrected = |fact| {
        let reason = CorrectionReason::ClericalError;
        let event = ComplaintEvent::Corrected(Correction { corrects: 0, fact, reason });
        story::past(event, "ana", Role::Agent, "2026-03-01T09:00:00Z")
    };
    let matter = Matter {
        taxonomy: label("house"),
        product: label("Loan"),
        sub_product: None,
        issue: None,
        sub_issue: None,
    };
    let mut parts = Parts { respondent: Some(label("Bank A")), ..Parts::default() };
    parts.see(&corrected(CorrectedFact::Respondent { respondent: label("Bank B") }));
    parts.see(&corrected(CorrectedFact::Matter { matter }));
    assert_eq!((parts.respondent, parts.product), (Some(label("Bank B")), Some(label("Loan"))));
}
