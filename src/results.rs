//! What is kept of runs: findings as plain data, which can be written to a file, read back and told
//! as if the runs had just been made.
//!
//! Runs of one command may be made by many machines. They are dealt to shards ([`Shard`]), kept in
//! [`chunk`]s of a folder that a [`Manifest`] describes, and [`merge`]d into the order in which one
//! machine would have made them. Only text is made and read here; files are the command line's. What a
//! row is does not matter: any plain data is kept alike.

mod figures;
mod finding;
mod manifest;
mod outline;
mod shard;

pub mod chunk;
pub mod compare;
pub mod coverage;
pub mod merge;

pub mod baseline;
pub mod saved;
pub mod steady;
pub mod summary;
pub mod table;
pub mod trial;
pub mod until;

pub use crate::scenario::Seeds;
pub use figures::KeyFigures;
pub use finding::{Finding, Row, Totals, Word, short};
pub use manifest::{FORMAT, Manifest, Named, Subject};
pub use outline::{AxisLine, Outline};
pub use shard::{Layout, Place, Shard, array_form};

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
    /// Why it failed, in lines, where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
}

/// The runs of a check, in their order: each scenario with each seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The files of the scenarios as the command line names them.
    pub files: Vec<String>,
    /// The seeds.
    pub seeds: Seeds,
    /// Which of the runs are made.
    pub shard: Shard,
}

impl Plan {
    /// Runs of all shards together.
    #[must_use]
    pub fn all_runs(&self) -> u64 {
        self.seeds.count().saturating_mul(self.files.len() as u64)
    }

    /// Runs of this shard.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.shard.share(self.all_runs())
    }

    /// Which scenario the run of this number, from 0, is of, and with which seed.
    #[must_use]
    pub fn run(&self, number: u64) -> (usize, u64) {
        let (file, seed) = (number / self.seeds.count(), number % self.seeds.count());
        (usize::try_from(file).expect("a place in a list"), self.seeds.first() + seed)
    }

    /// Whether the next run of this shard, after so many, is the last of its scenario in it.
    #[must_use]
    pub fn ends_scenario(&self, made: u64) -> bool {
        let file = |place| self.shard.run(place) / self.seeds.count();
        file(made) != file(made.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_deals_every_run_and_knows_where_scenarios_end() {
        let files = ["a", "b", "c"].map(str::to_owned).to_vec();
        let seeds: Seeds = "3..6".parse().expect("a range");
        let plan = |shard: &str| {
            let shard = shard.parse().expect("a shard");
            Plan { files: files.clone(), seeds, shard }
        };
        let dealt = |shard: &str| {
            let plan = plan(shard);
            let runs = (0..plan.runs()).map(|place| (place, plan.run(plan.shard.run(place))));
            let run = |(place, (file, seed)): (u64, (usize, u64))| {
                (files[file].clone(), seed, plan.ends_scenario(place))
            };
            runs.map(run).collect::<Vec<_>>()
        };
        let run = |file: &str, seed, ends| (file.to_owned(), seed, ends);
        let whole = dealt("1/1");
        assert_eq!(whole.len(), 9);
        assert_eq!(whole[..3], [run("a", 3, false), run("a", 4, false), run("a", 5, true)]);
        assert_eq!(whole[8], run("c", 5, true));
        let second = [run("a", 4, true), run("b", 3, false), run("b", 5, true), run("c", 4, true)];
        assert_eq!(dealt("2/2"), second);
        assert_eq!(dealt("4/4"), [run("b", 3, true), run("c", 4, true)]);
        assert!(dealt("10/12").is_empty());
    }
}
