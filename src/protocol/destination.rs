//! The destination appliance: stores the log, and at a consistency point puts the source's blocks on
//! its own disks, most of them from its own log (Spec 4, 5; Claims 1, 6, 15, 16, 19, 21).
//!
//! It gets data from the source only; a client is refused. Files: `log` (transfers in, acknowledged),
//! `progress` (which entries are complete), `consistency_point` (items in, resolved, committed).
//!
//! Not here yet: promotion, restart, resynchronization (Spec 6, 7).

mod consistency_point;
mod log;
mod progress;

use super::nvlog::NvLog;
use super::{
    AckRule, CpId, Effect, Epoch, Incarnation, Input, Lsn, Message, Occupancy, Outcome, Parameters,
    Refusal, Ticket, Timer, TransferId,
};
use crate::units::SimTime;
use consistency_point::Reception;
use progress::Progress;
use std::collections::BTreeMap;

/// The destination appliance.
#[derive(Debug)]
pub struct Destination {
    parameters: Parameters,
    epoch: Epoch,
    incarnation: Incarnation,
    log: NvLog,
    progress: Progress,
    /// Transfers being written to log storage.
    writing: BTreeMap<Ticket, Writing>,
    /// The CP being received, if any.
    reception: Option<Reception>,
    /// The last committed CP.
    committed: CpId,
    flush: FlushState,
    wait_is_set: bool,
    next_ticket: Ticket,
}

/// A transfer being written to log storage.
#[derive(Debug)]
struct Writing {
    cp: CpId,
    id: TransferId,
    /// The entries it carries parts of, with the bytes of each.
    parts: Vec<(Lsn, u64)>,
}

/// The destination's own flush (Spec 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FlushState {
    Idle,
    TimerSet,
    UnderWay,
}

impl Destination {
    /// A destination in sync with its source, both images original (Spec 6.1).
    #[must_use]
    pub fn new(parameters: Parameters) -> Self {
        let files = parameters.nvlog_files;
        Self {
            parameters,
            epoch: Epoch(1),
            incarnation: Incarnation(1),
            log: NvLog::new(files, parameters.cache, parameters.block_size),
            progress: Progress::default(),
            writing: BTreeMap::new(),
            reception: None,
            committed: CpId::ORIGINAL,
            flush: FlushState::Idle,
            wait_is_set: false,
            next_ticket: Ticket(0),
        }
    }

    /// Takes an input and adds what is to be done to `effects`, in order.
    pub fn handle(&mut self, now: SimTime, input: Input, effects: &mut Vec<Effect>) {
        match input {
            Input::Message(message) => self.message(now, message, effects),
            // Claims 1, 16, 19, 21: never from a client.
            Input::Request(request) => {
                effects.push(Effect::Refuse(Refusal::NotTheSource));
                let refused = Outcome::Refused(Refusal::NotTheSource);
                effects.push(Effect::Answer(request.id, refused));
            }
            Input::LogWritten(ticket) => self.log_written(ticket, effects),
            Input::LogRead(ticket, runs) => self.log_read(ticket, runs, effects),
            Input::VolumeWritten(ticket) => self.volume_written(ticket, effects),
            Input::Committed(cp) => self.committed(now, cp, effects),
            Input::Flushed => self.flushed(now, effects),
            Input::Timer(timer) => self.timer(now, timer, effects),
            // Its messages are few and small: it does not watch its queue.
            Input::Departed => {}
            Input::NvramDurable(_) | Input::VolumeRead(..) | Input::ConsistencyPoint => {
                unreachable!("the destination's host has none of these before a promotion")
            }
        }
    }

    /// What the destination still holds.
    #[must_use]
    pub fn occupancy(&self) -> Occupancy {
        Occupancy {
            mapped_transfers: self.log.transfers(),
            log_files: self.log.files_in_use(),
            cached_bytes: self.log.cached_bytes(),
            ..Occupancy::default()
        }
    }

    fn message(&mut self, now: SimTime, message: Message, effects: &mut Vec<Effect>) {
        if message.epoch() != self.epoch {
            effects.push(Effect::Refuse(Refusal::WrongEpoch));
            return;
        }
        match message {
            Message::Transfer(transfer) => self.transfer(now, transfer, effects),
            Message::CpBegin { cp, transfers, last_lsn, .. } => {
                self.begin(cp, transfers, last_lsn, effects);
            }
            Message::CpData { cp, items, .. } => self.items(cp, items, effects),
            Message::CpEnd { cp, blocks, .. } => self.end(cp, blocks, effects),
            Message::NakAnswer { cp, address, contents, .. } => {
                self.nak_answered(cp, address, contents, effects);
            }
            Message::LogAck { .. }
            | Message::CpAck { .. }
            | Message::Nak { .. }
            | Message::Wait { .. } => effects.push(Effect::Refuse(Refusal::WrongDirection)),
        }
    }

    fn timer(&mut self, now: SimTime, timer: Timer, effects: &mut Vec<Effect>) {
        match timer {
            Timer::Flush => self.start_flush(effects),
            Timer::Wait => self.say_wait(now, effects),
            Timer::ConsistencyPoint | Timer::TransferDelay => {
                unreachable!("timers of the source")
            }
        }
    }

    /// Whether a received entry meets the rule in memory already (Spec 3.7).
    fn counts_when_received(&self) -> bool {
        match self.parameters.ack {
            AckRule::Received => true,
            AckRule::Local | AckRule::Sent | AckRule::Logged | AckRule::Applied => false,
        }
    }

    fn ticket(&mut self) -> Ticket {
        let ticket = self.next_ticket;
        self.next_ticket = Ticket(ticket.0 + 1);
        ticket
    }
}
