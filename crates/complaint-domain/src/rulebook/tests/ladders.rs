//! The order in which reasons win, and that every one is reached.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        ChangeNumber, ChangeRejected, RuleChange, RulebookCommand as C, RulebookRejection as R,
    },
    House, agents_limit, approve, approved, day, house, label, pack, propose, proposed, reject,
    retire,
};
use crate::{
    actor::Role,
    label::Label,
    review::DecisionEffect,
    story::{Attempt, Ladder, climb, person, reaches_all, time},
};

pub(super) fn examples() -> BTreeMap<&'static str, String> {
    climb(ladders(), R::CODES)
}

#[test]
fn reasons_win_in_the_order_of_the_list_and_every_one_is_reached() {
    reaches_all(&examples(), R::CODES);
}

type It = Attempt<House>;

fn sue() -> House {
    house("sue", Role::Supervisor)
}

/// Said today to have happened tomorrow.
fn tomorrow(it: &mut It) {
    it.world.occasion.occurred_at = time("2026-03-03T09:00:00Z");
}

fn now_is_now(it: &mut It) {
    it.world.occasion.now = it.world.occasion.occurred_at;
}

/// Said today to have happened when the change would still have come to hold.
fn dated_back(it: &mut It) {
    it.world.occasion.now = time("2026-03-03T09:00:00Z");
    it.world.occasion.occurred_at = time("2026-03-01T09:00:00Z");
}

fn as_supervisor(it: &mut It) {
    it.world.occasion.actor.role = Role::Supervisor;
}

fn rule(it: &mut It) -> &mut RuleChange {
    let C::Propose(proposal) = &mut it.command else { panic!("a proposal") };
    &mut proposal.rule
}

fn ladders() -> Vec<Ladder<House>> {
    let mut all = adopting();
    all.extend(setting());
    all.push(limiting_terms());
    all.extend(deciding());
    all
}

fn adopting() -> Vec<Ladder<House>> {
    let broken = |from| RuleChange::AdoptPack {
        file: "{}".to_owned(),
        calendar: Some(label("mars")),
        zone: None,
        business_hours: None,
        tracks: [].into(),
        from: day(from),
    };
    let mut first = Attempt::new(
        house("col", Role::Agent),
        approved(pack("uk-disp", "2026-03-01")),
        propose(1, broken("2026-03-01")),
    );
    tomorrow(&mut first);
    vec![(
        first,
        vec![
            ("role-may-not", as_supervisor),
            ("number-not-next", |it| {
                let C::Propose(proposal) = &mut it.command else { panic!("a proposal") };
                proposal.change = ChangeNumber(2);
            }),
            ("occurred-in-future", now_is_now),
            ("from-passed", |it| {
                if let RuleChange::AdoptPack { from, .. } = rule(it) {
                    *from = day("2026-04-01");
                }
            }),
            ("pack-unreadable", |it| {
                let RuleChange::AdoptPack { file: good, .. } = pack("uk-disp", "2026-04-01") else {
                    panic!("a pack")
                };
                if let RuleChange::AdoptPack { file, .. } = rule(it) {
                    *file = good;
                }
            }),
            ("not-adoptable", |it| {
                if let RuleChange::AdoptPack { calendar, .. } = rule(it) {
                    *calendar = Some(label("gb-sct"));
                }
            }),
        ],
    )]
}

fn taxonomy(products: BTreeMap<Label, BTreeSet<Label>>) -> RuleChange {
    RuleChange::AdoptTaxonomy { taxonomy: label("house-2"), products, from: day("2026-04-01") }
}

fn setting() -> Vec<Ladder<House>> {
    let calendar = RuleChange::AdoptCalendar { file: "BEGIN:VCALENDAR".to_owned(), from: None };
    let causes = RuleChange::AdoptCauses { file: "{}".to_owned(), from: day("2026-04-01") };
    let committee = RuleChange::RequireOfCommittee {
        quorum: 0,
        effect: DecisionEffect::Binding,
        from: day("2026-04-01"),
    };
    vec![
        (
            Attempt::new(sue(), vec![], propose(1, calendar)),
            vec![("calendar-unreadable", |it| {
                let file = include_str!("../../../calendars/cn.ics").to_owned();
                *rule(it) = RuleChange::AdoptCalendar { file, from: None };
            })],
        ),
        (
            Attempt::new(sue(), vec![], propose(1, causes)),
            vec![("causes-unreadable", |it| {
                let file = crate::cause::standard_text().to_owned();
                *rule(it) = RuleChange::AdoptCauses { file, from: day("2026-04-01") };
            })],
        ),
        (
            Attempt::new(
                sue(),
                approved(pack("uk-disp", "2026-03-01")),
                propose(2, retire("au-rg271", "2026-04-01")),
            ),
            vec![("pack-not-adopted", |it| *rule(it) = retire("uk-disp", "2026-04-01"))],
        ),
        (
            Attempt::new(sue(), vec![], propose(1, agents_limit(-1, "2026-04-01"))),
            vec![("limit-negative", |it| *rule(it) = agents_limit(0, "2026-04-01"))],
        ),
        (
            Attempt::new(sue(), vec![], propose(1, taxonomy([].into()))),
            vec![("taxonomy-empty", |it| {
                *rule(it) = taxonomy([(label("Card"), [label("Fee")].into())].into());
            })],
        ),
        (
            Attempt::new(sue(), vec![], propose(1, committee)),
            vec![("quorum-zero", |it| {
                if let RuleChange::RequireOfCommittee { quorum, .. } = rule(it) {
                    *quorum = 1;
                }
            })],
        ),
    ]
}

fn limiting_terms() -> Ladder<House> {
    let limits = |months| RuleChange::LimitTerms { months, terms: 2, from: day("2026-04-01") };
    (
        Attempt::new(sue(), vec![], propose(1, limits(0))),
        vec![("terms-zero", |it| {
            if let RuleChange::LimitTerms { months, .. } = rule(it) {
                *months = 36;
            }
        })],
    )
}

fn deciding() -> Vec<Ladder<House>> {
    let proposed_before = || proposed(agents_limit(500, "2026-03-01"));
    let mut approval = Attempt::new(house("col", Role::Agent), proposed_before(), approve(2));
    tomorrow(&mut approval);
    let mut rejection = Attempt::new(
        house("sue", Role::Administrator),
        approved(agents_limit(500, "2026-03-01")),
        C::Reject(ChangeRejected { change: ChangeNumber(1), grounds: vec![] }),
    );
    tomorrow(&mut rejection);
    vec![
        (
            approval,
            vec![
                ("role-may-not", as_supervisor),
                ("change-unknown", |it| it.command = approve(1)),
                ("occurred-in-future", dated_back),
                ("approved-by-proposer", |it| it.world.occasion.actor.id = person("sue")),
                ("from-passed", |it| it.history = proposed(agents_limit(500, "2026-03-03"))),
            ],
        ),
        (
            rejection,
            vec![
                ("role-may-not", as_supervisor),
                ("change-decided", |it| it.history = proposed(agents_limit(500, "2026-03-03"))),
                ("occurred-in-future", now_is_now),
                ("grounds-missing", |it| it.command = reject(1)),
            ],
        ),
    ]
}
