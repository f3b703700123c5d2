use super::*;
use crate::protocol::block::{Area, VolumeId};
use crate::protocol::{ClientId, CpNumber, Generation, OpNumber, WriteId};
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

/// Bytes of a write with a run of damage in it.
fn with_damage(op: u64, start: u32, end: u32) -> Contents {
    let Contents::Data(mut runs) = written(op) else { panic!("a write is data") };
    runs.put(Run { start, end, origin: Origin::Damaged(FAULT) });
    Contents::Data(runs)
}

const FAULT: FaultId = FaultId(7);
const THIRD: CpId = SECOND.next();

/// Spec 6.4: the set of changed blocks is what a commit wrote, whatever it holds now.
#[test]
fn a_block_is_born_again_by_every_commit() {
    let mut image = committed(&[(FIRST, 1, 1), (FIRST, 2, 2), (SECOND, 2, 3)]);
    image.write_shadow(THIRD, block(1), Contents::original(block(1), size()));
    assert_eq!(image.changed_since(FIRST), [(block(2), SECOND)].into(), "a shadow is not born");
    image.commit(THIRD);
    assert_eq!(image.changed_since(FIRST), [(block(1), THIRD), (block(2), SECOND)].into());
    assert_eq!(image.changed_since(SECOND), [(block(1), THIRD)].into());
    assert_eq!(image.changed_since(THIRD), BTreeMap::new());
    image.write_shadow(THIRD.next(), block(2), written(3));
    image.commit(THIRD.next());
    assert_eq!(image.changed_since(THIRD), [(block(2), THIRD.next())].into(), "the same bytes");
    let promoted = CpId { generation: Generation(2), number: CpNumber(1) };
    image.write_in_place(block(9), written(9), promoted);
    assert_eq!(image.changed_since(THIRD.next()), [(block(9), promoted)].into());
}

/// Spec 1.2, 1.3: the CP in progress is lost in a crash.
#[test]
fn dropped_shadows_never_become_visible() {
    let mut image = committed(&[(FIRST, 1, 1)]);
    for (cp, op) in [(SECOND, 2), (THIRD, 3)] {
        image.write_shadow(cp, block(1), written(op));
    }
    image.drop_shadow(SECOND);
    image.commit(SECOND);
    assert_eq!(image.read(block(1)), written(1));
    image.commit(THIRD);
    assert_eq!(image.read(block(1)), written(3), "only the CP named was given up");
    image.write_shadow(THIRD.next(), block(1), written(4));
    image.drop_shadows();
    image.commit(THIRD.next());
    assert_eq!(image.read(block(1)), written(3));
    assert_eq!(image.changed_since(THIRD), BTreeMap::new());
}

#[test]
fn what_is_written_in_place_survives_a_crash_without_a_commit() {
    let mut image = committed(&[(FIRST, 1, 1)]);
    image.write_in_place(block(1), written(2), SECOND);
    image.drop_shadows();
    assert_eq!(image.read(block(1)), written(2));
}

/// Spec 8.2: damage is on the medium and fails the check, until the block is written again.
#[test]
fn damage_is_read_raw_fails_the_check_and_heals() {
    let mut image = committed(&[(FIRST, 1, 1), (FIRST, 2, 2)]);
    let before = image.hash();
    image.damage(block(1), 512, 1024, FAULT);
    assert_eq!(image.read(block(1)), with_damage(1, 512, 1024));
    assert_eq!((image.check(block(1)), image.check(block(2))), (Stored::Damaged, Stored::Intact));
    assert_eq!(image.spoiled().collect::<Vec<_>>(), [(block(1), FAULT)]);
    assert_eq!(image.changed_since(FIRST), BTreeMap::new(), "damage is no write");
    assert_ne!(image.hash(), before);
    image.write_shadow(SECOND, block(1), written(1));
    assert_eq!(image.check(block(1)), Stored::Damaged, "a shadow heals nothing yet");
    image.commit(SECOND);
    assert_eq!((image.read(block(1)), image.check(block(1))), (written(1), Stored::Intact));
    assert_eq!(image.hash(), before);
    image.damage(block(2), 0, 4096, FAULT);
    image.write_in_place(block(2), written(2), SECOND);
    assert_eq!((image.check(block(2)), image.hash()), (Stored::Intact, before));
}

#[test]
fn a_block_never_written_and_metadata_can_be_damaged() {
    let mut image = committed(&[]);
    let top = BlockAddress { volume: VolumeId(0), area: Area::Indirect(1), index: 0 };
    image.damage(block(5), 4095, 4096, FAULT);
    image.damage(top, 0, 1, FAULT);
    assert_eq!(image.blocks().len(), 2);
    assert_eq!(image.spoiled().len(), 2);
    let whole = Runs::of(0, 4096, Origin::Damaged(FAULT));
    assert_eq!(image.read(top), Contents::Data(whole), "no metadata can be made out");
}

