//! The claims of US 7,200,726, each pinned by a test that fails without what it claims. Claims 17, 20,
//! 22 and 23 are cancelled. Runs are read from their facts; nodes that a claim looks into are driven
//! by hand.

mod support;

use mirrorsim::disk::Image;
use mirrorsim::facts::{Direction, Fact, Role, What};
use mirrorsim::protocol::block::{Contents, Origin, Run, Runs, WriteRange};
use mirrorsim::protocol::buffer::{Buffers, SentPlace, Stage};
use mirrorsim::protocol::transfer::TransferTable;
use mirrorsim::protocol::wire::Category;
use mirrorsim::protocol::{
    BlockNumber, ClientId, Effect, Half, Input, Item, ItemBody, Message, OpNumber, Reference,
    Transfer, TransferId, WriteId,
};
use std::collections::{BTreeMap, BTreeSet};
use support::nodes::{Site, bytes_of, parameters, source_sends};
use support::{block, cp, in_full, items, listed, lsn, observe, references, sent, transfers};

/// Eight blocks, each wholly overwritten: 32 KiB of modified data.
const WHOLE: [(u64, u64); 8] = {
    let mut writes = [(0, 4096); 8];
    let mut place = 0;
    while place < 8 {
        writes[place].0 = 4096 * place as u64;
        place += 1;
    }
    writes
};

/// Whole blocks 1 to 4 within an unaligned write, then block 2 in part, block 9 in two parts that
/// cover it, block 12 in part and then wholly. Wholly modified: 1, 3, 4, 12; partially: 0, 2, 5, 9.
const MIXED: [(u64, u64); 6] = [
    (512, 5 * 4096),
    (2 * 4096, 100),
    (9 * 4096, 2048),
    (9 * 4096 + 2048, 2048),
    (12 * 4096, 7),
    (12 * 4096, 4096),
];

const WHOLLY: [u64; 4] = [1, 3, 4, 12];
const PARTIALLY: [u64; 4] = [0, 2, 5, 9];

/// Blocks referenced, in the order of the CP.
fn referenced(facts: &[Fact]) -> Vec<u64> {
    references(facts).into_iter().map(|(index, _)| index).collect()
}

/// The transfer that a reference names, with the fact of its sending.
fn named(facts: &[Fact], reference: Reference) -> (u64, &Transfer) {
    let named = transfers(facts).into_iter().find(|(_, sent)| sent.header.id == reference.transfer);
    named.expect("a reference names a transfer that was sent")
}

/// The number of the fact that the first CP began.
fn begun(facts: &[Fact]) -> u64 {
    let sent = sent(facts, Direction::ToDestination);
    let begin = sent.iter().find(|(_, message)| matches!(message, Message::CpBegin { .. }));
    begin.expect("a CP ran").0
}

/// Everything the destination stores goes back, cause by cause, to a message the source sent.
fn assert_all_from_the_source(facts: &[Fact]) {
    let mut stored = 0;
    for fact in facts {
        let stores = matches!(fact.what, What::LogWriteAsked(..))
            || matches!(fact.what, What::VolumeWriteAsked(Role::Destination, ..));
        if !stores {
            continue;
        }
        let mut cause = fact;
        while !matches!(cause.what, What::Sent(Direction::ToDestination, ..)) {
            let number = cause.cause.expect("what is stored was sent by the source");
            cause = &facts[usize::try_from(number).expect("a small run")];
        }
        stored += 1;
    }
    assert!(stored > 0, "the run stores something at the destination");
}

/// Claim 1: "mirroring at least a portion of the modified data in the destination storage system
/// without requiring said portion of the modified data to be sent […] during the synchronization
/// phase".
#[test]
fn claim_01_modified_data_is_not_sent_again_in_the_synchronization_phase() {
    let modified = 8 * 4096;
    let scenario = listed(&WHOLE, &[]);
    let (outcome, facts) = observe(&scenario);
    assert!(outcome.figures.saved.synchronization_bytes < modified / 10, "references are small");
    let untouched = Image::new(scenario.parameters.block_size).hash();
    assert_ne!(outcome.finished.ending.images[1], untouched, "the data is mirrored all the same");
    assert_all_from_the_source(&facts);
    let (outcome, _) = observe(&listed(&WHOLE, &[("policy", "full-blocks")]));
    assert!(outcome.figures.saved.synchronization_bytes > modified, "without: sent twice");
}

