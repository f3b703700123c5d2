//! Means and their intervals across seeds.

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
    /// The mean of `sample` with Student's interval; none of an empty one.
    pub fn of(sample: &[f64]) -> Option<Self> {
        if sample.is_empty() {
            return None;
        }
        let (mean, half) = interval(sample);
        Some(Self { mean, half, n: sample.len() })
    }

    /// The ends of the interval; both are the mean where there is none.
    pub fn ends(&self) -> [f64; 2] {
        let half = self.half.unwrap_or(0.0);
        [self.mean - half, self.mean + half]
    }
}

/// The mean, and half of its 95 % interval if there are two values or more.
#[expect(clippy::cast_precision_loss, reason = "there are fewer seeds than 2^52")]
fn interval(sample: &[f64]) -> (f64, Option<f64>) {
    let n = sample.len() as f64;
    // From the first value on, so that equal values have themselves as their mean.
    let first = sample[0];
    let mean = first + sample.iter().map(|value| value - first).sum::<f64>() / n;
    if sample.len() < 2 {
        return (mean, None);
    }
    let squares = sample.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    let deviation = libm::sqrt(squares / (n - 1.0));
    (mean, Some(student(sample.len() - 1) * deviation / libm::sqrt(n)))
}

/// The 97.5 % quantile of Student's distribution with so many degrees of freedom.
#[expect(clippy::cast_precision_loss, reason = "there are fewer seeds than 2^52")]
fn student(freedom: usize) -> f64 {
    const FEW: [f64; 10] =
        [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281];
    const NORMAL: f64 = 1.959_964;
    if let Some(quantile) = FEW.get(freedom - 1) {
        return *quantile;
    }
    // The expansion of Cornish and Fisher, exact to 0.0002 from ten degrees on.
    let (z, v) = (NORMAL, freedom as f64);
    let [z3, z5, z7] = [z * z * z, z * z * z * z * z, z * z * z * z * z * z * z];
    z + (z3 + z) / (4.0 * v)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * v * v)
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * v * v * v)
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
        for (freedom, expected) in [(11, 2.2010), (29, 2.0452), (99, 1.9842), (999, 1.9623)] {
            let found = student(freedom);
            assert!((found - expected).abs() < 2e-4, "{freedom}: {found}");
        }
    }

    #[test]
    fn one_value_has_no_interval_and_none_has_no_mean() {
        let one = Estimate::of(&[0.1]).expect("a mean");
        assert_eq!((one.mean, one.half, one.ends()), (0.1, None, [0.1, 0.1]));
        assert_eq!(Estimate::of(&[]), None);
        assert_eq!(Estimate::of(&[0.1; 3]).expect("a mean").half, Some(0.0));
    }
}
