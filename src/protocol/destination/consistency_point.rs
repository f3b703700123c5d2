//! Consistency points at the destination (Spec 5.4–5.6; Claims 1, 15, 16, 21).
//!
//! Each block of a CP comes in full or as a reference, which is resolved from the destination's own
//! log (`resolve`); one that cannot be is NAKed, and the block comes in full. When every block is
//! durable in a shadow page, all of them become the image at once.

use super::super::block::{BlockAddress, Contents, Runs};
use super::super::policy::dedup;
use super::super::status::sometimes;
use super::super::{
    CommitRecord, CpId, Effect, Item, ItemBody, Lsn, Mark, Message, Pieces, Refusal, Sabotage,
    Ticket, TransferId, TransferRange, WriteId,
};
use super::Destination;
use super::resolve::Resolving;
use crate::units::SimTime;
use std::collections::BTreeSet;

/// The CP being received. Messages may come in any order and more than once.
#[derive(Debug)]
pub(super) struct Reception {
    cp: CpId,
    /// From `CP_BEGIN`.
    pub begin: Option<Begin>,
    /// From `CP_END`: distinct blocks in the CP.
    blocks: Option<u64>,
    /// Blocks that came, in full or as a reference, or that the log brought (`write-once`).
    pub seen: BTreeSet<BlockAddress>,
    /// Blocks that are being resolved from the log.
    pub resolving: Resolving,
    /// Blocks that were NAKed.
    pub naked: BTreeSet<BlockAddress>,
    /// Blocks that came as a hash of contents that are not here (Spec 10).
    wanted: BTreeSet<BlockAddress>,
    /// Shadow writes not yet durable.
    writing: BTreeSet<Ticket>,
    commit: Commit,
}

/// What `CP_BEGIN` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Begin {
    /// The CP's transfers; `None`: its entries were not forwarded.
    pub transfers: Option<TransferRange>,
    pub last_lsn: Lsn,
    pub unanswered: Vec<WriteId>,
}

impl Begin {
    pub(super) fn names(&self, id: TransferId) -> bool {
        self.transfers.is_some_and(|transfers| transfers.contains(id))
    }
}

/// Whether contents are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lookup {
    Found,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commit {
    Awaited,
    UnderWay,
}

impl Reception {
    pub(super) const fn cp(&self) -> CpId {
        self.cp
    }

    pub(super) fn is_being_committed(&self) -> bool {
        self.commit == Commit::UnderWay
    }

    const fn new(cp: CpId) -> Self {
        Self {
            cp,
            begin: None,
            blocks: None,
            seen: BTreeSet::new(),
            resolving: Resolving::new(),
            naked: BTreeSet::new(),
            wanted: BTreeSet::new(),
            writing: BTreeSet::new(),
            commit: Commit::Awaited,
        }
    }

    /// The last entry of the CP, if every block is durable and none is missing.
    fn complete(&self) -> Option<Lsn> {
        let all = self.blocks == Some(self.seen.len() as u64);
        let settled = self.resolving.is_done()
            && self.naked.is_empty()
            && self.wanted.is_empty()
            && self.writing.is_empty();
        self.begin.as_ref().filter(|_| all && settled).map(|begin| begin.last_lsn)
    }
}

impl Destination {
    /// The reception that a message of this CP belongs to, begun by whatever message of it comes
    /// first. A message of a CP that is committed or foreign is refused (Spec 5.4).
    fn reception_of(
        &mut self,
        now: SimTime,
        cp: CpId,
        effects: &mut Vec<Effect>,
    ) -> Option<&mut Reception> {
        let foreign = |reception: &Reception| reception.cp != cp;
        if cp <= self.committed.cp || self.reception.as_ref().is_some_and(foreign) {
            effects.push(Effect::Refuse(Refusal::ForeignCp));
            return None;
        }
        if self.reception.is_none() {
            self.watch_reception(now, effects);
        }
        Some(self.reception.get_or_insert_with(|| Reception::new(cp)))
    }

