//! The order in which reasons win, and that every one is reached.

use std::collections::BTreeMap;

use super::{
    super::{
        Abandonment, Assessment, DrawOrder, FollowUp, InspectionClosure, InspectionCommand as C,
        InspectionEvent as E, InspectionFinding, InspectionPlan, InspectionRejection as R,
    },
    House, abandon, action_for, assessment, by, card, cleo, complaint, criterion, followed_up,
    history, house, label, loan, plan, planned, population, sampled, scored, unclear,
};
use crate::{
    action::ActionOrigin,
    actor::Role,
    review::Part,
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
    let mut all = planning();
    all.extend(drawing());
    all.extend(scoring());
    all.extend(following());
    all.extend(ending());
    all
}

fn tomorrow(it: &mut It) {
    it.world.occasion.occurred_at = time("2024-09-03T09:00:00Z");
}

fn now_is_now(it: &mut It) {
    it.world.occasion.now = it.world.occasion.occurred_at;
}

fn as_supervisor(it: &mut It) {
    it.world.occasion.actor = actor("sue", Role::Supervisor);
}

fn plan_of(it: &mut It) -> &mut InspectionPlan {
    let C::Plan(plan) = &mut it.command else { panic!("a plan") };
    plan
}

fn planning() -> Vec<Ladder<House>> {
    let bad = InspectionPlan {
        until: "2024-09-03".parse().unwrap(),
        size: 0,
        criteria: vec![],
        ..plan()
    };
    vec![(
        Attempt::new(house("ana", Role::Agent), planned(), C::Plan(bad)),
        vec![
            ("role-may-not", as_supervisor),
            ("already-planned", |it| {
                it.history.clear();
                tomorrow(it);
            }),
            ("occurred-in-future", now_is_now),
            ("period-not-over", |it| plan_of(it).until = "2024-08-31".parse().unwrap()),
            ("size-out-of-range", |it| plan_of(it).size = 200),
            ("criteria-missing", |it| {
                plan_of(it).criteria = vec![criterion("tone", 0), criterion("tone", 1)];
            }),
            ("criterion-twice", |it| {
                plan_of(it).criteria.pop();
            }),
            ("criterion-without-points", |it| plan_of(it).criteria = plan().criteria),
        ],
    )]
}

fn drawing() -> Vec<Ladder<House>> {
    let mut world = house("admin", Role::Administrator);
    world.facts.population = None;
    vec![(
        Attempt::new(world, vec![], C::Draw(DrawOrder {})),
        vec![
            ("role-may-not", |it| it.world.occasion.actor = actor("scheduler", Role::System)),
            ("not-planned", |it| {
                it.history = planned();
                it.history.push(by(E::Abandoned(Abandonment { grounds: vec![label("x")] })));
            }),
            ("ended", |it| it.history = sampled()),
            ("already-drawn", |it| {
                it.history = history([E::Planned(InspectionPlan { size: 1, ..plan() })]);
                tomorrow(it);
            }),
            ("occurred-in-future", now_is_now),
            ("nothing-to-draw", |it| it.world.facts.population = Some(population())),
            ("sample-too-small", |it| it.history = planned()),
        ],
    )]
}

fn assessment_of(it: &mut It) -> &mut Assessment {
    let C::Score(assessment) = &mut it.command else { panic!("a score") };
    assessment
}

fn scoring() -> Vec<Ladder<House>> {
    let not_drawn = ['1', '2', '3'].map(complaint).into_iter().find(|it| *it != card()).unwrap();
    let mut bad = assessment(not_drawn, Some(0), Some(9));
    bad.scores.remove("remedy-carried-out");
    bad.findings = vec![InspectionFinding { criterion: label("tone"), finding: label("curt") }];
    let mut world = house("scheduler", Role::System);
    world.facts.part = Some(Part::Supervised);
    world.facts.has_interest = true;
    vec![(
        Attempt::new(world, planned(), C::Score(bad)),
        vec![
            ("role-may-not", as_supervisor),
            ("not-drawn", |it| {
                it.history = scored();
                tomorrow(it);
            }),
            ("occurred-in-future", now_is_now),
            ("not-in-sample", |it| assessment_of(it).complaint = card()),
            ("already-scored", |it| it.history = sampled()),
            ("has-part-in-case", |it| it.world.facts.part = None),
            ("interest-declared", |it| it.world.facts.has_interest = false),
            ("criterion-unknown", |it| assessment_of(it).findings.clear()),
            ("criterion-not-scored", |it| {
                assessment_of(it).scores.insert(label("remedy-carried-out"), Some(9));
            }),
            ("too-many-points", |it| {
                assessment_of(it).scores.insert(label("remedy-carried-out"), Some(3));
            }),
            ("finding-missing", |it| it.command = C::Score(unclear(card()))),
        ],
    )]
}

fn following() -> Vec<Ladder<House>> {
    let mut world = cleo();
    world.facts.action = None;
    let no_grounds = FollowUp::NoneNeeded { criterion: label("letter-clear"), grounds: Vec::new() };
    vec![
        (
            Attempt::new(world, followed_up(), C::FollowUp(action_for("tone"))),
            vec![
                ("nothing-found", |it| it.command = C::FollowUp(action_for("letter-clear"))),
                ("already-followed-up", |it| it.history = scored()),
                ("action-unknown", |it| it.world.facts.action = Some(ActionOrigin::Complaint)),
                ("action-of-other-origin", |it| {
                    it.world.facts.action = Some(ActionOrigin::Inspection);
                }),
            ],
        ),
        (
            Attempt::new(cleo(), scored(), C::FollowUp(no_grounds)),
            vec![("grounds-missing", |it| {
                it.command = C::FollowUp(FollowUp::NoneNeeded {
                    criterion: label("letter-clear"),
                    grounds: vec![label("one slip")],
                });
            })],
        ),
    ]
}

fn ending() -> Vec<Ladder<House>> {
    vec![
        (
            Attempt::new(cleo(), sampled(), C::Close(InspectionClosure {})),
            vec![
                ("not-all-scored", |it| it.history = scored()),
                ("follow-up-missing", |it| it.history = followed_up()),
            ],
        ),
        (
            Attempt::new(cleo(), planned(), C::Abandon(Abandonment { grounds: vec![] })),
            vec![("grounds-missing", |it| it.command = abandon())],
        ),
        (
            Attempt::new(cleo(), planned(), C::Score(assessment(loan(), Some(2), None))),
            vec![("not-drawn", |it| it.history = sampled())],
        ),
    ]
}
