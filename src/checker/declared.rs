//! S20: NVRAM that was lost or damaged is declared, and no client is served from it (Spec 7.2). Its
//! log is not known to be empty, so a source that goes on loses writes it acknowledged.

use super::Findings;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::{FaultId, Note, Outcome};
use crate::scenario::fault::{Fault, FaultKind, Part};
use std::collections::BTreeSet;

/// Follows the source's NVRAM.
#[derive(Debug)]
pub struct Declared {
    /// Faults of NVRAM.
    faults: BTreeSet<FaultId>,
    log: Log,
}

/// What became of the log in NVRAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Log {
    /// As the entries say.
    Sound,
    /// Lost or damaged, and the source did not say so.
    Lost,
    /// Lost or damaged, and declared.
    Declared,
}

impl Declared {
    /// For a run with these faults.
    #[must_use]
    pub fn new(faults: &[Fault]) -> Self {
        Self { faults: nvram_faults(faults), log: Log::Sound }
    }

    /// Another side reigns, whose log is in its NVLog.
    pub fn begin_reign(&mut self) {
        self.log = Log::Sound;
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, findings: &mut Findings) {
        match (&fact.what, self.log) {
            (What::FaultFelt(fault), _) if self.faults.contains(fault) => self.log = Log::Lost,
            (What::Noted(Role::Source, Note::NvramLost), Log::Lost) => self.log = Log::Declared,
            (
                What::Noted(Role::Source, Note::Restarted(..) | Note::Mirror(_))
                | What::Sent(Direction::ToDestination, ..),
                Log::Lost,
            ) => {
                // Once is enough: from here on, what it serves is looked at.
                self.log = Log::Declared;
                let message = "NVRAM was lost, and the source went on without a word".to_owned();
                findings.add(fact, "S20", Role::Source, "loss_not_declared", message);
            }
            (What::Answered(Role::Source, id, outcome), Log::Lost | Log::Declared)
                if !matches!(outcome, Outcome::Refused(_)) =>
            {
                let message = format!("{id} was served by a source whose NVRAM was lost");
                findings.add(fact, "S20", Role::Source, "served_after_loss", message);
            }
            _ => {}
        }
    }
}

/// The faults among these that make NVRAM lose its log.
pub(super) fn nvram_faults(faults: &[Fault]) -> BTreeSet<FaultId> {
    let concerns = |fault: &Fault| matches!(fault.kind, FaultKind::Part(Part::Nvram(_)));
    let places = faults.iter().zip(0..).filter(|(fault, _)| concerns(fault));
    places.map(|(_, place)| FaultId(place)).collect()
}
