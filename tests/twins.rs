//! S11 and S12 as twin runs: with a replay that is interrupted and without, with datagrams that come
//! twice, late and out of order and without, what depends on the order of the log alone is equal. And
//! the comparison finds a protocol of which that is not so.

mod support;

use mirrorsim::batch::twin::{Difference, Twins, Without, twins};
use mirrorsim::checker::Verdict;
use mirrorsim::scenario::Scenario;
use mirrorsim::workload::Traces;
use support::scenario;

/// One client, one operation at a time, CPs of sixteen entries: the log does not depend on time.
const SERIAL: &str = r#"{ "clients": [ { "timeout": "2s", "workload": {
    "count": 300, "sizes": [ { "size": "4KiB", "weight": 3 }, { "size": "1KiB", "weight": 2 },
      { "size": "12KiB", "weight": 1 } ], "alignment": "1KiB", "span": "128KiB",
    "reads": "20%", "flush_every": 25, "arrival": { "kind": "closed", "depth": 1, "think": "0s" } } } ],
  "source": { "consistency_point": { "every": null, "entries": 16 } },
  "wan": { "propagation": "2ms" }, "timeout": "500ms", "reconnect": "1s" }"#;

/// Packets out of order, twice, late; log storage so slow that a copy finds the first under way.
const DISORDER: &str = r#"[ { "kind": "duplication", "rate": "20%" },
    { "kind": "reordering", "rate": "20%", "by": "5ms" },
    { "kind": "late", "rate": "1%", "by": "300ms" } ]"#;

const DATAGRAMS: [(&str, &str); 3] =
    [("wan.transport", "datagram"), ("wan.jitter", "5ms"), ("faults", DISORDER)];

fn compared(scenario: &Scenario, seed: u64, without: Without) -> Twins {
    twins(scenario, seed, &Traces::new(), without).unwrap_or_else(|error| panic!("{error}"))
}

/// Both runs keep every property, are not the same run, and differ in nothing that counts.
#[track_caller]
fn assert_alike(scenario: &Scenario, seed: u64, without: Without) -> Twins {
    let twins = compared(scenario, seed, without);
    let verdicts = &twins.verdicts;
    assert!(verdicts.iter().all(Verdict::is_pass), "seed {seed}: {verdicts:#?}");
    assert_ne!(twins.digests[0], twins.digests[1], "seed {seed}: the fault made itself felt");
    assert_eq!(twins.differences, [], "seed {seed}");
    assert!(twins.images > 0, "seed {seed}: images of the same entries were compared");
    twins
}

/// The source crashes at a write, and again at the `k`-th entry of its replay.
fn source_replay(k: u64) -> Scenario {
    let crash = |when: String| {
        format!(
            r#"{{ "kind": "crash", "node": "source", "when": {when}, "restart_after": "50ms" }}"#
        )
    };
    let first = crash(r#"{ "step": "write_logged", "k": 153 }"#.to_owned());
    let again = crash(format!(r#"{{ "step": "source_replay", "k": {k} }}"#));
    scenario(SERIAL, &[("faults", &format!("[ {first}, {again} ]"))])
}

/// The site burns at a write, the destination is promoted, and crashes at this step of that.
fn promotion(step: &str, sets: &[(&str, &str)]) -> Scenario {
    let faults = format!(
        r#"[ {{ "kind": "disaster", "node": "source",
               "when": {{ "step": "write_logged", "k": 157 }} }},
             {{ "kind": "crash", "node": "destination", "when": {step},
               "restart_after": "50ms" }},
             {{ "kind": "return", "node": "source", "at": "6s" }} ]"#
    );
    let think = ("clients.0.workload.arrival.think", "20ms");
    let mut all = vec![("faults", faults.as_str()), ("failover.at", "5s"), think];
    all.extend(sets);
    scenario(SERIAL, &all)
}

#[test]
fn s11_a_replay_that_a_crash_interrupts_ends_as_one_that_is_not() {
    for k in [1, 3, 7] {
        let scenario = source_replay(k);
        for seed in 0..8 {
            assert_alike(&scenario, seed, Without::InterruptedReplays);
        }
    }
}

#[test]
fn s11_so_does_a_failover() {
    for step in [
        r#"{ "step": "promotion" }"#,
        r#"{ "step": "promotion_replay", "k": 1 }"#,
        r#"{ "step": "promotion_replay", "k": 7 }"#,
    ] {
        let scenario = promotion(step, &[]);
        for seed in 0..8 {
            assert_alike(&scenario, seed, Without::InterruptedReplays);
        }
    }
}

#[test]
fn s12_datagrams_that_come_twice_late_and_out_of_order_change_nothing() {
    let scenario = scenario(SERIAL, &DATAGRAMS);
    for seed in 0..24 {
        let twins = assert_alike(&scenario, seed, Without::DuplicatesAndReordering);
        assert!(twins.images > 10, "seed {seed}: CPs are cut alike");
    }
}

/// What replays as done before it is durable is lost with the crash, and the twin has it.
#[test]
fn s11_a_replay_that_forgets_is_found() {
    let sabotage = [
        ("sabotage", "mark-replayed-early"),
        ("destination.disk", r#"{ "kind": "fixed", "latency": "5ms" }"#),
    ];
    let scenario = promotion(r#"{ "step": "promotion_replay", "k": 7 }"#, &sabotage);
    let lost = |seed| {
        let twins = compared(&scenario, seed, Without::InterruptedReplays);
        let log = |found: &Difference| matches!(found, Difference::Log { .. });
        let first = twins.verdicts[0].violations.first();
        let s11 = first.is_some_and(|found| found.property == "S11");
        assert!(twins.verdicts[1].is_pass(), "not interrupted it does no harm");
        assert_eq!(twins.differences.iter().any(log), s11, "seed {seed}: {twins:#?}");
        s11
    };
    assert!((0..8).any(lost), "the note was durable at some crash");
    let differs = |seed, wanted: fn(&Difference) -> bool| {
        compared(&scenario, seed, Without::InterruptedReplays).differences.iter().any(wanted)
    };
    let answer = |found: &Difference| matches!(found, Difference::Answer { .. });
    assert!((0..8).any(|seed| differs(seed, answer)), "a read returned what was there before");
    let last = |found: &Difference| matches!(found, Difference::FinalImage { .. });
    assert!((0..8).any(|seed| differs(seed, last)), "and nobody wrote there again");
}

/// A CP that is committed before all of it has come differs from its twin.
#[test]
fn s12_a_commit_that_order_decides_is_found() {
    let mut sets = DATAGRAMS.to_vec();
    sets.push(("sabotage", "commit-without-counting"));
    let scenario = scenario(SERIAL, &sets);
    let found = |seed| {
        let differences = compared(&scenario, seed, Without::DuplicatesAndReordering).differences;
        differences.iter().any(|found| matches!(found, Difference::Image { .. }))
    };
    assert!((0..8).any(found), "CP_END overtook a block at some seed");
}

/// A swarm has no plan of which something could be left out.
#[test]
fn twins_of_a_swarm_are_refused() {
    let scenario = scenario(SERIAL, &[("swarm", "true")]);
    let refused = twins(&scenario, 0, &Traces::new(), Without::InterruptedReplays);
    assert_eq!(refused.err().map(|problem| problem.key), Some("swarm".to_owned()));
}
