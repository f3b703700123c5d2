//! Where in a block writes begin and end. A partition that begins in the middle of a block spoils what
//! references could save, and a shift would mend it.

use super::whole_bytes;
use crate::units::Bytes;
use std::collections::BTreeMap;

/// Writes that begin and end at multiples of `grid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aligned {
    /// The grid.
    pub grid: Bytes,
    /// How many writes.
    pub writes: u64,
    /// Their bytes.
    pub bytes: Bytes,
}

/// Most writes begin in the same place of a block, which is not its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommonOffset {
    /// Bytes into the block.
    pub offset: Bytes,
    /// How many writes begin there.
    pub writes: u64,
    /// What moves them to the beginning of a block: `offset_shift` of a replay.
    pub shift: Bytes,
    /// Bytes in blocks that are covered wholly once everything is moved so.
    pub whole_bytes: Bytes,
    /// Writes that are not in this count, for they differ in too many ways from each other.
    pub uncounted: u64,
}

/// Distinct pairs of place and length that are counted.
const MOST: usize = 1 << 16;

/// Counts where writes begin and end.
#[derive(Debug)]
pub(super) struct Alignment {
    block_size: u64,
    grids: Vec<Aligned>,
    /// Writes by their first byte's place in a block and their length.
    places: BTreeMap<(u64, u64), u64>,
    uncounted: u64,
}

impl Alignment {
    pub(super) fn new(block_size: u64) -> Self {
        let mut sizes = vec![512, 4096, block_size];
        sizes.sort_unstable();
        sizes.dedup();
        let none = |size| Aligned { grid: Bytes::new(size), writes: 0, bytes: Bytes::ZERO };
        let grids = sizes.into_iter().map(none).collect();
        Self { block_size, grids, places: BTreeMap::new(), uncounted: 0 }
    }

    pub(super) fn add(&mut self, offset: u64, length: u64) {
        for Aligned { grid, writes, bytes } in &mut self.grids {
            let fits = |place: u64| place.is_multiple_of(grid.get());
            if fits(offset) && fits(offset + length) {
                *writes += 1;
                *bytes = Bytes::new(bytes.get().saturating_add(length));
            }
        }
        let place = (offset % self.block_size, length);
        if let Some(count) = self.places.get_mut(&place) {
            *count += 1;
        } else if self.places.len() < MOST {
            self.places.insert(place, 1);
        } else {
            self.uncounted += 1;
        }
    }

    pub(super) fn grids(&self) -> Vec<Aligned> {
        self.grids.clone()
    }

    /// The place where more than half of the writes begin, if it is not the beginning.
    pub(super) fn common_offset(&self) -> Option<CommonOffset> {
        let mut begin: BTreeMap<u64, u64> = BTreeMap::new();
        for ((place, _), count) in &self.places {
            *begin.entry(*place).or_default() += count;
        }
        let all = begin.values().sum::<u64>() + self.uncounted;
        let (&offset, &writes) = begin.iter().max_by_key(|(_, count)| **count)?;
        if offset == 0 || writes <= all / 2 {
            return None;
        }
        let shift = self.block_size - offset;
        let whole = self.places.iter().map(|((place, length), count)| {
            // A block is not so long that a place in it, and a length, would not fit 128 bits.
            let place = (u128::from(*place) + u128::from(shift)) % u128::from(self.block_size);
            let place = u64::try_from(place).expect("less than a block");
            moved(place, *length, self.block_size).saturating_mul(*count)
        });
        let whole_bytes = Bytes::new(whole.fold(0, u64::saturating_add));
        let (offset, shift) = (Bytes::new(offset), Bytes::new(shift));
        Some(CommonOffset { offset, writes, shift, whole_bytes, uncounted: self.uncounted })
    }
}

/// Whole bytes of a write; one that reaches the end of the address space cannot be moved on and counts
/// as far as it fits.
fn moved(place: u64, length: u64, block_size: u64) -> u64 {
    whole_bytes(place, length.min(u64::MAX - place), block_size)
}
