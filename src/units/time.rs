//! Simulated time: points and spans, in integer nanoseconds.

use super::ParseError;
use super::quantity::Scale;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const SPANS: Scale = Scale {
    what: "a span of time",
    units: &[
        ("h", 3_600_000_000_000),
        ("min", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ],
};

/// A span of simulated time in nanoseconds, `"20ms"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(u64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// `count` nanoseconds.
    #[must_use]
    pub const fn from_nanos(count: u64) -> Self {
        Self(count)
    }

    /// `count` microseconds; saturates at the largest span.
    #[must_use]
    pub const fn from_micros(count: u64) -> Self {
        Self(count.saturating_mul(1_000))
    }

    /// `count` milliseconds; saturates at the largest span.
    #[must_use]
    pub const fn from_millis(count: u64) -> Self {
        Self(count.saturating_mul(1_000_000))
    }

    /// `count` seconds; saturates at the largest span.
    #[must_use]
    pub const fn from_secs(count: u64) -> Self {
        Self(count.saturating_mul(1_000_000_000))
    }

    /// The span in nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The sum; saturates at the largest span.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub(super) const fn to_raw(self) -> u64 {
        self.0
    }

    pub(super) const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        SPANS.write(self.0, formatter)
    }
}

impl FromStr for Span {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        SPANS.parse(&text.replace('µ', "u")).map(Self)
    }
}

/// A point of simulated time: nanoseconds since the run began.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SimTime(u64);

impl SimTime {
    /// The moment a run begins.
    pub const ZERO: Self = Self(0);
    /// Later than every event of a run.
    pub const MAX: Self = Self(u64::MAX);

    /// `count` nanoseconds after the run began.
    #[must_use]
    pub const fn from_nanos(count: u64) -> Self {
        Self(count)
    }

    /// Nanoseconds since the run began.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// `span` later; the end of time if that overflows.
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// Time passed since `earlier`; zero if that is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// The next multiple of `period` strictly after this moment; `period` must not be zero.
    #[must_use]
    pub fn next_multiple_of(self, period: Span) -> Self {
        assert!(period.0 > 0, "a period is longer than zero");
        Self((self.0 / period.0).saturating_add(1).saturating_mul(period.0))
    }
}

impl fmt::Display for SimTime {
    /// Seconds with the digits that matter: `1.204 s`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let digits = format!("{nanos:09}");
        let kept = digits.trim_end_matches('0').len().max(3);
        write!(formatter, "{seconds}.{} s", &digits[..kept])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_back() {
        for text in ["0ns", "20ms", "1500us", "10s", "1h", "7min", "1ns"] {
            assert_eq!(text.parse::<Span>().map(|span| span.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("1.5ms".parse(), Ok(Span::from_micros(1500)));
        assert_eq!("10µs".parse(), Ok(Span::from_micros(10)));
        assert!("25".parse::<Span>().is_err() && "-1ms".parse::<Span>().is_err());
    }

    #[test]
    fn time_never_wraps() {
        assert_eq!(SimTime::MAX.after(Span::from_secs(1)), SimTime::MAX);
        assert_eq!(SimTime::ZERO.since(SimTime::MAX), Span::ZERO);
        assert_eq!(SimTime::from_nanos(10).next_multiple_of(Span::from_nanos(10)).as_nanos(), 20);
        assert_eq!(SimTime::from_nanos(1_204_000_000).to_string(), "1.204 s");
    }
}
