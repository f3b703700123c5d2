//! Scenarios that once were judged wrongly, as small as they were made.

mod support;

use mirrorsim::batch;
use mirrorsim::facts::{EndReason, What};
use mirrorsim::protocol::Part;
use mirrorsim::scenario::Scenario;
use mirrorsim::workload::Traces;
use support::{assert_passes, observe, scenario};

/// Jitter lets a CP arrive before its transfers: its commit acknowledges later entries that are in
/// log storage already, and nobody has to wait for the next one (Spec 3.7).
#[test]
fn a_commit_completes_what_waited_behind_it() {
    let text = r#"{ "clients": [ { "workload": { "count": 800, "alignment": "512B",
        "arrival": { "depth": 4 } } } ], "source": { "dirty_high_water": 1 },
      "wan": { "transport": "datagram", "jitter": "50ms" } }"#;
    let scenario = scenario(text, &[]);
    for seed in 0..3 {
        let outcome = batch::run(&scenario, seed, &Traces::new(), None, &mut |_, _| {});
        assert_passes(&outcome.unwrap_or_else(|error| panic!("{error}")));
    }
}

/// A flush covers writes of lower numbers that were asked for before it (Spec 5.1): here the second
/// of the list waits for the first flush, and is asked for after the third.
#[test]
fn a_flush_covers_nothing_that_was_asked_for_later() {
    let text = r#"{ "clients": [ { "workload": { "operations": [
        { "flush": 0, "at": "1ms" },
        { "write": { "offset": "1B", "length": "10B" }, "after": 1 },
        { "flush": 0, "at": "1ms" } ] } } ] }"#;
    observe(&scenario(text, &[]));
}

/// Nor does it cover what the client numbers later: a flush at the end of a chain does not wait for
/// the chains beside it.
#[test]
fn a_flush_covers_nothing_of_a_higher_number() {
    let text = r#"{ "clients": [ { "workload": {
        "count": 60, "arrival": { "depth": 4 }, "flush_every": 3 } } ] }"#;
    observe(&scenario(text, &[]));
}

/// An open loop that asks without end, a thousand times faster than the source serves: the run ends
/// with a violation of L2 instead of the machine's memory.
#[test]
fn an_overload_is_reported() {
    let text = r#"{ "clients": [ { "workload": { "count": 1152921504606846976,
        "arrival": { "kind": "poisson", "mean": "1ns" } } } ] }"#;
    let outcome = batch::run(&scenario(text, &[]), 0, &Traces::new(), None, &mut |_, _| {});
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(outcome.finished.ending.reason, EndReason::Overload);
    assert_eq!(outcome.verdict.violations[0].property, "L2");
}

/// A paused source ends a session as it goes on: what had left before is not reported after that.
#[test]
fn nothing_departs_after_the_end_of_a_pause_ended_the_session() {
    let text = r#"{ "clients": [ { "workload": { "count": 400, "alignment": "1KiB",
        "span": "256KiB", "arrival": { "kind": "poisson", "mean": "5ms" } } } ],
      "source": { "nvram_half": "64KiB", "consistency_point": { "every": "200ms" } },
      "wan": { "bandwidth": "20Mbit/s" }, "timeout": "300ms", "reconnect": "1s",
      "faults": [ { "kind": "pause", "node": "source", "every": "300ms", "for": "500ms" } ],
      "faults_until": "10s" }"#;
    let scenario = scenario(text, &[]);
    for seed in 0..10 {
        let outcome = batch::run(&scenario, seed, &Traces::new(), None, &mut |_, _| {});
        assert_passes(&outcome.unwrap_or_else(|error| panic!("{error}")));
    }
}

/// WAIT, said three times as often as `timeout`, broke the silence after which lost datagrams go again:
/// a CP sent in full never arrived, and the destination, whose files only that CP could free, waited
/// for ever (Spec 4.3, 8.1). Seed 1172 of the swarm.
#[test]
fn wait_does_not_put_off_what_was_lost() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/swarm.json");
    let text = std::fs::read_to_string(path).expect("the scenario is there");
    let scenario = scenario(&text, &[]);
    let outcome = batch::run(&scenario, 1172, &Traces::new(), None, &mut |_, _| {});
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(outcome.verdict.is_pass(), "{:#?}", outcome.verdict.violations);
}

/// A scenario file with these keys changed.
fn file(name: &str, sets: &[(&str, &str)]) -> Scenario {
    let path = format!("{}/scenarios/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the scenario is there");
    scenario(&text, sets)
}

/// Runs it with these seeds; every property holds.
fn assert_keeps(scenario: &Scenario, seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let outcome = batch::run(scenario, seed, &Traces::new(), None, &mut |_, _| {});
        let verdict = outcome.unwrap_or_else(|error| panic!("{error}")).verdict;
        assert!(verdict.is_pass(), "{seed}: {:#?}", verdict.violations);
    }
}

/// A crash while a promotion is being saved: in some seeds it becomes durable, and the next life plays
/// the new part (Spec 8.3).
#[test]
fn a_promotion_that_only_a_crash_made_durable() {
    let faults = r#"[ { "kind": "disaster", "node": "source", "at": "6s" },
        { "kind": "crash", "node": "destination", "at": "7000002us", "restart_after": "300ms" },
        { "kind": "return", "node": "source", "at": "10s" } ]"#;
    let scenario = file("site-disaster-in-sync", &[("failover.at", "7s"), ("faults", faults)]);
    assert_keeps(&scenario, 0..12);
}

