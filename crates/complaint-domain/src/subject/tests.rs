mod ladders;
mod laws;
mod stories;

use super::{
    Consent, ConsentPurpose, ErasureDecision, ErasureGround, ErasureOrder, ErasureRecord,
    ErasureRequest, Hold, HoldRelease, KeyRecord, PersonalTrace, Restriction, RestrictionGround,
    RestrictionLift, Retention, RetentionStart, Subject, SubjectCircumstances, SubjectCommand as C,
    SubjectEvent as E, SubjectRejection as R,
};
use crate::{
    Fact,
    actor::Role,
    aggregate::{Aggregate as _, Occasion},
    codes::tests::agrees,
    label::Label,
    reference::ComplaintId,
    sealed::{Hex, PersonalField},
    story::{self, Chapter, World, actor, time},
};

const NOW: &str = "2026-03-02T09:00:00Z";

/// Somebody who decides, a complaint's records, and the rulebook.
#[derive(Debug, Clone)]
pub(crate) struct Office {
    pub(super) occasion: Occasion,
    pub(super) trace: PersonalTrace,
    pub(super) retention: [Option<Retention>; 2],
}

impl World for Office {
    type A = Subject;

    fn occasion(&mut self) -> &mut Occasion {
        &mut self.occasion
    }

    fn decide(&self, state: &Subject, command: &C) -> story::Outcome<Self> {
        let Self { occasion, trace, retention } = self;
        state.decide(command, &SubjectCircumstances { occasion, trace, retention: *retention })
    }

    fn code(rejection: &R) -> &'static str {
        rejection.code()
    }

    fn name(command: &C) -> &'static str {
        command.name()
    }
}

/// A complaint that came in in January and was closed in February, with three sealed texts.
pub(super) fn office(who: &str, role: Role) -> Office {
    let trace = PersonalTrace {
        subject: Some(Hex([7; 16])),
        keys: [Hex([8; 16])].into(),
        fields: [(PersonalField::Narrative, 1), (PersonalField::Message, 2)].into(),
        received_on: "2026-01-12".parse().ok(),
        ended_on: "2026-02-02".parse().ok(),
        is_before_committee: false,
        before_bodies: Vec::new(),
    };
    Office { occasion: story::occasion(&actor(who, role), NOW), trace, retention: [None; 2] }
}

pub(super) fn dpo() -> Office {
    office("dpo", Role::DataProtectionOfficer)
}

pub(super) fn complaint() -> ComplaintId {
    "complaint-01KA0000000000000000000000".parse().unwrap()
}

pub(super) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

pub(super) fn consent() -> Consent {
    Consent { complaint: complaint(), purpose: ConsentPurpose::Publication }
}

pub(super) fn restriction() -> Restriction {
    Restriction { complaint: complaint(), ground: RestrictionGround::AccuracyContested }
}

pub(super) fn lift() -> RestrictionLift {
    RestrictionLift { complaint: complaint(), notified: time("2026-03-01T09:00:00Z") }
}

pub(super) fn hold(until: Option<&str>) -> Hold {
    Hold {
        complaint: complaint(),
        hold: label("claim 4711"),
        authority: label("county court"),
        until: until.map(|day| day.parse().unwrap()),
    }
}

pub(super) fn release() -> HoldRelease {
    HoldRelease { complaint: complaint(), hold: label("claim 4711") }
}

pub(super) fn request() -> ErasureRequest {
    ErasureRequest { complaint: complaint(), ground: ErasureGround::NoLongerNeeded }
}

pub(super) fn decision() -> C {
    C::DecideErasure(ErasureDecision { complaint: complaint() })
}

pub(super) fn destroyed() -> ErasureRecord {
    let Office { trace, .. } = dpo();
    ErasureRecord {
        complaint: complaint(),
        keys: trace.keys.into_iter().collect(),
        fields: trace.fields,
    }
}

pub(super) fn retain(months: u16) -> Retention {
    Retention { months, counted_from: RetentionStart::End }
}

fn by(who: &str, role: Role, event: E) -> Fact<E> {
    story::past(event, who, role, "2026-02-20T09:00:00Z")
}

pub(super) fn key() -> Fact<E> {
    let (subject, key) = (Hex([7; 16]), Hex([8; 16]));
    by("ana", Role::Agent, E::KeyRecorded(KeyRecord { complaint: complaint(), subject, key }))
}

pub(super) fn known(events: impl IntoIterator<Item = E>) -> Vec<Fact<E>> {
    let others = events.into_iter().map(|event| by("ana", Role::Agent, event));
    [key()].into_iter().chain(others).collect()
}

pub(super) fn requested() -> Vec<Fact<E>> {
    known([E::ErasureRequested(request())])
}

pub(super) fn ordered() -> Vec<Fact<E>> {
    let order = E::ErasureOrdered(ErasureOrder { complaint: complaint() });
    known([E::ErasureRequested(request()), order])
}

pub(super) fn erased() -> Vec<Fact<E>> {
    let mut history = ordered();
    history.push(by("erasure", Role::System, E::Erased(destroyed())));
    history
}

fn one_of_each() -> Vec<(Office, C)> {
    let ana = || office("ana", Role::Agent);
    vec![
        (ana(), C::GiveConsent(consent())),
        (ana(), C::WithdrawConsent(consent())),
        (ana(), C::Restrict(restriction())),
        (dpo(), C::LiftRestriction(lift())),
        (dpo(), C::Hold(hold(None))),
        (dpo(), C::ReleaseHold(release())),
        (ana(), C::RequestErasure(request())),
        (dpo(), decision()),
        (office("erasure", Role::System), C::RecordErasure(destroyed())),
    ]
}

/// The chapter of docs/process.md.
pub(crate) fn chapter() -> Chapter<Office> {
    Chapter {
        title: "Personal data",
        about: "What may be done with the data of the person behind one complaint, which has ended. `ana` asks, `dpo`\n\
                decides, a program destroys. *Closed* is restricted and agreed to be published; *held* awaits an answer\n\
                to a request for erasure. Unknown to it, the first event is preceded by that of the key.",
        states: vec![
            ("unknown", vec![]),
            ("closed", known([E::ConsentGiven(consent()), E::Restricted(restriction())])),
            ("held", known([E::Held(hold(None)), E::ErasureRequested(request())])),
            ("requested", requested()),
            ("ordered", ordered()),
            ("erased", erased()),
        ],
        commands: one_of_each(),
        codes: R::CODES,
        examples: ladders::examples(),
    }
}

#[test]
fn the_code_of_every_value_is_its_stored_name() {
    agrees(ConsentPurpose::ALL, ConsentPurpose::code);
    agrees(RestrictionGround::ALL, RestrictionGround::code);
    agrees(ErasureGround::ALL, ErasureGround::code);
    agrees(RetentionStart::ALL, RetentionStart::code);
}

#[test]
fn the_codes_stand_in_the_order_of_the_enum() {
    let of_enum = story::variants(include_str!("rejection.rs"), "pub enum SubjectRejection {");
    assert_eq!(of_enum.collect::<Vec<_>>(), R::CODES);
}

#[test]
fn every_command_is_taken_somewhere_in_the_table() {
    let chapter = chapter();
    let names: Vec<_> = chapter.commands.iter().map(|(_, command)| command.name()).collect();
    assert_eq!(names, C::NAMES);
    assert!(chapter.silent().is_empty(), "{:?}", chapter.silent());
}
