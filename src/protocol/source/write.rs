//! Admitting and logging writes (Spec 3.1, 3.2, 3.8).

use super::super::block::{BlockAddress, WriteRange};
use super::super::buffer::Base;
use super::super::status::sometimes;
use super::super::transfer::parts;
use super::super::{
    AckRule, Dispatch, Effect, EntryHeader, Lsn, Mark, Note, Refusal, Sabotage, Trigger, WaitCause,
    WriteId,
};
use super::forward::Logged;
use super::read::ReadFor;
use super::{Source, note, refuse};
use crate::units::SimTime;

impl Source {
    /// A client's write: logged at once, or waiting its turn, or refused because it never could be.
    pub(super) fn write(
        &mut self,
        now: SimTime,
        id: WriteId,
        range: WriteRange,
        effects: &mut Vec<Effect>,
    ) {
        if range.length == 0 {
            return refuse(id, Refusal::Empty, effects);
        }
        if range.end().is_none() {
            return refuse(id, Refusal::BeyondVolume, effects);
        }
        if !self.could_ever_admit(range) {
            return refuse(id, Refusal::LargerThanHalf, effects);
        }
        let applies_again = self.parameters.sabotages(Sabotage::ApplyRetryTwice);
        if !applies_again && self.answers.asked_again(id, range.volume) {
            return sometimes(Mark::AskedAgain, effects);
        }
        if self.fails_writes() {
            return refuse(id, Refusal::NotInSync, effects);
        }
        self.answers.arrived(id, range.volume);
        let cause = match self.waiting.front() {
            None => self.lasting_bound(range, effects),
            // First come, first served: it waits for what the first in line waits for.
            Some((_, first)) => {
                let wrong = self.parameters.sabotages(Sabotage::ReuseTransferIdEarly);
                let early = wrong.then_some(WaitCause::TransferIds);
                let cause = self.full_bound(*first).or(early);
                Some(cause.expect("who waits for nothing was admitted"))
            }
        };
        match cause {
            None => self.log(now, id, range, effects),
            Some(cause) => {
                note(Note::WriteWaits(id, cause), effects);
                self.waiting.push_back((id, range));
            }
        }
    }

    /// Logs the writes that waited, in order, as far as there is room.
    pub(super) fn admit(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        while let Some(&(id, range)) = self.waiting.front() {
            if self.lasting_bound(range, effects).is_some() {
                return;
            }
            self.waiting.pop_front();
            self.log(now, id, range, effects);
        }
    }

    /// The bound that keeps a write out, after asking for the CP that frees it: a half that is full
    /// while no CP runs is switched at once, and nobody waits.
    fn lasting_bound(&mut self, range: WriteRange, effects: &mut Vec<Effect>) -> Option<WaitCause> {
        let cause = self.full_bound(range)?;
        let waits_only = self.parameters.sabotages(Sabotage::FullBoundStartsNoCp);
        if let Some(trigger) = trigger_for(cause).filter(|_| !waits_only) {
            self.trigger(trigger, effects);
        }
        self.full_bound(range)
    }

    /// Whether the write would fit if nothing else were there.
    fn could_ever_admit(&self, range: WriteRange) -> bool {
        self.nvram.could_hold(range.length)
            && self.table.could_reserve(self.transfers_for(range))
            && self.blocks_of(range) <= self.parameters.buffers
    }

    /// The bound that keeps a write out now, if any (Spec 3.8).
    fn full_bound(&self, range: WriteRange) -> Option<WaitCause> {
        if self.replaying.is_some() {
            return Some(WaitCause::Replay);
        }
        if self.holds_writes() {
            return Some(WaitCause::NotInSync);
        }
        if !self.nvram.has_room(range.length) {
            return Some(WaitCause::NvramHalf);
        }
        if self.forwards_log() && !self.table.can_reserve(self.transfers_for(range)) {
            return Some(WaitCause::TransferIds);
        }
        let active_only = self.parameters.sabotages(Sabotage::FrozenBuffersUncounted);
        let held = if active_only { self.buffers.dirty() } else { self.buffers.total() };
        let buffers = held.saturating_add(self.blocks_of(range));
        (buffers > self.parameters.buffers).then_some(WaitCause::DirtyBuffers)
    }

