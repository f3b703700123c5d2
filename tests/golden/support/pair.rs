//! Source and destination, and everything that they wished and that has not happened yet.

#[path = "court.rs"]
mod court;
#[path = "judge.rs"]
mod judge;
#[path = "life.rs"]
mod life;

use crate::expected::Expected;
use crate::flight::{Flight, Side};
use crate::show;
use crate::storage::{Check, Log, Volumes};
use mirrorsim::disk::{NvramStore, StateStore};
use mirrorsim::protocol::destination::Destination;
use mirrorsim::protocol::source::Source;
use mirrorsim::protocol::{
    ClientId, CpId, Effect, Input, Lsn, Message, MirrorState, Note, Occupancy, OpNumber, Operation,
    Outcome, Parameters, Part, Request, SavedState, Ticket, Timer, WriteId,
};
use mirrorsim::units::SimTime;
use std::collections::{BTreeMap, VecDeque};

/// A step of the world that settling may take; every one is the oldest of its kind.
const SETTLING: usize = 10_000;

/// What runs at a side.
pub enum Node {
    Source(Box<Source>),
    Destination(Box<Destination>),
    /// Its life is over and the next has not begun.
    Down,
}

/// Two nodes and the world between them. Sides keep the names of the parts that they play at first.
pub struct Pair {
    pub parameters: Parameters,
    pub now: SimTime,
    nodes: [Node; 2],
    /// The side that clients ask.
    pub serving: Side,
    /// Messages to the source, messages to the destination.
    flights: [Flight; 2],
    /// Entries on their way into NVRAM, in LSN order.
    nvram: [VecDeque<Lsn>; 2],
    nvram_stores: [NvramStore; 2],
    /// Entries up to here are durable in NVRAM, if they are there.
    durable: [Option<Lsn>; 2],
    states: [StateStore<SavedState>; 2],
    /// Small states on their way to be durable.
    saving: [VecDeque<Ticket>; 2],
    volumes: [Volumes; 2],
    logs: [Log; 2],
    pub timers: BTreeMap<(Side, Timer), SimTime>,
    /// Which timers of the session are shown.
    pub watching: Watching,
    /// The CP that was begun or sent last.
    pub newest_cp: CpId,
    /// As each side noted it last.
    mirrors: [MirrorState; 2],
    operations: BTreeMap<u32, u64>,
    /// What clients asked for and were not answered.
    requests: BTreeMap<WriteId, Operation>,
    expected: Expected,
    /// Acknowledgements that promised too much.
    broken: Vec<String>,
    lines: Vec<String>,
    court: court::Court,
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
            parameters: parameters.clone(),
            now: SimTime::ZERO,
            nodes: [
                Node::Source(Box::new(Source::new(parameters.clone()))),
                Node::Destination(Box::new(Destination::new(parameters))),
            ],
            serving: Side::Source,
            flights: [Flight::default(), Flight::default()],
            nvram: [VecDeque::new(), VecDeque::new()],
            nvram_stores: [NvramStore::new(), NvramStore::new()],
            durable: [None; 2],
            states: [Part::Source, Part::Destination]
                .map(|part| StateStore::new(SavedState { part, ..SavedState::FIRST })),
            saving: [VecDeque::new(), VecDeque::new()],
            volumes: [Volumes::new(size), Volumes::new(size)],
            logs: [Log::new(size), Log::new(size)],
            timers: BTreeMap::new(),
            watching: Watching::Hidden,
            newest_cp: CpId::ORIGINAL.next(),
            mirrors: [MirrorState::InSync; 2],
            operations: BTreeMap::new(),
            requests: BTreeMap::new(),
            expected: Expected::default(),
            broken: Vec::new(),
            lines: Vec::new(),
            court: court::Court::default(),
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

    /// A side's log storage.
    pub fn log(&mut self, side: Side) -> &mut Log {
        &mut self.logs[side as usize]
    }

    /// The state of the mirror, as the side that serves noted it last.
    pub fn mirror(&self) -> MirrorState {
        self.mirrors[self.serving as usize]
    }

    /// A client's request reaches a side.
    pub fn ask(&mut self, side: Side, id: WriteId, operation: Operation) {
        self.requests.insert(id, operation);
        self.tell(side, Input::Request(Request { id, operation }));
    }

    /// A client asks a side for what it asked before.
    pub fn ask_again(&mut self, side: Side, id: WriteId) -> Result<(), String> {
        let operation = *self.requests.get(&id).ok_or("nobody asked for that")?;
        self.tell(side, Input::Request(Request { id, operation }));
        Ok(())
    }

    /// Tells a node something and queues what it wishes.
    pub fn tell(&mut self, side: Side, input: Input) {
        let mut effects = Vec::new();
        match &mut self.nodes[side as usize] {
            Node::Source(source) => source.handle(self.now, input, &mut effects),
            Node::Destination(node) => node.handle(self.now, input, &mut effects),
            Node::Down => self.say(format!("- {} is down", side.name())),
        }
        self.carry_out(side, effects);
    }

    /// Tells a node something; gives what it wishes, which is not carried out.
    pub fn hear(&mut self, side: Side, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        match &mut self.nodes[side as usize] {
            Node::Source(source) => source.handle(self.now, input, &mut effects),
            Node::Destination(node) => node.handle(self.now, input, &mut effects),
            Node::Down => {}
        }
        effects
    }

