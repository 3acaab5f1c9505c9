//! What holds whatever is asked, in whatever order, by whomever.

use proptest::prelude::*;

use super::{
    super::{
        Adjournment, Conclusion, MemberRecusal, ReviewCommand as C, ReviewEvent as E, Ruling,
        VoteChoice,
    },
    committee, disclosure, person, proposal, ready, seat, vote,
};
use crate::{
    actor::Role,
    complaint::RecusalGround,
    story::{Given, given},
};

const PEOPLE: [&str; 7] = ["mia", "noa", "oli", "ana", "ida", "tom", "zoe"];

#[derive(Debug, Clone, Copy)]
enum Wish {
    Seat(usize),
    Disclose(usize),
    Rule(usize, usize, bool),
    Recuse(usize),
    Propose(usize),
    Vote(usize, VoteChoice),
    Adjourn(usize, usize),
    Decide,
    /// Somebody declares an interest elsewhere.
    Declare(usize),
}

fn wish() -> impl Strategy<Value = Wish> {
    let who = || 0..PEOPLE.len();
    let choice = prop::sample::select(VoteChoice::ALL);
    prop_oneof![
        1 => who().prop_map(Wish::Seat),
        1 => who().prop_map(Wish::Disclose),
        1 => (who(), who(), any::<bool>()).prop_map(|(by, of, stays)| Wish::Rule(by, of, stays)),
        1 => who().prop_map(Wish::Recuse),
        1 => who().prop_map(Wish::Propose),
        8 => (who(), choice).prop_map(|(who, choice)| Wish::Vote(who, choice)),
        1 => (who(), who()).prop_map(|(one, other)| Wish::Adjourn(one, other)),
        4 => Just(Wish::Decide),
        1 => who().prop_map(Wish::Declare),
    ]
}

fn command(wish: Wish) -> Option<(usize, C)> {
    let member = |who: usize| person(PEOPLE[who]);
    Some(match wish {
        Wish::Seat(who) => (0, C::SeatMember(seat(PEOPLE[who]))),
        Wish::Disclose(who) => (who, C::DiscloseInterest(disclosure(PEOPLE[who]))),
        Wish::Rule(by, of, may_stay) => {
            (by, C::RuleOnInterest(Ruling { member: member(of), may_stay }))
        }
        Wish::Recuse(who) => {
            let ground = RecusalGround::ReasonableDoubt;
            (who, C::RecuseMember(MemberRecusal { member: member(who), ground }))
        }
        Wish::Propose(who) => (who, C::ProposeDecision(proposal())),
        Wish::Vote(who, choice) => (who, C::CastVote(vote(choice))),
        Wish::Adjourn(one, other) => {
            let present = [member(one), member(other)].into_iter().collect();
            (one, C::Adjourn(Adjournment { present }))
        }
        Wish::Decide => (0, C::Decide(Conclusion {})),
        Wish::Declare(_) => return None,
    })
}

/// Votes as an onlooker counts them: of this proposal, by members who still sit on the case, whose
/// interest is not open, and who declared none since that nobody has ruled to be no obstacle.
#[derive(Default)]
struct Onlooker {
    votes: std::collections::BTreeMap<usize, VoteChoice>,
    /// Who declared an interest elsewhere.
    declared: std::collections::BTreeSet<usize>,
    /// Of whom the others said that their interest is no obstacle.
    cleared: std::collections::BTreeSet<usize>,
}

impl Onlooker {
    fn see(&mut self, who: usize, event: &E) {
        let index = |id: &crate::actor::ActorId| {
            PEOPLE.iter().position(|name| *name == id.0.as_str()).expect("one of them")
        };
        if let E::VoteCast(vote) = event {
            self.votes.insert(who, vote.choice);
        } else if let E::DecisionProposed(_) = event {
            self.votes.clear();
        } else if let E::MemberRecused(recusal) = event {
            self.votes.remove(&index(&recusal.member));
        } else if let E::InterestDisclosed(disclosure) = event {
            self.votes.remove(&index(&disclosure.member));
            self.cleared.remove(&index(&disclosure.member));
        } else if let E::InterestRuled(ruling) = event {
            if ruling.may_stay {
                self.cleared.insert(index(&ruling.member));
            } else {
                self.votes.remove(&index(&ruling.member));
            }
        }
    }

    fn count(&self, choice: VoteChoice) -> u16 {
        let may = |who| !self.declared.contains(who) || self.cleared.contains(who);
        let count = self.votes.iter().filter(|(who, cast)| **cast == choice && may(who)).count();
        u16::try_from(count).expect("few")
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// No committee decision without quorum, without a majority, or by anybody who may not sit.
    #[test]
    fn what_is_decided_has_its_quorum(
        quorum in 1_u16..=4,
        wishes in prop::collection::vec(wish(), 0..60),
    ) {
        let mut review: Given<_> = given(committee(), ready());
        review.world.facts.rules.quorum = quorum;
        let mut onlooker = Onlooker::default();
        for wish in wishes {
            let Some((who, command)) = command(wish) else {
                if let Wish::Declare(who) = wish
                    && let Some(it) = review.world.facts.committee.get_mut(&person(PEOPLE[who]))
                {
                    it.has_interest = true;
                    onlooker.declared.insert(who);
                }
                continue;
            };
            review = review.by(PEOPLE[who], Role::CommitteeMember);
            for event in review.attempt(&command).unwrap_or_default() {
                onlooker.see(who, &event);
                if let E::VoteCast(_) = &event {
                    prop_assert!(!["ana", "tom", "zoe"].contains(&PEOPLE[who]), "may not vote");
                }
                let E::Decided(decision) = &event else { continue };
                let votes = [VoteChoice::For, VoteChoice::Against, VoteChoice::Abstain]
                    .map(|choice| onlooker.count(choice));
                prop_assert_eq!(
                    [decision.votes_for, decision.votes_against, decision.abstentions],
                    votes
                );
                prop_assert!(votes.iter().sum::<u16>() >= quorum, "{:?} of {}", votes, quorum);
                prop_assert!(votes[0] > votes[1]);
            }
        }
    }
}

/// The property above would also hold if nothing were ever decided.
#[test]
fn a_committee_of_three_does_decide() {
    let mut review = given(committee(), ready());
    for (who, command) in [
        Wish::Propose(0),
        Wish::Vote(0, VoteChoice::For),
        Wish::Vote(1, VoteChoice::For),
        Wish::Vote(2, VoteChoice::Abstain),
        Wish::Decide,
    ]
    .into_iter()
    .filter_map(command)
    {
        review = review.by(PEOPLE[who], Role::CommitteeMember).after(&command);
    }
    let super::Review::Opened(docket) = &review.state else { panic!("an opened review") };
    assert!(docket.decision().is_some());
}
