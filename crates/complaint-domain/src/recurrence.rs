//! Causes that recur more often than chance explains: a control chart for each product and cause.
//!
//! Each week is a point: of the complaints about a product that came in, how many have the cause. The
//! centre is the same share over all weeks looked at; around it lie the limits of a p chart, at
//! one, two and three standard deviations of a share of so many complaints. Four rules say when a
//! point lies too high; the first that applies is named. Everything is compared in whole numbers,
//! so whoever counts again comes to the same.
//!
//! # Source
//!
//! The p chart of Shewhart (ISO 7870-2:2023, clause 7), and the four zone rules of the Western
//! Electric Statistical Quality Control Handbook (1956), each on the upper side only: fewer
//! complaints are no alarm.

pub mod picture;

use crate::codes::closed_list;

/// With fewer complaints than this in the weeks that a rule looks at, nothing is said: the limits
/// assume more.
pub const COMPLAINTS_MIN: u64 = 3;

/// One week of a chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Week {
    /// How many complaints about the product came in.
    pub received: u64,
    /// How many of them have the cause; at most as many.
    pub with_cause: u64,
}

/// Which rule says that a point lies too high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalRule {
    /// One point beyond three standard deviations.
    OneBeyondThree,
    /// Two of three points in a row beyond two, this one among them.
    TwoOfThreeBeyondTwo,
    /// Four of five points in a row beyond one, this one among them.
    FourOfFiveBeyondOne,
    /// Eight points in a row above the centre.
    EightAboveCentre,
}

closed_list! {
    SignalRule {
        OneBeyondThree = "one-beyond-three",
        TwoOfThreeBeyondTwo = "two-of-three-beyond-two",
        FourOfFiveBeyondOne = "four-of-five-beyond-one",
        EightAboveCentre = "eight-above-centre",
    }
}

impl SignalRule {
    /// How many points must lie how many deviations above the centre, of how many in a row.
    const fn terms(self) -> (usize, u128, usize) {
        match self {
            Self::OneBeyondThree => (1, 3, 1),
            Self::TwoOfThreeBeyondTwo => (2, 2, 3),
            Self::FourOfFiveBeyondOne => (4, 1, 5),
            Self::EightAboveCentre => (8, 0, 8),
        }
    }
}

/// A point that lies too high.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// Which week, from 0.
    pub week: usize,
    /// By which rule.
    pub rule: SignalRule,
}

/// A chart: its weeks and the centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    weeks: Vec<Week>,
    total: Week,
}

impl Chart {
    /// The chart of these weeks, in order.
    ///
    /// ```
    /// use complaint_domain::recurrence::{Chart, SignalRule, Week};
    ///
    /// let mut weeks = vec![Week { received: 20, with_cause: 1 }; 12];
    /// weeks.push(Week { received: 20, with_cause: 9 });
    /// let signals = Chart::of(weeks).signals();
    /// assert_eq!(signals.len(), 1);
    /// assert_eq!((signals[0].week, signals[0].rule), (12, SignalRule::OneBeyondThree));
    /// ```
    pub fn of(weeks: Vec<Week>) -> Self {
        let sum = |of: fn(&Week) -> u64| weeks.iter().map(of).fold(0, u64::saturating_add);
        let total = Week { received: sum(|week| week.received), with_cause: sum(|w| w.with_cause) };
        Self { weeks, total }
    }

    /// How many there were in all weeks: the centre is the one by the other.
    pub const fn total(&self) -> Week {
        self.total
    }

    /// Every point that lies too high, with the first rule that says so. A week without complaints
    /// about the product has no point.
    pub fn signals(&self) -> Vec<Signal> {
        let points: Vec<(usize, Week)> =
            self.weeks.iter().copied().enumerate().filter(|(_, week)| week.received > 0).collect();
        let mut signals = Vec::new();
        for (end, (week, _)) in (1..).zip(&points) {
            let row = points.get(..end).unwrap_or_default();
            let mut rules = SignalRule::ALL.iter().copied();
            if let Some(rule) = rules.find(|rule| self.applies(*rule, row)) {
                signals.push(Signal { week: *week, rule });
            }
        }
        signals
    }

