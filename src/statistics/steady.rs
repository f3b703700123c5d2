//! A single long run: where its warm-up ends, and how well the mean of the rest is known.

use super::{Mean, Sample, approximate};

/// Values that MSER-5 takes together.
const FEW: usize = 5;

/// Batches of [`batch_means`].
pub const BATCHES: usize = 20;

/// A lag-1 correlation above this says that batches are too short for their means to be independent.
pub const MOST_CORRELATION: f64 = 0.2;

/// Where a warm-up ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Values before it.
    pub at: usize,
    /// Values in all.
    pub of: usize,
}

impl Cut {
    /// Whether it is so late that the run was too short to tell: at half of it or beyond.
    #[must_use]
    pub const fn is_late(self) -> bool {
        self.at.saturating_mul(2) + FEW >= self.of
    }
}

/// The warm-up of a series by MSER-5 (White, Cobb and Spratt 2000): of all cuts up to the middle, in
/// steps of five values, the one after which the mean is known best, that is, the squared differences
/// from it divided by the square of their number are least. None of fewer than twenty values.
#[must_use]
pub fn warm_up(series: &[f64]) -> Option<Cut> {
    let means: Vec<_> = series.chunks_exact(FEW).map(mean).collect();
    if means.len() < 4 {
        return None;
    }
    let score = |cut: usize| {
        let rest = &means[cut..];
        let (n, middle) = (approximate(rest.len() as u64), mean(rest));
        rest.iter().map(|value| (value - middle) * (value - middle)).sum::<f64>() / (n * n)
    };
    let cuts = 0..=means.len() / 2;
    let best = cuts.min_by(|one, other| score(*one).total_cmp(&score(*other)))?;
    Some(Cut { at: best * FEW, of: series.len() })
}

/// Their mean; none of none.
#[must_use]
pub fn average(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| mean(values))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / approximate(values.len() as u64)
}

/// A mean over batches, and whether batches were long enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchMeans {
    /// The mean, with the interval of Student over the means of batches.
    pub mean: Mean,
    /// The correlation between the mean of a batch and that of the next.
    pub correlation: f64,
}

/// The mean of a series whose values depend on their neighbours, by the means of [`BATCHES`] batches
/// (Law, Simulation Modeling and Analysis, 9.5.3): those of long batches hardly do. Values at the
/// beginning that fill no batch are left out. None of fewer values than two for each batch.
#[must_use]
pub fn batch_means(series: &[f64]) -> Option<BatchMeans> {
    let length = series.len() / BATCHES;
    if length < 2 {
        return None;
    }
    let batches = series[series.len() - length * BATCHES..].chunks_exact(length);
    let means: Vec<_> = batches.map(mean).collect();
    let sample: Sample = means.iter().copied().collect();
    Some(BatchMeans { mean: sample.mean()?, correlation: lag_one(&means) })
}

/// The correlation of each value with the next one; 0 where all are equal.
#[must_use]
pub fn lag_one(values: &[f64]) -> f64 {
    let middle = mean(values);
    let squares: f64 = values.iter().map(|value| (value - middle) * (value - middle)).sum();
    let products: f64 = values.windows(2).map(|pair| (pair[0] - middle) * (pair[1] - middle)).sum();
    if squares > 0.0 { products / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random, from -1/2 to 1/2.
    fn noise(n: u32) -> Vec<f64> {
        let mut state = 7_u32;
        let mut draw = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24) - 0.5
        };
        (0..n).map(|_| draw()).collect()
    }

    #[test]
    fn a_warm_up_is_cut_where_it_ends() {
        let flat = noise(400);
        let cut = warm_up(&flat).expect("long enough");
        assert!(cut.at < 100, "{cut:?}");
        let mut late = flat.clone();
        for (place, value) in late.iter_mut().take(60).enumerate() {
            *value += 10.0 - approximate(place as u64) / 6.0;
        }
        let cut = warm_up(&late).expect("long enough");
        assert!((50..=75).contains(&cut.at) && !cut.is_late(), "{cut:?}");
        // A series that never settles has its cut at the middle.
        let rising: Vec<_> = (0..400).map(approximate).collect();
        let cut = warm_up(&rising).expect("long enough");
        assert!(cut.at == 200 && cut.is_late(), "{cut:?}");
        assert_eq!(warm_up(&flat[..19]), None);
    }

    #[test]
    fn batches_tell_how_well_a_mean_is_known() {
        let found = batch_means(&noise(20_003)).expect("long enough");
        assert!(found.mean.covers(0.0) && found.mean.n == 20, "{found:?}");
        // The deviation of one value is 1/√12, that of the mean of 20,000 141 times less.
        assert!(found.mean.half_width.is_some_and(|half| half < 0.007), "{found:?}");
        assert!(found.correlation.abs() < 0.5, "{found:?}");
        // A walk depends on where it was: its batches do too.
        let walk: Vec<_> = noise(20_000)
            .iter()
            .scan(0.0, |sum, step| {
                *sum += step;
                Some(*sum)
            })
            .collect();
        let found = batch_means(&walk).expect("long enough");
        assert!(found.correlation > MOST_CORRELATION, "{found:?}");
        assert_eq!(batch_means(&walk[..39]), None);
        // By hand: 1, 2, 3 about 2: -1·0 + 0·1 over 2.
        assert!(lag_one(&[1.0, 2.0, 3.0]).abs() < 1e-12);
        assert!((lag_one(&[1.0, -1.0, 1.0, -1.0]) + 0.75).abs() < 1e-12);
    }
}
