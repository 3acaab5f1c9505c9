//! Pauses, extensions and missed limits by command, and what the clocks then show.

use super::{
    builders::{
        assigned, closed, extension, limit, limits_of, missed, over_to, pause, reading, received,
        recusal, resume, to, warned,
    },
    harness::{Given, Told, given, past, person},
    people::{left, staff},
};
use crate::{
    Fact,
    actor::Role,
    clock::{Adoption, ClockRefusal, ClockResult, ExtensionVerdict, Rulebook, shipped},
    complaint::{
        ClockNotice, ComplaintCommand as C, ComplaintEvent as E, ComplaintRejection as R,
        PauseGround, WithdrawalReason,
    },
};

const ANSWER: &str = "template/answer";
const WAITING: PauseGround = PauseGround::WaitingForComplainant;

fn under(pack: &str, history: impl IntoIterator<Item = Fact<E>>) -> Given {
    given(history).with_limits(limits_of(pack))
}

#[test]
fn a_company_that_promises_it_stops_the_clock_while_it_waits_and_shows_gross_and_net() {
    let rules = limits_of("template");
    let before = reading(&rules, &[received()], ANSWER, "2024-03-11T09:00:00Z");
    assert_eq!(before.due_local(), "2024-03-22 23:59:59 +00:00");
    let still = under("template", [received()]).when(&C::PauseClock(pause(ANSWER, WAITING)));
    still.then(E::ClockPaused(pause(ANSWER, WAITING)));
    let history = [
        received(),
        past(E::ClockPaused(pause(ANSWER, WAITING))).at("2024-03-11T09:00:00Z"),
        past(E::ClockResumed(resume(ANSWER))).at("2024-03-18T09:00:00Z"),
    ];
    let after = reading(&rules, &history, ANSWER, "2024-03-20T09:00:00Z");
    assert_eq!(
        after.due_local(),
        "2024-04-02 23:59:59 +01:00",
        "seven days on, past Easter Monday"
    );
    assert_eq!(after.gross.as_hours(), 19 * 24);
    assert_eq!(after.net.as_hours(), 12 * 24);
}

#[test]
fn in_britain_and_australia_waiting_for_the_complainant_pauses_nothing() {
    for (pack, clock) in
        [("uk-disp", "uk-disp/final-response"), ("au-rg271", "au-rg271/idr-response")]
    {
        let refusal =
            ClockRefusal::GroundNotAllowed { clock: clock.parse().unwrap(), ground: WAITING };
        under(pack, [received()])
            .when(&C::PauseClock(pause(clock, WAITING)))
            .then_rejected(R::Clock(refusal));
    }
}

#[test]
fn a_clock_that_runs_out_cannot_be_rescued_by_a_pause_dated_back() {
    let refusal = ClockRefusal::Ended { clock: ANSWER.parse().unwrap() };
    under("template", [received()])
        .at("2024-03-25T09:00:00Z")
        .occurring_at("2024-03-11T09:00:00Z")
        .when(&C::PauseClock(pause(ANSWER, WAITING)))
        .then_rejected(R::Clock(refusal));
}

#[test]
fn a_clock_runs_on_only_from_a_moment_at_which_it_stood_still() {
    let paused = past(E::ClockPaused(pause(ANSWER, WAITING))).at("2024-03-10T09:00:00Z");
    let given = under("template", [received(), paused]);
    given
        .clone()
        .occurring_at("2024-03-09T09:00:00Z")
        .when(&C::ResumeClock(resume(ANSWER)))
        .then_rejected(R::Clock(ClockRefusal::NotPaused { clock: ANSWER.parse().unwrap() }));
    given.when(&C::ResumeClock(resume(ANSWER))).then(E::ClockResumed(resume(ANSWER)));
}

#[test]
fn in_china_a_bank_takes_thirty_days_in_all_when_somebody_else_approves_and_the_customer_was_told()
{
    let clock = "cn-bank-insurance/decision";
    let more = extension(clock, "2024-03-31", "2024-03-11T08:00:00Z");
    let given = under("cn-bank-insurance", [received(), assigned("ana")]);
    given
        .clone()
        .by("ana", Role::Supervisor)
        .when(&C::ExtendDeadline(more.clone()))
        .then_rejected(R::Clock(ClockRefusal::ApprovedByAsker { asked_by: person("ana") }));
    given
        .clone()
        .by("sue", Role::Supervisor)
        .when(&C::ExtendDeadline(more.clone()))
        .then(E::DeadlineExtended(more.clone()));
    let history = [
        received(),
        past(E::DeadlineExtended(more)).by("sue", Role::Supervisor).at("2024-03-11T09:00:00Z"),
    ];
    let rules = limits_of("cn-bank-insurance");
    let after = reading(&rules, &history, clock, "2024-04-01T09:00:00Z");
    assert_eq!(after.due_local(), "2024-03-31 23:59:59 +08:00");
    assert_eq!(after.days.len(), 30);
}

