//! The order in which reasons win, and that every one is reached.

use std::collections::BTreeMap;

use super::{
    super::{
        Adjournment, Conclusion, Discontinuation, DiscontinuationReason, Dissent, EvidenceItem,
        MeasureDone, MeasureId, MemberRecusal, ReplyKind, ReviewClosure, ReviewCommand as C,
        ReviewEvent as E, ReviewRejection as R, Ruling, Side, VoteChoice,
    },
    Committee, agreed, answered, by, closed, committee, decided, disclosure, heard, label, opened,
    opening, past, person, proposal, proposed, ready, replied, reply, seat, vote, voted,
    withdrawal,
};
use crate::{
    actor::{Actor, Role},
    complaint::{EvidenceId, Outcome, RecusalGround},
    story::{Attempt, Ladder, actor, climb, reaches_all, time},
};

pub(super) fn examples() -> BTreeMap<&'static str, String> {
    climb(ladders(), R::CODES)
}

#[test]
fn reasons_win_in_the_order_of_the_list_and_every_one_is_reached() {
    reaches_all(&examples(), R::CODES);
}

fn ladders() -> Vec<Ladder<Committee>> {
    let mut all = membership();
    all.extend(hearing());
    all.extend(voting());
    all.extend(counting());
    all.extend(replies());
    all.extend(follow_up());
    all.push(withdrawing());
    all
}

fn now_is_now(it: &mut Attempt<Committee>) {
    it.world.occasion.now = it.world.occasion.occurred_at;
}

fn chair() -> Actor {
    actor("mia", Role::CommitteeChair)
}

fn is_recused(event: &E) -> bool {
    matches!(event, E::MemberRecused(_))
}

fn recused(member: &str) -> crate::Fact<E> {
    past(E::MemberRecused(MemberRecusal {
        member: person(member),
        ground: RecusalGround::ReasonableDoubt,
    }))
}

fn discontinued() -> crate::Fact<E> {
    past(E::Discontinued(Discontinuation { reason: DiscontinuationReason::Settled }))
}

fn membership() -> Vec<Ladder<Committee>> {
    let mut open = Attempt::new(committee(), vec![opened()], C::Open(opening()));
    open.world.facts.case.escalation = None;
    let mut seating = Attempt::new(committee(), vec![], C::SeatMember(seat("zoe")));
    seating = seating.by("root", Role::Administrator);
    let mut all: Vec<Ladder<Committee>> = vec![
        (
            open.by("portal", Role::Complainant),
            vec![
                ("role-may-not", |it| it.world.occasion.actor = chair()),
                ("already-opened", |it| {
                    it.history.clear();
                    it.world.occasion.occurred_at = time("2024-05-06T10:00:00Z");
                }),
                ("occurred-in-future", now_is_now),
                ("not-escalated", |it| {
                    it.world.facts = committee().facts;
                    it.world.facts.case.escalated_at = Some(time("2024-05-06T10:00:01Z"));
                }),
                ("occurred-too-early", |it| it.world.facts = committee().facts),
            ],
        ),
        (
            seating,
            vec![
                ("role-may-not", |it| it.world.occasion.actor = chair()),
                ("not-opened", |it| {
                    it.history = decided();
                    it.history.push(past(E::Closed(ReviewClosure {})));
                }),
                ("ended", |it| it.drop(|event| matches!(event, E::Closed(_)))),
                ("already-decided", |it| {
                    it.history = vec![opened(), recused("oli")];
                    it.world.occasion.occurred_at = time("2024-05-06T10:00:00Z");
                }),
                ("occurred-in-future", now_is_now),
                ("not-on-committee", |it| it.command = C::SeatMember(seat("tom"))),
                ("term-over", |it| it.command = C::SeatMember(seat("ana"))),
                ("has-part-in-case", |it| it.command = C::SeatMember(seat("ida"))),
                ("interest-declared", |it| it.command = C::SeatMember(seat("oli"))),
                ("member-recused", |it| {
                    it.drop(is_recused);
                    it.history.push(past(E::MemberSeated(seat("oli"))));
                }),
                ("already-seated", |it| {
                    it.history.push(past(E::MemberSeated(seat("mia"))));
                    let mut second = seat("noa");
                    second.seat = super::Seat::Chair;
                    it.command = C::SeatMember(second);
                }),
                ("chair-taken", |it| it.command = C::SeatMember(seat("noa"))),
            ],
        ),
    ];
    all.extend(interests());
    all
}

