//! Data transfers at the source: how a write is split over them, and the transfer ID structure that
//! buffer descriptors point into (Spec 3.3, 3.5; Claims 10, 14).

use super::block::{BlockSize, WriteRange};
use super::{Half, Sabotage, TransferId, TransferRange};
use crate::units::Bytes;
use std::collections::VecDeque;

/// The parts of a write, each small enough for one transfer: start within the write and length. A
/// write is cut at block boundaries only, so that a whole block stays whole (Spec 2.1). `limit` is
/// at least a block.
pub fn parts(range: WriteRange, limit: Bytes, size: BlockSize) -> impl Iterator<Item = (u64, u64)> {
    let block = u64::from(size.get());
    assert!(limit.get() >= block, "a transfer holds at least one block");
    let mut start = 0;
    std::iter::from_fn(move || {
        let left = range.length - start;
        let length = if left <= limit.get() {
            left
        } else {
            let from = range.offset + start;
            (from + limit.get()) / block * block - from
        };
        let part = (length > 0).then_some((start, length));
        start += length;
        part
    })
}

/// A place in the transfer ID structure; what a buffer descriptor holds (Claim 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableIndex(usize);

/// The transfer ID structure: a bounded table of live transfer IDs.
///
/// IDs are given in circular order. Those of a half stay live until the half is freed (Spec 5.7),
/// and halves are freed in the order they were filled, so the live IDs are always one arc of the
/// circle: the next ID is free exactly if fewer IDs are live than the circle has.
#[derive(Debug)]
pub struct TransferTable {
    slots: Vec<Option<TransferId>>,
    vacant: Vec<usize>,
    /// Per half: its IDs' places, in the order they were given.
    halves: [VecDeque<usize>; 2],
    /// Per half: places promised to admitted entries, used or not.
    reserved: [u64; 2],
    bound: u64,
    next: TransferId,
    mask: u32,
}

impl TransferTable {
    /// An empty table of at most `bound` live IDs of `bits` bits.
    #[must_use]
    pub fn new(bound: u64, bits: u32) -> Self {
        assert!((1..=32).contains(&bits), "an ID has 1 to 32 bits");
        Self {
            slots: Vec::new(),
            vacant: Vec::new(),
            halves: [VecDeque::new(), VecDeque::new()],
            reserved: [0; 2],
            bound: bound.min(1 << bits),
            next: TransferId(0),
            mask: u32::MAX >> (32 - bits),
        }
    }

    /// The same, by a wrong protocol if there is one (Spec 12): it does not know that IDs run out.
    #[must_use]
    pub fn sabotaged(mut self, sabotage: Option<Sabotage>) -> Self {
        if sabotage == Some(Sabotage::IgnoreIdWrap) {
            self.bound = u64::MAX;
        }
        self
    }

    /// A wrong protocol's mistake (Spec 12): the IDs of a half whose entries are all sent count as
    /// free, though they are live.
    pub fn release_early(&mut self, half: Half) {
        self.reserved[half as usize] = 0;
    }

    /// Whether `count` transfers could be reserved if nothing else were live.
    #[must_use]
    pub const fn could_reserve(&self, count: u64) -> bool {
        count <= self.bound
    }

    /// Whether `count` more transfers may be reserved now.
    #[must_use]
    pub fn can_reserve(&self, count: u64) -> bool {
        self.reserved.iter().sum::<u64>().saturating_add(count) <= self.bound
    }

    /// Reserves the transfers of an entry, so that a logged entry can always be sent.
    pub fn reserve(&mut self, half: Half, count: u64) {
        assert!(self.can_reserve(count), "only what the bound allows is reserved");
        self.reserved[half as usize] += count;
    }

    /// Gives a reserved transfer its ID.
    pub fn give(&mut self, half: Half) -> (TableIndex, TransferId) {
        let id = self.next;
        let live = &mut self.halves[half as usize];
        assert!((live.len() as u64) < self.reserved[half as usize], "a transfer was reserved");
        self.next = TransferId(id.0.wrapping_add(1) & self.mask);
        let slot = self.vacant.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[slot] = Some(id);
        live.push_back(slot);
        (TableIndex(slot), id)
    }

    /// The ID at a place; `None` once it was freed.
    #[must_use]
    pub fn id(&self, index: TableIndex) -> Option<TransferId> {
        self.slots[index.0]
    }

    /// The first and last ID given for a half; `None` if there is none.
    #[must_use]
    pub fn range(&self, half: Half) -> Option<TransferRange> {
        let live = &self.halves[half as usize];
        let id = |slot: &usize| self.slots[*slot].expect("a live ID has its place");
        Some(TransferRange { first: id(live.front()?), last: id(live.back()?) })
    }

    /// Frees the IDs of a half (Spec 5.7).
    pub fn free(&mut self, half: Half) {
        for slot in self.halves[half as usize].drain(..) {
            self.slots[slot] = None;
            self.vacant.push(slot);
        }
        self.reserved[half as usize] = 0;
    }

    /// Frees every ID: the session is over, and its references with it (Spec 6.2).
    pub fn end_session(&mut self) {
        self.free(Half::First);
        self.free(Half::Second);
    }

    /// Live IDs.
    #[must_use]
    pub fn live(&self) -> u64 {
        self.halves.iter().map(|half| half.len() as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::VolumeId;
    use super::*;

    fn cut(offset: u64, length: u64, limit: u64) -> Vec<(u64, u64)> {
        let range = WriteRange { volume: VolumeId(0), offset, length };
        let size = BlockSize::new(Bytes::kib(4)).expect("a power of two");
        parts(range, Bytes::new(limit), size).collect()
    }

    #[test]
    fn writes_are_cut_at_block_boundaries() {
        assert_eq!(cut(0, 65536, 65536), [(0, 65536)]);
        assert_eq!(cut(0, 65537, 65536), [(0, 65536), (65536, 1)]);
        assert_eq!(cut(100, 8192, 4096), [(0, 3996), (3996, 4096), (8092, 100)]);
        assert_eq!(cut(100, 4096, 4096), [(0, 4096)], "one transfer is enough: no cut");
    }

    #[test]
    fn ids_wrap_only_over_freed_ones() {
        let mut table = TransferTable::new(100, 2);
        assert!(table.can_reserve(4) && !table.could_reserve(5));
        table.reserve(Half::First, 2);
        table.reserve(Half::Second, 2);
        assert!(!table.can_reserve(1));
        let ids = [Half::First, Half::First, Half::Second].map(|half| table.give(half).1.0);
        assert_eq!(ids, [0, 1, 2]);
        table.free(Half::First);
        table.reserve(Half::First, 1);
        table.give(Half::Second);
        assert_eq!(table.give(Half::First).1, TransferId(0), "0 comes again once it is free");
        let range = table.range(Half::Second).expect("two are live");
        assert_eq!((range.first, range.last), (TransferId(2), TransferId(3)));
    }

    #[test]
    fn a_freed_place_names_no_transfer() {
        let mut table = TransferTable::new(4, 32);
        table.reserve(Half::First, 1);
        let (index, id) = table.give(Half::First);
        assert_eq!(table.id(index), Some(id));
        table.free(Half::First);
        assert_eq!((table.id(index), table.live()), (None, 0));
    }
}