#[test]
fn in_the_european_union_an_extension_after_the_old_date_is_refused() {
    let clock = "eu-psd2/reply";
    let late = extension(clock, "2024-04-10", "2024-03-22T08:00:00Z");
    under("eu-psd2", [received(), assigned("ana")])
        .by("sue", Role::Supervisor)
        .at("2024-03-26T09:00:00Z")
        .when(&C::ExtendDeadline(late))
        .then_rejected(R::Clock(ClockRefusal::Ended { clock: clock.parse().unwrap() }));
}

#[test]
fn an_extension_that_the_rule_would_not_count_is_refused_with_the_reason() {
    let refused = |until: &str| {
        let more = extension(ANSWER, until, "2024-03-11T08:00:00Z");
        under("template", [received(), assigned("ana")])
            .by("sue", Role::Supervisor)
            .decide(&C::ExtendDeadline(more))
    };
    let not_counted = |verdict| {
        let clock = ANSWER.parse().unwrap();
        Err(R::Clock(ClockRefusal::ExtensionWouldNotCount { clock, verdict }))
    };
    let limit = "2024-04-12".parse().unwrap();
    assert_eq!(refused("2024-05-01"), not_counted(ExtensionVerdict::BeyondLimit { limit }));
    let than = "2024-03-22".parse().unwrap();
    assert_eq!(refused("2024-03-22"), not_counted(ExtensionVerdict::NotLater { than }));
}

#[test]
fn nobody_takes_more_time_alone_in_the_name_of_somebody_who_is_not_there() {
    let more = || extension(ANSWER, "2024-04-12", "2024-03-11T08:00:00Z");
    let unknown = R::Clock(ClockRefusal::AskerUnknown { asked_by: person("ana") });
    let extend = C::ExtendDeadline(more());
    let case = |history: Vec<Fact<E>>| under("template", history).by("sue", Role::Supervisor);
    case(vec![received()]).when(&extend).then_rejected(unknown.clone());
    case(vec![received(), assigned("ben")]).when(&extend).then_rejected(unknown.clone());
    let left = staff("ana", vec![left()]);
    case(vec![received()]).knowing("ana", left).when(&extend).then_rejected(unknown);
    // Whoever is responsible asks, or a colleague who is on the staff register.
    case(vec![received(), assigned("ana")]).when(&extend).then(E::DeadlineExtended(more()));
    let colleague = case(vec![received()]).knowing("ana", staff("ana", vec![]));
    colleague.when(&extend).then(E::DeadlineExtended(more()));
}

#[test]
fn in_time_that_was_granted_no_pause_is_recorded_that_the_rule_would_not_count() {
    let more = past(E::DeadlineExtended(extension(ANSWER, "2024-04-12", "2024-03-11T08:00:00Z")));
    let given = under(
        "template",
        [received(), more.by("sue", Role::Supervisor).at("2024-03-11T09:00:00Z")],
    );
    let clock = ANSWER.parse().unwrap();
    let limit = "2024-03-22T23:59:59.999999999Z".parse().unwrap();
    let at = "2024-03-25T09:00:00Z";
    let refusal = ClockRefusal::PauseWouldNotCount { clock, limit, at: at.parse().unwrap() };
    let still = pause(ANSWER, WAITING);
    given.clone().at(at).when(&C::PauseClock(still.clone())).then_rejected(R::Clock(refusal));
    given
        .at("2024-03-22T09:00:00Z")
        .when(&C::PauseClock(still.clone()))
        .then(E::ClockPaused(still));
}

#[test]
fn a_missed_limit_is_noted_once_with_its_rule_and_even_after_the_end() {
    let name = "template/acknowledgement";
    let due = "2024-03-02T09:00:00Z";
    let late = reading(&limits_of("template"), &[received()], name, "2024-03-11T09:00:00Z");
    let notice = ClockNotice::of(&late);
    assert_eq!(notice.limit, limit(name, due));
    assert_eq!(notice.citation, late.rule.basis.citation);
    let withdrawn =
        past(E::Withdrawn(crate::complaint::Withdrawal { reason: WithdrawalReason::NotStated }));
    let given = under("template", [received(), withdrawn]).by("clock", Role::System);
    let noting = C::NoteMissedClock(limit(name, due));
    given.clone().when(&noting).then(E::ClockMissed(notice.clone()));
    given
        .record(&missed(&late))
        .when(&noting)
        .then_rejected(R::Clock(ClockRefusal::AlreadyNoted { clock: name.parse().unwrap() }));
}

