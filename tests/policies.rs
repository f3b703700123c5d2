//! Spec 9.3: two policies on the same workload end with the same images, and where their CPs hold the
//! same entries a `full-blocks` run sends exactly `saved.bytes` more than a `references` run.

mod support;

use mirrorsim::batch::{self, Outcome};
use mirrorsim::facts::{Fact, Sink, What};
use mirrorsim::protocol::{CpId, WriteId};
use mirrorsim::scenario::Scenario;
use mirrorsim::trace::Trace;
use mirrorsim::workload::Traces;
use std::collections::BTreeMap;
use support::{assert_passes, beginning, listed, recorded, replay, run, scenario, traces};

/// Keeps which writes each CP holds.
#[derive(Debug, Default)]
struct Entries(BTreeMap<CpId, Vec<WriteId>>);

impl Sink for Entries {
    fn take(&mut self, fact: &Fact) {
        if let What::Appended(_, _, cp, entry) = &fact.what {
            self.0.entry(*cp).or_default().push(entry.write);
        }
    }
}

fn with_entries(scenario: &Scenario, traces: &Traces) -> (Outcome, Entries) {
    let mut entries = Entries::default();
    let outcome = batch::run(scenario, 0, traces, Some(&mut entries), &mut |_, _| {});
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_passes(&outcome);
    (outcome, entries)
}

/// WAN bytes, both directions.
fn wan_bytes(outcome: &Outcome) -> i64 {
    let total: u64 =
        outcome.figures.wan.iter().map(mirrorsim::protocol::wire::Breakdown::total).sum();
    i64::try_from(total).expect("a run sends fewer than 2⁶³ bytes")
}

/// Replays a trace one request at a time, in CPs of `entries` writes, with both policies.
fn saves_exactly(trace: Trace, entries: &str, more: &[(&str, &str)]) {
    let traces = traces(trace);
    let mut sets = vec![
        ("source.consistency_point.entries", entries),
        ("source.nvram_half", "1GiB"),
        ("policy", "references"),
    ];
    sets.extend(more);
    let (references, held) = with_entries(&replay("serial", &sets), &traces);
    sets[2].1 = "full-blocks";
    let (full, held_in_full) = with_entries(&replay("serial", &sets), &traces);
    assert!(held.0.len() > 2, "several CPs");
    assert_eq!(held.0, held_in_full.0, "the CPs of both runs hold the same entries");
    let saved = references.figures.saved.bytes;
    assert!(saved > 0, "references save something");
    assert_eq!(wan_bytes(&full) - wan_bytes(&references), saved);
    assert_eq!(full.figures.saved.bytes, 0);
    assert_eq!(full.finished.ending.images, references.finished.ending.images);
}

#[test]
fn pgbench_saves_exactly_what_is_reported() {
    saves_exactly(recorded("pgbench_block"), "500", &[]);
}

#[test]
fn sqlite_saves_exactly_what_is_reported() {
    saves_exactly(recorded("sqlite_wal_files"), "1000", &[]);
}

#[test]
fn fio_saves_exactly_what_is_reported() {
    saves_exactly(beginning("fio_mix_files", 8000), "300", &[]);
}

#[test]
fn untar_and_git_save_exactly_what_is_reported() {
    saves_exactly(beginning("untar_git_block", 8000), "700", &[("metadata", "tree")]);
}

#[test]
fn unaligned_writes_save_exactly_what_is_reported() {
    let shifted = [
        ("clients.0.workload.offset_shift", "32256B"),
        ("transfer.max_bytes", "8KiB"),
        ("destination.cache", "0B"),
    ];
    saves_exactly(beginning("pgbench_block", 4000), "250", &shifted);
}

/// Runs the scenario with both policies; every property holds and the images are the same.
fn same_images(name: &str, scenario_of: impl Fn(&str) -> Scenario, traces: &Traces) {
    let [references, full] = ["references", "full-blocks"].map(|policy| {
        let outcome = run(&scenario_of(policy), traces);
        assert_passes(&outcome);
        outcome
    });
    let blocks = |outcome: &Outcome| outcome.figures.synchronization.blocks_referenced;
    assert!(blocks(&references) > 0 && blocks(&full) == 0, "{name}: the policies differ");
    assert_eq!(references.finished.ending.images, full.finished.ending.images, "{name}");
}

