//! The sample: known answers, and what holds of every one.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    super::{
        Dimension, Stratum, StratumDraw,
        sample::{allocate, draw, owed, rank},
    },
    complaint, drawn, label, population, stratum,
};
use crate::{
    complaint::{Channel, Outcome},
    reference::ComplaintId,
    sealed::Hex,
};

#[test]
fn ranks_are_known_answers() {
    // SHA-256 of the domain line, the seed and the name, by another program.
    for (last, known) in [
        ('1', "d2f16b726197a88457e6574e16fd524e4fd7f022324d2e8aafd34cc662a82143"),
        ('2', "70fe1036446d3a118f361c7594f032363738020b58bdf9b2969a84097531332c"),
        ('3', "1d4e3473cdd938f3f6aef27c8d2680c03667186bac69cd18e27b8ad3c9398a3f"),
        ('4', "0ace988e63230acfcda433fa3487c685ed6476583dd106d44aafaf816df2698d"),
    ] {
        assert_eq!(rank(&Hex([7; 32]), &complaint(last)).to_string(), known);
    }
}

#[test]
fn the_lowest_ranks_are_drawn() {
    let [cards, loans] = drawn().strata.try_into().unwrap();
    assert_eq!((cards.population, loans.population), (3, 1));
    assert_eq!(cards.sample, [complaint('3')]);
    assert_eq!(loans.sample, [complaint('4')]);
}

#[test]
fn places_go_where_a_stratum_has_most_complaints_for_each_place() {
    assert_eq!(allocate(&[60, 30, 10], 10, 0), [6, 3, 1]);
    // Sainte-Laguë, worked by hand: 53, 24, 23 of 100, seven places.
    assert_eq!(allocate(&[53, 24, 23], 7, 0), [3, 2, 2]);
    assert_eq!(allocate(&[1, 1, 1], 2, 0), [1, 1, 0], "the earlier first among equals");
}

#[test]
fn a_small_stratum_gets_what_it_is_owed_and_no_more_than_it_has() {
    assert_eq!(allocate(&[1_000, 1], 10, 2), [9, 1]);
    assert_eq!(allocate(&[1_000, 5], 10, 2), [8, 2]);
    assert_eq!(allocate(&[3, 2], 10, 1), [3, 2], "all there are");
    assert_eq!(owed(&[1_000, 1], 2), 3);
}

#[test]
fn strata_stand_in_the_order_of_their_words_what_is_not_said_first() {
    let mut complaints = population().complaints;
    complaints.insert(complaint('5'), Stratum::default());
    let by = |dimensions: &[Dimension]| {
        let dimensions: BTreeSet<_> = dimensions.iter().copied().collect();
        let drawn = draw(&Hex([7; 32]), &complaints, &dimensions, 5, 0);
        drawn.into_iter().map(|it| (it.stratum, it.population)).collect::<Vec<_>>()
    };
    let card = stratum("Card", Outcome::Upheld);
    let loan = stratum("Loan", Outcome::NotUpheld);
    let no_channel = |of: Stratum| Stratum { channel: None, ..of };
    assert_eq!(
        by(&[Dimension::Outcome, Dimension::Product]),
        [(Stratum::default(), 1), (no_channel(card), 3), (no_channel(loan), 1)]
    );
    let web = Stratum { channel: Some(Channel::Web), ..Stratum::default() };
    assert_eq!(by(&[Dimension::Channel]), [(Stratum::default(), 1), (web, 4)]);
    assert_eq!(by(&[]), [(Stratum::default(), 5)]);
}

/// Complaints of some products and outcomes.
fn some_complaints() -> impl Strategy<Value = BTreeMap<ComplaintId, Stratum>> {
    let outcome = prop::sample::select(Outcome::ALL);
    prop::collection::vec((0_u8..4, outcome), 0..60).prop_map(|all| {
        let named = all.into_iter().enumerate().map(|(number, (product, outcome))| {
            let name = format!("complaint-01KA00000000000000000{number:05}");
            let product = Some(label(&format!("product {product}")));
            let whole = Stratum { product, outcome: Some(outcome), channel: None };
            (name.parse().unwrap(), whole)
        });
        named.collect()
    })
}

/// A stratum's complaints for each place, multiplied out against another's.
fn claim(complaints: u64, places_of_other: u64) -> u64 {
    complaints.saturating_mul(places_of_other.saturating_mul(2).saturating_add(1))
}

fn sizes(drawn: &[StratumDraw]) -> Vec<u64> {
    drawn.iter().map(|it| it.sample.len() as u64).collect()
}

proptest! {
    /// Everybody drawn is of the stratum, once, in the order of ranks, and nobody with a lower rank
    /// was left out.
    #[test]
    fn a_sample_holds_the_lowest_ranks_of_each_stratum(
        seed in any::<[u8; 32]>(), complaints in some_complaints(), size in 0_u64..80, at_least in 0_u64..4,
    ) {
        let (seed, by) = (Hex(seed), [Dimension::Product, Dimension::Outcome].into());
        let drawn = draw(&seed, &complaints, &by, size, at_least);
        for StratumDraw { stratum, population, sample } in &drawn {
            let members = complaints.iter().filter(|(_, whole)| *whole == stratum);
            let mut ranked: Vec<_> = members.map(|(it, _)| (rank(&seed, it), it.clone())).collect();
            prop_assert_eq!(ranked.len() as u64, *population);
            ranked.sort();
            ranked.truncate(sample.len());
            prop_assert_eq!(ranked.into_iter().map(|(_, it)| it).collect::<Vec<_>>(), sample.clone());
        }
        let populations: Vec<u64> = drawn.iter().map(|it| it.population).collect();
        let all: u64 = populations.iter().sum();
        prop_assert_eq!(all, complaints.len() as u64);
        let expected = size.max(owed(&populations, at_least)).min(all);
        prop_assert_eq!(sizes(&drawn).iter().sum::<u64>(), expected);
    }

    /// No stratum has a claim to a place that another got beyond what it was owed.
    #[test]
    fn no_place_would_be_better_elsewhere(
        populations in prop::collection::vec(0_u64..500, 1..9), size in 0_u64..200, at_least in 0_u64..4,
    ) {
        let places = allocate(&populations, size, at_least);
        for (all, has) in populations.iter().zip(&places) {
            prop_assert!(has <= all && *has >= at_least.min(*all));
            for (other_all, other_has) in populations.iter().zip(&places) {
                if *other_has > at_least.min(*other_all) && has < all {
                    // What it would claim for one more is no more than what the other claimed for its last.
                    prop_assert!(claim(*all, other_has.saturating_sub(1)) <= claim(*other_all, *has));
                }
            }
        }
    }

    /// Another seed, another sample; the same seed, the same sample, whatever else is in the map.
    #[test]
    fn whether_a_complaint_ranks_before_another_does_not_depend_on_the_others(
        seed in any::<[u8; 32]>(), complaints in some_complaints(),
    ) {
        let by = [Dimension::Product].into();
        let drawn = draw(&Hex(seed), &complaints, &by, 60, 0);
        let alone = drawn.iter().flat_map(|it| {
            let of: BTreeMap<_, _> = complaints
                .iter()
                .filter(|(_, whole)| whole.product == it.stratum.product)
                .map(|(name, whole)| (name.clone(), whole.clone()))
                .collect();
            draw(&Hex(seed), &of, &by, 60, 0)
        });
        prop_assert_eq!(alone.collect::<Vec<_>>(), drawn.clone());
    }
}
