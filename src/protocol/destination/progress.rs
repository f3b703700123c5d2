//! Which log entries are complete: the destination's cumulative acknowledgement (Spec 3.7).

use super::super::{EntryHeader, Lsn};
use std::collections::BTreeMap;

/// Entries beyond the acknowledged prefix, and the end of that prefix.
#[derive(Debug)]
pub(super) struct Progress {
    through: Lsn,
    beyond: BTreeMap<Lsn, Partial>,
}

/// An entry some of whose bytes meet the rule.
#[derive(Debug, Clone, Copy)]
struct Partial {
    predecessor: Lsn,
    length: u64,
    counted: u64,
}

impl Default for Progress {
    fn default() -> Self {
        Self { through: Lsn::ORIGIN, beyond: BTreeMap::new() }
    }
}

impl Progress {
    /// A session begins: what counts is in the committed image, and whatever is forwarded from now on.
    pub(super) fn begin_after(lsn: Lsn) -> Self {
        Self { through: lsn, beyond: BTreeMap::new() }
    }

    /// Learns of an entry that a transfer carries a part of.
    pub(super) fn announce(&mut self, entry: &EntryHeader) {
        if entry.lsn > self.through {
            self.beyond.entry(entry.lsn).or_insert(Partial {
                predecessor: entry.predecessor,
                length: entry.range.length,
                counted: 0,
            });
        }
    }

    /// Bytes of an announced entry meet the rule.
    pub(super) fn count(&mut self, lsn: Lsn, bytes: u64) {
        if let Some(partial) = self.beyond.get_mut(&lsn) {
            partial.counted += bytes;
        }
    }

    /// Moves the prefix over every complete entry whose predecessor is within it. Tells whether it
    /// moved.
    pub(super) fn advance(&mut self) -> bool {
        let before = self.through;
        while let Some(entry) = self.beyond.first_entry() {
            let partial = *entry.get();
            if partial.predecessor != self.through || partial.counted < partial.length {
                break;
            }
            self.through = *entry.key();
            entry.remove();
        }
        self.through != before
    }

    /// A committed CP holds every entry up to `lsn`: they meet every rule, whether or not all their
    /// transfers came (Spec 3.7). Tells whether the prefix moved.
    pub(super) fn committed(&mut self, lsn: Lsn) -> bool {
        let before = self.through;
        self.through = self.through.max(lsn);
        self.beyond.retain(|beyond, _| *beyond > lsn);
        self.advance();
        self.through != before
    }

    /// The last entry of the complete prefix.
    pub(super) const fn through(&self) -> Lsn {
        self.through
    }
}
