//! What both images are to hold: a model of the log, made of what the source logged and what a crash
//! took of it. It makes every script that compares images check their contents too (Spec 3.1, 7.1).

use crate::storage::Volumes;
use mirrorsim::protocol::block::{BlockAddress, BlockSize, Contents, Origin, Run};
use mirrorsim::protocol::{CommitRecord, EntryHeader, Generation, Lsn, WriteId};
use std::collections::{BTreeMap, BTreeSet};

/// What the loss of an acknowledged write means at a failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// It stood on one side only, as was known (Spec 6.3).
    Exposed,
    /// It was answered in sync: a promise is broken (S1).
    Broken,
}

/// The log as clients may count on it.
#[derive(Debug, Default)]
pub struct Expected {
    /// Entries that exist.
    log: BTreeMap<Lsn, EntryHeader>,
    /// Writes that were acknowledged.
    acknowledged: BTreeSet<WriteId>,
    /// Those of them that the source answered alone, out of sync.
    exposed: BTreeSet<WriteId>,
    /// The newest reign, and the last entry of the one before that its image holds.
    reign: Option<(Generation, Lsn)>,
}

impl Expected {
    /// The source logged an entry.
    pub fn logged(&mut self, entry: EntryHeader) {
        if !self.is_over(entry.lsn) {
            self.log.insert(entry.lsn, entry);
        }
    }

    /// Whether the entry belongs to a reign that is over, beyond where the next one began.
    fn is_over(&self, lsn: Lsn) -> bool {
        self.reign.is_some_and(|(reign, cut)| lsn.generation < reign && lsn > cut)
    }

    /// It was told so out of sync, by the source alone.
    pub fn exposed(&mut self, id: WriteId) {
        self.exposed.insert(id);
    }

    /// A promoted side serves: the log goes on from its image. Gives acknowledged writes that it does
    /// not hold, and whether each had been answered in sync.
    pub fn serves(&mut self, record: &CommitRecord) -> Vec<(WriteId, Loss)> {
        self.reign = Some((record.cp.generation, record.last_lsn));
        let over: Vec<_> = self.log.keys().copied().filter(|lsn| self.is_over(*lsn)).collect();
        let gone = over.iter().filter_map(|lsn| self.log.remove(lsn));
        let gone: Vec<_> = gone.map(|entry| entry.write).collect();
        let lost = gone.into_iter().filter(|id| self.acknowledged.remove(id));
        let loss =
            |id| if self.exposed.contains(&id) { (id, Loss::Exposed) } else { (id, Loss::Broken) };
        lost.map(loss).collect()
    }

    /// A client was told that its write is safe.
    pub fn acknowledged(&mut self, id: WriteId) {
        self.acknowledged.insert(id);
    }

    /// The source crashed: entries after the committed ones and not in this list are gone.
    pub fn crashed(&mut self, committed: Lsn, survived: &BTreeSet<Lsn>) {
        self.log.retain(|lsn, _| *lsn <= committed || survived.contains(lsn));
    }

    /// What is wrong with an image that a side holds, a line each.
    pub fn check(&self, volumes: &Volumes, size: BlockSize) -> Vec<String> {
        let mut wanted: BTreeMap<BlockAddress, Contents> = BTreeMap::new();
        let mut wrong = Vec::new();
        if self.is_over(volumes.record.last_lsn) {
            // It holds what it changed alone, until the other side has put it back (Spec 7.7).
            return wrong;
        }
        for entry in self.log.range(..=volumes.record.last_lsn).map(|(_, entry)| entry) {
            for piece in entry.pieces(size) {
                let held = wanted.entry(piece.address);
                let held = held.or_insert_with(|| Contents::original(piece.address, size));
                let origin = Origin::Write { id: entry.write, position: piece.position };
                if let Contents::Data(runs) = held {
                    runs.put(Run { start: piece.start, end: piece.end, origin });
                }
            }
        }
        for (address, expected) in wanted {
            if let Some(difference) = volumes.image.read(address).difference(&expected) {
                wrong.push(format!("wrong: {address}: {difference}"));
            }
        }
        wrong
    }

    /// The newest entry.
    pub fn last(&self) -> Lsn {
        self.log.keys().next_back().copied().unwrap_or(Lsn::ORIGIN)
    }

    /// The entry of a write, if it is in the log.
    pub fn entry(&self, id: WriteId) -> Option<&EntryHeader> {
        self.log.values().find(|entry| entry.write == id)
    }

    /// Writes that were acknowledged and are in no log, or more than once.
    pub fn check_writes(&self) -> Vec<String> {
        let count = |id: &WriteId| self.log.values().filter(|entry| entry.write == *id).count();
        let wrong = self.acknowledged.iter().filter_map(|id| match count(id) {
            0 => Some(format!("wrong: {id} was acknowledged and is lost")),
            1 => None,
            more => Some(format!("wrong: {id} was logged {more} times")),
        });
        wrong.collect()
    }
}
