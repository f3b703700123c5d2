//! Spec 10, `extents` and `write-once`: blocks that the destination puts together from its own image and
//! the log. The images are those of `references`, and the bytes fewer.

mod support;

use mirrorsim::batch::Outcome;
use mirrorsim::facts::{Direction, Fact, Spot, What};
use mirrorsim::protocol::block::{Area, VolumeId};
use mirrorsim::protocol::wire::{Breakdown, Category};
use mirrorsim::protocol::{
    ItemBody, Message, MirrorState, Note, PieceBase, Pieces, ResolvedFrom, TransferId,
};
use mirrorsim::scenario::Scenario;
use mirrorsim::trace::Trace;
use mirrorsim::workload::Traces;
use std::collections::{BTreeMap, BTreeSet};
use support::tamper::DESTINATION;
use support::{
    assert_passes, beginning, block, items, listed, observe, recorded, replay, run, scenario, sent,
    traces,
};

const EXTENTS: (&str, &str) = ("policy", "extents");
const WRITE_ONCE: (&str, &str) = ("policy", "write-once");

fn count(facts: &[Fact], wanted: impl Fn(&What) -> bool) -> usize {
    facts.iter().filter(|fact| wanted(&fact.what)).count()
}

/// What CP 1 sends for block 0 when these writes are all of it; and the facts.
fn sent_for(writes: &[(u64, u64)], sets: &[(&str, &str)]) -> (ItemBody, Vec<Fact>) {
    let (_, facts) = observe(&listed(writes, sets));
    let items = items(&facts);
    let (_, item) = items.first().expect("the CP sends its blocks");
    assert_eq!(item.address, block(0));
    (item.body.clone(), facts)
}

/// The pieces by which CP 1 sends block 0: the transfer of the base, those of the fragments. Every
/// write travels alone, so a transfer is a write, by its place from 0.
fn pieces_for(writes: &[(u64, u64)]) -> (Option<u32>, Vec<u32>) {
    let (ItemBody::Pieces(pieces), _) = sent_for(writes, &[EXTENTS]) else {
        panic!("{writes:?} makes pieces")
    };
    let Pieces { base, fragments } = pieces;
    let base = match base {
        PieceBase::Image => None,
        PieceBase::Block(reference) => Some(reference.transfer),
    };
    let number = |TransferId(id)| id;
    (base.map(number), fragments.iter().map(|piece| number(piece.transfer)).collect())
}

#[test]
fn a_partly_modified_block_goes_as_its_fragments() {
    assert_eq!(pieces_for(&[(100, 200)]), (None, vec![0]));
    assert_eq!(pieces_for(&[(100, 200), (150, 700), (3000, 1)]), (None, vec![0, 1, 2]));
    assert_eq!(pieces_for(&[(200, 50), (100, 500)]), (None, vec![1]), "wholly covered");
    let together = [(200, 200), (100, 200), (300, 200)];
    assert_eq!(pieces_for(&together), (None, vec![1, 2]), "covered by two together");
}

#[test]
fn whole_then_partial_goes_as_the_block_and_the_fragment() {
    assert_eq!(pieces_for(&[(0, 4096), (4000, 96)]), (Some(0), vec![1]));
    assert_eq!(pieces_for(&[(5, 6), (0, 4096), (4000, 200)]), (Some(1), vec![2]));
    let hidden = [(0, 4096), (0, 3000), (2000, 2096)];
    assert_eq!(pieces_for(&hidden), (None, vec![1, 2]), "nothing is left of the block");
}

#[test]
fn partial_then_whole_goes_as_a_plain_reference() {
    let (body, _) = sent_for(&[(100, 200), (0, 4096)], &[EXTENTS]);
    assert!(matches!(body, ItemBody::Reference(reference) if reference.transfer == TransferId(1)));
}

/// Spec 3.6 keeps such a block partial; there is nothing to read under it.
#[test]
fn partials_that_cover_a_block_need_no_base() {
    let is_base_read = |what: &What| matches!(what, What::VolumeReadAsked(DESTINATION, _));
    let writes = [(0, 2000), (1500, 2596)];
    for policy in [EXTENTS, WRITE_ONCE] {
        let (_, facts) = observe(&listed(&writes, &[policy]));
        assert_eq!(count(&facts, is_base_read), 0, "{policy:?}");
        let (_, facts) = observe(&listed(&writes[..1], &[policy]));
        assert_eq!(count(&facts, is_base_read), 1, "{policy:?}: the rest is in the image");
    }
    assert_eq!(pieces_for(&writes), (None, vec![0, 1]));
}

