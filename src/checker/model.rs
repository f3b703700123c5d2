//! What the log says: the truth that properties are measured by.
//!
//! Built from the entries the source logged and the transfers it sent, by its own reading of the
//! specification; it shares no code with the nodes beyond the vocabulary. It knows three things: what
//! every block holds as of the newest entry, what each CP must hold, and what is on each side's disks.

mod disks;
mod points;

pub use disks::Disks;
pub use points::{Block, Point, Points};

use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::{BlockAddress, BlockSize, Contents, Runs};
use crate::protocol::{
    CpId, EntryHeader, Epoch, FragmentReference, Half, Lsn, Message, Mirroring, Parameters,
    Purpose, Reference, SavedMirror, Transfer, TransferId,
};
use std::collections::{BTreeMap, BTreeSet};

/// The truth after the facts read so far.
#[derive(Debug)]
pub struct Model {
    size: BlockSize,
    /// What keeps the destination up to date.
    pub mirroring: Mirroring,
    /// The newest session that each side began or took part in: source, destination.
    pub epochs: [Epoch; 2],
    /// What every CP must hold.
    pub points: Points,
    /// What is on the disks of both sides.
    pub disks: Disks,
    /// What the halves of NVRAM hold: the CP and the entries.
    pub halves: BTreeMap<Half, (CpId, BTreeMap<Lsn, EntryHeader>)>,
    /// Transfers of the present session whose CP still holds space.
    pub transfers: BTreeMap<TransferId, SentTransfer>,
    /// The last CP each side committed, and its last entry: source, destination.
    committed: [(CpId, Lsn); 2],
    /// CPs whose `CP_ACK` arrived at the source and that still hold space.
    pub acknowledged: Vec<CpId>,
    /// `CP_ACK`s on their way, by message number.
    acks_under_way: BTreeMap<u64, CpId>,
    /// CPs that began to be sent and were not committed by the destination since.
    pub begun: BTreeSet<CpId>,
    /// CPs sent in this session by passes: of resynchronization, or snapshots.
    pub passes: BTreeSet<CpId>,
    /// What the source says of the mirror.
    pub claim: Claim,
    /// Every entry that survived and that the destination's image does not hold.
    pub log: BTreeMap<Lsn, EntryHeader>,
    /// The image with which the present reign began, and its CP.
    base: (CpId, BTreeMap<BlockAddress, Contents>),
    kept: Kept,
}

/// Where a source that crashes finds its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    InNvram,
    /// It was promoted and does not serve yet: in its NVLog files.
    InNvLog,
}

/// What the source says of the mirror, as far as it is bound by it (Spec 6.3, 6.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The `ack` rule holds.
    InSync,
    /// It does not: durably known, or the source is down.
    OutOfSync,
}

/// A transfer that was sent.
#[derive(Debug)]
pub struct SentTransfer {
    /// The CP of its entries.
    pub cp: CpId,
    /// What its block area holds.
    pub blocks: Vec<Carried>,
    /// What its fragment area holds.
    pub fragments: Vec<Carried>,
}

/// A block or a fragment in a transfer: the entry, the block, the bytes.
pub type Carried = (Lsn, BlockAddress, Runs);

impl Model {
    /// Both images original.
    #[must_use]
    pub fn new(parameters: &Parameters) -> Self {
        let (size, metadata) = (parameters.block_size, parameters.metadata);
        Self {
            size,
            mirroring: parameters.policy.mirroring(),
            epochs: [Epoch(1); 2],
            points: Points::new(size, metadata),
            disks: Disks::new(size),
            halves: BTreeMap::new(),
            transfers: BTreeMap::new(),
            committed: [(CpId::ORIGINAL, Lsn::ORIGIN); 2],
            acknowledged: Vec::new(),
            acks_under_way: BTreeMap::new(),
            begun: BTreeSet::new(),
            passes: BTreeSet::new(),
            claim: Claim::InSync,
            log: BTreeMap::new(),
            base: (CpId::ORIGINAL, BTreeMap::new()),
            kept: Kept::InNvram,
        }
    }

    /// What a block holds as of the newest log entry.
    #[must_use]
    pub fn newest(&self, address: BlockAddress) -> Runs {
        self.points.newest(address)
    }

    /// The block that a reference names, with the entry it came from.
    #[must_use]
    pub fn referenced(&self, reference: Reference) -> Option<&Carried> {
        let place = usize::try_from(reference.number.0).ok()?;
        self.transfers.get(&reference.transfer)?.blocks.get(place)
    }

    /// The fragment that a reference names, with the entry it came from.
    #[must_use]
    pub fn fragment(&self, reference: FragmentReference) -> Option<&Carried> {
        let place = usize::try_from(reference.number.0).ok()?;
        self.transfers.get(&reference.transfer)?.fragments.get(place)
    }

