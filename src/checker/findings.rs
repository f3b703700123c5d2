//! Violations as they are found.

use super::{Place, Verdict, Violation};
use crate::facts::{Fact, Role};
use crate::protocol::MirrorState;
use crate::units::SimTime;

/// Violations kept with their message; further ones are counted.
const KEPT: usize = 100;

/// Collects violations.
#[derive(Debug)]
pub struct Findings {
    verdict: Verdict,
    /// The state of the mirror, as the source says it: names where a violation showed.
    state: MirrorState,
}

impl Default for Findings {
    fn default() -> Self {
        Self { verdict: Verdict::default(), state: MirrorState::InSync }
    }
}

impl Findings {
    /// The mirror is in this state from now on.
    pub fn set_state(&mut self, state: MirrorState) {
        self.state = state;
    }

    /// Notes that `property` was broken at `fact`.
    pub fn add(
        &mut self,
        fact: &Fact,
        property: &'static str,
        role: Role,
        kind: &'static str,
        message: String,
    ) {
        self.add_at((fact.number, fact.at), property, role, kind, message);
    }

    /// Notes that `property` was broken at the fact with this number and time.
    pub fn add_at(
        &mut self,
        (number, at): (u64, SimTime),
        property: &'static str,
        role: Role,
        kind: &'static str,
        message: String,
    ) {
        *self.verdict.violated.entry(property.to_owned()).or_default() += 1;
        if self.verdict.violations.len() == KEPT {
            self.verdict.more += 1;
            return;
        }
        self.verdict.violations.push(Violation {
            property: property.to_owned(),
            at,
            place: Place { role, state: self.state.key().to_owned(), kind: kind.to_owned() },
            message,
            fact: number,
        });
    }

    /// What was found.
    #[must_use]
    pub fn into_verdict(self) -> Verdict {
        self.verdict
    }
}
