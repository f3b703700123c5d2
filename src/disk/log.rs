//! What the `NVLog` files hold: transfers by byte offset (Spec 4.1). The layout of a stored transfer
//! is that of `protocol::wire`: headers, whole blocks, fragments.

use crate::protocol::block::{BlockSize, Runs};
use crate::protocol::wire::block_offset;
use crate::protocol::{LogFile, Transfer};
use crate::units::Bytes;
use std::collections::BTreeMap;

/// The contents of a side's log storage.
#[derive(Debug)]
pub struct LogStorage {
    size: BlockSize,
    files: BTreeMap<LogFile, File>,
}

/// Records by offset; no two overlap.
type File = BTreeMap<u64, Transfer>;

impl LogStorage {
    /// Empty files, for blocks of this size.
    #[must_use]
    pub fn new(size: BlockSize) -> Self {
        Self { size, files: BTreeMap::new() }
    }

    /// Writes a transfer at a byte offset. As on any storage, whatever lay under it is gone.
    pub fn write(&mut self, file: LogFile, offset: u64, transfer: Transfer) {
        let end = offset + stored_length(&transfer, self.size);
        let size = self.size;
        let file = self.files.entry(file).or_default();
        // Records do not overlap, so only the last of those before `end` can reach into it.
        while let Some((&old, record)) = file.range(..end).next_back()
            && old + stored_length(record, size) > offset
        {
            file.remove(&old);
        }
        file.insert(offset, transfer);
    }

    /// The whole block that begins exactly at a byte offset; `None` where none does.
    #[must_use]
    pub fn read_block(&self, file: LogFile, offset: u64) -> Option<Runs> {
        let (start, transfer) = self.files.get(&file)?.range(..=offset).next_back()?;
        let into_blocks = (offset - start).checked_sub(block_offset(transfer, 0, self.size))?;
        let block = u64::from(self.size.get());
        if !into_blocks.is_multiple_of(block) {
            return None;
        }
        let number = usize::try_from(into_blocks / block).ok()?;
        transfer.blocks.get(number).cloned()
    }

    /// Empties a file.
    pub fn free(&mut self, file: LogFile) {
        self.files.remove(&file);
    }

    /// Bytes of the records in a file.
    #[must_use]
    pub fn used(&self, file: LogFile) -> Bytes {
        let records = self.files.get(&file).into_iter().flat_map(BTreeMap::values);
        Bytes::new(records.map(|transfer| stored_length(transfer, self.size)).sum())
    }
}

/// Bytes that a transfer takes in a file: up to the end of its block area, then its fragments.
fn stored_length(transfer: &Transfer, size: BlockSize) -> u64 {
    let fragments: u64 = transfer.fragments.iter().map(Runs::length).sum();
    block_offset(transfer, transfer.blocks.len(), size) + fragments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::block::{Origin, VolumeId, WriteRange};
    use crate::protocol::wire::{self, ENTRY_HEADER, TRANSFER_HEADER};
    use crate::protocol::{
        ClientId, CpId, EntryHeader, Epoch, Lsn, Message, OpNumber, TransferHeader, TransferId,
        WriteId,
    };

    const FILE: LogFile = LogFile(0);

    fn storage() -> LogStorage {
        LogStorage::new(size())
    }

    fn size() -> BlockSize {
        BlockSize::new(Bytes::kib(4)).expect("a block size")
    }

    fn contents(op: u64, position: u64) -> Runs {
        let id = WriteId { client: ClientId(1), op: OpNumber(op) };
        Runs::of(0, 4096, Origin::Write { id, position })
    }

    /// One entry of two whole blocks and 100 bytes of a third.
    fn transfer(op: u64) -> Transfer {
        let write = WriteId { client: ClientId(1), op: OpNumber(op) };
        let lsn = Lsn::ORIGIN.next();
        let id = TransferId(1);
        let range = WriteRange { volume: VolumeId(0), offset: 0, length: 8292 };
        Transfer {
            header: TransferHeader {
                epoch: Epoch(1),
                id,
                cp: CpId::ORIGINAL.next(),
                first_lsn: lsn,
            },
            entries: vec![EntryHeader {
                lsn,
                predecessor: Lsn::ORIGIN,
                write,
                range,
                part_start: 0,
                part_length: 8292,
            }],
            blocks: vec![contents(op, 0), contents(op, 4096)],
            fragments: vec![Runs::of(0, 100, Origin::Write { id: write, position: 8192 })],
        }
    }

    const BLOCKS: u64 = TRANSFER_HEADER + ENTRY_HEADER;
    const STORED: u64 = BLOCKS + 2 * 4096 + 100;

    #[test]
    fn a_block_is_read_from_exactly_where_it_lies() {
        let mut log = storage();
        log.write(FILE, 1000, transfer(1));
        log.write(FILE, 1000 + STORED, transfer(2));
        let first = 1000 + BLOCKS;
        assert_eq!(log.read_block(FILE, first), Some(contents(1, 0)));
        assert_eq!(log.read_block(FILE, first + 4096), Some(contents(1, 4096)));
        assert_eq!(log.read_block(FILE, first + STORED + 4096), Some(contents(2, 4096)));
        // Before the record, in its headers, inside a block, at its fragments, in another file.
        for offset in [0, 1000, first - 1, first + 1, first + 8192] {
            assert_eq!(log.read_block(FILE, offset), None, "offset {offset}");
        }
        assert_eq!(log.read_block(LogFile(1), first), None);
    }

    #[test]
    fn a_record_takes_as_much_as_its_message() {
        let mut log = storage();
        log.write(FILE, 0, transfer(1));
        let length = wire::length(&Message::Transfer(transfer(1)), size());
        assert_eq!(log.used(FILE), length);
        assert_eq!(length.get(), STORED);
        log.free(FILE);
        assert_eq!((log.used(FILE), log.read_block(FILE, BLOCKS)), (Bytes::ZERO, None));
    }

    #[test]
    fn what_is_written_over_is_gone() {
        let mut log = storage();
        for record in 0..3 {
            log.write(FILE, record * STORED, transfer(record));
        }
        log.write(FILE, 2 * STORED - 1, transfer(9));
        assert_eq!(log.used(FILE).get(), 2 * STORED);
        assert_eq!(log.read_block(FILE, BLOCKS), Some(contents(0, 0)), "the first is untouched");
        assert_eq!(log.read_block(FILE, STORED + BLOCKS), None);
        assert_eq!(log.read_block(FILE, 2 * STORED + BLOCKS), None);
        assert_eq!(log.read_block(FILE, 2 * STORED - 1 + BLOCKS), Some(contents(9, 0)));
    }
}
