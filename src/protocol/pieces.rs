//! Blocks put together from what lies in the log (Spec 10, `extents` and `write-once`): what the
//! entries of one CP wrote to a block, layer upon layer, and the list that names what is still seen.

use super::block::{BlockSize, Origin, Run, Runs};
use super::{FragmentReference, Lsn, PieceBase, Pieces, Reference};
use std::collections::BTreeMap;

/// What entries of one CP wrote to a block, by LSN: the newest lies on top. Bytes that a newer layer
/// covers are not seen; a layer that a single newer one covers wholly is forgotten.
#[derive(Debug, Clone, Default)]
pub struct Layers(BTreeMap<Lsn, Layer>);

/// What one entry wrote to the block.
#[derive(Debug, Clone, Copy)]
struct Layer {
    start: u32,
    end: u32,
    /// Where it lies in the transfers of this session; `None`: in none.
    place: Option<Place>,
}

/// Where a layer lies in the transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a block area: the layer covers the block wholly.
    Block(Reference),
    /// In a fragment area.
    Fragment(FragmentReference),
}

impl Layers {
    /// An entry wrote bytes `start..end` of the block. Entries may come in any order.
    pub fn put(&mut self, lsn: Lsn, (start, end): (u32, u32), place: Option<Place>) {
        let covers = |above: &Layer| above.start <= start && end <= above.end;
        if self.0.range(lsn..).any(|(_, above)| covers(above)) {
            return;
        }
        self.0.retain(|below, layer| *below > lsn || layer.start < start || end < layer.end);
        self.0.insert(lsn, Layer { start, end, place });
    }

    /// What the entry wrote was sent.
    pub fn sent(&mut self, lsn: Lsn, place: Place) {
        if let Some(layer) = self.0.get_mut(&lsn) {
            layer.place = Some(place);
        }
    }

    /// The session is over: what was sent in it cannot be named any more (Spec 6.2).
    pub fn end_session(&mut self) {
        for layer in self.0.values_mut() {
            layer.place = None;
        }
    }

    /// The pieces that the block is put together from: of layers that are seen only, from the lowest
    /// to the newest. `None`: one of them was not sent in this session, or nothing was written.
    #[must_use]
    pub fn pieces(&self, size: BlockSize) -> Option<Pieces> {
        let mut seen = Vec::new();
        let mut covered = Runs::default();
        for layer in self.0.values().rev() {
            if !covered.covers(layer.start, layer.end) {
                seen.push(layer.place?);
                let (start, end) = (layer.start, layer.end);
                covered.put(Run { start, end, origin: Origin::Original });
            }
            if covered.covers(0, size.get()) {
                break;
            }
        }
        let mut pieces = Pieces { base: PieceBase::Image, fragments: Vec::new() };
        for place in seen.iter().rev() {
            match place {
                // It covers whatever lies below, so it is the lowest that is seen.
                Place::Block(reference) => pieces.base = PieceBase::Block(*reference),
                Place::Fragment(reference) => pieces.fragments.push(*reference),
            }
        }
        (!seen.is_empty()).then_some(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BlockNumber, FragmentNumber, TransferId};
    use super::*;
    use crate::units::Bytes;

    fn lsn(sequence: u64) -> Lsn {
        Lsn { sequence, ..Lsn::ORIGIN }
    }

    fn fragment(number: u32) -> FragmentReference {
        FragmentReference { transfer: TransferId(7), number: FragmentNumber(number) }
    }

    const BLOCK: Reference = Reference { transfer: TransferId(7), number: BlockNumber(0) };

    /// The layers (LSN, start, end), each sent as the fragment with the number of its LSN; one that
    /// covers 4 KiB as [`BLOCK`].
    fn layers(written: &[(u32, u32, u32)]) -> Layers {
        let mut layers = Layers::default();
        for &(number, start, end) in written {
            let whole = (start, end) == (0, 4096);
            let place = if whole { Place::Block(BLOCK) } else { Place::Fragment(fragment(number)) };
            layers.put(lsn(u64::from(number)), (start, end), Some(place));
        }
        layers
    }

    /// The base, and the numbers of the fragments.
    fn pieces(written: &[(u32, u32, u32)]) -> (PieceBase, Vec<u32>) {
        let size = BlockSize::new(Bytes::kib(4)).expect("a power of two");
        let pieces = layers(written).pieces(size).expect("all of it was sent");
        (pieces.base, pieces.fragments.iter().map(|fragment| fragment.number.0).collect())
    }

    #[test]
    fn fragments_go_in_the_order_of_the_log() {
        let out_of_order = [(3, 100, 300), (1, 0, 200), (2, 150, 250)];
        assert_eq!(pieces(&out_of_order), (PieceBase::Image, vec![1, 3]));
        assert_eq!(pieces(&[(1, 0, 10), (2, 20, 30)]), (PieceBase::Image, vec![1, 2]));
    }

    #[test]
    fn what_later_ones_cover_together_is_left_out() {
        let covered = [(1, 100, 300), (2, 50, 200), (3, 200, 400)];
        assert_eq!(pieces(&covered), (PieceBase::Image, vec![2, 3]));
    }

    #[test]
    fn a_whole_block_is_the_base_while_any_of_it_is_seen() {
        let block = PieceBase::Block(BLOCK);
        assert_eq!(pieces(&[(1, 5, 6), (2, 0, 4096), (3, 7, 8)]), (block, vec![3]));
        assert_eq!(pieces(&[(3, 7, 8), (2, 0, 4096), (1, 5, 6)]), (block, vec![3]));
        let gone = [(1, 0, 4096), (2, 0, 3000), (3, 2000, 4096)];
        assert_eq!(pieces(&gone), (PieceBase::Image, vec![2, 3]));
    }

    #[test]
    fn what_was_not_sent_in_this_session_is_not_named() {
        let size = BlockSize::new(Bytes::kib(4)).expect("a power of two");
        let mut held = layers(&[(1, 0, 200), (2, 100, 300)]);
        held.end_session();
        held.sent(lsn(2), Place::Fragment(fragment(9)));
        assert_eq!(held.pieces(size), None);
        held.put(lsn(3), (0, 100), Some(Place::Fragment(fragment(10))));
        let pieces = held.pieces(size).expect("what was not sent is not seen any more");
        assert_eq!(pieces.fragments, [fragment(9), fragment(10)]);
        assert_eq!(Layers::default().pieces(size), None);
    }
}
