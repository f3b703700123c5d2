//! S11: a replay is idempotent, also when it is interrupted. No entry is taken into a CP twice, none
//! that the image holds already is taken again, and a replay after one that a crash interrupted takes
//! every entry that the other had taken and not committed, as it was (Spec 7.1, 7.4). That a CP with
//! the same entries holds the same bytes is S2.
//!
//! What a fault has spoiled in the log since the interruption may be missing; that is S19's affair.
//! The same as a comparison of two runs: [`crate::batch::twin`].

use super::Findings;
use super::model::Model;
use crate::facts::{Fact, Role, Spot, What};
use crate::protocol::{EntryHeader, Lsn};
use std::collections::BTreeMap;

/// Follows replays.
#[derive(Debug, Default)]
pub struct Replays {
    /// Taken into a CP by the replay of this life, and not committed.
    taken: BTreeMap<Lsn, EntryHeader>,
    /// Taken by a replay that a crash interrupted, and not committed.
    interrupted: BTreeMap<Lsn, EntryHeader>,
}

impl Replays {
    /// A new reign begins: another log is replayed.
    pub fn begin_reign(&mut self) {
        *self = Self::default();
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::Replayed(_, _, _, entry) = &fact.what {
            self.takes(fact, entry, model, findings);
        } else if let What::HalfAssigned(_, half, _) = &fact.what {
            let entries = model.halves.get(half).map(|(_, entries)| entries);
            for entry in entries.into_iter().flat_map(BTreeMap::values) {
                self.takes(fact, entry, model, findings);
            }
        } else if let What::Committed(Role::Source, _, last_lsn) = &fact.what {
            self.check_forgotten(fact, model, findings);
            self.taken.retain(|lsn, _| lsn > last_lsn);
            self.interrupted.retain(|lsn, _| lsn > last_lsn);
        } else if let What::Survived(Role::Source, _) = &fact.what {
            self.interrupted.append(&mut self.taken);
        } else if let What::Spoiled(_, Spot::Log(..)) = &fact.what {
            self.interrupted.clear();
        }
    }

    fn takes(&mut self, fact: &Fact, entry: &EntryHeader, model: &Model, findings: &mut Findings) {
        let (lsn, write) = (entry.lsn, entry.write);
        let through = model.committed_through(Role::Source);
        let wrong = if self.taken.insert(lsn, *entry).is_some() {
            Some(("replayed_twice", format!("{write} ({lsn}) was replayed twice by one life")))
        } else if lsn <= through {
            let message = format!("{write} ({lsn}) was replayed, though the image holds {through}");
            Some(("replayed_again", message))
        } else {
            let before = self.interrupted.get(&lsn).filter(|before| *before != entry);
            before.map(|before| {
                let other = before.write;
                let message = format!("{lsn} is {write} in this replay, and was {other} before");
                ("other_entry", message)
            })
        };
        if let Some((kind, message)) = wrong {
            findings.add(fact, "S11", Role::Source, kind, message).of_entry(lsn);
        }
    }

    /// Whatever an interrupted replay had taken is taken again before anything is committed.
    fn check_forgotten(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        let through = model.committed_through(Role::Source);
        let mut missing = self.interrupted.iter().filter(|(lsn, _)| **lsn > through);
        let forgotten = missing.find(|(lsn, _)| !self.taken.contains_key(lsn));
        if let Some((lsn, entry)) = forgotten {
            let message = format!(
                "{} ({lsn}) was taken by a replay that was interrupted, and not by the next one",
                entry.write
            );
            let subject = findings.add(fact, "S11", Role::Source, "forgotten", message);
            subject.of_entry(*lsn).of_write(entry.write);
            self.interrupted.clear();
        }
    }
}
