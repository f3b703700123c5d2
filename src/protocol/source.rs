//! The source appliance: serves clients, logs their writes in NVRAM, forwards the log, and at a
//! consistency point brings both sides' disks to the same image (Spec 3, 5; Claims 1, 9, 13, 18).
//!
//! A write goes through these files in order: `write` (admitted, logged, applied to buffers),
//! `forward` (packed into transfers, handed to the link), `answer` (the client is answered once the
//! `ack` rule holds), `consistency_point` (its blocks reach both disks, its space is freed).
//!
//! Sync is lost and regained in `session` and `resync`, image by image in `pass`; where the destination
//! gets nothing else, see `snapshot` (Spec 10). A new life begins in `restart`, and `resend`
//! makes up for what a `datagram` link loses (Spec 6, 7, 8.1). What it does without a block of its own
//! image says `damage` (Spec 8.2); by what right it serves where a witness decides, `lease` (Spec 7.6).

mod answer;
mod consistency_point;
mod damage;
mod forward;
mod items;
mod lease;
mod outlet;
mod pass;
mod read;
mod reign;
mod resend;
mod restart;
mod resync;
mod session;
mod snapshot;
mod state;
mod write;
mod wrong_items;
mod wrong_replay;

pub use reign::Replay;
pub use restart::{Recovered, RecoveredNvram};

use super::block::{Contents, Runs, WriteRange};
use super::buffer::Buffers;
use super::metadata::MetadataTree;
use super::nvram::Nvram;
use super::status::sometimes;
use super::transfer::TransferTable;
use super::{
    CommitRecord, CpId, Effect, Epoch, Generation, Incarnation, Input, Lsn, Mark, Message, Note,
    Occupancy, Operation, Outcome, Parameters, Part, Refusal, Reign, Request, Sabotage,
    SavedMirror, SavedState, SessionEnd, Ticket, Timer, Trigger, Void, WriteId,
};
use crate::units::SimTime;
use answer::Answers;
use consistency_point::RunningCp;
use forward::Backlog;
use lease::Lease;
use outlet::{Cargo, Outlet};
use pass::Pass;
use read::{ReadFor, Reads};
use reign::LogFiles;
use resend::Unacknowledged;
use session::{Mirror, Told, Watch};
use snapshot::Snapshots;
use std::collections::VecDeque;

/// The source appliance.
#[derive(Debug)]
pub struct Source {
    parameters: Parameters,
    generation: Generation,
    /// The reign that is on record, or on its way there; a wrong protocol is late (Spec 12).
    recorded: Generation,
    incarnation: Incarnation,
    service: Service,
    part: Part,
    /// The last CP of the reign before this source's.
    base: CpId,
    reign: Reign,
    /// Promoted: entries of its log that are not to be replayed, and the files that hold the log.
    discarded: Vec<Void>,
    log_files: LogFiles,
    /// Promoted, until its log was read: what clients asked for meanwhile.
    early: Option<Vec<Request>>,
    /// Promoted: that it is the source is being made durable.
    part_to_save: Option<Ticket>,
    /// Promoted to go on alone: that it has a mirror again is being made durable.
    reign_to_save: Option<Ticket>,
    /// Times that a wrong protocol has read its log again (Beyond Spec 12).
    scans: usize,
    /// Deposed: that is being made durable.
    deposing: Option<Ticket>,
    lease: Lease,
    /// The session, or the one to come.
    epoch: Epoch,
    mirror: Mirror,
    /// What is durably known of the mirror, or on its way there.
    saved_mirror: SavedMirror,
    /// Entries that never became durable, of lives that the destination may not know to be over.
    voids: Vec<Void>,
    /// The life of the destination as far as it was heard of.
    destination_life: Incarnation,
    /// Whether the destination knows that the mirror is in sync.
    told: Told,
    progress: Watch,
    nvram: Nvram,
    table: TransferTable,
    buffers: Buffers,
    metadata: MetadataTree,
    /// Entries logged and not yet handed to the link.
    backlog: Backlog,
    /// The newest entry of which anything was handed to the link.
    forwarded: Lsn,
    unacknowledged: Unacknowledged,
    outlet: Outlet,
    answers: Answers,
    reads: Reads,
    /// Writes that wait for a bound, first come first served (Spec 3.8).
    waiting: VecDeque<(WriteId, WriteRange)>,
    /// After a crash: the CP that holds the last entries found in NVRAM, until it is over.
    replaying: Option<(CpId, Lsn)>,
    /// The last CP on the own disks.
    committed: CommitRecord,
    /// The last CP that was sent to its end in this life.
    sent: CpId,
    /// What is sent of a CP committed earlier, if anything.
    pass: Option<Pass>,
    snapshots: Snapshots,
    /// The CP under way, if any.
    running: Option<RunningCp>,
    /// What asked for a CP while one was running (Spec 5.1): kept once.
    kept: Option<Trigger>,
    /// Whether the CP timer is set for the entries of the active half.
    timer_is_set: bool,
    /// When the open transfer is to leave at the latest, if a timer is set for it.
    transfer_due: Option<SimTime>,
    next_ticket: Ticket,
}