    /// `CP_BEGIN`: from now on it is known which transfers are still to come.
    pub(super) fn begin(
        &mut self,
        now: SimTime,
        cp: CpId,
        begin: Begin,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(reception) = self.reception_of(now, cp, effects) {
            let again = reception.begin.replace(begin).is_some();
            self.wrong_file_use(cp, effects);
            self.settle_held(effects);
            self.apply_log(effects);
            if again {
                self.nak_unnamed_again(effects);
            }
            self.commit_if_complete(effects);
        }
    }

    /// What wrong protocols do with NVLog files at `CP_BEGIN` (Spec 12).
    fn wrong_file_use(&mut self, cp: CpId, effects: &mut Vec<Effect>) {
        if self.parameters.sabotages(Sabotage::FreeNvlogAtBegin) {
            effects.extend(self.log.free_early(cp).map(Effect::FreeLog));
        }
        if self.parameters.sabotages(Sabotage::SwitchFileOnBegin) {
            self.log.switch_on_begin(cp);
        }
    }

    /// `CP_END`: from now on it is known how many blocks there are. If the CP is committed already,
    /// the source does not know it, and is told again.
    pub(super) fn end(&mut self, now: SimTime, cp: CpId, blocks: u64, effects: &mut Vec<Effect>) {
        let counts = !self.parameters.sabotages(Sabotage::CommitWithoutCounting);
        if let Some(reception) = self.reception_of(now, cp, effects) {
            let came = reception.seen.len() as u64;
            reception.blocks = Some(if counts { blocks } else { came });
            if came < blocks {
                sometimes(Mark::EndBeforeItems, effects);
            }
            self.commit_if_complete(effects);
        } else if cp == self.committed.cp {
            effects.push(Effect::Send(Message::CpAck { epoch: self.epoch, cp }));
        }
    }

    /// Blocks of a CP. One that came before changes nothing; if it was NAKed, that is said again.
    pub(super) fn items(
        &mut self,
        now: SimTime,
        cp: CpId,
        items: Vec<Item>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(reception) = self.reception_of(now, cp, effects) else { return };
        if reception.begin.is_none() {
            sometimes(Mark::ItemsBeforeBegin, effects);
        }
        if items.iter().any(|item| reception.seen.contains(&item.address)) {
            sometimes(Mark::ItemsRepeated, effects);
        }
        let mut unknown = Vec::new();
        for item in items {
            let reception = self.reception_mut();
            if !reception.seen.insert(item.address) {
                if reception.naked.contains(&item.address) {
                    self.nak(item.address, effects);
                } else if reception.wanted.contains(&item.address) {
                    unknown.push(item.address);
                }
                continue;
            }
            match item.body {
                ItemBody::Full(contents) => self.write_shadow(item.address, contents, effects),
                ItemBody::Reference(reference) => {
                    self.resolve(item.address, Pieces::one(reference), effects);
                }
                ItemBody::Pieces(pieces) => self.resolve(item.address, pieces, effects),
                ItemBody::Hash(runs) => match self.look_up(item.address, runs, effects) {
                    Lookup::Found => {}
                    Lookup::Unknown => unknown.push(item.address),
                },
            }
        }
        if !unknown.is_empty() {
            let epoch = self.epoch;
            let reception = self.reception_mut();
            reception.wanted.extend(&unknown);
            effects.push(Effect::Send(Message::Want { epoch, cp, addresses: unknown }));
        }
    }

    /// Looks for contents by their hash: in the log of the CP, and among what is known from elsewhere,
    /// which a deduplicating store takes without moving a byte of it (Spec 10).
    fn look_up(&mut self, address: BlockAddress, runs: Runs, effects: &mut Vec<Effect>) -> Lookup {
        let cp = self.reception_mut().cp;
        if let Some(place) = self.log.place_of(cp, &runs) {
            self.resolve(address, Pieces::one(place), effects);
        } else if dedup::is_known_elsewhere(&runs, self.parameters.duplicates) {
            self.write_shadow(address, Contents::Data(runs), effects);
        } else {
            return Lookup::Unknown;
        }
        Lookup::Found
    }

