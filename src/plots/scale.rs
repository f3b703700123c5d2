//! Scales: where a number stands on an axis, and which numbers are written beside it.

use super::unit::Unit;
use super::value::Axis;

/// How places follow from numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Equal differences are equal lengths.
    Linear,
    /// Equal ratios are equal lengths.
    Log,
    /// Words, one beside the other.
    Words,
}

/// Where the ends of a linear scale lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// At the outermost numbers.
    Exact,
    /// At the next round numbers.
    Round,
}

/// A scale. Pixels are given by [`Scale::over`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub form: Form,
    /// What it shows, with the unit of its labels where they lack one.
    pub title: String,
    /// Numbers that are written, and how.
    pub ticks: Vec<(f64, String)>,
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

/// Numbers that span more than this many powers of ten are put on a logarithmic scale.
const WIDE: f64 = 1.5;

/// Whether `numbers` are better seen on a logarithmic scale.
pub(super) fn is_wide(numbers: impl Iterator<Item = f64>) -> bool {
    let [low, high] = extent(numbers);
    low > 0.0 && high.is_finite() && libm::log10(high / low) > WIDE
}

/// The smallest and the largest; infinite if there is none.
pub(super) fn extent(numbers: impl Iterator<Item = f64>) -> [f64; 2] {
    numbers.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], number| {
        [low.min(number), high.max(number)]
    })
}

impl Scale {
    /// A linear scale with about `most` numbers, in one unit that the title names.
    pub fn linear(title: &str, unit: Unit, range: [f64; 2], (most, ends): (u32, Ends)) -> Self {
        let [mut low, mut high] = range;
        if high <= low {
            high = if low == 0.0 { unit.grade(0.0).factor } else { low + low.abs() * 0.1 };
        }
        let grade = unit.grade(low.abs().max(high.abs()));
        let span = (high - low) / grade.factor;
        let step = round_step(span / f64::from(most));
        let (first, last) = (low / grade.factor / step, high / grade.factor / step);
        let (first, last) = match ends {
            Ends::Exact => (libm::ceil(first - 1e-9), libm::floor(last + 1e-9)),
            Ends::Round => (libm::floor(first + 1e-9), libm::ceil(last - 1e-9)),
        };
        let numbers = (0..=64).map(|place| first + f64::from(place));
        let places = decimals(step);
        let tick = |number: f64| {
            let value = number * step * grade.factor;
            (value, grade.digits(value, places))
        };
        let ticks: Vec<_> = numbers.take_while(|number| *number <= last).map(tick).collect();
        if ends == Ends::Round {
            [low, high] = [first * step * grade.factor, last * step * grade.factor];
        }
        let title = grade.after(title);
        Self { form: Form::Linear, title, ticks, low, high, start: 0.0, end: 1.0 }
    }

    /// A logarithmic scale with at most about `most` numbers, each with its unit.
    pub fn log(title: &str, unit: Unit, range: [f64; 2], most: u32) -> Self {
        let [low, high] = range;
        let high = if high > low { high } else { low * 2.0 };
        let numbers = match unit {
            Unit::Bytes => doublings([low, high], most),
            Unit::Time | Unit::Rate | Unit::Share | Unit::Count => decades([low, high], most),
        };
        let ticks = numbers.into_iter().map(|number| (number, unit.label(number))).collect();
        let title = title.to_owned();
        Self { form: Form::Log, title, ticks, low, high, start: 0.0, end: 1.0 }
    }

    /// A scale of the values of an axis, in this form.
    pub fn of_axis(axis: &Axis, form: Form) -> Self {
        const MOST: u32 = 9;
        let range = extent(axis.values.iter().map(|tick| tick.at));
        let own = || axis.values.iter().map(|tick| (tick.at, tick.label.clone())).collect();
        match (form, axis.unit) {
            (Form::Linear, Some(unit)) => {
                let [low, high] = range;
                let low = if low > 0.0 && low < high * 0.35 { 0.0 } else { low };
                Self::linear(&axis.name, unit, [low, high], (MOST, Ends::Exact))
            }
            (Form::Log, Some(unit)) => {
                let scale = Self::log(&axis.name, unit, range, MOST);
                // Few values are written themselves: people look for what was set.
                if axis.values.len() <= 12 { Self { ticks: own(), ..scale } } else { scale }
            }
            (Form::Words, _) | (_, None) => {
                Self::words(&axis.name, axis.values.iter().map(|tick| tick.label.clone()))
            }
        }
    }

    /// A scale of words, at 0, 1, 2 and so on.
    pub fn words(title: &str, words: impl Iterator<Item = String>) -> Self {
        let ticks: Vec<_> = (0_u32..).map(f64::from).zip(words).collect();
        let [low, high] = extent(ticks.iter().map(|(at, _)| *at));
        let (title, form) = (title.to_owned(), Form::Words);
        Self { form, title, ticks, low: low - 0.5, high: high + 0.5, start: 0.0, end: 1.0 }
    }

    /// The same scale between two pixels.
    pub fn over(self, start: f64, end: f64) -> Self {
        Self { start, end, ..self }
    }

    /// The pixel of a number; what lies beyond an end is put there.
    pub fn place(&self, number: f64) -> f64 {
        let share = match self.form {
            Form::Linear | Form::Words => (number - self.low) / (self.high - self.low),
            Form::Log => {
                let ratio = number.max(self.low) / self.low;
                libm::log10(ratio) / libm::log10(self.high / self.low)
            }
        };
        self.start + share.clamp(0.0, 1.0) * (self.end - self.start)
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `least`.
fn round_step(least: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(least)));
    let factors = [1.0, 2.0, 5.0, 10.0];
    let fits = |factor: &f64| factor * power >= least * (1.0 - 1e-9);
    factors.into_iter().find(fits).unwrap_or(10.0) * power
}