/// Whether clients are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    Serving,
    /// Its NVRAM was lost or damaged: what it would say may not be the newest (Spec 7.2).
    Fenced,
    /// Promoted: its log is being replayed (Spec 7.4).
    Replaying,
    /// The witness has granted another a newer reign, which has not called yet (Spec 7.6).
    Superseded,
    /// Another has begun a newer reign (Spec 7.7).
    Deposed,
    /// Its disks lost bytes of a block that a CP has to write (Spec 8.2).
    Failed,
}

impl Source {
    /// A source in sync with its destination, both images original (Spec 6.1).
    #[must_use]
    pub fn new(parameters: Parameters) -> Self {
        let SavedState { generation, incarnation, epoch, mirror, part, base, reign, voids } =
            SavedState::FIRST;
        Self {
            generation,
            recorded: generation,
            incarnation,
            service: Service::Serving,
            part,
            base,
            reign,
            discarded: Vec::new(),
            log_files: LogFiles::new(),
            early: None,
            part_to_save: None,
            reign_to_save: None,
            scans: 0,
            deposing: None,
            lease: Lease::first(parameters.lease, incarnation),
            epoch,
            mirror: Mirror::InSync,
            saved_mirror: mirror,
            voids,
            destination_life: incarnation,
            told: Told::Noted,
            progress: Watch::Idle,
            nvram: Nvram::new(parameters.nvram_half, parameters.entries, CpId::ORIGINAL),
            table: TransferTable::new(parameters.transfer_ids, parameters.transfer_id_bits)
                .sabotaged(parameters.sabotage),
            buffers: Buffers::new(parameters.block_size)
                .for_policy(parameters.policy)
                .sabotaged(parameters.sabotage),
            metadata: MetadataTree::new(parameters.block_size).sabotaged(parameters.sabotage),
            backlog: Backlog::default(),
            forwarded: Lsn::ORIGIN,
            unacknowledged: Unacknowledged::default(),
            outlet: Outlet::new(parameters.link_queue, parameters.longest_message()),
            answers: Answers::new(parameters.ack, Lsn::ORIGIN),
            reads: Reads::default(),
            waiting: VecDeque::new(),
            replaying: None,
            committed: CommitRecord::ORIGINAL,
            sent: CpId::ORIGINAL,
            pass: None,
            snapshots: Snapshots::new(),
            running: None,
            kept: None,
            timer_is_set: false,
            transfer_due: None,
            next_ticket: Ticket(0),
            parameters,
        }
    }

    /// Takes an input and adds what is to be done to `effects`, in order.
    pub fn handle(&mut self, now: SimTime, input: Input, effects: &mut Vec<Effect>) {
        match self.service {
            Service::Serving | Service::Replaying => {}
            // Spec 7.2: it takes part in nothing, lest its log be taken for the whole log.
            Service::Fenced => return self.serve_nobody(now, &input, Refusal::Fenced, effects),
            Service::Failed => {
                return self.serve_nobody(now, &input, Refusal::DiskFailed, effects);
            }
            Service::Superseded => return self.wait_for_newer_reign(now, &input, effects),
            Service::Deposed => {
                // Spec 7.7: it only waits to become a destination.
                if let Input::StateSaved(ticket) = input
                    && self.deposing == Some(ticket)
                {
                    effects.push(Effect::ChangePart);
                }
                return;
            }
        }
        match input {
            Input::Request(request) => self.request(now, request, effects),
            Input::Message(message) => self.message(now, message, effects),
            Input::NvramDurable(lsn) => self.answers.durable_in_nvram(lsn),
            Input::Departed => {
                if let Some(lsn) = self.outlet.departed() {
                    self.answers.departed(lsn);
                }
            }
            Input::VolumeRead(ticket, contents) => {
                self.volume_read(now, ticket, contents, effects);
            }
            Input::VolumeDamaged(ticket) => self.volume_damaged(now, ticket, effects),
            Input::VolumeWritten(_) => self.volume_written(),
            Input::Committed(cp) if self.running.is_none() => self.reign_begun(cp, effects),
            Input::Committed(cp) => self.committed(cp),
            Input::Timer(timer) => self.timer(now, timer, effects),
            Input::ConsistencyPoint => {
                self.order_snapshot();
                self.trigger(Trigger::Operator, effects);
            }
            Input::StateSaved(ticket) => self.state_saved(now, ticket, effects),
            Input::Changed(listed) => self.changed(listed, effects),
            Input::Disconnected => self.end_session(now, SessionEnd::ConnectionLost, effects),
            Input::LogScanned(found) => self.log_scanned(now, &found, effects),
            Input::Begin => self.begin(now, effects),
            Input::Witness(answer) => self.ruled(now, answer, effects),
            Input::Promote(_) => effects.push(Effect::Refuse(Refusal::WrongDirection)),
            Input::LogWritten(_) | Input::LogRead(..) | Input::Flushed => {
                unreachable!("the source writes no log, so its host reports none")
            }
        }
        match self.service {
            Service::Serving | Service::Replaying => self.proceed(now, effects),
            Service::Fenced | Service::Failed | Service::Superseded | Service::Deposed => {}
        }
    }