#[test]
fn a_limit_that_is_near_is_warned_of_once_and_once_more_when_it_was_extended() {
    let rules = limits_of("template");
    let near = "2024-03-20T09:00:00Z";
    let first = reading(&rules, &[received()], ANSWER, near);
    assert!(matches!(first.result, ClockResult::DueSoon { .. }));
    let given = under("template", [received(), warned(&first)]).by("clock", Role::System).at(near);
    let first_limit = ClockNotice::of(&first).limit;
    given
        .clone()
        .when(&C::WarnOfClock(first_limit.clone()))
        .then_rejected(R::Clock(ClockRefusal::AlreadyNoted { clock: ANSWER.parse().unwrap() }));
    let more = past(E::DeadlineExtended(extension(ANSWER, "2024-04-12", near)))
        .by("sue", Role::Supervisor)
        .at(near);
    let extended = given.record(&more).at("2024-04-10T09:00:00Z");
    let history = [received(), warned(&first), more];
    let second = reading(&rules, &history, ANSWER, "2024-04-10T09:00:00Z");
    let notice = ClockNotice::of(&second);
    assert_ne!(notice.limit, first_limit);
    assert_eq!(notice.extensions, 1);
    extended.when(&C::WarnOfClock(notice.limit.clone())).then(E::ClockWarned(notice));
}

#[test]
fn people_do_not_say_what_only_the_clock_process_says() {
    for command in [
        C::WarnOfClock(limit(ANSWER, "2024-03-22T23:59:59Z")),
        C::NoteMissedClock(limit(ANSWER, "2024-03-22T23:59:59Z")),
    ] {
        under("template", [received()])
            .by("sue", Role::Supervisor)
            .when(&command)
            .then_rejected(R::NotForPeople(command.name()));
    }
}

#[test]
fn a_complaint_that_was_closed_in_time_missed_nothing() {
    let mut history = super::builders::ready_to_close();
    history.push(closed());
    under("iso-10002", history)
        .by("clock", Role::System)
        .when(&C::NoteMissedClock(limit("iso-10002/response", "2024-03-29T23:59:59Z")))
        .then_rejected(R::Clock(ClockRefusal::NotMissed {
            clock: "iso-10002/response".parse().unwrap(),
        }));
}

/// A pack per side of the day on which the rule changes: the day of the start says which holds.
#[test]
fn a_rule_that_changes_in_mid_case_holds_for_what_starts_under_it() {
    let packs = ["cn-samr-order-20", "cn-samr-order-121"].map(|code| shipped::pack(code).unwrap());
    let rules = packs.into_iter().fold(Rulebook::with_shipped_calendars(), |rules, pack| {
        rules.adopt(Adoption::of(pack)).unwrap()
    });
    let of = |at: &str| {
        let history = [received().at(at)];
        let facts = crate::clock::clock_facts(&history);
        let later = "2026-05-01T00:00:00Z".parse().unwrap();
        let readings = crate::clock::clocks(&facts, &rules, later);
        readings
            .into_iter()
            .flatten()
            .map(|reading| reading.clock.pack.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("2026-04-10T02:00:00Z"), ["cn-samr-order-20"]);
    assert_eq!(of("2026-04-20T02:00:00Z"), ["cn-samr-order-121"]);
}

#[test]
fn neither_the_handler_grants_their_own_work_more_time_nor_does_one_who_stepped_aside_ask_for_it() {
    let extend = C::ExtendDeadline(extension(ANSWER, "2024-04-12", "2024-03-11T08:00:00Z"));
    let by_handler = under("template", [received(), assigned("ana")])
        .after(&C::Reassign(over_to("sue")))
        .by("sue", Role::Supervisor);
    let refusal = ClockRefusal::ApprovedByHandler { handler: person("sue") };
    by_handler.clone().when(&extend).then_rejected(R::Clock(refusal));
    assert!(by_handler.by("tom", Role::Supervisor).decide(&extend).is_ok());
    under("template", [received(), assigned("ana")])
        .after(&C::Recuse(recusal("ana")))
        .by("sue", Role::Supervisor)
        .after(&C::Assign(to("ben")))
        .when(&extend)
        .then_rejected(R::HandlerRecused(person("ana")));
}
