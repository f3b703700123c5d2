//! What can be decided, and how each choice is sampled from raw words.

use super::End;
use crate::units::{Ratio, Span};

/// A decision's range and distribution; its value is always one integer.
#[derive(Debug, Clone, Copy)]
pub enum Choice<'a> {
    /// Uniform on 0..n; n must not be zero. The bias is below n / 2⁶⁴.
    Below(u64),
    /// 1 with this probability, else 0.
    Chance(Ratio),
    /// Exponential with this mean, in whole nanoseconds.
    Exponential(Span),
    /// Trials before the first success, each trial succeeding with this probability; with none at
    /// all, more than can be counted.
    Until(Ratio),
    /// A rank from 0, rank r with probability proportional to (r + 1)^−s.
    Zipf(&'a Zipf),
}

/// The raw words of one decision: 512 bits.
#[derive(Debug)]
pub(super) struct Words {
    words: [u64; 8],
    used: usize,
}

impl Words {
    pub(super) fn new(words: [u64; 8]) -> Self {
        Self { words, used: 0 }
    }

    /// The next word, if one is left.
    fn next(&mut self) -> Option<u64> {
        let word = self.words.get(self.used).copied();
        self.used += 1;
        word
    }
}

/// Uniform on the open interval (0, 1), 53 bits.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit a float exactly")]
fn unit(word: u64) -> f64 {
    ((word >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
}

impl Choice<'_> {
    /// Whether any words at all could make this choice come to `value`.
    pub(super) fn allows(self, value: u64) -> bool {
        // The two distributions fall with their word: the first word gives the largest value.
        match self {
            Self::Below(range) => value < range,
            Self::Chance(ratio) => match value {
                0 => ratio != Ratio::ONE,
                1 => ratio != Ratio::ZERO,
                2.. => false,
            },
            Self::Exponential(mean) => value <= exponential(0, mean),
            Self::Until(Ratio::ZERO) => value == u64::MAX,
            Self::Until(ratio) => value <= until(0, ratio),
            Self::Zipf(zipf) => value < zipf.ranks,
        }
    }

    pub(super) fn sample(self, words: &mut Words) -> u64 {
        let first = words.next().expect("a decision owns eight words");
        match self {
            Self::Below(range) => below(first, range),
            Self::Chance(ratio) => u64::from(happens(first, ratio)),
            Self::Exponential(mean) => exponential(first, mean),
            Self::Until(ratio) => until(first, ratio),
            Self::Zipf(zipf) => zipf.sample(first, words),
        }
    }
}

impl Choice<'_> {
    /// The value where nothing is drawn.
    pub(super) fn settle(self, end: End) -> u64 {
        let most = |range: u64| match end {
            End::Least => 0,
            End::Most => range - 1,
        };
        match self {
            Self::Below(range) => most(range),
            Self::Chance(ratio) => u64::from(ratio == Ratio::ONE),
            Self::Exponential(mean) => mean.as_nanos(),
            Self::Until(Ratio::ONE) => 0,
            Self::Until(_) => u64::MAX,
            Self::Zipf(zipf) => most(zipf.ranks),
        }
    }
}

fn below(word: u64, range: u64) -> u64 {
    assert!(range > 0, "a choice among nothing");
    let product = u128::from(word) * u128::from(range);
    u64::try_from(product >> 64).expect("a product of two u64 shifted by 64 fits u64")
}

/// word / 2⁶⁴ < numerator / denominator, exactly.
fn happens(word: u64, ratio: Ratio) -> bool {
    let (numerator, denominator) = ratio.parts();
    u128::from(word) * u128::from(denominator) < u128::from(numerator) << 64
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive float to the nearest nanosecond; casts saturate"
)]
fn exponential(word: u64, mean: Span) -> u64 {
    (-libm::log(unit(word)) * mean.as_nanos() as f64).round() as u64
}

/// The geometric distribution by inversion: ⌊ln u / ln(1 − p)⌋.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive float to a whole number; casts saturate"
)]
fn until(word: u64, ratio: Ratio) -> u64 {
    let (numerator, denominator) = ratio.parts();
    if numerator == 0 {
        return u64::MAX;
    }
    let success = numerator as f64 / denominator as f64;
    (libm::log(unit(word)) / libm::log1p(-success)).floor() as u64
}

