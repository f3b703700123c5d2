//! Source and destination, and everything that they wished and that has not happened yet.

#[path = "judge.rs"]
mod judge;
#[path = "life.rs"]
mod life;

use crate::expected::Expected;
use crate::flight::{Flight, Side};
use crate::show;
use crate::storage::{Check, Log, LogRequest, Volumes};
use mirrorsim::disk::{NvramStore, StateStore};
use mirrorsim::protocol::destination::Destination;
use mirrorsim::protocol::source::Source;
use mirrorsim::protocol::{
    ClientId, Effect, Input, Lsn, Message, MirrorState, Note, Occupancy, OpNumber, Operation,
    Outcome, Parameters, Request, SavedState, Ticket, Timer, WriteId,
};
use mirrorsim::units::SimTime;
use std::collections::{BTreeMap, VecDeque};

/// A step of the world that settling may take; every one is the oldest of its kind.
const SETTLING: usize = 10_000;

/// Two nodes and the world between them.
pub struct Pair {
    pub parameters: Parameters,
    pub now: SimTime,
    /// `None`: it is down.
    source: Option<Source>,
    /// `None`: it is down.
    destination: Option<Destination>,
    /// Messages to the source, messages to the destination.
    flights: [Flight; 2],
    /// Entries on their way into NVRAM, in LSN order.
    nvram: VecDeque<Lsn>,
    nvram_store: NvramStore,
    /// Entries up to here are durable in NVRAM, if they are there.
    durable: Option<Lsn>,
    states: [StateStore<SavedState>; 2],
    /// Small states on their way to be durable.
    saving: [VecDeque<Ticket>; 2],
    volumes: [Volumes; 2],
    pub log: Log,
    pub timers: BTreeMap<Timer, (Side, SimTime)>,
    /// Which timers of the session are shown.
    pub watching: Watching,
    /// As the source noted it last.
    pub mirror: MirrorState,
    operations: BTreeMap<u32, u64>,
    /// What clients asked for and were not answered.
    requests: BTreeMap<WriteId, Operation>,
    expected: Expected,
    /// Acknowledgements that promised too much.
    broken: Vec<String>,
    lines: Vec<String>,
}

/// Whether lines tell of timers that watch a session, which most scripts are not about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watching {
    Hidden,
    Shown,
}

