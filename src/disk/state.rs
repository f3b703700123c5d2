//! A node's small durable records: generations, incarnation, mirror state, what it tracks
//! (Spec 1.2, 1.3).
//!
//! All of them together are one record `S`, written anew each time and replaced as a whole: the
//! sequence in which it is written is the sequence in which it becomes durable, and a crash leaves
//! one of the records that were on their way, never a mixture.

use crate::protocol::Ticket;
use std::collections::VecDeque;

/// A durable record, and newer ones on their way to replace it.
#[derive(Debug)]
pub struct StateStore<S> {
    durable: S,
    /// Oldest first.
    in_flight: VecDeque<(Ticket, S)>,
}

impl<S: Clone> StateStore<S> {
    /// A store in which `state` is durable from the beginning.
    #[must_use]
    pub const fn new(state: S) -> Self {
        Self { durable: state, in_flight: VecDeque::new() }
    }

    /// A record is on its way. The ticket names it until it is durable.
    pub fn save(&mut self, ticket: Ticket, state: S) {
        self.in_flight.push_back((ticket, state));
    }

    /// The record with this ticket is durable; those saved before it are superseded. A ticket that
    /// is not on its way, such as one dropped by a crash, changes nothing.
    pub fn saved(&mut self, ticket: Ticket) {
        let place = self.in_flight.iter().position(|(held, _)| *held == ticket);
        if let Some(place) = place {
            self.make_durable(place + 1);
        }
    }

    /// Records on their way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// A crash: of the records on their way the first `survivors` became durable, in order; the
    /// others are gone.
    pub fn crash(&mut self, survivors: usize) {
        assert!(survivors <= self.in_flight(), "no more survive than were on their way");
        self.make_durable(survivors);
        self.in_flight.clear();
    }

    /// What a restarted node reads.
    #[must_use]
    pub const fn durable(&self) -> &S {
        &self.durable
    }

    /// The newest record, durable or not: what the node believes. A copy, for it to change.
    #[must_use]
    pub fn newest(&self) -> S {
        self.in_flight.back().map_or_else(|| self.durable.clone(), |(_, state)| state.clone())
    }

    /// The first `count` records on their way became durable, one after the other.
    fn make_durable(&mut self, count: usize) {
        if let Some((_, state)) = self.in_flight.drain(..count).next_back() {
            self.durable = state;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> StateStore<&'static str> {
        let mut store = StateStore::new("first");
        for (ticket, state) in [(1, "second"), (2, "third"), (3, "fourth")] {
            store.save(Ticket(ticket), state);
        }
        store
    }

    #[test]
    fn a_record_is_durable_when_it_is_said_to_be() {
        let mut store = store();
        assert_eq!((*store.durable(), store.newest(), store.in_flight()), ("first", "fourth", 3));
        store.saved(Ticket(1));
        assert_eq!((*store.durable(), store.in_flight()), ("second", 2));
        store.saved(Ticket(3));
        assert_eq!(
            (*store.durable(), store.in_flight()),
            ("fourth", 0),
            "in order: so is the third"
        );
        store.saved(Ticket(2));
        assert_eq!((*store.durable(), store.newest()), ("fourth", "fourth"));
    }

    /// Spec 1.2, 1.3: a crash leaves one of the records on their way, never an older one after a
    /// newer.
    #[test]
    fn a_crash_leaves_a_prefix() {
        for (survivors, expected) in ["first", "second", "third", "fourth"].into_iter().enumerate()
        {
            let mut store = store();
            store.crash(survivors);
            assert_eq!((*store.durable(), store.in_flight()), (expected, 0));
            assert_eq!(store.newest(), expected);
            store.saved(Ticket(3));
            assert_eq!(*store.durable(), expected, "what the crash dropped stays away");
        }
    }
}
