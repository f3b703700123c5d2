//! Two quantities measured under the same random numbers: their difference is known far better than
//! either of them, as what chance does to one it does to the other.

use super::{Mean, Sample};
use std::cmp::Ordering;

/// Pairs of values, a base and another; pairs are drawn independently of each other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Paired(Vec<(f64, f64)>);

/// How often the other value was below, equal to and above its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signs {
    /// Below.
    pub below: u64,
    /// Equal.
    pub equal: u64,
    /// Above.
    pub above: u64,
}

impl Paired {
    /// Adds a pair.
    pub fn add(&mut self, base: f64, other: f64) {
        self.0.push((base, other));
    }

    /// How many pairs there are.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.0.len() as u64
    }

    /// The mean of the bases.
    #[must_use]
    pub fn base(&self) -> Option<Mean> {
        self.mean(|base, _| base)
    }

    /// The mean of the others.
    #[must_use]
    pub fn other(&self) -> Option<Mean> {
        self.mean(|_, other| other)
    }

    /// The mean of other less base, with the interval of Student over pairs.
    #[must_use]
    pub fn difference(&self) -> Option<Mean> {
        self.mean(|base, other| other - base)
    }

    fn mean(&self, of: impl Fn(f64, f64) -> f64) -> Option<Mean> {
        self.0.iter().map(|(base, other)| of(*base, *other)).collect::<Sample>().mean()
    }

    /// The mean of the others as a multiple of that of the bases, less 1. The interval is that of a
    /// ratio of means by linearization (Cochran, Sampling Techniques, 6.4); none where the mean of the
    /// bases is 0.
    #[must_use]
    pub fn relative(&self) -> Option<Mean> {
        let (base, other) = (self.base()?, self.other()?);
        if base.mean == 0.0 {
            return None;
        }
        let ratio = other.mean / base.mean;
        let rest = self.mean(|base, other| other - ratio * base)?;
        let scale = base.mean.abs();
        let deviation = rest.deviation.map(|deviation| deviation / scale);
        let half_width = rest.half_width.map(|half| half / scale);
        Some(Mean { n: rest.n, mean: ratio - 1.0, deviation, half_width })
    }

    /// How often the other was below, equal and above.
    #[must_use]
    pub fn signs(&self) -> Signs {
        let mut signs = Signs::default();
        for (base, other) in &self.0 {
            match other.total_cmp(base) {
                Ordering::Less => signs.below += 1,
                Ordering::Equal => signs.equal += 1,
                Ordering::Greater => signs.above += 1,
            }
        }
        signs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
    }

    /// Differences 1, 2, 3 by hand: mean 2, deviation 1, t for 2 degrees over √3.
    #[test]
    fn differences_are_of_pairs() {
        let mut pairs = Paired::default();
        for (base, other) in [(10.0, 11.0), (20.0, 22.0), (60.0, 63.0)] {
            pairs.add(base, other);
        }
        let difference = pairs.difference().expect("three pairs");
        near(difference.mean, 2.0);
        near(difference.half_width.expect("three pairs"), 4.302_652_729_749 / 3.0_f64.sqrt());
        let relative = pairs.relative().expect("the bases are not 0");
        near(relative.mean, 96.0 / 90.0 - 1.0);
        // The rest by hand: 11 - 10 r, 22 - 20 r, 63 - 60 r with r = 16/15.
        let rest: Sample = [1.0 / 3.0, 2.0 / 3.0, -1.0].into_iter().collect();
        let half = rest.mean().and_then(|mean| mean.half_width).expect("three values");
        near(relative.half_width.expect("three pairs"), half / 30.0);
        assert_eq!(pairs.signs(), Signs { below: 0, equal: 0, above: 3 });
    }

    #[test]
    fn signs_are_counted_and_nothing_is_divided_by_zero() {
        let mut pairs = Paired::default();
        assert_eq!((pairs.n(), pairs.difference(), pairs.relative()), (0, None, None));
        for (base, other) in [(1.0, 0.5), (-1.0, -1.0), (0.0, 2.0)] {
            pairs.add(base, other);
        }
        assert_eq!(pairs.signs(), Signs { below: 1, equal: 1, above: 1 });
        assert_eq!(pairs.relative(), None);
        assert_eq!(pairs.n(), 3);
    }
}
