mod ladders;
mod laws;
mod stories;

use std::collections::BTreeMap;

use super::{
    CommitteeCircumstances, CommitteeFacts, Disclosure, Hearing, HearingManner, Measure, MeasureId,
    Opened, Opening, OpeningWay, Part, Proposal, Reply, ReplyKind, Review, ReviewClosure,
    ReviewCommand as C, ReviewEvent as E, ReviewRejection as R, Seat, Seating, Side, Standing,
    Vote, VoteChoice,
};
use crate::{
    Fact,
    actor::Role,
    codes::tests::agrees,
    complaint::{EscalationReason, Outcome, RecusalGround},
    label::Label,
    reference::ComplaintId,
    story::{self, Chapter, actor, person},
};

const NOW: &str = "2024-05-06T09:00:00Z";

story::world_of_facts!(
    /// A committee of five, of whom `ana` handled the case, `ida` declared an interest in it and the
    /// term of `tom` is over.
    Committee, Review, CommitteeFacts, CommitteeCircumstances
);

pub(super) fn committee() -> Committee {
    let mut facts = CommitteeFacts::default();
    for member in ["mia", "noa", "oli", "ana", "ida", "tom"] {
        let term_until =
            Some(if member == "tom" { "2023-12-31" } else { "2025-12-31" }.parse().unwrap());
        let standing = Standing { term_until, has_interest: member == "ida", interest_at: None };
        facts.committee.insert(person(member), standing);
    }
    facts.case.parts = BTreeMap::from([(person("ana"), Part::Handled)]);
    facts.case.escalation = Some((EscalationReason::NotFullyUpheld, OpeningWay::RulePack));
    facts.case.evidence = 2;
    facts.case.has_written = true;
    Committee { occasion: story::occasion(&actor("mia", Role::CommitteeChair), NOW), facts }
}

/// A fact of the past, by the chair.
pub(super) fn past(event: E) -> Fact<E> {
    by("mia", event)
}

pub(super) fn by(member: &str, event: E) -> Fact<E> {
    story::past(event, member, Role::CommitteeMember, "2024-05-02T09:00:00Z")
}

pub(super) fn complaint() -> ComplaintId {
    "complaint-01KA0000000000000000000000".parse().unwrap()
}

pub(super) fn opening() -> Opening {
    Opening { complaint: complaint() }
}

pub(super) fn opened() -> Fact<E> {
    past(E::Opened(Opened {
        complaint: complaint(),
        reason: EscalationReason::NotFullyUpheld,
        way: OpeningWay::RulePack,
    }))
}

pub(super) fn seat(member: &str) -> Seating {
    let seat = if member == "mia" { Seat::Chair } else { Seat::Member };
    Seating { member: person(member), seat }
}

pub(super) fn disclosure(member: &str) -> Disclosure {
    Disclosure { member: person(member), ground: RecusalGround::Kinship }
}

pub(super) fn heard(side: Side) -> Hearing {
    Hearing { side, manner: HearingManner::Written }
}

pub(super) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

pub(super) fn proposal() -> Proposal {
    Proposal {
        outcome: Outcome::PartlyUpheld,
        grounds: vec![label("terms 4.2")],
        measures: vec![Measure {
            measure: MeasureId(1),
            what: label("refund of the fee"),
            owner: person("ana"),
            due: "2024-05-31".parse().unwrap(),
        }],
    }
}

pub(super) fn vote(choice: VoteChoice) -> Vote {
    Vote { choice }
}

pub(super) fn reply(reply: ReplyKind) -> Reply {
    let grounds = if reply == ReplyKind::Refused { vec![label("terms 9")] } else { vec![] };
    Reply { reply, grounds }
}

/// Answered so, after what the histories here tell.
pub(super) fn answered(outcome: Outcome) -> super::Answered {
    let recorded_at = story::time("2024-05-03T09:00:00Z");
    super::Answered { outcome: Some(outcome), recorded_at, is_accepted: false }
}

/// Opened, three seated, both sides heard.
pub(super) fn ready() -> Vec<Fact<E>> {
    let mut history = vec![opened()];
    history.extend(["mia", "noa", "oli"].map(|member| past(E::MemberSeated(seat(member)))));
    history.extend([Side::Complainant, Side::Company].map(|side| past(E::PartyHeard(heard(side)))));
    history
}

pub(super) fn proposed() -> Vec<Fact<E>> {
    let mut history = ready();
    history.push(past(E::DecisionProposed(proposal())));
    history
}

pub(super) fn voted() -> Vec<Fact<E>> {
    let mut history = proposed();
    for (member, choice) in
        [("mia", VoteChoice::For), ("noa", VoteChoice::For), ("oli", VoteChoice::Against)]
    {
        history.push(by(member, E::VoteCast(vote(choice))));
    }
    history
}

pub(super) fn decision() -> super::Decision {
    super::Decision {
        outcome: Outcome::PartlyUpheld,
        effect: super::DecisionEffect::Recommendation,
        quorum: 3,
        votes_for: 2,
        votes_against: 1,
        abstentions: 0,
    }
}

pub(super) fn decided() -> Vec<Fact<E>> {
    let mut history = voted();
    history.push(past(E::Decided(decision())));
    history
}

