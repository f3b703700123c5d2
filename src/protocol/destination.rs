//! The destination appliance: stores the log, and at a consistency point puts the source's blocks on
//! its own disks, most of them from its own log (Spec 4, 5; Claims 1, 6, 15, 16, 19, 21).
//!
//! It gets data from the source only; a client is refused. Files: `log` (transfers in, acknowledged),
//! `progress` (which entries are complete), `consistency_point` (items in, committed), `resolve` (blocks
//! put together from the log).
//!
//! `session` answers HELLO, `restart` begins a new life after a crash, `promotion` ends the part of a
//! destination (Spec 6, 7); `lease` asks a witness for it.

mod consistency_point;
mod lease;
mod log;
mod progress;
mod promotion;
mod resolve;
mod restart;
mod session;
mod state;

use super::block::BlockAddress;
use super::nvlog::NvLog;
use super::{
    AckRule, CommitRecord, CpId, Effect, Epoch, Generation, Incarnation, Input, Lsn, Message,
    Occupancy, Outcome, Parameters, Refusal, Sabotage, SavedMirror, SavedState, Ticket, Timer,
    TransferId, Void, WriteId,
};
use crate::units::SimTime;
use consistency_point::{Begin, Reception};
use lease::Watch;
use progress::Progress;
use promotion::Promotion;
use restart::Scan;
use session::Session;
use std::collections::BTreeMap;

/// The destination appliance.
#[derive(Debug)]
pub struct Destination {
    parameters: Parameters,
    generation: Generation,
    incarnation: Incarnation,
    /// The newest session known of.
    epoch: Epoch,
    session: Session,
    /// Where the present source's reign began (Spec 7.7).
    base: CpId,
    /// Blocks that this side changed alone after that.
    diverged: Vec<BlockAddress>,
    promotion: Promotion,
    watch: Watch,
    /// Whether the mirror is in sync as far as it was told.
    mirror: SavedMirror,
    /// Entries that never became durable at the source: not to be replayed (Spec 7.1).
    voids: Vec<Void>,
    scan: Scan,
    /// After a restart: the new life is being made durable.
    life_to_save: Option<Ticket>,
    /// That the mirror is in sync is being made durable.
    told: Option<Ticket>,
    log: NvLog,
    progress: Progress,
    /// Transfers being written to log storage.
    writing: BTreeMap<Ticket, Writing>,
    /// The CP being received, if any.
    reception: Option<Reception>,
    /// Writes in the log of each CP, which clients may ask for again (Spec 3.1).
    writes: BTreeMap<CpId, Vec<WriteId>>,
    /// The last committed CP.
    committed: CommitRecord,
    flush: FlushState,
    wait_is_set: bool,
    activity: Activity,
    next_ticket: Ticket,
}

/// A transfer being written to log storage.
#[derive(Debug)]
struct Writing {
    epoch: Epoch,
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

/// Whether anything happened since WAIT was last considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Activity {
    None,
    Some,
}

impl Destination {
    /// A destination in sync with its source, both images original (Spec 6.1).
    #[must_use]
    pub fn new(parameters: Parameters) -> Self {
        let files = parameters.nvlog_files;
        let SavedState { generation, incarnation, epoch, mirror, base, voids, .. } =
            SavedState::FIRST;
        Self {
            generation,
            incarnation,
            epoch,
            session: Session::Live,
            base,
            diverged: Vec::new(),
            promotion: Promotion::None,
            watch: Watch::new(parameters.lease, incarnation),
            mirror,
            voids,
            scan: Scan::Done,
            life_to_save: None,
            told: None,
            log: NvLog::new(files, parameters.cache, parameters.block_size)
                .for_policy(parameters.policy),
            progress: Progress::default(),
            writing: BTreeMap::new(),
            reception: None,
            writes: BTreeMap::new(),
            committed: CommitRecord::ORIGINAL,
            flush: FlushState::Idle,
            wait_is_set: false,
            activity: Activity::None,
            next_ticket: Ticket(0),
            parameters,
        }
    }

