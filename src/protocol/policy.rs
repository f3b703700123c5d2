//! What a CP sends for each block: one file per policy (Spec 10).

pub mod dedup;
mod full_blocks;
mod references;

use super::buffer::Buffer;
use super::transfer::TransferTable;
use super::{Policy, Reference};

/// The reference that the policy sends instead of this block; `None`: the block goes in full.
#[must_use]
pub fn reference(policy: Policy, buffer: &Buffer, table: &TransferTable) -> Option<Reference> {
    match policy {
        Policy::References => references::reference(buffer, table),
        Policy::FullBlocks
        | Policy::Extents
        | Policy::CpOnly
        | Policy::WriteOnce
        | Policy::SnapshotDelta
        | Policy::Dedup
        | Policy::Compress => full_blocks::reference(),
    }
}