/// Digits after the point of multiples of `step`.
fn decimals(step: f64) -> usize {
    (0..12)
        .find(|places| {
            let scaled = step * libm::pow(10.0, f64::from(*places));
            (scaled - libm::round(scaled)).abs() < 1e-6 * scaled
        })
        .map_or(12, |places: u32| places as usize)
}

/// Powers of ten; between them 2 and 5 where there are few.
fn decades([low, high]: [f64; 2], most: u32) -> Vec<f64> {
    let [first, last] = [libm::floor(libm::log10(low)), libm::ceil(libm::log10(high))];
    let span = libm::log10(high / low);
    let stride = libm::ceil(span / f64::from(most)).max(1.0);
    let factors: &[f64] = if span <= 2.8 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let mut numbers = Vec::new();
    let mut power = first;
    while power <= last && numbers.len() < 64 {
        let decade = libm::pow(10.0, power);
        numbers.extend(factors.iter().map(|factor| factor * decade));
        power += stride;
    }
    within(numbers, [low, high])
}

/// Powers of two, equally far apart.
fn doublings([low, high]: [f64; 2], most: u32) -> Vec<f64> {
    let span = libm::log2(high / low);
    let stride =
        [1.0, 2.0, 4.0, 5.0, 10.0].into_iter().find(|stride| span / stride <= f64::from(most));
    let stride = stride.unwrap_or(20.0);
    let first = libm::ceil(libm::log2(low) / stride - 1e-9) * stride;
    let numbers = (0..64).map(|place| libm::exp2(first + f64::from(place) * stride));
    within(numbers.collect(), [low, high])
}

fn within(numbers: Vec<f64>, [low, high]: [f64; 2]) -> Vec<f64> {
    let inside = |number: &f64| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(number);
    numbers.into_iter().filter(inside).collect()
}

/// The range of a logarithmic scale that holds these numbers: round numbers just outside of them.
pub(super) fn around([low, high]: [f64; 2]) -> [f64; 2] {
    let power = |number: f64| libm::pow(10.0, libm::floor(libm::log10(number)));
    let below = [5.0, 2.0, 1.0].map(|factor| factor * power(low));
    let above = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power(high));
    [
        below.into_iter().find(|number| *number <= low * (1.0 + 1e-9)).unwrap_or(low),
        above.into_iter().find(|number| *number >= high * (1.0 - 1e-9)).unwrap_or(high),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(scale: &Scale) -> String {
        scale.ticks.iter().map(|(_, label)| label.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn linear_scales_have_round_numbers_in_one_unit() {
        for (unit, range, expected, title) in [
            (Unit::Share, [0.0, 0.468], "0 10 20 30 40 50", "y (%)"),
            (Unit::Time, [0.0, 43e6], "0 10 20 30 40 50", "y (ms)"),
            (Unit::Time, [0.0, 0.9e6], "0 200 400 600 800 1000", "y (µs)"),
            (Unit::Bytes, [0.0, 3e6], "0.0 0.5 1.0 1.5 2.0 2.5 3.0", "y (MiB)"),
            (Unit::Count, [-0.4, 1.0], "−0.5 0.0 0.5 1.0", "y"),
            (Unit::Count, [0.0, 23_000.0], "0 5 10 15 20 25", "y (thousands)"),
            (Unit::Count, [0.0, 0.0], "0.0 0.2 0.4 0.6 0.8 1.0", "y"),
        ] {
            let scale = Scale::linear("y", unit, range, (6, Ends::Round));
            assert_eq!((written(&scale).as_str(), scale.title.as_str()), (expected, title));
            assert!(scale.low <= range[0] && scale.high >= range[1], "{range:?}");
        }
        let exact = Scale::linear("x", Unit::Time, [3e6, 47e6], (6, Ends::Exact)).over(10.0, 54.0);
        assert_eq!(written(&exact), "10 20 30 40");
        assert!((exact.place(13e6) - 20.0).abs() < 1e-9 && (exact.place(99e6) - 54.0).abs() < 1e-9);
    }

    #[test]
    fn logarithmic_scales_have_decades_or_doublings() {
        for (unit, range, expected) in [
            (Unit::Time, [1e6, 1e10], "1 ms 10 ms 100 ms 1 s 10 s"),
            (Unit::Time, [2e6, 60e6], "2 ms 5 ms 10 ms 20 ms 50 ms"),
            (Unit::Bytes, [512.0, 65536.0], "512 B 1 KiB 2 KiB 4 KiB 8 KiB 16 KiB 32 KiB 64 KiB"),
            (
                Unit::Bytes,
                [1.0, 1_073_741_824.0],
                "1 B 16 B 256 B 4 KiB 64 KiB 1 MiB 16 MiB 256 MiB",
            ),
            (Unit::Rate, [1e6, 1e9], "1 Mbit/s 10 Mbit/s 100 Mbit/s 1 Gbit/s"),
        ] {
            assert_eq!(written(&Scale::log("x", unit, range, 9)), expected);
        }
        let scale = Scale::log("x", Unit::Count, [1.0, 100.0], 9).over(0.0, 200.0);
        assert!((scale.place(10.0) - 100.0).abs() < 1e-9 && scale.place(0.0).abs() < 1e-9);
        assert_eq!(around([3.0, 70.0]), [2.0, 100.0]);
        assert_eq!(around([1.0, 50.0]), [1.0, 50.0]);
    }

    #[test]
    fn a_decade_and_a_half_is_wide() {
        assert!(is_wide([1.0, 40.0].into_iter()) && !is_wide([1.0, 30.0].into_iter()));
        assert!(!is_wide([0.0, 1000.0].into_iter()), "zero has no logarithm");
        assert!(!is_wide(std::iter::empty()));
    }
}
