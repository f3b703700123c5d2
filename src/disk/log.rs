//! What the `NVLog` files hold: transfers by byte offset (Spec 4.1), and what crashes and faults did
//! to them (Spec 1.4, 8.2). The layout of a stored transfer is that of `protocol::wire`: headers,
//! whole blocks, fragments.
//!
//! A record is checked as a whole: one bad sector, and none of it is trusted.

use crate::protocol::block::{BlockSize, Origin, Runs};
use crate::protocol::wire::block_offset;
use crate::protocol::{FaultId, LogFile, Transfer};
use crate::units::Bytes;
use std::collections::BTreeMap;

/// The contents of a side's log storage.
#[derive(Debug)]
pub struct LogStorage {
    size: BlockSize,
    files: BTreeMap<LogFile, File>,
}

/// Records by offset; no two overlap.
type File = BTreeMap<u64, Record>;

/// A transfer as it was to be stored, and what became of it.
#[derive(Debug)]
struct Record {
    transfer: Transfer,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Intact,
    /// A crash came while it was written: some of its sectors are there.
    Torn,
    /// A fault destroyed it later.
    Rotten(FaultId),
}

/// What a read of a block finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockRead {
    /// The block, which passes its check.
    Block(Runs),
    /// A block was stored here; its record fails the check.
    Damaged,
    /// No block begins here.
    Nothing,
}

/// A record that a scan finds (Spec 7.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The file it lies in.
    pub file: LogFile,
    /// Where it begins within the file.
    pub offset: u64,
    /// What is left of it.
    pub record: ScannedRecord,
}

/// What a scan makes out of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannedRecord {
    /// It passes its check.
    Intact(Transfer),
    /// It fails its check; the bytes it takes in the file.
    Damaged(Bytes),
}

/// The unit that a crash leaves whole or not at all (Spec 1.4), in bytes.
const SECTOR: u64 = 512;

impl LogStorage {
    /// Empty files, for blocks of this size.
    #[must_use]
    pub fn new(size: BlockSize) -> Self {
        Self { size, files: BTreeMap::new() }
    }

    /// Writes a transfer at a byte offset. As on any storage, whatever lay under it is gone.
    pub fn write(&mut self, file: LogFile, offset: u64, transfer: Transfer) {
        self.put(file, offset, Record { transfer, state: State::Intact });
    }

    /// Sectors of a transfer in a file, counted from the record's own beginning: no two records
    /// share one.
    #[must_use]
    pub fn sectors(&self, transfer: &Transfer) -> usize {
        let count = stored_length(transfer, self.size).div_ceil(SECTOR);
        usize::try_from(count).expect("a transfer fits in memory")
    }

    /// A crash came while a transfer was written (Spec 1.4): of its [`Self::sectors`], in order,
    /// those survive that are marked. All: it is intact. None: it is absent, and what lay under it
    /// stays. Else it is there and fails its check.
    pub fn write_torn(
        &mut self,
        file: LogFile,
        offset: u64,
        transfer: Transfer,
        survived: &[bool],
    ) {
        assert_eq!(survived.len(), self.sectors(&transfer), "every sector has its fate");
        if survived.iter().all(|survived| *survived) {
            self.write(file, offset, transfer);
        } else if survived.contains(&true) {
            self.put(file, offset, Record { transfer, state: State::Torn });
        }
    }

    /// What a read of the block that begins exactly at a byte offset finds.
    #[must_use]
    pub fn read_block(&self, file: LogFile, offset: u64) -> BlockRead {
        self.read(file, offset, self.size.bytes().get())
    }

    /// The same of a block, or of a fragment: which of them, its length tells.
    #[must_use]
    pub fn read(&self, file: LogFile, offset: u64, length: u64) -> BlockRead {
        match self.runs_at(file, offset, length) {
            None => BlockRead::Nothing,
            Some((State::Intact, runs)) => BlockRead::Block(runs.clone()),
            Some((State::Torn | State::Rotten(_), _)) => BlockRead::Damaged,
        }
    }

    /// What a node reads that skips the check. A rotten block is damage from end to end; in place of
    /// a torn, a lost or no block there is what storage held in the beginning.
    #[must_use]
    pub fn read_unchecked(&self, file: LogFile, offset: u64, length: u64) -> Runs {
        let whole = |origin| Runs::of(0, self.size.get(), origin);
        match self.runs_at(file, offset, length) {
            Some((State::Intact, runs)) => runs.clone(),
            Some((State::Rotten(fault), _)) => whole(Origin::Damaged(fault)),
            Some((State::Torn, _)) | None => whole(Origin::Original),
        }
    }

    /// Every record, by file, then offset: what a restarted destination rebuilds its map from
    /// (Spec 7.3).
    #[must_use]
    pub fn scan(&self) -> Vec<Scanned> {
        let found = self.all().map(|(file, offset, record)| Scanned {
            file,
            offset,
            record: match record.state {
                State::Intact => ScannedRecord::Intact(record.transfer.clone()),
                State::Torn | State::Rotten(_) => {
                    ScannedRecord::Damaged(Bytes::new(record.length(self.size)))
                }
            },
        });
        found.collect()
    }

