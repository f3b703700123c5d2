//! A range of seeds.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Consecutive seeds, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seeds {
    first: u64,
    last: u64,
}

impl Seeds {
    /// All of them, in order.
    pub fn iter(self) -> impl Iterator<Item = u64> {
        self.first..=self.last
    }

    /// How many there are.
    #[must_use]
    pub const fn count(self) -> u64 {
        // The range of all seeds cannot be written, as B is excluded.
        self.last - self.first + 1
    }

    /// The first one.
    #[must_use]
    pub const fn first(self) -> u64 {
        self.first
    }

    /// So many times as many seeds, from the same first one; fewer where there are no more.
    #[must_use]
    pub const fn times(self, times: u64) -> Self {
        let more = self.count().saturating_mul(times) - 1;
        Self { first: self.first, last: self.first.saturating_add(more) }
    }

    /// The last one.
    #[must_use]
    pub const fn last(self) -> u64 {
        self.last
    }

    /// How many stand before `seed`.
    #[must_use]
    pub const fn before(self, seed: u64) -> u64 {
        seed - self.first
    }
}

/// As it is read.
impl fmt::Display for Seeds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last.checked_add(1) {
            Some(end) if self.first < self.last => write!(formatter, "{}..{end}", self.first),
            Some(_) | None => write!(formatter, "{}", self.first),
        }
    }
}

impl FromStr for Seeds {
    type Err = String;

    /// Reads `A..B`, without B, or a single `N`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "write seeds as A..B (A and all up to B, without B) or as one number";
        let number = |text: &str| text.parse::<u64>().map_err(|_| FORM.to_owned());
        let Some((first, end)) = text.split_once("..") else {
            let seed = number(text)?;
            return Ok(Self { first: seed, last: seed });
        };
        let (first, end) = (number(first)?, number(end)?);
        if first >= end {
            return Err(format!("no seed is in it: A must be below B, and {first} is not"));
        }
        Ok(Self { first, last: end - 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_excluded() {
        let seeds = |text: &str| text.parse().map(|seeds: Seeds| seeds.iter().collect::<Vec<_>>());
        assert_eq!(seeds("3..6"), Ok(vec![3, 4, 5]));
        assert_eq!(seeds("7"), Ok(vec![7]));
        assert_eq!(seeds("18446744073709551615"), Ok(vec![u64::MAX]));
        for text in ["5..5", "9..3", "x", "", "1..", "..4", "0..=4", "-1", "1..2..3"] {
            assert!(text.parse::<Seeds>().is_err(), "{text}");
        }
        let five: Seeds = "3..5".parse().expect("a range");
        assert_eq!(five.times(3).iter().collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8]);
        assert_eq!(five.times(1), five);
        assert_eq!((five.to_string(), five.times(2).to_string()), ("3..5".into(), "3..7".into()));
        let last: Seeds = "18446744073709551615".parse().expect("a seed");
        assert_eq!(last.to_string(), "18446744073709551615");
        let all: Seeds = "0..18446744073709551615".parse().expect("a range");
        assert_eq!((all.count(), all.last(), all.before(5)), (u64::MAX, u64::MAX - 1, 5));
    }
}
