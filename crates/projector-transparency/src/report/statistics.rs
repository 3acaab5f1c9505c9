//! Shares, percentiles, intervals. Every result is an integer.

/// A share in hundredths of a percent, rounded half up; `None` of nothing.
///
/// ```
/// use projector_transparency::report::statistics::basis_points;
///
/// assert_eq!(basis_points(1, 3), Some(3333));
/// assert_eq!(basis_points(0, 0), None);
/// ```
pub fn basis_points(numerator: u64, denominator: u64) -> Option<u64> {
    let (numerator, denominator) = (u128::from(numerator), u128::from(denominator));
    let scaled = (numerator * 10_000 + denominator / 2).checked_div(denominator)?;
    u64::try_from(scaled).ok()
}

/// How many per 1000, in hundredths, rounded half up; `None` of nothing.
///
/// ```
/// use projector_transparency::report::statistics::per_1000_hundredths;
///
/// assert_eq!(per_1000_hundredths(1, 3), Some(33_333));
/// assert_eq!(per_1000_hundredths(1, 0), None);
/// ```
pub fn per_1000_hundredths(numerator: u64, denominator: u64) -> Option<u64> {
    let (numerator, denominator) = (u128::from(numerator), u128::from(denominator));
    let scaled = (numerator * 100_000 + denominator / 2).checked_div(denominator)?;
    u64::try_from(scaled).ok()
}

/// The 95 % Wilson score interval of a share, in hundredths of a percent; `None` of nothing.
///
/// Uses only additions, products, quotients and square roots, which IEEE 754 rounds exactly: every
/// machine gets the same digits.
///
/// # Source
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927; with
/// z = 1.96.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts lie far below 2^53, the result between 0 and 10,000"
)]
pub fn wilson_interval(successes: u64, trials: u64) -> Option<(u64, u64)> {
    if trials == 0 || successes > trials {
        return None;
    }
    let z = 1.96_f64;
    let (k, n) = (successes as f64, trials as f64);
    let centre = 2.0 * k + z * z;
    let spread = z * (z * z + 4.0 * k * (n - k) / n).sqrt();
    let scale = 2.0 * (n + z * z);
    let points = |value: f64| (value * 10_000.0).round().clamp(0.0, 10_000.0) as u64;
    Some((points((centre - spread) / scale), points((centre + spread) / scale)))
}

/// The smallest value that at least `percent` of 100 of the values do not exceed (nearest rank);
/// `None` of nothing. The values must be in ascending order.
pub fn percentile<T: Copy>(ascending: &[T], percent: usize) -> Option<T> {
    let rank = (ascending.len() * percent).div_ceil(100).max(1);
    ascending.get(rank - 1).copied()
}

#[cfg(test)]
mod tests;
