//! Sets of blocks as ranges: a single write may touch more blocks than memory has bytes.

use std::collections::BTreeMap;

/// Distinct ranges that are kept.
const MOST: usize = 1 << 16;

/// Disjoint ranges of blocks of each target, in order.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    /// By target and first block, the last block.
    last: BTreeMap<(u32, u64), u64>,
}

impl Ranges {
    /// Adds the blocks from `first` to `last`. `false`: there is no room for a further range.
    #[must_use]
    pub(super) fn add(&mut self, target: u32, first: u64, last: u64) -> bool {
        let (mut first, mut last) = (first, last);
        while let Some((&(other, start), &end)) = self.last.range(..=(target, last)).next_back()
            && other == target
            && end >= first
        {
            self.last.remove(&(target, start));
            (first, last) = (first.min(start), last.max(end));
        }
        if self.last.len() >= MOST {
            return false;
        }
        self.last.insert((target, first), last);
        true
    }

    /// Whether the block is in one of them.
    pub(super) fn holds(&self, target: u32, block: u64) -> bool {
        let before = self.last.range(..=(target, block)).next_back();
        before.is_some_and(|(&(other, _), &last)| other == target && last >= block)
    }

    /// All blocks in them; 2⁶⁴, which a block of one byte reaches, is one more than fits.
    pub(super) fn blocks(&self) -> u64 {
        let each = self.last.iter().map(|((_, first), last)| (last - first).saturating_add(1));
        each.fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_meet_become_one() {
        let mut ranges = Ranges::default();
        for (target, first, last) in [(0, 5, 9), (0, 20, 29), (1, 5, 9), (0, 8, 20), (0, 6, 7)] {
            assert!(ranges.add(target, first, last));
        }
        assert_eq!((ranges.last.len(), ranges.blocks()), (2, 30));
        assert!(ranges.holds(0, 5) && ranges.holds(0, 29) && ranges.holds(1, 9));
        assert!(!ranges.holds(0, 4) && !ranges.holds(0, 30) && !ranges.holds(2, 6));
        assert!(ranges.add(0, 0, u64::MAX));
        assert_eq!(ranges.blocks(), u64::MAX);
    }

    #[test]
    fn there_is_room_for_so_many() {
        let mut ranges = Ranges::default();
        assert!((0..MOST as u64).all(|number| ranges.add(0, 2 * number, 2 * number)));
        assert!(!ranges.add(1, 0, 0));
        assert!(ranges.add(0, 0, 1));
    }
}
