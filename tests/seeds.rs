//! Many seeds, each a small run with other knobs, all properties, some of them twice. The knobs are
//! legal and odd: halves of a few entries, one transfer ID, CPs of one entry, tiny queues.

mod support;

use mirrorsim::facts::EndReason;
use mirrorsim::random::{Choice, Decisions, Key, Purpose, Seeded};
use mirrorsim::workload::Traces;
use mirrorsim::{batch, scenario::Scenario};
use std::collections::BTreeMap;
use support::assert_passes;

/// Draws knobs: a stream of small numbers from a seed.
struct Draw {
    seeded: Seeded,
    index: u64,
}

impl Draw {
    fn below(&mut self, range: u64) -> u64 {
        self.index += 1;
        let key = Key { purpose: Purpose::OperationKind, entity: 0, index: self.index };
        self.seeded.decide(key, Choice::Below(range))
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let places = u64::try_from(of.len()).expect("lists are short");
        of[usize::try_from(self.below(places)).expect("below its length")]
    }
}

/// A scenario drawn from `seed`.
fn drawn(seed: u64) -> String {
    let draw = &mut Draw { seeded: Seeded::new(seed), index: 0 };
    let ack = draw.one(&["local", "sent", "received", "logged", "applied"]);
    let waits = ["received", "logged", "applied"].contains(&ack) && draw.below(3) == 0;
    let dispatch = if waits { "destination-first" } else { "parallel" };
    let block = draw.one(&["512B", "4KiB", "16KiB"]);
    let device = |draw: &mut Draw| {
        let kind = draw.one(&["ssd", "hdd", "fixed"]);
        format!(r#"{{ "kind": "{kind}", "queue_depth": {} }}"#, 1 + draw.below(8))
    };
    format!(
        r#"{{ "block_size": "{block}", "ack": "{ack}", "dispatch": "{dispatch}",
  "policy": "{}", "metadata": "{}",
  "clients": [ {{ "workload": {{ "count": {}, "reads": "{}", "flush_every": {}, "chain": {},
    "alignment": "{}", "span": "{}", "volumes": {},
    "sizes": [ {{ "size": "{}", "weight": 2 }}, {{ "size": "{}", "weight": 1 }} ],
    "addresses": {{ "kind": "{}" }}, "arrival": {{ "depth": {}, "think": "{}" }} }} }} ],
  "source": {{ "nvram_half": "{}", "disk": {}, "nvram_latency": "{}",
    "consistency_point": {{ "every": {}, "entries": {} }} }},
  "transfer": {{ "max_bytes": "16KiB", "max_delay": "{}", "id_bits": {} }},
  "cp": {{ "message_bytes": "{}" }},
  "wan": {{ "transport": "{}", "bandwidth": "{}", "propagation": "{}", "jitter": "{}" }},
  "destination": {{ "log": {}, "disk": {}, "nvlog_files": {}, "cache": "{}", "flush": "{}" }} }}"#,
        draw.one(&["references", "references", "full-blocks"]),
        draw.one(&["none", "tree"]),
        20 + draw.below(80),
        draw.one(&["0%", "20%"]),
        draw.below(6),
        1 + draw.below(3),
        draw.one(&["1B", "512B", "4KiB"]),
        draw.one(&["64KiB", "1MiB", "16TiB"]),
        1 + draw.below(3),
        draw.one(&["512B", "4KiB", "12KiB"]),
        draw.one(&["700B", "8KiB", "24KiB"]),
        draw.one(&["uniform", "zipf", "sequential"]),
        1 + draw.below(12),
        draw.one(&["0s", "1ms"]),
        draw.one(&["128KiB", "256KiB", "4MiB"]),
        device(draw),
        draw.one(&["0s", "5us", "20ms"]),
        draw.one(&["null", "\"20ms\"", "\"1s\""]),
        draw.one(&["null", "null", "1", "4"]),
        draw.one(&["0s", "0s", "2ms"]),
        2 + draw.below(5),
        draw.one(&["1B", "1KiB", "64KiB"]),
        draw.one(&["tcp", "datagram"]),
        draw.one(&["10Mbit/s", "1Gbit/s"]),
        draw.one(&["0s", "1ms", "40ms"]),
        draw.one(&["0s", "3ms", "100ms"]),
        device(draw),
        device(draw),
        2 + draw.below(3),
        draw.one(&["0B", "64KiB", "1GiB"]),
        draw.one(&["per-cp", "30ms"]),
    )
}

#[test]
fn no_seed_breaks_a_property() {
    let mut started = BTreeMap::new();
    let (mut references, mut waits) = (0, 0);
    for seed in 0..1000 {
        let text = drawn(seed);
        let scenario =
            Scenario::parse(&text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let run = || {
            let outcome = batch::run(&scenario, seed, &Traces::new(), None, &mut |_, _| {});
            outcome.unwrap_or_else(|problem| panic!("{problem}\n{text}"))
        };
        let outcome = run();
        let shown = &outcome.verdict.violations;
        assert!(outcome.verdict.is_pass(), "seed {seed}: {shown:#?}\n{text}");
        assert_eq!(outcome.finished.ending.reason, EndReason::Done, "seed {seed}\n{text}");
        assert_passes(&outcome);
        if seed % 8 == 0 {
            assert_eq!(run().finished.digest, outcome.finished.digest, "seed {seed}\n{text}");
        }
        let figures = &outcome.figures;
        references += figures.synchronization.blocks_referenced;
        waits += figures.waits.values().map(|(writes, _)| writes).sum::<u64>();
        for (trigger, count) in &figures.synchronization.by_trigger {
            *started.entry(*trigger).or_insert(0) += count;
        }
    }
    // The seeds really go there.
    assert!(references > 1000 && waits > 100, "{references} references, {waits} waits");
    assert!(started.len() >= 6, "CPs by trigger: {started:?}");
}
