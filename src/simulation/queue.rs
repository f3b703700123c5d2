//! Pending events, by time, then in the order they were put in.

use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Events to come. Two events at the same time happen in the order they were put in.
#[derive(Debug)]
pub struct Queue<E> {
    heap: BinaryHeap<Reverse<Pending<E>>>,
    /// Events to come that are no mere heartbeats.
    work: u64,
    /// Events put in so far; the number of the next one.
    inserted: u64,
}

#[derive(Debug)]
struct Pending<E> {
    at: SimTime,
    number: u64,
    kind: Kind,
    event: E,
}

/// Whether an event gets anything done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Work,
    Idle,
}

impl<E> Pending<E> {
    const fn key(&self) -> (SimTime, u64) {
        (self.at, self.number)
    }
}

impl<E> PartialEq for Pending<E> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<E> Eq for Pending<E> {}

impl<E> PartialOrd for Pending<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Pending<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl<E> Queue<E> {
    /// No events.
    #[must_use]
    pub const fn new() -> Self {
        Self { heap: BinaryHeap::new(), work: 0, inserted: 0 }
    }

    /// Puts an event in.
    pub fn insert(&mut self, at: SimTime, event: E) {
        self.work += 1;
        self.push(at, Kind::Work, event);
    }

    /// Puts an event in that goes on for ever and gets nothing done: a run may end before it.
    pub fn insert_idle(&mut self, at: SimTime, event: E) {
        self.push(at, Kind::Idle, event);
    }

    fn push(&mut self, at: SimTime, kind: Kind, event: E) {
        self.heap.push(Reverse(Pending { at, number: self.inserted, kind, event }));
        self.inserted += 1;
    }

    /// Whether only idle events are left.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.work == 0
    }

    /// Takes the next event out.
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        let Reverse(pending) = self.heap.pop()?;
        if pending.kind == Kind::Work {
            self.work -= 1;
        }
        Some((pending.at, pending.event))
    }
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_keep_the_order_of_insertion() {
        let mut queue = Queue::new();
        let at = |nanos| SimTime::from_nanos(nanos);
        for (time, event) in [(5, 'a'), (1, 'b'), (5, 'c'), (0, 'd'), (5, 'e')] {
            queue.insert(at(time), event);
        }
        let order: String = std::iter::from_fn(|| queue.pop()).map(|(_, event)| event).collect();
        assert_eq!(order, "dbace");
    }
}
