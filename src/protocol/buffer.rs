//! Dirty buffers of the source and their descriptors (Spec 3.2, 3.5, 3.6; Claims 5, 14).
//!
//! A buffer is the source's copy in memory of a block that a CP has to write. Its descriptor holds
//! how the block was modified in that CP, and where its newest whole overwrite lies in a transfer;
//! where the policy sends pieces, also where everything else lies that was written to it.

use super::block::{BlockAddress, BlockSize, Origin, Piece, Run, Runs};
use super::pieces::{Layers, Place};
use super::transfer::TableIndex;
use super::{BlockNumber, Lsn, Policy, Sabotage, Ticket, WriteId, policy};
use std::collections::BTreeMap;

/// How a block was modified by the entries of one CP (Spec 3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modified {
    /// The newest write covers it wholly.
    Wholly,
    /// The newest write covers a part of it, even if several parts together cover it all.
    Partially,
}

/// Where a block lies in the data transfers: what the descriptor stores (Claim 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentPlace {
    /// Index into the transfer ID structure.
    pub index: TableIndex,
    /// Place in the transfer's block area.
    pub number: BlockNumber,
}

/// A buffer and its descriptor.
#[derive(Debug, Clone)]
pub struct Buffer {
    /// What is known of the block. Gaps are bytes not written since the last commit that are still
    /// being read from disk.
    pub contents: Runs,
    /// How the block was modified in its CP.
    pub modified: Modified,
    /// The newest write of its CP.
    pub newest: Lsn,
    /// Where that write was sent, if it was sent and covers the block wholly.
    pub sent: Option<SentPlace>,
    /// What the entries of its CP wrote. Empty, unless the policy sends pieces.
    pub layers: Layers,
}

/// Whether a block's bytes must be read from disk to complete its buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// They are in memory, or on their way.
    AtHand,
    /// They must be read.
    MustRead,
}

/// The buffers of the active half's CP, and the frozen ones of the running CP.
#[derive(Debug)]
pub struct Buffers {
    size: BlockSize,
    active: BTreeMap<BlockAddress, Buffer>,
    frozen: BTreeMap<BlockAddress, Buffer>,
    /// Blocks being read, by the read that counts.
    reading: BTreeMap<BlockAddress, Ticket>,
    layering: Layering,
    /// The wrong protocol to run instead (Spec 12).
    sabotage: Option<Sabotage>,
}

impl Buffers {
    /// No buffers.
    #[must_use]
    pub const fn new(size: BlockSize) -> Self {
        Self {
            size,
            active: BTreeMap::new(),
            frozen: BTreeMap::new(),
            reading: BTreeMap::new(),
            layering: Layering::None,
            sabotage: None,
        }
    }

    /// The same, with the account that this policy needs.
    #[must_use]
    pub fn for_policy(self, policy: Policy) -> Self {
        let layering = if policy::names_pieces(policy) { Layering::Kept } else { Layering::None };
        Self { layering, ..self }
    }

    /// The same, by a wrong protocol if there is one (Spec 12).
    #[must_use]
    pub fn sabotaged(self, sabotage: Option<Sabotage>) -> Self {
        Self { sabotage, ..self }
    }

    /// Applies one piece of a write to the active CP. A frozen buffer keeps its contents and its
    /// reference: the write works on a copy (Spec 3.2).
    pub fn apply(&mut self, piece: &Piece, write: WriteId, lsn: Lsn) -> Base {
        let origin = Origin::Write { id: write, position: piece.position };
        let run = Run { start: piece.start, end: piece.end, origin };
        let whole = piece.is_whole(self.size);
        if self.sabotage == Some(Sabotage::NoCopyOnWrite)
            && let Some(frozen) = self.frozen.get_mut(&piece.address)
        {
            frozen.contents.put(run);
        }
        let frozen = &self.frozen;
        let buffer = self.active.entry(piece.address).or_insert_with(|| {
            let below = frozen.get(&piece.address).filter(|_| !whole);
            Buffer {
                contents: below.map(|buffer| buffer.contents.clone()).unwrap_or_default(),
                modified: Modified::Partially,
                newest: lsn,
                sent: None,
                layers: Layers::default(),
            }
        });
        if self.layering == Layering::Kept {
            buffer.layers.put(lsn, (piece.start, piece.end), None);
        }
        buffer.contents.put(run);
        buffer.newest = lsn;
        if whole || self.sabotage != Some(Sabotage::KeepReferenceAfterPartial) {
            buffer.modified = if whole { Modified::Wholly } else { Modified::Partially };
            // Spec 3.6: a newer whole write wins once it is sent; a partial write clears the
            // reference.
            buffer.sent = None;
        }
        let complete = buffer.contents.covers(0, self.size.get());
        if complete || self.reading.contains_key(&piece.address) {
            Base::AtHand
        } else {
            Base::MustRead
        }
    }

