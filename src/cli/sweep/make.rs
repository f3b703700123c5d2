//! One run of an experiment: from a scenario and a seed to a row.

use super::plan::Case;
use crate::batch::{self, Panicked};
use crate::facts::Sink;
use crate::metrics::{self, Curves};
use crate::report::Report;
use crate::results::trial::Trial;
use crate::results::{Row, Word, short};
use crate::scenario::Problem;
use crate::scenario::experiment::Keep;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A run that is to be made.
pub(super) struct Job {
    pub case: Arc<Case>,
    pub seed: u64,
}

/// A run that was made.
pub(super) struct Made {
    pub trial: Trial,
    /// Why it failed, if it did.
    pub why: Option<String>,
}

impl Job {
    /// Makes the run.
    ///
    /// # Errors
    /// A rule that the scenario breaks with this seed: a swarm draws knobs that do not go together.
    pub fn make(&self) -> Result<Made, Problem> {
        let Case { point, at, name, scenario, traces, keep, every, .. } = &*self.case;
        let mut series = keep.contains(&Keep::Series).then(|| Curves::new(scenario, *every));
        let sink = series.as_mut().map(|curves| curves as &mut dyn Sink);
        let outcome = batch::run(scenario, self.seed, traces, sink, &mut |_, _| {})?;
        let mut curves = series.map(Curves::finish).unwrap_or_default();
        if keep.contains(&Keep::Latency) {
            curves.insert("latency.write".to_owned(), metrics::write_latency(&outcome.figures));
        }
        let report = outcome.report(scenario, self.seed);
        let why = (!report.is_as_expected()).then(|| why(&report));
        let trial = Trial::of(*point, at.clone(), name.clone(), &report, curves);
        Ok(Made { trial, why })
    }
}

/// The first violation, else the expectations that were missed.
fn why(report: &Report) -> String {
    let Row { violation, missed, .. } = Row::of(report.clone());
    let violation = violation.map(|line| format!("{}: {}", line.property, line.message));
    violation.unwrap_or_else(|| missed.join("; "))
}

/// The row of a run that panicked.
pub(super) fn broken(case: &Case, seed: u64, panicked: &Panicked) -> Made {
    let drawn = batch::draw(&case.scenario, seed).ok().flatten();
    let hash = drawn.map_or_else(|| case.scenario.hash(), |drawn| drawn.hash());
    let trial = Trial {
        point: case.point,
        at: case.at.clone(),
        policy: case.name.clone(),
        seed,
        word: Word::Bug,
        scenario_hash: short(&hash).to_owned(),
        digest: String::new(),
        figures: BTreeMap::new(),
        curves: BTreeMap::new(),
    };
    Made { trial, why: Some(format!("the simulator panicked: {panicked}")) }
}
