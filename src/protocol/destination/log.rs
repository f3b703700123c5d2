//! Transfers in: stored in log storage, acknowledged (Spec 4).

use super::super::status::sometimes;
use super::super::{
    CpId, Effect, FlushRule, Lsn, Mark, Message, Mirroring, Note, Refusal, Sabotage, Ticket, Timer,
    Transfer, TransferHeader, WriteId,
};
use super::{Activity, Destination, FlushState, Writing};
use crate::units::{SimTime, Span};

impl Destination {
    /// A transfer of this session arrived.
    pub(super) fn transfer(&mut self, now: SimTime, transfer: Transfer, effects: &mut Vec<Effect>) {
        let header = transfer.header;
        if header.cp <= self.committed.cp || self.log.knows(&header) {
            // Spec 4.2: acknowledged again, changes nothing.
            if header.cp <= self.committed.cp {
                sometimes(Mark::TransferAfterCommit, effects);
            }
            effects.push(Effect::Refuse(Refusal::Duplicate));
            if self.parameters.sabotages(Sabotage::CountDuplicates) {
                self.count(&parts_of(&transfer), effects);
            }
            self.acknowledge(effects);
            return;
        }
        for entry in &transfer.entries {
            self.progress.announce(entry);
            self.note_write(header.cp, entry.write);
        }
        self.write_to_log(now, transfer, effects);
    }

    /// Writes a transfer to its file, or keeps it until one is free (Spec 4.3).
    fn write_to_log(&mut self, now: SimTime, transfer: Transfer, effects: &mut Vec<Effect>) {
        let Some((file, offset)) = self.log.store(&transfer) else {
            if !self.log.is_waiting() {
                effects.push(Effect::Note(Note::DestinationWaits));
            }
            self.log.keep_waiting(transfer);
            if !self.wait_is_set {
                self.set_wait(now, effects);
            }
            return;
        };
        let TransferHeader { epoch, cp, id, .. } = transfer.header;
        let parts = parts_of(&transfer);
        let ticket = self.ticket();
        if self.counts_when_received() {
            // Not before there is a file for it: a failover finds what is in files.
            self.count(&parts, effects);
        }
        self.writing.insert(ticket, Writing { epoch, cp, id, parts });
        effects.push(Effect::WriteLog(ticket, file, offset, transfer));
        self.transfer_stored(cp, id, effects);
    }

    /// A transfer is durable in log storage.
    pub(super) fn log_written(&mut self, ticket: Ticket, effects: &mut Vec<Effect>) {
        let writing = self.writing.remove(&ticket).expect("a write that was asked for");
        if writing.epoch != self.epoch {
            sometimes(Mark::LogWriteOfOldSession, effects);
            return;
        }
        if writing.cp > self.committed.cp {
            self.log.durable(writing.cp, writing.id);
        }
        if !self.counts_when_received() {
            self.count(&writing.parts, effects);
        }
    }

    /// Counts parts of entries that meet the rule, and acknowledges if the prefix grew.
    fn count(&mut self, parts: &[(Lsn, u64)], effects: &mut Vec<Effect>) {
        for (lsn, bytes) in parts {
            self.progress.count(*lsn, *bytes);
        }
        if self.progress.advance() {
            self.acknowledge(effects);
        }
    }

    /// A CP was committed, so its entries meet every rule, and later ones may have waited for them.
    /// Acknowledged like any other growth of the prefix: whatever is faster, commit or log storage,
    /// an entry costs the same acknowledgements (Spec 9.3).
    pub(super) fn entries_committed(&mut self, last_lsn: Lsn, effects: &mut Vec<Effect>) {
        let grew = self.progress.committed(last_lsn);
        match self.parameters.policy.mirroring() {
            Mirroring::Log if grew => self.acknowledge(effects),
            // Without a log `CP_ACK` says it all.
            Mirroring::Log | Mirroring::ConsistencyPoints | Mirroring::Snapshots => {}
        }
    }

    fn acknowledge(&self, effects: &mut Vec<Effect>) {
        effects.push(Effect::Send(Message::LogAck {
            epoch: self.epoch,
            incarnation: self.incarnation,
            through: self.progress.through(),
        }));
    }

    /// A write is in the log of this CP: its client may ask for it again (Spec 3.1).
    fn note_write(&mut self, cp: CpId, write: WriteId) {
        let writes = self.writes.entry(cp).or_default();
        if writes.last() != Some(&write) {
            writes.push(write);
        }
    }

    /// A CP begins to be received: from now on there may be a reason to say WAIT.
    pub(super) fn watch_reception(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if !self.wait_is_set {
            self.set_wait(now, effects);
        }
    }

    fn set_wait(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        self.wait_is_set = true;
        let third = Span::from_nanos(self.parameters.timeout.as_nanos() / 3);
        effects.push(Effect::SetTimer(Timer::Wait, now.after(third)));
    }

    /// Says WAIT while transfers wait for a file (Spec 4.3), and while a CP is being received and
    /// anything happened to it since the last time: then it only takes long.
    pub(super) fn say_wait(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        self.wait_is_set = false;
        let active = std::mem::replace(&mut self.activity, Activity::None) == Activity::Some;
        let receiving = self.reception.is_some();
        if self.log.is_waiting() || (receiving && active) {
            effects.push(Effect::Send(Message::Wait { epoch: self.epoch }));
        }
        if self.log.is_waiting() || receiving {
            self.set_wait(now, effects);
        }
    }

    /// Nothing more to say WAIT about, if that is so.
    pub(super) fn rest(&mut self, effects: &mut Vec<Effect>) {
        if self.wait_is_set && !self.log.is_waiting() && self.reception.is_none() {
            self.wait_is_set = false;
            effects.push(Effect::CancelTimer(Timer::Wait));
        }
    }

    /// A CP was committed: its file is free after a flush, which waits for no peer (Spec 4.3).
    pub(super) fn flush_after_commit(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if self.flush != FlushState::Idle || !self.log.needs_flush() {
            return;
        }
        match self.parameters.flush {
            FlushRule::PerCp => self.start_flush(effects),
            FlushRule::Every(period) => {
                self.flush = FlushState::TimerSet;
                effects.push(Effect::SetTimer(Timer::Flush, now.next_multiple_of(period)));
            }
        }
    }

    pub(super) fn start_flush(&mut self, effects: &mut Vec<Effect>) {
        self.flush = FlushState::UnderWay;
        self.log.flush_started();
        effects.push(Effect::Flush);
    }

    /// The flush happened: files are free, and transfers that waited are stored.
    pub(super) fn flushed(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        self.flush = FlushState::Idle;
        for file in self.log.flushed() {
            effects.push(Effect::FreeLog(file));
        }
        for transfer in self.log.take_waiting() {
            self.write_to_log(now, transfer, effects);
        }
        if !self.parameters.sabotages(Sabotage::ForgetCommitDuringFlush) {
            self.flush_after_commit(now, effects);
        }
    }
}

fn parts_of(transfer: &Transfer) -> Vec<(Lsn, u64)> {
    transfer.entries.iter().map(|entry| (entry.lsn, entry.part_length)).collect()
}
