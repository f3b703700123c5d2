//! Where candidates are tried: does this document still fail in the same way?
//!
//! A candidate that makes no sense is refused without a run; one that was tried before, or resolves to
//! what was tried before, is answered from memory. A run may take a few times as many events as the
//! best candidate so far; one that takes more counts only if it had failed by then, so that no bound
//! of ours is taken for a hang of the protocol.

use super::{Fingerprint, Step};
use crate::batch::{self, Flow};
use crate::facts::EndReason;
use crate::scenario::Scenario;
use crate::workload::Traces;
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs that were made and may still be made, and what each came to.
pub(super) struct Bench<'a> {
    traces: &'a Traces,
    seed: u64,
    wanted: Fingerprint,
    /// Events of a run at most.
    events: u64,
    runs: u64,
    most: u64,
    /// By the hash of the resolved scenario.
    tried: BTreeMap<String, Tried>,
    /// The best candidate so far.
    best: Value,
    watch: &'a mut dyn FnMut(&Step) -> Flow,
    stopped: Flow,
}

/// What a candidate came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    /// It fails in the same way, after so many events.
    Same(u64),
    /// It does not fail, or in another way.
    Other,
}

/// Times as many events as the best candidate took that another may take, and some more.
const MORE_EVENTS: u64 = 3;
const SOME_EVENTS: u64 = 3_000;

impl<'a> Bench<'a> {
    /// For runs that are to fail in this way; `events` is how many the original took.
    pub fn new(
        (traces, seed): (&'a Traces, u64),
        wanted: Fingerprint,
        events: u64,
        most: u64,
        original: Value,
        watch: &'a mut dyn FnMut(&Step) -> Flow,
    ) -> Self {
        Self {
            traces,
            seed,
            wanted,
            events: bound(events),
            runs: 1,
            most,
            tried: BTreeMap::new(),
            best: original,
            watch,
            stopped: Flow::Continue,
        }
    }

    /// Takes the candidate for the best so far if it fails in the same way; tells whether it does.
    pub fn takes(&mut self, candidate: &Value) -> bool {
        if self.is_over() {
            return false;
        }
        let Ok(scenario) = Scenario::parse(&candidate.to_string(), &[]) else { return false };
        let hash = scenario.hash();
        let known = self.tried.get(&hash).copied();
        let tried = known.unwrap_or_else(|| self.run(&scenario, self.seed));
        self.tried.insert(hash, tried);
        match tried {
            Tried::Other => false,
            Tried::Same(events) => {
                self.events = self.events.min(bound(events));
                self.best = candidate.clone();
                self.tell();
                true
            }
        }
    }

    /// Whether the document resolves to the same scenario as the best candidate: then it says the same
    /// in fewer words, and becomes the best.
    pub fn takes_words(&mut self, candidate: &Value) -> bool {
        let resolved = |value: &Value| Scenario::parse(&value.to_string(), &[]);
        match (resolved(candidate), resolved(&self.best)) {
            (Ok(one), Ok(other)) if one.canonical() == other.canonical() => {
                self.best = candidate.clone();
                true
            }
            (_, _) => false,
        }
    }

    /// With how many of these seeds the document fails in the same way.
    pub fn seeds(&mut self, document: &Value, seeds: std::ops::Range<u64>) -> u64 {
        let Ok(scenario) = Scenario::parse(&document.to_string(), &[]) else { return 0 };
        let mut same = 0;
        for seed in seeds {
            match self.run(&scenario, seed) {
                Tried::Same(_) => same += 1,
                Tried::Other => {}
            }
        }
        same
    }

    /// The best candidate so far.
    pub fn best(&self) -> &Value {
        &self.best
    }

    /// How the runs are to fail.
    pub fn wanted(&self) -> &Fingerprint {
        &self.wanted
    }

    /// Runs made so far.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Whether no more runs are to be made.
    pub fn is_over(&self) -> bool {
        self.stopped == Flow::Break || self.runs >= self.most
    }

    fn run(&mut self, scenario: &Scenario, seed: u64) -> Tried {
        self.runs += 1;
        let mut bounded = scenario.clone();
        bounded.limits.events = bounded.limits.events.min(self.events);
        let cut = bounded.limits.events < scenario.limits.events;
        let traces = self.traces;
        // A candidate that shows a bug of the simulator is none, and no reason to give up.
        let run = || batch::run(&bounded, seed, traces, None, &mut |_, _| {});
        let Ok(Ok(outcome)) = catch_unwind(AssertUnwindSafe(run)) else { return Tried::Other };
        self.tell();
        let ending = &outcome.finished.ending;
        let Some(first) = outcome.verdict.violations.first() else { return Tried::Other };
        let at_bound = cut && ending.reason == EndReason::EventLimit;
        if at_bound && first.at >= outcome.finished.simulated {
            return Tried::Other;
        }
        if Fingerprint::of(&outcome.verdict).as_ref() == Some(&self.wanted) {
            Tried::Same(ending.events)
        } else {
            Tried::Other
        }
    }

    fn tell(&mut self) {
        let (writes, faults) = (super::draft::writes(&self.best), super::draft::faults(&self.best));
        let step = Step { runs: self.runs, writes, faults };
        if self.stopped == Flow::Continue {
            self.stopped = (self.watch)(&step);
        }
    }
}

const fn bound(events: u64) -> u64 {
    events.saturating_mul(MORE_EVENTS).saturating_add(SOME_EVENTS)
}