    /// Whether a rule applies to the last of these points.
    fn applies(&self, rule: SignalRule, points: &[(usize, Week)]) -> bool {
        let (needed, deviations, of) = rule.terms();
        let row = points.get(points.len().saturating_sub(of)..).unwrap_or_default();
        let lies_above = |(_, week): &&(usize, Week)| self.is_above(*week, deviations);
        let complaints = row.iter().map(|(_, week)| week.with_cause).fold(0, u64::saturating_add);
        row.last().is_some_and(|last| self.is_above(last.1, deviations))
            && row.iter().filter(lies_above).count() >= needed
            && complaints >= COMPLAINTS_MIN
    }

    /// Whether a point lies more than so many standard deviations above the centre.
    ///
    /// With x of n in the week and X of N in all: x/n − X/N > k·√(X(N−X)/(N²n)), both sides times
    /// nN, and squared.
    fn is_above(&self, week: Week, deviations: u128) -> bool {
        let [x, n] = [week.with_cause, week.received].map(u128::from);
        let [all_x, all_n] = [self.total.with_cause, self.total.received].map(u128::from);
        let Some(distance) = x.saturating_mul(all_n).checked_sub(n.saturating_mul(all_x)) else {
            return false;
        };
        let variance = n.saturating_mul(all_x).saturating_mul(all_n.saturating_sub(all_x));
        let limit = deviations.saturating_mul(deviations).saturating_mul(variance);
        distance > 0 && distance.saturating_mul(distance) > limit
    }
}

#[cfg(test)]
#[expect(clippy::float_arithmetic, reason = "the textbook's formula, to compare with")]
mod tests {
    use proptest::prelude::*;

    use super::{Chart, Signal, SignalRule, Week};

    fn weeks(counts: &[u64]) -> Vec<Week> {
        counts.iter().map(|with_cause| Week { received: 40, with_cause: *with_cause }).collect()
    }

    fn first(counts: &[u64]) -> Option<(usize, SignalRule)> {
        let signals = Chart::of(weeks(counts)).signals();
        signals.first().map(|Signal { week, rule }| (*week, *rule))
    }

    #[test]
    fn each_rule_is_named_when_it_is_the_first_that_applies() {
        let quiet = [4; 20];
        let with = |last: &[u64]| first(&[quiet.as_slice(), last].concat());
        assert_eq!(with(&[]), None);
        assert_eq!(with(&[14]), Some((20, SignalRule::OneBeyondThree)));
        assert_eq!(with(&[9, 4, 9]), Some((22, SignalRule::TwoOfThreeBeyondTwo)));
        assert_eq!(with(&[7, 7, 4, 7, 7]), Some((24, SignalRule::FourOfFiveBeyondOne)));
        assert_eq!(with(&[5; 8]), Some((27, SignalRule::EightAboveCentre)));
    }

    #[test]
    fn fewer_complaints_are_no_alarm_and_few_say_nothing() {
        assert_eq!(first(&[10, 10, 10, 10, 10, 10, 10, 0]), None, "a low point");
        assert_eq!(first(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]), None, "two in all");
    }

    #[test]
    fn a_week_without_complaints_is_no_point_and_breaks_no_row() {
        let mut all = weeks(&[4; 20]);
        all.extend(weeks(&[5; 4]));
        all.push(Week::default());
        all.extend(weeks(&[5; 4]));
        let signals = Chart::of(all).signals();
        let expected = Signal { week: 28, rule: SignalRule::EightAboveCentre };
        assert_eq!(signals, vec![expected]);
    }

    proptest! {
        /// The whole-number comparison is the one of the textbook, but for points on the limit.
        #[test]
        fn limits_are_those_of_a_p_chart(
            counts in prop::collection::vec((1_u32..500, 0_u32..500), 1..30),
        ) {
            let weeks: Vec<Week> = counts
                .into_iter()
                .map(|(n, x)| Week { received: n.into(), with_cause: x.min(n).into() })
                .collect();
            let chart = Chart::of(weeks.clone());
            let of = |week: Week| (
                f64::from(u32::try_from(week.with_cause).unwrap()),
                f64::from(u32::try_from(week.received).unwrap()),
            );
            let (all_x, all_n) = of(chart.total());
            let centre = all_x / all_n;
            for week in weeks {
                let (x, n) = of(week);
                for k in 0..4_u8 {
                    let limit = centre + f64::from(k) * (centre * (1.0 - centre) / n).sqrt();
                    if (x / n - limit).abs() > 1e-9 {
                        prop_assert_eq!(chart.is_above(week, k.into()), x / n > limit);
                    }
                }
            }
        }
    }
}
