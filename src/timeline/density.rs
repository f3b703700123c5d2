//! How many spans begin when, more finely than [`super::Buckets`] tell.

use super::Window;
use crate::units::SimTime;

/// Beginnings of requests, messages and spans of works, counted in equal steps of simulated time.
/// There are 2¹⁸ steps at most: where more would be needed, each two become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Density {
    /// The length of a step in nanoseconds.
    every: u64,
    counts: Vec<u32>,
}

impl Density {
    const MOST: usize = 1 << 18;

    pub(super) const fn new() -> Self {
        Self { every: 1000, counts: Vec::new() }
    }

    pub(super) fn count(&mut self, at: SimTime) {
        let place = loop {
            match usize::try_from(at.as_nanos() / self.every) {
                Ok(place) if place < Self::MOST => break place,
                Ok(_) | Err(_) => self.halve(),
            }
        };
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        self.counts[place] = self.counts[place].saturating_add(1);
    }

    fn halve(&mut self) {
        self.every = self.every.saturating_mul(2);
        let sum = |pair: &[u32]| pair.iter().fold(0_u32, |sum, count| sum.saturating_add(*count));
        self.counts = self.counts.chunks(2).map(sum).collect();
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(*count)).sum()
    }

    /// About how many begin in a window: as if those of a step were spread evenly over it.
    #[must_use]
    pub fn within(&self, window: Window) -> u64 {
        let first = window.from.as_nanos() / self.every;
        let last = window.to.as_nanos() / self.every;
        let share = |place: u64| {
            let begin = place.saturating_mul(self.every);
            let end = begin.saturating_add(self.every);
            let (from, to) = (window.from.as_nanos().max(begin), window.to.as_nanos().min(end));
            let count = usize::try_from(place).ok().and_then(|place| self.counts.get(place));
            let parts = u128::from(to.saturating_sub(from)) * u128::from(*count.unwrap_or(&0));
            u64::try_from(parts / u128::from(self.every)).unwrap_or(u64::MAX)
        };
        (first..=last.min(self.counts.len() as u64)).map(share).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_counted_where_they_are() {
        let mut density = Density::new();
        for at in [0, 500, 999, 1000, 5500, 5600] {
            density.count(SimTime::from_nanos(at));
        }
        let within = |from, to| {
            density.within(Window { from: SimTime::from_nanos(from), to: SimTime::from_nanos(to) })
        };
        assert_eq!(density.total(), 6);
        assert_eq!([within(0, 1000), within(1000, 5000), within(0, 9000)], [3, 1, 6]);
        assert_eq!([within(0, 334), within(5000, 5500), within(7000, 9000)], [1, 1, 0]);
        assert_eq!(density.within(Window::ALL), 6);
    }

    #[test]
    fn a_long_run_takes_no_more_room() {
        let mut density = Density::new();
        for second in 0..3600 {
            density.count(SimTime::from_nanos(second * 1_000_000_000));
        }
        assert!(density.counts.len() <= Density::MOST && density.every < 20_000_000);
        assert_eq!(density.total(), 3600);
        density.count(SimTime::MAX);
        assert_eq!(density.total(), 3601);
    }
}
