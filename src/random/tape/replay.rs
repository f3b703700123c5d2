//! Answering from a tape.

use super::super::{Choice, Decisions, Key, Seeded};
use super::{Asked, Tape};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// Decisions from a tape; what is not on it, from a seed.
#[derive(Debug)]
pub struct Replay {
    /// What stands on the tape, and whether it was asked for.
    decisions: BTreeMap<Key, Recorded>,
    seeded: Seeded,
    now: SimTime,
    matched: u64,
    missing: u64,
    drifted: u64,
    first_drift: Option<Drift>,
}

#[derive(Debug, Clone, Copy)]
struct Recorded {
    choice: Asked,
    value: u64,
    asked: Use,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Never,
    Asked,
}

/// How well a tape fits a run. What a run asks for again counts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Decisions asked for that were on the tape, with the same choice.
    pub matched: u64,
    /// Decisions asked for that were not on the tape: answered from the seed.
    pub missing: u64,
    /// Decisions on the tape that were never asked for.
    pub extra: u64,
    /// Decisions on the tape that were asked for with another choice. The value stands if that choice
    /// allows it, else the seed answers.
    pub drifted: u64,
    /// The first of those.
    pub first_drift: Option<Drift>,
}

/// A decision that was asked for with another choice than the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drift {
    /// The decision.
    pub key: Key,
    /// When it was asked for.
    pub at: SimTime,
    /// The choice on the tape.
    pub recorded: Asked,
    /// The choice of the run.
    pub asked: Asked,
}

impl Replay {
    /// Answers from `tape`, and from `seed` what is not on it.
    #[must_use]
    pub fn new(tape: &Tape, seed: u64) -> Self {
        let recorded = |(key, (choice, value)): (&Key, &(Asked, u64))| {
            (*key, Recorded { choice: *choice, value: *value, asked: Use::Never })
        };
        Self {
            decisions: tape.decisions.iter().map(recorded).collect(),
            seeded: Seeded::new(seed),
            now: SimTime::ZERO,
            matched: 0,
            missing: 0,
            drifted: 0,
            first_drift: None,
        }
    }

    /// How well the tape fits what was asked for until now.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let unused = self.decisions.values().filter(|recorded| recorded.asked == Use::Never);
        let Self { matched, missing, drifted, first_drift, .. } = *self;
        Tally { matched, missing, extra: unused.count() as u64, drifted, first_drift }
    }
}

impl Decisions for Replay {
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64 {
        let Some(recorded) = self.decisions.get_mut(&key) else {
            self.missing += 1;
            return self.seeded.decide(key, choice);
        };
        recorded.asked = Use::Asked;
        let (asked, at) = (Asked::from(choice), self.now);
        if recorded.choice == asked {
            self.matched += 1;
            return recorded.value;
        }
        self.drifted += 1;
        self.first_drift.get_or_insert(Drift { key, at, recorded: recorded.choice, asked });
        if choice.allows(recorded.value) {
            return recorded.value;
        }
        self.seeded.decide(key, choice)
    }

    fn reach(&mut self, now: SimTime) {
        self.now = now;
    }
}
