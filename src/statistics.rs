//! What a sample says of what it was drawn from: intervals, and comparisons of two samples. No
//! distribution is assumed beyond what the doc of a function says.

mod paired;
mod sample;
mod share;
pub mod steady;
pub mod student;

pub use paired::{Paired, Signs};
pub use sample::{Mean, Sample};
pub use share::share;

/// A median and an interval around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Median<T> {
    /// A value that at least half of the sample does not exceed: the lower one in the middle.
    pub median: T,
    /// Values of the sample between which the median of the distribution lies, with at least 95 %
    /// confidence; none where so small a sample holds no such interval (below six values).
    pub interval: Option<(T, T)>,
    /// How many values there are.
    pub n: usize,
}

/// The median of a sample, with an interval made of its order statistics: the k-th value from either
/// end, with the largest k for which a median outside is rare enough whatever the distribution is.
/// None of an empty sample.
#[must_use]
pub fn median<T: Ord + Copy>(sample: &[T]) -> Option<Median<T>> {
    let mut sorted = sample.to_vec();
    sorted.sort();
    let n = sorted.len();
    let median = *sorted.get(n.checked_sub(1)? / 2)?;
    let interval = rank(n).map(|rank| (sorted[rank - 1], sorted[n - rank]));
    Some(Median { median, interval, n })
}

/// Probability that the median lies below the interval, at most; the same above.
const TAIL: f64 = 0.025;
/// The quantile of the normal distribution at which [`TAIL`] is left above.
const NORMAL: f64 = 1.959_964;
/// Values up to which the binomial distribution is summed up; beyond, the normal one is as good.
const SUMMED: usize = 1000;

/// The largest k such that fewer than k of n values lie below the median with probability [`TAIL`] at
/// most. Whether a value does is a fair coin.
fn rank(n: usize) -> Option<usize> {
    if n > SUMMED {
        let n = approximate(n as u64);
        let rank = (n - NORMAL * n.sqrt()) / 2.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is positive and below n; a fraction of a rank is no rank"
        )]
        return Some(rank as usize);
    }
    let mut term = (0..n).fold(1.0, |term, _| term / 2.0);
    let (mut below, mut rank) = (0.0, 0);
    while rank < n && below + term <= TAIL {
        below += term;
        term *= approximate((n - rank) as u64) / approximate(rank as u64 + 1);
        rank += 1;
    }
    (rank > 0).then_some(rank)
}

/// Successes, and the trials that they took. Trials ended with a success each time, as when one goes
/// on until something is found, so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Successes {
    /// How many.
    pub successes: u64,
    /// Trials of all of them.
    pub trials: u64,
}

/// How probable it is that the second sample has so few successes among its trials, or fewer, if a
/// trial succeeds as often in both: exact, given how many trials failed in both together (a negative
/// hypergeometric distribution). Close to 0: successes have become rarer. 1 where nothing failed.
#[must_use]
pub fn rarer(first: Successes, second: Successes) -> f64 {
    let failures = |sample: Successes| sample.trials.saturating_sub(sample.successes);
    let (seen, all) = (failures(second), failures(first) + failures(second));
    if seen == 0 {
        return 1.0;
    }
    if first.successes == 0 || second.successes == 0 {
        // Without a success there is no telling where trials would have ended: all failures are taken
        // to be as likely in either.
        return if first.successes == 0 { 1.0 } else { 0.0 };
    }
    let [n, m] = [first.successes, second.successes].map(approximate);
    let (mut weight, mut total, mut tail) = (1.0, 0.0, 0.0);
    for failed in 0..=all {
        total += weight;
        if failed >= seen {
            tail += weight;
        }
        if failed < all {
            let (done, left) = (approximate(failed), approximate(all - failed));
            weight *= (m + done) / (done + 1.0) * left / (n + left - 1.0);
        }
        // Only the ratio counts; no sum may overflow.
        if total > 1e200 {
            (weight, total, tail) = (weight / 1e200, total / 1e200, tail / 1e200);
        }
    }
    tail / total
}

#[expect(clippy::cast_precision_loss, reason = "counts of runs are far below 2^52")]
const fn approximate(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ranks of the tables of the sign test, two-sided, 5 %.
    #[test]
    fn intervals_are_those_of_the_sign_test() {
        for (n, wanted) in [(1, None), (5, None), (6, Some(1)), (8, Some(1)), (9, Some(2))] {
            assert_eq!(rank(n), wanted, "{n}");
        }
        for (n, wanted) in [(20, 6), (25, 8), (40, 14), (100, 40), (1000, 469), (1001, 469)] {
            assert_eq!(rank(n), Some(wanted), "{n}");
        }
        let sample: Vec<_> = (1..=20).rev().collect();
        let found = Median { median: 10, interval: Some((6, 15)), n: 20 };
        assert_eq!(median(&sample), Some(found));
        assert_eq!(median(&[4]), Some(Median { median: 4, interval: None, n: 1 }));
        assert_eq!(median::<u64>(&[]), None);
    }

    /// The interval of 20 values of a geometric distribution holds its median as often as it says.
    #[test]
    fn an_interval_holds_the_median_often_enough() {
        // A generator of our own: the test asks for coins, not for good ones.
        let mut state = 1_u64;
        let mut coin = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let mut outside = 0;
        for _ in 0..10_000 {
            let sample: Vec<_> = (0..20).map(|_| coin()).collect();
            let (low, high) = median(&sample).and_then(|found| found.interval).expect("20 values");
            outside += u32::from(low > 1 << 30 || high < 1 << 30);
        }
        // 4.14 % are expected, with a standard deviation of 0.2 %.
        assert!((350..500).contains(&outside), "{outside}");
    }

    #[test]
    fn successes_become_rarer() {
        let sample = |successes, trials| Successes { successes, trials };
        let near =
            |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
        near(rarer(sample(1, 1), sample(1, 2)), 0.5);
        // C(27, 8) / C(47, 8).
        near(rarer(sample(20, 20), sample(20, 28)), 0.007_060_0);
        near(rarer(sample(20, 28), sample(20, 20)), 1.0);
        near(rarer(sample(20, 40), sample(20, 40)), 0.544_187);
        let huge = rarer(sample(1000, 2000), sample(1000, 100_000));
        assert!((0.0..1e-12).contains(&huge), "{huge}");
        assert!(rarer(sample(1000, 100_000), sample(1000, 2000)) > 0.999_999);
        near(rarer(sample(20, 20), sample(0, 5)), 0.0);
        near(rarer(sample(0, 5), sample(20, 40)), 1.0);
    }
}