/// 64 fragments of a block of 512 B are named in 532 B, 65 in 540 B; in full it is 536 B.
#[test]
fn a_list_that_is_no_shorter_than_the_block_is_not_sent() {
    let writes: Vec<_> = (0..65).map(|place| (place * 7, 3)).collect();
    let sets = [EXTENTS, ("block_size", "512B")];
    let (body, _) = sent_for(&writes[..64], &sets);
    assert!(matches!(body, ItemBody::Pieces(pieces) if pieces.fragments.len() == 64));
    let (body, _) = sent_for(&writes, &sets);
    assert!(matches!(body, ItemBody::Full(_)));
}

/// A fragment lies behind the block area of its transfer; without a cache it is read from there, and
/// takes the time of a disk.
#[test]
fn fragments_are_read_from_log_storage() {
    let sets = [EXTENTS, ("destination.cache", "0B"), ("transfer.max_delay", "1ms")];
    let (body, facts) = sent_for(&[(4000, 96 + 4096 + 50), (10, 20)], &sets);
    assert!(matches!(body, ItemBody::Pieces(pieces) if pieces.fragments.len() == 2));
    let reads = facts.iter().filter_map(|fact| match fact.what {
        What::FragmentReadAsked(DESTINATION, _, offset, length) => Some((offset, length)),
        _ => None,
    });
    let blocks = 60 + 2 * 80 + 4096;
    assert_eq!(reads.collect::<Vec<_>>(), [(blocks, 96), (blocks + 146, 20), (blocks + 96, 50)]);
    let resolved = count(&facts, |what| {
        matches!(what, What::Noted(DESTINATION, Note::Resolved(_, ResolvedFrom::Pieces)))
    });
    assert_eq!(resolved, 2);
}

/// Writes of 700 B at any byte: hardly a block is ever covered by one.
fn unaligned(sets: &[(&str, &str)]) -> Scenario {
    let text = r#"{ "clients": [ { "workload": { "kind": "synthetic", "count": 3000,
            "sizes": [ { "size": "700B", "weight": 4 }, { "size": "9000B", "weight": 1 } ],
            "alignment": "1B", "span": "512KiB", "reads": "10%", "flush_every": 20,
            "arrival": { "kind": "closed", "depth": 8, "think": "1ms" } } } ],
        "source": { "consistency_point": { "every": "100ms" } },
        "destination": { "cache": "16KiB" }, "wan": { "propagation": "1ms" } }"#;
    scenario(text, sets)
}

/// Data blocks that CPs carried.
fn data_blocks(facts: &[Fact]) -> usize {
    items(facts).iter().filter(|(_, item)| item.address.area == Area::Data).count()
}

#[test]
fn unaligned_writes_go_as_pieces_and_under_write_once_not_at_all() {
    let tree = ("metadata", "tree");
    let (outcome, facts) = observe(&unaligned(&[EXTENTS, tree]));
    let points = &outcome.figures.synchronization;
    assert_eq!((points.blocks_full, points.naks), (0, 0));
    let is_pieces = |body: &ItemBody| matches!(body, ItemBody::Pieces(_));
    let pieces = items(&facts).iter().filter(|(_, item)| is_pieces(&item.body)).count();
    assert!(pieces > 500, "{pieces}");
    let (outcome, facts) = observe(&unaligned(&[WRITE_ONCE, tree]));
    let applied = outcome.figures.synchronization.blocks_referenced;
    assert_eq!(data_blocks(&facts), 0);
    assert!(outcome.figures.synchronization.metadata_blocks > 10, "metadata goes, always in full");
    let ends = sent(&facts, Direction::ToDestination).into_iter();
    let blocks = ends.filter_map(|(_, message)| match message {
        Message::CpEnd { blocks, .. } => Some(*blocks),
        _ => None,
    });
    let metadata = outcome.figures.synchronization.metadata_blocks;
    assert_eq!(blocks.sum::<u64>(), applied + metadata, "CP_END counts what nobody sent");
}

/// WAN bytes, both directions.
fn wan_bytes(outcome: &Outcome) -> i64 {
    let total: u64 = outcome.figures.wan.iter().map(Breakdown::total).sum();
    i64::try_from(total).expect("a run sends fewer than 2⁶³ bytes")
}

