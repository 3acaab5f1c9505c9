use std::collections::BTreeSet;

use complaint_domain::{
    Fact,
    complaint::{
        Circumstances, Complaint, ComplaintCommand, ComplaintEvent, ComplaintRules, People, decide,
        evolve,
    },
    label::Label,
    volume::VolumeCommand,
};
use proptest::prelude::*;

use super::{
    author::{Step, Year},
    beside::Deed,
    lives::life,
    matters::PRODUCTS,
    people,
    volumes::volumes,
    year::steps_of,
};

/// Sends a life through the rules as the service would, and gives what came of it.
fn told(steps: &[Step]) -> Vec<Fact<ComplaintEvent>> {
    let rules = ComplaintRules::default();
    let mut complaint = Complaint::default();
    let mut facts = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let circumstances = Circumstances {
            actor: step.actor.clone(),
            occurred_at: step.occurred_at,
            now: step.entered_at,
            personal: step.personal.iter().map(|(field, _)| *field).collect(),
            rules: &rules,
            complaint: None,
            people: People::default(),
            review: None,
            is_under_review: false,
            is_taken_up: false,
            is_other_unknown: false,
        };
        let events = decide(&complaint, &step.command, &circumstances)
            .unwrap_or_else(|rejection| panic!("step {number}, {step:?}: {rejection}"));
        assert_eq!(events.len(), 1, "lives count on one event for each step: {step:?}");
        for event in events {
            let fact = Fact {
                event,
                actor: step.actor.clone(),
                occurred_at: step.occurred_at,
                recorded_at: step.entered_at,
            };
            complaint = evolve(complaint, &fact);
            facts.push(fact);
        }
    }
    facts
}

fn year() -> Vec<Vec<Step>> {
    (0..3_000).map(|number| life(2_025, number, Year::of(2_025))).collect()
}

/// What one life in a thousand does, a few chosen at random do not show.
#[test]
fn no_life_of_many_years_is_refused_by_the_rules() {
    for seed in [1, 7, 2_025, 2_026] {
        for number in 0..4_000 {
            told(&life(seed, number, Year::of(2_025)));
        }
    }
}

proptest! {
    #[test]
    fn every_life_is_accepted_by_the_rules(seed: u64, number in 0..u64::MAX / 2) {
        told(&life(seed, number, Year::of(2_025)));
    }

    #[test]
    fn steps_are_in_order_of_entry_and_none_is_entered_before_it_occurred(seed: u64) {
        let year = Year::of(2_025);
        let steps = life(seed, 0, year);
        prop_assert!(!steps.is_empty());
        prop_assert!(steps.is_sorted_by_key(|step| step.entered_at));
        for step in steps {
            prop_assert!(step.occurred_at <= step.entered_at);
            prop_assert!(year.start <= step.occurred_at && step.entered_at < year.end);
        }
    }

    #[test]
    fn the_same_seed_tells_the_same_life(seed: u64, number in 0..10_000_u64) {
        let tell = || life(seed, number, Year::of(2_025));
        let texts = |steps: Vec<Step>| -> Vec<_> {
            steps.into_iter().map(|step| (format!("{step:?}"), step.personal)).collect()
        };
        prop_assert_eq!(texts(tell()), texts(tell()));
    }
}

#[test]
fn every_command_occurs_in_a_year() {
    let seen: BTreeSet<&str> = year().iter().flatten().map(|step| step.command.name()).collect();
    assert_eq!(seen.len(), 24, "{seen:?}");
}

#[test]
fn every_channel_product_language_and_right_occurs() {
    let mut channels = BTreeSet::new();
    let mut languages = BTreeSet::new();
    let mut products = BTreeSet::new();
    let mut rights = BTreeSet::new();
    for step in year().into_iter().flatten() {
        if let ComplaintCommand::Register(receipt) = &step.command {
            channels.insert(receipt.channel);
            languages.extend(receipt.language.clone());
        }
        if let ComplaintCommand::Classify(classification) = step.command {
            products.insert(classification.matter.product);
            rights.extend(classification.rights);
        }
    }
    assert_eq!(channels.len(), 12, "{channels:?}");
    assert_eq!(languages.iter().map(Label::as_str).collect::<Vec<_>>(), ["en", "zh-CN"]);
    assert_eq!(products.len(), PRODUCTS.len(), "{products:?}");
    assert_eq!(rights.len(), 10, "{rights:?}");
}

#[test]
fn some_are_late_recorded_reopened_closed_and_still_open() {
    let year = year();
    let has = |steps: &[Step], name| steps.iter().any(|step| step.command.name() == name);
    let count = |what: &dyn Fn(&[Step]) -> bool| year.iter().filter(|steps| what(steps)).count();
    let late = |steps: &[Step]| steps.iter().any(|step| step.occurred_at < step.entered_at);
    assert!(count(&late) > 100, "late recorded");
    assert!(count(&|steps| has(steps, "reopen")) > 30, "reopened");
    assert!(count(&|steps| has(steps, "withdraw")) > 50, "withdrawn");
    assert!(count(&|steps| has(steps, "correct")) > 30, "corrected");
    let closed = count(&|steps| has(steps, "close"));
    assert!((1_500..2_900).contains(&closed), "{closed} of 3,000 closed");
}

#[test]
fn command_ids_are_unique() {
    let year = year();
    let ids: BTreeSet<_> = year.iter().flatten().map(|step| step.command_id).collect();
    assert_eq!(ids.len(), year.iter().map(Vec::len).sum::<usize>());
}

#[test]
fn no_text_keeps_an_unfilled_place() {
    for step in year().into_iter().flatten() {
        for (field, text) in step.personal {
            assert!(!text.trim().is_empty() && !text.contains(['{', '}']), "{field:?}");
        }
    }
}

#[test]
fn the_committee_the_regulator_and_those_who_mend_causes_have_a_year_too() {
    let sent = steps_of(2_025, 1_500, Year::of(2_025));
    let begun = |kind: &str| {
        let streams = sent.iter().map(|(stream, _)| stream.as_str());
        streams.filter(|name| name.starts_with(kind)).collect::<BTreeSet<_>>().len()
    };
    let people = people::AGENTS + people::SUPERVISORS + people::MEMBERS + 1;
    assert_eq!(begun("staff-"), usize::try_from(people).unwrap());
    assert!(begun("review-") > 20, "{} cases", begun("review-"));
    assert!(begun("referral-") > 1, "{} referrals", begun("referral-"));
    assert_eq!(begun("action-"), 4);
    assert_eq!(begun("volume-"), PRODUCTS.len() + 1, "one for each product, one for all");
    assert!(sent.is_sorted_by_key(|(_, sending)| sending.entered_at()));
}

#[test]
fn every_product_has_a_volume_in_every_quarter() {
    let volumes = volumes(2_025, Year::of(2_025));
    for product in PRODUCTS {
        let of_product = volumes.iter().filter_map(|(_, step)| {
            let Deed::Volume(VolumeCommand::Record(count)) = &step.deed else { return None };
            let name = count.product.as_ref().map(Label::as_str);
            (name == Some(product.name)).then(|| count.period.clone())
        });
        assert_eq!(of_product.collect::<BTreeSet<_>>().len(), 4, "{}", product.name);
    }
}