    fn transfers_for(&self, range: WriteRange) -> u64 {
        let limit = self.parameters.transfer_bytes;
        parts(range, limit, self.parameters.block_size).fold(0, |count, _| count + 1)
    }

    /// Blocks that a range touches.
    pub(super) fn blocks_of(&self, range: WriteRange) -> u64 {
        let block = u64::from(self.parameters.block_size.get());
        match range.length {
            0 => 0,
            length => (range.offset + length - 1) / block - range.offset / block + 1,
        }
    }

    /// Makes a log entry of the write; every bound has room for it.
    fn log(&mut self, now: SimTime, id: WriteId, range: WriteRange, effects: &mut Vec<Effect>) {
        let (half, cp, predecessor) =
            (self.nvram.active(), self.nvram.active_cp(), self.nvram.last());
        let was_empty = self.nvram.active_is_empty();
        let lsn = self.nvram.append(range.length);
        let part_length = range.length;
        let entry = EntryHeader { lsn, predecessor, write: id, range, part_start: 0, part_length };
        effects.push(Effect::NvramAppend(half, cp, entry));
        self.answers.logged(lsn, id, range.volume);
        self.apply(&entry, effects);
        if self.forwards_log() {
            match self.parameters.dispatch {
                Dispatch::Parallel => effects.push(Effect::NvramPersist(lsn)),
                Dispatch::DestinationFirst => self.backlog.persist_later(lsn),
            }
            self.table.reserve(half, self.transfers_for(range));
            self.backlog.push(Logged { half, cp, entry, at: now });
        } else {
            effects.push(Effect::NvramPersist(lsn));
        }
        if was_empty {
            self.set_cp_timer(now, effects);
        }
        self.trigger_after(effects);
    }

    /// Makes the blocks of an entry dirty, and reads what is missing of them.
    pub(super) fn apply(&mut self, entry: &EntryHeader, effects: &mut Vec<Effect>) {
        for piece in entry.pieces(self.parameters.block_size) {
            match self.buffers.apply(&piece, entry.write, entry.lsn) {
                Base::AtHand => {}
                Base::MustRead => self.read_base(piece.address, effects),
            }
        }
    }

    fn read_base(&mut self, address: BlockAddress, effects: &mut Vec<Effect>) {
        let ticket = self.ticket();
        self.buffers.read_started(address, ticket);
        self.reads.started(ticket, ReadFor::Buffer(address));
        effects.push(Effect::ReadVolume(ticket, address));
    }

    /// Starts a CP if the entry just logged made one due (Spec 5.1).
    fn trigger_after(&mut self, effects: &mut Vec<Effect>) {
        if self.nvram.is_full_by_entries() {
            self.trigger(Trigger::HalfFull, effects);
        } else if self.buffers.dirty() >= self.parameters.dirty_high_water {
            self.trigger(Trigger::DirtyBuffers, effects);
        } else if self.parameters.ack == AckRule::Applied {
            self.trigger(Trigger::WaitingWrite, effects);
        }
    }

    /// The destination acknowledged entries: with `destination-first` they go to NVRAM now.
    pub(super) fn log_acknowledged(&mut self, through: Lsn, effects: &mut Vec<Effect>) {
        self.answers.acknowledged(through);
        self.unacknowledged.acknowledged(through);
        while let Some(lsn) = self.backlog.persist_through(through) {
            effects.push(Effect::NvramPersist(lsn));
        }
    }
}

/// What a full bound asks for, where only a CP frees it (Spec 3.8).
const fn trigger_for(cause: WaitCause) -> Option<Trigger> {
    match cause {
        WaitCause::NvramHalf => Some(Trigger::HalfFull),
        WaitCause::TransferIds | WaitCause::DirtyBuffers => Some(Trigger::Bound),
        WaitCause::NotInSync | WaitCause::Replay => None,
    }
}