impl Pair {
    /// A pair in sync, both images original.
    pub fn new(parameters: Parameters) -> Self {
        let size = parameters.block_size;
        Self {
            parameters,
            now: SimTime::ZERO,
            source: Some(Source::new(parameters)),
            destination: Some(Destination::new(parameters)),
            flights: [Flight::default(), Flight::default()],
            nvram: VecDeque::new(),
            nvram_store: NvramStore::new(),
            durable: None,
            states: [StateStore::new(SavedState::FIRST), StateStore::new(SavedState::FIRST)],
            saving: [VecDeque::new(), VecDeque::new()],
            volumes: [Volumes::new(size), Volumes::new(size)],
            log: Log::new(size),
            timers: BTreeMap::new(),
            watching: Watching::Hidden,
            mirror: MirrorState::InSync,
            operations: BTreeMap::new(),
            requests: BTreeMap::new(),
            expected: Expected::default(),
            broken: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Adds an observed line.
    pub fn say(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// What was observed since the last call.
    pub fn take_lines(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }

    /// A client's next operation.
    pub fn next_operation(&mut self, client: u32) -> WriteId {
        let op = self.operations.entry(client).or_default();
        *op += 1;
        WriteId { client: ClientId(client), op: OpNumber(*op) }
    }

    /// Messages on their way to a side.
    pub fn flight(&mut self, to: Side) -> &mut Flight {
        &mut self.flights[to as usize]
    }

    /// A side's volumes.
    pub fn volumes(&mut self, side: Side) -> &mut Volumes {
        &mut self.volumes[side as usize]
    }

    /// A client's request reaches a side.
    pub fn ask(&mut self, side: Side, id: WriteId, operation: Operation) {
        self.requests.insert(id, operation);
        self.tell(side, Input::Request(Request { id, operation }));
    }

    /// A client asks the source again for what it asked before.
    pub fn ask_again(&mut self, id: WriteId) -> Result<(), String> {
        let operation = *self.requests.get(&id).ok_or("nobody asked for that")?;
        self.tell(Side::Source, Input::Request(Request { id, operation }));
        Ok(())
    }

    /// Tells a node something and queues what it wishes.
    pub fn tell(&mut self, side: Side, input: Input) {
        let mut effects = Vec::new();
        match (side, &mut self.source, &mut self.destination) {
            (Side::Source, Some(source), _) => source.handle(self.now, input, &mut effects),
            (Side::Destination, _, Some(node)) => node.handle(self.now, input, &mut effects),
            (Side::Source, None, _) | (Side::Destination, _, None) => {
                self.say(format!("- {} is down", side.name()));
            }
        }
        self.carry_out(side, effects);
    }

    fn carry_out(&mut self, side: Side, effects: Vec<Effect>) {
        let mut waits = Watching::Hidden;
        for effect in effects {
            if self.shows(&effect, waits) {
                let lines = show::effect(side, &effect, self.parameters.block_size);
                self.lines.extend(lines);
            }
            if matches!(
                effect,
                Effect::Note(Note::DestinationWaits) | Effect::Send(Message::Wait { .. })
            ) {
                waits = Watching::Shown;
            }
            self.queue(side, effect);
        }
    }

    /// Whether a wish is shown; WAIT's timer is if it was set because a file is waited for.
    fn shows(&self, effect: &Effect, waits: Watching) -> bool {
        match effect {
            Effect::SetTimer(Timer::Wait, _) => [self.watching, waits].contains(&Watching::Shown),
            Effect::SetTimer(Timer::Progress | Timer::Retransmit, _)
            | Effect::CancelTimer(Timer::Progress | Timer::Retransmit | Timer::Wait) => {
                self.watching == Watching::Shown
            }
            _ => true,
        }
    }

    fn queue(&mut self, side: Side, effect: Effect) {
        match effect {
            Effect::NvramAppend(half, cp, entry) => {
                self.nvram_store.append(half, cp, entry);
                self.expected.logged(entry);
            }
            Effect::NvramPersist(lsn) => {
                self.nvram_store.asked(lsn);
                self.nvram.push_back(lsn);
            }
            Effect::NvramFree(half) => self.nvram_store.free(half),
            Effect::Send(message) | Effect::SendAgain(message) => {
                self.flight(side.peer()).send(message);
            }
            Effect::Disconnect => {
                let taken = self.flight(side.peer()).take_back();
                if taken > 0 {
                    self.say(format!("- {} taken back", show::counted(taken as u64, "message")));
                }
            }
            Effect::SaveState(ticket, state) => {
                self.states[side as usize].save(ticket, state);
                self.saving[side as usize].push_back(ticket);
            }
            Effect::WriteLog(ticket, file, offset, transfer) => {
                self.log.requests.push(LogRequest::Write(ticket, file, offset, transfer));
            }
            Effect::ReadLog(ticket, file, offset) => {
                self.log.requests.push(LogRequest::Read(ticket, file, offset));
            }
            Effect::FreeLog(file) => self.log.storage.free(file),
            Effect::Flush => self.log.requests.push(LogRequest::Flush),
            Effect::ScanLog => self.log.requests.push(LogRequest::Scan),
            Effect::SetTimer(timer, at) => {
                self.timers.insert(timer, (side, at));
            }
            Effect::CancelTimer(timer) => {
                self.timers.remove(&timer);
            }
            Effect::Answer(id, Outcome::Written) => {
                self.requests.remove(&id);
                self.expected.acknowledged(id);
                self.check_promise(id);
            }
            Effect::Answer(id, _) => {
                self.requests.remove(&id);
            }
            Effect::Note(Note::Mirror(state)) => self.mirror = state,
            Effect::NvramAssign(..) | Effect::Refuse(_) | Effect::Note(_) => {}
            of_volumes => self.volumes(side).take(of_volumes),
        }
    }

    /// The oldest small state of a side becomes durable.
    pub fn save(&mut self, side: Side) -> Result<(), String> {
        let ticket = self.saving[side as usize].pop_front().ok_or("no state is on its way")?;
        self.states[side as usize].saved(ticket);
        self.say(format!("- state of {} is durable", side.name()));
        self.tell(side, Input::StateSaved(ticket));
        Ok(())
    }

    /// Small states of a side on their way to be durable.
    pub fn saving(&self, side: Side) -> usize {
        self.saving[side as usize].len()
    }

    /// The oldest entry becomes durable in NVRAM.
    pub fn persist(&mut self) -> Result<(), String> {
        let lsn = self.nvram.pop_front().ok_or("no entry is on its way into NVRAM")?;
        self.nvram_store.durable(lsn);
        self.durable = Some(lsn);
        self.say(format!("- {lsn} is durable in NVRAM"));
        self.tell(Side::Source, Input::NvramDurable(lsn));
        Ok(())
    }

    /// The oldest message in a sender's queue leaves.
    pub fn depart(&mut self, to: Side) -> Result<(), String> {
        let departed = self.flight(to).depart().ok_or("no message is in the queue")?;
        let line = format!("- {} has left", show::name(departed));
        self.say(line);
        self.tell(to.peer(), Input::Departed);
        Ok(())
    }

    /// A message arrives; it and what was queued before it has left by then.
    pub fn deliver(&mut self, to: Side, place: usize) {
        for _ in 0..self.flight(to).departures_before(place) {
            let heard = self.lines.len();
            self.depart(to).expect("as many messages are in the queue");
            // Who waits for it uses `depart`: that a delivered message had left goes without saying.
            self.lines.remove(heard);
        }
        let message = self.flight(to).take(place);
        self.say(format!("- {} arrives at {}", show::name(&message), to.name()));
        self.tell(to, Input::Message(message));
    }

    /// A request to a side's volumes is done.
    pub fn complete_volume(&mut self, side: Side, place: usize) {
        let (input, line) = self.volumes(side).complete(side, place);
        self.say(line);
        self.tell(side, input);
    }

    /// A request to log storage is done.
    pub fn complete_log(&mut self, place: usize, check: Check) -> Result<(), String> {
        let (input, line) = self.log.complete(place, check)?;
        self.say(line);
        self.tell(Side::Destination, input);
        Ok(())
    }

    /// A timer is due, and it is that time.
    pub fn fire(&mut self, timer: Timer) -> Result<(), String> {
        let (side, at) = self.timers.remove(&timer).ok_or("the timer is not set")?;
        self.now = self.now.max(at);
        let line = format!("- timer {} fires at {}", show::word(&timer), show::time(self.now));
        self.say(line);
        self.tell(side, Input::Timer(timer));
        Ok(())
    }

    /// Does everything that is under way, until nothing is; timers do not fire.
    pub fn settle(&mut self) -> Result<(), String> {
        for _ in 0..SETTLING {
            if !self.step()? {
                return Ok(());
            }
        }
        Err("it does not come to rest".to_owned())
    }

    fn step(&mut self) -> Result<bool, String> {
        if !self.nvram.is_empty() {
            self.persist()?;
            return Ok(true);
        }
        for side in [Side::Source, Side::Destination] {
            if self.saving(side) > 0 {
                self.save(side)?;
                return Ok(true);
            }
        }
        for side in [Side::Destination, Side::Source] {
            if !self.flight(side).messages().is_empty() {
                self.deliver(side, 0);
                return Ok(true);
            }
        }
        if !self.log.requests.is_empty() {
            self.complete_log(0, Check::Passes)?;
            return Ok(true);
        }
        for side in [Side::Source, Side::Destination] {
            if !self.volumes(side).requests.is_empty() {
                self.complete_volume(side, 0);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Entries on their way into NVRAM.
    pub fn persisting(&self) -> usize {
        self.nvram.len()
    }

    /// Whether a side's life is over and the next has not begun.
    pub fn is_down(&self, side: Side) -> bool {
        match side {
            Side::Source => self.source.is_none(),
            Side::Destination => self.destination.is_none(),
        }
    }

    /// What clients asked for and were not answered.
    pub fn unanswered(&self) -> Vec<WriteId> {
        self.requests.keys().copied().collect()
    }

    /// What both nodes hold: source, destination.
    pub fn occupancy(&self) -> [Occupancy; 2] {
        let source = self.source.as_ref().map(Source::occupancy);
        let destination = self.destination.as_ref().map(Destination::occupancy);
        [source, destination].map(Option::unwrap_or_default)
    }

    /// What both nodes hold.
    pub fn state(&mut self) {
        let [held, destination] = self.occupancy();
        let requests = show::counted(held.requests, "request");
        self.say(format!(
            "source holds {} in NVRAM, {}, {}, {requests}",
            show::counted(held.nvram_entries, "write"),
            show::counted(held.transfer_ids, "transfer ID"),
            show::counted(held.buffers, "buffer"),
        ));
        let held = destination;
        self.say(format!(
            "destination holds {}, {}, {} cached",
            show::counted(held.mapped_transfers, "transfer"),
            show::counted(held.log_files, "file"),
            mirrorsim::units::Bytes::new(held.cached_bytes),
        ));
    }
}
