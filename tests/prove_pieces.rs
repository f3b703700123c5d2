//! Every check of pieces can fail (Spec 10): the facts of a clean run under `extents` or `write-once`,
//! tampered with in one way, are reported as the property that was broken.

mod support;

use mirrorsim::facts::{Role, Spot, What};
use mirrorsim::protocol::block::{Area, Contents};
use mirrorsim::protocol::{
    BlockNumber, FragmentNumber, Item, ItemBody, Message, PieceBase, Pieces, Reference, TransferId,
};
use support::tamper::{CLEAN, DESTINATION, Run, SOURCE, foreign};

const EXTENTS: (&str, &str) = ("policy", "extents");
const WRITE_ONCE: (&str, &str) = ("policy", "write-once");

/// A clean run under `extents` of one CP of these writes, each in a transfer of its own.
fn written(writes: &[(u64, u64)], sets: &[(&str, &str)]) -> Run {
    let write = |(offset, length): &(u64, u64)| {
        format!(r#"{{ "write": {{ "offset": "{offset}B", "length": "{length}B" }} }}"#)
    };
    let list = writes.iter().map(write).collect::<Vec<_>>().join(", ");
    let text = format!(
        r#"{{ "clients": [ {{ "workload": {{ "operations": [ {list} ] }} }} ],
             "source": {{ "consistency_point": {{ "every": null }} }} }}"#
    );
    let mut all = vec![EXTENTS];
    all.extend(sets);
    Run::clean(&text, &all)
}

/// Changes the first block that is sent as pieces.
fn edit_pieces(run: &mut Run, edit: impl Fn(&mut Pieces)) {
    run.edit_item(|_, item| match &mut item.body {
        ItemBody::Pieces(pieces) => {
            edit(pieces);
            true
        }
        ItemBody::Full(_) | ItemBody::Reference(_) | ItemBody::Hash(_) => false,
    });
}

#[test]
fn s5_pieces_that_make_other_bytes() {
    // A whole block, and over it two fragments of which the second covers a part of the first.
    let clean = written(&[(0, 4096), (100, 200), (150, 300)], &[]);
    let mut run = clean.clone();
    edit_pieces(&mut run, |pieces| pieces.fragments.reverse());
    let words = ["volume 0 block 0", "bytes 150..300 hold c0#2", "expected c0#3"];
    run.assert_found("S5", (SOURCE, "wrong_bytes"), &words);
    let mut run = clean.clone();
    edit_pieces(&mut run, |pieces| pieces.base = PieceBase::Image);
    let words = ["volume 0 block 0", "bytes 0..100 hold the original", "expected c0#1"];
    run.assert_found("S5", (SOURCE, "wrong_bytes"), &words);
    let mut run = clean.clone();
    edit_pieces(&mut run, |pieces| pieces.fragments.truncate(1));
    run.assert_found("S5", (SOURCE, "wrong_bytes"), &["bytes 150..300 hold c0#2"]);
    let mut run = clean.clone();
    edit_pieces(&mut run, |pieces| pieces.fragments[0].number = FragmentNumber(9));
    run.assert_found("S5", (SOURCE, "dangling"), &["volume 0 block 0", "transfer 1"]);
    let mut run = clean;
    edit_pieces(&mut run, |pieces| pieces.fragments[1].transfer = TransferId(99));
    run.assert_found("S5", (SOURCE, "dangling"), &["volume 0 block 0", "transfer 99"]);
}

#[test]
fn s5_pieces_put_together_to_other_bytes() {
    for (policy, what) in [(EXTENTS, "reference"), (WRITE_ONCE, "log")] {
        let mut run = Run::clean(CLEAN, &[policy]);
        run.edit(|what| match what {
            // In CP 1 the second write covers the beginning of block 5.
            What::VolumeWriteAsked(Role::Destination, _, address, contents)
                if address.index == 5 && address.area == Area::Data =>
            {
                *contents = Contents::Data(foreign());
                true
            }
            _ => false,
        });
        let words = ["CP 1", what, "for volume 0 block 5", "hold c9#9"];
        run.assert_found("S5", (DESTINATION, "wrong_bytes"), &words);
    }
}

#[test]
fn s6_other_pieces_than_those_that_are_seen() {
    // The same bytes in another order, and one more that is not seen.
    let clean = written(&[(120, 10), (100, 200), (1000, 200)], &[]);
    let mut run = clean.clone();
    edit_pieces(&mut run, |pieces| pieces.fragments.reverse());
    let words = ["pieces of LSN 3, LSN 2, expected LSN 2, LSN 3"];
    run.assert_found("S6", (SOURCE, "wrong_pieces"), &words);
    let mut run = clean;
    edit_pieces(&mut run, |pieces| {
        let mut covered = pieces.fragments[0];
        covered.transfer = TransferId(0);
        pieces.fragments.insert(0, covered);
    });
    let words = ["pieces of LSN 1, LSN 2, LSN 3, expected LSN 2, LSN 3"];
    run.assert_found("S6", (SOURCE, "wrong_pieces"), &words);
}