fn interests() -> Vec<Ladder<Committee>> {
    vec![
        (
            Attempt::new(
                committee(),
                vec![opened(), past(E::InterestDisclosed(disclosure("noa")))],
                C::DiscloseInterest(disclosure("noa")),
            ),
            vec![
                ("not-seated", |it| it.history.insert(1, past(E::MemberSeated(seat("noa"))))),
                ("already-disclosed", |it| it.drop(|e| matches!(e, E::InterestDisclosed(_)))),
            ],
        ),
        (
            Attempt::new(
                committee(),
                vec![opened(), past(E::MemberSeated(seat("mia")))],
                C::RuleOnInterest(Ruling { member: person("noa"), may_stay: true }),
            )
            .by("noa", Role::CommitteeMember),
            vec![
                ("not-seated", |it| it.history.push(past(E::MemberSeated(seat("noa"))))),
                ("nothing-to-rule", |it| {
                    it.history.push(past(E::InterestDisclosed(disclosure("noa"))));
                }),
                ("ruled-by-self", |it| {
                    it.world.occasion.actor = chair();
                    // Somebody else could rule.
                    it.history.push(past(E::MemberSeated(seat("oli"))));
                    it.history.push(past(E::InterestDisclosed(disclosure("mia"))));
                }),
                ("interest-open", |it| drop(it.history.pop())),
            ],
        ),
        (
            Attempt::new(
                committee(),
                vec![opened()],
                C::RecuseMember(MemberRecusal {
                    member: person("noa"),
                    ground: RecusalGround::Kinship,
                }),
            ),
            vec![("not-seated", |it| it.history = ready())],
        ),
        (
            Attempt::new(
                committee(),
                ready(),
                C::RecuseMember(MemberRecusal {
                    member: person("noa"),
                    ground: RecusalGround::Kinship,
                }),
            )
            .by("mallory", Role::CommitteeMember),
            vec![
                ("not-seated", |it| it.world.occasion.actor.id = person("oli")),
                ("not-the-chair", |it| {
                    it.world.occasion.actor = chair();
                    // Somebody else could rule.
                    it.history.push(past(E::MemberSeated(seat("oli"))));
                    it.history.push(past(E::InterestDisclosed(disclosure("mia"))));
                }),
                ("interest-open", |it| it.drop(|event| matches!(event, E::InterestDisclosed(_)))),
            ],
        ),
    ]
}

fn hearing() -> Vec<Ladder<Committee>> {
    vec![
        (
            Attempt::new(committee(), ready(), C::HearParty(heard(Side::Company)))
                .by("ana", Role::CommitteeChair),
            vec![
                ("has-part-in-case", |it| {
                    it.world.occasion.actor.id = person("noa");
                    it.history.push(recused("noa"));
                }),
                ("member-recused", |it| it.world.occasion.actor = chair()),
                ("already-heard", |it| it.drop(|event| matches!(event, E::PartyHeard(_)))),
            ],
        ),
        (
            {
                let end = Discontinuation { reason: DiscontinuationReason::Settled };
                let mut settling = Attempt::new(committee(), vec![opened()], C::Discontinue(end));
                settling.world.facts.case.has_written = false;
                settling
            },
            vec![
                ("not-settled", |it| it.world.facts.case.has_written = true),
                ("nobody-seated", |it| it.history = ready()),
            ],
        ),
        (
            Attempt::new(
                committee(),
                ready(),
                C::TakeEvidence(EvidenceItem { evidence: EvidenceId(3) }),
            )
            .by("ana", Role::CommitteeChair),
            vec![
                ("has-part-in-case", |it| it.world.occasion.actor = chair()),
                ("evidence-unknown", |it| {
                    let item = EvidenceItem { evidence: EvidenceId(2) };
                    it.history.push(past(E::EvidenceTaken(item.clone())));
                    it.command = C::TakeEvidence(item);
                }),
                ("evidence-already-taken", |it| {
                    it.drop(|event| matches!(event, E::EvidenceTaken(_)));
                }),
            ],
        ),
        (
            Attempt::new(
                committee(),
                {
                    let mut history = ready();
                    history.push(discontinued());
                    history
                },
                C::Discontinue(Discontinuation {
                    reason: DiscontinuationReason::ComplaintWithdrawn,
                }),
            )
            .by("ana", Role::CommitteeMember),
            vec![
                ("ended", |it| it.drop(|event| matches!(event, E::Discontinued(_)))),
                ("not-withdrawn", |it| it.world.facts.case.is_withdrawn = true),
                ("not-seated", |it| it.world.occasion.actor = chair()),
            ],
        ),
    ]
}

