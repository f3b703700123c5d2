//! What the source's NVRAM holds: two halves of log entries, of which a prefix is durable
//! (Spec 3.1), and what crashes and faults leave of them (Spec 7.1, 7.2, 8.3).
//!
//! An entry's header is all there is to keep, since contents are symbolic. The store believes what
//! the host tells it about order: entries are asked to be durable in LSN order, and become so.

use crate::protocol::{CpId, EntryHeader, FaultId, Half, Lsn};
use std::collections::BTreeMap;

/// The contents of the source's NVRAM.
#[derive(Debug, Default)]
pub struct NvramStore {
    /// Entries of both halves that were not freed.
    entries: BTreeMap<Lsn, Logged>,
    /// Entries up to here were asked to be durable.
    asked: Option<Lsn>,
    /// Entries up to here are durable; never after `asked`.
    durable: Option<Lsn>,
    damage: Option<(NvramDamage, FaultId)>,
}

#[derive(Debug)]
struct Logged {
    half: Half,
    cp: CpId,
    entry: EntryHeader,
}

/// What a restarted source finds in its NVRAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveredNvram {
    /// The entries of each half with their CP, in LSN order; the first half first.
    pub halves: [Vec<(CpId, EntryHeader)>; 2],
    /// What is known to be missing. Never taken for an empty log (Spec 7.2).
    pub damage: Option<NvramDamage>,
}

/// What a fault did to NVRAM, as its own checks tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NvramDamage {
    /// Everything is gone.
    Lost,
    /// A record fails its check: the one after this LSN, or the only one.
    TornAfter(Option<Lsn>),
}

impl NvramStore {
    /// Two empty halves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an entry into a half; it is not durable yet.
    pub fn append(&mut self, half: Half, cp: CpId, entry: EntryHeader) {
        self.entries.insert(entry.lsn, Logged { half, cp, entry });
    }

    /// The entry with this LSN and every earlier one was asked to be durable.
    pub fn asked(&mut self, lsn: Lsn) {
        self.asked = self.asked.max(Some(lsn));
    }

    /// The entry with this LSN and every earlier one is durable.
    pub fn durable(&mut self, lsn: Lsn) {
        self.asked(lsn);
        self.durable = self.durable.max(Some(lsn));
    }

    /// Frees a half: its entries are on disk on both sides (Spec 5.7).
    pub fn free(&mut self, half: Half) {
        self.entries.retain(|_, logged| logged.half != half);
    }

