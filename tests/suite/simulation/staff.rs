//! The twelve who work here: five agents, two supervisors, a compliance officer and a committee of
//! four. They go on leave, and some have an interest.

use std::collections::BTreeSet;

use complaint_domain::{
    actor::{Actor, Role},
    complaint::RecusalGround,
    review::Seat,
    staff::{
        Absence, AbsenceEnd, AbsenceReason, Declaration, Interest, Joining, Staff as Aggregate,
        StaffCommand as C, TermStart,
    },
};
use complaint_service::staff_stream_of;
use jiff::civil::Date;
use rand::RngExt as _;

use super::{
    FIRST, days,
    office::{Office, actor},
};

/// Somebody who works here.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) actor: Actor,
    /// First and last days away.
    leaves: Vec<(Date, Date)>,
    /// A product in which they have an interest.
    pub(super) interest: Option<&'static str>,
}

impl Person {
    pub(super) fn is_away(&self, day: Date) -> bool {
        self.leaves.iter().any(|(first, last)| (*first..=*last).contains(&day))
    }

    /// How many more days they are away, this one included.
    pub(super) fn days_away(&self, day: Date) -> i32 {
        let leave = self.leaves.iter().find(|(first, last)| (*first..=*last).contains(&day));
        leave.map_or(0, |(_, last)| (*last - day).get_days() + 1)
    }
}

/// Everybody.
#[derive(Debug)]
pub(super) struct Staff {
    people: Vec<Person>,
    away: BTreeSet<usize>,
}

impl Staff {
    /// Takes everybody on, on the first day.
    pub(super) async fn engage(office: &mut Office) -> Self {
        let people = people(office);
        assert_eq!(people.len(), 12);
        let administrator = actor("administrator-1", Role::Administrator);
        for person in &people {
            let account = person.actor.id.clone();
            let stream = staff_stream_of(&account);
            let roles = BTreeSet::from([person.actor.role]);
            let joining = C::Join(Joining { account, roles, team: None });
            office.other::<Aggregate>(&administrator, Some(&stream), "join", joining).await;
            let is_chair = person.actor.role == Role::CommitteeChair;
            if !is_chair && person.actor.role != Role::CommitteeMember {
                continue;
            }
            let seat = if is_chair { Seat::Chair } else { Seat::Member };
            let term =
                C::StartTerm(TermStart { seat, from: FIRST, until: Date::constant(2026, 12, 31) });
            office.other::<Aggregate>(&administrator, Some(&stream), "start-term", term).await;
        }
        for person in &people {
            let Some(product) = person.interest else { continue };
            let stream = staff_stream_of(&person.actor.id);
            let declared = C::DeclareInterest(Declaration {
                interest: Interest::Product { product: product.parse().unwrap() },
                ground: RecusalGround::DirectInterest,
            });
            office
                .other::<Aggregate>(&person.actor, Some(&stream), "declare-interest", declared)
                .await;
        }
        Self { people, away: BTreeSet::new() }
    }

    /// Who goes on leave says so, and so does who is back.
    pub(super) async fn come_and_go(&mut self, office: &mut Office, day: Date) {
        for (n, person) in self.people.iter().enumerate() {
            let stream = staff_stream_of(&person.actor.id);
            let was_away = self.away.contains(&n);
            if person.is_away(day) && !was_away {
                self.away.insert(n);
                let absence =
                    Absence { from: day, until: None, reason: AbsenceReason::Leave, deputy: None };
                let command = C::StartAbsence(absence);
                office
                    .other::<Aggregate>(&person.actor, Some(&stream), "start-absence", command)
                    .await;
            } else if was_away && !person.is_away(day) {
                self.away.remove(&n);
                let command = C::EndAbsence(AbsenceEnd { back_on: day });
                office
                    .other::<Aggregate>(&person.actor, Some(&stream), "end-absence", command)
                    .await;
            }
        }
    }

    pub(super) fn with_role(&self, role: Role) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |person| person.actor.role == role)
    }

    /// The supervisor who is there; they are never both away.
    pub(super) fn supervisor(&self, day: Date) -> &Actor {
        let there = self.with_role(Role::Supervisor).find(|person| !person.is_away(day));
        &there.expect("a supervisor is always there").actor
    }

    pub(super) fn supervisors(&self) -> (&Actor, &Actor) {
        let mut both = self.with_role(Role::Supervisor);
        (&both.next().unwrap().actor, &both.next().unwrap().actor)
    }

    pub(super) fn compliance(&self) -> &Actor {
        &self.with_role(Role::ComplianceOfficer).next().unwrap().actor
    }

    pub(super) fn agent(&self, n: usize) -> &Person {
        let agents: Vec<_> = self.with_role(Role::Agent).collect();
        agents[n % agents.len()]
    }

    pub(super) fn agents(&self) -> usize {
        self.with_role(Role::Agent).count()
    }
}

fn people(office: &mut Office) -> Vec<Person> {
    let on = Date::constant;
    let mut people = Vec::new();
    for n in 1..=5 {
        let mut leave = |earliest: i64, latest: i64| {
            let first = FIRST + days(office.rng.random_range(earliest..latest));
            (first, first + days(office.rng.random_range(6..17)))
        };
        people.push(Person {
            actor: actor(&format!("agent-{n}"), Role::Agent),
            leaves: vec![leave(20, 150), leave(180, 330)],
            interest: (n == 2).then_some("Insurance"),
        });
    }
    let others = [
        ("supervisor-1", Role::Supervisor, vec![(on(2025, 3, 3), on(2025, 3, 14))], None),
        ("supervisor-2", Role::Supervisor, vec![(on(2025, 6, 2), on(2025, 6, 13))], None),
        ("compliance-1", Role::ComplianceOfficer, Vec::new(), None),
        ("chair-1", Role::CommitteeChair, Vec::new(), None),
        ("member-1", Role::CommitteeMember, vec![(on(2025, 8, 1), on(2025, 8, 29))], None),
        ("member-2", Role::CommitteeMember, vec![(on(2025, 7, 14), on(2025, 8, 22))], None),
        ("member-3", Role::CommitteeMember, Vec::new(), Some("Loan")),
    ];
    people.extend(others.map(|(id, role, leaves, interest)| Person {
        actor: actor(id, role),
        leaves,
        interest,
    }));
    people
}
