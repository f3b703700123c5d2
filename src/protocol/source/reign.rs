//! A source begins its reign, as a promoted destination (Spec 7.4), or learns that its reign is over
//! (Spec 7.7).
//!
//! A promoted source reads its log, puts the entries after the commit record's last LSN in order, and
//! replays them as a CP of its own, up to the first that is missing, incomplete or damaged; what lies
//! beyond is reported. It serves once that CP is on its disks, and only then is the log freed; so a
//! crash on the way loses nothing, and the next life does the same again.

use super::super::{
    CommitRecord, CpId, Effect, EntryHeader, Generation, Half, Incarnation, LogFile, Lsn, Note,
    Parameters, Part, Reign, Sabotage, SavedMirror, SavedState, Scanned, SessionEnd, Trigger, Void,
};
use super::answer::Answers;
use super::lease::Lease;
use super::{Service, Source, note, wrong_replay};
use crate::protocol::CpNumber;
use crate::protocol::block::BlockAddress;
use crate::protocol::metadata::MetadataTree;
use crate::protocol::nvram::Nvram;
use crate::units::SimTime;
use std::collections::BTreeMap;

/// What the log holds beyond the committed image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The entries up to the first that is missing, incomplete, damaged or void; in order.
    pub entries: Vec<EntryHeader>,
    /// Entries beyond that, which are not replayed.
    pub left: u64,
}

impl Replay {
    /// Puts the records found in log storage in order (Spec 7.4). An entry is complete when all its
    /// bytes are there; copies of a part count once.
    #[must_use]
    pub fn of(found: &[Scanned], after: Lsn, voids: &[Void]) -> Self {
        let mut beyond = pieced(found, voids);
        beyond.retain(|lsn, _| *lsn > after);
        let count = beyond.len() as u64;
        let mut entries: Vec<EntryHeader> = Vec::new();
        for pieced in beyond.into_values() {
            let last = entries.last().map_or(after, |entry| entry.lsn);
            if pieced.entry.predecessor != last || !pieced.is_complete() {
                break;
            }
            entries.push(pieced.entry);
        }
        let left = count - entries.len() as u64;
        Self { entries, left }
    }
}

/// An entry of the log, and those of its bytes that were found: where they begin, how many.
#[derive(Debug)]
pub(super) struct Pieced {
    pub entry: EntryHeader,
    there: BTreeMap<u64, u64>,
}

impl Pieced {
    /// Whether all its bytes are there.
    pub(super) fn is_complete(&self) -> bool {
        self.there.values().sum::<u64>() == self.entry.range.length
    }
}

/// Every entry found that is not void, put together from its parts.
pub(super) fn pieced(found: &[Scanned], voids: &[Void]) -> BTreeMap<Lsn, Pieced> {
    let mut all: BTreeMap<Lsn, Pieced> = BTreeMap::new();
    let transfers = found.iter().filter_map(|record| record.transfer.as_ref());
    for entry in transfers.flat_map(|transfer| &transfer.entries) {
        if !voids.iter().any(|void| void.contains(entry.lsn)) {
            let part_length = entry.range.length;
            let whole = EntryHeader { part_start: 0, part_length, ..*entry };
            let new = || Pieced { entry: whole, there: BTreeMap::new() };
            let pieced = all.entry(entry.lsn).or_insert_with(new);
            pieced.there.insert(entry.part_start, entry.part_length);
        }
    }
    all
}

impl Source {
    /// A destination that was promoted; adds what is to be done at once.
    #[must_use]
    pub fn promoted(
        parameters: &Parameters,
        now: SimTime,
        record: CommitRecord,
        state: SavedState,
        metadata: Vec<(BlockAddress, Vec<(u32, CpNumber)>)>,
        effects: &mut Vec<Effect>,
    ) -> Self {
        let mut source = Self::new(parameters.clone());
        source.generation = state.generation;
        source.recorded = state.generation;
        if parameters.sabotages(Sabotage::LateGeneration) {
            source.generation = Generation(state.generation.0 + 1);
        }
        source.incarnation = Incarnation(state.incarnation.0 + 1);
        source.lease = Lease::lost(parameters.lease, source.incarnation);
        source.epoch = state.epoch;
        source.part = Part::Promoted;
        source.base = state.base;
        source.reign = Reign::Alone;
        source.discarded = state.voids;
        source.saved_mirror = state.mirror;
        source.metadata =
            MetadataTree::restored(parameters.block_size, metadata).sabotaged(parameters.sabotage);
        source.committed = record;
        source.service = Service::Replaying;
        source.early = Some(Vec::new());
        note(Note::SessionLost(SessionEnd::Promoted), effects);
        source.begin_out_of_sync(now, effects);
        let crashed = state.incarnation > SavedState::FIRST.incarnation;
        if crashed && parameters.sabotages(Sabotage::LogNotRescanned) {
            source.log_scanned(now, &[], effects);
        } else {
            effects.push(Effect::ScanLog);
        }
        source
    }

