//! The loop: take the next event, tell a node, carry out what it wishes, write down what happened.
//!
//! This is the only mutable world. It does not know what "correct" means: it writes facts, and the
//! checker reads them. One thread, integer nanoseconds, ties by insertion number; the same scenario
//! and seed give the same facts byte for byte.

mod aim;
mod clients;
mod clock;
mod crash;
mod effects;
mod failover;
mod felt;
mod injection;
mod media;
mod network;
mod queue;
mod recorder;
mod site;
mod steps;
mod storage;
mod timers;
mod witness;

use crate::facts::{Direction, EndReason, Ending, Role, Sink, What};
use crate::faults::{Faults, Happening};
use crate::protocol::{
    ClientId, Effect, FaultId, Input, Lsn, Message, Operation, PromotionOrder, Ticket, Timer,
};
use crate::random::{Decisions, End, Settled};
use crate::scenario::fault::{Part, When};
use crate::scenario::{Draws, Problem, Scenario};
use crate::units::{SimTime, Span};
use crate::wan::Link;
use crate::workload::{self, Traces, Workload};
use clients::{Asks, Client};
use network::Arriving;
use queue::Queue;
use recorder::Recorder;
use site::{Deferred, Node, Site};
use std::collections::BTreeMap;
use std::rc::Rc;
use storage::{Asked, Device};
use timers::Timers;
use witness::{WitnessSite, Word};

/// What is to happen.
#[derive(Debug)]
enum Event {
    /// A client may have something to ask.
    ClientWakes(ClientId),
    /// A client may have something to ask for again.
    ClientAsksAgain(ClientId),
    /// Clients stop asking.
    ClientsStop,
    /// An appliance's processor is done with what arrived: its life, the fact of its arrival.
    Served(Role, u32, Box<Input>, u64),
    /// NVRAM has made an entry durable: the node's life, the fact that asked for it.
    NvramDurable(Role, u32, Lsn, u64),
    /// The small state is durable: the node's life, the fact that asked for it.
    StateSaved(Role, u32, Ticket, u64),
    /// A device is done with a request: the device's life.
    Done(Device, u32, Asked),
    /// The head of a link's queue leaves: the token of the promise.
    Departs(Direction, u64),
    /// A message may arrive.
    Arrives(Box<Arriving>),
    /// A timer may be due.
    Timer(Role, Timer),
    /// A fault begins or ends.
    Fault(Happening, Planned),
    /// The operator promotes the destination.
    Failover(PromotionOrder),
    /// A message between a node and the witness arrives: the fact that sent it.
    Word(Role, Word, u64),
    /// The witness's state is durable: its life, the fact that asked for it.
    WitnessSaved(u32, Ticket, u64),
}

/// What brings a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Planned {
    ByClock,
    ByStep,
}

/// Operations asked for and not answered at most, of all clients together: each is in memory.
const MOST_OUTSTANDING: u64 = 1 << 20;

/// What a link carries: a message and the fact that sent it.
type Carried = (Rc<Message>, u64);

/// One run.
pub struct Simulation<'a> {
    scenario: &'a Scenario,
    decisions: Settled<'a>,
    recorder: Recorder<'a>,
    now: SimTime,
    queue: Queue<Event>,
    events: u64,
    clients: Vec<Client>,
    /// Operations asked for and not answered.
    outstanding: u64,
    /// Source and destination, by the part they played at the start.
    sites: [Site; 2],
    /// The site that clients ask.
    serving: Role,
    witness: WitnessSite,
    /// Messages to and from the witness so far, and draws about it.
    words: u64,
    timers: Timers,
    links: [Link<Carried>; 2],
    /// Messages that a link holds until it is healed, by its token.
    held: BTreeMap<(Direction, u64), Box<Arriving>>,
    /// Draws made at crashes so far, by site.
    crash_draws: [u64; 2],
    faults: Faults,
    /// What is broken at present, and by which fault.
    active: Vec<(FaultId, Part)>,
    /// How often faults that are on may still strike, of those that are aimed so.
    strikes_left: BTreeMap<FaultId, u32>,
    /// Faults whose last occurrence has made no difference yet, each with the fact of its beginning.
    unfelt: BTreeMap<FaultId, u64>,
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

