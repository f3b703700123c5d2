//! A share of trials, with an interval.

use super::student::{self, CONFIDENCE};

/// The interval of a share: so many successes in n independent trials (Wilson 1927, with the normal
/// quantile; nowhere outside 0 to 1, and near what it says for every share).
#[must_use]
pub fn share(successes: u64, n: u64) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let z = student::quantile(CONFIDENCE, 1_000_000);
    let (n, share) = (super::approximate(n), super::approximate(successes) / super::approximate(n));
    let scale = 1.0 + z * z / n;
    let middle = (share + z * z / (2.0 * n)) / scale;
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() / scale;
    Some(((middle - half).max(0.0), (middle + half).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The intervals of Wilson for 0 and 19 of 20, as tables have them.
    #[test]
    fn shares_have_intervals() {
        for (successes, low, high) in [(0, 0.0, 0.161_125), (19, 0.763_868, 0.991_118)] {
            let (found_low, found_high) = share(successes, 20).expect("twenty");
            assert!((found_low - low).abs() < 1e-5 && (found_high - high).abs() < 1e-5);
        }
        assert_eq!(share(0, 0), None);
    }
}