fn voting() -> Vec<Ladder<Committee>> {
    let mut proposing = proposal();
    proposing.grounds.clear();
    proposing.measures[0].measure = MeasureId(2);
    proposing.measures[0].due = "2024-05-05".parse().unwrap();
    vec![
        (
            Attempt::new(committee(), vec![opened()], C::ProposeDecision(proposing)),
            vec![
                ("not-seated", |it| it.history.push(past(E::MemberSeated(seat("mia"))))),
                ("side-not-heard", |it| it.history = ready()),
                ("grounds-missing", |it| proposal_of(it).grounds = vec![label("terms 4.2")]),
                ("measure-number-not-next", |it| {
                    proposal_of(it).measures[0].measure = MeasureId(1);
                }),
                ("measure-due-passed", |it| {
                    proposal_of(it).measures[0].due = "2024-05-06".parse().unwrap();
                    it.history.push(past(E::InterestDisclosed(disclosure("mia"))));
                }),
                ("interest-open", |it| it.drop(|event| matches!(event, E::InterestDisclosed(_)))),
            ],
        ),
        (
            Attempt::new(committee(), vec![opened()], C::CastVote(vote(VoteChoice::For)))
                .by("zoe", Role::CommitteeMember),
            vec![
                ("not-on-committee", |it| it.world.occasion.actor.id = person("tom")),
                ("term-over", |it| it.world.occasion.actor.id = person("ana")),
                ("has-part-in-case", |it| it.world.occasion.actor.id = person("ida")),
                ("interest-declared", |it| it.world.occasion.actor.id = person("oli")),
                ("not-seated", |it| it.history = ready()),
                ("nothing-proposed", |it| {
                    it.history = proposed();
                    it.history.push(past(E::InterestDisclosed(disclosure("oli"))));
                }),
                ("interest-open", |it| {
                    it.history = proposed();
                    it.history.push(by("oli", E::VoteCast(vote(VoteChoice::For))));
                }),
                ("already-voted", |it| it.history = proposed()),
            ],
        ),
    ]
}

fn counting() -> Vec<Ladder<Committee>> {
    vec![
        (
            Attempt::new(
                committee(),
                vec![opened()],
                C::RecordDissent(Dissent { grounds: vec![] }),
            )
            .by("noa", Role::CommitteeMember),
            vec![
                ("not-seated", |it| it.history = voted()),
                ("grounds-missing", |it| {
                    it.command = C::RecordDissent(Dissent { grounds: vec![label("terms 4.3")] });
                }),
                ("did-not-vote-against", |it| {
                    it.world.occasion.actor.id = person("oli");
                    let dissent = Dissent { grounds: vec![label("terms 4.3")] };
                    it.history.push(by("oli", E::DissentRecorded(dissent)));
                }),
                ("already-dissented", |it| it.drop(|e| matches!(e, E::DissentRecorded(_)))),
            ],
        ),
        (
            Attempt::new(committee(), ready(), C::Decide(Conclusion {})),
            vec![
                ("nothing-proposed", |it| {
                    it.history = proposed();
                    it.history.push(by("oli", E::VoteCast(vote(VoteChoice::Against))));
                    it.history.push(by("mia", E::VoteCast(vote(VoteChoice::For))));
                }),
                ("quorum-missing", |it| {
                    it.history.push(by("noa", E::VoteCast(vote(VoteChoice::Abstain))));
                }),
                ("no-majority", |it| it.history = voted()),
            ],
        ),
        (
            Attempt::new(
                committee(),
                ready(),
                C::Adjourn(Adjournment {
                    present: ["mia", "noa", "zoe"].map(person).into_iter().collect(),
                }),
            ),
            vec![
                ("not-seated", |it| {
                    let present = ["mia", "noa", "oli"].map(person).into_iter().collect();
                    it.command = C::Adjourn(Adjournment { present });
                }),
                ("quorum-present", |it| {
                    it.history.push(past(E::InterestDisclosed(disclosure("oli"))));
                }),
            ],
        ),
    ]
}

fn proposal_of(attempt: &mut Attempt<Committee>) -> &mut super::Proposal {
    let C::ProposeDecision(proposal) = &mut attempt.command else { panic!("a proposal") };
    proposal
}

