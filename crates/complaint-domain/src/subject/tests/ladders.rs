use std::collections::BTreeMap;

use super::*;
use crate::story::{Attempt, Ladder, climb, reaches_all};

const LATER: &str = "2026-03-03T09:00:00Z";

/// By an auditor, about nothing, tomorrow: every fault that any command can have.
fn faulty(history: Vec<Fact<E>>, command: C) -> Attempt<Office> {
    let mut attempt = Attempt::new(dpo(), history, command).by("aud", Role::Auditor);
    attempt.world.trace = PersonalTrace::default();
    attempt.world.occasion.occurred_at = time(LATER);
    attempt
}

fn by_dpo(it: &mut Attempt<Office>) {
    it.world.occasion.actor = actor("dpo", Role::DataProtectionOfficer);
}

fn by_program(it: &mut Attempt<Office>) {
    it.world.occasion.actor = actor("erasure", Role::System);
}

fn sealed(it: &mut Attempt<Office>) {
    it.world.trace = dpo().trace;
}

fn in_time(it: &mut Attempt<Office>) {
    it.world.occasion.occurred_at = time(NOW);
}

fn not_erased(it: &mut Attempt<Office>) {
    it.drop(|event| matches!(event, E::Erased(_)));
}

fn not_ordered(it: &mut Attempt<Office>) {
    it.drop(|event| matches!(event, E::ErasureOrdered(_)));
}

/// The history of an erasure, with more in it that a command can run into.
fn erased_with(more: Vec<E>) -> Vec<Fact<E>> {
    let mut history = known(more);
    history.extend(erased().into_iter().skip(1));
    history
}

fn all_first(history: Vec<Fact<E>>, command: C) -> (Attempt<Office>, Vec<story::Rung<Office>>) {
    let rungs: Vec<story::Rung<Office>> = vec![
        ("role-may-not", by_dpo),
        ("nothing-sealed", sealed),
        ("already-erased", not_erased),
        ("being-erased", not_ordered),
        ("occurred-in-future", in_time),
    ];
    (faulty(history, command), rungs)
}

fn with(history: Vec<Fact<E>>, command: C, last: Vec<story::Rung<Office>>) -> Ladder<Office> {
    let (attempt, mut rungs) = all_first(history, command);
    rungs.extend(last);
    (attempt, rungs)
}

fn of_uses() -> Vec<Ladder<Office>> {
    let mut told_later = lift();
    told_later.notified = time("2026-03-05T09:00:00Z");
    vec![
        with(
            erased_with(vec![E::ConsentGiven(consent())]),
            C::GiveConsent(consent()),
            vec![("already-agreed", |it| it.drop(|event| matches!(event, E::ConsentGiven(_))))],
        ),
        with(
            erased_with(vec![]),
            C::WithdrawConsent(consent()),
            vec![("not-agreed", |it| it.history = known([E::ConsentGiven(consent())]))],
        ),
        with(
            erased_with(vec![E::Restricted(restriction())]),
            C::Restrict(restriction()),
            vec![("already-restricted", |it| it.drop(|event| matches!(event, E::Restricted(_))))],
        ),
        with(
            erased_with(vec![]),
            C::LiftRestriction(told_later),
            vec![
                ("not-restricted", |it| it.history = known([E::Restricted(restriction())])),
                ("not-told-before", |it| it.command = C::LiftRestriction(lift())),
            ],
        ),
    ]
}

fn of_ends() -> Vec<Ladder<Office>> {
    let mut unasked = erased_with(vec![]);
    unasked.retain(|fact| !matches!(fact.event, E::ErasureRequested(_)));
    let less = ErasureRecord { keys: vec![], ..destroyed() };
    vec![
        with(
            erased_with(vec![E::Held(hold(None))]),
            C::Hold(hold(Some("2026-03-01"))),
            vec![
                ("already-held", |it| it.drop(|event| matches!(event, E::Held(_)))),
                ("hold-over", |it| it.command = C::Hold(hold(Some("2026-03-02")))),
            ],
        ),
        with(
            erased_with(vec![]),
            C::ReleaseHold(release()),
            vec![("not-held", |it| it.history = known([E::Held(hold(None))]))],
        ),
        with(
            erased_with(vec![]),
            C::RequestErasure(request()),
            vec![("erasure-already-requested", |it| {
                it.drop(|event| matches!(event, E::ErasureRequested(_)));
            })],
        ),
        with(
            unasked,
            decision(),
            vec![
                ("erasure-not-requested", |it| {
                    it.history = requested();
                    it.world.occasion.actor = actor("ana", Role::ComplianceOfficer);
                }),
                ("decided-by-requester", |it| {
                    by_dpo(it);
                    it.world.occasion.occurred_at = time("2026-02-19T09:00:00Z");
                }),
                ("decided-before-request", in_time),
            ],
        ),
        (
            faulty(erased_with(vec![]), C::RecordErasure(less)),
            vec![
                ("not-for-people", by_program),
                ("nothing-sealed", sealed),
                ("already-erased", |it| it.history = requested()),
                ("occurred-in-future", in_time),
                ("erasure-not-ordered", |it| it.history = ordered()),
                ("not-all-destroyed", |it| it.command = C::RecordErasure(destroyed())),
            ],
        ),
    ]
}

pub(super) fn examples() -> BTreeMap<&'static str, String> {
    climb(of_uses().into_iter().chain(of_ends()).collect(), R::CODES)
}

#[test]
fn reasons_win_in_the_order_of_the_list_and_every_one_is_reached() {
    reaches_all(&examples(), R::CODES);
}
