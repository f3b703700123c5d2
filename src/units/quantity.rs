//! Lengths and rates, and the one reader and writer of "number, then unit" that all units share.

use super::ParseError;
use std::fmt;
use std::str::FromStr;

/// Units of one kind: names with the number of base units each stands for, largest first.
pub(super) struct Scale {
    /// What is being read, for messages: "a length in bytes".
    pub what: &'static str,
    /// Largest first; the last is the base unit, worth 1.
    pub units: &'static [(&'static str, u64)],
}

impl Scale {
    /// Reads `"1.5MiB"`: a decimal number, optional blanks, a unit of this scale.
    ///
    /// # Errors
    /// A missing or unknown unit, a negative number, a fraction of the base unit, or more than u64 holds.
    pub fn parse(&self, text: &str) -> Result<u64, ParseError> {
        let text = text.trim();
        let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let (number, unit) = (&text[..split], text[split..].trim_start());
        let Some(&(_, factor)) = self.units.iter().find(|(name, _)| *name == unit) else {
            return Err(self.unknown_unit(text, number, unit));
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if number.is_empty() || (number.contains('.') && (whole.is_empty() || fraction.is_empty()))
        {
            return Err(ParseError(format!(
                "{text:?} is not {}: no number before the unit",
                self.what
            )));
        }
        let fraction = fraction.trim_end_matches('0');
        scaled(whole, fraction, factor)
            .map_err(|reason| ParseError(format!("{text:?} is not {}: {reason}", self.what)))
    }

    fn unknown_unit(&self, text: &str, number: &str, unit: &str) -> ParseError {
        let names: Vec<_> = self.units.iter().map(|(name, _)| *name).collect();
        let problem = if unit.is_empty() && !number.is_empty() {
            "no unit".to_owned()
        } else if text.starts_with('-') {
            "it is below zero".to_owned()
        } else if number.is_empty() {
            "no number before the unit".to_owned()
        } else {
            format!("unknown unit {unit:?}")
        };
        ParseError(format!(
            "{text:?} is not {}: {problem} (units: {})",
            self.what,
            names.join(", ")
        ))
    }

    /// Writes `value` in the largest unit that divides it.
    pub fn write(&self, value: u64, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let divides = |factor: u64| value.is_multiple_of(factor) && value != 0;
        let found = self.units.iter().find(|(_, factor)| divides(*factor));
        let base = self.units.last().expect("a scale has a base unit");
        let (name, factor) = found.unwrap_or(base);
        write!(formatter, "{}{name}", value / factor)
    }
}

/// `whole.fraction × factor`, exactly.
fn scaled(whole: &str, fraction: &str, factor: u64) -> Result<u64, &'static str> {
    const TOO_LARGE: &str = "too large";
    let digits: u128 = format!("{whole}{fraction}").parse().map_err(|_| TOO_LARGE)?;
    let places = u32::try_from(fraction.len()).map_err(|_| TOO_LARGE)?;
    let divisor = 10u128.checked_pow(places).ok_or(TOO_LARGE)?;
    let product = digits.checked_mul(u128::from(factor)).ok_or(TOO_LARGE)?;
    if product % divisor != 0 {
        return Err("a fraction of the smallest unit");
    }
    u64::try_from(product / divisor).map_err(|_| TOO_LARGE)
}

const LENGTHS: Scale = Scale {
    what: "a length in bytes",
    units: &[
        ("EiB", 1 << 60),
        ("PiB", 1 << 50),
        ("TiB", 1 << 40),
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("kB", 1_000),
        ("B", 1),
    ],
};

/// A length or a position in bytes, `"64KiB"`. Decimal units are decimal: 1 kB = 1000 B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(u64);

impl Bytes {
    /// No bytes.
    pub const ZERO: Self = Self(0);

    /// `count` bytes.
    #[must_use]
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// `count` × 1024 bytes.
    #[must_use]
    pub const fn kib(count: u64) -> Self {
        Self(count << 10)
    }

    /// `count` × 1024² bytes.
    #[must_use]
    pub const fn mib(count: u64) -> Self {
        Self(count << 20)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    pub(super) const fn to_raw(self) -> u64 {
        self.0
    }

    pub(super) const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        LENGTHS.write(self.0, formatter)
    }
}

impl FromStr for Bytes {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        LENGTHS.parse(text).map(Self)
    }
}

const RATES: Scale = Scale {
    what: "a rate in bits per second",
    units: &[
        ("Tbit/s", 1_000_000_000_000),
        ("Gbit/s", 1_000_000_000),
        ("Mbit/s", 1_000_000),
        ("kbit/s", 1_000),
        ("GB/s", 8_000_000_000),
        ("MB/s", 8_000_000),
        ("kB/s", 8_000),
        ("B/s", 8),
        ("bit/s", 1),
    ],
};

/// A rate in bits per second, `"1Gbit/s"`; bytes per second (`"100MB/s"`) are read too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u64);

impl Rate {
    /// `count` bits per second.
    #[must_use]
    pub const fn bits_per_second(count: u64) -> Self {
        Self(count)
    }

    /// Bits per second.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Time to move `length` at this rate, rounded up to a nanosecond; the rate must not be zero.
    #[must_use]
    pub fn time_for(self, length: Bytes) -> super::Span {
        let bits = u128::from(length.get()) * 8;
        let nanos = (bits * 1_000_000_000).div_ceil(u128::from(self.0));
        super::Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    pub(super) const fn to_raw(self) -> u64 {
        self.0
    }

    pub(super) const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        RATES.write(self.0, formatter)
    }
}

impl FromStr for Rate {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        RATES.parse(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_back() {
        for text in ["0B", "1B", "64KiB", "3MB", "1500B", "1Gbit/s"] {
            let value = text.parse::<Bytes>().map(|b| b.to_string());
            let rate = text.parse::<Rate>().map(|r| r.to_string());
            assert_eq!(value.or(rate), Ok(text.to_owned()));
        }
        assert_eq!("1.5KiB".parse(), Ok(Bytes::new(1536)));
        assert_eq!(
            "16EiB".parse::<Bytes>().map_err(|e| e.0).unwrap_err(),
            "\"16EiB\" is not a length in bytes: too large"
        );
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        for text in ["", "KiB", "5", "-1B", "0.5B", "1.B", ".5KiB", "1e3B", "10Mb", "1 2B"] {
            assert!(text.parse::<Bytes>().is_err(), "{text:?} was read");
        }
    }

    #[test]
    fn time_on_the_wire_rounds_up() {
        let gigabit = Rate::bits_per_second(1_000_000_000);
        assert_eq!(gigabit.time_for(Bytes::new(1500)).as_nanos(), 12_000);
        assert_eq!(Rate::bits_per_second(3).time_for(Bytes::new(1)).as_nanos(), 2_666_666_667);
    }
}
