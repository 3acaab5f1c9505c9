//! The chapter of docs/process.md about the people who work here.

use super::*;
use crate::{
    aggregate::Aggregate as _,
    story::{Chapter, Outcome, World},
};

/// Somebody who says something about a person.
#[derive(Clone)]
pub(crate) struct Desk {
    occasion: Occasion,
}

impl World for Desk {
    type A = Staff;

    fn occasion(&mut self) -> &mut Occasion {
        &mut self.occasion
    }

    fn decide(&self, state: &Staff, command: &C) -> Outcome<Self> {
        let occasion = &self.occasion;
        let circumstances = StaffCircumstances { occasion, term_limits: None };
        state.decide(command, &circumstances)
    }

    fn code(rejection: &R) -> &'static str {
        rejection.code()
    }

    fn name(command: &C) -> &'static str {
        command.name()
    }
}

/// What `sue` noted, as facts of the past.
fn told(commands: &[C]) -> Vec<Fact<StaffEvent>> {
    let mut state = Staff::default();
    let mut facts = Vec::new();
    for command in commands {
        let event = decide(&state, command, &sue()).unwrap();
        let Occasion { actor, occurred_at, now } = sue();
        let fact = Fact { event, actor, occurred_at, recorded_at: now };
        state = evolve(state, &fact);
        facts.push(fact);
    }
    facts
}

fn one_of_each() -> Vec<(Desk, C)> {
    let commands = vec![
        agent(),
        grant(Role::Supervisor),
        revoke(Role::Agent),
        team("loans"),
        away("2026-03-02", None),
        C::EndAbsence(AbsenceEnd { back_on: day("2026-03-02") }),
        declare(in_respondent("Bank A")),
        withdraw(in_respondent("Bank B")),
        term("2026-03-02", "2028-03-01"),
        end_term("2026-03-02"),
        training("2026-03-01", None),
        leave(),
    ];
    commands.into_iter().map(|command| (Desk { occasion: sue() }, command)).collect()
}

pub(crate) fn chapter() -> Chapter<Desk> {
    let examples = examples().iter().map(|reason| (reason.code(), reason.to_string())).collect();
    let bound = [agent(), declare(in_respondent("Bank B"))];
    let on_committee = [member(), term("2026-01-01", "2026-12-31")];
    Chapter {
        title: "People who work here",
        about: "`sue`, a supervisor, says it of `ana`. *Bound* has an interest in Bank B; *on the committee* is a member\n\
                whose term runs.",
        states: vec![
            ("unknown", vec![]),
            ("agent", told(&[agent()])),
            ("bound", told(&bound)),
            ("away", told(&[agent(), away("2026-03-01", None)])),
            ("member", told(&[member()])),
            ("on the committee", told(&on_committee)),
            ("left", told(&[agent(), leave()])),
        ],
        commands: one_of_each(),
        codes: R::CODES,
        examples,
    }
}

#[test]
fn every_command_is_taken_somewhere_in_the_table() {
    let chapter = chapter();
    let names: Vec<_> = chapter.commands.iter().map(|(_, command)| command.name()).collect();
    assert_eq!(names, C::NAMES);
    assert!(chapter.silent().is_empty(), "{:?}", chapter.silent());
}
