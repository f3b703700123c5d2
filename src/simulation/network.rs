//! Messages between the sites: what the link does with them, as facts.

use super::{Event, Reaction, Simulation, receiver, sender};
use crate::facts::{Direction, LossCause, Role, What};
use crate::protocol::{Input, Message};
use crate::scenario::Transport;
use crate::units::SimTime;
use crate::wan::{self, Arrival, Condition, Fate, Hindrance, State};
use std::rc::Rc;

/// A message on its way.
#[derive(Debug)]
pub(super) struct Arriving {
    direction: Direction,
    number: u64,
    message: Rc<Message>,
    arrival: Arrival,
    /// The fact of its departure.
    cause: u64,
}

/// Whether a message goes for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    First,
    Again,
}

impl Simulation<'_> {
    pub(super) fn send(&mut self, role: Role, message: Message, round: Round) {
        let direction = match role {
            Role::Source => Direction::ToDestination,
            Role::Destination => Direction::ToSource,
        };
        let message = Rc::new(message);
        let length = self.length_of(&message);
        let link = &mut self.links[direction as usize];
        let (number, carried) = (link.next_number(), Rc::clone(&message));
        let fact = self.recorder.fact(match round {
            Round::First => What::Sent(direction, number, carried),
            Round::Again => What::Resent(direction, number, carried),
        });
        let sent = link.send(self.now, (message, fact), length, &mut self.decisions);
        if let Some(departure) = sent.departure {
            self.queue.insert(departure.at, Event::Departs(direction, departure.token));
        }
        self.look_at_clog(direction);
    }

    /// A clog is felt once something waits to leave.
    fn look_at_clog(&mut self, direction: Direction) {
        if self.links[direction as usize].is_clogged() {
            self.felt_on_link(direction, Hindrance::Clog);
        }
    }

    pub(super) fn departs(&mut self, direction: Direction) {
        let aimed = self.aimed_at_head(direction);
        let faults: Vec<_> = aimed.iter().map(|(_, fault)| *fault).collect();
        let link = &mut self.links[direction as usize];
        let departed = link.departed(self.now, &faults, &mut self.decisions);
        let (message, sent) = departed.message;
        let (number, again) = (departed.number, departed.retransmitted.get());
        self.recorder.begin(self.now, Some(sent));
        let carried = departed.carried.get() - again;
        self.recorder.leading_fact(What::Departed(direction, number, carried));
        let cause = self.recorder.cause().expect("the departure is a fact");
        self.link_resent(direction, again);
        self.strike_head(&aimed, &departed.hindrances);
        for hindrance in departed.hindrances {
            self.felt_on_link(direction, hindrance);
        }
        for arrival in departed.arrivals {
            let message = Rc::clone(&message);
            let arriving = Arriving { direction, number, message, arrival, cause };
            self.schedule_arrival(arrival.at, Box::new(arriving));
        }
        if let Some(lost) = departed.lost {
            self.recorder.fact(What::Lost(direction, number, loss_cause(lost)));
        }
        drop(message);
        if let Some(next) = departed.next {
            self.queue.insert(next.at, Event::Departs(direction, next.token));
        }
        self.tell(sender(direction), Input::Departed);
    }

    /// A message is due: the link says whether it is there. A damaged one is as good as lost, since
    /// the node's own checksum tells (Spec 4.2).
    pub(super) fn arrives(&mut self, arriving: Box<Arriving>) {
        let Arriving { direction, number, arrival, cause, .. } = *arriving;
        match self.links[direction as usize].arriving(self.now, arrival.token) {
            Fate::Delivers => self.delivered(*arriving),
            Fate::Lost => {
                self.recorder.begin(self.now, Some(cause));
                self.recorder.fact(What::Lost(direction, number, LossCause::Partition));
                self.felt_on_link(direction, Hindrance::Block);
            }
            Fate::Forgotten => {}
            Fate::Later(at) => self.schedule_arrival(at, arriving),
            Fate::HeldUntilHealed => {
                self.felt_on_link(direction, Hindrance::Block);
                self.held.insert((direction, arrival.token), arriving);
            }
        }
    }

    fn schedule_arrival(&mut self, at: SimTime, arriving: Box<Arriving>) {
        let idle = is_heartbeat(&arriving.message);
        let arrives = Event::Arrives(arriving);
        if idle { self.queue.insert_idle(at, arrives) } else { self.queue.insert(at, arrives) }
    }

    fn delivered(&mut self, arriving: Arriving) {
        let Arriving { direction, number, message, arrival, cause } = arriving;
        let role = receiver(direction);
        self.recorder.begin(self.now, Some(cause));
        if self.sites[role as usize].is_down() {
            self.recorder.fact(What::Lost(direction, number, LossCause::NodeDown));
            return;
        }
        match arrival.state {
            State::Intact => {
                let arrived = self.recorder.fact(What::Arrived(direction, number));
                self.serve(role, Input::Message(Rc::unwrap_or_clone(message)), arrived);
            }
            State::Damaged => {
                self.recorder.leading_fact(What::Damaged(direction, number));
                // In a stream nothing takes the place of what is damaged: the connection is over.
                if self.scenario.wan.transport == Transport::Tcp {
                    self.break_connection();
                }
            }
        }
    }

    /// From now on a direction of the link is like this.
    pub(super) fn set_link_condition(&mut self, direction: Direction, condition: Condition) {
        let changed = self.links[direction as usize].set_condition(self.now, condition);
        if let Some(departure) = changed.departure {
            self.queue.insert(departure.at, Event::Departs(direction, departure.token));
        }
        self.link_resent(direction, changed.retransmitted.get());
        for released in changed.released {
            if let Some(arriving) = self.held.remove(&(direction, released.token)) {
                self.schedule_arrival(released.at, arriving);
            }
        }
        self.look_at_clog(direction);
    }

    fn link_resent(&mut self, direction: Direction, bytes: u64) {
        if bytes > 0 {
            self.recorder.fact(What::LinkResent(direction, bytes));
        }
    }

    /// A node gives up its session: what it has not sent is taken back, and over `tcp` the connection
    /// is closed, so that of what is under way either way nobody knows what arrives.
    pub(super) fn disconnect(&mut self, role: Role) {
        let own = match role {
            Role::Source => Direction::ToDestination,
            Role::Destination => Direction::ToSource,
        };
        match self.scenario.wan.transport {
            Transport::Tcp => {
                for direction in Direction::BOTH {
                    self.reset_link(direction, LossCause::TakenBack);
                }
            }
            Transport::Datagram => {
                self.reset_link(own, LossCause::TakenBack);
            }
        }
    }

    /// The connection breaks, and both sides are told (Spec 6.2). Tells whether that made a
    /// difference: a message was dropped, or a node did something about it.
    pub(super) fn break_connection(&mut self) -> Reaction {
        self.recorder.leading_fact(What::ConnectionReset);
        let mut reaction = Reaction::None;
        for direction in Direction::BOTH {
            if self.reset_link(direction, LossCause::Reset) > 0 {
                reaction = Reaction::Some;
            }
        }
        for role in [Role::Source, Role::Destination] {
            if self.tell(role, Input::Disconnected) == Reaction::Some {
                reaction = Reaction::Some;
            }
        }
        reaction
    }

    /// Gives how many messages were dropped.
    fn reset_link(&mut self, direction: Direction, cause: LossCause) -> usize {
        let reset = self.links[direction as usize].reset(self.now, &mut self.decisions);
        let dropped: Vec<u64> = reset.dropped;
        self.held.retain(|(held, _), _| *held != direction);
        for number in &dropped {
            self.recorder.fact(What::Lost(direction, *number, cause));
        }
        dropped.len()
    }

    /// A node crashed: what it had not sent is gone.
    pub(super) fn lose_queue(&mut self, role: Role) {
        let direction = match role {
            Role::Source => Direction::ToDestination,
            Role::Destination => Direction::ToSource,
        };
        for number in self.links[direction as usize].clear_queue(self.now) {
            self.recorder.fact(What::Lost(direction, number, LossCause::TakenBack));
        }
    }
}

/// Whether the message says only that its sender is there.
pub(super) const fn is_heartbeat(message: &Message) -> bool {
    matches!(message, Message::Heartbeat { .. } | Message::HeartbeatAnswer { .. })
}

const fn loss_cause(cause: wan::LossCause) -> LossCause {
    match cause {
        wan::LossCause::Lost => LossCause::Link,
        wan::LossCause::Corrupted => LossCause::Corruption,
        wan::LossCause::Blocked => LossCause::Partition,
    }
}
