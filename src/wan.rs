//! One direction of the link, with its faults (Spec 8.1).
//!
//! Messages leave in the order they were handed over, one at a time: a message becomes the *head*
//! when the one before it has left, and *departs* when its last byte is on the wire. That moment is
//! worked out when it becomes the head and not before, since what the link can carry may change.
//!
//! ```text
//! packets   = ⌈length / (mtu − 40)⌉, at least 1         each message starts a packet of its own
//! wire      = length + overhead per packet × packets
//! departure = head since + wire / bandwidth             or when the window allows it, if later
//! arrival   = departure + propagation + jitter          over tcp never before the last arrival
//! ```
//!
//! The host schedules the departure it is told, then calls [`Link::departed`], which gives back the
//! message with its arrivals and the next departure. [`Link::queued`] is what the host compares with
//! the queue's limit; a full queue holds the sender back, and nothing is dropped.
//!
//! The transport is as simple as it can be: no connection set-up, no slow start, no congestion
//! control, and its acknowledgements are neither counted nor delayed by the other direction.
//!
//! # Faults
//!
//! A [`Condition`] says which faults are on; [`Link::set_condition`] changes it. That may move the
//! departure of the head, so that a promised departure has a token, and the host ignores one that is
//! void ([`Link::promises`]). Whether a message arrives is known only when it is due: the host asks
//! [`Link::arriving`] then.
//!
//! What the faults do to a departing message:
//!
//! | | `datagram` | `tcp` |
//! | --- | --- | --- |
//! | loss, corruption caught | the message is lost with any of its packets | its packets are sent again: time and bytes |
//! | corruption passed | it arrives damaged | it arrives damaged |
//! | reordering, late | it arrives later | it, and all behind it, arrive later, by a timeout at most if late |
//! | duplication | a copy arrives up to one propagation later | none |
//! | departs into a block | lost | sent again when the block is over |
//! | is due during a block | lost | held, and sent again when the block is over |
//!
//! What `tcp` sends again takes the line's time as soon as the message has departed, or the block is
//! over, and new messages leave behind it. The attempts during a block are not counted, nor the part
//! of a head that left before the queue was dropped.

mod change;
mod condition;
mod flight;
mod journey;
mod window;

pub use condition::{
    Arrival, Changed, Condition, Departed, Departure, Fate, Hindrance, Hindrances, Loss, LossCause,
    Passage, Released, Reset, Sent, State,
};

use crate::random::{Choice, Decisions, Key, Purpose};
use crate::scenario::fault::LinkFault;
use crate::scenario::{Transport, Wan};
use crate::units::{Bytes, Rate, SimTime, Span};
use flight::Flight;
use journey::{Journey, MOST_LOSSES, Quality, Traveller};
use smallvec::SmallVec;
use std::collections::VecDeque;
use window::Window;

/// The number of the message that a draw about loss, damage, copies or lateness belongs to, by the
/// draw's index ([`crate::random::Key`]).
#[must_use]
pub const fn message_of(index: u64) -> u64 {
    journey::message_of(index)
}

/// One direction of the link. `M` is whatever travels.
#[derive(Debug)]
pub struct Link<M> {
    wan: Wan,
    /// The direction's number, for draws.
    entity: u64,
    condition: Condition,
    quality: Quality,
    /// When the present block began, or the present connection, if that is later.
    blocked_since: Option<SimTime>,
    /// Messages handed over so far; the number of the next one.
    sent: u64,
    head: Option<Head<M>>,
    /// Messages behind the head, oldest first; empty where there is no head.
    waiting: VecDeque<Queued<M>>,
    /// Lengths of head and waiting together.
    queued: u64,
    /// Bytes put on the wire by messages that departed, with what was sent again,
    carried: u64,
    /// and what was sent again.
    retransmitted: u64,
    /// Departures promised, copies that departed, connections that broke: numbers of the next ones.
    promised: u64,
    copies: u64,
    resets: u64,
    /// Until then the line is busy with what is sent again.
    line_free: SimTime,
    stream: Option<Stream>,
}

/// What `tcp` knows more than `datagram`.
#[derive(Debug)]
struct Stream {
    window: Window,
    flight: Flight,
}

impl Stream {
    fn new(wan: &Wan) -> Self {
        Self { window: Window::new(wan), flight: Flight::default() }
    }
}

