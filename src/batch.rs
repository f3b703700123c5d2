//! Runs, each judged and measured while it happens: one, or many on all cores. A single run is
//! single-threaded; the only threads of this crate start in here.

mod job;
mod order;
pub mod twin;

pub use job::{Job, Repeat, Trouble, run_all};
pub use order::{Flow, NoThreads, Panicked, each_in_order};

use crate::checker::{Checker, Verdict};
use crate::facts::Sink;
use crate::faults;
use crate::metrics::{Collector, Figures};
use crate::random::{Decisions, Seeded};
use crate::report::Report;
use crate::scenario::file::FileError;
use crate::scenario::{Problem, Scenario, Swarm};
use crate::simulation::{Finished, Simulation};
use crate::units::SimTime;
use crate::workload::Traces;

/// What a run showed.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whether every property held.
    pub verdict: Verdict,
    /// What it did and what it cost.
    pub figures: Figures,
    /// How it ended, and the digest of its facts.
    pub finished: Finished,
    /// What was run instead of the scenario with a swarm: the one that the seed made of it.
    pub drawn: Option<Scenario>,
}

impl Outcome {
    /// The report of this run of `scenario` with `seed`.
    #[must_use]
    pub fn report(&self, scenario: &Scenario, seed: u64) -> Report {
        let Finished { digest, ending, simulated } = &self.finished;
        let digest = digest.clone();
        let scenario = self.drawn.as_ref().unwrap_or(scenario);
        Report::new(scenario, seed, &self.verdict, &self.figures, digest, ending, *simulated)
    }
}

/// Whether the scenario goes with its traces; no seed changes that.
///
/// # Errors
/// A rule that the scenario breaks together with its traces.
pub fn admit(scenario: &Scenario, traces: &Traces) -> Result<(), Problem> {
    Simulation::new(scenario, traces, &mut Seeded::new(0), Vec::new()).map(|_| ())
}

/// What is run instead of a scenario with a swarm: the one that the seed makes of it. `None`: it has
/// none, and is run as it is.
///
/// # Errors
/// A rule that the drawn knobs break together with those given.
pub fn draw(scenario: &Scenario, seed: u64) -> Result<Option<Scenario>, Problem> {
    draw_with(scenario, seed, &mut Seeded::new(seed))
}

/// The same, with decisions from elsewhere than the seed alone: a tape.
///
/// # Errors
/// A rule that the drawn knobs break together with those given.
pub fn draw_with(
    scenario: &Scenario,
    seed: u64,
    decisions: &mut dyn Decisions,
) -> Result<Option<Scenario>, Problem> {
    let drawn = match scenario.swarm {
        Swarm::On => faults::swarm(scenario, decisions),
        Swarm::Off => return Ok(None),
    };
    let refused = |error: Box<FileError>| Problem {
        key: "swarm".to_owned(),
        value: format!("true, with seed {seed}"),
        rule: error.to_string(),
    };
    drawn.map(Some).map_err(refused)
}

/// Runs a scenario with one seed. Facts go to `sink` too, if there is one; `progress` is told the
/// simulated time and the events handled, now and then.
///
/// # Errors
/// A rule that the scenario breaks together with its traces.
pub fn run(
    scenario: &Scenario,
    seed: u64,
    traces: &Traces,
    sink: Option<&mut dyn Sink>,
    progress: &mut dyn FnMut(SimTime, u64),
) -> Result<Outcome, Problem> {
    run_with(scenario, seed, &mut Seeded::new(seed), traces, sink, progress)
}

/// Runs a scenario as [`run`] does, with decisions from elsewhere than the seed alone: a tape. The
/// seed is the one that messages name.
///
/// # Errors
/// A rule that the scenario breaks together with its traces, or with what is drawn of a swarm.
pub fn run_with(
    scenario: &Scenario,
    seed: u64,
    decisions: &mut dyn Decisions,
    traces: &Traces,
    sink: Option<&mut dyn Sink>,
    progress: &mut dyn FnMut(SimTime, u64),
) -> Result<Outcome, Problem> {
    let drawn = draw_with(scenario, seed, decisions)?;
    let scenario = drawn.as_ref().unwrap_or(scenario);
    let mut checker = Checker::new(scenario);
    let mut collector = Collector::new(scenario);
    let mut sinks: Vec<&mut dyn Sink> = vec![&mut checker, &mut collector];
    if let Some(sink) = sink {
        sinks.push(sink);
    }
    let finished = Simulation::new(scenario, traces, decisions, sinks)?.run(progress);
    let (verdict, figures) = (checker.into_verdict(), collector.into_figures());
    Ok(Outcome { verdict, figures, finished, drawn })
}