/// Claim 2: "sending a reference […] for each block of said portion of modified data".
#[test]
fn claim_02_each_block_of_the_portion_has_a_reference() {
    let (_, facts) = observe(&listed(&WHOLE, &[]));
    assert_eq!(referenced(&facts), [0, 1, 2, 3, 4, 5, 6, 7]);
    let resolved = |what: &What| matches!(what, What::VolumeWriteAsked(Role::Destination, ..));
    assert_eq!(facts.iter().filter(|fact| resolved(&fact.what)).count(), 8, "each one is located");
}

/// Claim 3: "each said reference comprises a transfer ID indicating a data transfer in which the
/// corresponding block was previously sent".
#[test]
fn claim_03_a_reference_names_the_transfer_the_block_was_sent_in() {
    let (_, facts) = observe(&listed(&WHOLE, &[]));
    let size = listed(&WHOLE, &[]).parameters.block_size;
    for (index, reference) in references(&facts) {
        let (when, transfer) = named(&facts, reference);
        assert!(when < begun(&facts), "previously sent");
        let carried = transfer.entries.iter().flat_map(|entry| entry.pieces(size));
        assert!(carried.map(|piece| piece.address).any(|address| address == block(index)));
    }
    let ids: BTreeSet<_> = references(&facts).iter().map(|(_, named)| named.transfer).collect();
    assert_eq!(ids.len(), 8, "eight transfers, eight names");
}

/// Claim 4: "an indication of a location at which the corresponding block was located within the data
/// transfer".
#[test]
fn claim_04_a_block_number_locates_the_block_within_an_unaligned_transfer() {
    // Bytes 512 to 20992: the end of block 0, blocks 1 to 4, the beginning of block 5.
    let (_, facts) = observe(&listed(&[(512, 5 * 4096)], &[]));
    let found = references(&facts);
    let numbers: Vec<_> = found.iter().map(|(index, named)| (*index, named.number.0)).collect();
    assert_eq!(numbers, [(1, 0), (2, 1), (3, 2), (4, 3)]);
    for ((_, reference), position) in found.into_iter().zip([3584, 7680, 11776, 15872]) {
        let (_, transfer) = named(&facts, reference);
        let place = usize::try_from(reference.number.0).expect("a small number");
        assert_eq!(transfer.blocks[place], bytes_of(1, position));
    }
}

/// Claim 5: "storing in the source storage subsystem an association between the transfer IDs and
/// blocks wholly modified by the requests".
#[test]
fn claim_05_the_source_associates_transfers_with_wholly_modified_blocks() {
    // Block 0 twice, block 1 in part: the association follows the newest whole overwrite.
    let sent = source_sends(&[(0, 4096), (4096, 10), (0, 4096)]);
    let ids: Vec<_> = sent.iter().filter_map(transfer_id).collect();
    assert_eq!(ids.len(), 3);
    let found = items_of(&sent);
    let newest = Reference { transfer: ids[2], number: BlockNumber(0) };
    assert_eq!(found[&0], ItemBody::Reference(newest));
    assert!(matches!(found[&1], ItemBody::Full(_)), "only wholly modified blocks have one");
}

fn transfer_id(message: &Message) -> Option<TransferId> {
    match message {
        Message::Transfer(transfer) => Some(transfer.header.id),
        _ => None,
    }
}

/// The blocks of the CP among these messages, by index.
fn items_of(messages: &[Message]) -> BTreeMap<u64, ItemBody> {
    let data = messages.iter().filter_map(|message| match message {
        Message::CpData { items, .. } => Some(items),
        _ => None,
    });
    data.flatten().map(|item| (item.address.index, item.body.clone())).collect()
}

/// Claim 6: "an association between the transfer IDs and a plurality of offsets, the offsets
/// indicating locations in local storage of the destination storage system".
#[test]
fn claim_06_references_are_resolved_by_offset_from_log_storage() {
    let writes = [(512, 5 * 4096), (40960, 4096), (81920, 8192)];
    let (_, facts) = observe(&listed(&writes, &[("destination.cache", "0B")]));
    let mut stored = BTreeMap::new();
    let mut read = Vec::new();
    for fact in &facts {
        if let What::LogWriteAsked(_, file, offset, _, header) = &fact.what {
            stored.insert(header.id, (*file, *offset));
        } else if let What::LogReadAsked(_, file, offset) = &fact.what {
            read.push((*file, *offset));
        }
    }
    // A transfer begins with 60 B of its own and 80 B for its one entry; then come its blocks.
    let expected = references(&facts).into_iter().map(|(_, reference)| {
        let (file, offset) = stored[&reference.transfer];
        (file, offset + 60 + 80 + 4096 * u64::from(reference.number.0))
    });
    assert_eq!(read, expected.collect::<Vec<_>>());
    assert_eq!(read.len(), 7, "four blocks, one, and two");
}