/// A message handed over.
#[derive(Debug)]
struct Queued<M> {
    message: M,
    number: u64,
    length: Bytes,
    jitter: Span,
}

/// The message that is leaving.
#[derive(Debug)]
struct Head<M> {
    queued: Queued<M>,
    /// Bytes that had not left when the plan was made.
    remaining: Bytes,
    /// `None`: the link lets nothing leave.
    plan: Option<Plan>,
}

/// How the rest of the head leaves.
#[derive(Debug, Clone, Copy)]
struct Plan {
    begun: SimTime,
    departure: Departure,
}

impl<M> Link<M> {
    /// An idle link; `entity` is the direction's number in the addresses of draws.
    #[must_use]
    pub fn new(entity: u64, wan: &Wan) -> Self {
        let stream = match wan.transport {
            Transport::Tcp => Some(Stream::new(wan)),
            Transport::Datagram => None,
        };
        Self {
            wan: wan.clone(),
            entity,
            condition: Condition::default(),
            quality: Quality::default(),
            blocked_since: None,
            sent: 0,
            head: None,
            waiting: VecDeque::new(),
            queued: 0,
            carried: 0,
            retransmitted: 0,
            promised: 0,
            copies: 0,
            resets: 0,
            line_free: SimTime::ZERO,
            stream,
        }
    }

    /// Hands over a message of this length, before packets are made of it.
    pub fn send(
        &mut self,
        now: SimTime,
        message: M,
        length: Bytes,
        decisions: &mut dyn Decisions,
    ) -> Sent {
        let number = self.sent;
        self.sent += 1;
        self.queued += length.get();
        let jitter = self.draw_jitter(number, decisions);
        self.waiting.push_back(Queued { message, number, length, jitter });
        let departure = if self.head.is_none() { self.begin_next(now) } else { None };
        Sent { number, departure }
    }

    /// Whether the departure of this token is still promised; the host ignores any other.
    #[must_use]
    pub fn promises(&self, token: u64) -> bool {
        let plan = self.head.as_ref().and_then(|head| head.plan);
        plan.is_some_and(|plan| plan.departure.token == token)
    }

    /// The message that leaves next.
    #[must_use]
    pub fn leaving(&self) -> Option<&M> {
        self.head.as_ref().map(|head| &head.queued.message)
    }

    /// The head has left, at the time that was promised. It meets the link as it is, and faults that
    /// are `aimed` at it alone.
    pub fn departed(
        &mut self,
        now: SimTime,
        aimed: &[LinkFault],
        decisions: &mut dyn Decisions,
    ) -> Departed<M> {
        let Head { queued, plan, .. } = self.head.take().expect("only a head can leave");
        let at = plan.expect("only a promised departure is scheduled").departure.at;
        assert!(at == now, "the head leaves at the time promised, {at}, not {now}");
        let journey = self.travel(&queued, aimed, decisions);
        self.queued -= queued.length.get();
        let wire = self.wan.wire_length(queued.length).get();
        let carried = wire.saturating_add(journey.again.get());
        self.carried += carried;
        self.retransmitted += journey.again.get();
        self.line_free = now.after(self.rate().time_for(journey.again));
        let arrivals = match journey.lost {
            None => self.arrivals(now, &queued, &journey),
            Some(_) => SmallVec::new(),
        };
        Departed {
            message: queued.message,
            number: queued.number,
            carried: Bytes::new(carried),
            retransmitted: journey.again,
            arrivals,
            lost: journey.lost,
            hindrances: journey.hindrances,
            next: self.begin_next(now),
        }
    }

    /// What becomes of an arrival that is due: asked when it is, and only then.
    pub fn arriving(&mut self, now: SimTime, token: u64) -> Fate {
        match (&mut self.stream, self.condition.passage) {
            (Some(stream), passage) => stream.flight.arriving(now, token, passage),
            (None, Passage::Open | Passage::Clogged) => Fate::Delivers,
            (None, Passage::Blocked) => Fate::Lost,
        }
    }

    /// Whether a message is kept from leaving by a clog.
    #[must_use]
    pub fn is_clogged(&self) -> bool {
        self.condition.passage == Passage::Clogged && self.head.is_some()
    }