    /// Entries asked to be durable that are not yet: the most that a crash can leave in doubt.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.lsns_in_flight().count()
    }

    /// A crash: of the entries in flight exactly the first `survivors` in LSN order are durable; the
    /// others, and those never asked to be, are gone.
    pub fn crash(&mut self, survivors: usize) {
        assert!(survivors <= self.in_flight(), "no more survive than were in flight");
        let last = survivors.checked_sub(1).and_then(|place| self.lsns_in_flight().nth(place));
        self.durable = last.or(self.durable);
        self.asked = self.durable;
        let durable = self.durable;
        self.entries.retain(|lsn, _| Some(*lsn) <= durable);
    }

    /// The last record that survived a crash was torn: it is there, and fails its check. Where no
    /// record is, none can be torn; and NVRAM that is damaged already stays as it is.
    pub fn tear_last(&mut self, fault: FaultId) {
        if self.damage.is_none() && self.entries.pop_last().is_some() {
            let before = self.entries.last_key_value().map(|(lsn, _)| *lsn);
            self.damage = Some((NvramDamage::TornAfter(before), fault));
        }
    }

    /// All contents are lost.
    pub fn lose(&mut self, fault: FaultId) {
        self.entries.clear();
        self.damage = Some((NvramDamage::Lost, fault));
    }

    /// What a restarted source finds. Reading changes nothing: the entries are durable until they
    /// are freed, and damage is found again by the next restart until [`Self::reset`].
    #[must_use]
    pub fn recover(&self) -> RecoveredNvram {
        let half = |half| {
            let held = self.entries.values().filter(|logged| logged.half == half);
            held.map(|logged| (logged.cp, logged.entry)).collect()
        };
        let damage = self.damage.map(|(damage, _)| damage);
        RecoveredNvram { halves: [half(Half::First), half(Half::Second)], damage }
    }

    /// The fault that damaged the contents, until [`Self::reset`].
    #[must_use]
    pub fn damaged_by(&self) -> Option<FaultId> {
        self.damage.map(|(_, fault)| fault)
    }

    /// Both halves are formatted anew, once their damage was declared and fenced (Spec 7.2).
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn lsns_in_flight(&self) -> impl Iterator<Item = Lsn> {
        let lsns = self.entries.keys().copied();
        let from_durable = lsns.skip_while(|lsn| Some(*lsn) <= self.durable);
        from_durable.take_while(|lsn| Some(*lsn) <= self.asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::block::{VolumeId, WriteRange};
    use crate::protocol::{ClientId, Incarnation, OpNumber, WriteId};

    const FAULT: FaultId = FaultId(3);
    const FIRST: CpId = CpId::ORIGINAL.next();

    fn lsn(sequence: u64) -> Lsn {
        Lsn { sequence, ..Lsn::ORIGIN }
    }

    fn entry(lsn: Lsn) -> EntryHeader {
        EntryHeader {
            lsn,
            predecessor: Lsn { sequence: lsn.sequence - 1, ..lsn },
            write: WriteId { client: ClientId(0), op: OpNumber(lsn.sequence) },
            range: WriteRange { volume: VolumeId(0), offset: 0, length: 512 },
            part_start: 0,
            part_length: 512,
        }
    }

    /// Entries 1 to 3 in the first half for CP 1, 4 to 6 in the second for CP 2; 1 and 2 durable,
    /// 3 to 5 asked for.
    fn store() -> NvramStore {
        let mut store = NvramStore::new();
        for sequence in 1..=6 {
            let (half, cp) =
                if sequence <= 3 { (Half::First, FIRST) } else { (Half::Second, FIRST.next()) };
            store.append(half, cp, entry(lsn(sequence)));
        }
        store.asked(lsn(5));
        store.durable(lsn(2));
        store
    }

    /// The sequence numbers found in each half.
    fn found(store: &NvramStore) -> [Vec<u64>; 2] {
        let sequences = |half: Vec<(CpId, EntryHeader)>| {
            half.into_iter().map(|(_, entry)| entry.lsn.sequence).collect()
        };
        store.recover().halves.map(sequences)
    }

    /// Spec 3.1: what is durable is a prefix.
    #[test]
    fn a_crash_leaves_a_prefix_of_what_was_in_flight() {
        let expected = [
            [vec![1, 2], vec![]],
            [vec![1, 2, 3], vec![]],
            [vec![1, 2, 3], vec![4]],
            [vec![1, 2, 3], vec![4, 5]],
        ];
        assert_eq!(store().in_flight(), 3);
        for (survivors, expected) in expected.into_iter().enumerate() {
            let mut store = store();
            store.crash(survivors);
            assert_eq!(found(&store), expected, "{survivors} survive");
            assert_eq!(store.in_flight(), 0);
            store.crash(0);
            assert_eq!(found(&store), expected, "what survived one crash survives the next");
        }
    }

    #[test]
    fn nothing_asked_for_is_all_lost() {
        let mut store = NvramStore::new();
        store.append(Half::First, FIRST, entry(lsn(1)));
        assert_eq!(store.in_flight(), 0);
        store.crash(0);
        let nothing = RecoveredNvram { halves: [Vec::new(), Vec::new()], damage: None };
        assert_eq!(store.recover(), nothing, "and nothing is damaged");
    }

    #[test]
    fn entries_are_found_with_their_cp_until_their_half_is_freed() {
        let mut store = store();
        store.durable(lsn(6));
        assert_eq!(store.recover().halves[1][0], (FIRST.next(), entry(lsn(4))));
        store.free(Half::First);
        store.crash(0);
        assert_eq!(found(&store), [vec![], vec![4, 5, 6]]);
        store.free(Half::Second);
        assert_eq!((store.recover(), store.in_flight()), (NvramStore::new().recover(), 0));
    }

    /// Spec 7.1: LSNs of a later life come after all of an earlier one.
    #[test]
    fn the_next_life_goes_on_behind_what_survived() {
        let mut store = store();
        store.crash(1);
        let next = Lsn { incarnation: Incarnation(2), sequence: 1, ..Lsn::ORIGIN };
        store.append(Half::Second, FIRST.next(), entry(next));
        assert_eq!(store.in_flight(), 0);
        store.asked(next);
        assert_eq!(store.in_flight(), 1);
        store.crash(0);
        assert_eq!(found(&store), [vec![1, 2, 3], vec![]]);
    }

    /// Spec 7.2: damage is declared, at every restart until it is fenced.
    #[test]
    fn damage_is_never_an_empty_log() {
        let mut torn = store();
        torn.crash(1);
        torn.tear_last(FAULT);
        torn.tear_last(FaultId(4));
        assert_eq!(found(&torn), [vec![1, 2], vec![]], "only the last record is torn");
        assert_eq!(torn.recover().damage, Some(NvramDamage::TornAfter(Some(lsn(2)))));
        torn.crash(0);
        assert_eq!(torn.recover().damage, Some(NvramDamage::TornAfter(Some(lsn(2)))));
        torn.lose(FAULT);
        assert_eq!((found(&torn), torn.damaged_by()), ([Vec::new(), Vec::new()], Some(FAULT)));
        assert_eq!(torn.recover().damage, Some(NvramDamage::Lost));
        torn.reset();
        assert_eq!(torn.recover(), NvramStore::new().recover());
    }

    #[test]
    fn the_only_record_can_be_torn_and_none_cannot() {
        let mut store = NvramStore::new();
        store.tear_last(FAULT);
        assert_eq!(store.recover().damage, None);
        store.append(Half::First, FIRST, entry(lsn(1)));
        store.durable(lsn(1));
        store.tear_last(FAULT);
        assert_eq!(store.recover().damage, Some(NvramDamage::TornAfter(None)));
    }
}