/// Claim 7: "said portion of modified data consists of blocks wholly modified as a result of the
/// requests".
#[test]
fn claim_07_only_wholly_modified_blocks_are_referenced() {
    let (_, facts) = observe(&listed(&MIXED, &[]));
    assert_eq!(referenced(&facts), WHOLLY);
}

/// Claim 8: "creating a log entry […] for each of the write requests; transmitting each log entry […]
/// prior to the synchronization phase, […] using data from at least some of the log entries".
#[test]
fn claim_08_log_entries_are_sent_before_and_used_in_the_synchronization_phase() {
    let (outcome, facts) = observe(&listed(&WHOLE, &[]));
    let entries = facts.iter().filter(|fact| matches!(fact.what, What::Appended(..))).count();
    assert_eq!(entries, 8, "one for each request");
    let carried: u64 = transfers(&facts).iter().map(|(_, sent)| sent.entries.len() as u64).sum();
    assert_eq!(carried, 8);
    assert!(transfers(&facts).iter().all(|(number, _)| *number < begun(&facts)));
    let bytes = outcome.figures.wan[0];
    assert_eq!(bytes.get(Category::LogBlocks), 8 * 4096, "the log carries the data");
    assert_eq!(bytes.get(Category::CpBlocks), 0, "and the images are made from it");
}

/// Claim 9: "sending each block of a first subset […] for each block of a second subset […] sending a
/// reference […] instead of sending the corresponding block".
#[test]
fn claim_09_a_first_subset_goes_in_full_a_second_by_reference() {
    let (_, facts) = observe(&listed(&MIXED, &[]));
    assert_eq!((in_full(&facts), referenced(&facts)), (PARTIALLY.into(), WHOLLY.into()));
    let sent: BTreeSet<_> = items(&facts).iter().map(|(_, item)| item.address).collect();
    assert_eq!(items(&facts).len(), sent.len(), "each block once, one way or the other");
    let written = facts.iter().filter_map(|fact| match &fact.what {
        What::VolumeWriteAsked(Role::Destination, _, address, _) => Some(*address),
        _ => None,
    });
    assert_eq!(written.collect::<BTreeSet<_>>(), sent, "the second appliance stores both subsets");
}

/// Claim 10: "each of the data transfers including one or more of the modified blocks and having a
/// unique transfer ID".
#[test]
fn claim_10_each_transfer_has_an_id_of_its_own() {
    let sets = [("source.consistency_point.entries", "3"), ("transfer.id_bits", "3")];
    let (_, facts) = observe(&listed(&WHOLE, &sets));
    let mut live: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (_, transfer) in transfers(&facts) {
        assert!(!transfer.blocks.is_empty(), "modified blocks travel in it");
        assert!(live.entry(transfer.header.cp).or_default().insert(transfer.header.id));
    }
    let counts: Vec<_> = live.values().map(BTreeSet::len).collect();
    assert_eq!(counts, [3, 3, 2], "one transfer for each entry of each CP");
}

