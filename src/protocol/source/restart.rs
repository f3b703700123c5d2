//! A source begins a new life after a crash (Spec 7.1, 7.2).
//!
//! It has its last committed image and its NVRAM. Entries that the image does not hold are replayed
//! in LSN order, each half as a CP of its own; new writes wait until that is done. Whatever the
//! destination has is found out by HELLO, and brought up to date by resynchronization. NVRAM that was
//! lost or damaged is declared, and the source serves nobody: its log is not known to be empty.

use super::super::{
    CommitRecord, CpId, CpNumber, Effect, EntryHeader, Half, Incarnation, Lsn, Note, Parameters,
    Sabotage, SavedState, SessionEnd, Trigger, Void,
};
use super::answer::Answers;
use super::lease::Lease;
use super::{Source, note};
use crate::protocol::block::BlockAddress;
use crate::protocol::metadata::MetadataTree;
use crate::protocol::nvram::Nvram;
use crate::units::SimTime;

/// What a source finds after a crash.
#[derive(Debug, Clone)]
pub struct Recovered {
    /// Of the committed image.
    pub record: CommitRecord,
    /// The small state.
    pub state: SavedState,
    /// What NVRAM holds.
    pub nvram: RecoveredNvram,
    /// Metadata blocks of the image: the newest CP below each child.
    pub metadata: Vec<(BlockAddress, Vec<(u32, CpNumber)>)>,
}

/// What NVRAM holds after a crash.
#[derive(Debug, Clone)]
pub enum RecoveredNvram {
    /// The durable entries of each half, in LSN order.
    Halves([Vec<EntryHeader>; 2]),
    /// Lost, or an entry that was durable fails its check.
    Damaged,
}

impl Source {
    /// A source after a crash; adds what is to be done at once.
    #[must_use]
    pub fn restart(
        parameters: &Parameters,
        now: SimTime,
        found: Recovered,
        effects: &mut Vec<Effect>,
    ) -> Self {
        let Recovered { record, state, nvram, metadata } = found;
        let mut source = Self::new(parameters.clone());
        (source.generation, source.recorded) = (state.generation, state.generation);
        source.incarnation = Incarnation(state.incarnation.0 + 1);
        source.lease = Lease::lost(parameters.lease, source.incarnation);
        source.epoch = state.epoch;
        (source.base, source.reign) = (state.base, state.reign);
        source.saved_mirror = state.mirror;
        source.voids = state.voids;
        source.metadata =
            MetadataTree::restored(parameters.block_size, metadata).sabotaged(parameters.sabotage);
        source.committed = record;
        note(Note::SessionLost(SessionEnd::SourceRestarted), effects);
        let halves = match nvram {
            RecoveredNvram::Halves(halves) => halves,
            RecoveredNvram::Damaged if parameters.sabotages(Sabotage::EmptyLogAfterLoss) => {
                [Vec::new(), Vec::new()]
            }
            RecoveredNvram::Damaged => {
                note(Note::NvramLost, effects);
                source.service = super::Service::Fenced;
                return source;
            }
        };
        let newest = halves.iter().flatten().map(|entry| entry.lsn).max();
        let last = newest.max(Some(source.committed.last_lsn)).unwrap_or(Lsn::ORIGIN);
        let (generation, incarnation) = (source.generation, source.incarnation);
        let until = Lsn { generation, incarnation, sequence: 0 };
        source.voids.push(Void { after: last, until });
        source.begin_out_of_sync(now, effects);
        source.replay(halves, last, effects);
        source.proceed(now, effects);
        source
    }

    /// Spec 7.1: replays both halves, the older first, each as a CP of its own.
    fn replay(&mut self, halves: [Vec<EntryHeader>; 2], last: Lsn, effects: &mut Vec<Effect>) {
        let CommitRecord { cp, last_lsn, unanswered } = self.committed.clone();
        for (half, found) in [Half::First, Half::Second].into_iter().zip(&halves) {
            if !found.is_empty() && found.iter().all(|entry| entry.lsn <= last_lsn) {
                // Its CP was committed, and the crash came before it was freed.
                effects.push(Effect::NvramFree(half));
            }
        }
        let [first, second] = halves
            .map(|half| half.into_iter().filter(|entry| entry.lsn > last_lsn).collect::<Vec<_>>());
        let begins = |half: &[EntryHeader]| half.first().map(|entry| entry.lsn);
        let second_is_older =
            begins(&second).is_some_and(|older| begins(&first).is_none_or(|newer| older < newer));
        let [(older, old), (_, new)] = if second_is_older {
            [(Half::Second, second), (Half::First, first)]
        } else {
            [(Half::First, first), (Half::Second, second)]
        };
        note(Note::Restarted(self.incarnation, (old.len() + new.len()) as u64), effects);
        self.answers = Answers::new(self.parameters.ack, last);
        for id in unanswered {
            self.answers.recover(id, last_lsn);
        }
        let (capacity, limit) = (self.parameters.nvram_half, self.parameters.entries);
        let life = (self.generation, self.incarnation);
        self.nvram = Nvram::recovered(capacity, limit, cp, older, life);
        self.nvram.continue_after(last_lsn);
        self.restore(&old, effects);
        self.trigger(Trigger::Replay, effects);
        self.restore(&new, effects);
        if self.running.is_some() && !new.is_empty() {
            self.kept = Some(Trigger::Replay);
        }
        self.forwarded = last;
    }

    /// Takes entries found in NVRAM into the active half again.
    fn restore(&mut self, entries: &[EntryHeader], effects: &mut Vec<Effect>) {
        let Some(last) = entries.last() else { return };
        let cp: CpId = self.nvram.active_cp();
        effects.push(Effect::NvramAssign(self.nvram.active(), cp));
        for entry in entries {
            self.nvram.restore(entry.lsn, entry.range.length);
            self.answers.recover(entry.write, entry.lsn);
            self.apply(entry, effects);
        }
        self.replaying = Some((cp, last.lsn));
    }
}
