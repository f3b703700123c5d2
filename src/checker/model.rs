//! What the log says: the truth that properties are measured by.
//!
//! Built from the entries the source logged and the transfers it sent, by its own reading of the
//! specification; it shares no code with the nodes beyond the vocabulary.

use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::{BlockAddress, BlockSize, Origin, Run, Runs};
use crate::protocol::{
    CpId, EntryHeader, Epoch, Half, Lsn, Message, Reference, Transfer, TransferId,
};
use std::collections::BTreeMap;

/// The truth after the facts read so far.
#[derive(Debug)]
pub struct Model {
    size: BlockSize,
    /// The session.
    pub epoch: Epoch,
    /// Every block ever written, as of the newest log entry.
    newest: BTreeMap<BlockAddress, Runs>,
    /// CPs that still hold space: the one being filled, and those not ended.
    pub points: BTreeMap<CpId, Point>,
    /// Transfers whose CP still holds space.
    pub transfers: BTreeMap<TransferId, SentTransfer>,
    /// The last CP each side committed: source, destination.
    pub committed: [CpId; 2],
    /// CPs whose `CP_ACK` arrived at the source and that still hold space.
    pub acknowledged: Vec<CpId>,
    /// `CP_ACK`s on their way, by message number.
    acks_under_way: BTreeMap<u64, CpId>,
}

/// A consistency point as its log entries say it must be.
#[derive(Debug)]
pub struct Point {
    /// The half its entries lie in.
    pub half: Half,
    /// Its last entry so far.
    pub last_lsn: Lsn,
    /// Every block it changes.
    pub blocks: BTreeMap<BlockAddress, Block>,
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
}

/// A transfer that was sent.
#[derive(Debug)]
pub struct SentTransfer {
    /// The CP of its entries.
    pub cp: CpId,
    /// For each block of its block area: the entry, the block, the bytes.
    pub blocks: Vec<(Lsn, BlockAddress, Runs)>,
}

impl Model {
    /// Both images original.
    #[must_use]
    pub fn new(size: BlockSize) -> Self {
        Self {
            size,
            epoch: Epoch(1),
            newest: BTreeMap::new(),
            points: BTreeMap::new(),
            transfers: BTreeMap::new(),
            committed: [CpId::ORIGINAL; 2],
            acknowledged: Vec::new(),
            acks_under_way: BTreeMap::new(),
        }
    }

    /// What a block holds as of the newest log entry.
    #[must_use]
    pub fn newest(&self, address: BlockAddress) -> Runs {
        let original = || Runs::of(0, self.size.get(), Origin::Original);
        self.newest.get(&address).cloned().unwrap_or_else(original)
    }

    /// The block that a reference names, with the entry it came from.
    #[must_use]
    pub fn referenced(&self, reference: Reference) -> Option<&(Lsn, BlockAddress, Runs)> {
        let place = usize::try_from(reference.number.0).ok()?;
        self.transfers.get(&reference.transfer)?.blocks.get(place)
    }

    /// Learns what a fact says, before properties look at it.
    pub fn before(&mut self, fact: &Fact) {
        if let What::Appended(_, half, cp, entry) = &fact.what {
            self.appended(*half, *cp, entry);
        } else if let What::Sent(Direction::ToSource, number, message) = &fact.what
            && let Message::CpAck { cp, .. } = **message
        {
            self.acks_under_way.insert(*number, cp);
        } else if let What::Arrived(Direction::ToSource, number) = &fact.what {
            self.acknowledged.extend(self.acks_under_way.remove(number));
        }
    }

    /// Learns what a fact says, after properties looked at it.
    pub fn after(&mut self, fact: &Fact) {
        if let What::Sent(Direction::ToDestination, _, message) = &fact.what
            && let Message::Transfer(transfer) = &**message
        {
            self.sent(transfer);
        } else if let What::Committed(role, cp, _) = &fact.what {
            self.committed[*role as usize] = *cp;
        } else if let What::HalfFreed(_, half) = &fact.what {
            self.freed(*half);
        }
    }

    /// The last CP that a side committed.
    #[must_use]
    pub const fn committed_by(&self, role: Role) -> CpId {
        self.committed[role as usize]
    }

    fn appended(&mut self, half: Half, cp: CpId, entry: &EntryHeader) {
        let empty = Point { half, last_lsn: entry.lsn, blocks: BTreeMap::new() };
        let point = self.points.entry(cp).or_insert(empty);
        point.last_lsn = entry.lsn;
        for piece in entry.range.pieces(self.size) {
            let original = || Runs::of(0, self.size.get(), Origin::Original);
            let contents = self.newest.entry(piece.address).or_insert_with(original);
            let origin = Origin::Write { id: entry.write, position: piece.position };
            contents.put(Run { start: piece.start, end: piece.end, origin });
            let wholly = piece.is_whole(self.size);
            let block = Block { contents: contents.clone(), newest: entry.lsn, wholly };
            point.blocks.insert(piece.address, block);
        }
    }

    fn sent(&mut self, transfer: &Transfer) {
        let mut area = transfer.blocks.iter();
        let mut blocks = Vec::new();
        for entry in &transfer.entries {
            let whole = entry.pieces(self.size).filter(|piece| piece.is_whole(self.size));
            for (piece, runs) in whole.zip(area.by_ref()) {
                blocks.push((entry.lsn, piece.address, runs.clone()));
            }
        }
        let cp = transfer.header.cp;
        self.transfers.insert(transfer.header.id, SentTransfer { cp, blocks });
    }

    fn freed(&mut self, half: Half) {
        let oldest = self.points.iter().find(|(_, point)| point.half == half).map(|(cp, _)| *cp);
        if let Some(cp) = oldest {
            self.points.remove(&cp);
            self.transfers.retain(|_, transfer| transfer.cp != cp);
            self.acknowledged.retain(|held| *held != cp);
        }
    }
}
