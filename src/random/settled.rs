//! Decisions that are settled beforehand: nothing is drawn.

use super::{Choice, Decisions, Key};
use crate::units::SimTime;

/// Which end of its range each decision takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The least.
    Least,
    /// The greatest.
    Most,
}

/// Decisions of another source, or settled ones. A chance comes only where it is certain, and a gap
/// is its mean, whichever end is taken.
pub struct Settled<'a> {
    inner: &'a mut dyn Decisions,
    end: Option<End>,
}

impl<'a> Settled<'a> {
    /// Those of `inner`; settled if there is an `end`.
    pub fn new(inner: &'a mut dyn Decisions, end: Option<End>) -> Self {
        Self { inner, end }
    }
}

impl Decisions for Settled<'_> {
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64 {
        match self.end {
            None => self.inner.decide(key, choice),
            Some(end) => choice.settle(end),
        }
    }

    fn reach(&mut self, now: SimTime) {
        self.inner.reach(now);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Purpose, Seeded, Zipf};
    use super::*;
    use crate::units::{Ratio, Span};

    #[test]
    fn what_is_settled_needs_no_seed() {
        let share = Ratio::new(99, 100).expect("a share");
        let zipf = Zipf::new(9, share);
        let mean = Span::from_millis(3);
        for (choice, least, most) in [
            (Choice::Below(7), 0, 6),
            (Choice::Chance(share), 0, 0),
            (Choice::Chance(Ratio::ONE), 1, 1),
            (Choice::Until(share), u64::MAX, u64::MAX),
            (Choice::Until(Ratio::ONE), 0, 0),
            (Choice::Exponential(mean), 3_000_000, 3_000_000),
            (Choice::Zipf(&zipf), 0, 8),
        ] {
            for seed in 0..4 {
                let mut seeded = Seeded::new(seed);
                let key = Key { purpose: Purpose::Jitter, entity: 0, index: seed };
                let mut at = |end| Settled::new(&mut seeded, end).decide(key, choice);
                assert_eq!((at(Some(End::Least)), at(Some(End::Most))), (least, most));
                assert_eq!(at(None), Seeded::new(seed).decide(key, choice));
            }
        }
    }
}
