//! Ours: a partly modified block goes as the pieces that it is put together from (Spec 10).

use super::super::block::BlockSize;
use super::super::buffer::{Buffer, Modified};
use super::super::{Pieces, Policy, wire};

/// The pieces of a partly modified block. None where a piece was not sent in this session, or where
/// the list is no shorter on the wire than the block in full.
pub(super) fn pieces(policy: Policy, buffer: &Buffer, size: BlockSize) -> Option<Pieces> {
    match buffer.modified {
        Modified::Partially if super::names_pieces(policy) => {
            let pieces = buffer.layers.pieces(size)?;
            (wire::pieces(&pieces) < wire::item_in_full(size)).then_some(pieces)
        }
        Modified::Partially | Modified::Wholly => None,
    }
}
