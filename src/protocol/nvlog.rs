//! The destination's log: NVLog files in its log storage, and for each transfer the offsets of its
//! blocks there (Spec 4; Claims 6, 15).
//!
//! This is the account; the bytes are the host's. A reference (transfer ID, block number) is resolved
//! here: transfer ID → the offset of that block in local storage, or its bytes while still cached.
//!
//! Where the policy needs it, fragments are found in the same way, and it is known what the entries of
//! a CP wrote to each block (Spec 10).

mod pieces;

pub use pieces::Stretch;

use super::block::{BlockAddress, BlockSize, Origin, Run, Runs};
use super::pieces::Layers;
use super::{
    BlockNumber, CpId, Epoch, LogFile, Lsn, Policy, Reference, Scanned, Transfer, TransferHeader,
    TransferId, Void, WriteId, policy, wire,
};
use crate::units::Bytes;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The NVLog files and the map into them.
#[derive(Debug)]
pub struct NvLog {
    size: BlockSize,
    files: Vec<File>,
    /// What is kept of CPs not yet committed. A CP's transfers leave it at commit (Spec 4.1).
    map: BTreeMap<CpId, BTreeMap<TransferId, Stored>>,
    keeps: Keeps,
    /// What the entries of each of these CPs wrote to each block, if that is kept.
    written: BTreeMap<CpId, BTreeMap<BlockAddress, Layers>>,
    /// Where whole blocks lie, by their contents, if that is kept (Spec 10).
    contents: BTreeMap<CpId, ByContents>,
    /// Transfers received that no file is free for (Spec 4.3), in the order they came.
    waiting: VecDeque<Transfer>,
    cache: Cache,
    /// A wrong protocol's notion of the CP whose transfers come now, if it has one (Spec 12).
    filing: Option<CpId>,
}

/// Whole blocks of one CP by their contents: the write and the place in it.
type ByContents = BTreeMap<(WriteId, u64), Reference>;

/// What the map knows of a transfer beside its blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeps {
    Blocks,
    /// Where contents lie too.
    Contents,
    /// Its fragments too.
    Fragments,
    /// And what its entries wrote.
    Layers,
}

/// What a file is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum File {
    Free,
    /// Holds the entries of a CP, forwarded in one session.
    Holds(Held),
    /// Its CP is committed; free at the next flush (Spec 4.3).
    Committed,
    /// Its CP was committed before the flush that is under way.
    Flushing,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    epoch: Epoch,
    cp: CpId,
    /// Bytes used.
    used: u64,
    /// Its newest entry: a commit that covers it covers the file. CP numbers do not tell, since a
    /// source numbers its entries anew after a crash (Spec 7.1).
    last: Lsn,
}

/// A transfer in log storage.
#[derive(Debug)]
struct Stored {
    file: LogFile,
    first_lsn: Lsn,
    /// Offset of each block of the block area within the file (Claims 6, 15).
    blocks: Vec<u64>,
    /// Where each fragment of the fragment area lies, if that is kept.
    fragments: Vec<Stretch>,
    /// Both areas in memory: until durable at least, then while the cache has room.
    cached: Option<Areas>,
    length: u64,
}

/// The block area and, if that is kept, the fragment area of a transfer.
#[derive(Debug)]
struct Areas {
    blocks: Vec<Runs>,
    fragments: Vec<Runs>,
}

/// Transfers kept in memory: those being written, then the newest that fit.
#[derive(Debug)]
struct Cache {
    limit: u64,
    bytes: u64,
    /// Durable ones, oldest first; some may be gone from the map.
    durable: VecDeque<(CpId, TransferId)>,
}

/// Where a referenced block or fragment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// In memory.
    InMemory(Runs),
    /// In log storage.
    InStorage(Stretch),
    /// The transfer has no such block or fragment.
    NoSuchBlock,
    /// The transfer is not here.
    Unknown,
}

impl NvLog {
    /// Free files and an empty map.
    #[must_use]
    pub fn new(files: u8, cache: Bytes, size: BlockSize) -> Self {
        Self {
            size,
            files: vec![File::Free; usize::from(files)],
            map: BTreeMap::new(),
            keeps: Keeps::Blocks,
            written: BTreeMap::new(),
            contents: BTreeMap::new(),
            waiting: VecDeque::new(),
            cache: Cache { limit: cache.get(), bytes: 0, durable: VecDeque::new() },
            filing: None,
        }
    }

    /// The same, with the account that this policy needs.
    #[must_use]
    pub fn for_policy(self, policy: Policy) -> Self {
        let keeps = if policy::applies_log(policy) {
            Keeps::Layers
        } else if policy::names_pieces(policy) {
            Keeps::Fragments
        } else if policy == Policy::Dedup {
            Keeps::Contents
        } else {
            Keeps::Blocks
        };
        Self { keeps, ..self }
    }

