//! From a run that fails to the smallest scenario that fails in the same way, without a seed.
//!
//! The run is made once more and what chance did in it is written down (`recording`) and planned
//! (`plan`): requests are listed one by one, faults come at moments. Then whatever can go goes
//! (`passes`): delta debugging (`ddmin`) over faults and operations, keys back to their defaults,
//! numbers smaller, times earlier and round. A candidate is kept if the *first* violation of its run
//! has the [`Fingerprint`] of the original's (`bench`): the same property, the same role, state and
//! kind of divergence; so that a run is never shrunk to one that shows another bug. At the end nothing
//! should be left to chance: the result is run with other seeds, and it is told if one of them differs.
//!
//! What is shrunk is JSON (`draft`), the resolved scenario with whatever was left out of it, and every
//! candidate is read like any scenario: only what makes sense is run.

mod bench;
mod ddmin;
mod draft;
mod passes;
mod plan;
mod recording;
mod table;
mod words;

pub use table::{HEAD, Row};

use crate::batch::{self, Flow};
use crate::checker::{Place, Verdict};
use crate::scenario::{Problem, Scenario};
use crate::workload::Traces;
use bench::Bench;
use plan::{Run, Scope};
use recording::Recording;

/// How a run fails: what stays the same when the same bug shows at another time, block or write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// The property that is violated first.
    pub property: String,
    /// Where it shows.
    pub place: Place,
}

impl Fingerprint {
    /// That of the first violation; `None`: the run kept every property.
    #[must_use]
    pub fn of(verdict: &Verdict) -> Option<Self> {
        let first = verdict.violations.first()?;
        Some(Self { property: first.property.clone(), place: first.place.clone() })
    }
}

/// The best so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Runs made.
    pub runs: u64,
    /// Writes that are left, as far as they are listed.
    pub writes: u64,
    /// Faults that are left.
    pub faults: u64,
}

/// A scenario that fails, made small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// The scenario file.
    pub text: String,
    /// How it fails, and how the original did.
    pub fingerprint: Fingerprint,
    /// Runs that were made.
    pub runs: u64,
    /// Operations that it lists.
    pub operations: u64,
    /// Writes among them.
    pub writes: u64,
    /// Faults that it plans.
    pub faults: u64,
    /// Of [`SEEDS`] seeds, with how many it fails in this way.
    pub seeds: u64,
    /// Whether it ended because nothing helped any more.
    pub finished: bool,
    /// Whether the file fails in another way than the original. It must not.
    pub slipped: bool,
}

impl Shrunk {
    /// Whether it fails in the same way whatever the seed.
    #[must_use]
    pub const fn needs_no_seed(&self) -> bool {
        self.seeds == SEEDS
    }
}

/// Seeds with which the result is run in the end.
pub const SEEDS: u64 = 8;

/// The run to be shrunk.
#[derive(Debug, Clone, Copy)]
pub struct Failing<'a> {
    /// What is run.
    pub scenario: &'a Scenario,
    /// With which seed.
    pub seed: u64,
    /// The traces that the scenario names.
    pub traces: &'a Traces,
}

impl Failing<'_> {
    /// Makes the run small with so many runs at most. `watch` is told the best so far after each, and
    /// says whether more are wanted. `None`: the run kept every property.
    ///
    /// # Errors
    /// A rule that the scenario breaks together with its traces.
    pub fn shrink(
        self,
        most: u64,
        watch: &mut dyn FnMut(&Step) -> Flow,
    ) -> Result<Option<Shrunk>, Problem> {
        let Self { scenario, seed, traces } = self;
        let mut recording = Recording::default();
        let outcome = batch::run(scenario, seed, traces, Some(&mut recording), &mut |_, _| {})?;
        let Some(fingerprint) = Fingerprint::of(&outcome.verdict) else { return Ok(None) };
        let until = outcome.verdict.violations.first().map_or(0, |first| first.fact);
        let drawn = outcome.drawn.as_ref().unwrap_or(scenario);
        let original = serde_json::from_str(drawn.canonical()).expect("canonical text is JSON");
        let events = outcome.finished.ending.events;
        let mut bench = Bench::new((traces, seed), fingerprint, events, most, original, watch);
        // As far as it matters; if that does not fail, all of it.
        let mut plans = [until, u64::MAX].into_iter().flat_map(|until| {
            let run = Run { scenario: drawn, recording: &recording, until };
            Scope::all().filter_map(move |scope| run.planned(scope))
        });
        let _ = plans.any(|plan| bench.takes(&plan));
        passes::reduce(&mut bench);
        let mut shrunk = finish(&mut bench);
        shrunk.slipped = self.slipped(&shrunk);
        Ok(Some(shrunk))
    }
}

impl Failing<'_> {
    /// Whether the file that is the result fails in another way, or not at all: judged once more, and
    /// apart from everything that made it.
    fn slipped(self, shrunk: &Shrunk) -> bool {
        let scenario = Scenario::parse(&shrunk.text, &[]).ok();
        let outcome = scenario.and_then(|scenario| {
            batch::run(&scenario, self.seed, self.traces, None, &mut |_, _| {}).ok()
        });
        let fingerprint = outcome.and_then(|outcome| Fingerprint::of(&outcome.verdict));
        fingerprint.as_ref() != Some(&shrunk.fingerprint)
    }
}

/// Writes the result, and sees with how many seeds it fails.
fn finish(bench: &mut Bench) -> Shrunk {
    let finished = !bench.is_over();
    let plain = draft::without(bench.best(), "/draws");
    let needless = bench.takes_words(&plain) || bench.seeds(&plain, 0..SEEDS) == SEEDS;
    let best = if needless { plain } else { bench.best().clone() };
    let best = words::described(&best, bench.wanted());
    let seeds = bench.seeds(&best, 0..SEEDS);
    Shrunk {
        text: words::file(&best),
        fingerprint: bench.wanted().clone(),
        runs: bench.runs(),
        operations: draft::operations(&best).len() as u64,
        writes: draft::writes(&best),
        faults: draft::faults(&best),
        seeds,
        finished,
        slipped: false,
    }
}
