//! What the volume disks hold: a committed image, and shadow pages that no reader sees (Spec 5.6).

use crate::protocol::CpId;
use crate::protocol::block::{BlockAddress, BlockSize, Contents};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::Xxh3;

/// The contents of a side's volume disks. Grows with blocks ever written, never with addresses
/// (Spec 2.3).
#[derive(Debug)]
pub struct Image {
    size: BlockSize,
    /// Blocks that differ from the original; an absent block holds [`Contents::original`].
    committed: BTreeMap<BlockAddress, Contents>,
    /// Shadow pages by the CP in progress that wrote them.
    shadow: BTreeMap<CpId, BTreeMap<BlockAddress, Contents>>,
}

impl Image {
    /// The original image, in blocks of this size.
    #[must_use]
    pub fn new(size: BlockSize) -> Self {
        Self { size, committed: BTreeMap::new(), shadow: BTreeMap::new() }
    }

    /// The committed contents of a block.
    #[must_use]
    pub fn read(&self, address: BlockAddress) -> Contents {
        let committed = self.committed.get(&address);
        committed.cloned().unwrap_or_else(|| Contents::original(address, self.size))
    }

    /// Writes a shadow page of a CP, invisible until that CP is committed. A second page for the
    /// same block replaces the first.
    pub fn write_shadow(&mut self, cp: CpId, address: BlockAddress, contents: Contents) {
        self.shadow.entry(cp).or_default().insert(address, contents);
    }

    /// Makes every shadow page of the CP the image, at once. Without pages it changes nothing.
    pub fn commit(&mut self, cp: CpId) {
        for (address, contents) in self.shadow.remove(&cp).unwrap_or_default() {
            if contents == Contents::original(address, self.size) {
                self.committed.remove(&address);
            } else {
                self.committed.insert(address, contents);
            }
        }
    }

    /// Committed blocks that differ from the original, in order of address.
    #[must_use]
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = (BlockAddress, &Contents)> {
        self.committed.iter().map(|(address, contents)| (*address, contents))
    }

    /// A fingerprint of the committed image: XXH3, 128 bits, over address and contents of each of
    /// [`Self::blocks`] in the postcard encoding; 32 hexadecimal digits. Equal images have equal
    /// fingerprints however they came about.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = Xxh3::new();
        let mut buffer = Vec::new();
        for block in self.blocks() {
            buffer.clear();
            buffer = postcard::to_extend(&block, buffer).expect("a block has a plain binary form");
            hasher.update(&buffer);
        }
        format!("{:032x}", hasher.digest128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::block::{Area, Origin, Runs, VolumeId};
    use crate::protocol::{ClientId, CpNumber, OpNumber, WriteId};
    use crate::units::Bytes;

    fn size() -> BlockSize {
        BlockSize::new(Bytes::kib(4)).expect("a block size")
    }

    fn block(index: u64) -> BlockAddress {
        BlockAddress::data(VolumeId(0), index)
    }

    fn written(op: u64) -> Contents {
        let id = WriteId { client: ClientId(1), op: OpNumber(op) };
        Contents::Data(Runs::of(0, 4096, Origin::Write { id, position: 0 }))
    }

    fn committed(pages: &[(CpId, u64, u64)]) -> Image {
        let mut image = Image::new(size());
        for &(cp, index, op) in pages {
            image.write_shadow(cp, block(index), written(op));
            image.commit(cp);
        }
        image
    }

    const FIRST: CpId = CpId::ORIGINAL.next();
    const SECOND: CpId = FIRST.next();

    #[test]
    fn shadow_pages_become_visible_together() {
        let mut image = Image::new(size());
        image.write_shadow(FIRST, block(1), written(1));
        image.write_shadow(FIRST, block(1), written(2));
        image.write_shadow(FIRST, block(2), written(3));
        image.write_shadow(SECOND, block(3), written(4));
        assert_eq!(image.read(block(1)), Contents::original(block(1), size()));
        assert_eq!(image.blocks().len(), 0);
        image.commit(FIRST);
        assert_eq!((image.read(block(1)), image.read(block(2))), (written(2), written(3)));
        assert_eq!(image.blocks().len(), 2, "pages of another CP stay in the shadow");
        image.commit(FIRST);
        assert_eq!(image.blocks().len(), 2, "a CP is committed once");
    }

    #[test]
    fn absent_blocks_equal_the_original() {
        let mut image = committed(&[(FIRST, 7, 1)]);
        let metadata = BlockAddress { volume: VolumeId(0), area: Area::Indirect(1), index: 0 };
        assert_eq!(image.read(metadata), Contents::Metadata(Vec::new()));
        for address in [block(7), metadata] {
            image.write_shadow(SECOND, address, Contents::original(address, size()));
        }
        image.commit(SECOND);
        assert_eq!(image.blocks().len(), 0);
        assert_eq!(image.hash(), Image::new(size()).hash());
    }

    #[test]
    fn the_hash_names_the_image_and_not_its_history() {
        let image = committed(&[(FIRST, 1, 1), (SECOND, 2, 2)]);
        assert_eq!(image.hash(), committed(&[(FIRST, 2, 2), (SECOND, 1, 1)]).hash());
        assert_eq!(image.hash(), committed(&[(FIRST, 1, 9), (FIRST, 2, 2), (SECOND, 1, 1)]).hash());
        assert_ne!(image.hash(), committed(&[(FIRST, 1, 2), (SECOND, 2, 1)]).hash());
        assert_ne!(image.hash(), committed(&[(FIRST, 1, 1), (SECOND, 3, 2)]).hash());
        // A literal: if it moves, every published image hash moves with it.
        assert_eq!(Image::new(size()).hash(), "99aa06d3014798d86001c324468d497f");
        let mut tree = committed(&[]);
        let top = BlockAddress { volume: VolumeId(0), area: Area::Indirect(1), index: 0 };
        tree.write_shadow(FIRST, top, Contents::Metadata(vec![(3, CpNumber(1))]));
        tree.commit(FIRST);
        assert_ne!(tree.hash(), Image::new(size()).hash());
    }
}
