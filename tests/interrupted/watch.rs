//! What is learned from a run: the moments of its recovery, and whether faults were delivered.

use mirrorsim::batch;
use mirrorsim::facts::{EndReason, Fact, Sink, What};
use mirrorsim::protocol::{MirrorState, Note};
use mirrorsim::scenario::Scenario;
use mirrorsim::workload::Traces;
use std::collections::BTreeSet;

/// Reads facts as they come.
#[derive(Debug, Default)]
pub struct Watch {
    /// The number of the fault after whose beginning the recovery is watched.
    after: u64,
    /// When that began.
    pub from: Option<u64>,
    /// Moments since then at which something happened, in nanoseconds.
    pub moments: BTreeSet<u64>,
    /// When the mirror was in sync again for the last time, before the workload was over.
    pub in_sync: Option<u64>,
    /// When the workload was over: no fault begins any more.
    over: Option<u64>,
    /// Faults that began.
    pub began: BTreeSet<u64>,
    pub crashes: u64,
    pub promotions: u64,
    pub replayed: u64,
    pub diverged: u64,
    pub passes: u64,
}

impl Watch {
    /// Watches the recovery that follows the fault with this number.
    pub fn after(fault: u64) -> Self {
        Self { after: fault, ..Self::default() }
    }

    /// The moments of the recovery, the last one that at which the mirror was in sync again.
    pub fn recovery(&self) -> Vec<u64> {
        let until = self.in_sync.unwrap_or(u64::MAX);
        let begins = |moment: &&u64| self.over.is_none_or(|over| **moment < over);
        self.moments.range(..=until).filter(begins).copied().collect()
    }
}

impl Sink for Watch {
    fn take(&mut self, fact: &Fact) {
        let at = fact.at.as_nanos();
        if self.from.is_some() && self.over.is_none() {
            self.moments.insert(at);
        }
        match &fact.what {
            What::FaultBegan(fault) => {
                self.began.insert(u64::from(fault.0));
                if u64::from(fault.0) == self.after && self.from.is_none() {
                    self.from = Some(at);
                }
            }
            What::Crashed(_) => self.crashes += 1,
            What::OperatorAsked => self.over = Some(at),
            What::Noted(_, Note::Mirror(MirrorState::InSync)) if self.over.is_none() => {
                self.in_sync = Some(at);
            }
            What::Noted(_, Note::PromotionDecided(_)) => self.promotions += 1,
            What::Noted(_, Note::Diverged(blocks)) => self.diverged += blocks,
            What::Noted(_, Note::ResyncPass(..)) => self.passes += 1,
            What::Replayed(..) => self.replayed += 1,
            _ => {}
        }
    }
}

/// Runs the scenario; tells what was seen, and what is wrong with it.
pub fn run(scenario: &Scenario, seed: u64, mut watch: Watch) -> (Watch, Option<String>) {
    let outcome = batch::run(scenario, seed, &Traces::new(), Some(&mut watch), &mut |_, _| {});
    let outcome = outcome.unwrap_or_else(|problem| panic!("{problem}"));
    let ending = &outcome.finished.ending;
    let [source, destination] = &ending.images;
    let wrong = if let Some(found) = outcome.verdict.violations.first() {
        Some(format!("{}: {}", found.property, found.message))
    } else if ending.reason != EndReason::Done {
        Some(format!("it ended with {:?}", ending.reason))
    } else if source != destination {
        Some("the images differ".to_owned())
    } else {
        None
    };
    (watch, wrong)
}