/// Over `datagram` a CP is committed before its last transfer comes: what a client asks for again after
/// a failover is known all the same (Spec 3.1).
#[test]
fn a_write_whose_transfer_came_too_late_is_not_logged_twice() {
    let faults = r#"[ { "kind": "disaster", "node": "source", "at": "1s" },
        { "kind": "return", "node": "source", "at": "2500ms" } ]"#;
    let right = [("sabotage", "null"), ("expect", "{}"), ("faults", faults)];
    assert_keeps(&file("sabotage/replay-in-arrival-order", &right), [12, 22].into_iter());
}

/// The workload ends while one side has become a destination and the other does not serve yet: the last
/// CP is asked for once it does (Spec 5.1, 7.4).
#[test]
fn a_workload_that_ends_in_a_failover() {
    let text = r#"{ "clients": [ { "workload": { "operations": [
          { "write": { "offset": "0B", "length": "4KiB" }, "at": "900ms" },
          { "flush": 0, "at": "1008ms" } ] } } ],
        "wan": { "propagation": "5ms" }, "failover": { "at": "1s" },
        "faults": [ { "kind": "slow-disk", "device": "destination.disk", "factor": 20,
                      "at": "0s" } ] }"#;
    let (outcome, facts) = observe(&scenario(text, &[]));
    assert_eq!(outcome.finished.ending.reason, EndReason::Done);
    let at = |wanted: fn(&What) -> bool| support::place(&facts, wanted);
    let deposed = at(|what| matches!(what, What::ChangedPart(_, Part::Destination)));
    let asked = at(|what| matches!(what, What::OperatorAsked));
    let serves = at(|what| matches!(what, What::Serves(_)));
    assert!(deposed < asked && asked < serves, "{deposed} {asked} {serves}");
}

/// The old source, deposed a moment ago, is promoted before it has anything of the reign between. Its
/// own image is no point that both sides have: it said so, and what it had changed alone in its first
/// reign was never sent (Spec 7.7). Seed 1246 of the storm.
#[test]
fn reigns_part_where_the_images_do() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/failover-storm.json");
    let text = std::fs::read_to_string(path).expect("the scenario is there");
    let scenario = scenario(&text, &[]);
    let outcome = batch::run(&scenario, 1246, &Traces::new(), None, &mut |_, _| {});
    assert_passes(&outcome.unwrap_or_else(|error| panic!("{error}")));
}

/// A deposed source is promoted by force before it has anything of the other's reign: the sides part
/// where that reign began, not where the newest one did (Spec 7.7).
#[test]
fn a_deposed_source_that_is_promoted_again() {
    for at in ["10406ms", "10422ms", "10455ms"] {
        let faults = format!(
            r#"[ {{ "kind": "partition", "at": "4s", "for": "6s" }},
                {{ "kind": "promote", "node": "source", "at": "{at}", "force": true }} ]"#
        );
        let sets = [("expect", "{}"), ("faults", faults.as_str())];
        assert_keeps(&file("split-brain-attempted", &sets), [0, 6, 45].into_iter());
    }
}

/// What the old source had changed alone was forgotten where WELCOME came while the promoted one still
/// replayed (Spec 7.7); a promotion of which a crash let only the durable state survive was not told
/// (Spec 7.4); what was spoiled at the old source was looked for at the new one (Spec 8.2).
#[test]
fn failovers_keep_every_property() {
    for (name, seed) in
        [("two-operators", 28), ("promoted-destination-crashes", 5), ("source-disk-fails", 0)]
    {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let text = std::fs::read_to_string(format!("{folder}/{name}.json"));
        let scenario = scenario(&text.expect("the scenario is there"), &[]);
        let outcome = batch::run(&scenario, seed, &Traces::new(), None, &mut |_, _| {});
        let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
        assert!(outcome.verdict.is_pass(), "{name}: {:#?}", outcome.verdict.violations);
    }
}

/// A source that is paused is told late that its CP is committed: a pass that begins before that would
/// pin the newer image and call it the older (Spec 6.5).
#[test]
fn a_pass_does_not_begin_while_a_commit_is_under_way() {
    let text = r#"{ "clients": [ { "timeout": "2s", "workload": {
        "count": 3000, "arrival": { "kind": "poisson", "mean": "2ms" },
        "alignment": "1KiB", "span": "8MiB", "addresses": { "kind": "zipf", "exponent": "50%" } } } ],
      "source": { "nvram_half": "64KiB", "consistency_point": { "every": "10ms" },
                  "disk": { "kind": "fixed", "latency": "3ms" } },
      "wan": { "propagation": "2ms", "bandwidth": "200Mbit/s" }, "timeout": "1s",
      "reconnect": "100ms", "faults_until": "6s", "faults": [
        { "kind": "reset", "every": "700ms" },
        { "kind": "pause", "node": "source", "every": "30ms", "for": "25ms" } ] }"#;
    let scenario = scenario(text, &[]);
    for seed in [5, 11, 19, 99] {
        let outcome = batch::run(&scenario, seed, &Traces::new(), None, &mut |_, _| {});
        assert_passes(&outcome.unwrap_or_else(|error| panic!("{error}")));
    }
}

/// A pass whose messages could hold a billion blocks does not count them one by one.
#[test]
fn a_pass_of_endless_messages_is_quick() {
    let text = r#"{ "clients": [ { "workload": { "count": 200 } } ],
        "cp": { "message_bytes": "8TiB" }, "wan": { "queue": "16TiB", "window": "16TiB" },
        "faults": [ { "kind": "crash", "node": "destination", "at": "50ms", "restart_after": "300ms" } ] }"#;
    let scenario = scenario(text, &[]);
    let outcome = batch::run(&scenario, 0, &Traces::new(), None, &mut |_, _| {});
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_passes(&outcome);
    assert_eq!(outcome.finished.ending.reason, EndReason::Done);
}