    /// Whether this very transfer is here: same ID, same first LSN (Spec 4.2).
    #[must_use]
    pub fn knows(&self, header: &TransferHeader) -> bool {
        let stored = self.map.get(&header.cp).and_then(|log| log.get(&header.id));
        stored.is_some_and(|stored| stored.first_lsn == header.first_lsn)
            || self.waiting.iter().any(|transfer| transfer.header == *header)
    }

    /// Finds a place for a transfer: the file of its header's CP, or a free one; `None` while there
    /// is none. The transfer is in the map from then on.
    pub fn store(&mut self, transfer: &Transfer) -> Option<(LogFile, u64)> {
        let TransferHeader { cp, epoch, .. } = transfer.header;
        let filed = self.filing.unwrap_or(cp);
        let ours = |held: &Held| (held.epoch, held.cp) == (epoch, filed);
        let holds = |file: &File| matches!(file, File::Holds(held) if ours(held));
        let mut free = self.files.iter().position(holds);
        free = free.or_else(|| self.files.iter().position(|file| *file == File::Free));
        let place = free?;
        let mut last = newest_entry(transfer);
        let offset = match self.files[place] {
            File::Holds(held) => {
                // Without sabotage a file holds transfers of its own CP only.
                last = if filed == cp { last } else { held.last };
                held.used
            }
            File::Free | File::Committed | File::Flushing => 0,
        };
        let length = length_of(transfer, self.size);
        let used = offset + length;
        self.files[place] = File::Holds(Held { epoch, cp: filed, used, last });
        let file = LogFile(u8::try_from(place).expect("at most eight files"));
        let block = |number| offset + wire::block_offset(transfer, number, self.size);
        let stored = Stored {
            file,
            first_lsn: transfer.header.first_lsn,
            blocks: (0..transfer.blocks.len()).map(block).collect(),
            fragments: self.stretches(transfer, file, offset),
            cached: Some(Areas {
                blocks: transfer.blocks.clone(),
                fragments: match self.keeps {
                    Keeps::Blocks | Keeps::Contents => Vec::new(),
                    Keeps::Fragments | Keeps::Layers => transfer.fragments.clone(),
                },
            }),
            length,
        };
        self.note_written(transfer);
        self.cache.bytes += length;
        if self.keeps == Keeps::Contents {
            let named = (0..).zip(&transfer.blocks).filter_map(|(number, runs)| {
                let place = Reference { transfer: transfer.header.id, number: BlockNumber(number) };
                Some((whole_block(runs)?, place))
            });
            self.contents.entry(cp).or_default().extend(named);
        }
        self.map.entry(cp).or_default().insert(transfer.header.id, stored);
        Some((file, offset))
    }

    /// A wrong protocol's mistake (Spec 12): the file of a CP that has just begun is free.
    pub fn free_early(&mut self, cp: CpId) -> Option<LogFile> {
        let holds = |file: &File| matches!(file, File::Holds(held) if held.cp == cp);
        let place = self.files.iter().position(holds)?;
        self.files[place] = File::Free;
        u8::try_from(place).ok().map(LogFile)
    }

    /// A wrong protocol's mistake (Spec 12): from the beginning of a CP on, what comes is taken for
    /// the next one's, whatever its header says.
    pub fn switch_on_begin(&mut self, cp: CpId) {
        self.filing = Some(cp.next());
    }

    /// A wrong protocol's mistake (Spec 12): another file than the one meant.
    #[must_use]
    pub fn other(&self, LogFile(file): LogFile) -> LogFile {
        LogFile(if usize::from(file) + 1 < self.files.len() { file + 1 } else { 0 })
    }

    /// Keeps a transfer until a file is free.
    pub fn keep_waiting(&mut self, transfer: Transfer) {
        self.waiting.push_back(transfer);
    }

    /// The transfers that waited, to be tried again.
    pub fn take_waiting(&mut self) -> VecDeque<Transfer> {
        std::mem::take(&mut self.waiting)
    }

    /// Whether transfers wait for a file.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The transfer is durable in log storage: it may leave memory when room is needed.
    pub fn durable(&mut self, cp: CpId, id: TransferId) {
        self.cache.durable.push_back((cp, id));
        while self.cache.bytes > self.cache.limit {
            let Some((cp, id)) = self.cache.durable.pop_front() else { return };
            let stored = self.map.get_mut(&cp).and_then(|log| log.get_mut(&id));
            if let Some(stored) = stored.filter(|stored| stored.cached.is_some()) {
                stored.cached = None;
                self.cache.bytes -= stored.length;
            }
        }
    }

    /// Finds the block that a reference of this CP names (Spec 5.5).
    #[must_use]
    pub fn locate(&self, cp: CpId, reference: Reference) -> Located {
        let stored = self.map.get(&cp).and_then(|log| log.get(&reference.transfer));
        let Some(stored) = stored else { return Located::Unknown };
        let BlockNumber(number) = reference.number;
        let place = usize::try_from(number).expect("u32 fits usize");
        let Some(offset) = stored.blocks.get(place) else { return Located::NoSuchBlock };
        let (file, offset, end) = (stored.file, *offset, self.size.get());
        match &stored.cached {
            Some(areas) => Located::InMemory(areas.blocks[place].clone()),
            None => Located::InStorage(Stretch { file, offset, start: 0, end }),
        }
    }

