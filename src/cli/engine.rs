//! The one door from the command line to the engine.

use crate::batch;
use crate::facts::Sink;
use crate::metrics::{self, Curve};
use crate::random::Decisions;
use crate::report::Report;
use crate::scenario::{Problem, Scenario};
use crate::units::SimTime;
use crate::workload::Traces;

/// What a run came to.
pub(super) struct Ran {
    /// What it showed.
    pub report: Report,
    /// How the latency of writes is distributed.
    pub latency: Curve,
    /// What was run instead of a scenario with a swarm.
    pub drawn: Option<Scenario>,
}

/// What is run instead of a scenario with a swarm; `None`: it has none.
pub(super) fn draw(
    scenario: &Scenario,
    seed: u64,
    decisions: &mut dyn Decisions,
) -> Result<Option<Scenario>, Problem> {
    batch::draw_with(scenario, seed, decisions)
}

/// Runs a scenario once and reports what it showed.
pub(super) fn run(
    scenario: &Scenario,
    seed: u64,
    decisions: &mut dyn Decisions,
    traces: &Traces,
    sink: Option<&mut dyn Sink>,
    progress: &mut dyn FnMut(SimTime, u64),
) -> Result<Ran, Problem> {
    let outcome = batch::run_with(scenario, seed, decisions, traces, sink, progress)?;
    Ok(Ran {
        report: outcome.report(scenario, seed),
        latency: metrics::write_latency(&outcome.figures),
        drawn: outcome.drawn,
    })
}
