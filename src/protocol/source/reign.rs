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
use super::{Service, Source, note};
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
        let mut parts: BTreeMap<Lsn, (EntryHeader, BTreeMap<u64, u64>)> = BTreeMap::new();
        let transfers = found.iter().filter_map(|record| record.transfer.as_ref());
        for entry in transfers.flat_map(|transfer| &transfer.entries) {
            let void = voids.iter().any(|void| void.contains(entry.lsn));
            if entry.lsn > after && !void {
                let part_length = entry.range.length;
                let whole = EntryHeader { part_start: 0, part_length, ..*entry };
                let (_, there) = parts.entry(entry.lsn).or_insert((whole, BTreeMap::new()));
                there.insert(entry.part_start, entry.part_length);
            }
        }
        let count = parts.len() as u64;
        let mut entries: Vec<EntryHeader> = Vec::new();
        for (entry, there) in parts.into_values() {
            let last = entries.last().map_or(after, |entry| entry.lsn);
            let complete = there.values().sum::<u64>() == entry.range.length;
            if entry.predecessor != last || !complete {
                break;
            }
            entries.push(entry);
        }
        let left = count - entries.len() as u64;
        Self { entries, left }
    }
}

impl Source {
    /// A destination that was promoted; adds what is to be done at once.
    #[must_use]
    pub fn promoted(
        parameters: Parameters,
        now: SimTime,
        record: CommitRecord,
        state: SavedState,
        metadata: Vec<(BlockAddress, Vec<(u32, CpNumber)>)>,
        effects: &mut Vec<Effect>,
    ) -> Self {
        let mut source = Self::new(parameters);
        source.generation = state.generation;
        source.incarnation = Incarnation(state.incarnation.0 + 1);
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
        note(Note::SessionLost(SessionEnd::Promoted), effects);
        source.begin_out_of_sync(now, effects);
        effects.push(Effect::ScanLog);
        source
    }

    /// The log was read: what it holds beyond the image is replayed as a CP of its own.
    pub(super) fn log_scanned(&mut self, found: &[Scanned], effects: &mut Vec<Effect>) {
        let CommitRecord { cp, last_lsn, unanswered } = self.committed.clone();
        for record in found.iter().filter(|record| record.transfer.is_none()) {
            note(Note::LogDamaged(record.file, record.offset), effects);
        }
        let Replay { entries, left } = Replay::of(found, last_lsn, &self.discarded);
        if self.scans_again(entries.len(), effects) {
            return;
        }
        self.log_files = found.iter().map(|record| record.file).collect();
        note(Note::LogReplayed(entries.len() as u64, left), effects);
        let last = entries.last().map_or(last_lsn, |entry| entry.lsn);
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
        if entries.is_empty() {
            // A reign begins with a CP of its own, also an empty one: what the other side may have
            // committed alone is older than any CP of this reign.
            let unanswered = self.answers.unanswered(last);
            effects.push(Effect::Commit(CommitRecord { cp, last_lsn: last, unanswered }));
        } else {
            self.mark_early(last_lsn, last, effects);
            self.replaying = Some((cp, last));
            self.trigger(Trigger::Replay, effects);
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
    pub(super) fn serve(&mut self, effects: &mut Vec<Effect>) {
        if self.service != Service::Replaying {
            return;
        }
        for file in std::mem::take(&mut self.log_files) {
            effects.push(Effect::FreeLog(file));
        }
        self.service = Service::Serving;
        self.part = Part::Source;
        self.save_state(effects);
        effects.push(Effect::Serve);
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
        self.generation = generation;
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
