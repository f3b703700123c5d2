//! File-system metadata that a CP writes beside the data (Spec 5.8): a tree of indirect blocks with
//! fan-out 1024 over each volume, and its allocation bitmap.
//!
//! The tree is as high as the highest block ever written needs. A metadata block holds, for each
//! child, the newest CP that changed data below it; a bitmap block, for the one region it describes,
//! the same.
//! It is made by the CP, never by a client, and always sent in full (S6).

use super::block::{Area, BlockAddress, BlockSize, Contents, VolumeId};
use super::{CpId, CpNumber, Sabotage};
use std::collections::{BTreeMap, BTreeSet};

/// Children of an indirect block.
pub const FAN_OUT: u64 = 1024;

/// The metadata of every volume.
#[derive(Debug)]
pub struct MetadataTree {
    bits_per_bitmap: u64,
    heights: BTreeMap<VolumeId, u8>,
    blocks: BTreeMap<BlockAddress, BTreeMap<u32, CpNumber>>,
    /// The wrong protocol to run instead (Beyond Spec 12).
    sabotage: Option<Sabotage>,
}

impl MetadataTree {
    /// No metadata yet.
    #[must_use]
    pub fn new(size: BlockSize) -> Self {
        let bits_per_bitmap = u64::from(size.get()) * 8;
        let (heights, blocks) = (BTreeMap::new(), BTreeMap::new());
        Self { bits_per_bitmap, heights, blocks, sabotage: None }
    }

    /// The same, by a wrong protocol if there is one (Beyond Spec 12).
    #[must_use]
    pub fn sabotaged(self, sabotage: Option<Sabotage>) -> Self {
        Self { sabotage, ..self }
    }

    /// The metadata as it lies on disk, after a crash.
    #[must_use]
    pub fn restored(size: BlockSize, found: Vec<(BlockAddress, Vec<(u32, CpNumber)>)>) -> Self {
        let mut tree = Self::new(size);
        for (address, children) in found {
            if let Area::Indirect(level) = address.area {
                let height = tree.heights.entry(address.volume).or_default();
                *height = level.max(*height);
            }
            tree.blocks.insert(address, children.into_iter().collect());
        }
        tree
    }

    /// Brings the metadata up to date with the data blocks of a CP; gives the blocks that changed,
    /// each once.
    pub fn update(
        &mut self,
        cp: CpId,
        data: impl Iterator<Item = BlockAddress>,
    ) -> BTreeMap<BlockAddress, Contents> {
        let mut volumes: BTreeMap<VolumeId, BTreeSet<u64>> = BTreeMap::new();
        for address in data {
            volumes.entry(address.volume).or_default().insert(address.index);
        }
        let mut changed = BTreeSet::new();
        for (volume, indices) in volumes {
            for index in &indices {
                let bitmap = index / self.bits_per_bitmap;
                let address = BlockAddress { volume, area: Area::Bitmap, index: bitmap };
                self.set(address, 0, cp.number, &mut changed);
            }
            self.update_tree(cp, volume, indices, &mut changed);
        }
        changed.into_iter().map(|address| (address, self.contents(address))).collect()
    }

    fn update_tree(
        &mut self,
        cp: CpId,
        volume: VolumeId,
        data: BTreeSet<u64>,
        changed: &mut BTreeSet<BlockAddress>,
    ) {
        let highest = data.last().copied().unwrap_or(0);
        let old = self.heights.get(&volume).copied().unwrap_or(0);
        let height = old.max(height_for(highest));
        self.heights.insert(volume, height);
        let mut children = data;
        for level in 1..=height {
            let mut parents = BTreeSet::new();
            for child in children {
                let parent = child / FAN_OUT;
                let address = BlockAddress { volume, area: Area::Indirect(level), index: parent };
                self.set(address, place_of(child), cp.number, changed);
                parents.insert(parent);
            }
            // A taller tree keeps pointing at what was its root (level 0 is data: no root yet).
            let forgets = self.sabotage == Some(Sabotage::ForgetOldRoot);
            if level > old && old > 0 && !forgets {
                self.adopt_old_root(volume, level, cp, changed);
                parents.insert(0);
            }
            children = parents;
        }
    }

