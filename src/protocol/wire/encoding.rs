//! What lengths depend on beside the message: the size of a block, of a hash, and how far data is
//! compressed (Spec 9.1, 10).

use super::super::block::{BlockSize, Contents, Origin, Runs};
use super::{ADDRESS, ITEM_KIND};
use crate::units::Ratio;
use std::sync::Arc;

/// How messages are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// Bytes in a block.
    pub size: BlockSize,
    /// Bytes in the hash of a block's contents.
    pub hash: u64,
    /// How far data is compressed; `None`: not at all.
    pub compression: Option<Compression>,
}

/// To which share of its length data is compressed.
///
/// Contents are symbolic, so nothing is compressed really: the share is that of the client whose
/// write the bytes came from. What no client wrote is compressed like the data that is compressed
/// least; metadata is not compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compression {
    /// By the number of the client.
    clients: Arc<[Ratio]>,
    others: Ratio,
}

/// A compressed part says how long it is.
const LENGTH: u64 = 4;

impl Compression {
    /// Data of each client becomes this share of its length, in the order of their numbers.
    #[must_use]
    pub fn new(clients: Vec<Ratio>) -> Self {
        let larger = |a: Ratio, b: Ratio| if share(1 << 30, a) < share(1 << 30, b) { b } else { a };
        let others = clients.iter().copied().reduce(larger).unwrap_or(Ratio::ONE);
        Self { clients: clients.into(), others }
    }

    fn of(&self, origin: Origin) -> Ratio {
        match origin {
            Origin::Write { id, .. } => {
                let place = usize::try_from(id.client.0).ok();
                place.and_then(|place| self.clients.get(place)).copied().unwrap_or(self.others)
            }
            Origin::Original | Origin::Damaged(_) => self.others,
        }
    }
}

impl Encoding {
    /// Blocks of this size, hashes of 32 bytes, nothing compressed.
    #[must_use]
    pub const fn plain(size: BlockSize) -> Self {
        Self { size, hash: 32, compression: None }
    }

    /// Bytes that this data takes in a message. Where compressing would make it longer, it goes as it
    /// is.
    #[must_use]
    pub fn data(&self, runs: &Runs) -> u64 {
        let raw = runs.length();
        let Some(compression) = &self.compression else { return raw };
        let part = |run: &super::super::block::Run| {
            share(u64::from(run.end - run.start), compression.of(run.origin))
        };
        let compressed: u64 = runs.as_slice().iter().map(part).sum();
        LENGTH + compressed.clamp(raw.min(1), raw)
    }

    /// Bytes that a block takes in a message, without its item header.
    #[must_use]
    pub fn block(&self, contents: &Contents) -> u64 {
        match contents {
            Contents::Data(runs) => self.data(runs),
            Contents::Metadata(_) => u64::from(self.size.get()),
        }
    }

    /// A block sent as the hash of its contents: address, kind, hash.
    #[must_use]
    pub const fn hashed_item(&self) -> u64 {
        ADDRESS + ITEM_KIND + self.hash
    }
}

/// This share of so many bytes, rounded up.
fn share(bytes: u64, ratio: Ratio) -> u64 {
    let (numerator, denominator) = ratio.parts();
    let product = u128::from(bytes) * u128::from(numerator);
    u64::try_from(product.div_ceil(u128::from(denominator))).expect("a share is no longer")
}

#[cfg(test)]
mod tests {
    use super::super::super::{ClientId, OpNumber, WriteId};
    use super::*;
    use crate::units::Bytes;

    #[test]
    fn each_client_has_its_own_share() {
        let ratio = |text: &str| text.parse().expect("a share");
        let size = BlockSize::new(Bytes::kib(4)).expect("a power of two");
        let compression = Compression::new(vec![ratio("25%"), ratio("50%")]);
        let encoding = Encoding { compression: Some(compression), ..Encoding::plain(size) };
        let write = |client| {
            let id = WriteId { client: ClientId(client), op: OpNumber(1) };
            Origin::Write { id, position: 0 }
        };
        assert_eq!(encoding.data(&Runs::of(0, 4096, write(0))), 4 + 1024);
        let mut mixed = Runs::of(0, 4096, Origin::Original);
        mixed.overlay(&Runs::of(0, 1000, write(0)));
        assert_eq!(encoding.data(&mixed), 4 + 250 + 3096 / 2, "the original goes like the worst");
        assert_eq!(Encoding::plain(size).data(&mixed), 4096);
        assert_eq!(encoding.block(&Contents::Metadata(Vec::new())), 4096);
        let incompressible = Compression::new(vec![Ratio::ONE]);
        let encoding = Encoding { compression: Some(incompressible), ..Encoding::plain(size) };
        assert_eq!(encoding.data(&Runs::of(0, 4096, write(0))), 4 + 4096, "but for its length");
    }
}
