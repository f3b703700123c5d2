//! A tape: every decision of a run by its meaning, and what it came to.
//!
//! A file of JSON lines. The first names the format, the version of mirrorsim, the generator, the
//! hash of the scenario (the one that is given, before a swarm draws from it) and the seed; each
//! further line is one decision as it is asked for: what it is about (purpose by name, entity, index), the choice, the
//! value. Its place says nothing, so a tape fits a run that was changed since: with one client taken
//! out, what the others do stays as it was.
//!
//! [`Recording`] writes a tape while a run goes on. [`Replay`] answers from one, and tells how much of
//! it fits: see [`Tally`].

mod read;
mod recording;
mod replay;

pub use read::{MOST_DECISIONS, Tape, TapeError};
pub use recording::Recording;
pub use replay::{Drift, Replay, Tally};

use super::{Choice, GENERATOR, Key};
use crate::units::{Ratio, Span};
use serde::{Deserialize, Serialize};

/// Name and version of the format.
pub const FORMAT: &str = "mirrorsim-tape/1";

/// The first line of a tape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// Name and version of the format.
    pub format: String,
    /// The version of mirrorsim.
    pub version: String,
    /// Name and version of the generator that the seed went into.
    pub generator: String,
    /// The hash of the scenario, before a swarm draws from it.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
}

impl Heading {
    /// The heading of a tape of this scenario, by its hash, with this seed.
    #[must_use]
    pub fn new(scenario: String, seed: u64) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let (format, generator) = (FORMAT.to_owned(), GENERATOR.to_owned());
        Self { format, version, generator, scenario, seed }
    }
}

/// A choice as it stands on a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// [`Choice::Below`].
    Below(u64),
    /// [`Choice::Chance`].
    Chance(Ratio),
    /// [`Choice::Exponential`].
    Exponential(Span),
    /// [`Choice::Until`].
    Until(Ratio),
    /// [`Choice::Zipf`].
    Zipf {
        /// The number of ranks.
        ranks: u64,
        /// The exponent.
        exponent: Ratio,
    },
}

impl From<Choice<'_>> for Asked {
    fn from(choice: Choice<'_>) -> Self {
        match choice {
            Choice::Below(range) => Self::Below(range),
            Choice::Chance(ratio) => Self::Chance(ratio),
            Choice::Exponential(mean) => Self::Exponential(mean),
            Choice::Until(ratio) => Self::Until(ratio),
            Choice::Zipf(zipf) => {
                let (ranks, exponent) = zipf.parts();
                Self::Zipf { ranks, exponent }
            }
        }
    }
}

impl Asked {
    /// Whether the choice could have come to `value`.
    fn allows(self, value: u64) -> bool {
        match self {
            Self::Below(range) => Choice::Below(range).allows(value),
            Self::Chance(ratio) => Choice::Chance(ratio).allows(value),
            Self::Exponential(mean) => Choice::Exponential(mean).allows(value),
            Self::Until(ratio) => Choice::Until(ratio).allows(value),
            Self::Zipf { ranks, .. } => value < ranks,
        }
    }
}

/// One decision, as a line.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    purpose: super::Purpose,
    entity: u64,
    index: u64,
    choice: Asked,
    value: u64,
}

impl Line {
    const fn key(&self) -> Key {
        Key { purpose: self.purpose, entity: self.entity, index: self.index }
    }
}

#[cfg(test)]
mod tests;