    /// Makes the first block of a new level point at the first block of the level below it.
    fn adopt_old_root(
        &mut self,
        volume: VolumeId,
        level: u8,
        cp: CpId,
        changed: &mut BTreeSet<BlockAddress>,
    ) {
        let below = BlockAddress { volume, area: Area::Indirect(level - 1), index: 0 };
        let newest = self.blocks.get(&below).and_then(|block| block.values().max().copied());
        let address = BlockAddress { volume, area: Area::Indirect(level), index: 0 };
        self.set(address, 0, newest.unwrap_or(cp.number), changed);
    }

    fn set(
        &mut self,
        address: BlockAddress,
        place: u32,
        cp: CpNumber,
        changed: &mut BTreeSet<BlockAddress>,
    ) {
        self.blocks.entry(address).or_default().insert(place, cp);
        changed.insert(address);
    }

    fn contents(&self, address: BlockAddress) -> Contents {
        let children = self.blocks.get(&address).into_iter().flatten();
        Contents::Metadata(children.map(|(place, cp)| (*place, *cp)).collect())
    }
}

/// Levels of a tree that reaches data block `index`.
fn height_for(index: u64) -> u8 {
    let mut height = 1;
    let mut reached = index / FAN_OUT;
    while reached > 0 {
        reached /= FAN_OUT;
        height += 1;
    }
    height
}

fn place_of(child: u64) -> u32 {
    u32::try_from(child % FAN_OUT).expect("a remainder of 1024 fits u32")
}

#[cfg(test)]
mod tests {
    use super::super::Generation;
    use super::*;
    use crate::units::Bytes;

    fn cp(number: u64) -> CpId {
        CpId { generation: Generation(1), number: CpNumber(number) }
    }

    fn data(indices: &[u64]) -> impl Iterator<Item = BlockAddress> {
        indices.iter().map(|index| BlockAddress::data(VolumeId(0), *index))
    }

    fn indirect(level: u8, index: u64) -> BlockAddress {
        BlockAddress { volume: VolumeId(0), area: Area::Indirect(level), index }
    }

    fn tree() -> MetadataTree {
        MetadataTree::new(BlockSize::new(Bytes::kib(4)).expect("a power of two"))
    }

    fn children(pairs: &[(u32, u64)]) -> Contents {
        Contents::Metadata(pairs.iter().map(|(place, cp)| (*place, CpNumber(*cp))).collect())
    }

    #[test]
    fn each_block_above_the_data_changes_once() {
        let mut tree = tree();
        let changed = tree.update(cp(1), data(&[0, 1, 5]));
        assert_eq!(changed.len(), 2, "one indirect block, one bitmap block");
        assert_eq!(changed[&indirect(1, 0)], children(&[(0, 1), (1, 1), (5, 1)]));
        let changed = tree.update(cp(2), data(&[1]));
        assert_eq!(changed[&indirect(1, 0)], children(&[(0, 1), (1, 2), (5, 1)]));
    }

    #[test]
    fn a_taller_tree_keeps_its_old_root() {
        let mut tree = tree();
        tree.update(cp(1), data(&[3]));
        let changed = tree.update(cp(2), data(&[5 * FAN_OUT * FAN_OUT]));
        assert_eq!(changed[&indirect(2, 0)], children(&[(0, 1)]), "made to reach the old root");
        assert_eq!(changed[&indirect(3, 0)], children(&[(0, 1), (5, 2)]));
        assert!(!changed.contains_key(&indirect(1, 0)), "the old root itself did not change");
    }

    #[test]
    fn the_far_end_of_the_address_space_has_a_tree() {
        let changed = tree().update(cp(1), data(&[u64::MAX / 4096]));
        let levels = changed.keys().filter(|a| matches!(a.area, Area::Indirect(_))).count();
        assert_eq!(levels, 6);
    }
}
