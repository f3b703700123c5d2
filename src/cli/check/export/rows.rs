//! JSON lines: an object for each run, and one for all of them at the end.

use super::{Ended, Export, Summary};
use crate::report::VerdictWord;
use crate::results::baseline::{Change, Tally};
use crate::results::saved::Saved;
use crate::results::{Finding, Run, Totals, Word};
use serde::Serialize;

/// Name and version of the format of these rows.
pub(in crate::cli) const FORMAT: &str = "mirrorsim-check/1";

/// JSON lines.
pub(in crate::cli) struct Rows;

/// A run. Keys never change their meaning; what a run without a report does not have is null.
#[derive(Serialize)]
struct RunRow<'a> {
    format: &'static str,
    kind: &'static str,
    /// The scenario's file as the command line names it.
    scenario: &'a str,
    /// The first digits of the hash of the resolved scenario.
    scenario_hash: &'a str,
    seed: u64,
    outcome: Word,
    verdict: Option<VerdictWord>,
    digest: Option<&'a str>,
    events: Option<u64>,
    simulated_ns: Option<u64>,
    /// The first violation.
    violation: Option<First<'a>>,
    /// Expectations that were missed, a sentence each.
    missed: &'a [String],
    /// Why there is no report.
    trouble: Option<&'a str>,
    /// Why it failed, in lines, where that was asked for.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    explanation: &'a [String],
    /// The line that makes this run alone.
    reproduce: &'a str,
}

/// The first violation of a run.
#[derive(Serialize)]
struct First<'a> {
    property: &'a str,
    at_ns: u64,
    message: &'a str,
}

/// All runs.
#[derive(Serialize)]
struct SummaryRow<'a> {
    format: &'static str,
    kind: &'static str,
    scenarios: u64,
    ended: Ended,
    not_made: u64,
    /// Failures of earlier checks that were run again, and how many of them still fail.
    saved: u64,
    saved_failed: u64,
    #[serde(flatten)]
    totals: &'a Totals,
    /// How the runs compare with a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<&'a Tally>,
}

/// A run that is not as it stands in the baseline; it comes after the row of the run.
#[derive(Serialize)]
struct MovedRow<'a> {
    format: &'static str,
    kind: &'static str,
    scenario: &'a str,
    seed: u64,
    changes: &'a [Change],
}

/// A run of this kind: `run`, or `saved`, a failure of an earlier check, which is cured if it passes.
fn run_line(kind: &'static str, run: &Run) -> String {
    let (row, trouble) = match &run.finding {
        Finding::Judged(row) => (Some(row), None),
        Finding::Lost { message, .. } => (None, Some(message.as_str())),
    };
    let violation = row.and_then(|row| row.violation.as_ref());
    line(&RunRow {
        format: FORMAT,
        kind,
        scenario: &run.file,
        scenario_hash: run.finding.scenario_hash(),
        seed: run.seed,
        outcome: run.finding.word(),
        verdict: row.map(|row| row.verdict),
        digest: row.map(|row| row.digest.as_str()),
        events: row.map(|row| row.events),
        simulated_ns: row.map(|row| row.simulated_ns),
        violation: violation.map(|violation| First {
            property: &violation.property,
            at_ns: violation.at_ns,
            message: &violation.message,
        }),
        missed: row.map_or(&[], |row| &row.missed),
        trouble,
        explanation: &run.why,
        reproduce: &run.reproduce,
    })
}

impl Export for Rows {
    fn saved(&mut self, run: &Run, _saved: &Saved) -> String {
        run_line("saved", run)
    }

    fn all_saved(&mut self, _folder: &str, _totals: &Totals) -> String {
        String::new()
    }

    fn run(&mut self, run: &Run) -> String {
        run_line("run", run)
    }

    fn moved(&mut self, run: &Run, changes: &[Change]) -> String {
        let (scenario, seed) = (run.file.as_str(), run.seed);
        line(&MovedRow { format: FORMAT, kind: "moved", scenario, seed, changes })
    }

    fn scenario(&mut self, _file: &str, _totals: &Totals) -> String {
        String::new()
    }

    fn summary(&mut self, summary: &Summary) -> String {
        let Summary { scenarios, ended, not_made, totals, saved, baseline } = *summary;
        let (saved, saved_failed) = (saved.runs, saved.failed);
        let kind = "summary";
        line(&SummaryRow {
            format: FORMAT,
            kind,
            scenarios,
            ended,
            not_made,
            saved,
            saved_failed,
            totals,
            baseline,
        })
    }
}

fn line(row: &impl Serialize) -> String {
    serde_json::to_string(row).expect("a row is plain JSON") + "\n"
}
