//! S10: nothing phantom, each operation at most once. An entry of
//! the log is exactly what a client asked for and is still waiting for. The other properties measure
//! by the log, so the log itself is measured here.

use super::Findings;
use super::model::Model;
use crate::facts::{Fact, Role, What};
use crate::protocol::{Lsn, Operation, WriteId};
use std::collections::{BTreeMap, BTreeSet};

/// Operations without an answer.
#[derive(Debug, Default)]
pub struct Phantoms {
    open: BTreeMap<WriteId, (Operation, Logged)>,
    /// Operations that a side answered whose reign was over; the one that reigns may answer as well.
    elsewhere: BTreeSet<WriteId>,
}

/// Whether an operation has become an entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Logged {
    NotYet,
    Once(Lsn),
}

impl Phantoms {
    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::Requested(request) = &fact.what {
            self.open.entry(request.id).or_insert((request.operation, Logged::NotYet));
        } else if let What::Appended(_, _, _, entry) = &fact.what {
            let id = entry.write;
            let (kind, message) = match self.open.get_mut(&id) {
                Some((Operation::Write(range), logged @ Logged::NotYet))
                    if *range == entry.range =>
                {
                    *logged = Logged::Once(entry.lsn);
                    return;
                }
                Some((Operation::Write(range), Logged::NotYet)) => {
                    let held = entry.range;
                    ("entry_differs", format!("{id} asked for {range:?}, logged was {held:?}"))
                }
                Some((_, Logged::Once(_))) => {
                    ("logged_twice", format!("{id} was logged again as {}", entry.lsn))
                }
                Some((Operation::Read(_) | Operation::Flush(_), Logged::NotYet)) | None => (
                    "phantom",
                    format!("{id} was logged as {}, but no such write waits", entry.lsn),
                ),
            };
            let subject = findings.add(fact, "S10", Role::Source, kind, message);
            subject.of_write(id).of_entry(entry.lsn);
        } else if let What::Survived(Role::Source, _) | What::Serves(_) = &fact.what {
            self.survived(model);
        } else if let What::Answered(_, id, _) = &fact.what
            && self.open.remove(id).is_none()
            && !self.elsewhere.remove(id)
        {
            let message = format!("{id} was answered, but waited for no answer");
            findings.add(fact, "S10", Role::Source, "phantom_answer", message).of_write(*id);
        }
    }

    /// A side answered whose reign is over: whoever asked has an answer.
    pub fn answered_by_rival(&mut self, fact: &Fact) {
        if let What::Answered(_, id, _) = &fact.what
            && self.open.remove(id).is_some()
        {
            self.elsewhere.insert(*id);
        }
    }

    /// A crash took entries that were not durable: their clients ask again, and they are logged anew.
    /// What was committed stays logged.
    fn survived(&mut self, model: &Model) {
        let through = model.committed_through(Role::Source);
        let entries = model.halves.values().flat_map(|(_, entries)| entries.values());
        let left: BTreeSet<WriteId> = entries.map(|entry| entry.write).collect();
        for (id, (_, logged)) in &mut self.open {
            if let Logged::Once(lsn) = *logged
                && lsn > through
                && !left.contains(id)
                && !model.log.contains_key(&lsn)
            {
                *logged = Logged::NotYet;
            }
        }
    }
}
