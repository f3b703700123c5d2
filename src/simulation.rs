//! The loop: take the next event, tell a node, carry out what it wishes, write down what happened.
//!
//! This is the only mutable world. It does not know what "correct" means: it writes facts, and the
//! checker reads them. One thread, integer nanoseconds, ties by insertion number; the same scenario
//! and seed give the same facts byte for byte.

mod effects;
mod queue;
mod recorder;
mod storage;

use crate::disk::{Image, LogStorage};
use crate::facts::{Direction, EndReason, Ending, Role, Sink, What};
use crate::protocol::destination::Destination;
use crate::protocol::source::Source;
use crate::protocol::{ClientId, Effect, Input, Lsn, Message, Timer, WriteId};
use crate::random::Decisions;
use crate::scenario::{Problem, Scenario};
use crate::units::{SimTime, Span};
use crate::wan::{Arrival, Fate, Link, State};
use crate::workload::{self, Next, Traces, Workload};
use queue::Queue;
use recorder::Recorder;
use std::collections::BTreeMap;
use std::rc::Rc;
use storage::{Asked, Device, Server};

/// What is to happen.
#[derive(Debug)]
enum Event {
    /// A client may have something to ask.
    ClientWakes(ClientId),
    /// Clients stop asking.
    ClientsStop,
    /// An appliance's processor is done with what arrived: the fact of its arrival.
    Served(Role, Box<Input>, u64),
    /// NVRAM has made an entry durable: the fact that asked for it.
    NvramDurable(Lsn, u64),
    /// A device is done with a request.
    Done(Device, Box<Asked>),
    /// The head of a link's queue leaves: the token of the promise.
    Departs(Direction, u64),
    /// A message may arrive.
    Arrives(Box<Arriving>),
    /// A timer may be due: the fact that set it.
    Timer(Role, Timer, u64),
}

/// A message on its way.
#[derive(Debug)]
struct Arriving {
    direction: Direction,
    number: u64,
    message: Rc<Message>,
    arrival: Arrival,
    /// The fact of its departure.
    cause: u64,
}

/// Operations asked for and not answered at most, of all clients together: each is in memory.
const MOST_OUTSTANDING: u64 = 1 << 20;

/// A client and when it is to be woken.
struct Client {
    workload: Workload,
    wakes_at: Option<SimTime>,
    asks: Asks,
}

/// Whether a client will ask for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    More,
    NoMore,
}

/// What a link carries: a message and the fact that sent it.
type Carried = (Rc<Message>, u64);

/// One run.
pub struct Simulation<'a> {
    scenario: &'a Scenario,
    decisions: &'a mut dyn Decisions,
    recorder: Recorder<'a>,
    now: SimTime,
    queue: Queue<Event>,
    events: u64,
    clients: Vec<Client>,
    /// Operations asked for and not answered.
    outstanding: u64,
    source: Source,
    destination: Destination,
    /// When each appliance's processor is free: source, destination.
    busy_until: [SimTime; 2],
    timers: BTreeMap<(Role, Timer), SimTime>,
    links: [Link<Carried>; 2],
    /// Messages that a link holds until it is healed, by its token.
    held: BTreeMap<(Direction, u64), Box<Arriving>>,
    source_volume: Server,
    source_image: Image,
    destination_volume: Server,
    destination_image: Image,
    destination_log: Server,
    log_storage: LogStorage,
    final_point: FinalPoint,
    /// Reused between events.
    wishes: Vec<Effect>,
}

/// Whether a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continue,
    Break,
}

/// The consistency point at the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FinalPoint {
    ToCome,
    Asked,
}

impl<'a> Simulation<'a> {
    /// A run that is about to begin.
    ///
    /// # Errors
    /// A rule that the scenario breaks together with its traces.
    pub fn new(
        scenario: &'a Scenario,
        traces: &Traces,
        decisions: &'a mut dyn Decisions,
        sinks: Vec<&'a mut dyn Sink>,
    ) -> Result<Self, Problem> {
        workload::check_room(scenario, traces)?;
        workload::check_entries(scenario, traces)?;
        let clients = (0..).map(ClientId).zip(&scenario.clients).map(|(id, client)| {
            let workload = Workload::new(id, &client.workload, traces)?;
            Ok(Client { workload, wakes_at: None, asks: Asks::More })
        });
        let clients = clients.collect::<Result<_, Problem>>()?;
        let parameters = scenario.parameters;
        let size = parameters.block_size;
        let link = |direction| Link::new(direction as u64, &scenario.wan);
        Ok(Self {
            scenario,
            decisions,
            recorder: Recorder::new(sinks),
            now: SimTime::ZERO,
            queue: Queue::new(),
            events: 0,
            clients,
            outstanding: 0,
            source: Source::new(parameters),
            destination: Destination::new(parameters),
            busy_until: [SimTime::ZERO; 2],
            timers: BTreeMap::new(),
            links: Direction::BOTH.map(link),
            held: BTreeMap::new(),
            source_volume: Server::new(&scenario.source.disk),
            source_image: Image::new(size),
            destination_volume: Server::new(&scenario.destination.disk),
            destination_image: Image::new(size),
            destination_log: Server::new(&scenario.destination.log),
            log_storage: LogStorage::new(size),
            final_point: FinalPoint::ToCome,
            wishes: Vec::new(),
        })
    }