/// Both policies on the beginning of a trace.
fn same_images_of_trace(name: &str, kind: &str, sets: &[(&str, &str)]) {
    let traces = traces(beginning(name, 3000));
    let scenario_of = |policy: &str| {
        let mut sets = sets.to_vec();
        sets.push(("policy", policy));
        replay(kind, &sets)
    };
    same_images(&format!("{name} {kind} {sets:?}"), scenario_of, &traces);
}

#[test]
fn recorded_times_and_barriers_end_with_the_same_images() {
    let timer = ("source.consistency_point.every", "2s");
    same_images_of_trace("pgbench_block", "recorded", &[timer]);
    same_images_of_trace("sqlite_wal_files", "barriers", &[timer]);
    same_images_of_trace("fio_mix_files", "barriers", &[timer, ("ack", "received")]);
    same_images_of_trace("untar_git_block", "recorded", &[timer, ("metadata", "tree")]);
}

#[test]
fn every_ack_rule_ends_with_the_same_images() {
    for ack in ["local", "sent", "received", "logged", "applied"] {
        let sets = [("ack", ack), ("wan.propagation", "1ms"), ("source.nvram_half", "512KiB")];
        same_images_of_trace("fio_mix_files", "barriers", &sets);
    }
    let first = [("dispatch", "destination-first"), ("source.nvram_half", "512KiB")];
    same_images_of_trace("fio_mix_files", "barriers", &first);
}

#[test]
fn tight_bounds_end_with_the_same_images() {
    let half = ("source.nvram_half", "256KiB");
    same_images_of_trace("untar_git_block", "recorded", &[half, ("metadata", "tree")]);
    same_images_of_trace("pgbench_block", "recorded", &[half, ("transfer.id_bits", "5")]);
    same_images_of_trace("fio_mix_files", "recorded", &[half, ("source.buffers", "40")]);
    let slow = [half, ("transfer.max_delay", "2ms"), ("wan.bandwidth", "50Mbit/s")];
    same_images_of_trace("sqlite_wal_files", "recorded", &slow);
}

#[test]
fn datagrams_that_overtake_one_another_end_with_the_same_images() {
    let sets = [
        ("wan.transport", "datagram"),
        ("wan.jitter", "15ms"),
        ("source.nvram_half", "1MiB"),
        ("destination.cache", "64KiB"),
    ];
    same_images_of_trace("pgbench_block", "recorded", &sets);
    same_images_of_trace("fio_mix_files", "barriers", &sets);
}

#[test]
fn unaligned_writes_end_with_the_same_images() {
    let shift = ("clients.0.workload.offset_shift", "32256B");
    same_images_of_trace("untar_git_block", "recorded", &[shift, ("source.nvram_half", "4MiB")]);
    same_images_of_trace("sqlite_wal_files", "barriers", &[shift, ("block_size", "512B")]);
    same_images_of_trace("fio_mix_files", "recorded", &[shift, ("block_size", "1KiB")]);
}

/// Several clients that read and write the same blocks, at random.
#[test]
fn synthetic_clients_end_with_the_same_images() {
    let client = r#"{ "workload": { "count": 1500, "sizes": [ { "size": "3000B", "weight": 1 },
        { "size": "12KiB", "weight": 2 } ], "alignment": "512B", "span": "1MiB", "reads": "20%",
        "flush_every": 10, "arrival": { "kind": "poisson", "mean": "300us" } } }"#;
    let text = format!(
        r#"{{ "clients": [ {client}, {client} ], "source": {{ "nvram_half": "512KiB" }},
             "wan": {{ "transport": "datagram", "propagation": "2ms", "jitter": "1ms" }} }}"#
    );
    let scenario_of = |policy: &str| scenario(&text, &[("policy", policy), ("metadata", "tree")]);
    same_images("synthetic", scenario_of, &Traces::new());
}

/// A write larger than a transfer is split at block boundaries, and its blocks are referenced.
#[test]
fn writes_larger_than_a_transfer_end_with_the_same_images() {
    let writes = [(100, 300_000), (40_000, 200_000), (8192, 65_536), (0, 500_000)];
    let scenario_of = |policy: &str| {
        listed(&writes, &[("policy", policy), ("source.consistency_point.entries", "2")])
    };
    same_images("large", scenario_of, &Traces::new());
}