/// Replays a trace one request at a time, in CPs of `entries` writes, with each policy: `full-blocks`
/// sends exactly more what each of the others says to have saved (Spec 9.3), and from one policy to
/// the next the bytes get fewer.
fn fewer_and_fewer(trace: Trace, entries: &str, more: &[(&str, &str)]) {
    let traces = traces(trace);
    let policies = ["full-blocks", "references", "extents", "write-once"];
    let outcomes = policies.map(|policy| {
        let mut sets = vec![
            ("source.consistency_point.entries", entries),
            ("source.nvram_half", "1GiB"),
            ("policy", policy),
        ];
        sets.extend(more);
        let outcome = run(&replay("serial", &sets), &traces);
        assert_passes(&outcome);
        outcome
    });
    let full = &outcomes[0];
    let mut last = wan_bytes(full);
    for (outcome, policy) in outcomes.iter().zip(policies).skip(1) {
        let bytes = wan_bytes(outcome);
        assert_eq!(wan_bytes(full) - bytes, outcome.figures.saved.bytes, "{policy}");
        assert!(bytes <= last, "{policy}: {bytes}, before it {last}");
        assert_eq!(outcome.finished.ending.images, full.finished.ending.images, "{policy}");
        last = bytes;
    }
    let of = |place: usize, category| outcomes[place].figures.wan[0].get(category);
    assert_eq!(of(3, Category::CpBlocks) + of(3, Category::CpReferences), 0);
}

#[test]
fn bytes_get_fewer_from_policy_to_policy_on_recorded_traces() {
    fewer_and_fewer(beginning("sqlite_wal_files", 8000), "500", &[]);
    fewer_and_fewer(beginning("untar_git_block", 6000), "700", &[("metadata", "tree")]);
    fewer_and_fewer(beginning("fio_mix_files", 6000), "300", &[]);
    let shifted = [
        ("clients.0.workload.offset_shift", "32256B"),
        ("transfer.max_bytes", "8KiB"),
        ("destination.cache", "0B"),
    ];
    fewer_and_fewer(recorded("pgbench_block"), "400", &shifted);
}

/// Runs the scenario with all three policies; every property holds and the images are the same.
fn same_images(name: &str, scenario_of: impl Fn(&str) -> Scenario, traces: &Traces) {
    let outcomes = ["references", "extents", "write-once"].map(|policy| {
        let outcome = run(&scenario_of(policy), traces);
        assert_passes(&outcome);
        outcome
    });
    let [references, others @ ..] = &outcomes;
    for outcome in others {
        assert_eq!(outcome.finished.ending.images, references.finished.ending.images, "{name}");
    }
}

#[test]
fn traces_end_with_the_images_of_references() {
    let half = ("source.nvram_half", "512KiB");
    for (name, kind, sets) in [
        ("sqlite_wal_files", "barriers", &[half, ("block_size", "8KiB")][..]),
        ("fio_mix_files", "recorded", &[half, ("ack", "received"), ("source.buffers", "60")]),
        ("pgbench_block", "recorded", &[half, ("block_size", "16KiB"), ("ack", "applied")]),
        ("untar_git_block", "recorded", &[half, ("metadata", "tree"), ("block_size", "64KiB")]),
        ("pgbench_block", "barriers", &[half, ("transfer.id_bits", "5")]),
    ] {
        let traces = traces(beginning(name, 2500));
        let scenario_of = |policy: &str| {
            let mut sets = sets.to_vec();
            sets.push(("policy", policy));
            replay(kind, &sets)
        };
        same_images(&format!("{name} {kind} {sets:?}"), scenario_of, &traces);
    }
}

