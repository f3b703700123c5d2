//! A baseline: the digest and the key figures of each run of a check, kept in a file, so that a later
//! check can tell what moved.
//!
//! The file is JSON with a line for each run, sorted by scenario and seed: what moved is a line that
//! differs. Only runs that stand in it are compared; a scenario that it does not know is new.

use super::{Finding, KeyFigures, Row, Run};
use crate::facts;
use crate::random::GENERATOR;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Name and version of the file's format.
pub const FORMAT: &str = "mirrorsim-baseline/1";

/// Runs, each with what it showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    facts: String,
    generator: String,
    runs: BTreeMap<(String, u64), Kept>,
}

/// What is kept of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    scenario_hash: String,
    digest: String,
    figures: KeyFigures,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    scenario: String,
    seed: u64,
    #[serde(flatten)]
    kept: Kept,
}

#[derive(Deserialize)]
struct File {
    format: String,
    facts: String,
    generator: String,
    runs: Vec<Line>,
}

impl Default for Baseline {
    /// One without a run.
    fn default() -> Self {
        let (facts, generator) = (facts::FORMAT.to_owned(), GENERATOR.to_owned());
        Self { facts, generator, runs: BTreeMap::new() }
    }
}

impl Baseline {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// Text that is no baseline.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if file.format != FORMAT {
            return Err(format!("the format is {:?}, not {FORMAT:?}", file.format));
        }
        let runs = file.runs.into_iter().map(|line| ((line.scenario, line.seed), line.kept));
        Ok(Self { facts: file.facts, generator: file.generator, runs: runs.collect() })
    }

    /// The text of the file.
    #[must_use]
    pub fn render(&self) -> String {
        let text = |value: &str| serde_json::to_string(value).expect("text is JSON");
        let lines = self.runs.iter().map(|((scenario, seed), kept)| {
            let line = Line { scenario: scenario.clone(), seed: *seed, kept: kept.clone() };
            serde_json::to_string(&line).expect("a line is plain JSON")
        });
        format!(
            "{{\n\"format\": {},\n\"facts\": {},\n\"generator\": {},\n\"runs\": [\n{}\n]\n}}\n",
            text(FORMAT),
            text(&self.facts),
            text(&self.generator),
            lines.collect::<Vec<_>>().join(",\n")
        )
    }

    /// Why its digests say nothing about runs of this version; none if they do.
    #[must_use]
    pub fn foreign(&self) -> Option<String> {
        let ours =
            [("facts", &self.facts, facts::FORMAT), ("generator", &self.generator, GENERATOR)];
        let other = ours.into_iter().find(|(_, kept, present)| kept != present);
        other.map(|(what, kept, present)| {
            format!("it was made with the {what} of {kept}, and these are of {present}")
        })
    }

    /// Keeps a run; one without a report has nothing to keep.
    pub fn add(&mut self, run: &Run) {
        match &run.finding {
            Finding::Judged(row) => {
                self.runs.insert((name(&run.file), run.seed), Kept::of(row));
            }
            Finding::Lost { .. } => {}
        }
    }

    /// How many runs stand in it.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.runs.len() as u64
    }

    fn scenarios(&self) -> BTreeSet<&str> {
        self.runs.keys().map(|(scenario, _)| scenario.as_str()).collect()
    }
}

impl Kept {
    fn of(row: &Row) -> Self {
        Self {
            scenario_hash: row.scenario_hash.clone(),
            digest: row.digest.clone(),
            figures: row.figures.clone(),
        }
    }

    /// What a run shows that is not as it was.
    fn changes(&self, finding: &Finding) -> Vec<Change> {
        let row = match finding {
            Finding::Judged(row) => Self::of(row),
            Finding::Lost { .. } => {
                return vec![Change::new("digest", self.digest.clone().into(), Value::Null)];
            }
        };
        let digest = (self.digest != row.digest)
            .then(|| Change::new("digest", self.digest.clone().into(), row.digest.into()));
        let figures = self.figures.iter().filter_map(|(key, was)| {
            let is = row.figures.get(key);
            (is != Some(was)).then(|| Change::figure(key, was, is))
        });
        let mut changes: Vec<_> = digest.into_iter().chain(figures).collect();
        // A key that is new in all scenarios, and changes nothing, is no difference.
        if !changes.is_empty() && self.scenario_hash != row.scenario_hash {
            let (was, is) = (self.scenario_hash.clone().into(), row.scenario_hash.into());
            changes.insert(0, Change::new("scenario_hash", was, is));
        }
        changes
    }
}