    /// Takes an input and adds what is to be done to `effects`, in order.
    pub fn handle(&mut self, now: SimTime, input: Input, effects: &mut Vec<Effect>) {
        if self.promotion != Promotion::None {
            match input {
                Input::StateSaved(_) | Input::Request(_) => {}
                Input::LogWritten(ticket) => return self.stored_before_promotion(ticket, effects),
                // Nothing else of the old reign counts any more.
                _ => return,
            }
        }
        match input {
            Input::Message(message) => self.message(now, message, effects),
            Input::Promote(order) => self.promote(order, effects),
            Input::Changed(listed) => self.diverged(now, &listed, effects),
            // Claims 1, 16, 19, 21: never from a client.
            Input::Request(request) => {
                effects.push(Effect::Refuse(Refusal::NotTheSource));
                let refused = Outcome::Refused(Refusal::NotTheSource);
                effects.push(Effect::Answer(request.id, refused));
            }
            Input::LogWritten(ticket) => {
                self.activity = Activity::Some;
                self.log_written(ticket, effects);
            }
            Input::LogRead(ticket, runs) => {
                self.activity = Activity::Some;
                self.log_read(ticket, runs, effects);
            }
            Input::VolumeRead(ticket, contents) => {
                self.activity = Activity::Some;
                self.base_read(ticket, Some(contents), effects);
            }
            Input::VolumeDamaged(ticket) => {
                self.activity = Activity::Some;
                self.base_read(ticket, None, effects);
            }
            Input::VolumeWritten(ticket) => {
                self.activity = Activity::Some;
                self.volume_written(ticket, effects);
            }
            Input::StateSaved(ticket) => self.state_saved(now, ticket, effects),
            Input::LogScanned(found) => self.log_scanned(now, &found, effects),
            Input::Committed(cp) => self.committed(now, cp, effects),
            Input::Flushed => self.flushed(now, effects),
            Input::Begin => self.wait_for_source(now, effects),
            Input::Witness(answer) => self.ruled(now, answer, effects),
            Input::Timer(timer) => self.timer(now, timer, effects),
            // Its messages are few and small: it does not watch its queue. And the source begins a new
            // session when the old one breaks.
            Input::Departed | Input::Disconnected => {}
            Input::NvramDurable(_) | Input::ConsistencyPoint => {
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
        if let Message::Hello { epoch, generation, base, voids, .. } = message {
            self.hello(now, (generation, base), epoch, voids, effects);
            return;
        }
        let stale =
            message.epoch() != self.epoch && !self.parameters.sabotages(Sabotage::AcceptStaleEpoch);
        if stale || !self.is_live() {
            effects.push(Effect::Refuse(Refusal::WrongEpoch));
            return;
        }
        if !matches!(message, Message::Heartbeat { .. }) {
            self.activity = Activity::Some;
        }
        match message {
            Message::Transfer(transfer) => self.transfer(now, transfer, effects),
            Message::CpBegin { cp, transfers, last_lsn, unanswered, .. } => {
                self.begin(now, cp, Begin { transfers, last_lsn, unanswered }, effects);
            }
            Message::CpData { cp, items, .. } => self.items(now, cp, items, effects),
            Message::CpEnd { cp, blocks, .. } => self.end(now, cp, blocks, effects),
            Message::Wanted { cp, blocks, .. } => self.wanted_came(now, cp, blocks, effects),
            Message::NakAnswer { cp, address, contents, .. } => {
                self.nak_answered(now, (cp, address), contents, effects);
            }
            Message::InSync { .. } => self.in_sync(effects),
            Message::Heartbeat { number, .. } => self.heartbeat(now, number, effects),
            Message::LogAck { .. }
            | Message::CpAck { .. }
            | Message::Nak { .. }
            | Message::Want { .. }
            | Message::Wait { .. }
            | Message::Welcome { .. }
            | Message::Deposed { .. }
            | Message::Restarted { .. }
            | Message::InSyncNoted { .. }
            | Message::HeartbeatAnswer { .. } => {
                effects.push(Effect::Refuse(Refusal::WrongDirection));
            }
            Message::Hello { .. } => unreachable!("it was looked at before the epoch"),
        }
    }

    fn timer(&mut self, now: SimTime, timer: Timer, effects: &mut Vec<Effect>) {
        match timer {
            Timer::Flush => self.start_flush(effects),
            Timer::Wait => self.say_wait(now, effects),
            Timer::Lease => self.source_is_missed(now, effects),
            Timer::Witness => self.watch.ask_again(now, effects),
            Timer::ConsistencyPoint
            | Timer::TransferDelay
            | Timer::Progress
            | Timer::Reconnect
            | Timer::Retransmit
            | Timer::Heartbeat
            | Timer::Snapshot => {
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