/// Zipf's law on n ranks, sampled by rejection-inversion (Hörmann and Derflinger 1996), which needs
/// no table, so that a volume of any size costs the same.
#[derive(Debug, Clone)]
pub struct Zipf {
    ranks: u64,
    /// The exponent as it was given.
    law: Ratio,
    exponent: f64,
    /// H(1.5) − 1 and H(n + 0.5): the ends of the inverted integral.
    low: f64,
    high: f64,
    /// A rank at most this far above its place is accepted without a further look.
    near: f64,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks beyond 2⁵³ lose their last bits, which Zipf's law does not notice"
)]
impl Zipf {
    /// `ranks` ranks (at least one) with an exponent from 0 (uniform) to 1.
    #[must_use]
    pub fn new(ranks: u64, exponent: Ratio) -> Self {
        assert!(ranks > 0, "a choice among nothing");
        let law = exponent;
        let (numerator, denominator) = law.parts();
        let exponent = numerator as f64 / denominator as f64;
        let mut zipf = Self { ranks, law, exponent, low: 0.0, high: 0.0, near: 0.0 };
        zipf.near = 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.weight(2.0));
        zipf.low = zipf.integral(1.5) - 1.0;
        zipf.high = zipf.integral(ranks as f64 + 0.5);
        zipf
    }

    /// Ranks and exponent, which make it what it is.
    pub(super) const fn parts(&self) -> (u64, Ratio) {
        (self.ranks, self.law)
    }

    /// The integral of x^−s from 1 to x.
    fn integral(&self, x: f64) -> f64 {
        let power = 1.0 - self.exponent;
        if power.abs() < 1e-9 { libm::log(x) } else { libm::expm1(power * libm::log(x)) / power }
    }

    /// x^−s, the weight of rank x.
    fn weight(&self, x: f64) -> f64 {
        libm::pow(x, -self.exponent)
    }

    fn inverse(&self, area: f64) -> f64 {
        let power = 1.0 - self.exponent;
        if power.abs() < 1e-9 {
            libm::exp(area)
        } else {
            libm::exp(libm::log1p((power * area).max(-1.0)) / power)
        }
    }

    /// One word a trial. At least half of the trials are accepted, in practice nine in ten; should all eight words
    /// of the decision be refused, the last trial stands.
    fn sample(&self, first: u64, words: &mut Words) -> u64 {
        let mut word = first;
        loop {
            let area = self.high + unit(word) * (self.low - self.high);
            let place = self.inverse(area);
            let rank = (place.round() as u64).clamp(1, self.ranks);
            let near = rank as f64 - place <= self.near;
            if near || area >= self.integral(rank as f64 + 0.5) - self.weight(rank as f64) {
                return rank - 1;
            }
            match words.next() {
                Some(next) => word = next,
                None => return rank - 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Decisions, Key, Purpose, Seeded};

    const DRAWS: u64 = 40_000;

    fn draws(choice: Choice<'_>) -> impl Iterator<Item = u64> {
        let mut seeded = Seeded::new(1);
        let key = |index| Key { purpose: Purpose::Jitter, entity: 0, index };
        (0..DRAWS).map(move |index| seeded.decide(key(index), choice))
    }

    #[test]
    fn below_is_uniform() {
        let mut counts = [0u64; 10];
        for value in draws(Choice::Below(10)) {
            counts[usize::try_from(value).expect("below ten")] += 1;
        }
        // 4000 expected each, standard deviation 60.
        assert!(counts.iter().all(|count| count.abs_diff(4000) < 300), "{counts:?}");
    }

    #[test]
    fn chance_is_exact_at_its_ends() {
        assert_eq!(draws(Choice::Chance(Ratio::ZERO)).sum::<u64>(), 0);
        assert_eq!(draws(Choice::Chance(Ratio::ONE)).sum::<u64>(), DRAWS);
        let third = Ratio::new(1, 3).expect("a share");
        assert!(draws(Choice::Chance(third)).sum::<u64>().abs_diff(13_333) < 500);
    }

    #[test]
    fn until_has_its_mean_and_its_ends() {
        let share = |numerator, denominator| Ratio::new(numerator, denominator).expect("a share");
        // (1 − p) / p, with a standard deviation of 19.5 for one draw.
        let sum = draws(Choice::Until(share(1, 20))).sum::<u64>();
        assert!(sum.abs_diff(19 * DRAWS) < DRAWS / 3, "{sum}");
        let none = draws(Choice::Until(share(1, 20))).filter(|&trials| trials == 0).count();
        assert!(none.abs_diff(2_000) < 150, "{none}");
        assert!(draws(Choice::Until(Ratio::ONE)).all(|trials| trials == 0));
        assert!(draws(Choice::Until(Ratio::ZERO)).all(|trials| trials == u64::MAX));
        assert!(draws(Choice::Until(share(1, u64::MAX))).all(|trials| trials > 1 << 40));
    }

    /// Whatever is drawn is allowed; what no word gives is not.
    #[test]
    fn what_is_drawn_is_allowed() {
        let share = |numerator, denominator| Ratio::new(numerator, denominator).expect("a share");
        let zipf = Zipf::new(1000, share(9, 10));
        let mean = Span::from_nanos(1_000);
        for (choice, allowed, refused) in [
            (Choice::Below(10), 9, 10),
            (Choice::Chance(share(1, 2)), 1, 2),
            (Choice::Chance(Ratio::ZERO), 0, 1),
            (Choice::Chance(Ratio::ONE), 1, 0),
            // 54 bits: at most 54 ln 2 means.
            (Choice::Exponential(mean), 37_430, 37_431),
            (Choice::Exponential(Span::ZERO), 0, 1),
            (Choice::Until(share(1, 2)), 54, 55),
            (Choice::Until(Ratio::ZERO), u64::MAX, 0),
            (Choice::Until(Ratio::ONE), 0, 1),
            (Choice::Zipf(&zipf), 999, 1000),
        ] {
            assert!(draws(choice).all(|value| choice.allows(value)), "{choice:?}");
            assert!(choice.allows(allowed), "{choice:?} {allowed}");
            assert!(!choice.allows(refused), "{choice:?} {refused}");
        }
    }

    #[test]
    fn exponential_has_its_mean_and_median() {
        let mut values: Vec<_> = draws(Choice::Exponential(Span::from_nanos(1_000_000))).collect();
        let mean = values.iter().sum::<u64>() / DRAWS;
        assert!(mean.abs_diff(1_000_000) < 25_000, "{mean}");
        values.sort_unstable();
        assert!(values[values.len() / 2].abs_diff(693_147) < 30_000);
    }

    #[test]
    fn zipf_follows_its_law() {
        for (numerator, ranks) in [(0, 100u64), (50, 100), (99, 100), (100, 100)] {
            let exponent = Ratio::new(numerator, 100).expect("a share");
            let zipf = Zipf::new(ranks, exponent);
            let mut counts = vec![0u32; 100];
            for rank in draws(Choice::Zipf(&zipf)) {
                counts[usize::try_from(rank).expect("a rank")] += 1;
            }
            let s = f64::from(u32::try_from(numerator).expect("small")) / 100.0;
            let weight = |rank: u32| (f64::from(rank) + 1.0).powf(-s);
            let total: f64 = (0..100).map(weight).sum();
            for rank in [0, 1, 2, 9, 49, 99] {
                let expected = weight(rank) / total * 40_000.0;
                let count = counts[usize::try_from(rank).expect("a rank")];
                let off = (f64::from(count) - expected).abs();
                assert!(
                    off < 5.0 * expected.sqrt() + 1.0,
                    "s={s} rank {rank}: {expected} {counts:?}"
                );
            }
        }
    }

    #[test]
    fn zipf_reaches_the_far_end_of_a_large_volume() {
        let zipf = Zipf::new(1 << 52, Ratio::new(1, 2).expect("a share"));
        assert!(draws(Choice::Zipf(&zipf)).any(|rank| rank > 1 << 51));
    }
}
