//! Every milestone that a shipped pack names is reached by an event that the process can record.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Fact,
    actor::Role,
    clock::{Milestone, clock_facts, shipped},
    complaint::{
        Channel, Communication, ComplaintEvent as E, Direction, Escalation, EscalationMistake,
        EscalationReason, EscalationWithdrawal, InformationRequest, Outcome, Party, Purpose,
        ReviewConcluded, ReviewConclusion, tests::one_fact_of_each_milestone,
    },
    review::DecisionEffect,
    story::past,
};

#[test]
fn every_milestone_that_a_pack_names_is_reached_by_an_event() {
    let mut named: BTreeMap<Milestone, &str> = BTreeMap::new();
    for code in shipped::pack_codes() {
        for rule in shipped::pack(code).unwrap().clocks() {
            named.insert(rule.starts, code);
            named.extend(rule.stops.iter().chain(&rule.lapses).map(|milestone| (*milestone, code)));
        }
    }
    let facts = one_fact_of_each_milestone();
    let reached: BTreeSet<_> =
        Milestone::ALL.iter().filter(|m| facts_reach(&facts, **m)).copied().collect();
    let missing: Vec<_> =
        named.iter().filter(|(milestone, _)| !reached.contains(milestone)).collect();
    assert!(missing.is_empty(), "no event reaches {missing:?}");
    // Nor is there one that no event reaches, should a company's own pack name it.
    assert_eq!(reached.len(), Milestone::ALL.len());
}

fn facts_reach(facts: &[Fact<E>], milestone: Milestone) -> bool {
    clock_facts(facts).iter().any(|fact| fact.is(milestone))
}

fn message(direction: Direction, party: Party, purpose: Purpose, at: &str) -> Fact<E> {
    let channel = Channel::Email;
    let message = Communication { direction, party, channel, purpose };
    past(E::CommunicationRecorded(message), "ana", Role::Agent, at)
}

fn count(history: &[Fact<E>], milestone: Milestone) -> usize {
    clock_facts(history).iter().filter(|fact| fact.is(milestone)).count()
}

#[test]
fn information_is_received_when_whoever_complains_answers_what_they_were_asked() {
    let asked = |party, at| {
        let request = InformationRequest { party, channel: Channel::Email, needed_by: None };
        past(E::InformationRequested(request), "ana", Role::Agent, at)
    };
    let told = |party, at| message(Direction::Incoming, party, Purpose::Information, at);
    let (first, second, third) =
        ("2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z");
    let received = |history: &[_]| count(history, Milestone::InformationReceived);
    let (them, agent) = (Party::Complainant, Party::Representative);
    // Unasked, asked of somebody else, told by somebody else, or before it was asked.
    assert_eq!(received(&[told(them, first)]), 0);
    assert_eq!(received(&[asked(Party::Respondent, first), told(them, second)]), 0);
    assert_eq!(received(&[asked(them, first), told(Party::Respondent, second)]), 0);
    assert_eq!(received(&[asked(them, second), told(them, first)]), 0);
    // Once for each time it was asked for.
    let answered = [asked(them, first), told(agent, second), told(them, third)];
    assert_eq!(received(&answered), 1);
    let again = [asked(them, first), told(them, first), asked(agent, second), told(them, third)];
    assert_eq!(received(&again), 2);
    let by_message = message(Direction::Outgoing, them, Purpose::InformationRequest, first);
    assert_eq!(received(&[by_message, told(them, second)]), 1);
}

#[test]
fn a_notice_is_given_to_whoever_complains_and_to_nobody_else() {
    let at = "2026-03-02T09:00:00Z";
    for party in [
        Party::Complainant,
        Party::Representative,
        Party::Respondent,
        Party::Regulator,
        Party::ExternalBody,
    ] {
        let sent = [message(Direction::Outgoing, party, Purpose::Notice, at)];
        let expected = usize::from(matches!(party, Party::Complainant | Party::Representative));
        assert_eq!(count(&sent, Milestone::NoticeSent), expected, "{party:?}");
    }
}

fn escalated(at: &str) -> Fact<E> {
    let reason = EscalationReason::ComplainantRequest;
    past(E::Escalated(Escalation { reason }), "portal", Role::Complainant, at)
}

/// By a program that says of which escalation it was, or by one from before.
fn decided(escalation: Option<u32>, at: &str) -> Fact<E> {
    let review = "review-01KA0000000000000000000001".parse().unwrap();
    let (outcome, effect) = (Outcome::NotUpheld, DecisionEffect::Recommendation);
    let conclusion = ReviewConclusion::Decided { outcome, effect };
    let concluded = ReviewConcluded { review, escalation, conclusion };
    past(E::ReviewConcluded(concluded), "escalation", Role::System, at)
}

#[test]
fn what_was_escalated_again_is_decided_by_its_own_review() {
    let (first, second, third) =
        ("2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z");
    let reached = |history: &[_]| count(history, Milestone::ReviewDecided);
    let twice = |of| [escalated(first), escalated(second), decided(of, third)];
    assert_eq!(reached(&twice(Some(1))), 0);
    assert_eq!(reached(&twice(Some(2))), 1);
    assert_eq!(reached(&twice(None)), 1);
}

/// What was taken back waits for nobody, and is counted where escalations are numbered.
#[test]
fn what_was_taken_back_from_the_committee_is_no_milestone() {
    let (first, second, third) =
        ("2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z");
    let mistake = EscalationWithdrawal { ground: EscalationMistake::WrongComplaint };
    let back = past(E::EscalationWithdrawn(mistake), "portal", Role::Complainant, first);
    let mut history = vec![escalated(first), back];
    for milestone in [Milestone::Escalated, Milestone::ReviewRequested] {
        assert_eq!(count(&history, milestone), 0);
    }
    history.extend([escalated(second), decided(Some(2), third)]);
    for milestone in [Milestone::Escalated, Milestone::ReviewRequested, Milestone::ReviewDecided] {
        assert_eq!(count(&history, milestone), 1);
    }
}