    /// Bytes in a block.
    #[must_use]
    pub const fn size(&self) -> BlockSize {
        self.size
    }

    /// Whether a half holds entries of the CP.
    #[must_use]
    pub fn holds_space(&self, cp: CpId) -> bool {
        self.halves.values().any(|(held, _)| *held == cp)
    }

    /// Whether a half holds this entry.
    #[must_use]
    pub fn holds_entry(&self, lsn: Lsn) -> bool {
        self.halves.values().any(|(_, entries)| entries.contains_key(&lsn))
    }

    /// The last CP that a side committed.
    #[must_use]
    pub const fn committed_by(&self, role: Role) -> CpId {
        self.committed[role as usize].0
    }

    /// The last entry of the last CP that a side committed.
    #[must_use]
    pub const fn committed_through(&self, role: Role) -> Lsn {
        self.committed[role as usize].1
    }

    /// What a block must hold on a side's disks after the commit of `cp`, where that differs from
    /// what is there; and every block the CP brings with it.
    #[must_use]
    pub fn expected(&mut self, role: Role, cp: CpId) -> BTreeMap<BlockAddress, Contents> {
        let committed = self.committed_by(role);
        if committed.generation == cp.generation || role == Role::Source {
            return self.points.changes(committed, cp);
        }
        // Of another reign: what it had changed alone is put back (Spec 7.7).
        let (base, image) = &self.base;
        let mut expected = BTreeMap::new();
        for address in self.disks.image(role).keys().chain(image.keys()) {
            let held = image.get(address).cloned();
            let held = held.unwrap_or_else(|| Contents::original(*address, self.size));
            expected.insert(*address, held);
        }
        expected.extend(self.points.changes(*base, cp));
        expected
    }

    /// The destination was promoted: the sides have changed their parts, and the log goes on from the
    /// image of the new source (Spec 7.4).
    pub fn begin_reign(&mut self) {
        self.committed.swap(0, 1);
        self.epochs.swap(0, 1);
        self.disks.turn();
        self.claim = Claim::OutOfSync;
        self.kept = Kept::InNvLog;
        self.base = (self.committed_by(Role::Source), self.disks.image(Role::Source).clone());
        self.halves.clear();
        self.transfers.clear();
        self.acknowledged.clear();
        self.acks_under_way.clear();
        // Whatever the destination was receiving is dropped: no CP of the old reign is committed here.
        self.begun.clear();
        let (committed, image) = &self.base;
        self.points.restart(*committed, |_| false, image);
        self.passes.clear();
    }

    /// What a site does whose reign is over: only its disks matter.
    pub fn rival(&mut self, fact: &Fact) {
        self.disks.before(fact);
        if let What::Committed(role, cp, last_lsn) = &fact.what {
            self.disks.commit(*role, *cp);
            self.committed[*role as usize] = (*cp, *last_lsn);
        }
    }

    /// The newest CP that the source has committed, the destination has not, and whose entries are
    /// not in NVRAM any more.
    #[must_use]
    pub fn last_not_held(&self) -> Option<CpId> {
        let [source, destination] = [Role::Source, Role::Destination].map(|r| self.committed_by(r));
        self.points.between(destination, source).filter(|cp| !self.holds_space(*cp)).last()
    }

    /// Learns what a fact says, before properties look at it.
    pub fn before(&mut self, fact: &Fact) {
        self.disks.before(fact);
        if let What::Appended(_, half, cp, entry) = &fact.what {
            let (held, entries) = self.halves.entry(*half).or_insert((*cp, BTreeMap::new()));
            *held = *cp;
            entries.insert(entry.lsn, *entry);
            self.log.insert(entry.lsn, *entry);
            self.points.append(*cp, entry);
        } else if let What::Replayed(_, half, cp, entry) = &fact.what {
            let (held, entries) = self.halves.entry(*half).or_insert((*cp, BTreeMap::new()));
            *held = *cp;
            entries.insert(entry.lsn, *entry);
            self.points.append(*cp, entry);
        } else if let What::Committed(Role::Source, cp, last_lsn) = &fact.what {
            let (before, through) = self.committed[Role::Source as usize];
            if cp.generation > before.generation && *last_lsn == through {
                // A reign begins with a CP of its own, also an empty one (Spec 7.4).
                self.points.begin_empty(*cp, *last_lsn);
            }
        } else if let What::Serves(_) = &fact.what {
            let (reign, _) = self.committed[Role::Source as usize];
            self.log.retain(|lsn, _| lsn.generation >= reign.generation);
            self.kept = Kept::InNvram;
        } else if let What::Sent(Direction::ToSource, number, message)
        | What::Resent(Direction::ToSource, number, message) = &fact.what
        {
            if let Message::CpAck { cp, .. } = **message {
                self.acks_under_way.insert(*number, cp);
            } else if let Message::Welcome { epoch, .. } = **message {
                self.epochs[Role::Destination as usize] = epoch;
            }
        } else if let What::Arrived(Direction::ToSource, number) = &fact.what {
            let acknowledged = self.acks_under_way.remove(number);
            self.acknowledged.extend(acknowledged.filter(|cp| self.holds_space(*cp)));
        } else if let What::StateSaved(Role::Source, state) = &fact.what {
            match state.mirror {
                SavedMirror::OutOfSync(_) => self.claim = Claim::OutOfSync,
                SavedMirror::InSync => {}
            }
        } else if let What::Survived(Role::Source, newest) = &fact.what {
            self.source_crashed(*newest);
        } else if let What::HalfAssigned(_, half, cp) = &fact.what {
            self.assigned(*half, *cp);
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            self.begins(message);
        }
    }