    /// Blocks that were wanted.
    pub(super) fn wanted_came(
        &mut self,
        now: SimTime,
        cp: CpId,
        blocks: Vec<(BlockAddress, Contents)>,
        effects: &mut Vec<Effect>,
    ) {
        if self.reception_of(now, cp, effects).is_none() {
            return;
        }
        for (address, contents) in blocks {
            if self.reception_mut().wanted.remove(&address) {
                self.write_shadow(address, contents, effects);
            } else {
                sometimes(Mark::NakAnsweredAgain, effects);
            }
        }
    }

    /// The source answered a NAK with the block in full.
    pub(super) fn nak_answered(
        &mut self,
        now: SimTime,
        (cp, address): (CpId, BlockAddress),
        contents: Contents,
        effects: &mut Vec<Effect>,
    ) {
        let Some(reception) = self.reception_of(now, cp, effects) else { return };
        if reception.naked.remove(&address) {
            self.write_shadow(address, contents, effects);
        } else {
            sometimes(Mark::NakAnsweredAgain, effects);
        }
    }

    pub(super) fn write_shadow(
        &mut self,
        address: BlockAddress,
        contents: Contents,
        effects: &mut Vec<Effect>,
    ) {
        let ticket = self.ticket();
        let reception = self.reception_mut();
        reception.writing.insert(ticket);
        effects.push(Effect::WriteVolume(ticket, reception.cp, address, contents));
    }

    /// A shadow write is durable.
    pub(super) fn volume_written(&mut self, ticket: Ticket, effects: &mut Vec<Effect>) {
        let writing = self.reception.as_mut().map(|reception| &mut reception.writing);
        if writing.is_some_and(|writing| writing.remove(&ticket)) {
            self.commit_if_complete(effects);
        } else {
            sometimes(Mark::PageOfDroppedCp, effects);
        }
    }

    /// Commits once the count of `CP_END` is reached and all is durable (Spec 5.6).
    pub(super) fn commit_if_complete(&mut self, effects: &mut Vec<Effect>) {
        let Some(reception) = &mut self.reception else { return };
        let Some(last_lsn) = reception.complete() else { return };
        if reception.commit == Commit::Awaited {
            reception.commit = Commit::UnderWay;
            let cp = reception.cp;
            let begin = reception.begin.as_ref().expect("a complete CP has begun");
            let mut unanswered = begin.unanswered.clone();
            unanswered.extend(self.writes.get(&cp).into_iter().flatten());
            effects.push(Effect::Commit(CommitRecord { cp, last_lsn, unanswered }));
        }
    }

    /// The CP is the image now: tell the source, forget the CP's transfers (Spec 4.1, 5.6).
    pub(super) fn committed(&mut self, now: SimTime, cp: CpId, effects: &mut Vec<Effect>) {
        let reception = self.reception.take().filter(|reception| reception.cp == cp);
        let reception = reception.expect("only the CP being received is committed");
        let begin = reception.begin.expect("a complete CP has begun");
        let last_lsn = begin.last_lsn;
        self.committed = CommitRecord { cp, last_lsn, unanswered: Vec::new() };
        self.diverged.clear();
        self.writes.retain(|held, _| *held > cp);
        self.log.committed(cp, last_lsn);
        if self.is_live() {
            effects.push(Effect::Send(Message::CpAck { epoch: self.epoch, cp }));
            self.entries_committed(last_lsn, effects);
        }
        self.flush_after_commit(now, effects);
        self.rest(effects);
        self.welcome_if_ready(now, effects);
    }

    pub(super) fn reception_mut(&mut self) -> &mut Reception {
        self.reception.as_mut().expect("a CP is being received")
    }
}