    /// Runs to the end. `progress` is told the time and the events handled, now and then.
    pub fn run(&mut self, progress: &mut dyn FnMut(SimTime, u64)) -> Finished {
        const PROGRESS_EVERY: u64 = 1 << 14;
        if let Some(after) = self.scenario.end.after {
            self.queue.insert(SimTime::ZERO.after(after), Event::ClientsStop);
        }
        for client in 0..self.clients.len() {
            self.schedule_client(client);
        }
        let reason = loop {
            if self.workload_is_done() && self.end_workload() == Flow::Break {
                break EndReason::WorkloadDone;
            }
            let Some((at, event)) = self.queue.pop() else { break EndReason::Done };
            if self.is_void(at, &event) {
                continue;
            }
            if let Some(limit) = self.reached_limit(at) {
                break limit;
            }
            assert!(at >= self.now, "time does not run backwards");
            self.now = at;
            self.events += 1;
            self.dispatch(event);
            if self.events.is_multiple_of(PROGRESS_EVERY) {
                progress(self.now, self.events);
            }
        };
        self.finish(reason)
    }

    fn finish(&mut self, reason: EndReason) -> Finished {
        let ending = Ending {
            reason,
            source: self.source.occupancy(),
            destination: self.destination.occupancy(),
            link_bytes: [0, 1].map(|link: usize| self.links[link].carried().get()),
            images: [self.source_image.hash(), self.destination_image.hash()],
            events: self.events,
        };
        self.recorder.begin(self.now, None);
        self.recorder.fact(What::Ended(ending.clone()));
        Finished { digest: self.recorder.digest(), simulated: self.now, ending }
    }

    /// Whether every client has all its answers and will ask for nothing more.
    fn workload_is_done(&self) -> bool {
        self.final_point == FinalPoint::ToCome
            && self.outstanding == 0
            && self.clients.iter().all(|client| client.asks == Asks::NoMore)
    }

    /// The workload is done: the operator asks for a last CP if the scenario wants one, and the run
    /// goes on until nothing is left to happen; else it is over.
    fn end_workload(&mut self) -> Flow {
        self.final_point = FinalPoint::Asked;
        if !self.scenario.end.final_consistency_point {
            return Flow::Break;
        }
        self.recorder.begin(self.now, None);
        self.recorder.leading_fact(What::OperatorAsked);
        self.tell(Role::Source, Input::ConsistencyPoint);
        Flow::Continue
    }

    /// Whether an event is about something that is not to happen any more: a timer that was
    /// cancelled, a departure that was moved. It takes no time, so a run is not longer for it.
    fn is_void(&self, at: SimTime, event: &Event) -> bool {
        match event {
            Event::Timer(role, timer, _) => self.timers.get(&(*role, *timer)) != Some(&at),
            Event::ClientWakes(id) => self.clients[index_of(*id)].wakes_at != Some(at),
            Event::ClientsStop => self.final_point == FinalPoint::Asked,
            Event::Departs(direction, token) => !self.links[*direction as usize].promises(*token),
            Event::Served(..) | Event::NvramDurable(..) | Event::Done(..) | Event::Arrives(_) => {
                false
            }
        }
    }