/// Whether a node wished anything when it was told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reaction {
    Some,
    None,
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
            Ok(Client::new(workload, client.timeout))
        });
        let clients = clients.collect::<Result<_, Problem>>()?;
        let link = |direction| Link::new(direction as u64, &scenario.wan);
        Ok(Self {
            scenario,
            decisions: Settled::new(decisions, end_of(scenario.draws)),
            recorder: Recorder::new(sinks),
            now: SimTime::ZERO,
            queue: Queue::new(),
            events: 0,
            clients,
            outstanding: 0,
            sites: [Role::Source, Role::Destination].map(|role| Site::new(role, scenario)),
            serving: Role::Source,
            witness: WitnessSite::new(),
            words: 0,
            timers: Timers::default(),
            links: Direction::BOTH.map(link),
            held: BTreeMap::new(),
            crash_draws: [0; 2],
            faults: Faults::new(scenario),
            active: Vec::new(),
            strikes_left: BTreeMap::new(),
            unfelt: BTreeMap::new(),
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
        self.recorder.begin(self.now, None);
        self.set_up_links();
        self.begin_watch();
        self.schedule_fault();
        if let Some(at) = self.scenario.failover.at {
            let order = injection::order_of(self.scenario.failover.force);
            self.queue.insert(SimTime::ZERO.after(at), Event::Failover(order));
        }
        if self.scenario.faults.iter().any(|fault| matches!(fault.when, When::Step(_))) {
            self.recorder.watch_steps();
        }
        let reason = loop {
            if self.workload_is_done() && self.end_workload() == Flow::Break {
                break EndReason::WorkloadDone;
            }
            if self.is_at_rest() {
                break EndReason::Done;
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
            self.decisions.reach(at);
            self.events += 1;
            self.dispatch(event);
            self.begin_stepped_faults();
            if self.events.is_multiple_of(PROGRESS_EVERY) {
                progress(self.now, self.events);
            }
        };
        self.finish(reason)
    }

    fn finish(&mut self, reason: EndReason) -> Finished {
        let [source, destination] = &self.sites;
        let ending = Ending {
            reason,
            source: source.occupancy(),
            destination: destination.occupancy(),
            link_bytes: [0, 1].map(|link: usize| self.links[link].carried().get()),
            images: [source.image.hash(), destination.image.hash()],
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
        self.heal();
        if self.sites.iter().any(Site::is_down) {
            // A site that burned for good: the other would call it for ever.
            return Flow::Break;
        }
        if !self.scenario.end.final_consistency_point {
            return Flow::Break;
        }
        self.recorder.begin(self.now, None);
        self.recorder.leading_fact(What::OperatorAsked);
        self.ask_final_point();
        Flow::Continue
    }

    /// Asks the site that serves for the last CP. One that became a destination meanwhile takes no such
    /// order: whoever serves next is asked.
    fn ask_final_point(&mut self) {
        if self.final_point == FinalPoint::Asked && self.sites[self.serving as usize].is_source() {
            self.tell(self.serving, Input::ConsistencyPoint);
        }
    }

    /// Whether an event is about something that is not to happen any more: a timer that was
    /// cancelled, a departure that was moved, whatever an earlier life of a node asked for (Spec 1.5).
    /// It takes no time, so a run is not longer for it.
    fn is_void(&mut self, at: SimTime, event: &Event) -> bool {
        match event {
            Event::Timer(role, timer) => self.is_timer_void(*role, *timer, at),
            Event::ClientWakes(id) => self.clients[index_of(*id)].wakes_at != Some(at),
            Event::ClientAsksAgain(id) => self.has_no_need_to_ask(*id, at),
            Event::ClientsStop => self.final_point == FinalPoint::Asked,
            Event::Departs(direction, token) => !self.links[*direction as usize].promises(*token),
            Event::Served(role, life, input, _) => {
                let withdrawn = match &**input {
                    Input::Request(request) => !self.still_waits(request.id),
                    _ => false,
                };
                withdrawn || self.sites[*role as usize].life != *life
            }
            Event::NvramDurable(role, life, ..) | Event::StateSaved(role, life, ..) => {
                self.sites[*role as usize].life != *life
            }
            Event::Done(device, life, _) => self.server(*device).life() != *life,
            Event::Arrives(_) | Event::Word(..) => false,
            Event::WitnessSaved(life, ..) => self.is_of_old_witness(*life),
            // The workload is over, and so are faults.
            Event::Fault(..) | Event::Failover(_) => self.final_point == FinalPoint::Asked,
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
            Event::ClientAsksAgain(client) => self.client_asks_again(client),
            Event::Served(role, _, input, cause) => {
                self.recorder.begin(self.now, Some(cause));
                self.tell(role, *input);
            }
            Event::NvramDurable(role, _, lsn, cause) => {
                self.recorder.begin(self.now, Some(cause));
                self.recorder.leading_fact(What::NvramDurable(role, lsn));
                self.sites[role as usize].nvram.durable(lsn);
                self.tell(role, Input::NvramDurable(lsn));
            }
            Event::StateSaved(role, _, ticket, cause) => self.state_saved(role, ticket, cause),
            Event::Done(device, _, asked) => self.device_done(device, asked),
            Event::Departs(direction, _) => self.departs(direction),
            Event::Arrives(arriving) => self.arrives(arriving),
            Event::Timer(role, timer) => self.timer_fires(role, timer),
            Event::Failover(order) => {
                self.recorder.begin(self.now, None);
                self.order_promotion(Role::Destination, order);
            }
            Event::Word(role, word, cause) => self.word_arrives(role, word, cause),
            Event::WitnessSaved(_, ticket, cause) => self.witness_saved(ticket, cause),
            Event::Fault(happening, planned) => {
                self.fault_happens(happening);
                if planned == Planned::ByClock {
                    self.schedule_fault();
                }
            }
        }
    }

    /// What the policy makes the processor do with the blocks of an input (Spec 10): hash or compress
    /// what a client writes, look up or restore what the source sent.
    fn work(&self, input: &Input) -> Span {
        let scenario = self.scenario;
        if scenario.work == Span::ZERO {
            return Span::ZERO;
        }
        let blocks = if let Input::Request(request) = input
            && let Operation::Write(range) = request.operation
        {
            range.pieces(scenario.parameters.block_size).count()
        } else if let Input::Message(Message::Transfer(transfer)) = input {
            transfer.blocks.len() + transfer.fragments.len()
        } else if let Input::Message(Message::CpData { items, .. }) = input {
            items.len()
        } else if let Input::Message(Message::Wanted { blocks, .. }) = input {
            blocks.len()
        } else {
            0
        };
        let work = scenario.work.as_nanos().saturating_mul(blocks as u64);
        Span::from_nanos(work)
    }

    /// Gives the appliance's processor something that takes its time; one thing after the other.
    fn serve(&mut self, role: Role, input: Input, cause: u64) {
        let service: Span = match role {
            Role::Source => self.scenario.source.service,
            Role::Destination => self.scenario.destination.service,
        };
        let service = service.plus(self.work(&input));
        let site = &mut self.sites[role as usize];
        let slowed = Span::from_nanos(service.as_nanos().saturating_mul(site.slowdown.into()));
        site.busy_until = site.busy_until.max(self.now).after(slowed);
        let idle = matches!(&input, Input::Message(message) if network::is_heartbeat(message));
        let served = Event::Served(role, site.life, Box::new(input), cause);
        let at = site.busy_until;
        if idle {
            self.queue.insert_idle(at, served);
        } else {
            self.queue.insert(at, served);
        }
        if slowed != service {
            self.felt_slow(role);
        }
    }

    /// Tells a node and carries out what it wishes. One that is paused is told when it goes on.
    fn tell(&mut self, role: Role, input: Input) -> Reaction {
        if self.sites[role as usize].pauses > 0 {
            let cause = self.cause();
            self.sites[role as usize].deferred.push(Deferred { input, cause });
            self.felt_pause(role);
            return Reaction::None;
        }
        let mut wishes = std::mem::take(&mut self.wishes);
        self.sites[role as usize].handle(self.now, input, &mut wishes);
        let reaction = if wishes.is_empty() { Reaction::None } else { Reaction::Some };
        for wish in wishes.drain(..) {
            self.carry_out(role, wish);
        }
        self.wishes = wishes;
        reaction
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

const fn end_of(draws: Draws) -> Option<End> {
    match draws {
        Draws::Seed => None,
        Draws::Least => Some(End::Least),
        Draws::Most => Some(End::Most),
    }
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
