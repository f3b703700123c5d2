//! What policies need of the log beyond whole blocks (Spec 10): where fragments lie, and what the entries
//! of a CP wrote to each block.

use super::{Keeps, Located, NvLog};
use crate::protocol::block::BlockAddress;
use crate::protocol::pieces::Place;
use crate::protocol::{
    BlockNumber, CpId, FragmentNumber, FragmentReference, LogFile, Pieces, Reference, Transfer,
    TransferRange, wire,
};
use std::collections::BTreeMap;

/// A stretch of log storage that holds bytes `start..end` of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The file.
    pub file: LogFile,
    /// The byte at which it begins there.
    pub offset: u64,
    /// Its first byte within the block.
    pub start: u32,
    /// One past its last byte within the block.
    pub end: u32,
}

impl Stretch {
    /// Its bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        u64::from(self.end - self.start)
    }
}

impl NvLog {
    /// Finds a fragment of this CP (Spec 10).
    #[must_use]
    pub fn locate_fragment(&self, cp: CpId, reference: FragmentReference) -> Located {
        let stored = self.map.get(&cp).and_then(|log| log.get(&reference.transfer));
        let Some(stored) = stored else { return Located::Unknown };
        let FragmentNumber(number) = reference.number;
        let place = usize::try_from(number).expect("u32 fits usize");
        let Some(stretch) = stored.fragments.get(place) else { return Located::NoSuchBlock };
        match &stored.cached {
            Some(areas) => Located::InMemory(areas.fragments[place].clone()),
            None => Located::InStorage(*stretch),
        }
    }

    /// Whether every transfer of the CP's range is here.
    #[must_use]
    pub fn has_all(&self, cp: CpId, range: TransferRange, id_bits: u32) -> bool {
        let here = self.map.get(&cp).map_or(0, BTreeMap::len);
        u64::try_from(here).expect("memory is smaller than this") == range.count(id_bits)
    }

    /// Every block that the CP's entries in the log touch, with the pieces it is put together from.
    #[must_use]
    pub fn written(&self, cp: CpId) -> Vec<(BlockAddress, Pieces)> {
        let written = self.written.get(&cp).into_iter().flatten();
        let pieces = written.map(|(address, layers)| {
            let pieces = layers.pieces(self.size);
            (*address, pieces.expect("what is in the log was sent in this session"))
        });
        pieces.collect()
    }

    /// Where the fragments of a transfer lie that is stored at this offset of a file.
    pub(super) fn stretches(
        &self,
        transfer: &Transfer,
        file: LogFile,
        offset: u64,
    ) -> Vec<Stretch> {
        if self.keeps == Keeps::Blocks {
            return Vec::new();
        }
        let mut offset = offset + wire::block_offset(transfer, transfer.blocks.len(), self.size);
        let mut stretches = Vec::new();
        let pieces = transfer.entries.iter().flat_map(|entry| entry.pieces(self.size));
        for piece in pieces.filter(|piece| !piece.is_whole(self.size)) {
            stretches.push(Stretch { file, offset, start: piece.start, end: piece.end });
            offset += piece.length();
        }
        stretches
    }

    /// Takes what the entries of a transfer wrote into account, if that is kept.
    pub(super) fn note_written(&mut self, transfer: &Transfer) {
        if self.keeps != Keeps::Layers {
            return;
        }
        let (size, id) = (self.size, transfer.header.id);
        let written = self.written.entry(transfer.header.cp).or_default();
        let (mut block, mut fragment) = (BlockNumber(0), FragmentNumber(0));
        for entry in &transfer.entries {
            for piece in entry.pieces(size) {
                let place = if piece.is_whole(size) {
                    let number = block;
                    block.0 += 1;
                    Place::Block(Reference { transfer: id, number })
                } else {
                    let number = fragment;
                    fragment.0 += 1;
                    Place::Fragment(FragmentReference { transfer: id, number })
                };
                let layers = written.entry(piece.address).or_default();
                layers.put(entry.lsn, (piece.start, piece.end), Some(place));
            }
        }
    }
}
