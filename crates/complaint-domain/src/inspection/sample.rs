//! Drawing a sample that nobody chose, and that everybody can draw again.
//!
//! Each complaint has a rank that follows from the seed and its name: SHA-256 of
//! `redress-inspection-sample/1`, a line feed, the 32 bytes of the seed, and the name of its stream.
//! Each stratum gives its places to its lowest ranks. How many places a stratum has follows from how
//! many complaints each has. Nothing else goes in: not who asks, nor when, nor in which order the
//! complaints are given. Byte for byte in docs/format.md.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::{Dimension, Stratum, StratumDraw};
use crate::{reference::ComplaintId, sealed::Digest};

/// What every rank begins with, so that no other digest is ever one.
const DOMAIN: &[u8] = b"redress-inspection-sample/1\n";

/// The rank of a complaint under a seed.
///
/// ```
/// use complaint_domain::{inspection::sample::rank, sealed::Hex};
///
/// let complaint = "complaint-01KA0000000000000000000000".parse()?;
/// // printf 'redress-inspection-sample/1\n' > f; head -c 32 /dev/zero >> f
/// // printf complaint-01KA0000000000000000000000 >> f; sha256sum f
/// assert_eq!(
///     rank(&Hex([0; 32]), &complaint).to_string(),
///     "e282fda5ec07880cd60f13f830e4928f1fea3eaf1a57cc6c7169ffbb35894984",
/// );
/// # Ok::<(), complaint_domain::reference::ParseReferenceError>(())
/// ```
pub fn rank(seed: &Digest, complaint: &ComplaintId) -> Digest {
    let mut hash = Sha256::new();
    hash.update(DOMAIN);
    hash.update(seed.0);
    hash.update(complaint.as_str());
    crate::sealed::Hex(hash.finalize().into())
}

/// The most complaints that the strata are owed before any is shared out: of each `at_least`, or all
/// it has.
pub fn owed(populations: &[u64], at_least: u64) -> u64 {
    populations.iter().fold(0, |sum: u64, all| sum.saturating_add(at_least.min(*all)))
}

/// How many places each stratum has, of `size` in all: first `at_least` each, then one by one where
/// `population / (2 × places + 1)` is largest (Sainte-Laguë), the earlier stratum first among
/// equals, and never more than it has.
///
/// What is [`owed`] counts even where it is more than `size`.
pub fn allocate(populations: &[u64], size: u64, at_least: u64) -> Vec<u64> {
    let mut places: Vec<u64> = populations.iter().map(|all| at_least.min(*all)).collect();
    let given = owed(populations, at_least);
    for _ in given..size {
        let next = populations.iter().zip(&places).enumerate().filter(|(_, (all, has))| has < all);
        // The first of the largest: `max_by` would give the last.
        let next = next.reduce(|best, other| {
            let ((_, (best_all, best_has)), (_, (all, has))) = (best, other);
            if claim(*all, *best_has) > claim(*best_all, *has) { other } else { best }
        });
        let Some((index, _)) = next else { break };
        if let Some(place) = places.get_mut(index) {
            *place = place.saturating_add(1);
        }
    }
    places
}

/// One side of `a / (2 × has_a + 1) > b / (2 × has_b + 1)`, multiplied out.
fn claim(all: u64, has_of_other: u64) -> u128 {
    u128::from(all).saturating_mul(u128::from(has_of_other).saturating_mul(2).saturating_add(1))
}

/// The complaints of each stratum, in the order of the strata: by the words of product, outcome and
/// channel, each as bytes, what is not said before all else.
pub fn strata<'a>(
    complaints: &'a BTreeMap<ComplaintId, Stratum>,
    by: &BTreeSet<Dimension>,
) -> Vec<(Stratum, Vec<&'a ComplaintId>)> {
    let mut strata: BTreeMap<[String; 3], (Stratum, Vec<&ComplaintId>)> = BTreeMap::new();
    for (complaint, whole) in complaints {
        let stratum = whole.by(by);
        let entry = strata.entry(stratum.key()).or_insert_with(|| (stratum, Vec::new()));
        entry.1.push(complaint);
    }
    strata.into_values().collect()
}

/// Draws from each stratum as many as it has places, by rank.
pub fn draw(
    seed: &Digest,
    complaints: &BTreeMap<ComplaintId, Stratum>,
    by: &BTreeSet<Dimension>,
    size: u64,
    at_least: u64,
) -> Vec<StratumDraw> {
    let strata = strata(complaints, by);
    let populations: Vec<u64> = strata.iter().map(|(_, members)| count(members)).collect();
    let places = allocate(&populations, size, at_least);
    strata
        .into_iter()
        .zip(places)
        .map(|((stratum, members), places)| {
            let population = count(&members);
            let mut ranked: Vec<_> =
                members.into_iter().map(|complaint| (rank(seed, complaint), complaint)).collect();
            ranked.sort_unstable();
            let places = usize::try_from(places).unwrap_or(usize::MAX);
            let sample = ranked.into_iter().take(places).map(|(_, it)| it.clone()).collect();
            StratumDraw { stratum, population, sample }
        })
        .collect()
}

fn count<T>(of: &[T]) -> u64 {
    u64::try_from(of.len()).unwrap_or(u64::MAX)
}

impl Stratum {
    /// What is left when complaints are told apart by these dimensions only.
    #[must_use]
    pub fn by(&self, dimensions: &BTreeSet<Dimension>) -> Self {
        let has = |dimension| dimensions.contains(&dimension);
        Self {
            product: self.product.clone().filter(|_| has(Dimension::Product)),
            outcome: self.outcome.filter(|_| has(Dimension::Outcome)),
            channel: self.channel.filter(|_| has(Dimension::Channel)),
        }
    }

    /// What strata are put in order by.
    fn key(&self) -> [String; 3] {
        [
            self.product.as_ref().map(ToString::to_string),
            self.outcome.map(|outcome| outcome.code().to_owned()),
            self.channel.map(|channel| channel.code().to_owned()),
        ]
        .map(Option::unwrap_or_default)
    }
}
