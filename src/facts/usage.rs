//! How much of each bounded thing is in use, as the facts tell: for the check of bounds (S21) and
//! for the peaks of a report.

use super::{Direction, Fact, Sink, What};
use crate::protocol::block::{BlockAddress, BlockSize, WriteRange};
use crate::protocol::wire::Encoding;
use crate::protocol::{CpId, EntryHeader, Half, LogFile, Lsn, Message, Part, wire};
use std::collections::{BTreeMap, BTreeSet};

/// What is in use after the facts read so far, and the most there was at once.
#[derive(Debug)]
pub struct Usage {
    size: BlockSize,
    encoding: Encoding,
    /// What is in use now.
    pub now: Counts,
    /// The most of each.
    pub peak: Counts,
    halves: BTreeMap<Half, HalfUse>,
    files: BTreeMap<LogFile, u64>,
    /// Lengths of messages handed to the link and not departed, by direction.
    queued: [BTreeMap<u64, u64>; 2],
}

/// Amounts of the bounded things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Bytes in both NVRAM halves.
    pub nvram_bytes: u64,
    /// Bytes in the fuller NVRAM half.
    pub nvram_half_bytes: u64,
    /// Entries in the fuller NVRAM half.
    pub nvram_half_entries: u64,
    /// Live transfer IDs.
    pub transfer_ids: u64,
    /// Blocks dirty or frozen.
    pub buffers: u64,
    /// Bytes in all NVLog files.
    pub nvlog_bytes: u64,
    /// Bytes in the fullest NVLog file.
    pub nvlog_file_bytes: u64,
    /// NVLog files in use.
    pub nvlog_files: u64,
    /// Bytes in the link's queue towards the destination.
    pub link_queue_bytes: u64,
}

/// What the entries of one half hold on to.
#[derive(Debug)]
struct HalfUse {
    cp: CpId,
    /// What each entry covers.
    ranges: BTreeMap<Lsn, WriteRange>,
    bytes: u64,
    transfers: u64,
    blocks: BTreeSet<BlockAddress>,
}

impl Usage {
    /// Nothing in use.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self {
            size: encoding.size,
            encoding,
            now: Counts::default(),
            peak: Counts::default(),
            halves: BTreeMap::new(),
            files: BTreeMap::new(),
            queued: [BTreeMap::new(), BTreeMap::new()],
        }
    }

    fn sent(&mut self, direction: Direction, number: u64, message: &Message) {
        self.queue(direction, number, message);
        if let Message::Transfer(transfer) = message {
            let half = self.halves.values_mut().find(|half| half.cp == transfer.header.cp);
            if let Some(half) = half {
                half.transfers += 1;
                self.now.transfer_ids += 1;
            }
        } else if let Message::Hello { .. } = message {
            // The IDs of the session before are void (Spec 6.2).
            for half in self.halves.values_mut() {
                half.transfers = 0;
            }
            self.recount_halves();
        }
    }

    fn queue(&mut self, direction: Direction, number: u64, message: &Message) {
        let length = wire::length(message, &self.encoding).get();
        self.queued[direction as usize].insert(number, length);
        match direction {
            Direction::ToDestination => self.now.link_queue_bytes += length,
            Direction::ToSource => {}
        }
    }

    /// A crash left the entries up to here.
    fn survived(&mut self, newest: Option<Lsn>) {
        for half in self.halves.values_mut() {
            half.ranges.retain(|lsn, _| Some(*lsn) <= newest);
            half.transfers = 0;
            let entry = |range: &WriteRange| wire::entry_in_nvram(range.length);
            half.bytes = half.ranges.values().map(entry).sum();
            let pieces = half.ranges.values().flat_map(|range| range.pieces(self.size));
            half.blocks = pieces.map(|piece| piece.address).collect();
        }
        self.recount_halves();
    }

    fn departed(&mut self, direction: Direction, number: u64) {
        let length = self.queued[direction as usize].remove(&number).unwrap_or(0);
        match direction {
            Direction::ToDestination => self.now.link_queue_bytes -= length,
            Direction::ToSource => {}
        }
    }

    fn appended(&mut self, half: Half, cp: CpId, entry: &EntryHeader) {
        let empty = HalfUse {
            cp,
            ranges: BTreeMap::new(),
            bytes: 0,
            transfers: 0,
            blocks: BTreeSet::new(),
        };
        let half = self.halves.entry(half).or_insert(empty);
        half.bytes += wire::entry_in_nvram(entry.range.length);
        half.ranges.insert(entry.lsn, entry.range);
        half.blocks.extend(entry.range.pieces(self.size).map(|piece| piece.address));
        self.recount_halves();
    }

    fn recount_halves(&mut self) {
        let most = |count: fn(&HalfUse) -> u64| self.halves.values().map(count).max().unwrap_or(0);
        self.now.nvram_bytes = self.halves.values().map(|half| half.bytes).sum();
        self.now.nvram_half_bytes = most(|half| half.bytes);
        self.now.nvram_half_entries = most(|half| half.ranges.len() as u64);
        self.now.transfer_ids = self.halves.values().map(|half| half.transfers).sum();
        self.now.buffers = self.halves.values().map(|half| half.blocks.len() as u64).sum();
    }

    fn recount_files(&mut self) {
        self.now.nvlog_bytes = self.files.values().sum();
        self.now.nvlog_file_bytes = self.files.values().copied().max().unwrap_or(0);
        self.now.nvlog_files = self.files.len() as u64;
    }
}