#[test]
fn s6_pieces_of_another_block_or_where_none_are_allowed() {
    let mut run = written(&[(100, 200), (4196, 200)], &[]);
    edit_pieces(&mut run, |pieces| pieces.fragments[0].transfer = TransferId(1));
    let words = ["sent volume 0 block 0", "which is of volume 0 block 1"];
    run.assert_found("S6", (SOURCE, "foreign_piece"), &words);
    let mut run = written(&[(0, 4096)], &[]);
    run.edit_item(|_, item| {
        let ItemBody::Reference(reference) = item.body else { return false };
        item.body = ItemBody::Pieces(Pieces::one(reference));
        true
    });
    run.assert_found("S6", (SOURCE, "pieces_not_allowed"), &["volume 0 block 0"]);
    let mut run = Run::clean(CLEAN, &[EXTENTS]);
    run.edit_item(|_, item| {
        let metadata = item.address.area == Area::Bitmap;
        if metadata {
            let reference = Reference { transfer: TransferId(0), number: BlockNumber(0) };
            item.body = ItemBody::Pieces(Pieces::one(reference));
        }
        metadata
    });
    run.assert_found("S6", (SOURCE, "reference_to_metadata"), &["bitmap"]);
}

/// What the block that is sent as pieces holds in the end.
fn frozen(run: &Run) -> Contents {
    let written = run.facts.iter().find_map(|fact| match &fact.what {
        What::VolumeWriteAsked(Role::Source, _, _, contents) => Some(contents.clone()),
        _ => None,
    });
    written.expect("the source writes it")
}

#[test]
fn s23_a_block_in_full_whose_pieces_are_shorter_and_pieces_that_are_not() {
    let mut run = written(&[(100, 200)], &[]);
    let contents = frozen(&run);
    run.edit_item(|_, item| {
        item.body = ItemBody::Full(contents.clone());
        true
    });
    let words = ["CP 1 sent volume 0 block 0 in full", "pieces are shorter"];
    run.assert_found("S23", (SOURCE, "pieces_missing"), &words);
    let writes: Vec<_> = (0..65).map(|place| (place * 7, 3)).collect();
    let mut run = written(&writes, &[("block_size", "512B")]);
    run.edit_item(|_, item| {
        let place = |transfer| mirrorsim::protocol::FragmentReference {
            transfer: TransferId(transfer),
            number: FragmentNumber(0),
        };
        let fragments = (0..65).map(place).collect();
        item.body = ItemBody::Pieces(Pieces { base: PieceBase::Image, fragments });
        true
    });
    run.assert_found("S23", (SOURCE, "pieces_too_long"), &["540B", "536B"]);
}

#[test]
fn s23_a_data_block_that_is_sent_under_write_once() {
    let run = Run::clean(CLEAN, &[WRITE_ONCE]);
    let written = run.facts.iter().find_map(|fact| match &fact.what {
        What::VolumeWriteAsked(Role::Source, _, address, contents) => Some((*address, contents)),
        _ => None,
    });
    let (address, contents) = written.expect("the source writes its blocks");
    let mut sent = run.clone();
    sent.edit_message(|message| match message {
        Message::CpData { items, .. } => {
            items.insert(0, Item { address, body: ItemBody::Full(contents.clone()) });
            true
        }
        _ => false,
    });
    let words = ["CP 1 sent volume 0 block 0 in full", "applies the log by itself"];
    sent.assert_found("S23", (SOURCE, "block_sent"), &words);
    let mut referenced = run;
    referenced.edit_message(|message| match message {
        Message::CpData { items, .. } => {
            let reference = Reference { transfer: TransferId(0), number: BlockNumber(0) };
            items.insert(0, Item { address, body: ItemBody::Reference(reference) });
            true
        }
        _ => false,
    });
    referenced.assert_found("S6", (SOURCE, "reference_not_allowed"), &["volume 0 block 0"]);
}

/// S19: a fragment that lies spoiled in log storage, read without its check failing.
#[test]
fn s19_a_damaged_fragment_that_nobody_notices() {
    let faults = r#"[ { "kind": "bit-rot", "device": "destination.log", "rate": "20%" } ]"#;
    let writes: Vec<_> = (0..60).map(|place| (place * 1000, 700)).collect();
    let mut run = written(&writes, &[("destination.cache", "0B"), ("faults", faults)]);
    run.drop_all(|what| matches!(what, What::CheckFailed(DESTINATION, Spot::Log(_, _, ..4096))));
    run.assert_found("S19", (DESTINATION, "unnoticed"), &["NVLog file"]);
}

/// S2: `write-once` counts on the log, so an entry that is left out is missing from the image.
#[test]
fn s2_an_entry_that_write_once_leaves_out() {
    let mut run = Run::clean(CLEAN, &[WRITE_ONCE]);
    let page = |what: &What| {
        matches!(what, What::VolumeWriteAsked(Role::Destination, _, address, _)
            if address.area == Area::Data && address.index == 3)
    };
    let dropped = run.first(page);
    run.facts.remove(dropped);
    let words = ["CP 1 was committed without volume 0 block 3"];
    run.assert_found("S2", (DESTINATION, "block_missing"), &words);
}