    /// What a source heeds that serves nobody: requests, to refuse them, and that another reigns.
    fn serve_nobody(
        &mut self,
        now: SimTime,
        input: &Input,
        refusal: Refusal,
        effects: &mut Vec<Effect>,
    ) {
        if let Input::Request(request) = input {
            refuse(request.id, refusal, effects);
        } else {
            self.wait_for_newer_reign(now, input, effects);
        }
    }

    /// What a source heeds that only waits for another: that it reigns.
    fn wait_for_newer_reign(&mut self, now: SimTime, input: &Input, effects: &mut Vec<Effect>) {
        if let Input::Message(Message::Hello { generation, base, .. }) = input {
            self.deposed(now, *generation, Some(*base), effects);
        } else if let Input::Message(Message::Deposed { generation, .. }) = input {
            self.deposed(now, *generation, None, effects);
        }
    }

    /// What the source still holds.
    #[must_use]
    pub fn occupancy(&self) -> Occupancy {
        Occupancy {
            nvram_entries: self.nvram.entries(),
            transfer_ids: self.table.live(),
            buffers: self.buffers.total(),
            requests: self.answers.open()
                + self.reads.open()
                + self.waiting.len() as u64
                + self.early.as_ref().map_or(0, Vec::len) as u64,
            ..Occupancy::default()
        }
    }

    fn request(&mut self, now: SimTime, request: Request, effects: &mut Vec<Effect>) {
        if let Some(early) = &mut self.early {
            // What the log holds is not known yet, so neither is the answer.
            if early.iter().any(|open| open.id == request.id) {
                effects.push(Effect::Refuse(Refusal::Repeated));
            } else {
                early.push(request);
            }
            return;
        }
        let Request { id, operation } = request;
        let (Operation::Write(WriteRange { volume, .. })
        | Operation::Read(WriteRange { volume, .. })
        | Operation::Flush(volume)) = operation;
        if self.answers.is_open(id, volume) || self.reads.is_open(id) {
            effects.push(Effect::Refuse(Refusal::Repeated));
            return;
        }
        match operation {
            Operation::Write(range) => self.write(now, id, range, effects),
            Operation::Read(range) => self.read(now, id, range, effects),
            Operation::Flush(volume) if self.parameters.sabotages(Sabotage::FlushWaitsForWrite) => {
                self.answers.take_flush(id, volume);
            }
            Operation::Flush(volume) => self.answers.flush(id, volume),
        }
    }

    fn message(&mut self, now: SimTime, message: Message, effects: &mut Vec<Effect>) {
        if let Message::Hello { generation, epoch, base, .. } = message {
            self.hello(now, (generation, base), epoch, effects);
            return;
        }
        if let Message::Restarted { epoch, incarnation } = message {
            self.destination_restarted(now, (epoch, incarnation), effects);
            return;
        }
        if message.epoch() != self.epoch {
            effects.push(Effect::Refuse(Refusal::WrongEpoch));
            return;
        }
        match message {
            // That the destination is there is no progress of what it owes.
            Message::HeartbeatAnswer { .. } => {}
            // Progress, which says nothing of what may be lost on the way: it breaks no silence.
            Message::Wait { .. } => self.heard(now, effects),
            _ => {
                self.heard(now, effects);
                self.silence_broken(effects);
            }
        }
        match message {
            Message::LogAck { through, .. } => self.log_acknowledged(through, effects),
            Message::CpAck { cp, .. } => self.cp_acknowledged(cp, effects),
            Message::Nak { cp, address, .. } => self.nak(cp, address, effects),
            Message::Want { cp, addresses, .. } => self.wanted(cp, addresses, effects),
            Message::Welcome { incarnation, committed, diverged, .. } => {
                self.welcomed(now, incarnation, committed, diverged, effects);
            }
            Message::InSyncNoted { .. } => self.told = Told::Noted,
            Message::HeartbeatAnswer { number, .. } => {
                self.heartbeat_answered(now, number, effects);
            }
            // Spec 4.3: progress, so the session lives on.
            Message::Wait { .. } => {}
            Message::Deposed { generation, .. } => self.deposed(now, generation, None, effects),
            Message::Transfer(_)
            | Message::CpBegin { .. }
            | Message::CpData { .. }
            | Message::CpEnd { .. }
            | Message::NakAnswer { .. }
            | Message::Wanted { .. }
            | Message::InSync { .. }
            | Message::Heartbeat { .. } => effects.push(Effect::Refuse(Refusal::WrongDirection)),
            Message::Restarted { .. } | Message::Hello { .. } => {
                unreachable!("it was looked at before the epoch")
            }
        }
    }