    /// What a side is doing, in words.
    pub fn doing(&self, side: Side) -> String {
        match &self.nodes[side as usize] {
            Node::Source(source) => source.state(),
            Node::Destination(node) => node.state(),
            Node::Down => "down".to_owned(),
        }
    }

    /// The small state that a side wrote last, durable or not.
    pub fn newest_state(&self, side: Side) -> SavedState {
        self.states[side as usize].newest()
    }

    /// Small states of a side on their way, and entries on their way into its NVRAM: the oldest.
    pub fn under_way(&self, side: Side) -> (Option<Ticket>, Option<Lsn>) {
        let place = side as usize;
        (self.saving[place].front().copied(), self.nvram[place].front().copied())
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
                self.nvram_stores[side as usize].append(half, cp, entry);
                self.expected.logged(entry);
            }
            Effect::NvramPersist(lsn) => {
                self.nvram_stores[side as usize].asked(lsn);
                self.nvram[side as usize].push_back(lsn);
            }
            Effect::NvramFree(half) => self.nvram_stores[side as usize].free(half),
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
            Effect::WriteLog(..)
            | Effect::ReadLog(..)
            | Effect::FreeLog(_)
            | Effect::Flush
            | Effect::ScanLog => self.log(side).take(effect),
            Effect::SetTimer(timer, at) => {
                self.timers.insert((side, timer), at);
            }
            Effect::CancelTimer(timer) => {
                self.timers.remove(&(side, timer));
            }
            Effect::Answer(id, Outcome::Written) => {
                self.requests.remove(&id);
                if side == self.serving {
                    self.expected.acknowledged(id);
                    self.check_promise(id);
                }
            }
            Effect::Answer(id, _) => {
                self.requests.remove(&id);
            }
            Effect::Note(Note::Mirror(state)) => self.mirrors[side as usize] = state,
            Effect::Note(Note::CpStarted(cp, _) | Note::ResyncPass(_, cp, _)) => {
                self.newest_cp = cp;
            }
            Effect::ChangePart => self.change_part(side),
            Effect::AskWitness(request) => self.court.ask(side, request),
            Effect::Serve => self.serve(side),
            Effect::NvramAssign(..) | Effect::Replay(..) | Effect::Refuse(_) | Effect::Note(_) => {}
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

    /// The oldest entry of a side becomes durable in its NVRAM.
    pub fn persist(&mut self, side: Side) -> Result<(), String> {
        let next = self.nvram[side as usize].pop_front();
        let lsn = next.ok_or("no entry is on its way into NVRAM")?;
        self.nvram_stores[side as usize].durable(lsn);
        self.durable[side as usize] = Some(lsn);
        self.say(format!("- {lsn} is durable in NVRAM"));
        self.tell(side, Input::NvramDurable(lsn));
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

    /// A request to a side's log storage is done.
    pub fn complete_log(&mut self, side: Side, place: usize, check: Check) -> Result<(), String> {
        let (input, line) = self.log(side).complete(side, place, check)?;
        self.say(line);
        self.tell(side, input);
        Ok(())
    }

    /// A timer is due, and it is that time.
    pub fn fire(&mut self, side: Side, timer: Timer) -> Result<(), String> {
        let at = self.timers.remove(&(side, timer)).ok_or("the timer is not set")?;
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
        for side in [Side::Source, Side::Destination] {
            if self.persisting(side) > 0 {
                self.persist(side)?;
                return Ok(true);
            }
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
        for side in [Side::Source, Side::Destination] {
            if !self.log(side).requests.is_empty() {
                self.complete_log(side, 0, Check::Passes)?;
                return Ok(true);
            }
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
    pub fn persisting(&self, side: Side) -> usize {
        self.nvram[side as usize].len()
    }

    /// Whether a side's life is over and the next has not begun.
    pub fn is_down(&self, side: Side) -> bool {
        matches!(self.nodes[side as usize], Node::Down)
    }

    /// The newest entry of the log.
    pub fn last(&self) -> Lsn {
        self.expected.last()
    }

    /// Whether a side takes the part of the source.
    pub fn is_source(&self, side: Side) -> bool {
        matches!(self.nodes[side as usize], Node::Source(_))
    }

    /// What was asked for under this name, if it is not answered.
    pub fn asked(&self, id: WriteId) -> Option<Request> {
        self.requests.get(&id).map(|operation| Request { id, operation: *operation })
    }

    /// What clients asked for and were not answered.
    pub fn unanswered(&self) -> Vec<WriteId> {
        self.requests.keys().copied().collect()
    }

    /// What both nodes hold: source, destination.
    pub fn occupancy(&self) -> [Occupancy; 2] {
        [0, 1].map(|side: usize| match &self.nodes[side] {
            Node::Source(source) => source.occupancy(),
            Node::Destination(destination) => destination.occupancy(),
            Node::Down => Occupancy::default(),
        })
    }

    /// What both nodes hold.
    pub fn state(&mut self) {
        let [mut held, mut destination] = self.occupancy();
        if self.is_source(Side::Destination) {
            std::mem::swap(&mut held, &mut destination);
        }
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
