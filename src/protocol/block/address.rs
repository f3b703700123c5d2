//! Where a block lies, and which blocks a write touches.

use crate::units::Bytes;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A volume of the mirror, by number; both sides use the same numbers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct VolumeId(pub u32);

/// Which part of a volume a block belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Area {
    /// What clients read and write.
    Data,
    /// The tree above the data (Spec 5.8); level 1 points at data blocks.
    Indirect(u8),
    /// The allocation bitmap (Spec 5.8).
    Bitmap,
}

/// One block of one volume. Orders as the items of a CP do: by volume, then block (Spec 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlockAddress {
    /// The volume.
    pub volume: VolumeId,
    /// The part of the volume.
    pub area: Area,
    /// The block's place in that part, counted in blocks.
    pub index: u64,
}

impl BlockAddress {
    /// Data block `index` of `volume`.
    #[must_use]
    pub const fn data(volume: VolumeId, index: u64) -> Self {
        Self { volume, area: Area::Data, index }
    }
}

impl fmt::Display for BlockAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { volume: VolumeId(volume), area, index } = self;
        match area {
            Area::Data => write!(formatter, "volume {volume} block {index}"),
            Area::Indirect(level) => {
                write!(formatter, "volume {volume} indirect block {index} of level {level}")
            }
            Area::Bitmap => write!(formatter, "volume {volume} bitmap block {index}"),
        }
    }
}

/// The size of every block: a power of two from 512 B to 1 GiB (Spec 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlockSize(u32);

impl BlockSize {
    /// A block size, if `size` is a power of two within the limits.
    #[must_use]
    pub fn new(size: Bytes) -> Option<Self> {
        let bytes = u32::try_from(size.get()).ok()?;
        let fits = bytes.is_power_of_two() && (512..=1 << 30).contains(&bytes);
        fits.then_some(Self(bytes))
    }

    /// Bytes in a block.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Bytes in a block, as a length.
    #[must_use]
    pub fn bytes(self) -> Bytes {
        Bytes::new(u64::from(self.0))
    }
}

/// The bytes one write covers: any range of a volume that does not overflow u64 (Spec 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WriteRange {
    /// The volume.
    pub volume: VolumeId,
    /// First byte, from the start of the volume.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

/// The part of a write that falls into one block: bytes `start..end` of the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The block.
    pub address: BlockAddress,
    /// First byte within the block.
    pub start: u32,
    /// One past the last byte within the block.
    pub end: u32,
    /// Where `start` lies within the write.
    pub position: u64,
}

impl Piece {
    /// Whether the write covers the block wholly (Claim 7).
    #[must_use]
    pub const fn is_whole(&self, size: BlockSize) -> bool {
        self.start == 0 && self.end == size.0
    }

    /// Bytes of the write in this block.
    #[must_use]
    pub fn length(&self) -> u64 {
        u64::from(self.end - self.start)
    }
}

impl WriteRange {
    /// One past the last byte; `None` where that overflows.
    #[must_use]
    pub const fn end(&self) -> Option<u64> {
        self.offset.checked_add(self.length)
    }

    /// The pieces of the range, in address order; the range must not overflow.
    pub fn pieces(self, size: BlockSize) -> impl Iterator<Item = Piece> {
        self.part(0, self.length, size)
    }

    /// The pieces of bytes `start..start + length` of the range, positions counted from the
    /// beginning of the whole range.
    pub fn part(self, start: u64, length: u64, size: BlockSize) -> impl Iterator<Item = Piece> {
        let block = u64::from(size.0);
        let first = self.offset + start;
        let end = first + length;
        let blocks = if length == 0 { 0..0 } else { first / block..(end - 1) / block + 1 };
        blocks.map(move |index| {
            let within = |at: u64| u32::try_from(at - index * block).expect("at most a block");
            let from = first.max(index * block);
            // The last block of the address space ends at 2⁶⁴, which u64 does not hold.
            let to = end.min((index * block).saturating_add(block));
            Piece {
                address: BlockAddress::data(self.volume, index),
                start: within(from),
                end: within(to),
                position: from - self.offset,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: BlockSize = BlockSize(4096);

    fn pieces(offset: u64, length: u64) -> Vec<(u64, u32, u32)> {
        let range = WriteRange { volume: VolumeId(0), offset, length };
        range.pieces(SIZE).map(|p| (p.address.index, p.start, p.end)).collect()
    }

    #[test]
    fn a_write_falls_into_pieces() {
        assert_eq!(pieces(0, 4096), [(0, 0, 4096)]);
        assert_eq!(pieces(4095, 2), [(0, 4095, 4096), (1, 0, 1)]);
        assert_eq!(pieces(512, 8192), [(0, 512, 4096), (1, 0, 4096), (2, 0, 512)]);
        assert_eq!(pieces(100, 0), []);
    }

    #[test]
    fn the_end_of_the_address_space_is_reached() {
        let last = u64::MAX / 4096;
        assert_eq!(pieces(u64::MAX - 10, 10), [(last, 4085, 4095)]);
    }
}