/// Claim 11: "the second subset of the plurality of blocks comprises blocks which have been wholly
/// modified as a result of the requests".
#[test]
fn claim_11_the_second_subset_is_what_was_wholly_modified_in_that_cp() {
    // Block 0 is wholly modified in CP 1 and only in part in CP 2; block 1 the other way round.
    let writes = [(0, 4096), (4096, 10), (0, 10), (4096, 4096)];
    let (_, facts) = observe(&listed(&writes, &[("source.consistency_point.entries", "2")]));
    let is_reference = |body: &ItemBody| matches!(body, ItemBody::Reference(_));
    let found = items(&facts).into_iter();
    let found = found.map(|(cp, item)| (cp, item.address.index, is_reference(&item.body)));
    let expected = [(cp(1), 0, true), (cp(1), 1, false), (cp(2), 0, false), (cp(2), 1, true)];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

/// Claim 12: "sending a transfer ID and a block number associated with the block […] the block number
/// indicating a location of the block within said data transfer".
#[test]
fn claim_12_block_numbers_go_on_over_the_entries_of_a_transfer() {
    // Two unaligned writes share one transfer: block 1 and 2 of the first, 11 and 12 of the second.
    let writes = [(4000, 9000), (10 * 4096 + 1, 3 * 4096)];
    let (_, facts) = observe(&listed(&writes, &[("transfer.max_delay", "1ms")]));
    assert_eq!(transfers(&facts).len(), 1, "both wait for company");
    let found = references(&facts);
    let numbers: Vec<_> = found.iter().map(|(index, named)| (*index, named.number.0)).collect();
    assert_eq!(numbers, [(1, 0), (2, 1), (11, 2), (12, 3)]);
    let (_, transfer) = named(&facts, found[0].1);
    let blocks = [bytes_of(1, 96), bytes_of(1, 4192), bytes_of(2, 4095), bytes_of(2, 8191)];
    assert_eq!(transfer.blocks, blocks);
}

/// Claim 13: "for each […] only partially modified […], sending the partially modified block […] for
/// each […] wholly modified […], sending a transfer ID and a block number […] instead".
#[test]
fn claim_13_partially_modified_blocks_are_sent_wholly_modified_ones_are_not() {
    let (outcome, facts) = observe(&listed(&MIXED, &[]));
    assert_eq!(in_full(&facts), PARTIALLY, "whole then partial is partial, two halves are partial");
    assert_eq!(referenced(&facts), WHOLLY, "partial then whole is whole");
    assert_eq!(outcome.figures.wan[0].get(Category::CpBlocks), 4 * (24 + 4096));
    assert_eq!(outcome.figures.wan[0].get(Category::CpReferences), 4 * 24);
}

/// Claim 14: "maintaining a transfer ID structure […] storing in the buffer descriptor for each block
/// wholly modified […] an index to a corresponding transfer ID stored in the transfer ID structure, a
/// block number".
#[test]
fn claim_14_a_descriptor_holds_an_index_into_the_transfer_ids_and_a_block_number() {
    let size = parameters(&[]).block_size;
    let (mut table, mut buffers) = (TransferTable::new(4, 32), Buffers::new(size));
    let id = WriteId { client: ClientId(0), op: OpNumber(1) };
    let range = |offset, length| WriteRange { volume: block(0).volume, offset, length };
    for (place, range) in (1..).zip([range(0, 8192), range(4096, 4096), range(8192, 5)]) {
        range.pieces(size).for_each(|piece| {
            buffers.apply(&piece, id, lsn(place));
        });
    }
    table.reserve(Half::First, 2);
    let (_, (index, given)) = (table.give(Half::First), table.give(Half::First));
    let at = |number| SentPlace { index, number: BlockNumber(number) };
    buffers.record_sent(Stage::Active, block(0), lsn(1), at(0));
    buffers.record_sent(Stage::Active, block(1), lsn(1), at(1));
    buffers.freeze();
    let sent = |index| buffers.frozen()[&block(index)].sent;
    assert_eq!(sent(0), Some(at(0)));
    assert_eq!(sent(1), None, "what was sent is not its newest write");
    assert_eq!(sent(2), None, "only wholly modified blocks");
    assert_eq!((given, table.id(index)), (TransferId(1), Some(given)), "the index leads to the ID");
}

/// Claim 15: "storing each of the transfer IDs […] in association with a corresponding offset […]
/// using the identified offset to retrieve the modified block from the local storage, and storing the
/// modified block […] in the second set of storage devices".
#[test]
fn claim_15_the_destination_retrieves_referenced_blocks_by_their_offset() {
    let mut site = Site::new("0B");
    let (file, offset) = site.store_transfer();
    let effects = site.begin_cp();
    let full = Contents::Data(bytes_of(9, 0));
    let [Effect::WriteVolume(first, _, address, contents), Effect::ReadLog(read, from, at, 4096)] =
        effects.as_slice()
    else {
        panic!("a block that came is stored, one that did not is looked up: {effects:?}")
    };
    assert_eq!((*address, contents), (block(0), &full));
    assert_eq!((*from, *at), (file, offset + 60 + 80 + 4096), "the second block of the transfer");
    let retrieved = site.tell(Input::LogRead(*read, Some(bytes_of(1, 4192))));
    let second = retrieved.iter().find_map(|effect| match effect {
        Effect::WriteVolume(ticket, _, address, contents) if *address == block(2) => {
            assert_eq!(*contents, Contents::Data(bytes_of(1, 4192)));
            Some(*ticket)
        }
        _ => None,
    });
    assert_eq!(site.tell(Input::VolumeWritten(*first)), [], "not before both are stored");
    let effects = site.tell(Input::VolumeWritten(second.expect("it is stored")));
    let [Effect::Commit(record)] = effects.as_slice() else {
        panic!("both are stored, so the image is committed: {effects:?}")
    };
    assert_eq!((record.cp, record.last_lsn), (cp(1), lsn(1)));
}

/// Claim 16: "configured to receive the modified data from the first storage appliance and not from
/// any client […], to mirror at least a portion of the modified data […] at the consistency point
/// without receiving said portion".
#[test]
fn claim_16_the_second_appliance_mirrors_what_it_got_from_the_first_alone() {
    Site::new("1MiB").assert_refuses_clients();
    let (outcome, facts) = observe(&listed(&WHOLE, &[]));
    assert_all_from_the_source(&facts);
    let point = sent(&facts, Direction::ToDestination).into_iter();
    let point = point.filter(|(number, _)| *number >= begun(&facts));
    assert!(point.clone().count() > 0 && point.into_iter().all(|(_, message)| !has_data(message)));
    assert_ne!(outcome.finished.ending.images[1], Image::new(parameters(&[]).block_size).hash());
}

/// Whether the message carries bytes of clients.
fn has_data(message: &Message) -> bool {
    let full = |item: &Item| matches!(item.body, ItemBody::Full(_));
    match message {
        Message::Transfer(_) | Message::NakAnswer { .. } => true,
        Message::CpData { items, .. } => items.iter().any(full),
        _ => false,
    }
}

/// Claim 18, a source storage server: "sending each block of a first subset […] for each block of a
/// second subset […] sending a reference […] identifying a data transfer […] and a location".
#[test]
fn claim_18_the_source_server_sends_blocks_and_references() {
    let sent = source_sends(&[(4000, 96 + 8192)]);
    let id = sent.iter().find_map(transfer_id).expect("the write was forwarded");
    let found = items_of(&sent);
    let reference =
        |number| ItemBody::Reference(Reference { transfer: id, number: BlockNumber(number) });
    let mut first = Runs::of(0, 4096, Origin::Original);
    let id = WriteId { client: ClientId(0), op: OpNumber(1) };
    first.put(Run { start: 4000, end: 4096, origin: Origin::Write { id, position: 0 } });
    assert_eq!((&found[&1], &found[&2]), (&reference(0), &reference(1)));
    assert!(matches!(&found[&0], ItemBody::Full(Contents::Data(held)) if *held == first));
}

/// Claim 19: "prior to the process of synchronizing data, the second storage appliance receives the
/// modified data only from the first storage appliance".
#[test]
fn claim_19_before_the_consistency_point_data_comes_from_the_first_appliance_only() {
    Site::new("1MiB").assert_refuses_clients();
    let (_, facts) = observe(&listed(&MIXED, &[]));
    let before: Vec<_> = facts.into_iter().take_while(|fact| !begins(&fact.what)).collect();
    assert_all_from_the_source(&before);
    assert_eq!(transfers(&before).len(), MIXED.len(), "all of it is there by then");
}

fn begins(what: &What) -> bool {
    matches!(what, What::Sent(_, _, message) if matches!(**message, Message::CpBegin { .. }))
}

/// Claim 21, a destination storage server: "by using references […] received […] during the
/// consistency point, […] to locate corresponding blocks of modified data in local storage".
#[test]
fn claim_21_the_destination_server_locates_blocks_in_its_own_storage() {
    let mut site = Site::new("1MiB");
    site.assert_refuses_clients();
    site.store_transfer();
    let effects = site.begin_cp();
    let wanted = Contents::Data(bytes_of(1, 4192));
    let located = effects.iter().any(|effect| {
        matches!(effect, Effect::WriteVolume(_, _, address, contents)
            if *address == block(2) && *contents == wanted)
    });
    assert!(located, "the second block of transfer 7, never sent in the CP: {effects:?}");
}