    /// Records in all files, damaged ones included.
    #[must_use]
    pub fn records(&self) -> usize {
        self.files.values().map(BTreeMap::len).sum()
    }

    /// Where the record of this number lies, counted from 0 in the order of [`Self::scan`].
    #[must_use]
    pub fn record_at(&self, number: usize) -> Option<(LogFile, u64)> {
        self.all().nth(number).map(|(file, offset, _)| (file, offset))
    }

    /// The record that the byte at an offset belongs to: where it begins, and its bytes.
    #[must_use]
    pub fn record_around(&self, file: LogFile, offset: u64) -> Option<(u64, Bytes)> {
        let (start, record) = self.files.get(&file)?.range(..=offset).next_back()?;
        let length = record.length(self.size);
        (offset < start + length).then_some((*start, Bytes::new(length)))
    }

    /// A fault destroys bytes of the record that begins at an offset; it fails its check from now
    /// on. Where none begins there is nothing to destroy.
    pub fn rot(&mut self, file: LogFile, offset: u64, fault: FaultId) {
        let record = self.files.get_mut(&file).and_then(|records| records.get_mut(&offset));
        if let Some(record) = record {
            record.state = State::Rotten(fault);
        }
    }

    /// The write of the record that begins at an offset said it was done and never reached the
    /// medium: nothing is there.
    pub fn lose(&mut self, file: LogFile, offset: u64) {
        if let Some(records) = self.files.get_mut(&file) {
            records.remove(&offset);
        }
    }

    /// Empties a file.
    pub fn free(&mut self, file: LogFile) {
        self.files.remove(&file);
    }

    /// Bytes of the records in a file.
    #[must_use]
    pub fn used(&self, file: LogFile) -> Bytes {
        let records = self.files.get(&file).into_iter().flat_map(BTreeMap::values);
        Bytes::new(records.map(|record| record.length(self.size)).sum())
    }

    /// Bytes of the records in all files: what a scan reads.
    #[must_use]
    pub fn used_total(&self) -> Bytes {
        Bytes::new(self.all().map(|(_, _, record)| record.length(self.size)).sum())
    }

    /// Puts a record in its place, over whatever lay there.
    fn put(&mut self, file: LogFile, offset: u64, record: Record) {
        let size = self.size;
        let end = offset + record.length(size);
        let file = self.files.entry(file).or_default();
        // Records do not overlap, so only the last of those before `end` can reach into it.
        while let Some((&old, under)) = file.range(..end).next_back()
            && old + under.length(size) > offset
        {
            file.remove(&old);
        }
        file.insert(offset, record);
    }

    /// The whole block that begins exactly at a byte offset, and the state of its record.
    fn runs_at(&self, file: LogFile, offset: u64, length: u64) -> Option<(State, &Runs)> {
        let (start, record) = self.files.get(&file)?.range(..=offset).next_back()?;
        let transfer = &record.transfer;
        let into_blocks = (offset - start).checked_sub(block_offset(transfer, 0, self.size))?;
        let block = u64::from(self.size.get());
        let area = block * u64::try_from(transfer.blocks.len()).ok()?;
        let runs = match into_blocks.checked_sub(area) {
            Some(into_fragments) => fragment_at(transfer, into_fragments)?,
            None if !into_blocks.is_multiple_of(block) => return None,
            None => transfer.blocks.get(usize::try_from(into_blocks / block).ok()?)?,
        };
        (runs.length() == length).then_some((record.state, runs))
    }

    fn all(&self) -> impl Iterator<Item = (LogFile, u64, &Record)> {
        self.files.iter().flat_map(|(file, records)| {
            records.iter().map(|(offset, record)| (*file, *offset, record))
        })
    }
}

/// The fragment that begins so many bytes into its area.
fn fragment_at(transfer: &Transfer, offset: u64) -> Option<&Runs> {
    let mut begin = 0;
    transfer.fragments.iter().find(|fragment| {
        let found = begin == offset;
        begin += fragment.length();
        found
    })
}

impl Record {
    fn length(&self, size: BlockSize) -> u64 {
        stored_length(&self.transfer, size)
    }
}

impl BlockRead {
    /// The block, if it is there and passes its check.
    #[must_use]
    pub fn intact(self) -> Option<Runs> {
        match self {
            Self::Block(runs) => Some(runs),
            Self::Damaged | Self::Nothing => None,
        }
    }
}

/// Bytes that a transfer takes in a file: up to the end of its block area, then its fragments.
fn stored_length(transfer: &Transfer, size: BlockSize) -> u64 {
    let fragments: u64 = transfer.fragments.iter().map(Runs::length).sum();
    block_offset(transfer, transfer.blocks.len(), size) + fragments
}

#[cfg(test)]
mod tests;