    /// The number that the next message handed over will have.
    #[must_use]
    pub const fn next_number(&self) -> u64 {
        self.sent
    }

    /// Lengths, before packets, of the messages handed over and not departed.
    #[must_use]
    pub fn queued(&self) -> Bytes {
        Bytes::new(self.queued)
    }

    /// Bytes that departed messages put on the wire, with what was sent again.
    #[must_use]
    pub fn carried(&self) -> Bytes {
        Bytes::new(self.carried)
    }

    /// Bytes of them that the transport sent again.
    #[must_use]
    pub fn retransmitted(&self) -> Bytes {
        Bytes::new(self.retransmitted)
    }

    /// The bandwidth of the moment.
    fn rate(&self) -> Rate {
        journey::rate(&self.wan, &self.condition)
    }

    /// What the faults of the moment do to a departing message.
    fn travel(
        &mut self,
        queued: &Queued<M>,
        aimed: &[LinkFault],
        decisions: &mut dyn Decisions,
    ) -> Journey {
        let blocked = self.condition.passage == Passage::Blocked;
        let mut condition = self.condition;
        aimed.iter().for_each(|fault| condition.worsen(*fault));
        let traveller = Traveller {
            wan: &self.wan,
            condition: &condition,
            quality: &mut self.quality,
            decisions,
            entity: self.entity,
            number: queued.number,
            length: queued.length,
            // A loss that is planned for this message alone is one loss.
            most_losses: if aimed.is_empty() { MOST_LOSSES } else { 1 },
            met: Hindrances::new(),
        };
        match &self.stream {
            Some(_) if blocked => Journey::into_block(None),
            None if blocked => Journey::into_block(Some(LossCause::Blocked)),
            Some(_) => traveller.stream(self.waiting.len()),
            None => traveller.datagram(),
        }
    }

    /// The arrivals of a message that departs and is not lost.
    fn arrivals(
        &mut self,
        now: SimTime,
        queued: &Queued<M>,
        journey: &Journey,
    ) -> SmallVec<[Arrival; 1]> {
        let wire = self.wan.wire_length(queued.length);
        let mut at = now.after(self.wan.propagation).after(queued.jitter).after(journey.delay);
        let mut arrivals = SmallVec::new();
        let token = self.copies;
        if let Some(Stream { window, flight }) = &mut self.stream {
            window.postpone(wire, journey.delay);
            at = flight.depart((token, queued.number), wire, at, self.condition.passage);
        }
        let again = journey.copy.map(|later| at.after(later));
        for at in std::iter::once(at).chain(again) {
            arrivals.push(Arrival { at, state: journey.state, token: self.copies });
            self.copies += 1;
        }
        arrivals
    }

    /// Makes the oldest waiting message the head; the result is when it departs.
    fn begin_next(&mut self, now: SimTime) -> Option<Departure> {
        assert!(self.head.is_none(), "one message leaves at a time");
        let queued = self.waiting.pop_front()?;
        let remaining = self.wan.wire_length(queued.length);
        self.head = Some(Head { queued, remaining, plan: None });
        self.plan(now)
    }

    /// Works out when the head leaves, as things are now.
    fn plan(&mut self, now: SimTime) -> Option<Departure> {
        let (begun, rate) = (now.max(self.line_free), self.rate());
        let head = self.head.as_mut()?;
        if self.condition.passage == Passage::Clogged {
            return None;
        }
        let at = match &mut self.stream {
            Some(stream) => stream.window.depart(begun, head.remaining, head.queued.jitter)?,
            None => begun.after(rate.time_for(head.remaining)),
        };
        let departure = Departure { at, token: self.promised };
        self.promised += 1;
        head.plan = Some(Plan { begun, departure });
        Some(departure)
    }

    /// The extra delay of a message; none is drawn where there is no jitter.
    fn draw_jitter(&self, number: u64, decisions: &mut dyn Decisions) -> Span {
        if self.wan.jitter == Span::ZERO {
            return Span::ZERO;
        }
        let key = Key { purpose: Purpose::Jitter, entity: self.entity, index: number };
        let values = self.wan.jitter.as_nanos().saturating_add(1);
        Span::from_nanos(decisions.decide(key, Choice::Below(values)))
    }
}

#[cfg(test)]
mod tests;
