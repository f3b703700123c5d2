//! One direction of the link, without faults (Spec 8.1).
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
//! message with its time of arrival and the next departure. [`Link::queued`] is what the host
//! compares with the queue's limit; a full queue holds the sender back, and nothing is dropped.
//!
//! The transport is as simple as it can be: no connection set-up, no slow start, no congestion
//! control, and its acknowledgements are neither counted nor delayed by the other direction.

mod window;

use crate::random::{Choice, Decisions, Key, Purpose};
use crate::scenario::{Transport, Wan};
use crate::units::{Bytes, SimTime, Span};
use std::collections::VecDeque;
use window::Window;

/// One direction of the link. `M` is whatever travels.
#[derive(Debug)]
pub struct Link<M> {
    wan: Wan,
    /// The direction's number, for draws.
    entity: u64,
    /// Messages handed over so far; the number of the next one.
    sent: u64,
    head: Option<Head<M>>,
    /// Messages behind the head, oldest first; empty where there is no head.
    waiting: VecDeque<Queued<M>>,
    /// Lengths of head and waiting together.
    queued: u64,
    /// Bytes put on the wire by messages that departed.
    carried: u64,
    /// When the last message that departed arrives.
    arrival: SimTime,
    /// `tcp` only.
    window: Option<Window>,
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
    departure: SimTime,
}

/// What became of a message handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Its number in this direction, from 0.
    pub number: u64,
    /// A departure to schedule: the message is leaving. `None`: it waits behind others.
    pub departure: Option<SimTime>,
}

/// A message that left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departed<M> {
    /// The message.
    pub message: M,
    /// The number it was given by [`Link::send`].
    pub number: u64,
    /// When it arrives.
    pub arrival: SimTime,
    /// The departure of the message behind it, to schedule; `None`: the queue is empty.
    pub next: Option<SimTime>,
}

impl<M> Link<M> {
    /// An idle link; `entity` is the direction's number in the addresses of draws.
    #[must_use]
    pub fn new(entity: u64, wan: &Wan) -> Self {
        let window = match wan.transport {
            Transport::Tcp => Some(Window::new(wan)),
            Transport::Datagram => None,
        };
        Self {
            wan: wan.clone(),
            entity,
            sent: 0,
            head: None,
            waiting: VecDeque::new(),
            queued: 0,
            carried: 0,
            arrival: SimTime::ZERO,
            window,
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

    /// The head has left, at the time that was promised.
    pub fn departed(&mut self, now: SimTime) -> Departed<M> {
        let Head { queued, departure } = self.head.take().expect("only a head can leave");
        assert!(departure == now, "the head leaves at the time promised, {departure}, not {now}");
        self.queued -= queued.length.get();
        self.carried += self.wan.wire_length(queued.length).get();
        let arrival = now.after(self.wan.propagation).after(queued.jitter);
        self.arrival = match self.wan.transport {
            Transport::Tcp => arrival.max(self.arrival),
            Transport::Datagram => arrival,
        };
        Departed {
            message: queued.message,
            number: queued.number,
            arrival: self.arrival,
            next: self.begin_next(now),
        }
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

    /// Bytes that departed messages put on the wire.
    #[must_use]
    pub fn carried(&self) -> Bytes {
        Bytes::new(self.carried)
    }

    /// Makes the oldest waiting message the head; the result is when it departs.
    fn begin_next(&mut self, now: SimTime) -> Option<SimTime> {
        assert!(self.head.is_none(), "one message leaves at a time");
        let queued = self.waiting.pop_front()?;
        let wire = self.wan.wire_length(queued.length);
        let departure = match &mut self.window {
            Some(window) => window.depart(now, wire, queued.jitter),
            None => now.after(self.wan.bandwidth.time_for(wire)),
        };
        self.head = Some(Head { queued, departure });
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
