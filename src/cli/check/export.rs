//! What is written while runs come in: a page for people, or rows.

mod page;
mod rows;

pub(in crate::cli) use page::Page;
pub(in crate::cli) use rows::{FORMAT, Rows};

use crate::results::{Run, Totals};

/// A form of the output. Each method gives the text that is written next, maybe none.
pub(in crate::cli) trait Export {
    /// After a run.
    fn run(&mut self, run: &Run) -> String;
    /// After the last run of a scenario.
    fn scenario(&mut self, file: &str, totals: &Totals) -> String;
    /// At the end.
    fn summary(&mut self, scenarios: u64, totals: &Totals) -> String;
}
