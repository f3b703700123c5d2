//! What consistency points must hold, as their log entries say (Spec 5.2, 5.8).

use super::super::metadata::ExpectedMetadata;
use crate::protocol::block::{BlockAddress, BlockSize, Contents, Origin, Run, Runs};
use crate::protocol::{CpId, EntryHeader, Lsn, Metadata};
use std::collections::BTreeMap;

/// Every CP that one of the sides has not committed, and the contents of all blocks as of the newest
/// entry.
#[derive(Debug)]
pub struct Points {
    size: BlockSize,
    newest: BTreeMap<BlockAddress, Runs>,
    open: BTreeMap<CpId, Point>,
    /// What metadata the next CP must write; `None`: there is none.
    metadata: Option<ExpectedMetadata>,
}

/// A consistency point as its log entries say it must be.
#[derive(Debug)]
pub struct Point {
    /// Its last entry so far.
    pub last_lsn: Lsn,
    /// Every data block it changes.
    pub blocks: BTreeMap<BlockAddress, Block>,
    /// The metadata that goes with it, once that was worked out.
    metadata: Option<BTreeMap<BlockAddress, Contents>>,
}

/// A block of a consistency point.
#[derive(Debug, Clone)]
pub struct Block {
    /// What it holds after the CP's entries, every byte.
    pub contents: Runs,
    /// Its newest entry in the CP.
    pub newest: Lsn,
    /// Whether that entry covers it wholly.
    pub wholly: bool,
    /// What its entries in the CP wrote, in their order, from the last that covers it wholly on: each
    /// entry, and its bytes `start..end`. One that a later one covers alone is left out.
    pub written: Vec<(Lsn, u32, u32)>,
}

impl Points {
    /// No entries.
    #[must_use]
    pub fn new(size: BlockSize, metadata: Metadata) -> Self {
        let metadata = match metadata {
            Metadata::None => None,
            Metadata::Tree => Some(ExpectedMetadata::new(size)),
        };
        Self { size, newest: BTreeMap::new(), open: BTreeMap::new(), metadata }
    }

    /// The CP, if a side has still to commit it.
    #[must_use]
    pub fn get(&self, cp: CpId) -> Option<&Point> {
        self.open.get(&cp)
    }

    /// The CPs known that come after `from`, up to `to`.
    pub fn between(&self, from: CpId, to: CpId) -> impl Iterator<Item = CpId> {
        let known = self.open.keys().copied();
        known.filter(move |cp| *cp > from && *cp <= to)
    }

    /// Whether CPs write metadata.
    #[must_use]
    pub const fn has_metadata(&self) -> bool {
        self.metadata.is_some()
    }

    /// What a block holds as of the newest log entry.
    #[must_use]
    pub fn newest(&self, address: BlockAddress) -> Runs {
        self.newest.get(&address).cloned().unwrap_or_else(|| self.original())
    }

    fn original(&self) -> Runs {
        Runs::of(0, self.size.get(), Origin::Original)
    }

    /// A CP without entries.
    pub fn begin_empty(&mut self, cp: CpId, last_lsn: Lsn) {
        let empty = Point { last_lsn, blocks: BTreeMap::new(), metadata: None };
        self.open.entry(cp).or_insert(empty);
    }

    /// An entry of the CP.
    pub fn append(&mut self, cp: CpId, entry: &EntryHeader) {
        let empty = Point { last_lsn: entry.lsn, blocks: BTreeMap::new(), metadata: None };
        let original = self.original();
        let point = self.open.entry(cp).or_insert(empty);
        point.last_lsn = entry.lsn;
        // A life after a crash may give the number again: what was worked out is of the old one.
        point.metadata = None;
        for piece in entry.range.pieces(self.size) {
            let contents = self.newest.entry(piece.address).or_insert_with(|| original.clone());
            let origin = Origin::Write { id: entry.write, position: piece.position };
            contents.put(Run { start: piece.start, end: piece.end, origin });
            let before = point.blocks.remove(&piece.address);
            let mut written = before.map(|block| block.written).unwrap_or_default();
            written.retain(|(_, start, end)| *start < piece.start || piece.end < *end);
            written.push((entry.lsn, piece.start, piece.end));
            let (contents, wholly) = (contents.clone(), piece.is_whole(self.size));
            let block = Block { contents, newest: entry.lsn, wholly, written };
            point.blocks.insert(piece.address, block);
        }
    }

    /// Every block that changes between the image of `from` and that of `to`, with what it holds
    /// in the latter.
    #[must_use]
    pub fn changes(&mut self, from: CpId, to: CpId) -> BTreeMap<BlockAddress, Contents> {
        let mut changes = BTreeMap::new();
        for (cp, point) in self.open.range_mut(..=to).filter(|(cp, _)| **cp > from) {
            for (address, block) in &point.blocks {
                changes.insert(*address, Contents::Data(block.contents.clone()));
            }
            if let Some(expected) = &mut self.metadata {
                let metadata =
                    point.metadata.get_or_insert_with(|| expected.next(*cp, point.blocks.keys()));
                changes.extend(metadata.iter().map(|(address, held)| (*address, held.clone())));
            }
        }
        changes
    }

    /// Forgets the CPs that both sides are past.
    pub fn settle(&mut self, source: CpId, destination: CpId) {
        let past = source.min(destination);
        self.open.retain(|cp, _| *cp > past);
    }

    /// The source crashed after the commit of `committed`, with this image. The CPs after it are
    /// gone, except that the destination may still commit one that was `begun`.
    pub fn restart(
        &mut self,
        committed: CpId,
        begun: impl Fn(CpId) -> bool,
        image: &BTreeMap<BlockAddress, Contents>,
    ) {
        // What the one that was begun must hold is worked out while the log before it is known.
        let last = self.open.keys().copied().filter(|cp| begun(*cp)).max();
        if let Some(last) = last {
            let _: BTreeMap<_, _> = self.changes(committed, last);
        }
        self.open.retain(|cp, _| *cp <= committed || begun(*cp));
        self.newest.clear();
        if let Some(metadata) = &mut self.metadata {
            *metadata = ExpectedMetadata::new(self.size);
        }
        for (address, contents) in image {
            match (contents, &mut self.metadata) {
                (Contents::Data(runs), _) => {
                    self.newest.insert(*address, runs.clone());
                }
                (Contents::Metadata(children), Some(metadata)) => {
                    metadata.restore(*address, children);
                }
                (Contents::Metadata(_), None) => {}
            }
        }
    }
}
