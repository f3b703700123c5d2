//! One run of an experiment: from a scenario and a seed to a row.

use super::plan::Case;
use crate::batch::{self, Panicked};
use crate::facts::{Fact, Sink};
use crate::metrics::{self, Answers, Curves};
use crate::report::Report;
use crate::results::trial::Trial;
use crate::results::{Row, Word, short, steady};
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
        let Case { point, at, name, scenario, traces, keep, every, warm_up, .. } = &*self.case;
        let mut sinks = Sinks {
            series: keep.contains(&Keep::Series).then(|| Curves::new(scenario, *every)),
            answers: warm_up.map(|_| Answers::default()),
        };
        let outcome = batch::run(scenario, self.seed, traces, Some(&mut sinks), &mut |_, _| {})?;
        let mut curves = sinks.series.map(Curves::finish).unwrap_or_default();
        if keep.contains(&Keep::Latency) {
            curves.insert("latency.write".to_owned(), metrics::write_latency(&outcome.figures));
        }
        let report = outcome.report(scenario, self.seed);
        let why = (!report.is_as_expected()).then(|| why(&report));
        let mut trial = Trial::of(*point, at.clone(), name.clone(), &report, curves);
        if let Some((answers, warm_up)) = sinks.answers.zip(*warm_up) {
            trial.figures.extend(steady::figures(&answers, warm_up));
        }
        Ok(Made { trial, why })
    }
}

/// What else reads the facts of a run.
struct Sinks {
    series: Option<Curves>,
    answers: Option<Answers>,
}

impl Sink for Sinks {
    fn take(&mut self, fact: &Fact) {
        if let Some(series) = &mut self.series {
            series.take(fact);
        }
        if let Some(answers) = &mut self.answers {
            answers.take(fact);
        }
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
