//! Percentiles and intervals against the textbook.

use proptest::prelude::*;

use super::*;

#[test]
fn a_percentile_is_a_value_that_occurred() {
    let days: Vec<i64> = (1..=10).collect();
    assert_eq!(percentile(&days, 50), Some(5));
    assert_eq!(percentile(&days, 75), Some(8));
    assert_eq!(percentile(&days, 90), Some(9));
    assert_eq!(percentile(&days, 95), Some(10));
    assert_eq!(percentile(&[7], 50), Some(7));
    assert_eq!(percentile::<i64>(&[], 50), None);
}

#[test]
fn the_interval_is_the_one_of_the_textbook() {
    // 10 of 20: 29.9 % to 70.1 %; 0 of 10: 0 % to 27.75 %.
    assert_eq!(wilson_interval(10, 20), Some((2993, 7007)));
    assert_eq!(wilson_interval(0, 10), Some((0, 2775)));
    assert_eq!(wilson_interval(0, 0), None);
}

proptest! {
    #[test]
    fn the_interval_holds_the_share(trials in 1_u64..100_000, share in 0_u64..=100) {
        let successes = trials * share / 100;
        let (low, high) = wilson_interval(successes, trials).expect("there are trials");
        let point = basis_points(successes, trials).expect("there are trials");
        prop_assert!(low <= point && point <= high, "{low} {point} {high}");
    }
}
