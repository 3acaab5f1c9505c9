use std::collections::BTreeMap;

use super::{
    Access, AccessCircumstances, AccessCommand as C, AccessEvent as E, AccessPurpose,
    AccessRejection as R, Disclosure,
};
use crate::{
    Fact,
    actor::Role,
    aggregate::{Aggregate as _, Occasion},
    codes::tests::agrees,
    sealed::PersonalField,
    story::{self, Attempt, Chapter, actor, climb, given, reaches_all, time},
    subject::{self, Closed, Restriction, RestrictionGround, Subject, SubjectEvent},
};

const NOW: &str = "2026-03-02T09:00:00Z";

/// Somebody who opens data, and the person whose data it is.
#[derive(Clone)]
pub(crate) struct Desk {
    occasion: Occasion,
    subject: Subject,
}

impl story::World for Desk {
    type A = Access;

    fn occasion(&mut self) -> &mut Occasion {
        &mut self.occasion
    }

    fn decide(&self, state: &Access, command: &C) -> story::Outcome<Self> {
        let circumstances =
            AccessCircumstances { occasion: &self.occasion, subject: &self.subject };
        state.decide(command, &circumstances)
    }

    fn code(rejection: &R) -> &'static str {
        rejection.code()
    }

    fn name(command: &C) -> &'static str {
        command.name()
    }
}

fn desk(role: Role) -> Desk {
    Desk { occasion: story::occasion(&actor("aud", role), NOW), subject: Subject::default() }
}

fn restricted() -> Subject {
    let restriction = Restriction {
        complaint: disclosure().complaint,
        ground: RestrictionGround::AccuracyContested,
    };
    let event = SubjectEvent::Restricted(restriction);
    subject::evolve(
        Subject::default(),
        &story::past(event, "dpo", Role::DataProtectionOfficer, NOW),
    )
}

fn disclosure() -> Disclosure {
    Disclosure {
        complaint: "complaint-01KA0000000000000000000000".parse().unwrap(),
        fields: [PersonalField::Narrative].into(),
        purpose: AccessPurpose::CaseBundle,
    }
}

fn recorded() -> Vec<Fact<E>> {
    vec![story::past(E::PersonalDataOpened(disclosure()), "aud", Role::Auditor, NOW)]
}

fn examples() -> BTreeMap<&'static str, String> {
    let nothing = Disclosure { fields: [].into(), ..disclosure() };
    let mut attempt = Attempt::new(desk(Role::Administrator), recorded(), C::Record(nothing));
    attempt.world.occasion.occurred_at = time("2026-03-03T09:00:00Z");
    attempt.world.subject = restricted();
    let ladder: story::Ladder<Desk> = (
        attempt,
        vec![
            ("role-may-not", |it| it.world.occasion.actor.role = Role::Auditor),
            ("already-recorded", |it| it.history.clear()),
            ("occurred-in-future", |it| it.world.occasion.occurred_at = time(NOW)),
            ("fields-missing", |it| it.command = C::Record(disclosure())),
            ("may-not-be-opened", |it| it.world.subject = Subject::default()),
        ],
    );
    climb(vec![ladder], R::CODES)
}

/// The chapter of docs/process.md.
pub(crate) fn chapter() -> Chapter<Desk> {
    Chapter {
        title: "Openings of personal data",
        about: "Recorded by the program before it hands anything out; `aud` is an auditor.",
        states: vec![("unknown", vec![]), ("recorded", recorded())],
        commands: vec![(desk(Role::Auditor), C::Record(disclosure()))],
        codes: R::CODES,
        examples: examples(),
    }
}

#[test]
fn reasons_win_in_the_order_of_the_list_and_every_one_is_reached() {
    reaches_all(&examples(), R::CODES);
    let of_enum = story::variants(include_str!("../access.rs"), "pub enum AccessRejection {");
    assert_eq!(of_enum.collect::<Vec<_>>(), R::CODES);
}

#[test]
fn the_code_of_every_value_is_its_stored_name() {
    agrees(AccessPurpose::ALL, AccessPurpose::code);
}

#[test]
fn what_is_restricted_is_not_opened() {
    given(desk(Role::Auditor), vec![])
        .where_(|desk| desk.subject = restricted())
        .when(&C::Record(disclosure()))
        .then_rejected(R::MayNotBeOpened(Closed::Restricted(RestrictionGround::AccuracyContested)));
}

#[test]
fn an_opening_is_recorded_with_its_fields_and_its_purpose() {
    given(desk(Role::Auditor), vec![])
        .when(&C::Record(disclosure()))
        .then(E::PersonalDataOpened(disclosure()));
}