/// What is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The digest, or a key figure.
    pub key: String,
    /// What stands in the baseline.
    pub from: Value,
    /// What the run shows.
    pub to: Value,
    /// By how much of what it was, as `+1.5`; none where that is nothing to take a share of.
    pub percent: Option<String>,
}

impl Change {
    fn new(key: &str, from: Value, to: Value) -> Self {
        Self { key: key.to_owned(), from, to, percent: None }
    }

    fn figure(key: &str, was: i64, is: Option<i64>) -> Self {
        let percent = is.and_then(|is| percent(was, is));
        Self { percent, ..Self::new(key, was.into(), is.into()) }
    }

    /// It as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { key, from, to, percent } = self;
        let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let share = percent.as_ref().map(|percent| format!(" ({percent} %)")).unwrap_or_default();
        format!("{key} is {}, was {}{share}", word(to), word(from))
    }
}

/// The difference in percent of what was, rounded to a tenth, with its sign.
fn percent(was: i64, is: i64) -> Option<String> {
    let (was, is) = (i128::from(was), i128::from(is));
    let (base, moved) = (was.abs(), (is - was).abs());
    let tenths = (2000 * moved + base).checked_div(2 * base)?;
    let sign = if is < was { '-' } else { '+' };
    Some(format!("{sign}{}.{}", tenths / 10, tenths % 10))
}

/// A check held against a baseline, run by run.
#[derive(Debug)]
pub struct Comparison {
    baseline: Baseline,
    tally: Tally,
}

/// What a comparison came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Runs that stand in the baseline.
    pub compared: u64,
    /// Those that are not as they were.
    pub moved: u64,
    /// Runs that do not stand in it.
    pub uncovered: u64,
    /// Scenarios of which no run stands in it.
    pub new: Vec<String>,
    /// Scenarios that stand in it, and are not where they were.
    pub gone: Vec<String>,
}

impl Tally {
    /// Whether anything is not as it was.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.moved > 0 || !self.new.is_empty() || !self.gone.is_empty()
    }
}

impl Comparison {
    /// Nothing is compared yet. `files`: the scenarios of the check; a scenario that is not among
    /// them, though it would be if it were still `there`, is gone.
    pub fn new(baseline: Baseline, files: &[String], there: impl Fn(&str) -> bool) -> Self {
        let names: BTreeSet<_> = files.iter().map(|file| name(file)).collect();
        let known = baseline.scenarios();
        let new = names.iter().filter(|file| !known.contains(file.as_str()));
        let gone = known.iter().filter(|file| !names.contains(**file) && there(file));
        let tally = Tally {
            new: new.cloned().collect(),
            gone: gone.map(|file| (*file).to_owned()).collect(),
            ..Tally::default()
        };
        Self { baseline, tally }
    }

    /// Compares a run; gives what moved.
    pub fn take(&mut self, run: &Run) -> Vec<Change> {
        let Some(kept) = self.baseline.runs.get(&(name(&run.file), run.seed)) else {
            self.tally.uncovered += 1;
            return Vec::new();
        };
        let changes = kept.changes(&run.finding);
        self.tally.compared += 1;
        self.tally.moved += u64::from(!changes.is_empty());
        changes
    }

    /// What it came to so far.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }
}

/// One name for a file, however the command line leads to the working directory.
fn name(file: &str) -> String {
    let mut name = file;
    while let Some(rest) = name.strip_prefix("./") {
        name = rest.trim_start_matches('/');
    }
    name.to_owned()
}

#[cfg(test)]
mod tests;
