//! The patent: a wholly modified block goes as a reference (Claims 2, 3, 7, 9, 11, 13).

use super::super::Reference;
use super::super::buffer::{Buffer, Modified};
use super::super::transfer::TransferTable;

/// Transfer ID and block number of the block's newest whole overwrite. None for a block that was
/// partially modified, or whose transfer was not sent in this session (Spec 5.3, 5.4).
pub(super) fn reference(buffer: &Buffer, table: &TransferTable) -> Option<Reference> {
    match buffer.modified {
        Modified::Partially => None,
        Modified::Wholly => {
            let sent = buffer.sent?;
            Some(Reference { transfer: table.id(sent.index)?, number: sent.number })
        }
    }
}
