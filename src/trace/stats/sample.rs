//! Which blocks are looked at when there are too many: those whose hash is small (spatially hashed
//! sampling of a fixed size, as in SHARDS, FAST '15). Every write of such a block is seen, so that what
//! is counted of it is exact.

/// Blocks are dealt to levels by the leading zeros of their hash: half of all to level 0, half of the
/// rest to level 1, and so on. Levels from `lowest` on are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sample {
    lowest: u32,
}

/// Levels: a hash has so many leading zeros at most.
pub(super) const LEVELS: usize = 65;

impl Sample {
    /// The level of a block.
    pub(super) const fn level(target: u32, block: u64) -> u32 {
        mixed(mixed(block) ^ target as u64).leading_zeros()
    }

    /// Whether blocks of this level are looked at.
    pub(super) const fn takes(self, level: u32) -> bool {
        level >= self.lowest
    }

    /// Looks at half as many.
    pub(super) const fn halve(&mut self) {
        self.lowest += 1;
    }

    /// One of so many blocks is looked at.
    pub(super) const fn one_in(self) -> u64 {
        1 << self.lowest
    }

    /// The levels that are looked at.
    pub(super) fn levels(self) -> std::ops::Range<usize> {
        usize::try_from(self.lowest).expect("a few dozen")..LEVELS
    }
}

/// The finisher of `SplitMix64`: each bit of the result depends on each bit of `value`.
const fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