    /// The log was read: what it holds beyond the image is replayed as a CP of its own.
    pub(super) fn log_scanned(
        &mut self,
        now: SimTime,
        found: &[Scanned],
        effects: &mut Vec<Effect>,
    ) {
        let CommitRecord { cp, last_lsn, unanswered } = self.committed.clone();
        for record in found.iter().filter(|record| record.transfer.is_none()) {
            note(Note::LogDamaged(record.file, record.offset), effects);
        }
        let Replay { entries, left } = self.replay_of(found, last_lsn);
        if self.scans_again(entries.len(), effects) {
            return;
        }
        self.log_files = found.iter().map(|record| record.file).collect();
        note(Note::LogReplayed(entries.len() as u64, left), effects);
        let last = entries.iter().map(|entry| entry.lsn).fold(last_lsn, Lsn::max);
        self.answers = Answers::new(self.parameters.ack, last);
        for id in unanswered {
            self.answers.recover(id, last_lsn);
        }
        let (capacity, limit) = (self.parameters.nvram_half, self.parameters.entries);
        let reign = CpId { generation: self.generation, number: cp.number };
        let life = (self.generation, self.incarnation);
        self.nvram = Nvram::recovered(capacity, limit, reign, Half::First, life);
        self.nvram.continue_after(last_lsn);
        self.forwarded = last;
        let (half, cp) = (self.nvram.active(), self.nvram.active_cp());
        for entry in &entries {
            effects.push(Effect::Replay(half, cp, *entry));
            self.nvram.restore(entry.lsn, entry.range.length);
            self.answers.recover(entry.write, entry.lsn);
            self.apply(entry, effects);
        }
        if entries.is_empty() && self.committed.cp.generation == self.generation {
            // An earlier life of this reign committed its first CP.
            self.serve(effects);
        } else if entries.is_empty() {
            // A reign begins with a CP of its own, also an empty one: what the other side may have
            // committed alone is older than any CP of this reign.
            let unanswered = self.answers.unanswered(last);
            effects.push(Effect::Commit(CommitRecord { cp, last_lsn: last, unanswered }));
        } else {
            self.mark_early(last_lsn, last, effects);
            self.replaying = Some((cp, last));
            self.trigger(Trigger::Replay, effects);
        }
        for request in self.early.take().into_iter().flatten() {
            self.request(now, request, effects);
        }
    }

    /// What of the log is replayed, also by wrong protocols (Spec 12).
    fn replay_of(&self, found: &[Scanned], after: Lsn) -> Replay {
        let (parameters, voids) = (&self.parameters, &self.discarded);
        if parameters.sabotages(Sabotage::ReplayInArrivalOrder) {
            wrong_replay::in_arrival_order(found, after, voids)
        } else if parameters.sabotages(Sabotage::ReplayNewestFileOnly) {
            Replay::of(&wrong_replay::newest_file(found), after, voids)
        } else if parameters.sabotages(Sabotage::ReplayCommittedFile) {
            wrong_replay::committed_last(found, after, voids)
        } else {
            Replay::of(found, after, voids)
        }
    }

    /// What a wrong protocol does (Beyond Spec 12): the log is read once for each entry. Tells whether
    /// it is read again now.
    fn scans_again(&mut self, entries: usize, effects: &mut Vec<Effect>) -> bool {
        let again = self.parameters.sabotages(Sabotage::ScanPerEntry) && self.scans < entries;
        if again {
            self.scans += 1;
            effects.push(Effect::ScanLog);
        }
        again
    }

    /// What a wrong protocol does (Beyond Spec 12): entries that were taken into the CP are durably
    /// noted as done with, before it is committed.
    fn mark_early(&mut self, after: Lsn, last: Lsn, effects: &mut Vec<Effect>) {
        if self.parameters.sabotages(Sabotage::MarkReplayedEarly) {
            let until = Lsn { sequence: last.sequence + 1, ..last };
            self.discarded.push(Void { after, until });
            self.save_state(effects);
        }
    }

    /// The empty CP that begins the reign is committed.
    pub(super) fn reign_begun(&mut self, cp: CpId, effects: &mut Vec<Effect>) {
        self.committed.cp = cp;
        self.nvram.skip_cp();
        self.serve(effects);
    }

    /// The image of the new reign is on disk: clients are served, and the log is not needed any more.
    /// No write is answered until it is durable that this is the source: a next life that took itself
    /// for a destination about to serve would not look into NVRAM. Where a
    /// witness decides, its consent is waited for first (Spec 7.6).
    pub(super) fn serve(&mut self, effects: &mut Vec<Effect>) {
        if self.service != Service::Replaying || !self.has_consent() {
            return;
        }
        for file in std::mem::take(&mut self.log_files) {
            effects.push(Effect::FreeLog(file));
        }
        self.service = Service::Serving;
        self.part = Part::Source;
        self.part_to_save = Some(self.save_state(effects));
        effects.push(Effect::Serve);
    }

    /// A wrong protocol records its reign now, after the CP of its first write (Spec 12).
    pub(super) fn record_late(&mut self, effects: &mut Vec<Effect>) {
        if self.recorded != self.generation {
            self.recorded = self.generation;
            self.save_state(effects);
        }
    }

    /// A newer reign has begun: this source serves nobody from now on, and becomes the destination of
    /// the other once that is durable (Spec 7.7). `parted` is where the reigns part, if that was said:
    /// should this side reign again before it has anything of the other, they part there still.
    pub(super) fn deposed(
        &mut self,
        now: SimTime,
        generation: Generation,
        parted: Option<CpId>,
        effects: &mut Vec<Effect>,
    ) {
        if generation <= self.generation || self.service == Service::Deposed {
            return;
        }
        note(Note::Deposed(generation), effects);
        self.service = Service::Deposed;
        (self.generation, self.recorded) = (generation, generation);
        self.part = Part::Destination;
        let ticket = self.ticket();
        let state = SavedState {
            generation,
            incarnation: self.incarnation,
            // Sessions of another reign say nothing about those of the new one.
            epoch: super::super::Epoch(0),
            mirror: SavedMirror::OutOfSync(now),
            part: Part::Destination,
            base: parted.unwrap_or(self.base),
            reign: Reign::Mirrored,
            voids: Vec::new(),
        };
        effects.push(Effect::SaveState(ticket, state));
        self.deposing = Some(ticket);
    }
}

/// Files that a scan found something in.
pub(super) type LogFiles = std::collections::BTreeSet<LogFile>;
