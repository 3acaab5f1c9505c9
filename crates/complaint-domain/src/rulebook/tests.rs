mod china;
mod ladders;
mod stories;

use jiff::civil::Date;

use super::{
    ChangeApproval, ChangeNumber, ChangeProposal, ChangeRejected, HouseRules, RuleChange,
    RulebookCommand as C, RulebookEvent as E, RulebookRejection as R,
};
use crate::{
    Fact,
    actor::Role,
    clock::shipped,
    complaint::ApprovalLimit,
    label::Label,
    story::{self, Chapter, actor, world_of_occasions},
};

const NOW: &str = "2026-03-02T09:00:00Z";

world_of_occasions!(House, HouseRules);

pub(super) fn house(who: &str, role: Role) -> House {
    House { occasion: story::occasion(&actor(who, role), NOW) }
}

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

pub(super) fn pack(code: &str, from: &str) -> RuleChange {
    RuleChange::AdoptPack {
        file: shipped::pack_text(code).unwrap().to_owned(),
        calendar: None,
        zone: None,
        business_hours: None,
        tracks: [].into(),
        from: day(from),
    }
}

pub(super) fn retire(code: &str, from: &str) -> RuleChange {
    RuleChange::RetirePack { pack: label(code), from: day(from) }
}

pub(super) fn agents_limit(pounds: i64, from: &str) -> RuleChange {
    RuleChange::LimitApproval {
        role: Role::Agent,
        currency: Some(iso_currency::Currency::GBP),
        limit: ApprovalLimit::UpTo(pounds.into()),
        from: day(from),
    }
}

pub(super) fn propose(change: u16, rule: RuleChange) -> C {
    C::Propose(ChangeProposal { change: ChangeNumber(change), rule })
}

pub(super) const fn approve(change: u16) -> C {
    C::Approve(ChangeApproval { change: ChangeNumber(change) })
}

pub(super) fn reject(change: u16) -> C {
    let grounds = vec![label("too late in the year")];
    C::Reject(ChangeRejected { change: ChangeNumber(change), grounds })
}

fn fact(event: E, who: &str) -> Fact<E> {
    story::past(event, who, Role::ComplianceOfficer, "2026-02-02T09:00:00Z")
}

pub(super) fn proposed(rule: RuleChange) -> Vec<Fact<E>> {
    let proposal = ChangeProposal { change: ChangeNumber(1), rule };
    vec![fact(E::ChangeProposed(proposal), "col")]
}

pub(super) fn approved(rule: RuleChange) -> Vec<Fact<E>> {
    let mut history = proposed(rule);
    history.push(fact(E::ChangeApproved(ChangeApproval { change: ChangeNumber(1) }), "sue"));
    history
}

/// The rulebook's chapter of docs/process.md.
pub(crate) fn chapter() -> Chapter<House> {
    let limit = || agents_limit(500, "2026-04-01");
    let mut rejected = proposed(limit());
    let grounds = vec![label("too late in the year")];
    rejected
        .push(fact(E::ChangeRejected(ChangeRejected { change: ChangeNumber(1), grounds }), "sue"));
    Chapter {
        title: "The rulebook",
        about: "`col` proposed change 1, `sue` acts. The proposal in the table is of change 1.",
        states: vec![
            ("empty", vec![]),
            ("proposed", proposed(limit())),
            ("approved", approved(limit())),
            ("rejected", rejected),
        ],
        commands: vec![
            (house("sue", Role::Supervisor), propose(1, limit())),
            (house("sue", Role::Supervisor), approve(1)),
            (house("sue", Role::Supervisor), reject(1)),
        ],
        codes: R::CODES,
        examples: ladders::examples(),
    }
}

#[test]
fn the_codes_stand_in_the_order_of_the_enum() {
    let of_enum = story::variants(include_str!("rejection.rs"), "pub enum RulebookRejection {");
    assert_eq!(of_enum.collect::<Vec<_>>(), R::CODES);
}

#[test]
fn every_command_is_taken_somewhere_in_the_table() {
    let chapter = chapter();
    let names: Vec<_> = chapter.commands.iter().map(|(_, command)| command.name()).collect();
    assert_eq!(names, C::NAMES);
    assert!(chapter.silent().is_empty());
}