/// A datagram link that loses and reorders: items overtake their transfers and are held, transfers
/// come again, and `write-once` waits for the last of them.
#[test]
fn datagrams_lost_and_out_of_order_end_with_the_images_of_references() {
    let link = [
        ("wan.transport", "datagram"),
        ("wan.loss", "2%"),
        ("wan.jitter", "20ms"),
        ("transfer.max_delay", "2ms"),
        // So that writes are logged in the same order, whatever takes how long.
        ("clients.0.workload.arrival", r#"{ "kind": "poisson", "mean": "500us" }"#),
    ];
    let scenario_of = |policy: &str| {
        let mut sets = link.to_vec();
        sets.push(("policy", policy));
        unaligned(&sets)
    };
    same_images("datagram", scenario_of, &Traces::new());
    let (_, facts) = observe(&scenario_of("extents"));
    let held = |what: &What| matches!(what, What::Noted(DESTINATION, Note::Held(_)));
    assert!(count(&facts, held) > 0, "some pieces wait for their transfer");
    let (_, facts) = observe(&scenario_of("write-once"));
    assert!(arrived_late(&facts) > 0, "CP_BEGIN comes before some transfers of its CP");
    assert_eq!(data_blocks(&facts), 0);
}

/// Transfers that arrived when `CP_BEGIN` of their CP had come.
fn arrived_late(facts: &[Fact]) -> usize {
    let (mut under_way, mut begun, mut late) = (BTreeMap::new(), BTreeSet::new(), 0);
    for fact in facts {
        if let What::Sent(Direction::ToDestination, number, message)
        | What::Resent(Direction::ToDestination, number, message) = &fact.what
        {
            under_way.insert(*number, message);
        } else if let What::Arrived(Direction::ToDestination, number) = &fact.what {
            match under_way.get(number).map(|message| &***message) {
                Some(Message::CpBegin { cp, .. }) => drop(begun.insert(*cp)),
                Some(Message::Transfer(transfer)) if begun.contains(&transfer.header.cp) => {
                    late += 1;
                }
                Some(_) | None => {}
            }
        }
    }
    late
}

/// What fails its check is NAKed and comes in full as it was frozen: fragments and blocks in log
/// storage, and the base in the destination's own image, which is mended by that.
#[test]
fn damaged_pieces_are_naked_and_repaired() {
    for policy in [EXTENTS, WRITE_ONCE] {
        let log = r#"[ { "kind": "bit-rot", "device": "destination.log", "rate": "2%" } ]"#;
        let (outcome, facts) = observe(&unaligned(&[policy, ("faults", log)]));
        let of_fragments = count(&facts, |what| {
            matches!(what, What::CheckFailed(DESTINATION, Spot::Log(_, _, ..4096)))
        });
        assert!(of_fragments > 10, "{policy:?}: {of_fragments}");
        let points = &outcome.figures.synchronization;
        assert!(points.naks > 10, "{policy:?}: {}", points.naks);
        assert_eq!(points.blocks_full, points.naks, "{policy:?}: only these go in full");
        let disk = r#"[ { "kind": "latent-error", "device": "destination.disk", "rate": "2%",
                          "for": "100ms", "at": "200ms" } ]"#;
        let outcome = run(&unaligned(&[policy, ("faults", disk)]), &Traces::new());
        assert_passes(&outcome);
        assert!(outcome.figures.synchronization.naks > 0, "{policy:?}: a base was damaged");
    }
}

/// Out of sync and back: everything goes in full, and pieces of the new session lie on the image that
/// resynchronization made.
#[test]
fn after_a_resynchronization_pieces_lie_on_the_new_image() {
    let cut = r#"[ { "kind": "partition", "at": "120ms", "for": "150ms" },
                   { "kind": "crash", "node": "destination", "at": "700ms",
                     "restart_after": "20ms" } ]"#;
    for policy in [EXTENTS, WRITE_ONCE] {
        let sets = [policy, ("faults", cut), ("timeout", "100ms"), ("reconnect", "50ms")];
        let (outcome, facts) = observe(&unaligned(&sets));
        let mut in_sync = facts
            .iter()
            .filter(|fact| matches!(fact.what, What::Noted(_, Note::Mirror(MirrorState::InSync))));
        let back = in_sync.next_back().expect("it comes back into sync").number;
        let put_together = |fact: &&Fact| {
            matches!(fact.what, What::Noted(_, Note::Resolved(_, ResolvedFrom::Pieces)))
        };
        let after = facts.iter().filter(put_together).filter(|fact| fact.number > back).count();
        assert!(after > 100, "{policy:?}: {after}");
        assert!(outcome.figures.synchronization.blocks_full > 0, "{policy:?}: a CP in full");
    }
}

/// A write larger than a transfer is split at block boundaries: every piece of a block lies in one.
#[test]
fn pieces_of_a_write_in_several_transfers_end_with_the_images_of_references() {
    let writes = [(100, 300_000), (40_000, 200_000), (8000, 65_536), (0, 500_001), (7, 3)];
    let scenario_of = |policy: &str| {
        let entries = ("source.consistency_point.entries", "2");
        listed(&writes, &[("policy", policy), entries, ("transfer.max_bytes", "16KiB")])
    };
    same_images("large", scenario_of, &Traces::new());
    let (_, facts) = observe(&scenario_of("extents"));
    assert!(items(&facts).iter().all(|(_, item)| !matches!(item.body, ItemBody::Full(_))));
    assert_eq!(items(&facts)[0].1.address.volume, VolumeId(0));
}
