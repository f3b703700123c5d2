//! Rows in, text out. It does not ask whether a row was just made or read from a file.

use super::super::arguments::SweepFormat;
use super::super::exit::{Exit, Failure};
use super::means;
use crate::results::summary::{Cell, Summary};
use crate::results::table::{self, Columns};
use crate::results::trial::Trial;
use crate::results::until::Stopping;
use crate::results::{Outline, Word};

/// Figures of the table of means, if none are asked for.
pub(in crate::cli) const FIGURES: [&str; 4] =
    ["wan.amplification", "saved.of_wan", "latency.write.p50_ns", "latency.write.p99_ns"];

/// Tells the rows of an experiment, which come in its order.
pub(in crate::cli) struct Teller {
    outline: Outline,
    format: SweepFormat,
    figures: Vec<String>,
    summary: Summary,
    cells: Vec<Cell>,
    /// Rows without their curves, where their keys must be known before the first is written.
    rows: Vec<Trial>,
    counts: Counts,
    /// The rule that says how narrow intervals are to be, and a summary of its figures.
    stopping: Option<(Stopping, Summary)>,
    /// Intervals that are wider.
    wide: Vec<String>,
}

/// What runs came to.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::cli) struct Counts {
    pub runs: u64,
    /// Runs that violated a property, as expected or not.
    pub violations: u64,
    pub failed: u64,
    bugs: u64,
}

impl Teller {
    /// Nothing is told yet.
    pub fn new(outline: &Outline, format: SweepFormat, figures: &[String]) -> Self {
        let figures = if figures.is_empty() {
            let more = outline.until.keys().map(String::as_str);
            let more = more.filter(|figure| !FIGURES.contains(figure));
            FIGURES.into_iter().chain(more).map(str::to_owned).collect()
        } else {
            figures.to_vec()
        };
        let summary = Summary::new(outline, Some(figures.clone()));
        let stopping = Stopping::of(outline, 0).map(|stopping| {
            let figures = stopping.figures().map(str::to_owned).collect();
            (stopping, Summary::new(outline, Some(figures)))
        });
        Self {
            outline: outline.clone(),
            format,
            figures,
            summary,
            cells: Vec::new(),
            rows: Vec::new(),
            counts: Counts::default(),
            stopping,
            wide: Vec::new(),
        }
    }

    /// Takes the next row; gives the text that is written next, maybe none.
    pub fn take(&mut self, trial: &Trial) -> String {
        self.counts.add(trial);
        if let Some((_, summary)) = &mut self.stopping {
            let cells = summary.take(trial);
            self.judge(&cells);
        }
        match self.format {
            SweepFormat::Jsonl => return table::json(trial),
            SweepFormat::Csv => {
                let curves = std::collections::BTreeMap::new();
                self.rows.push(Trial { curves, ..trial.clone() });
            }
            SweepFormat::Text => {
                let cells = self.summary.take(trial);
                self.cells.extend(cells);
            }
        }
        String::new()
    }

    /// Notes which of the intervals are wider than they are to be.
    fn judge(&mut self, cells: &[Cell]) {
        let Some((stopping, _)) = &self.stopping else { return };
        for cell in cells.iter().filter(|cell| stopping.is_too_wide(cell)) {
            let Cell { point, at, policy, figure, mean, .. } = cell;
            let at = self.outline.words(at);
            let (n, half) = mean.map_or((0, None), |mean| (mean.n, mean.half_width));
            let half = half.map_or("no interval".to_owned(), |half| format!("± {half}"));
            let wanted = stopping.wanted(figure);
            self.wide.push(format!(
                "not narrow enough: point {point} ({at}), policy {policy}, {figure}: {half} after {n} \
                 runs, not {wanted}"
            ));
        }
    }

    /// Intervals that are wider than they are to be, in sentences, once all rows were told.
    pub fn too_wide(&self) -> &[String] {
        &self.wide
    }

    /// What runs came to so far.
    pub const fn so_far(&self) -> Counts {
        self.counts
    }

    /// The text at the end, which may come before all rows did.
    pub fn summary(&mut self) -> String {
        if let Some((_, summary)) = &mut self.stopping {
            let cells = summary.finish();
            self.judge(&cells);
        }
        match self.format {
            SweepFormat::Jsonl => String::new(),
            SweepFormat::Csv => {
                let axes = self.outline.axes.iter().map(|axis| axis.name.clone()).collect();
                let mut columns = Columns::new(axes);
                self.rows.iter().for_each(|row| columns.add(row));
                let lines = self.rows.iter().map(|row| columns.line(row));
                std::iter::once(columns.head()).chain(lines).collect()
            }
            SweepFormat::Text => {
                let cells = self.summary.finish();
                self.cells.extend(cells);
                means::page(&self.outline, &self.figures, &self.cells)
            }
        }
    }

    /// What the process answers when all rows were told.
    ///
    /// # Errors
    /// Some run was not as expected.
    pub fn exit(&self) -> Result<Exit, Failure> {
        let Counts { runs, failed, bugs, .. } = self.counts;
        let exit = match (failed, bugs) {
            (0, _) => return Ok(Exit::Expected),
            (_, 0) => Exit::Violated,
            (_, _) => Exit::Bug,
        };
        let message = format!("{failed} of {runs} runs failed; their figures are in no mean");
        Err(Failure::new(exit, message))
    }
}

impl Counts {
    fn add(&mut self, trial: &Trial) {
        self.runs += 1;
        let violated = |key: &String| key.starts_with("violations.");
        self.violations += u64::from(trial.figures.keys().any(violated));
        match trial.word {
            Word::Pass => {}
            Word::Fail | Word::Differs => self.failed += 1,
            Word::Bug => {
                self.failed += 1;
                self.bugs += 1;
            }
        }
    }
}
