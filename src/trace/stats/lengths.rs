//! How long writes are.

use crate::units::Bytes;
use std::collections::BTreeMap;

/// How long the writes of a trace are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteSizes {
    /// The shortest.
    pub min: Bytes,
    /// Half of them are at most this long.
    pub median: Bytes,
    /// Nine of ten are at most this long.
    pub p90: Bytes,
    /// The longest.
    pub max: Bytes,
    /// The lengths that most of them have, and how many do; the commonest first.
    pub commonest: Vec<(Bytes, u64)>,
    /// Writes whose length was rounded down by less than one in 64, since there are too many distinct
    /// ones to count each; `max` is exact.
    pub rounded: u64,
}

/// Distinct lengths that are counted each by itself.
const MOST: usize = 1 << 16;
/// Lengths that are named.
const NAMED: usize = 5;

/// The lengths of all writes, and how many have each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lengths {
    counts: BTreeMap<u64, u64>,
    longest: u64,
    rounded: u64,
}

impl Lengths {
    pub(super) fn add(&mut self, length: u64) {
        self.longest = self.longest.max(length);
        if let Some(count) = self.counts.get_mut(&length) {
            *count += 1;
            return;
        }
        let length = if self.counts.len() < MOST { length } else { self.round(length) };
        *self.counts.entry(length).or_default() += 1;
    }

    /// The seven highest bits of a length: there are fewer than 4,000 such numbers.
    const fn round(&mut self, length: u64) -> u64 {
        self.rounded += 1;
        let low = (u64::BITS - length.leading_zeros()).saturating_sub(7);
        length >> low << low
    }

    /// Each length and how many writes have it, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.counts.iter().map(|(length, count)| (*length, *count))
    }

    pub(super) fn sizes(&self) -> Option<WriteSizes> {
        let min = *self.counts.first_key_value()?.0;
        let mut commonest: Vec<_> = self.iter().collect();
        commonest.sort_by_key(|(length, count)| (u64::MAX - count, *length));
        commonest.truncate(NAMED);
        Some(WriteSizes {
            min: Bytes::new(min),
            median: self.percentile(50),
            p90: self.percentile(90),
            max: Bytes::new(self.longest),
            commonest: commonest
                .into_iter()
                .map(|(size, count)| (Bytes::new(size), count))
                .collect(),
            rounded: self.rounded,
        })
    }

    /// The shortest length that so many of 100 writes do not exceed.
    fn percentile(&self, percent: u128) -> Bytes {
        let all: u128 = self.iter().map(|(_, count)| u128::from(count)).sum();
        let mut below = 0;
        let reaches = |&(_, count): &(u64, u64)| {
            below += u128::from(count);
            below * 100 >= all * percent
        };
        Bytes::new(self.iter().find(reaches).map_or(self.longest, |(length, _)| length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_lengths_than_are_counted_are_rounded() {
        let mut lengths = Lengths::default();
        (1..=MOST as u64).for_each(|length| lengths.add(length));
        for length in [1 << 40, (1 << 40) + (1 << 33), u64::MAX, MOST as u64] {
            lengths.add(length);
        }
        let sizes = lengths.sizes().expect("there are writes");
        assert_eq!((sizes.max.get(), sizes.rounded), (u64::MAX, 3));
        assert_eq!(sizes.median.get(), MOST as u64 / 2 + 2);
        assert!(lengths.iter().any(|found| found == (1 << 40, 2)));
    }
}
