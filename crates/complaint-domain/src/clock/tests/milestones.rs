//! Every milestone that a shipped pack names is reached by an event that the process can record.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Fact,
    actor::Role,
    clock::{Milestone, clock_facts, shipped},
    complaint::{
        Channel, Communication, ComplaintEvent as E, Direction, InformationRequest, Party, Purpose,
        tests::one_fact_of_each_milestone,
    },
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
