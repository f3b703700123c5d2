//! Deduplication: of each block the hash of its contents, and the block only if that is unknown.
//!
//! Contents are symbolic and equal exactly if they came from the same place of the same write; so a
//! hash is the contents themselves here, and costs the bytes of a hash. What clients write may equal
//! what the destination has from elsewhere, long since; how often is a knob, and which blocks these
//! are is told by their contents alone.

use super::super::block::{Origin, Runs};
use crate::units::Ratio;

/// Whether the destination has had equal contents long since, where this share of blocks has.
#[must_use]
pub fn is_known_elsewhere(runs: &Runs, share: Ratio) -> bool {
    let (numerator, denominator) = share.parts();
    let mixed = runs.as_slice().iter().fold(0, |mixed: u64, run| {
        let place = match run.origin {
            Origin::Write { id, position } => mix(mix(u64::from(id.client.0)) ^ id.op.0) ^ position,
            // Nobody knows what it is, so nobody has it.
            Origin::Original => 1,
            Origin::Damaged(_) => return mixed,
        };
        mix(mixed ^ mix(place ^ (u64::from(run.start) << 32)))
    });
    u128::from(mixed) * u128::from(denominator) < (u128::from(numerator) << 64)
}

/// A bijection of 64 bits that leaves no pattern (the finalizer of `SplitMix64`).
const fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::super::{ClientId, OpNumber, WriteId};
    use super::*;

    #[test]
    fn the_share_is_met_and_contents_alone_decide() {
        let block = |op| {
            let id = WriteId { client: ClientId(3), op: OpNumber(op) };
            Runs::of(0, 4096, Origin::Write { id, position: 8192 })
        };
        let ratio = |text: &str| text.parse().expect("a share");
        for (share, expected) in [("0%", 0..1), ("30%", 2850..3150), ("100%", 10_000..10_001)] {
            let known = (0..10_000).filter(|op| is_known_elsewhere(&block(*op), ratio(share)));
            assert!(expected.contains(&known.count()), "{share}");
        }
        let known = |op| is_known_elsewhere(&block(op), ratio("50%"));
        assert_eq!((0..99).map(known).collect::<Vec<_>>(), (0..99).map(known).collect::<Vec<_>>());
    }
}
