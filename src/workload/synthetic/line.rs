//! The line in which the operations and flushes of a synthetic client stand.

use crate::protocol::OpNumber;

/// Places, numbers, and what follows what; arithmetic only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    operations: u64,
    chain: u64,
    flush_every: u64,
}

/// What a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// The operation at this place.
    Operation(u64),
    /// The flush behind the operation at this place.
    Flush(u64),
}

impl Line {
    pub(super) fn new(operations: u64, chain: u64, flush_every: u64) -> Self {
        Self { operations, chain, flush_every }
    }

    /// Operations and flushes.
    pub(super) fn total(self) -> u64 {
        self.operations + self.flushes_before(self.operations)
    }

    /// Chains; the last may be shorter than the others.
    pub(super) fn arrivals(self) -> u64 {
        self.operations.div_ceil(self.chain)
    }

    /// The first operation of an arrival.
    pub(super) fn first_of(self, arrival: u64) -> OpNumber {
        self.number(arrival * self.chain)
    }

    pub(super) fn begins_chain(self, place: u64) -> bool {
        place.is_multiple_of(self.chain)
    }

    pub(super) fn link(self, op: OpNumber) -> Link {
        let index = op.0 - 1;
        if self.flush_every == 0 {
            return Link::Operation(index);
        }
        let (group, within) = match self.flush_every.checked_add(1) {
            Some(length) => (index / length, index % length),
            None => (0, index),
        };
        let first = group * self.flush_every;
        if within == self.flush_every {
            Link::Flush(first + within - 1)
        } else {
            Link::Operation(first + within)
        }
    }

    /// What is asked for when `op` is answered; `None`: its chain is over.
    pub(super) fn after(self, op: OpNumber) -> Option<OpNumber> {
        let place = match self.link(op) {
            Link::Operation(place) if self.flushes_after(place) => {
                return Some(OpNumber(op.0 + 1));
            }
            Link::Operation(place) | Link::Flush(place) => place,
        };
        let next = place + 1;
        let goes_on = next < self.operations && !self.begins_chain(next);
        goes_on.then(|| self.number(next))
    }

    fn number(self, place: u64) -> OpNumber {
        OpNumber(place + self.flushes_before(place) + 1)
    }

    /// Flushes behind the first `places` places.
    fn flushes_before(self, places: u64) -> u64 {
        places.checked_div(self.flush_every).unwrap_or(0)
    }

    fn flushes_after(self, place: u64) -> bool {
        self.flush_every > 0 && (place + 1).is_multiple_of(self.flush_every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seven operations in chains of three, a flush after every second: o o f o o f o o f o.
    #[test]
    fn flushes_share_the_line() {
        let line = Line::new(7, 3, 2);
        assert_eq!((line.total(), line.arrivals()), (10, 3));
        let links: Vec<_> = (1..=10).map(|n| line.link(OpNumber(n))).collect();
        let (o, f) = (Link::Operation, Link::Flush);
        assert_eq!(links, [o(0), o(1), f(1), o(2), o(3), f(3), o(4), o(5), f(5), o(6)]);
        let after: Vec<_> = (1..=10).map(|n| line.after(OpNumber(n)).map(|op| op.0)).collect();
        let (none, some) = (None, Some::<u64>);
        assert_eq!(
            after,
            [some(2), some(3), some(4), none, some(6), some(7), some(8), some(9), none, none]
        );
        assert_eq!([0, 1, 2].map(|arrival| line.first_of(arrival).0), [1, 5, 10]);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let line = Line::new(5, u64::MAX, u64::MAX);
        assert_eq!((line.total(), line.arrivals(), line.after(OpNumber(5))), (5, 1, None));
        let line = Line::new(1 << 60, 1, 1);
        assert_eq!(line.link(OpNumber(line.total())), Link::Flush((1 << 60) - 1));
    }
}
