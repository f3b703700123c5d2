//! Time by age: how long something was how old, without keeping every moment.

use crate::units::SimTime;
use std::collections::BTreeMap;

/// How much simulated time was spent at which age. Percentiles are within 3 %, mean and maximum exact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ages {
    /// Time in which nothing was at risk, in nanoseconds.
    none_ns: u128,
    /// Time in which something was.
    some_ns: u128,
    /// Twice the sum of age × time, so that it stays whole.
    twice_sum: u128,
    max_ns: u64,
    /// By bucket: how many more ramps go through it than through the one before, and the time that
    /// they spend less in it than its whole width.
    buckets: BTreeMap<u64, (i64, u128)>,
}

/// Buckets to an octave.
const STEPS: u64 = 32;

/// The bucket of an age: below 32 ns one each, then 32 to an octave.
const fn bucket(age: u64) -> u64 {
    if age < STEPS {
        return age;
    }
    let octave = age.ilog2() - STEPS.ilog2();
    (octave as u64) * STEPS + (age >> octave)
}

/// The least age in a bucket.
const fn least(bucket: u64) -> u128 {
    if bucket < STEPS {
        return bucket as u128;
    }
    let (octave, place) = ((bucket - STEPS) / STEPS, bucket % STEPS);
    ((STEPS + place) as u128) << octave
}

/// As a float: figures need no more than its 52 bits.
#[expect(clippy::cast_precision_loss, reason = "see above")]
const fn float(whole: u128) -> f64 {
    whole as f64
}

impl Ages {
    /// From `from` to `to` the oldest write at risk was the one answered at `oldest`.
    pub(super) fn grew(&mut self, from: SimTime, to: SimTime, oldest: Option<SimTime>) {
        let Some(oldest) = oldest else {
            self.none_ns += u128::from(to.since(from).as_nanos());
            return;
        };
        let (first, last) = (from.since(oldest).as_nanos(), to.since(oldest).as_nanos());
        let (low, high) = (u128::from(first), u128::from(last));
        if low == high {
            return;
        }
        self.some_ns += high - low;
        self.twice_sum += high * high - low * low;
        self.max_ns = self.max_ns.max(last);
        let (begin, end) = (bucket(first), bucket(last));
        let started = self.buckets.entry(begin).or_default();
        *started = (started.0 + 1, started.1 + (low - least(begin)));
        self.buckets.entry(end).or_default().1 += least(end + 1) - high;
        self.buckets.entry(end + 1).or_default().0 -= 1;
    }

    /// The time-weighted mean age in nanoseconds, rounded down.
    #[must_use]
    pub fn mean_ns(&self) -> u64 {
        let time = self.none_ns + self.some_ns;
        let mean = (self.twice_sum / 2).checked_div(time).unwrap_or(0);
        u64::try_from(mean).unwrap_or(u64::MAX)
    }

    /// The largest age in nanoseconds.
    #[must_use]
    pub const fn max_ns(&self) -> u64 {
        self.max_ns
    }

    /// The age that was not exceeded for this share of the time, in nanoseconds.
    #[must_use]
    pub fn quantile(&self, share: f64) -> u64 {
        let wanted = float(self.none_ns + self.some_ns) * share;
        let mut passed = float(self.none_ns);
        if wanted <= passed {
            return 0;
        }
        for (bucket, time) in self.times() {
            if time > 0.0 && passed + time >= wanted {
                let width = float(least(bucket + 1) - least(bucket));
                let age = float(least(bucket)) + (wanted - passed) / time * width;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "an age is not negative, and below 2⁶⁴"
                )]
                return (age as u64).min(self.max_ns);
            }
            passed += time;
        }
        self.max_ns
    }

    /// The time spent in each bucket, from the first to the last in which any was.
    fn times(&self) -> impl Iterator<Item = (u64, f64)> {
        let first = self.buckets.first_key_value().map_or(0, |(bucket, _)| *bucket);
        let last = self.buckets.last_key_value().map_or(0, |(bucket, _)| *bucket);
        let mut ramps = 0;
        (first..last).map(move |bucket| {
            let (more, less) = self.buckets.get(&bucket).copied().unwrap_or_default();
            ramps += more;
            let width = least(bucket + 1) - least(bucket);
            let whole = width * u128::try_from(ramps).expect("a ramp ends after it began");
            (bucket, float(whole - less))
        })
    }

    /// Adds the ages of another run.
    pub fn merge(&mut self, other: &Self) {
        self.none_ns += other.none_ns;
        self.some_ns += other.some_ns;
        self.twice_sum += other.twice_sum;
        self.max_ns = self.max_ns.max(other.max_ns);
        for (bucket, (more, less)) in &other.buckets {
            let here = self.buckets.entry(*bucket).or_default();
            *here = (here.0 + more, here.1 + less);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(ramps: &[(u64, u64, Option<u64>)]) -> Ages {
        let mut ages = Ages::default();
        let at = SimTime::from_nanos;
        for (from, to, oldest) in ramps {
            ages.grew(at(*from), at(*to), oldest.map(at));
        }
        ages
    }

    #[test]
    fn buckets_follow_each_other() {
        for age in (0..2000).chain([1 << 20, (1 << 40) + 12345, u64::MAX]) {
            let bucket = bucket(age);
            let held = least(bucket)..least(bucket + 1);
            assert!(held.contains(&u128::from(age)), "{age} in {bucket}: {held:?}");
        }
    }

    #[test]
    fn time_is_shared_out_by_age() {
        // A second at nothing, then twice from 0 to 1 s.
        const S: u64 = 1_000_000_000;
        let ages = grown(&[(0, S, None), (S, 2 * S, Some(S)), (2 * S, 3 * S, Some(2 * S))]);
        assert_eq!((ages.mean_ns(), ages.max_ns()), (S / 3, S));
        assert_eq!(ages.quantile(0.3), 0);
        for (share, expected) in [(0.5, 0.25), (2.0 / 3.0, 0.5), (0.9, 0.85), (1.0, 1.0)] {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let found = ages.quantile(share) as f64 / S as f64;
            assert!((found - expected).abs() < 0.001 * expected, "{share}: {found}");
        }
    }

    #[test]
    fn a_ramp_begins_and_ends_anywhere() {
        let ages = grown(&[(1000, 1700, Some(100)), (1700, 1701, Some(0)), (1701, 1701, Some(5))]);
        assert_eq!((ages.max_ns(), ages.some_ns), (1701, 701));
        let found = ages.quantile(0.5);
        assert!((1240..=1260).contains(&found), "{found}");
        let mut twice = ages.clone();
        twice.merge(&ages);
        assert_eq!((twice.quantile(0.5), twice.mean_ns()), (found, ages.mean_ns()));
    }
}
