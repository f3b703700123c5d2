//! Shares and probabilities as exact fractions.

use super::{ParseError, Span};
use std::fmt;
use std::str::FromStr;

/// A share from 0 to 1, exact: `"0.1%"`, `"1/10000"` or `"0.25"`. Kept in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

impl Ratio {
    /// Never.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// Always.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator`, if that is a share between 0 and 1.
    #[must_use]
    pub fn new(numerator: u64, denominator: u64) -> Option<Self> {
        if denominator == 0 || numerator > denominator {
            return None;
        }
        let divisor = gcd(numerator, denominator);
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// The share as numerator and denominator in lowest terms.
    #[must_use]
    pub const fn parts(self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// This share of a length of time, rounded down.
    #[must_use]
    pub fn of(self, span: Span) -> Span {
        let part =
            u128::from(span.as_nanos()) * u128::from(self.numerator) / u128::from(self.denominator);
        Span::from_nanos(u64::try_from(part).expect("a share of a length is no longer"))
    }

    pub(super) const fn to_raw(self) -> (u64, u64) {
        self.parts()
    }

    pub(super) const fn from_raw((numerator, denominator): (u64, u64)) -> Self {
        Self { numerator, denominator }
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

impl fmt::Display for Ratio {
    /// A percentage where that is exact and short, else a fraction.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PLACES: u128 = 1_000_000;
        let scaled = u128::from(self.numerator) * 100 * PLACES;
        if !scaled.is_multiple_of(u128::from(self.denominator)) {
            return write!(formatter, "{}/{}", self.numerator, self.denominator);
        }
        let percent = scaled / u128::from(self.denominator);
        let digits = format!("{:06}", percent % PLACES);
        let fraction = digits.trim_end_matches('0');
        let dot = if fraction.is_empty() { "" } else { "." };
        write!(formatter, "{}{dot}{fraction}%", percent / PLACES)
    }
}

impl FromStr for Ratio {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |reason: &str| ParseError(format!("{text:?} is not a share: {reason}"));
        let trimmed = text.trim();
        let (numerator, denominator) = if let Some((top, bottom)) = trimmed.split_once('/') {
            let number = |part: &str| part.trim().parse::<u64>().ok();
            number(top).zip(number(bottom)).ok_or_else(|| refuse("write it as 1/10000"))?
        } else if let Some(percent) = trimmed.strip_suffix('%') {
            decimal(percent.trim(), 100).ok_or_else(|| refuse("write it as 0.1%"))?
        } else {
            decimal(trimmed, 1).ok_or_else(|| refuse("write it as 0.1%, 1/1000 or 0.001"))?
        };
        Self::new(numerator, denominator).ok_or_else(|| refuse("it must lie between 0 % and 100 %"))
    }
}

/// `text / divisor` as a fraction; up to 15 decimal places.
fn decimal(text: &str, divisor: u64) -> Option<(u64, u64)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) || fraction.len() > 15 {
        return None;
    }
    let scale = 10u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Some((format!("{whole}{fraction}").parse().ok()?, scale.checked_mul(divisor)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_read_back() {
        for text in ["0%", "100%", "0.1%", "1/3", "12.5%", "1/7000000019"] {
            assert_eq!(text.parse::<Ratio>().map(|ratio| ratio.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("0.25".parse(), Ok(Ratio { numerator: 1, denominator: 4 }));
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in ["101%", "3/2", "1/0", "-1%", "", "%", "1.5", "half"] {
            assert!(text.parse::<Ratio>().is_err(), "{text:?} was read");
        }
    }
}
