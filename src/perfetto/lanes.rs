//! Lanes: what overlaps lies side by side.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Gives each span the lowest lane that is free, so that there are no more lanes than spans at once.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    /// When each lane that is in use is free again.
    busy: BinaryHeap<Reverse<(u64, u32)>>,
    free: BTreeSet<u32>,
    /// How many lanes there are.
    pub count: u32,
}

impl Lanes {
    /// The lane of a span from `begin` up to `end`, not included. Spans come in the order of their
    /// beginnings.
    pub fn place(&mut self, begin: u64, end: u64) -> u32 {
        while let Some(Reverse((until, lane))) = self.busy.peek().copied()
            && until <= begin
        {
            self.busy.pop();
            self.free.insert(lane);
        }
        let lane = self.free.pop_first().unwrap_or_else(|| {
            self.count += 1;
            self.count - 1
        });
        self.busy.push(Reverse((end, lane)));
        lane
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_lies_side_by_side() {
        let mut lanes = Lanes::default();
        let spans = [(0, 10), (1, 3), (2, 5), (3, 4), (5, 6), (10, 11), (10, 12)];
        let placed = spans.map(|(begin, end)| lanes.place(begin, end));
        assert_eq!(placed, [0, 1, 2, 1, 1, 0, 1]);
        assert_eq!(lanes.count, 3, "three at once, and no more lanes than that");
    }
}