impl Sink for Usage {
    fn take(&mut self, fact: &Fact) {
        if let What::Appended(_, half, cp, entry) = &fact.what {
            self.appended(*half, *cp, entry);
        } else if let What::HalfFreed(_, half) = &fact.what {
            self.halves.remove(half);
            self.recount_halves();
        } else if let What::Sent(direction, number, message) = &fact.what {
            self.sent(*direction, *number, message);
        } else if let What::Resent(direction, number, message) = &fact.what {
            self.queue(*direction, *number, message);
        } else if let What::Departed(direction, number, _) | What::Lost(direction, number, _) =
            &fact.what
        {
            self.departed(*direction, *number);
        } else if let What::Survived(_, newest) = &fact.what {
            self.survived(*newest);
        } else if let What::HalfAssigned(_, half, cp) = &fact.what {
            if let Some(half) = self.halves.get_mut(half) {
                half.cp = *cp;
            }
        } else if let What::LogWriteAsked(_, file, offset, length, _) = &fact.what {
            let used = self.files.entry(*file).or_default();
            *used = (*used).max(offset + length);
            self.recount_files();
        } else if let What::LogFreed(_, file) = &fact.what {
            self.files.remove(file);
            self.recount_files();
        } else if let What::ChangedPart(_, Part::Promoted) = &fact.what {
            // The other side reigns from now on: what the old source holds binds nobody.
            *self = Self { peak: self.peak, ..Self::new(self.encoding.clone()) };
        }
        self.peak = self.peak.most(&self.now);
    }
}

impl Counts {
    /// The larger of each.
    #[must_use]
    pub fn most(&self, other: &Self) -> Self {
        Self {
            nvram_bytes: self.nvram_bytes.max(other.nvram_bytes),
            nvram_half_bytes: self.nvram_half_bytes.max(other.nvram_half_bytes),
            nvram_half_entries: self.nvram_half_entries.max(other.nvram_half_entries),
            transfer_ids: self.transfer_ids.max(other.transfer_ids),
            buffers: self.buffers.max(other.buffers),
            nvlog_bytes: self.nvlog_bytes.max(other.nvlog_bytes),
            nvlog_file_bytes: self.nvlog_file_bytes.max(other.nvlog_file_bytes),
            nvlog_files: self.nvlog_files.max(other.nvlog_files),
            link_queue_bytes: self.link_queue_bytes.max(other.link_queue_bytes),
        }
    }
}
