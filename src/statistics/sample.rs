//! A sample and its mean, with an interval.

use super::student::{self, CONFIDENCE};

/// Values drawn independently from one distribution, added one by one (Welford 1962: sums of squares
/// of large values close together do not lose their digits).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    n: u64,
    mean: f64,
    /// The sum of squared differences from the mean.
    squares: f64,
}

/// A mean, and how well it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// How many values it is of.
    pub n: u64,
    /// The mean of the values.
    pub mean: f64,
    /// The standard deviation of the values; none of a single one.
    pub deviation: Option<f64>,
    /// Half the width of the 95 % interval around the mean; none of a single value.
    pub half_width: Option<f64>,
}

impl Sample {
    /// Adds a value.
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        let before = value - self.mean;
        self.mean += before / super::approximate(self.n);
        self.squares += before * (value - self.mean);
    }

    /// How many values there are.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The variance of what the values were drawn from, as far as they tell: without bias. None of a
    /// single value.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.n > 1).then(|| self.squares / super::approximate(self.n - 1))
    }

    /// The mean with its interval after Student (1908): the mean of the distribution is within it with
    /// 95 % probability if values are drawn from a normal one, and nearly so for means of many from
    /// any with a variance. None of no values.
    #[must_use]
    pub fn mean(&self) -> Option<Mean> {
        let Self { n, mean, .. } = *self;
        let variance = self.variance();
        let half_width = variance.map(|variance| {
            let error = (variance / super::approximate(n)).sqrt();
            // Equal values leave no doubt, however few.
            if error > 0.0 { student::quantile(CONFIDENCE, n - 1) * error } else { 0.0 }
        });
        (n > 0).then(|| Mean { n, mean, deviation: variance.map(f64::sqrt), half_width })
    }
}

impl FromIterator<f64> for Sample {
    fn from_iter<Values: IntoIterator<Item = f64>>(values: Values) -> Self {
        let mut sample = Self::default();
        values.into_iter().for_each(|value| sample.add(value));
        sample
    }
}

impl Mean {
    /// Whether a value lies in the interval; a single value has none.
    #[must_use]
    pub fn covers(&self, value: f64) -> bool {
        self.half_width.is_some_and(|half| (value - self.mean).abs() <= half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{found} {wanted}");
    }

    /// Values worked out by hand: mean 5, squares 32, variance 32/7.
    #[test]
    fn mean_and_interval_are_those_of_the_formulas() {
        let sample: Sample = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().collect();
        let mean = sample.mean().expect("eight values");
        near(mean.mean, 5.0);
        near(sample.variance().expect("eight values"), 32.0 / 7.0);
        // t for 7 degrees is 2.364624251593; the error sqrt(32/7/8).
        let half = mean.half_width.expect("eight values");
        assert!((half - 2.364_624_251_593 * (4.0_f64 / 7.0).sqrt()).abs() < 1e-9, "{half}");
        assert!(mean.covers(5.0 + half * 0.999) && !mean.covers(5.0 - half * 1.001));
    }

    #[test]
    fn few_values_say_little() {
        assert_eq!(Sample::default().mean(), None);
        let one: Sample = [3.5].into_iter().collect();
        let mean = Mean { n: 1, mean: 3.5, deviation: None, half_width: None };
        assert_eq!(one.mean(), Some(mean));
        assert!(!mean.covers(3.5));
        let equal: Sample = [0.1; 30].into_iter().collect();
        let mean = equal.mean().expect("thirty values");
        near(mean.mean, 0.1);
        assert!(mean.half_width.is_some_and(|half| half < 1e-15), "{mean:?}");
    }

    #[test]
    fn large_values_keep_their_differences() {
        let sample: Sample = [4.0, 7.0, 13.0, 16.0].map(|value| value + 1e12).into_iter().collect();
        near(sample.variance().expect("four values"), 30.0);
    }
}
