//! The source appliance: serves clients, logs their writes in NVRAM, forwards the log, and at a
//! consistency point brings both sides' disks to the same image (Spec 3, 5; Claims 1, 9, 13, 18).
//!
//! A write goes through these files in order: `write` (admitted, logged, applied to buffers),
//! `forward` (packed into transfers, handed to the link), `answer` (the client is answered once the
//! `ack` rule holds), `consistency_point` (its blocks reach both disks, its space is freed).
//!
//! Not here yet: losing and regaining sync, restart, recovery (Spec 6, 7).

mod answer;
mod consistency_point;
mod forward;
mod outlet;
mod read;
mod write;

use super::block::{Contents, WriteRange};
use super::buffer::Buffers;
use super::metadata::MetadataTree;
use super::nvram::Nvram;
use super::transfer::TransferTable;
use super::{
    CpId, Effect, Epoch, Input, Lsn, Message, Note, Occupancy, Operation, Outcome, Parameters,
    Refusal, Request, Ticket, Timer, Trigger, WriteId,
};
use crate::units::SimTime;
use answer::Answers;
use consistency_point::RunningCp;
use forward::Backlog;
use outlet::Outlet;
use read::Reads;
use std::collections::VecDeque;

/// The source appliance.
#[derive(Debug)]
pub struct Source {
    parameters: Parameters,
    epoch: Epoch,
    nvram: Nvram,
    table: TransferTable,
    buffers: Buffers,
    metadata: MetadataTree,
    /// Entries logged and not yet handed to the link.
    backlog: Backlog,
    outlet: Outlet,
    answers: Answers,
    reads: Reads,
    /// Writes that wait for a bound, first come first served (Spec 3.8).
    waiting: VecDeque<(WriteId, WriteRange)>,
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

impl Source {
    /// A source in sync with its destination, both images original (Spec 6.1).
    #[must_use]
    pub fn new(parameters: Parameters) -> Self {
        Self {
            parameters,
            epoch: Epoch(1),
            nvram: Nvram::new(parameters.nvram_half, parameters.entries, CpId::ORIGINAL),
            table: TransferTable::new(parameters.transfer_ids, parameters.transfer_id_bits),
            buffers: Buffers::new(parameters.block_size),
            metadata: MetadataTree::new(parameters.block_size),
            backlog: Backlog::default(),
            outlet: Outlet::new(parameters.link_queue, parameters.longest_message()),
            answers: Answers::new(parameters.ack),
            reads: Reads::default(),
            waiting: VecDeque::new(),
            running: None,
            kept: None,
            timer_is_set: false,
            transfer_due: None,
            next_ticket: Ticket(0),
        }
    }

    /// Takes an input and adds what is to be done to `effects`, in order.
    pub fn handle(&mut self, now: SimTime, input: Input, effects: &mut Vec<Effect>) {
        match input {
            Input::Request(request) => self.request(now, request, effects),
            Input::Message(message) => self.message(&message, effects),
            Input::NvramDurable(lsn) => self.answers.durable_in_nvram(lsn),
            Input::Departed => {
                if let Some(lsn) = self.outlet.departed() {
                    self.answers.departed(lsn);
                }
            }
            Input::VolumeRead(ticket, contents) => self.volume_read(ticket, &contents, effects),
            Input::VolumeWritten(_) => self.volume_written(),
            Input::Committed(cp) => self.committed(cp),
            Input::Timer(timer) => self.timer(timer, effects),
            Input::ConsistencyPoint => self.trigger(Trigger::Operator, effects),
            Input::LogWritten(_) | Input::LogRead(..) | Input::Flushed => {
                unreachable!("the source has no log storage, so its host reports none")
            }
        }
        self.proceed(now, effects);
    }

    /// What the source still holds.
    #[must_use]
    pub fn occupancy(&self) -> Occupancy {
        Occupancy {
            nvram_entries: self.nvram.entries(),
            transfer_ids: self.table.live(),
            buffers: self.buffers.total(),
            requests: self.answers.open() + self.reads.open() + self.waiting.len() as u64,
            ..Occupancy::default()
        }
    }

    fn request(&mut self, now: SimTime, request: Request, effects: &mut Vec<Effect>) {
        match request.operation {
            Operation::Write(range) => self.write(now, request.id, range, effects),
            Operation::Read(range) => self.read(request.id, range, effects),
            Operation::Flush(volume) => self.answers.flush(request.id, volume),
        }
    }

    fn message(&mut self, message: &Message, effects: &mut Vec<Effect>) {
        if message.epoch() != self.epoch {
            effects.push(Effect::Refuse(Refusal::WrongEpoch));
            return;
        }
        match *message {
            Message::LogAck { through, .. } => self.log_acknowledged(through, effects),
            Message::CpAck { cp, .. } => self.cp_acknowledged(cp, effects),
            Message::Nak { cp, address, .. } => self.nak(cp, address, effects),
            // Spec 4.3: progress, so the session lives on.
            Message::Wait { .. } => {}
            Message::Transfer(_)
            | Message::CpBegin { .. }
            | Message::CpData { .. }
            | Message::CpEnd { .. }
            | Message::NakAnswer { .. } => effects.push(Effect::Refuse(Refusal::WrongDirection)),
        }
    }

    fn timer(&mut self, timer: Timer, effects: &mut Vec<Effect>) {
        match timer {
            Timer::ConsistencyPoint => {
                self.timer_is_set = false;
                self.trigger(Trigger::Timer, effects);
            }
            // Nothing to do but to look again: `proceed` sees that the oldest entry waited enough.
            Timer::TransferDelay => self.transfer_due = None,
            Timer::Flush | Timer::Wait => unreachable!("timers of the destination"),
        }
    }

    /// A read of the volume disks came back: for a client, or to complete a buffer.
    fn volume_read(&mut self, ticket: Ticket, contents: &Contents, effects: &mut Vec<Effect>) {
        let Contents::Data(base) = contents else { unreachable!("only data blocks are read") };
        let Some(address) = self.reads.buffer_read_done(ticket) else {
            self.reads.client_read_done(ticket, base, effects);
            return;
        };
        if self.buffers.read_done(address, ticket, base) {
            self.buffer_completed(address, effects);
        }
    }

    /// Does everything that has become possible, until nothing more is.
    fn proceed(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        loop {
            self.finish_cp(effects);
            self.admit(now, effects);
            self.begin_cp(effects);
            if !self.send_next(now, effects) {
                break;
            }
        }
        self.commit_if_durable(effects);
        self.answers.answer(effects);
    }

    /// Sends a message; the outlet has room.
    fn send(&mut self, message: Message, completes: Option<Lsn>, effects: &mut Vec<Effect>) {
        let length = super::wire::length(&message, self.parameters.block_size);
        self.outlet.hand_over(length, completes);
        effects.push(Effect::Send(message));
    }

    fn ticket(&mut self) -> Ticket {
        let ticket = self.next_ticket;
        self.next_ticket = Ticket(ticket.0 + 1);
        ticket
    }
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
