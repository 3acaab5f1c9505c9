//! How a review changes by what happened.

use std::collections::{BTreeMap, BTreeSet};

use super::{Opened, Review, ReviewEvent, ReviewStage, state::Docket};
use crate::{actor::ActorId, fact::Fact};

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(state: Review, fact: &Fact<ReviewEvent>) -> Review {
    match (state, &fact.event) {
        (_, ReviewEvent::Opened(opened)) => Review::Opened(Box::new(docket(opened, fact))),
        (Review::NotOpened, _) => Review::NotOpened,
        (Review::Opened(mut docket), event) => {
            step(&mut docket, event, fact);
            Review::Opened(docket)
        }
    }
}

fn docket(opened: &Opened, fact: &Fact<ReviewEvent>) -> Docket {
    Docket {
        stage: ReviewStage::Deliberating,
        complaint: opened.complaint.clone(),
        way: opened.way,
        opened_at: fact.happened_by(),
        decided_at: None,
        decision_recorded_at: None,
        seats: BTreeMap::new(),
        unruled: BTreeSet::new(),
        cleared: BTreeMap::new(),
        recused: BTreeSet::new(),
        heard: BTreeSet::new(),
        evidence: BTreeSet::new(),
        proposal: None,
        votes: BTreeMap::new(),
        dissents: BTreeSet::new(),
        decision: None,
        discontinued: None,
        reply: None,
        done: BTreeSet::new(),
        withdrawing: BTreeMap::new(),
        withdrawn: BTreeSet::new(),
    }
}

fn step(docket: &mut Docket, event: &ReviewEvent, fact: &Fact<ReviewEvent>) {
    let actor = &fact.actor.id;
    match event {
        ReviewEvent::Opened(_) | ReviewEvent::Adjourned(_) => {}
        ReviewEvent::MemberSeated(seating) => {
            docket.seats.insert(seating.member.clone(), seating.seat);
        }
        ReviewEvent::InterestDisclosed(disclosure) => {
            // A vote under doubt does not count; once cleared, the member votes again.
            docket.votes.remove(&disclosure.member);
            docket.cleared.remove(&disclosure.member);
            docket.unruled.insert(disclosure.member.clone());
        }
        ReviewEvent::InterestRuled(ruling) if ruling.may_stay => {
            docket.unruled.remove(&ruling.member);
            docket.cleared.insert(ruling.member.clone(), fact.recorded_at);
        }
        ReviewEvent::InterestRuled(ruling) => step_aside(docket, &ruling.member),
        ReviewEvent::MemberRecused(recusal) => step_aside(docket, &recusal.member),
        ReviewEvent::PartyHeard(hearing) => {
            docket.heard.insert(hearing.side);
        }
        ReviewEvent::EvidenceTaken(item) => {
            docket.evidence.insert(item.evidence);
        }
        ReviewEvent::DecisionProposed(proposal) => {
            docket.proposal = Some(proposal.clone());
            docket.votes.clear();
            docket.dissents.clear();
        }
        ReviewEvent::VoteCast(vote) => {
            docket.votes.insert(actor.clone(), vote.choice);
        }
        ReviewEvent::DissentRecorded(_) => {
            docket.dissents.insert(actor.clone());
        }
        ReviewEvent::Decided(decision) => {
            docket.decision = Some(decision.clone());
            docket.stage = ReviewStage::Decided;
            docket.decided_at = Some(fact.happened_by());
            docket.decision_recorded_at = Some(fact.recorded_at);
        }
        ReviewEvent::Replied(reply) => docket.reply = Some(reply.reply),
        ReviewEvent::MeasureCompleted(done) => {
            docket.done.insert(done.measure);
        }
        ReviewEvent::WithdrawalAgreed(withdrawal) => {
            docket.withdrawing.entry(withdrawal.measure).or_default().insert(actor.clone());
            if withdrawal.is_enough() {
                docket.withdrawn.insert(withdrawal.measure);
            }
        }
        ReviewEvent::Discontinued(end) => {
            docket.stage = ReviewStage::Discontinued;
            docket.discontinued = Some(end.reason);
        }
        ReviewEvent::Closed(_) => docket.stage = ReviewStage::Closed,
    }
}

/// Whoever steps aside takes their vote with them.
fn step_aside(docket: &mut Docket, member: &ActorId) {
    docket.unruled.remove(member);
    docket.cleared.remove(member);
    docket.seats.remove(member);
    docket.votes.remove(member);
    docket.recused.insert(member.clone());
}