    /// Notes that a block is being read to complete its buffers.
    pub fn read_started(&mut self, address: BlockAddress, ticket: Ticket) {
        let earlier = self.reading.insert(address, ticket);
        assert_eq!(earlier, None, "a block is read once at a time");
    }

    /// Fills the gaps of the block's buffers from what the disk holds. Tells whether the read was
    /// one of these.
    pub fn read_done(&mut self, address: BlockAddress, ticket: Ticket, base: &Runs) -> bool {
        if self.reading.get(&address) != Some(&ticket) {
            return false;
        }
        self.reading.remove(&address);
        for buffers in [&mut self.active, &mut self.frozen] {
            if let Some(buffer) = buffers.get_mut(&address) {
                buffer.contents.fill_gaps(base);
            }
        }
        true
    }

    /// Whether a buffer of the block has bytes that only the disk knows.
    #[must_use]
    pub fn lacks_base(&self, address: BlockAddress) -> bool {
        let buffers = [self.active.get(&address), self.frozen.get(&address)];
        buffers.into_iter().flatten().any(|buffer| !self.is_complete(buffer))
    }

    /// Stores the place of a whole block in the transfer just sent, in the descriptor of the active
    /// or the frozen buffer, only where that write is still the block's newest in its CP (Spec 3.5).
    pub fn record_sent(&mut self, stage: Stage, address: BlockAddress, lsn: Lsn, at: SentPlace) {
        let buffers = match stage {
            Stage::Active => &mut self.active,
            Stage::Frozen => &mut self.frozen,
        };
        if let Some(buffer) = buffers.get_mut(&address).filter(|buffer| buffer.newest == lsn) {
            buffer.sent = Some(at);
        }
    }

    /// Stores where a piece of an entry lies in the transfer just sent, where the policy sends pieces.
    pub fn record_piece(&mut self, stage: Stage, address: BlockAddress, lsn: Lsn, at: Place) {
        if self.layering == Layering::None {
            return;
        }
        let buffers = match stage {
            Stage::Active => &mut self.active,
            Stage::Frozen => &mut self.frozen,
        };
        if let Some(buffer) = buffers.get_mut(&address) {
            buffer.layers.sent(lsn, at);
        }
    }

    /// Forgets where blocks were sent: the session is over, its references are void (Spec 6.2).
    pub fn end_session(&mut self) {
        for buffer in self.active.values_mut().chain(self.frozen.values_mut()) {
            buffer.sent = None;
            buffer.layers.end_session();
        }
    }

    /// Freezes the active buffers for a CP (Spec 5.2).
    pub fn freeze(&mut self) {
        assert!(self.frozen.is_empty(), "one CP at a time");
        self.frozen = std::mem::take(&mut self.active);
    }

    /// Frees the frozen buffers (Spec 5.7). What is still being read for one of them is stale from
    /// now on: the block may have been written since.
    pub fn free_frozen(&mut self) {
        for address in std::mem::take(&mut self.frozen).into_keys() {
            if !self.active.contains_key(&address) {
                self.reading.remove(&address);
            }
        }
    }

    /// The frozen buffers, in the order of a CP's items.
    #[must_use]
    pub const fn frozen(&self) -> &BTreeMap<BlockAddress, Buffer> {
        &self.frozen
    }

    /// Whether the frozen buffer is complete.
    #[must_use]
    pub fn is_complete(&self, buffer: &Buffer) -> bool {
        buffer.contents.covers(0, self.size.get())
    }

    /// The newest bytes of a block that are in memory (Spec 3.9).
    #[must_use]
    pub fn newest(&self, address: BlockAddress) -> Option<&Runs> {
        let (active, frozen) = (self.active.get(&address), self.frozen.get(&address));
        let buffer = match self.sabotage {
            Some(Sabotage::ReadFrozenBuffer) => frozen.or(active),
            Some(_) | None => active.or(frozen),
        };
        buffer.map(|buffer| &buffer.contents)
    }

    /// Buffers of the active CP.
    #[must_use]
    pub fn dirty(&self) -> u64 {
        self.active.len() as u64
    }

    /// Buffers of both CPs.
    #[must_use]
    pub fn total(&self) -> u64 {
        (self.active.len() + self.frozen.len()) as u64
    }
}

/// Whether it is kept account of every piece that was written to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layering {
    None,
    Kept,
}

/// Which CP a buffer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The CP of the active half.
    Active,
    /// The running CP.
    Frozen,
}
