//! The order in which reasons win, and that every one is reached.

use std::collections::BTreeMap;

use super::{
    super::{
        Balance, ReportCommand as C, ReportDraft, ReportEvent as E, ReportRejection as R,
        Restatement,
    },
    COUNT, House, by, cleo, digest, drafted, endorsed, eve, house, label, out, publish, report,
    restatement, vote, voted,
};
use crate::{
    actor::Role,
    review::{Standing, VoteChoice},
    sealed::Hex,
    story::{Attempt, Ladder, actor, climb, reaches_all, time},
};

pub(super) fn examples() -> BTreeMap<&'static str, String> {
    climb(ladders(), R::CODES)
}

#[test]
fn reasons_win_in_the_order_of_the_list_and_every_one_is_reached() {
    reaches_all(&examples(), R::CODES);
}

type It = Attempt<House>;

fn ladders() -> Vec<Ladder<House>> {
    let mut all = vec![drafting(), restating()];
    all.extend(endorsing());
    all.extend(publishing());
    all
}

fn tomorrow(it: &mut It) {
    it.world.occasion.occurred_at = time("2025-04-11T09:00:00Z");
}

fn now_is_now(it: &mut It) {
    it.world.occasion.now = it.world.occasion.occurred_at;
}

fn as_officer(it: &mut It) {
    it.world.occasion.actor = actor("cleo", Role::ComplianceOfficer);
}

fn draft_of(it: &mut It) -> &mut ReportDraft {
    match &mut it.command {
        C::Draft(draft) => draft,
        C::Restate(restatement) => &mut restatement.report,
        C::CastVote(_) | C::Endorse(_) | C::Publish(_) => panic!("no draft"),
    }
}

fn drafting() -> Ladder<House> {
    let bad = ReportDraft {
        first_day: "2025-01-02".parse().unwrap(),
        last_day: "2025-04-11".parse().unwrap(),
        balance: Balance { at_start: 10, came: 90, went: 80, at_end: 21 },
        root: Hex([8; 32]),
        ..report(1)
    };
    let mut world = house("ana", Role::Agent);
    world.facts.root = None;
    (
        Attempt::new(world, out(), C::Draft(bad)),
        vec![
            ("role-may-not", as_officer),
            ("already-published", |it| {
                it.history = endorsed();
                tomorrow(it);
            }),
            ("occurred-in-future", now_is_now),
            ("other-report", |it| {
                let same = report(1);
                it.history = vec![by(
                    "cleo",
                    Role::ComplianceOfficer,
                    E::Drafted(ReportDraft {
                        first_day: "2025-01-02".parse().unwrap(),
                        last_day: "2025-04-11".parse().unwrap(),
                        ..same
                    }),
                )];
            }),
            ("period-not-over", |it| {
                it.history = drafted();
                let draft = draft_of(it);
                (draft.first_day, draft.last_day) = (report(1).first_day, report(1).last_day);
            }),
            ("unbalanced", |it| draft_of(it).balance = report(1).balance),
            ("tree-unknown", |it| it.world.facts.root = Some(Hex([9; 32]))),
            ("root-differs", |it| draft_of(it).root = Hex([9; 32])),
            ("digest-unchanged", |it| draft_of(it).digest = digest(2)),
        ],
    )
}

fn restating() -> Ladder<House> {
    let bad = Restatement { grounds: Vec::new(), replaces: digest(7), ..restatement(2) };
    (
        Attempt::new(house("scheduler", Role::System), vec![], C::Restate(bad)),
        vec![
            ("role-may-not", as_officer),
            ("not-drafted", |it| it.history = endorsed()),
            ("not-published", |it| {
                it.history = out();
                draft_of(it).digest = digest(1);
            }),
            ("digest-unchanged", |it| draft_of(it).digest = digest(2)),
            ("replaces-other", |it| {
                it.command = C::Restate(Restatement { grounds: Vec::new(), ..restatement(2) });
            }),
            ("grounds-missing", |it| it.command = C::Restate(restatement(2))),
        ],
    )
}

fn standing(until: &str) -> Standing {
    Standing { term_until: Some(until.parse().unwrap()), has_interest: false, interest_at: None }
}

fn endorsing() -> Vec<Ladder<House>> {
    let mut world = house("cleo", Role::ComplianceOfficer);
    world.facts.standing = None;
    let mut against = drafted();
    for who in ["fay", "gil", "ida"] {
        let vote = vote(1, VoteChoice::Against);
        against.push(by(who, Role::CommitteeMember, E::VoteCast(vote)));
    }
    vec![
        (
            Attempt::new(world, vec![], C::CastVote(vote(2, VoteChoice::For))),
            vec![
                ("role-may-not", |it| it.world.occasion.actor.role = Role::CommitteeMember),
                ("not-drafted", |it| it.history = out()),
                ("already-published", |it| it.history = endorsed()),
                ("already-endorsed", |it| {
                    it.history = voted();
                    tomorrow(it);
                }),
                ("occurred-in-future", now_is_now),
                ("not-on-committee", |it| {
                    it.world.facts.standing = Some(standing("2025-04-10"));
                }),
                ("term-over", |it| it.world.facts.standing = Some(standing("2025-04-11"))),
                ("drafted-by-self", |it| {
                    it.world.occasion.actor = actor("fay", Role::CommitteeMember);
                }),
                ("other-digest", |it| it.command = C::CastVote(vote(1, VoteChoice::For))),
                ("already-voted", |it| {
                    it.world.occasion.actor = actor("jon", Role::CommitteeMember);
                }),
            ],
        ),
        (
            Attempt::new(eve(), drafted(), COUNT),
            vec![("quorum-missing", |it| it.history = voted())],
        ),
        (Attempt::new(eve(), against, COUNT), vec![("no-majority", |it| it.history = voted())]),
    ]
}

fn publishing() -> Vec<Ladder<House>> {
    vec![
        (
            Attempt::new(house("scheduler", Role::System), drafted(), publish(2)),
            vec![
                ("role-may-not", as_officer),
                ("other-digest", |it| it.command = publish(1)),
                ("not-endorsed", |it| it.history = endorsed()),
            ],
        ),
        (
            Attempt::new(cleo(), drafted(), publish(1)),
            vec![("not-endorsed", |it| it.world.facts.may_lack_endorsement = true)],
        ),
        (
            Attempt::new(
                cleo(),
                out(),
                C::Restate(Restatement {
                    grounds: vec![label("recounted")],
                    replaces: digest(3),
                    ..restatement(2)
                }),
            ),
            vec![("replaces-other", |it| it.command = C::Restate(restatement(2)))],
        ),
    ]
}