    fn timer(&mut self, now: SimTime, timer: Timer, effects: &mut Vec<Effect>) {
        match timer {
            Timer::ConsistencyPoint => {
                self.timer_is_set = false;
                self.trigger(Trigger::Timer, effects);
            }
            // Nothing to do but to look again: `proceed` sees that the oldest entry waited enough.
            Timer::TransferDelay => self.transfer_due = None,
            Timer::Progress => {
                self.progress = Watch::Idle;
                self.end_session(now, SessionEnd::NoProgress, effects);
            }
            Timer::Reconnect => self.greet(now, effects),
            Timer::Retransmit => self.send_unacknowledged(effects),
            Timer::Heartbeat => self.beat(now, effects),
            Timer::Lease => self.lease_over(now, effects),
            Timer::Witness => self.lease.ask_again(now, effects),
            Timer::Snapshot => self.snapshot_tick(),
            Timer::Flush | Timer::Wait => unreachable!("timers of the destination"),
        }
    }

    /// A read of the volume disks came back.
    fn volume_read(
        &mut self,
        now: SimTime,
        ticket: Ticket,
        contents: Contents,
        effects: &mut Vec<Effect>,
    ) {
        match self.reads.done(ticket) {
            Some(ReadFor::Buffer(address)) => {
                let complete = self.buffers.read_done(address, ticket, data(&contents));
                if complete {
                    self.buffer_completed(address, effects);
                }
            }
            Some(ReadFor::Client(id, place)) => {
                self.reads.client_read_done((id, place), data(&contents));
                self.answer_reads(now, effects);
            }
            Some(ReadFor::Extra(address)) => self.extra_read(address, contents),
            Some(ReadFor::Pass(address)) => self.pass_read(address, contents),
            None => sometimes(Mark::ReadOfOldSession, effects),
        }
    }

    /// Does everything that has become possible, until nothing more is.
    fn proceed(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        loop {
            self.finish_cp(effects);
            self.admit(now, effects);
            self.continue_resync(effects);
            self.continue_snapshots(effects);
            self.begin_cp(effects);
            let in_sync_now = self.check_in_sync(effects);
            if !self.send_next(now, effects) && !in_sync_now {
                break;
            }
        }
        self.commit_if_durable(effects);
        self.answer_reads(now, effects);
        self.answers.answer(self.promise(now), effects);
        self.leave_consent(now, effects);
        self.watch_snapshots(now, effects);
        self.watch_progress(now, effects);
        self.watch_silence(now, effects);
    }

    /// Sends a message; the outlet has room.
    fn send(&mut self, message: Message, completes: Option<Lsn>, effects: &mut Vec<Effect>) {
        let length = super::wire::length(&message, &self.parameters.encoding);
        let what = match message {
            Message::Heartbeat { .. } => Cargo::Heartbeat,
            _ => Cargo::Work(completes),
        };
        self.outlet.hand_over(length, what);
        effects.push(Effect::Send(message));
    }

    /// Sends a message that was sent before; the outlet has room.
    fn send_again(&mut self, message: Message, effects: &mut Vec<Effect>) {
        let length = super::wire::length(&message, &self.parameters.encoding);
        self.outlet.hand_over(length, Cargo::Work(None));
        effects.push(Effect::SendAgain(message));
    }

    fn ticket(&mut self) -> Ticket {
        let ticket = self.next_ticket;
        self.next_ticket = Ticket(ticket.0 + 1);
        ticket
    }
}

/// What a data block holds.
fn data(contents: &Contents) -> &Runs {
    let Contents::Data(runs) = contents else { unreachable!("a data block was read") };
    runs
}

/// Answers a request that cannot be served, and says so as a refusal.
fn refuse(id: WriteId, refusal: Refusal, effects: &mut Vec<Effect>) {
    effects.push(Effect::Refuse(refusal));
    effects.push(Effect::Answer(id, Outcome::Refused(refusal)));
}

/// Notes what the source does on its status channel.
fn note(note: Note, effects: &mut Vec<Effect>) {
    effects.push(Effect::Note(note));
}
