//! Numbers facts, gives each its cause, and hands them to the sinks.

use super::steps::Steps;
use crate::facts::{Digest, Fact, Sink, What};
use crate::faults::ReachedStep;
use crate::units::SimTime;

/// Writes the facts of a run.
pub struct Recorder<'a> {
    sinks: Vec<&'a mut dyn Sink>,
    digest: Digest,
    next: u64,
    now: SimTime,
    cause: Option<u64>,
    /// Only where faults wait for steps.
    steps: Option<Steps>,
}

impl<'a> Recorder<'a> {
    /// No fact yet.
    #[must_use]
    pub fn new(sinks: Vec<&'a mut dyn Sink>) -> Self {
        Self {
            sinks,
            digest: Digest::default(),
            next: 0,
            now: SimTime::ZERO,
            cause: None,
            steps: None,
        }
    }

    /// From now on the steps of the protocol are watched.
    pub fn watch_steps(&mut self) {
        self.steps = Some(Steps::default());
    }

    /// The steps taken since the last call.
    pub fn steps(&mut self) -> Vec<ReachedStep> {
        self.steps.as_mut().map(Steps::drain).unwrap_or_default()
    }

    /// What follows happens now, because of the fact `cause`.
    pub fn begin(&mut self, now: SimTime, cause: Option<u64>) {
        self.now = now;
        self.cause = cause;
    }

    /// Writes a fact; gives its number.
    pub fn fact(&mut self, what: What) -> u64 {
        let fact = Fact { number: self.next, cause: self.cause, at: self.now, what };
        self.digest.take(&fact);
        for sink in &mut self.sinks {
            sink.take(&fact);
        }
        if let Some(steps) = &mut self.steps {
            steps.take(&fact);
        }
        self.next += 1;
        fact.number
    }

    /// Writes a fact that happens because of an earlier one, not of what is going on now.
    pub fn fact_because(&mut self, cause: u64, what: What) {
        let present = self.cause.replace(cause);
        self.fact(what);
        self.cause = present;
    }

    /// Writes a fact; what follows happens because of it.
    pub fn leading_fact(&mut self, what: What) {
        self.cause = Some(self.fact(what));
    }

    /// The fact that what happens now is because of.
    #[must_use]
    pub const fn cause(&self) -> Option<u64> {
        self.cause
    }

    /// The digest of all facts.
    #[must_use]
    pub fn digest(&self) -> String {
        self.digest.value()
    }
}
