//! Blocks and their symbolic contents (Spec 2).
//!
//! No byte is made up or hashed. What a block holds is written down as runs, each naming where its
//! bytes came from: the original image, one place in one client's write, or damage. Two images are
//! equal when their runs are, and a difference names its cause: "bytes 512..1024 hold c3#41".

mod address;
mod runs;

pub use address::{Area, BlockAddress, BlockSize, Piece, VolumeId, WriteRange};
pub use runs::{Difference, Origin, Run, Runs};

use super::CpNumber;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

/// What one whole block holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contents {
    /// Bytes of clients: runs that cover the block without a gap.
    Data(Runs),
    /// A file-system metadata block (Spec 5.8): for each child that was ever written, its place
    /// among the children and the newest CP that changed data below it; in order of place.
    Metadata(Vec<(u32, CpNumber)>),
}

impl Contents {
    /// What a block that nobody wrote yet holds.
    #[must_use]
    pub fn original(address: BlockAddress, size: BlockSize) -> Self {
        match address.area {
            Area::Data => Self::Data(Runs::of(0, size.get(), Origin::Original)),
            Area::Indirect(_) | Area::Bitmap => Self::Metadata(Vec::new()),
        }
    }

    /// Where `self` first differs from `expected`; `None` if they are equal.
    #[must_use]
    pub fn difference(&self, expected: &Self) -> Option<String> {
        match (self, expected) {
            (Self::Data(held), Self::Data(wanted)) => {
                held.difference(wanted).map(|difference| difference.to_string())
            }
            (Self::Metadata(held), Self::Metadata(wanted)) if held == wanted => None,
            (Self::Metadata(held), Self::Metadata(wanted)) => {
                let differs = |pair: &&(u32, CpNumber)| wanted.binary_search(pair).is_err();
                let extra = held.iter().find(differs);
                let (child, cp) = extra.or_else(|| wanted.iter().find(|p| !held.contains(p)))?;
                Some(format!("child {child} (CP {cp}) stands on one side only"))
            }
            (Self::Data(_), Self::Metadata(_)) => Some("data where metadata belongs".to_owned()),
            (Self::Metadata(_), Self::Data(_)) => Some("metadata where data belongs".to_owned()),
        }
    }
}

/// The fingerprint of an image, given as its blocks that differ from the original, in order of
/// address: XXH3, 128 bits, over address and contents of each in the postcard encoding; 32
/// hexadecimal digits. Equal images have equal fingerprints however they came about.
#[must_use]
pub fn fingerprint<'a>(blocks: impl Iterator<Item = (BlockAddress, &'a Contents)>) -> String {
    let mut hasher = Xxh3::new();
    let mut buffer = Vec::new();
    for block in blocks {
        buffer.clear();
        buffer = postcard::to_extend(&block, buffer).expect("a block has a plain binary form");
        hasher.update(&buffer);
    }
    format!("{:032x}", hasher.digest128())
}
