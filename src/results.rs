//! What is kept of runs: findings as plain data, which can be written to a file, read back and told
//! as if the runs had just been made.

mod figures;
mod finding;
mod seeds;

pub mod baseline;
pub mod saved;

pub use figures::KeyFigures;
pub use finding::{Finding, Row, Totals, Word, short};
pub use seeds::Seeds;

use serde::{Deserialize, Serialize};

/// One run and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The scenario's file as the command line names it.
    pub file: String,
    /// The seed.
    pub seed: u64,
    /// What it came to.
    pub finding: Finding,
    /// The line that makes this run alone.
    pub reproduce: String,
}

/// The runs of a check, in their order: each scenario with each seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The files of the scenarios as the command line names them.
    pub files: Vec<String>,
    /// The seeds.
    pub seeds: Seeds,
}

impl Plan {
    /// How many runs there are.
    #[must_use]
    pub const fn runs(&self) -> u64 {
        self.seeds.count().saturating_mul(self.files.len() as u64)
    }
}
