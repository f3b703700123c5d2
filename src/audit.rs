//! Are all properties, faults, states and rare branches alive? A check that never fails, a fault that
//! never matters, a state that is never entered and a branch that is never taken prove nothing. An
//! audit runs scenarios with seeds and counts, row by row:
//!
//! * for each **property** of Spec 11 the runs of wrong protocols (Spec 12) that violated it,
//! * for each kind of **fault** how often it began, and how often it changed what happened next,
//! * for each **state** of the protocol how long it lasted,
//! * for each **rare branch** how often, and in how many runs, it was taken.
//!
//! Only runs of the right protocol count for faults, states and branches. A row that nothing reached
//! is *dead*. Everything is read from facts, as the checker does; nothing looks into a node.

mod branch;
mod faults;
mod rows;
mod spotter;
mod states;
mod text;

pub use branch::Branch;
pub use faults::{Tallies, Tally};
pub use rows::{FORMAT, Life, Row, rows};
pub use spotter::Spotter;
pub use states::{Follower, Length, Machine, State, Stay, Stays};
pub use text::{json, page};

use crate::batch::{self, Job, Repeat, Trouble};
use crate::facts::{Fact, Sink};
use crate::protocol::Sabotage;
use crate::scenario::Scenario;
use crate::scenario::file::fault_words;
use faults::Counter;
use std::collections::{BTreeMap, BTreeSet};

/// What one run showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The wrong protocol that was run, if any.
    pub sabotage: Option<Sabotage>,
    /// The digest of its facts.
    pub digest: String,
    /// The digest of a second run, if there was one.
    pub again: Option<String>,
    /// How often each property was violated.
    pub violated: BTreeMap<String, u64>,
    /// Faults, by kind.
    pub faults: Tallies,
    /// States, and how long they lasted.
    pub stays: Stays,
    /// Branches that were taken, and how often.
    pub taken: BTreeMap<Branch, u64>,
}

/// Reads the facts of one run.
struct Observer {
    counter: Counter,
    follower: Follower,
    spotter: Spotter,
}

impl Observer {
    fn new(scenario: &Scenario) -> Self {
        Self {
            counter: Counter::new(scenario),
            follower: Follower::default(),
            spotter: Spotter::new(scenario),
        }
    }
}

impl Sink for Observer {
    fn take(&mut self, fact: &Fact) {
        self.counter.take(fact);
        self.follower.take(fact);
        self.spotter.take(fact);
    }
}

/// Makes a run, and sees what it reaches. One that is to be made twice is run again for its digest.
///
/// # Errors
/// A rule that the scenario breaks together with its traces; a panic is not caught.
pub fn observe(job: &Job) -> Result<Observation, Trouble> {
    let drawn = batch::draw(&job.scenario, job.seed).map_err(Trouble::Refused)?;
    let scenario = drawn.as_ref().unwrap_or(&job.scenario);
    let mut observer = Observer::new(scenario);
    let outcome = batch::run(scenario, job.seed, &job.traces, Some(&mut observer), &mut |_, _| {});
    let outcome = outcome.map_err(Trouble::Refused)?;
    let again = match job.repeat {
        Repeat::Once => None,
        Repeat::Twice => {
            let again = batch::run(scenario, job.seed, &job.traces, None, &mut |_, _| {});
            Some(again.map_err(Trouble::Refused)?.finished.digest)
        }
    };
    Ok(Observation {
        sabotage: scenario.parameters.sabotage,
        digest: outcome.finished.digest,
        again,
        violated: outcome.verdict.violated,
        faults: observer.counter.into_tallies(),
        stays: observer.follower.into_stays(),
        taken: observer.spotter.into_taken(),
    })
}

/// How often a branch was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Runs that took it.
    pub runs: u64,
    /// Times in all.
    pub times: u64,
}

/// What the digests of runs say (S24).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digests {
    /// Runs that were made twice.
    pub repeated: u64,
    /// Of them, those whose digests differ.
    pub differing: u64,
    /// Digests by scenario, as far as is needed to tell whether seeds differ.
    seen: BTreeMap<usize, BTreeSet<String>>,
}

impl Digests {
    fn add(&mut self, scenario: usize, observation: &Observation) {
        if let Some(again) = &observation.again {
            self.repeated += 1;
            self.differing += u64::from(*again != observation.digest);
        }
        let seen = self.seen.entry(scenario).or_default();
        if seen.len() < 2 {
            seen.insert(observation.digest.clone());
        }
    }

    /// Scenarios of which two seeds gave different facts.
    #[must_use]
    pub fn told_apart(&self) -> u64 {
        self.seen.values().filter(|digests| digests.len() > 1).count() as u64
    }
}

/// What all runs showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Runs so far, of the right protocol and of wrong ones.
    pub runs: u64,
    /// Runs that violated a property, by property and wrong protocol.
    caught: BTreeMap<String, BTreeMap<Sabotage, u64>>,
    digests: Digests,
    faults: Tallies,
    stays: Stays,
    taken: BTreeMap<Branch, Taken>,
}

impl Audit {
    /// Adds a run of the scenario of this number.
    pub fn add(&mut self, scenario: usize, observation: &Observation) {
        self.runs += 1;
        self.digests.add(scenario, observation);
        if let Some(sabotage) = observation.sabotage {
            for property in observation.violated.keys() {
                let by = self.caught.entry(property.clone()).or_default();
                *by.entry(sabotage).or_default() += 1;
            }
            return;
        }
        for (kind, tally) in &observation.faults {
            let all = self.faults.entry(kind).or_default();
            all.delivered += tally.delivered;
            all.noticed += tally.noticed;
        }
        self.stays.merge(&observation.stays);
        for (branch, times) in &observation.taken {
            let all = self.taken.entry(*branch).or_default();
            all.runs += 1;
            all.times += times;
        }
    }
}