fn replies() -> Vec<Ladder<Committee>> {
    let mut refusing = reply(ReplyKind::Refused);
    refusing.grounds.clear();
    let mut binding = decided();
    for fact in &mut binding {
        if let E::Decided(decision) = &mut fact.event {
            decision.effect = super::super::DecisionEffect::Binding;
        }
    }
    binding.push(by("sue", E::Replied(reply(ReplyKind::Accepted))));
    vec![
        (
            Attempt::new(committee(), voted(), C::Reply(reply(ReplyKind::Accepted)))
                .by("sue", Role::Supervisor),
            vec![("not-decided", |it| it.history = decided())],
        ),
        (
            Attempt::new(committee(), binding, C::Reply(refusing)).by("noa", Role::Supervisor),
            vec![
                ("grounds-missing", |it| it.command = C::Reply(reply(ReplyKind::Refused))),
                ("replied-by-member", |it| it.world.occasion.actor.id = person("sue")),
                ("already-replied", |it| it.drop(|event| matches!(event, E::Replied(_)))),
                ("decision-binds", |it| it.history = decided()),
            ],
        ),
        (
            {
                let mut following =
                    Attempt::new(committee(), decided(), C::Reply(reply(ReplyKind::Accepted)));
                following.world.facts.case.answered = Some(answered(Outcome::NotUpheld));
                following.by("sue", Role::Supervisor)
            },
            vec![("answered-otherwise", |it| {
                it.world.facts.case.answered = Some(answered(Outcome::PartlyUpheld));
            })],
        ),
    ]
}

fn follow_up() -> Vec<Ladder<Committee>> {
    vec![
        (
            Attempt::new(
                committee(),
                {
                    let mut history = decided();
                    history.push(by("sue", E::Replied(reply(ReplyKind::Refused))));
                    let done = MeasureDone { measure: MeasureId(1) };
                    history.push(by("ana", E::MeasureCompleted(done)));
                    history.extend([agreed("mia", 1), agreed("oli", 2)]);
                    history
                },
                C::CompleteMeasure(MeasureDone { measure: MeasureId(2) }),
            )
            .by("ana", Role::Agent),
            vec![
                ("measure-unknown", |it| {
                    it.command = C::CompleteMeasure(MeasureDone { measure: MeasureId(1) });
                }),
                ("measure-already-done", |it| {
                    it.drop(|event| matches!(event, E::MeasureCompleted(_)));
                }),
                ("measure-withdrawn", |it| {
                    it.drop(|event| matches!(event, E::WithdrawalAgreed(_)));
                }),
                ("decision-refused", |it| it.history = replied()),
            ],
        ),
        (
            Attempt::new(committee(), closed(), C::Close(ReviewClosure {})),
            vec![
                ("ended", |it| it.history = decided()),
                ("reply-missing", |it| it.history = replied()),
                ("measure-outstanding", |it| {
                    it.history.push(by(
                        "ana",
                        E::MeasureCompleted(MeasureDone { measure: MeasureId(1) }),
                    ));
                }),
            ],
        ),
    ]
}

/// `noa` sees to the measure, and an interest of hers is open.
fn withdrawing() -> Ladder<Committee> {
    let mut history = decided();
    for fact in &mut history {
        if let E::DecisionProposed(proposal) = &mut fact.event {
            proposal.measures[0].owner = person("noa");
        }
    }
    let refused = by("sue", E::Replied(reply(ReplyKind::Refused)));
    history.extend([recused("oli"), past(E::InterestDisclosed(disclosure("noa"))), refused]);
    history.push(agreed("mia", 1));
    let mut without = withdrawal(2);
    without.grounds.clear();
    let start = Attempt::new(committee(), history, C::WithdrawMeasure(without));
    (
        start.by("zoe", Role::CommitteeMember),
        vec![
            ("not-on-committee", |it| it.world.occasion.actor.id = person("tom")),
            ("term-over", |it| it.world.occasion.actor.id = person("ana")),
            ("has-part-in-case", |it| it.world.occasion.actor.id = person("ida")),
            ("interest-declared", |it| it.world.occasion.actor.id = person("oli")),
            ("member-recused", |it| it.world.occasion.actor.id = person("noa")),
            ("grounds-missing", |it| it.command = C::WithdrawMeasure(withdrawal(2))),
            ("interest-open", |it| it.drop(|event| matches!(event, E::InterestDisclosed(_)))),
            ("measure-unknown", |it| it.command = C::WithdrawMeasure(withdrawal(1))),
            ("decision-refused", |it| it.drop(|event| matches!(event, E::Replied(_)))),
            ("withdrawn-by-owner", |it| it.world.occasion.actor = chair()),
            ("withdrawal-agreed", |it| it.drop(|event| matches!(event, E::WithdrawalAgreed(_)))),
        ],
    )
}
