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

use crate::results::saved::Saved;
use crate::results::{Run, Totals};

/// All runs.
pub(in crate::cli) struct Summary<'a> {
    /// Scenarios of the plan.
    pub scenarios: u64,
    /// Runs that were not made, as enough had failed.
    pub not_made: u64,
    /// Runs of the plan that were made.
    pub totals: &'a Totals,
    /// Failures of earlier checks that were run again.
    pub saved: &'a Totals,
}

/// A form of the output. Each method gives the text that is written next, maybe none.
pub(in crate::cli) trait Export {
    /// After a failure of an earlier check was run again; these runs come before all others.
    fn saved(&mut self, run: &Run, saved: &Saved) -> String;
    /// After the last of them.
    fn all_saved(&mut self, folder: &str, totals: &Totals) -> String;
    /// After a run of the plan.
    fn run(&mut self, run: &Run) -> String;
    /// After the last run of a scenario that is made.
    fn scenario(&mut self, file: &str, totals: &Totals) -> String;
    /// At the end.
    fn summary(&mut self, summary: &Summary) -> String;
}