    /// Learns what a fact says, after properties looked at it.
    pub fn after(&mut self, fact: &Fact) {
        if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            if let Message::Transfer(transfer) = &**message {
                self.sent(transfer);
            } else if let Message::InSync { .. } = **message {
                self.claim = Claim::InSync;
            }
        } else if let What::Committed(role, cp, last_lsn) = &fact.what {
            self.disks.commit(*role, *cp);
            self.committed[*role as usize] = (*cp, *last_lsn);
            if *role == Role::Destination {
                self.begun.retain(|begun| begun > cp);
                self.log.retain(|lsn, _| lsn > last_lsn);
            }
            self.points
                .settle(self.committed_by(Role::Source), self.committed_by(Role::Destination));
        } else if let What::HalfFreed(_, half) = &fact.what {
            self.freed(*half);
        }
    }

    fn begins(&mut self, message: &Message) {
        if let Message::CpBegin { cp, purpose, .. } = message {
            self.begun.insert(*cp);
            match purpose {
                Purpose::ConsistencyPoint => {}
                Purpose::Resync | Purpose::Snapshot => {
                    self.passes.insert(*cp);
                }
            }
        } else if let Message::Hello { epoch, .. } = message {
            // Spec 6.2: the session before is over, and its references with it.
            self.epochs[Role::Source as usize] = *epoch;
            self.transfers.clear();
            self.passes.clear();
        }
    }

    /// A crash of the source left the entries up to here; of CPs not committed, only one that began
    /// to be sent may still be committed, by the destination.
    fn source_crashed(&mut self, newest: Option<Lsn>) {
        self.claim = Claim::OutOfSync;
        let last = newest.max(Some(self.committed_through(Role::Source)));
        match self.kept {
            Kept::InNvram => self.log.retain(|lsn, _| Some(*lsn) <= last),
            Kept::InNvLog => {
                let image = self.disks.image(Role::Source).clone();
                self.base = (self.committed_by(Role::Source), image);
            }
        }
        for (_, entries) in self.halves.values_mut() {
            entries.retain(|lsn, _| Some(*lsn) <= newest);
        }
        self.halves.retain(|_, (_, entries)| !entries.is_empty());
        let committed = self.committed_by(Role::Source);
        let begun = &self.begun;
        self.points.restart(committed, |cp| begun.contains(&cp), self.disks.image(Role::Source));
    }

    /// The entries of a half belong to this CP from now on (Spec 7.1).
    fn assigned(&mut self, half: Half, cp: CpId) {
        if let Some((held, entries)) = self.halves.get_mut(&half) {
            *held = cp;
            for entry in entries.values() {
                self.points.append(cp, entry);
            }
        }
    }

    fn sent(&mut self, transfer: &Transfer) {
        let mut areas = (transfer.blocks.iter(), transfer.fragments.iter());
        let (mut blocks, mut fragments) = (Vec::new(), Vec::new());
        for entry in &transfer.entries {
            for piece in entry.pieces(self.size) {
                let (area, carried) = if piece.is_whole(self.size) {
                    (&mut areas.0, &mut blocks)
                } else {
                    (&mut areas.1, &mut fragments)
                };
                let runs = area.next().map(|runs| (entry.lsn, piece.address, runs.clone()));
                carried.extend(runs);
            }
        }
        let cp = transfer.header.cp;
        self.transfers.insert(transfer.header.id, SentTransfer { cp, blocks, fragments });
    }

    fn freed(&mut self, half: Half) {
        if let Some((cp, _)) = self.halves.remove(&half) {
            self.transfers.retain(|_, transfer| transfer.cp != cp);
            self.acknowledged.retain(|held| *held != cp);
        }
    }
}
