//! Counts of everything, in equal buckets of simulated time.

use crate::facts::{Counts, Direction, Fact, What};
use crate::units::{SimTime, Span};

/// Counts of the whole run. Bucket `i` holds what happened from `i * every` on and before
/// `(i + 1) * every`. There are 400 at most: where more would be needed, each two become one and
/// `every` doubles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buckets {
    /// The length of each.
    pub every: Span,
    /// The buckets, from the beginning of the run to its last fact.
    pub list: Vec<Bucket>,
}

/// What happened in one of them. Directions are in the order of [`Direction::BOTH`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bucket {
    /// Requests that were asked, each once.
    pub requests: u64,
    /// Writes that were acknowledged.
    pub acknowledged: u64,
    /// Messages that were handed to the link.
    pub sent: [u64; 2],
    /// Messages whose last byte left.
    pub departed: [u64; 2],
    /// Bytes on the wire, packets' overhead included, without those that the transport sent again.
    pub bytes: [u64; 2],
    /// Bytes that the transport sent again.
    pub resent_bytes: [u64; 2],
    /// Messages, or copies of them, that would not arrive.
    pub lost: [u64; 2],
    /// Works of devices that began.
    pub works: u64,
    /// The most that was in use at once.
    pub peak: Counts,
}

impl Buckets {
    /// The most there are.
    pub const MOST: usize = 400;

    pub(super) const fn new() -> Self {
        Self { every: Span::from_micros(1), list: Vec::new() }
    }

    /// The bucket that a moment lies in.
    pub(super) fn at(&mut self, at: SimTime) -> &mut Bucket {
        let place = loop {
            match usize::try_from(at.as_nanos() / self.every.as_nanos()) {
                Ok(place) if place < Self::MOST => break place,
                Ok(_) | Err(_) => self.halve(),
            }
        };
        if self.list.len() <= place {
            self.list.resize(place + 1, Bucket::default());
        }
        &mut self.list[place]
    }

    /// Makes one of each two.
    fn halve(&mut self) {
        self.every = self.every.plus(self.every);
        let pairs = self.list.chunks(2);
        self.list = pairs.map(|pair| pair.iter().fold(Bucket::default(), Bucket::merged)).collect();
    }

    /// All of them together.
    #[must_use]
    pub fn total(&self) -> Bucket {
        self.list.iter().fold(Bucket::default(), Bucket::merged)
    }

    /// Counts a fact; `now`: what is in use after it.
    pub(super) fn take(&mut self, fact: &Fact, now: &Counts) {
        let bucket = self.at(fact.at);
        bucket.peak = bucket.peak.most(now);
        if let What::Requested(_) = &fact.what {
            bucket.requests += 1;
        } else if let What::Sent(way, ..) | What::Resent(way, ..) = &fact.what {
            bucket.sent[place(*way)] += 1;
        } else if let What::Departed(way, _, bytes) = &fact.what {
            bucket.departed[place(*way)] += 1;
            bucket.bytes[place(*way)] += bytes;
        } else if let What::LinkResent(way, bytes) = &fact.what {
            bucket.resent_bytes[place(*way)] += bytes;
        } else if let What::Lost(way, ..) = &fact.what {
            bucket.lost[place(*way)] += 1;
        }
    }
}

impl Bucket {
    fn merged(self, other: &Self) -> Self {
        let sum = |one: [u64; 2], two: [u64; 2]| [one[0] + two[0], one[1] + two[1]];
        Self {
            requests: self.requests + other.requests,
            acknowledged: self.acknowledged + other.acknowledged,
            sent: sum(self.sent, other.sent),
            departed: sum(self.departed, other.departed),
            bytes: sum(self.bytes, other.bytes),
            resent_bytes: sum(self.resent_bytes, other.resent_bytes),
            lost: sum(self.lost, other.lost),
            works: self.works + other.works,
            peak: self.peak.most(&other.peak),
        }
    }
}

/// The place of a direction in an array of both.
pub(super) const fn place(direction: Direction) -> usize {
    match direction {
        Direction::ToDestination => 0,
        Direction::ToSource => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_grow_and_lose_nothing() {
        let mut buckets = Buckets::new();
        for number in 0..10_000_u64 {
            buckets.at(SimTime::from_nanos(number * 777)).requests += 1;
        }
        assert_eq!(buckets.total().requests, 10_000);
        assert_eq!(buckets.every, Span::from_micros(32), "7.77 ms in at most 400");
        assert_eq!(buckets.list.len(), 243);
        let full = 32_000_u64.div_ceil(777);
        assert_eq!(buckets.list[0].requests, full);
    }

    #[test]
    fn the_end_of_time_has_a_bucket() {
        let mut buckets = Buckets::new();
        buckets.at(SimTime::ZERO).works += 1;
        buckets.at(SimTime::MAX).works += 1;
        assert_eq!(buckets.total().works, 2);
        assert!(buckets.list.len() <= Buckets::MOST);
    }
}
