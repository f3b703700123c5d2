//! Means and their intervals across seeds.

use crate::statistics::{Mean, Sample};

/// A mean of values of several seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub mean: f64,
    /// Half of its 95 % interval; none of a single value.
    pub half: Option<f64>,
    /// How many values.
    pub n: usize,
}

impl Estimate {
    /// The mean of values with Student's interval; none of no values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let Mean { mean, half_width: half, .. } =
            values.iter().copied().collect::<Sample>().mean()?;
        Some(Self { mean, half, n: values.len() })
    }

    /// The ends of the interval; both are the mean where there is none.
    pub fn ends(&self) -> [f64; 2] {
        let half = self.half.unwrap_or(0.0);
        [self.mean - half, self.mean + half]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_students() {
        let estimate = Estimate::of(&[1.0, 2.0, 3.0, 4.0]).expect("a mean");
        assert_eq!((estimate.mean, estimate.n), (2.5, 4));
        let half = estimate.half.expect("an interval");
        assert!((half - 3.1824 * 1.290_994 / 2.0).abs() < 1e-4, "{half}");
    }

    #[test]
    fn one_value_has_no_interval_and_none_has_no_mean() {
        let one = Estimate::of(&[0.1]).expect("a mean");
        assert_eq!((one.mean, one.half, one.ends()), (0.1, None, [0.1, 0.1]));
        assert_eq!(Estimate::of(&[]), None);
        assert_eq!(Estimate::of(&[0.1; 3]).expect("a mean").half, Some(0.0));
    }
}