    fn reached_limit(&self, at: SimTime) -> Option<EndReason> {
        let limits = self.scenario.limits;
        if at > SimTime::ZERO.after(limits.simulated) {
            return Some(EndReason::TimeLimit);
        }
        if self.outstanding > MOST_OUTSTANDING {
            return Some(EndReason::Overload);
        }
        (self.events == limits.events).then_some(EndReason::EventLimit)
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::ClientWakes(client) => self.client_wakes(client),
            Event::ClientsStop => {
                for place in 0..self.clients.len() {
                    self.clients[place].workload.stop();
                    self.schedule_client(place);
                }
            }
            Event::Served(role, input, cause) => {
                self.recorder.begin(self.now, Some(cause));
                self.tell(role, *input);
            }
            Event::NvramDurable(lsn, cause) => {
                self.recorder.begin(self.now, Some(cause));
                self.recorder.leading_fact(What::NvramDurable(lsn));
                self.tell(Role::Source, Input::NvramDurable(lsn));
            }
            Event::Done(device, asked) => self.device_done(device, *asked),
            Event::Departs(direction, _) => self.departs(direction),
            Event::Arrives(arriving) => self.arrives(arriving),
            Event::Timer(role, timer, cause) => {
                self.timers.remove(&(role, timer));
                self.recorder.begin(self.now, Some(cause));
                self.recorder.leading_fact(What::TimerFired(role, timer));
                self.tell(role, Input::Timer(timer));
            }
        }
    }

    /// Gives the appliance's processor something that takes its time; one thing after the other.
    fn serve(&mut self, role: Role, input: Input, cause: u64) {
        let service: Span = match role {
            Role::Source => self.scenario.source.service,
            Role::Destination => self.scenario.destination.service,
        };
        let busy = &mut self.busy_until[role as usize];
        *busy = (*busy).max(self.now).after(service);
        self.queue.insert(*busy, Event::Served(role, Box::new(input), cause));
    }

    /// Tells a node and carries out what it wishes.
    fn tell(&mut self, role: Role, input: Input) {
        let mut wishes = std::mem::take(&mut self.wishes);
        match role {
            Role::Source => self.source.handle(self.now, input, &mut wishes),
            Role::Destination => self.destination.handle(self.now, input, &mut wishes),
        }
        for wish in wishes.drain(..) {
            self.carry_out(role, wish);
        }
        self.wishes = wishes;
    }

    fn departs(&mut self, direction: Direction) {
        let departed = self.links[direction as usize].departed(self.now, self.decisions);
        let (message, sent) = departed.message;
        let (number, carried) = (departed.number, departed.carried.get());
        self.recorder.begin(self.now, Some(sent));
        self.recorder.leading_fact(What::Departed(direction, number, carried));
        let cause = self.recorder.cause().expect("the departure is a fact");
        for arrival in departed.arrivals {
            let message = Rc::clone(&message);
            let arriving = Arriving { direction, number, message, arrival, cause };
            self.queue.insert(arrival.at, Event::Arrives(Box::new(arriving)));
        }
        drop(message);
        if let Some(next) = departed.next {
            self.queue.insert(next.at, Event::Departs(direction, next.token));
        }
        self.tell(sender(direction), Input::Departed);
    }

    /// A message is due: the link says whether it is there. A damaged one is as good as lost, since
    /// the node's own checksum tells (Spec 4.2).
    fn arrives(&mut self, arriving: Box<Arriving>) {
        let Arriving { direction, number, arrival, cause, .. } = *arriving;
        let link = &mut self.links[direction as usize];
        match link.arriving(self.now, arrival.token) {
            Fate::Delivers if arrival.state == State::Intact => {
                self.recorder.begin(self.now, Some(cause));
                let arrived = self.recorder.fact(What::Arrived(direction, number));
                let input = Input::Message(Rc::unwrap_or_clone(arriving.message));
                self.serve(receiver(direction), input, arrived);
            }
            Fate::Delivers | Fate::Lost => {}
            Fate::Later(at) => self.queue.insert(at, Event::Arrives(arriving)),
            Fate::HeldUntilHealed => {
                self.held.insert((direction, arrival.token), arriving);
            }
        }
    }

    fn client_wakes(&mut self, id: ClientId) {
        let place = index_of(id);
        let client = &mut self.clients[place];
        client.wakes_at = None;
        match client.workload.next(self.now, self.decisions) {
            Next::At(at) if at <= self.now => {
                let request = client.workload.issue(self.now, self.decisions);
                self.outstanding += 1;
                self.recorder.begin(self.now, None);
                let asked = self.recorder.fact(What::Requested(request));
                self.serve(Role::Source, Input::Request(request), asked);
            }
            Next::At(_) | Next::AwaitAnswer | Next::Done => {}
        }
        self.schedule_client(place);
    }

    /// Wakes the client when it may next ask.
    fn schedule_client(&mut self, place: usize) {
        let client = &mut self.clients[place];
        let at = match client.workload.next(self.now, self.decisions) {
            Next::At(at) => at.max(self.now),
            Next::AwaitAnswer => return,
            Next::Done => {
                client.asks = Asks::NoMore;
                return;
            }
        };
        if client.wakes_at.is_none_or(|earlier| at < earlier) {
            client.wakes_at = Some(at);
            let id = ClientId(u32::try_from(place).expect("clients are few"));
            self.queue.insert(at, Event::ClientWakes(id));
        }
    }

    /// A client has its answer.
    fn client_answered(&mut self, id: WriteId) {
        self.outstanding -= 1;
        let place = index_of(id.client);
        self.clients[place].workload.answered(self.now, id.op, self.decisions);
        self.schedule_client(place);
    }
}

/// What a run leaves behind beside its facts.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The digest of its facts.
    pub digest: String,
    /// The time it reached.
    pub simulated: SimTime,
    /// The last fact.
    pub ending: Ending,
}

fn index_of(client: ClientId) -> usize {
    usize::try_from(client.0).expect("u32 fits usize")
}

const fn receiver(direction: Direction) -> Role {
    match direction {
        Direction::ToDestination => Role::Destination,
        Direction::ToSource => Role::Source,
    }
}

const fn sender(direction: Direction) -> Role {
    match direction {
        Direction::ToDestination => Role::Source,
        Direction::ToSource => Role::Destination,
    }
}
