//! How often each kind of fault was delivered, and how often it was noticed.

use crate::facts::{Fact, What};
use crate::protocol::FaultId;
use crate::scenario::Scenario;
use std::collections::{BTreeMap, BTreeSet};

/// What became of the faults of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Times that one began.
    pub delivered: u64,
    /// Times that one that had begun was felt.
    pub noticed: u64,
}

/// What became of the faults of each kind, by its word in scenario files.
pub type Tallies = BTreeMap<&'static str, Tally>;

/// Reads the facts of one run.
#[derive(Debug)]
pub struct Counter {
    /// The kind of each fault of the scenario, in its order.
    kinds: Vec<&'static str>,
    /// Faults that began and were not felt since.
    unfelt: BTreeSet<FaultId>,
    tallies: Tallies,
}

impl Counter {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let kinds = scenario.faults.iter().map(|fault| fault.kind.word()).collect();
        Self { kinds, unfelt: BTreeSet::new(), tallies: Tallies::new() }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact) {
        match &fact.what {
            What::FaultBegan(fault) => {
                self.tally(*fault).delivered += 1;
                self.unfelt.insert(*fault);
            }
            // A fault of a medium is felt at every request that it strikes; once is enough.
            What::FaultFelt(fault) if self.unfelt.remove(fault) => {
                self.tally(*fault).noticed += 1;
            }
            _ => {}
        }
    }

    /// What became of each kind that was delivered.
    #[must_use]
    pub fn into_tallies(self) -> Tallies {
        self.tallies
    }

    fn tally(&mut self, fault: FaultId) -> &mut Tally {
        let place = usize::try_from(fault.0).expect("a list is no longer than memory");
        self.tallies.entry(self.kinds[place]).or_default()
    }
}
