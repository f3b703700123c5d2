//! Source and destination, and everything that they wished and that has not happened yet.

use crate::flight::{Flight, Side};
use crate::show;
use crate::storage::{Check, Log, LogRequest, VolumeRequest, Volumes};
use mirrorsim::protocol::destination::Destination;
use mirrorsim::protocol::source::Source;
use mirrorsim::protocol::{Effect, Input, Lsn, OpNumber, Parameters, Timer, WriteId};
use mirrorsim::units::SimTime;
use std::collections::{BTreeMap, VecDeque};

/// A step of the world that settling may take; every one is the oldest of its kind.
const SETTLING: usize = 10_000;

/// Two nodes and the world between them.
pub struct Pair {
    pub parameters: Parameters,
    pub now: SimTime,
    source: Source,
    destination: Destination,
    /// Messages to the source, messages to the destination.
    flights: [Flight; 2],
    /// Entries on their way into NVRAM, in LSN order.
    nvram: VecDeque<Lsn>,
    volumes: [Volumes; 2],
    pub log: Log,
    pub timers: BTreeMap<Timer, (Side, SimTime)>,
    operations: BTreeMap<u32, u64>,
    lines: Vec<String>,
}

impl Pair {
    /// A pair in sync, both images original.
    pub fn new(parameters: Parameters) -> Self {
        let size = parameters.block_size;
        Self {
            parameters,
            now: SimTime::ZERO,
            source: Source::new(parameters),
            destination: Destination::new(parameters),
            flights: [Flight::default(), Flight::default()],
            nvram: VecDeque::new(),
            volumes: [Volumes::new(size), Volumes::new(size)],
            log: Log::new(size),
            timers: BTreeMap::new(),
            operations: BTreeMap::new(),
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
        WriteId { client: mirrorsim::protocol::ClientId(client), op: OpNumber(*op) }
    }

    /// Messages on their way to a side.
    pub fn flight(&mut self, to: Side) -> &mut Flight {
        &mut self.flights[to as usize]
    }

    /// A side's volumes.
    pub fn volumes(&mut self, side: Side) -> &mut Volumes {
        &mut self.volumes[side as usize]
    }

    /// Tells a node something and queues what it wishes.
    pub fn tell(&mut self, side: Side, input: Input) {
        let mut effects = Vec::new();
        match side {
            Side::Source => self.source.handle(self.now, input, &mut effects),
            Side::Destination => self.destination.handle(self.now, input, &mut effects),
        }
        for effect in effects {
            let lines = show::effect(side, &effect, self.parameters.block_size);
            self.lines.extend(lines);
            self.queue(side, effect);
        }
    }

    fn queue(&mut self, side: Side, effect: Effect) {
        match effect {
            Effect::NvramPersist(lsn) => self.nvram.push_back(lsn),
            Effect::Send(message) => self.flight(side.peer()).send(message),
            Effect::ReadVolume(ticket, address) => {
                let volumes = self.volumes(side);
                let held = volumes.image.read(address);
                volumes.requests.push(VolumeRequest::Read(ticket, address, held));
            }
            Effect::WriteVolume(ticket, cp, address, contents) => {
                let request = VolumeRequest::Write(ticket, cp, address, contents);
                self.volumes(side).requests.push(request);
            }
            Effect::Commit(cp, _) => {
                self.volumes(side).requests.push(VolumeRequest::Commit(cp));
            }
            Effect::WriteLog(ticket, file, offset, transfer) => {
                self.log.requests.push(LogRequest::Write(ticket, file, offset, transfer));
            }
            Effect::ReadLog(ticket, file, offset) => {
                self.log.requests.push(LogRequest::Read(ticket, file, offset));
            }
            Effect::FreeLog(file) => self.log.storage.free(file),
            Effect::Flush => self.log.requests.push(LogRequest::Flush),
            Effect::SetTimer(timer, at) => {
                self.timers.insert(timer, (side, at));
            }
            Effect::CancelTimer(timer) => {
                self.timers.remove(&timer);
            }
            Effect::Answer(..)
            | Effect::NvramAppend(..)
            | Effect::NvramFree(_)
            | Effect::Refuse(_)
            | Effect::Note(_) => {}
        }
    }

    /// The oldest entry becomes durable in NVRAM.
    pub fn persist(&mut self) -> Result<(), String> {
        let lsn = self.nvram.pop_front().ok_or("no entry is on its way into NVRAM")?;
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

    /// What both nodes hold.
    pub fn state(&mut self) {
        let held = self.source.occupancy();
        let requests = show::counted(held.requests, "request");
        self.say(format!(
            "source holds {} in NVRAM, {}, {}, {requests}",
            show::counted(held.nvram_entries, "write"),
            show::counted(held.transfer_ids, "transfer ID"),
            show::counted(held.buffers, "buffer"),
        ));
        let held = self.destination.occupancy();
        self.say(format!(
            "destination holds {}, {}, {} cached",
            show::counted(held.mapped_transfers, "transfer"),
            show::counted(held.log_files, "file"),
            mirrorsim::units::Bytes::new(held.cached_bytes),
        ));
    }

    /// Whether both images are the same CP, byte for byte.
    pub fn compare(&mut self) {
        let [source, destination] = &self.volumes;
        let line = if source.image.hash() == destination.image.hash() {
            let blocks = show::counted(source.image.blocks().len() as u64, "block");
            format!("both images are the same: {}, {blocks}", source.committed)
        } else {
            format!(
                "the images differ: {} at source, {} at destination",
                source.committed, destination.committed
            )
        };
        self.say(line);
    }
}
