mod ladders;
mod stories;

use super::{
    Balance, Endorsed, EndorsementOrder, Publication, Published, Report, ReportCircumstances,
    ReportCommand as C, ReportDraft, ReportEvent as E, ReportFacts, ReportKind,
    ReportRejection as R, ReportVote, Restatement, RestatementReason,
};
use crate::{
    Fact,
    actor::Role,
    codes::tests::agrees,
    label::Label,
    review::{Standing, VoteChoice},
    sealed::{Digest, Hex},
    story::{self, Chapter, actor},
};

const NOW: &str = "2025-04-10T09:00:00Z";

story::world_of_facts!(House, Report, ReportFacts, ReportCircumstances);

pub(super) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

/// The digest of the first, second, … version.
pub(super) const fn digest(version: u8) -> Digest {
    Hex([version; 32])
}

pub(super) fn house(who: &str, role: Role) -> House {
    let until = Some("2026-12-31".parse().unwrap());
    House {
        occasion: story::occasion(&actor(who, role), NOW),
        facts: ReportFacts {
            standing: Some(Standing { term_until: until, has_interest: false, interest_at: None }),
            root: Some(Hex([9; 32])),
            ..ReportFacts::default()
        },
    }
}

pub(super) fn cleo() -> House {
    house("cleo", Role::ComplianceOfficer)
}

pub(super) fn eve() -> House {
    house("eve", Role::CommitteeChair)
}

pub(super) fn report(version: u8) -> ReportDraft {
    ReportDraft {
        kind: ReportKind::Transparency,
        first_day: "2025-01-01".parse().unwrap(),
        last_day: "2025-03-31".parse().unwrap(),
        size: 400,
        root: Hex([9; 32]),
        balance: Balance { at_start: 10, came: 90, went: 80, at_end: 20 },
        digest: digest(version),
    }
}

pub(super) const fn vote(version: u8, choice: VoteChoice) -> ReportVote {
    ReportVote { digest: digest(version), choice, reservations: Vec::new() }
}

pub(super) const fn publish(version: u8) -> C {
    C::Publish(Publication { digest: digest(version), place: None })
}

pub(super) const COUNT: C = C::Endorse(EndorsementOrder { statement: None });

pub(super) fn restatement(version: u8) -> Restatement {
    Restatement {
        reason: RestatementReason::LateRecords,
        grounds: vec![label("12 complaints of March recorded in April")],
        replaces: digest(version.saturating_sub(1)),
        report: report(version),
    }
}

pub(super) fn endorsement(version: u8) -> Endorsed {
    Endorsed {
        digest: digest(version),
        quorum: 3,
        votes_for: 2,
        votes_against: 0,
        abstentions: 1,
        statement: None,
        reservations: [label("few surveys answered")].into(),
    }
}

pub(super) fn published(version: u8) -> Published {
    Published { report: report(version), endorsed: Some(endorsement(version)), place: None }
}

pub(super) fn by(who: &str, role: Role, event: E) -> Fact<E> {
    story::past(event, who, role, "2025-04-03T09:00:00Z")
}

pub(super) fn drafted() -> Vec<Fact<E>> {
    vec![by("cleo", Role::ComplianceOfficer, E::Drafted(report(1)))]
}

/// Two for it, one of them with a reservation, and one who abstains.
pub(super) fn voted() -> Vec<Fact<E>> {
    let mut all = drafted();
    for (who, choice) in
        [("fay", VoteChoice::For), ("gil", VoteChoice::For), ("ida", VoteChoice::Abstain)]
    {
        let mut vote = vote(1, choice);
        if who == "gil" {
            vote.reservations = vec![label("few surveys answered")];
        }
        all.push(by(who, Role::CommitteeMember, E::VoteCast(vote)));
    }
    all
}

pub(super) fn endorsed() -> Vec<Fact<E>> {
    let mut all = voted();
    all.push(by("eve", Role::CommitteeChair, E::Endorsed(endorsement(1))));
    all
}

pub(super) fn out() -> Vec<Fact<E>> {
    let mut all = endorsed();
    all.push(by("cleo", Role::ComplianceOfficer, E::Published(published(1))));
    all
}

/// The report's chapter of docs/process.md.
pub(crate) fn chapter() -> Chapter<House> {
    let mut restated = out();
    restated.push(by("cleo", Role::ComplianceOfficer, E::Restated(restatement(2))));
    Chapter {
        title: "Reports",
        about: "`cleo`, the compliance officer, drafts and publishes; `eve` is the chair. The draft and the\n\
                restatement in the table are of the second version, all else of the first; *restated* is a draft again.",
        states: vec![
            ("unknown", vec![]),
            ("drafted", drafted()),
            ("voted on", voted()),
            ("endorsed", endorsed()),
            ("published", out()),
            ("restated", restated),
        ],
        commands: vec![
            (cleo(), C::Draft(report(2))),
            (eve(), C::CastVote(vote(1, VoteChoice::For))),
            (eve(), COUNT),
            (cleo(), publish(1)),
            (cleo(), C::Restate(restatement(2))),
        ],
        codes: R::CODES,
        examples: ladders::examples(),
    }
}

#[test]
fn the_code_of_every_value_is_its_stored_name() {
    agrees(ReportKind::ALL, ReportKind::code);
    agrees(RestatementReason::ALL, RestatementReason::code);
}

#[test]
fn the_codes_stand_in_the_order_of_the_enum() {
    let of_enum = story::variants(include_str!("rejection.rs"), "pub enum ReportRejection {");
    assert_eq!(of_enum.collect::<Vec<_>>(), R::CODES);
}

#[test]
fn every_command_is_taken_somewhere_in_the_table() {
    let chapter = chapter();
    let names: Vec<_> = chapter.commands.iter().map(|(_, command)| command.name()).collect();
    assert_eq!(names, C::NAMES);
    assert!(chapter.silent().is_empty());
}

#[test]
fn a_balance_that_would_overflow_does_not_add_up() {
    let adds_up = |at_start, came, went, at_end| Balance { at_start, came, went, at_end }.adds_up();
    assert!(adds_up(1, 2, 3, 0) && adds_up(0, 0, 0, 0));
    assert!(!adds_up(1, 2, 3, 1));
    assert!(!adds_up(u64::MAX, 1, u64::MAX, 1));
}
