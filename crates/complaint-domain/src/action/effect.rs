//! What a count of complaints before and after an action shows.
//!
//! An action that does nothing is followed by fewer complaints half of the time. So "fewer" is not
//! enough: it must be fewer than chance explains. As many days are counted before as after; were
//! complaints with the cause as frequent as ever, each of them would be as likely to lie in the one
//! time as in the other. The number after is then that of heads among so many coins, and how
//! likely it is to be this low can be counted exactly.
//!
//! # Source
//!
//! Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson series"
//! (Biometrika 31, 1940): the conditional test of two Poisson rates, one-sided, here for times of
//! the same length.

use super::EffectCheck;
use crate::codes::closed_list;

/// With fewer complaints in both times together nothing can be shown: not even five before and none
/// after would come by chance less often than once in twenty.
pub const COMPLAINTS_MIN: u64 = 5;
/// In fewer days a quiet fortnight could be taken for an effect.
pub const DAYS_MIN: i64 = 28;
/// What would come by chance less often than once in this many times is taken for an effect.
pub const ONCE_IN: u128 = 20;

/// What a count shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectVerdict {
    /// Fewer complaints than chance explains.
    Fewer,
    /// As many as before, or more.
    NotFewer,
    /// Fewer, but chance explains it; or too few, or too short a time, to tell.
    Inconclusive,
}

closed_list! {
    EffectVerdict {
        Fewer = "fewer",
        NotFewer = "not-fewer",
        Inconclusive = "inconclusive",
    }
}

impl EffectCheck {
    /// What the count shows.
    ///
    /// ```
    /// use complaint_domain::action::{EffectCheck, EffectVerdict};
    ///
    /// let check = |before, after| EffectCheck {
    ///     from: "2024-06-04".parse().expect("a day"),
    ///     until: "2024-08-31".parse().expect("a day"),
    ///     before,
    ///     after,
    ///     counted_up_to: 5_000,
    /// };
    /// assert_eq!(check(12, 3).verdict(), EffectVerdict::Fewer);
    /// assert_eq!(check(12, 11).verdict(), EffectVerdict::Inconclusive);
    /// assert_eq!(check(12, 12).verdict(), EffectVerdict::NotFewer);
    /// ```
    pub fn verdict(&self) -> EffectVerdict {
        let days = self.until.duration_since(self.from).as_hours() / 24;
        if self.after >= self.before && self.after > 0 {
            return EffectVerdict::NotFewer;
        }
        let all = self.before.saturating_add(self.after);
        if days.saturating_add(1) >= DAYS_MIN
            && all >= COMPLAINTS_MIN
            && is_improbable(self.after, all)
        {
            return EffectVerdict::Fewer;
        }
        EffectVerdict::Inconclusive
    }
}

/// Whether so few heads of so many coins come up less often than once in [`ONCE_IN`] times.
///
/// In whole numbers, so that whoever counts again comes to the same: the chances of all numbers of
/// heads, each relative to the greatest, which is 2^64. Rounding takes at most one of these units
/// from each.
fn is_improbable(heads: u64, coins: u64) -> bool {
    let [heads, coins] = [heads, coins].map(u128::from);
    let mode = coins / 2;
    let (mut low, mut all) = (0_u128, 0_u128);
    let mut add = |k: u128, chance: u128| {
        all = all.saturating_add(chance);
        if k <= heads {
            low = low.saturating_add(chance);
        }
    };
    let mut chance = 1_u128 << 64;
    let mut k = mode;
    while chance > 0 {
        add(k, chance);
        if k == 0 {
            break;
        }
        // C(n, k-1) = C(n, k) · k / (n-k+1)
        let to = coins.saturating_sub(k).saturating_add(1);
        chance = chance.saturating_mul(k).checked_div(to).unwrap_or(0);
        k = k.saturating_sub(1);
    }
    let mut chance = 1_u128 << 64;
    let mut k = mode;
    while k < coins {
        // C(n, k+1) = C(n, k) · (n-k) / (k+1)
        let (of, to) = (coins.saturating_sub(k), k.saturating_add(1));
        chance = chance.saturating_mul(of).checked_div(to).unwrap_or(0);
        if chance == 0 {
            break;
        }
        k = to;
        add(k, chance);
    }
    low.saturating_mul(ONCE_IN) <= all
}

#[cfg(test)]
#[expect(
    clippy::float_arithmetic,
    clippy::arithmetic_side_effects,
    reason = "the textbook's formula in small numbers, to compare with"
)]
mod tests {
    use proptest::prelude::*;

    use super::{EffectVerdict, is_improbable};
    use crate::action::{EffectCheck, tests::check};

    fn verdict(before: u64, after: u64) -> EffectVerdict {
        check(before, after).verdict()
    }

    #[test]
    fn any_fewer_is_not_enough() {
        assert_eq!(verdict(12, 11), EffectVerdict::Inconclusive);
        assert_eq!(verdict(12, 5), EffectVerdict::Inconclusive, "once in 14 times");
        assert_eq!(verdict(12, 4), EffectVerdict::Fewer, "once in 26 times");
        assert_eq!(verdict(120, 110), EffectVerdict::Inconclusive);
        assert_eq!(verdict(1_200, 1_100), EffectVerdict::Fewer);
    }

    #[test]
    fn few_complaints_or_days_show_nothing() {
        assert_eq!(verdict(0, 0), EffectVerdict::Inconclusive);
        assert_eq!(verdict(4, 0), EffectVerdict::Inconclusive, "once in 16 times");
        assert_eq!(verdict(5, 0), EffectVerdict::Fewer, "once in 32 times");
        let short = EffectCheck { until: "2024-06-30".parse().unwrap(), ..check(40, 1) };
        assert_eq!(short.verdict(), EffectVerdict::Inconclusive, "27 days");
    }

    #[test]
    fn as_many_or_more_is_no_effect_however_few_they_are() {
        assert_eq!(verdict(1, 1), EffectVerdict::NotFewer);
        assert_eq!(verdict(0, 3), EffectVerdict::NotFewer);
    }

    proptest! {
        /// The whole-number comparison is the one of the textbook, but for chances on the border.
        #[test]
        fn the_chance_is_that_of_so_few_heads(coins in 1_u32..900, heads in 0_u32..900) {
            let heads = heads.min(coins);
            let logs: Vec<f64> = (0..=coins)
                .scan(-f64::from(coins) * 2_f64.ln(), |log, k| {
                    let now = *log;
                    *log += (f64::from(coins - k) / f64::from(k + 1)).ln();
                    Some(now)
                })
                .collect();
            let chance: f64 = logs.iter().take(heads as usize + 1).map(|log| log.exp()).sum();
            if (chance - 0.05).abs() > 1e-9 {
                prop_assert_eq!(is_improbable(heads.into(), coins.into()), chance < 0.05);
            }
        }

        /// More complaints after never make an effect out of none.
        #[test]
        fn the_more_come_after_the_less_is_shown(before in 0_u64..400, after in 0_u64..400) {
            if verdict(before, after + 1) == EffectVerdict::Fewer {
                prop_assert_eq!(verdict(before, after), EffectVerdict::Fewer);
            }
        }
    }
}
