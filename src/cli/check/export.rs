//! What is written while runs come in: a page for people, or rows.

mod page;
mod rows;

pub(super) use page::Page;
pub(in crate::cli) use rows::FORMAT;
pub(super) use rows::Rows;

use super::finding::{Finding, Totals};

/// A run and what it came to.
pub(super) struct Run<'a> {
    /// The scenario's file.
    pub file: &'a str,
    /// The seed.
    pub seed: u64,
    /// What it came to.
    pub finding: &'a Finding,
    /// The line that makes this run alone.
    pub reproduce: &'a str,
}

/// A form of the output. Each method gives the text that is written next, maybe none.
pub(super) trait Export {
    /// After a run.
    fn run(&mut self, run: &Run) -> String;
    /// After the last run of a scenario.
    fn scenario(&mut self, file: &str, totals: &Totals) -> String;
    /// At the end.
    fn summary(&mut self, scenarios: u64, totals: &Totals) -> String;
}
