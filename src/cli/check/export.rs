//! What is written while runs come in, or after them: a page for people, rows, what machines read.

mod github;
mod junit;
mod page;
mod rows;
mod words;

pub(in crate::cli) use github::{Annotations, JobPage};
pub(in crate::cli) use junit::Junit;
pub(in crate::cli) use page::Page;
pub(in crate::cli) use rows::{FORMAT, Rows};

use crate::results::baseline::{Change, Tally};
use crate::results::saved::Saved;
use crate::results::{Run, Totals};
use serde::Serialize;

/// Why no more runs come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::cli) enum Ended {
    /// All were made.
    Complete,
    /// Enough had failed.
    Cut,
    /// The process was interrupted.
    Interrupted,
}

/// All runs.
pub(in crate::cli) struct Summary<'a> {
    /// Scenarios of the plan.
    pub scenarios: u64,
    /// Why no more come.
    pub ended: Ended,
    /// Runs that were not made.
    pub not_made: u64,
    /// Runs of the plan that were made.
    pub totals: &'a Totals,
    /// Failures of earlier checks that were run again.
    pub saved: &'a Totals,
    /// How the runs compare with a baseline, if they are compared with one.
    pub baseline: Option<&'a Tally>,
}

/// A form of the output. Each method gives the text that is written next, maybe none.
pub(in crate::cli) trait Export {
    /// After a failure of an earlier check was run again; these runs come before all others.
    fn saved(&mut self, run: &Run, saved: &Saved) -> String;
    /// After the last of them.
    fn all_saved(&mut self, folder: &str, totals: &Totals) -> String;
    /// After a run of the plan.
    fn run(&mut self, run: &Run) -> String;
    /// After that, where the run is not as it stands in the baseline.
    fn moved(&mut self, run: &Run, changes: &[Change]) -> String;
    /// After the last run of a scenario that is made.
    fn scenario(&mut self, file: &str, totals: &Totals) -> String;
    /// At the end.
    fn summary(&mut self, summary: &Summary) -> String;
}
