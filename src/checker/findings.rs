//! Violations as they are found.

use super::{Place, Subject, Verdict, Violation};
use crate::facts::{Fact, Role};
use crate::protocol::MirrorState;
use crate::units::SimTime;
use std::collections::BTreeMap;

/// Violations of each property kept with their message; further ones are counted. So a flood of one
/// hides no other, and memory is bounded, since properties are few.
const KEPT: u64 = 20;

/// Collects violations.
#[derive(Debug)]
pub struct Findings {
    verdict: Verdict,
    /// How often each property was broken.
    counts: BTreeMap<&'static str, u64>,
    /// The state of the mirror, as the source says it: names where a violation showed.
    state: MirrorState,
    /// Takes what a violation that is only counted is about.
    scratch: Subject,
}

impl Default for Findings {
    fn default() -> Self {
        Self {
            verdict: Verdict::default(),
            counts: BTreeMap::new(),
            state: MirrorState::InSync,
            scratch: Subject::default(),
        }
    }
}

impl Findings {
    /// The mirror is in this state from now on.
    pub fn set_state(&mut self, state: MirrorState) {
        self.state = state;
    }

    /// Notes that `property` was broken at `fact`. What it is about may be added to what is given
    /// back.
    pub fn add(
        &mut self,
        fact: &Fact,
        property: &'static str,
        role: Role,
        kind: &'static str,
        message: String,
    ) -> &mut Subject {
        self.add_at((fact.number, fact.at), property, role, kind, message)
    }

    /// Notes that `property` was broken at the fact with this number and time.
    pub fn add_at(
        &mut self,
        (number, at): (u64, SimTime),
        property: &'static str,
        role: Role,
        kind: &'static str,
        message: String,
    ) -> &mut Subject {
        *self.verdict.violated.entry(property.to_owned()).or_default() += 1;
        let count = self.counts.entry(property).or_default();
        *count += 1;
        if *count > KEPT {
            self.verdict.more += 1;
            self.scratch = Subject::default();
            return &mut self.scratch;
        }
        let violations = &mut self.verdict.violations;
        violations.push(Violation {
            property: property.to_owned(),
            at,
            place: Place { role, state: self.state.key().to_owned(), kind: kind.to_owned() },
            message,
            fact: number,
            subject: Subject::default(),
        });
        violations.last_mut().map_or(&mut self.scratch, |violation| &mut violation.subject)
    }

    /// What was found.
    #[must_use]
    pub fn into_verdict(self) -> Verdict {
        self.verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However often one property is broken, what others say is kept, in the order of facts.
    #[test]
    fn a_flood_of_one_property_hides_no_other() {
        let mut findings = Findings::default();
        let mut broken = |property, number| {
            let at = (number, SimTime::ZERO);
            findings.add_at(at, property, Role::Source, "kind", String::new());
        };
        for number in 0..KEPT + 7 {
            broken("S2", number);
        }
        broken("S5", 1000);
        let verdict = findings.into_verdict();
        let facts: Vec<_> = verdict.violations.iter().map(|violation| violation.fact).collect();
        assert_eq!(facts, (0..KEPT).chain([1000]).collect::<Vec<_>>());
        assert_eq!(verdict.more, 7);
    }
}