    /// Where a whole block with these contents lies among the transfers of a CP, if one does.
    #[must_use]
    pub fn place_of(&self, cp: CpId, contents: &Runs) -> Option<Reference> {
        self.contents.get(&cp)?.get(&whole_block(contents)?).copied()
    }

    /// A CP was committed: its transfers leave the map, its file is free after the next flush. Those
    /// that still wait for a file are not needed any more; one stored now would never leave.
    pub fn committed(&mut self, cp: CpId, last_lsn: Lsn) {
        self.waiting.retain(|transfer| transfer.header.cp != cp);
        self.written.remove(&cp);
        self.contents.remove(&cp);
        let gone = self.map.remove(&cp).unwrap_or_default();
        let cached = gone.values().filter(|stored| stored.cached.is_some());
        self.cache.bytes -= cached.map(|stored| stored.length).sum::<u64>();
        let gone: BTreeSet<_> = gone.into_keys().collect();
        self.cache.durable.retain(|(held, id)| *held != cp || !gone.contains(id));
        for file in &mut self.files {
            if matches!(file, File::Holds(held) if held.last <= last_lsn) {
                *file = File::Committed;
            }
        }
    }

    /// Entries that never became durable at the source are not to be replayed (Spec 7.1): they keep
    /// no file. Gives in how many files they were the last.
    pub fn discard(&mut self, voids: &[Void]) -> usize {
        let mut count = 0;
        for file in &mut self.files {
            if let File::Holds(held) = file
                && let Some(void) = voids.iter().find(|void| void.contains(held.last))
            {
                held.last = void.after;
                count += 1;
            }
        }
        count
    }

    /// The session is over: its references are void, and what waits for a file will not come into
    /// one. What is in the files stays until a commit covers it (Spec 6.5).
    pub fn end_session(&mut self) {
        self.map.clear();
        self.written.clear();
        self.contents.clear();
        self.waiting.clear();
        self.filing = None;
        self.cache.bytes = 0;
        self.cache.durable.clear();
    }

    /// Takes a record found after a crash into the account (Spec 7.3). One that fails its check only
    /// takes its place.
    pub fn restore(&mut self, found: &Scanned) {
        let file = &mut self.files[usize::from(found.file.0)];
        let Some(transfer) = &found.transfer else {
            if *file == File::Free {
                *file = File::Committed;
            }
            return;
        };
        let TransferHeader { epoch, cp, .. } = transfer.header;
        let mut last = newest_entry(transfer);
        if let File::Holds(held) = file {
            last = last.max(held.last);
        }
        let used = found.offset + length_of(transfer, self.size);
        *file = File::Holds(Held { epoch, cp, used, last });
    }

    /// Whether a file waits for a flush.
    #[must_use]
    pub fn needs_flush(&self) -> bool {
        self.files.contains(&File::Committed)
    }

    /// A flush begins: it will free the files whose CP is committed by now.
    pub fn flush_started(&mut self) {
        for file in self.files.iter_mut().filter(|file| **file == File::Committed) {
            *file = File::Flushing;
        }
    }

    /// The flush happened; gives the files that are free now.
    pub fn flushed(&mut self) -> Vec<LogFile> {
        let mut freed = Vec::new();
        for (place, file) in self.files.iter_mut().enumerate() {
            if *file == File::Flushing {
                *file = File::Free;
                freed.push(LogFile(u8::try_from(place).expect("at most eight files")));
            }
        }
        freed
    }

    /// Files in use.
    #[must_use]
    pub fn files_in_use(&self) -> u64 {
        self.files.iter().filter(|file| **file != File::Free).count() as u64
    }

    /// Transfers in the map or waiting.
    #[must_use]
    pub fn transfers(&self) -> u64 {
        let mapped: usize = self.map.values().map(BTreeMap::len).sum();
        (mapped + self.waiting.len()) as u64
    }

    /// Bytes of transfers in memory.
    #[must_use]
    pub const fn cached_bytes(&self) -> u64 {
        self.cache.bytes
    }
}

/// What names the contents of a block that one write wholly covers.
fn whole_block(runs: &Runs) -> Option<(WriteId, u64)> {
    match runs.as_slice() {
        [Run { start: 0, origin: Origin::Write { id, position }, .. }] => Some((*id, *position)),
        _ => None,
    }
}

fn newest_entry(transfer: &Transfer) -> Lsn {
    transfer.entries.last().expect("a transfer carries an entry").lsn
}

/// Bytes of a transfer in log storage: as on the wire.
#[must_use]
pub fn length_of(transfer: &Transfer, size: BlockSize) -> u64 {
    let fragments: u64 = transfer.fragments.iter().map(Runs::length).sum();
    wire::block_offset(transfer, transfer.blocks.len(), size) + fragments
}
