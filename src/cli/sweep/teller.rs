//! Rows in, text out. It does not ask whether a row was just made or read from a file.

use super::super::arguments::SweepFormat;
use super::super::exit::{Exit, Failure};
use super::means;
use crate::results::summary::{ABOVE_FLOOR, Cell, FLOOR, Summary};
use crate::results::table::{self, Columns};
use crate::results::trial::Trial;
use crate::results::until::Stopping;
use crate::results::{Outline, Word, steady};
use crate::statistics::steady::MOST_CORRELATION;
use crate::units::Span;

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
    unsteady: Unsteady,
}

/// Runs whose steady state is in doubt.
#[derive(Debug, Clone, Copy, Default)]
struct Unsteady {
    runs: u64,
    /// MSER-5 cuts later than the warm-up, or not before the middle.
    late: u64,
    /// Neighbouring batches have much in common.
    correlated: u64,
}

impl Unsteady {
    fn add(&mut self, trial: &Trial, warm_up: Span) {
        let figure = |key| trial.figures.get(key).map(|_| trial.figure(key));
        let Some(cut) = figure(steady::MSER_5) else { return };
        #[expect(clippy::cast_precision_loss, reason = "figures need no more than 52 bits")]
        let warm_up = warm_up.as_nanos() as f64;
        self.runs += 1;
        self.late += u64::from(cut.is_none_or(|cut| cut > warm_up));
        let correlation = figure(steady::CORRELATION).flatten();
        self.correlated += u64::from(correlation.is_none_or(|found| found > MOST_CORRELATION));
    }

    fn words(self, warm_up: Span) -> Option<String> {
        let Self { runs, late, correlated } = self;
        (late + correlated > 0).then(|| {
            format!(
                "steady state: of {runs} runs MSER-5 cuts {late} later than {warm_up} or sees no \
                 steady state, and {correlated} are too short for twenty batches that have nothing \
                 in common"
            )
        })
    }
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
            let floor = outline.policies.iter().any(|policy| policy == FLOOR);
            let more = outline.until.keys().map(String::as_str);
            let more = more.filter(|figure| !FIGURES.contains(figure) && *figure != ABOVE_FLOOR);
            FIGURES
                .into_iter()
                .chain(floor.then_some(ABOVE_FLOOR))
                .chain(more)
                .map(str::to_owned)
                .collect()
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
            unsteady: Unsteady::default(),
        }
    }

    /// Takes the next row; gives the text that is written next, maybe none.
    pub fn take(&mut self, trial: &Trial) -> String {
        self.counts.add(trial);
        if let Some(warm_up) = self.outline.warm_up {
            self.unsteady.add(trial, warm_up);
        }
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

    /// What speaks against the figures, in sentences, once all rows were told: intervals that are wider
    /// than they are to be, and steady states that are none.
    pub fn doubts(&self) -> Vec<String> {
        let unsteady = self.outline.warm_up.and_then(|warm_up| self.unsteady.words(warm_up));
        self.wide.iter().cloned().chain(unsteady).collect()
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