/// Spec 8.2: the medium said it was done, and the old page stays.
#[test]
fn a_lost_write_leaves_the_old_page_and_is_found_after_the_commit() {
    let mut image = committed(&[(FIRST, 1, 1)]);
    image.write_shadow_lost(SECOND, block(1), FAULT);
    assert_eq!(image.check(block(1)), Stored::Intact, "the committed page is as it was");
    assert_eq!(image.commit(SECOND), [block(1)]);
    assert_eq!((image.read(block(1)), image.check(block(1))), (written(1), Stored::Damaged));
    assert_eq!(image.changed_since(FIRST), [(block(1), SECOND)].into(), "as far as anybody knows");
    // Lost over a page of the same CP: that one stays. Written again: nothing is wrong.
    image.write_shadow(THIRD, block(1), written(2));
    image.write_shadow_lost(THIRD, block(1), FAULT);
    image.write_shadow_lost(THIRD, block(2), FAULT);
    image.write_shadow(THIRD, block(2), written(3));
    assert_eq!(image.commit(THIRD), [block(1)]);
    assert_eq!((image.read(block(1)), image.check(block(1))), (written(2), Stored::Damaged));
    assert_eq!((image.read(block(2)), image.check(block(2))), (written(3), Stored::Intact));
}

#[test]
fn a_misdirected_write_spoils_two_blocks() {
    let mut image = committed(&[(FIRST, 1, 1), (FIRST, 2, 2)]);
    image.misdirect(SECOND, block(1), block(2), written(3), FAULT);
    assert_eq!((image.read(block(2)), image.check(block(2))), (written(3), Stored::Damaged));
    assert_eq!((image.read(block(1)), image.check(block(1))), (written(1), Stored::Intact));
    image.commit(SECOND);
    assert_eq!((image.read(block(1)), image.check(block(1))), (written(1), Stored::Damaged));
    assert_eq!(image.changed_since(FIRST), [(block(1), SECOND)].into());
}

/// Spec 6.5: a pass of resynchronization sends one image while later CPs commit.
#[test]
fn a_pinned_image_stays_while_later_ones_commit() {
    let mut image = committed(&[(FIRST, 1, 1), (FIRST, 2, 2)]);
    image.pin();
    let pages = [(SECOND, 1, 11), (SECOND, 3, 13), (THIRD, 1, 21)];
    for (cp, index, op) in pages {
        image.write_shadow(cp, block(index), written(op));
        image.commit(cp);
    }
    image.write_in_place(block(2), written(22), THIRD);
    assert_eq!(image.read(block(1)), written(21));
    let pinned = |index| image.read_pinned(block(index));
    assert_eq!((pinned(1), pinned(2)), (written(1), written(2)));
    assert_eq!(pinned(3), Contents::original(block(3), size()));
    image.unpin();
    image.pin();
    assert_eq!(image.read_pinned(block(1)), written(21), "pinned anew");
}

/// Pages are shared until a commit replaces one, so damage shows in the image that has the page.
#[test]
fn damage_shows_in_every_image_that_has_the_page() {
    let mut image = committed(&[(FIRST, 1, 1), (FIRST, 2, 2)]);
    image.pin();
    image.damage(block(1), 0, 512, FAULT);
    image.write_shadow(SECOND, block(1), written(3));
    image.write_shadow(SECOND, block(2), written(4));
    image.commit(SECOND);
    image.damage(block(2), 0, 512, FAULT);
    assert_eq!((image.check_pinned(block(1)), image.check(block(1))), {
        (Stored::Damaged, Stored::Intact)
    });
    assert_eq!(image.read_pinned(block(1)), with_damage(1, 0, 512));
    assert_eq!((image.check_pinned(block(2)), image.check(block(2))), {
        (Stored::Intact, Stored::Damaged)
    });
    assert_eq!(image.read_pinned(block(2)), written(2));
}

/// A page that only the pinned image has cannot be read there any more, and nowhere else.
#[test]
fn an_unreadable_page_is_that_of_the_image_that_was_read() {
    let mut image = committed(&[(FIRST, 1, 1), (FIRST, 2, 2)]);
    image.pin();
    image.write_shadow(SECOND, block(1), written(3));
    image.commit(SECOND);
    let (committed, pinned) = (Version::Committed, Version::Pinned);
    assert_eq!(image.make_unreadable(pinned, block(1), FAULT), pinned);
    assert_eq!(image.read_checked(pinned, block(1)), None);
    assert_eq!(image.read_checked(committed, block(1)), Some(written(3)));
    assert_eq!(image.make_unreadable(pinned, block(2), FAULT), committed, "they share the page");
    assert_eq!(image.read_checked(pinned, block(2)), None);
    assert_eq!(image.read_checked(committed, block(2)), None);
    assert_eq!(image.make_unreadable(committed, block(1), FAULT), committed);
    assert_eq!(image.read_checked(committed, block(1)), None);
}

/// Metadata lies on the disks twice (Spec 8.2).
#[test]
fn faults_of_the_medium_find_data_blocks_only() {
    let mut image = committed(&[(FIRST, 4, 1), (FIRST, 2, 2)]);
    let top = BlockAddress { volume: VolumeId(0), area: Area::Indirect(1), index: 0 };
    image.write_shadow(SECOND, top, Contents::Metadata(vec![(0, FIRST.number)]));
    image.commit(SECOND);
    assert_eq!(image.blocks().len(), 3);
    assert_eq!(image.exposed().collect::<Vec<_>>(), [block(2), block(4)]);
}

#[test]
#[should_panic(expected = "one image is pinned at a time")]
fn two_images_cannot_be_pinned() {
    let mut image = committed(&[]);
    image.pin();
    image.pin();
}