pub(super) fn replied() -> Vec<Fact<E>> {
    let mut history = decided();
    history.push(by("sue", E::Replied(reply(ReplyKind::Accepted))));
    history
}

pub(super) fn withdrawal(measure: u16) -> super::MeasureWithdrawal {
    let grounds = vec![label("supplier-insolvent")];
    super::MeasureWithdrawal { measure: MeasureId(measure), grounds }
}

/// A member's word that the first measure is withdrawn, as one of so many.
pub(super) fn agreed(member: &str, agreed: u16) -> Fact<E> {
    let super::MeasureWithdrawal { measure, grounds } = withdrawal(1);
    let word = super::WithdrawalAgreed { measure, grounds, agreed, needed: 2 };
    by(member, E::WithdrawalAgreed(word))
}

fn followed_up() -> Vec<Fact<E>> {
    let mut history = replied();
    history.push(by("ana", E::MeasureCompleted(super::MeasureDone { measure: MeasureId(1) })));
    history
}

fn closed() -> Vec<Fact<E>> {
    let mut history = followed_up();
    history.push(past(E::Closed(ReviewClosure {})));
    history
}

/// One of each command, by somebody who may send it.
pub(super) fn one_of_each() -> Vec<(Committee, C)> {
    let chair = committee();
    let of = |id: &str, role| {
        let mut world = committee();
        world.occasion.actor = actor(id, role);
        world
    };
    let company = of("sue", Role::Supervisor);
    vec![
        (of("escalation-process", Role::System), C::Open(opening())),
        (chair.clone(), C::SeatMember(seat("mia"))),
        (chair.clone(), C::DiscloseInterest(disclosure("noa"))),
        (
            chair.clone(),
            C::RuleOnInterest(super::Ruling { member: person("noa"), may_stay: false }),
        ),
        (
            chair.clone(),
            C::RecuseMember(super::MemberRecusal {
                member: person("noa"),
                ground: RecusalGround::DirectInterest,
            }),
        ),
        (chair.clone(), C::HearParty(heard(Side::Complainant))),
        (
            chair.clone(),
            C::TakeEvidence(super::EvidenceItem { evidence: crate::complaint::EvidenceId(1) }),
        ),
        (chair.clone(), C::ProposeDecision(proposal())),
        (of("oli", Role::CommitteeMember), C::CastVote(vote(VoteChoice::Against))),
        (
            of("oli", Role::CommitteeMember),
            C::RecordDissent(super::Dissent { grounds: vec![label("terms 4.3")] }),
        ),
        (
            chair.clone(),
            C::Adjourn(super::Adjournment { present: [person("mia")].into_iter().collect() }),
        ),
        (chair.clone(), C::Decide(super::Conclusion {})),
        (company.clone(), C::Reply(reply(ReplyKind::Accepted))),
        (company, C::CompleteMeasure(super::MeasureDone { measure: MeasureId(1) })),
        (of("noa", Role::CommitteeMember), C::WithdrawMeasure(withdrawal(1))),
        (
            chair.clone(),
            C::Discontinue(super::Discontinuation {
                reason: super::DiscontinuationReason::Settled,
            }),
        ),
        (chair, C::Close(ReviewClosure {})),
    ]
}

/// The review's chapter of docs/process.md.
pub(crate) fn chapter() -> Chapter<Committee> {
    Chapter {
        title: "Reviews by the committee",
        about: "Three sit on the case in *seated*, where both sides were heard too; `mia` has the chair and sends\n\
                what nobody else must. A program opens, `oli` votes and dissents, the company replies and follows up.",
        states: vec![
            ("unknown", vec![]),
            ("opened", vec![opened()]),
            ("seated", ready()),
            ("proposed", proposed()),
            ("voted", voted()),
            ("decided", decided()),
            ("replied", replied()),
            ("followed up", followed_up()),
            ("closed", closed()),
        ],
        commands: one_of_each(),
        codes: R::CODES,
        examples: ladders::examples(),
    }
}

#[test]
fn the_code_of_every_value_is_its_stored_name() {
    agrees(OpeningWay::ALL, OpeningWay::code);
    agrees(Seat::ALL, Seat::code);
    agrees(Side::ALL, Side::code);
    agrees(HearingManner::ALL, HearingManner::code);
    agrees(VoteChoice::ALL, VoteChoice::code);
    agrees(super::DecisionEffect::ALL, super::DecisionEffect::code);
    agrees(ReplyKind::ALL, ReplyKind::code);
    agrees(super::DiscontinuationReason::ALL, super::DiscontinuationReason::code);
}

#[test]
fn the_codes_stand_in_the_order_of_the_enum() {
    let of_enum = story::variants(include_str!("rejection.rs"), "pub enum ReviewRejection {");
    assert_eq!(of_enum.collect::<Vec<_>>(), R::CODES);
}

#[test]
fn every_command_is_taken_somewhere_in_the_table_but_a_ruling_that_needs_an_interest() {
    let chapter = chapter();
    let names: Vec<_> = chapter.commands.iter().map(|(_, command)| command.name()).collect();
    assert_eq!(names, C::NAMES);
    assert_eq!(chapter.silent(), ["rule-on-interest"]);
}
