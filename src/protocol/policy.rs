//! What a CP sends for each block: one file per policy (Spec 10).

pub mod dedup;
mod extents;
mod full_blocks;
mod references;

use super::block::BlockSize;
use super::buffer::Buffer;
use super::transfer::TransferTable;
use super::{ItemBody, Policy, Reference};

/// What the policy sends instead of this block's bytes; `None`: the block goes in full.
#[must_use]
pub fn instead(
    policy: Policy,
    buffer: &Buffer,
    table: &TransferTable,
    size: BlockSize,
) -> Option<ItemBody> {
    let reference = || reference(policy, buffer, table).map(ItemBody::Reference);
    let pieces = || extents::pieces(policy, buffer, size).map(ItemBody::Pieces);
    reference().or_else(pieces)
}

/// The reference that the policy sends instead of this block, if it sends one.
#[must_use]
pub fn reference(policy: Policy, buffer: &Buffer, table: &TransferTable) -> Option<Reference> {
    match policy {
        Policy::References | Policy::Extents => references::reference(buffer, table),
        Policy::FullBlocks
        | Policy::CpOnly
        | Policy::WriteOnce
        | Policy::SnapshotDelta
        | Policy::Dedup
        | Policy::Compress => full_blocks::reference(),
    }
}

/// Whether the source keeps account of every piece that was written to a block (`buffer`).
#[must_use]
pub const fn names_pieces(policy: Policy) -> bool {
    match policy {
        Policy::Extents => true,
        Policy::References
        | Policy::FullBlocks
        | Policy::CpOnly
        | Policy::WriteOnce
        | Policy::SnapshotDelta
        | Policy::Dedup
        | Policy::Compress => false,
    }
}

/// Whether the destination takes the blocks of a CP from its log by itself, and nobody sends them.
#[must_use]
pub const fn applies_log(policy: Policy) -> bool {
    match policy {
        Policy::WriteOnce => true,
        Policy::References
        | Policy::FullBlocks
        | Policy::Extents
        | Policy::CpOnly
        | Policy::SnapshotDelta
        | Policy::Dedup
        | Policy::Compress => false,
    }
}
