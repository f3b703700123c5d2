//! Spec 10, `dedup` and `compress`: blocks that are asked for by their contents, and blocks that are
//! written shorter. The images are those of `references`; checks of both are seen to fail.

mod support;

use mirrorsim::facts::{Direction, Fact, Role};
use mirrorsim::protocol::wire::Category;
use mirrorsim::protocol::{ItemBody, Message};
use support::tamper::{self, Run};
use support::{assert_passes, beginning, items, listed, observe, replay, run, sent, traces};

const DEDUP: (&str, &str) = ("policy", "dedup");
const COMPRESS: (&str, &str) = ("policy", "compress");

/// Blocks that the destination asked for, and blocks that it got for it.
fn wanted(facts: &[Fact]) -> (u64, u64) {
    let asked = sent(facts, Direction::ToSource).into_iter().map(|(_, message)| match message {
        Message::Want { addresses, .. } => addresses.len() as u64,
        _ => 0,
    });
    let came =
        sent(facts, Direction::ToDestination).into_iter().map(|(_, message)| match message {
            Message::Wanted { blocks, .. } => blocks.len() as u64,
            _ => 0,
        });
    (asked.sum(), came.sum())
}

#[test]
fn a_block_is_wanted_only_where_its_contents_are_not_in_the_log() {
    let whole_then_part = [(0, 4096), (8192, 4096), (8292, 10), (20_480, 4096)];
    let (outcome, facts) = observe(&listed(&whole_then_part, &[DEDUP]));
    assert_passes(&outcome);
    assert!(items(&facts).iter().all(|(_, item)| matches!(item.body, ItemBody::Hash(_))));
    assert_eq!(wanted(&facts), (1, 1), "the one that was overwritten in part");
    let points = outcome.figures.synchronization;
    assert_eq!((points.blocks_referenced, points.blocks_full), (2, 1));
}

#[test]
fn contents_known_from_elsewhere_are_not_sent() {
    let parts: Vec<_> = (0..40).map(|block| (block * 4096 + 100, 50)).collect();
    let asked = |share| {
        let (outcome, facts) = observe(&listed(&parts, &[DEDUP, ("dedup.duplicates", share)]));
        assert_passes(&outcome);
        wanted(&facts).0
    };
    let some = asked("50%");
    assert_eq!((asked("0%"), asked("100%")), (40, 0));
    assert!((8..=32).contains(&some), "about half: {some}");
}

#[test]
fn images_are_those_of_references_and_a_lossy_link_changes_nothing() {
    for (name, kind) in [("sqlite_wal_files", "barriers"), ("fio_mix_files", "recorded")] {
        let traces = traces(beginning(name, 2000));
        let images = |sets: &[(&str, &str)]| {
            let outcome = run(&replay(kind, sets), &traces);
            assert_passes(&outcome);
            outcome.finished.ending.images
        };
        let expected = images(&[]);
        let lossy = [("wan.transport", "datagram"), ("wan.loss", "1%"), ("wan.jitter", "3ms")];
        for policy in [DEDUP, COMPRESS] {
            assert_eq!(images(&[policy]), expected, "{name}, {}", policy.1);
            let sets = [&[policy][..], &lossy].concat();
            assert_eq!(images(&sets), expected, "{name}, {} with loss", policy.1);
        }
    }
}

/// Each client's data becomes its own share of its length, in the log and at the CP alike.
#[test]
fn data_is_as_long_as_its_client_says() {
    let text = r#"{ "policy": "compress", "clients": [
        { "workload": { "count": 30, "compressed_to": "25%", "alignment": "4KiB" } },
        { "workload": { "count": 30, "compressed_to": "75%", "volume": 1 } } ] }"#;
    let outcome = run(&support::scenario(text, &[]), &mirrorsim::workload::Traces::default());
    assert_passes(&outcome);
    let there = outcome.figures.wan[0];
    let expected = 30 * (1024 + 4) + 30 * (3072 + 4);
    assert_eq!(there.get(Category::LogBlocks), expected);
    assert!(there.get(Category::CpBlocks) <= expected + 60 * 24, "each block at most once");
}

/// What the processors do with each block takes its time.
#[test]
fn work_on_blocks_makes_writes_slower() {
    let mean = |cpu: &str| {
        let sets = [COMPRESS, ("compress.cpu", cpu)];
        let outcome = observe(&listed(&[(0, 40_960)], &sets)).0;
        outcome.figures.write_latency.total_ns
    };
    let (none, some) = (mean("0s"), mean("10us"));
    assert_eq!(some - none, 2 * 10 * 10_000, "ten blocks at either side");
}

fn clean() -> Run {
    Run::clean(
        r#"{ "clients": [ { "workload": { "count": 60, "span": "256KiB", "alignment": "512B" } } ],
            "source": { "consistency_point": { "entries": 20, "every": null } } }"#,
        &[DEDUP],
    )
}

#[test]
fn a_hash_of_other_contents_is_found() {
    let mut tampered = clean();
    tampered.edit_item(|_, item| {
        let hashed = matches!(item.body, ItemBody::Hash(_));
        if hashed {
            item.body = ItemBody::Hash(tamper::foreign());
        }
        hashed
    });
    tampered.assert_found("S5", (Role::Source, "wrong_bytes"), &["hash of other contents"]);
}

#[test]
fn a_block_that_was_not_asked_for_first_is_found() {
    let mut tampered = clean();
    tampered.edit_item(|_, item| match item.body.clone() {
        ItemBody::Hash(runs) => {
            item.body = ItemBody::Full(mirrorsim::protocol::block::Contents::Data(runs));
            true
        }
        _ => false,
    });
    tampered.assert_found("S23", (Role::Source, "hash_missing"), &["did not ask first"]);
}

#[test]
fn a_wish_that_nobody_answers_is_found() {
    // One block in part, so that one is wanted, in one CP.
    let text = r#"{ "clients": [ { "workload": { "operations": [
        { "write": { "offset": "0B", "length": "512B" } } ] } } ] }"#;
    let mut tampered = Run::clean(text, &[DEDUP]);
    tampered.drop_all(|what| {
        matches!(what, mirrorsim::facts::What::Sent(_, _, message)
            if matches!(**message, Message::Wanted { .. }))
            || tamper::commits(what, Role::Destination, 1)
    });
    tampered.assert_found("L7", (Role::Source, "nak_open"), &["is open"]);
}
