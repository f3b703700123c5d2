//! The source's log of writes: two halves in NVRAM (Spec 3.1, 3.2; Claims 8, 10, 13).
//!
//! This is the account of what lies where; the bytes themselves are the host's. One half takes new
//! entries while the entries of the other are brought to disk by a consistency point.

use super::{CpId, Generation, Half, Incarnation, Lsn, wire};
use crate::units::Bytes;

/// Two halves and what each holds.
#[derive(Debug)]
pub struct Nvram {
    capacity: Bytes,
    /// A half is full at this many entries (Spec 5.1, `entries`).
    entry_limit: Option<u64>,
    active: Half,
    halves: [Load; 2],
    /// The CP of the active half.
    cp: CpId,
    /// The newest LSN given.
    last: Lsn,
    /// The reign and the life in which LSNs are given.
    life: (Generation, Incarnation),
}

/// What a half holds.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    bytes: u64,
    entries: u64,
}

impl Nvram {
    /// Two empty halves; the first entries belong to the CP after `committed`.
    #[must_use]
    pub const fn new(capacity: Bytes, entry_limit: Option<u64>, committed: CpId) -> Self {
        let empty = Load { bytes: 0, entries: 0 };
        Self {
            capacity,
            entry_limit,
            active: Half::First,
            halves: [empty; 2],
            cp: committed.next(),
            last: Lsn::ORIGIN,
            life: (Lsn::ORIGIN.generation, Lsn::ORIGIN.incarnation),
        }
    }

    /// The account after a crash (Spec 7.1): `older` is the half whose entries come first, and `life`
    /// the reign and life of entries to come. Each half found with entries in it becomes a CP of its
    /// own, numbered from `committed` + 2, since the CP after `committed` may be on the destination's
    /// disks already, with these entries or fewer.
    #[must_use]
    pub const fn recovered(
        capacity: Bytes,
        entry_limit: Option<u64>,
        committed: CpId,
        older: Half,
        life: (Generation, Incarnation),
    ) -> Self {
        let mut nvram = Self::new(capacity, entry_limit, committed.next());
        nvram.active = older;
        nvram.life = life;
        nvram
    }

    /// Counts an entry that survived a crash in the active half.
    pub fn restore(&mut self, lsn: Lsn, data: u64) {
        let load = &mut self.halves[self.active as usize];
        load.bytes += wire::entry_in_nvram(data);
        load.entries += 1;
        self.last = lsn;
    }

    /// The newest entry on disk, where the log goes on if NVRAM holds none.
    pub fn continue_after(&mut self, lsn: Lsn) {
        self.last = lsn;
    }

    /// Whether a half could ever hold an entry with this much data (Spec 2.1).
    #[must_use]
    pub const fn could_hold(&self, data: u64) -> bool {
        wire::entry_in_nvram(data) <= self.capacity.get()
    }

    /// Whether the active half has room for an entry with this much data.
    #[must_use]
    pub fn has_room(&self, data: u64) -> bool {
        let load = self.load(self.active);
        let bytes = load.bytes.saturating_add(wire::entry_in_nvram(data));
        bytes <= self.capacity.get() && !self.is_full_by_entries()
    }

    /// Whether the active half holds as many entries as it may.
    #[must_use]
    pub fn is_full_by_entries(&self) -> bool {
        self.entry_limit.is_some_and(|limit| self.load(self.active).entries >= limit)
    }

    /// Takes an entry with this much data into the active half; there must be room. Gives its LSN.
    pub fn append(&mut self, data: u64) -> Lsn {
        assert!(self.has_room(data), "an entry goes where there is room");
        let load = &mut self.halves[self.active as usize];
        load.bytes += wire::entry_in_nvram(data);
        load.entries += 1;
        let (generation, incarnation) = self.life;
        self.last = Lsn { generation, incarnation, ..self.last.next() };
        self.last
    }

    /// Makes the other, empty half the active one, for the next CP. Gives the half that was active.
    pub fn switch(&mut self) -> Half {
        let old = self.active;
        assert_eq!(self.load(old.other()).entries, 0, "a half is freed before it is used again");
        self.active = old.other();
        self.cp = self.cp.next();
        old
    }

    /// The CP of the active half, which is empty, was committed without entries.
    pub fn skip_cp(&mut self) {
        assert!(self.active_is_empty(), "only an empty CP is skipped");
        self.cp = self.cp.next();
    }

    /// Empties a half (Spec 5.7).
    pub fn free(&mut self, half: Half) {
        assert_ne!(half, self.active, "the active half is never freed");
        self.halves[half as usize] = Load::default();
    }

    /// The half that takes new entries.
    #[must_use]
    pub const fn active(&self) -> Half {
        self.active
    }

    /// The CP that entries of the active half belong to.
    #[must_use]
    pub const fn active_cp(&self) -> CpId {
        self.cp
    }

    /// The newest LSN given.
    #[must_use]
    pub const fn last(&self) -> Lsn {
        self.last
    }

    /// Whether the active half holds no entry.
    #[must_use]
    pub fn active_is_empty(&self) -> bool {
        self.load(self.active).entries == 0
    }

    /// Entries in both halves.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.halves.iter().map(|load| load.entries).sum()
    }

    const fn load(&self, half: Half) -> Load {
        self.halves[half as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_full_by_bytes_or_by_entries() {
        let two = Bytes::new(2 * wire::entry_in_nvram(100));
        let mut nvram = Nvram::new(two, None, CpId::ORIGINAL);
        assert!(nvram.could_hold(100 + wire::entry_in_nvram(100)) && !nvram.could_hold(two.get()));
        nvram.append(100);
        assert!(nvram.has_room(100) && !nvram.has_room(101));
        let mut counted = Nvram::new(two, Some(1), CpId::ORIGINAL);
        counted.append(1);
        assert!(!counted.has_room(1) && counted.is_full_by_entries());
    }

    #[test]
    fn halves_take_turns() {
        let mut nvram = Nvram::new(Bytes::kib(64), None, CpId::ORIGINAL);
        let first = nvram.active_cp();
        nvram.append(1);
        let old = nvram.switch();
        assert_eq!((nvram.active_cp(), nvram.active()), (first.next(), old.other()));
        assert_eq!(nvram.append(1).sequence, 2, "LSNs go on over the switch");
        nvram.free(old);
        assert_eq!(nvram.entries(), 1);
    }
}
