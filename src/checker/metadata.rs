//! What metadata a CP must write, worked out from the definition (Spec 5.8): the indirect block
//! above a block holds, for each child, the newest CP that changed anything below the child.

use crate::protocol::block::{Area, BlockAddress, BlockSize, Contents, VolumeId};
use crate::protocol::{CpId, CpNumber};
use std::collections::{BTreeMap, BTreeSet};

/// Bits of the block number that one level of the tree resolves: fan-out 1024.
const LEVEL_BITS: u32 = 10;

/// The newest change of every data block, and the tree's height per volume.
#[derive(Debug)]
pub struct ExpectedMetadata {
    region_bits: u32,
    newest: BTreeMap<(VolumeId, u64), CpNumber>,
    heights: BTreeMap<VolumeId, u32>,
}

impl ExpectedMetadata {
    /// Nothing written yet.
    #[must_use]
    pub fn new(size: BlockSize) -> Self {
        // One bit per block: a bitmap block describes 8 × its size blocks.
        let region_bits = size.get().trailing_zeros() + 3;
        Self { region_bits, newest: BTreeMap::new(), heights: BTreeMap::new() }
    }

    /// Takes over a metadata block as it lies on disk. The newest change of a child stands for the
    /// newest change of each data block that it can be told of: the lowest level tells all.
    pub fn restore(&mut self, address: BlockAddress, children: &[(u32, CpNumber)]) {
        // A block that was put back to what it held in the beginning is no part of the tree (Spec 7.7).
        if let Area::Indirect(level) = address.area
            && !children.is_empty()
        {
            let height = self.heights.entry(address.volume).or_default();
            *height = (*height).max(u32::from(level));
            if level == 1 {
                for (place, cp) in children {
                    let index = (address.index << LEVEL_BITS) | u64::from(*place);
                    self.newest.insert((address.volume, index), *cp);
                }
            }
        }
    }

    /// The metadata blocks that a CP changing these data blocks must write.
    pub fn next<'a>(
        &mut self,
        cp: CpId,
        data: impl Iterator<Item = &'a BlockAddress>,
    ) -> BTreeMap<BlockAddress, Contents> {
        let mut changed = BTreeSet::new();
        for address in data {
            let BlockAddress { volume, index, .. } = *address;
            self.newest.insert((volume, index), cp.number);
            changed.insert((volume, index >> self.region_bits, Area::Bitmap));
            let height = (64 - index.leading_zeros()).div_ceil(LEVEL_BITS).max(1);
            let old = self.heights.get(&volume).copied();
            let top = old.unwrap_or(0).max(height);
            self.heights.insert(volume, top);
            for level in 1..=top {
                changed.insert((volume, index >> (LEVEL_BITS * level), indirect(level)));
                if old.is_some_and(|old| level > old) {
                    // The levels above the old root reach it through their first block.
                    changed.insert((volume, 0, indirect(level)));
                }
            }
        }
        let address = |(volume, index, area)| BlockAddress { volume, area, index };
        let changed = changed.into_iter().map(address);
        changed.map(|address| (address, self.contents(address))).collect()
    }

    fn contents(&self, address: BlockAddress) -> Contents {
        let (below, bits) = match address.area {
            Area::Data => unreachable!("data is no metadata"),
            Area::Indirect(level) => {
                (LEVEL_BITS * (u32::from(level) - 1), LEVEL_BITS * u32::from(level))
            }
            // One region, one child.
            Area::Bitmap => (self.region_bits, self.region_bits),
        };
        let first = address.index << bits;
        let last = first | ((1u64 << bits) - 1);
        let mut children: BTreeMap<u32, CpNumber> = BTreeMap::new();
        let data = self.newest.range((address.volume, first)..=(address.volume, last));
        for ((_, index), cp) in data {
            let place = u32::try_from((index - first) >> below).expect("at most 1024 children");
            let newest = children.entry(place).or_default();
            *newest = (*newest).max(*cp);
        }
        Contents::Metadata(children.into_iter().collect())
    }
}

fn indirect(level: u32) -> Area {
    Area::Indirect(u8::try_from(level).expect("a tree over u64 has few levels"))
}
