//! Every milestone that a shipped pack names is reached by an event that the process can record.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    clock::{Milestone, clock_facts, shipped},
    complaint::tests::one_fact_of_each_milestone,
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

fn facts_reach(
    facts: &[crate::Fact<crate::complaint::ComplaintEvent>],
    milestone: Milestone,
) -> bool {
    clock_facts(facts).iter().any(|fact| fact.is(milestone))
}
