//! When faults come: planned, at steps, again and again, and none after `faults_until`.

use super::*;
use crate::random::Seeded;
use crate::scenario::fault::{Directions, LinkFault, NodeFault, Order, Side};
use crate::scenario::{Promotion, Swarm};
use crate::units::Rate;
use serde_json::Value;

/// The scenario with these faults and other keys.
fn scenario(faults: &str, keys: &str) -> Scenario {
    let text = format!("{{ \"clients\": [{{}}], \"faults\": [{faults}] {keys} }}");
    Scenario::parse(&text, &[]).unwrap_or_else(|error| panic!("{}", error.render("test.json")))
}

/// Up to `count` happenings that the clock brings.
fn clock(scenario: &Scenario, seed: u64, count: usize) -> Vec<Happening> {
    let (mut faults, mut decisions) = (Faults::new(scenario), Seeded::new(seed));
    std::iter::from_fn(|| faults.next(&mut decisions)).take(count).collect()
}

/// A happening in words: time in ms, fault, part, which way.
fn words(happenings: &[Happening]) -> Vec<String> {
    let line = |happening: &Happening| {
        let Happening { at, fault, part, what } = happening;
        format!("{} {fault} {part:?} {what:?}", at.as_nanos() / 1_000_000)
    };
    happenings.iter().map(line).collect()
}

const CUT: &str = "Link(Both, Partition)";
const DOWN: &str = "Node(Source, Crash)";

#[test]
fn planned_faults_come_in_order_of_time_then_of_the_list() {
    let faults = r#"{"kind": "partition", "at": "12s", "for": "5s"},
        {"kind": "reset", "at": "1s"}, {"kind": "crash", "node": "source", "at": "12s"}"#;
    let expected = [
        "1000 1 Link(Both, Reset) Begins".to_owned(),
        format!("12000 0 {CUT} Begins"),
        format!("12000 2 {DOWN} Begins"),
        format!("17000 0 {CUT} Ends"),
    ];
    assert_eq!(words(&clock(&scenario(faults, ""), 0, 9)), expected);
}

#[test]
fn courses_come_as_their_parts() {
    let flap = r#"{"kind": "flap", "up": "2s", "down": "1s", "for": "3500ms", "at": "0s"}"#;
    let expected = [(0, "Begins"), (1000, "Ends"), (3000, "Begins"), (3500, "Ends")];
    let expected = expected.map(|(at, what)| format!("{at} 0 {CUT} {what}"));
    assert_eq!(
        words(&clock(&scenario(flap, ""), 0, 9)),
        expected,
        "its end cuts a partition short"
    );
    let again = r#"{"kind": "crash-loop", "node": "source", "times": 2, "up": "3s",
        "restart_after": "1s", "at": "1s"}"#;
    let expected = [(1000, "Begins"), (2000, "Ends"), (5000, "Begins"), (6000, "Ends")];
    let expected = expected.map(|(at, what)| format!("{at} 0 {DOWN} {what}"));
    assert_eq!(words(&clock(&scenario(again, ""), 0, 9)), expected);
    let burns = r#"{"kind": "rolling-disaster", "bandwidth": "1Mbit/s", "degrade_for": "2s",
        "dead_for": "1s", "at": "1s"}"#;
    let narrow = LinkFault::Bandwidth(Rate::bits_per_second(1_000_000));
    let narrow = Part::Link(Directions::Both, narrow);
    let dead = Part::Link(Directions::Both, LinkFault::Partition);
    let burnt = Part::Node(Side::Source, NodeFault::Disaster);
    let happened = clock(&scenario(burns, ""), 0, 9);
    let happened: Vec<_> = happened.iter().map(|h| (h.at.as_nanos(), h.part, h.what)).collect();
    let expected = [
        (1_000_000_000, narrow, Onset::Begins),
        (3_000_000_000, narrow, Onset::Ends),
        (3_000_000_000, dead, Onset::Begins),
        (4_000_000_000, dead, Onset::Ends),
        (4_000_000_000, burnt, Onset::Begins),
    ];
    assert_eq!(happened, expected);
}

#[test]
fn both_sides_lose_power_and_both_are_promoted() {
    let faults = r#"{"kind": "power-loss", "restart_after": "1s", "at": "1s"},
        {"kind": "promote-both", "at": "3s"}"#;
    let parts: Vec<_> = clock(&scenario(faults, ""), 0, 9).iter().map(|h| h.part).collect();
    let crash = |side| Part::Node(side, NodeFault::Crash);
    let promote = |side| Part::Order(Order::Promote(side, Promotion::Forced));
    let (source, destination) = (Side::Source, Side::Destination);
    let crashes = [crash(source), crash(destination), crash(source), crash(destination)];
    assert_eq!(parts[..4], crashes);
    assert_eq!(parts[4..], [promote(source), promote(destination)]);
}

/// Spec 11: safety first, then liveness.
#[test]
fn everything_that_lasts_is_over_at_faults_until() {
    let faults = r#"{"kind": "loss", "rate": "1%"}, {"kind": "partition", "at": "8s", "for": "5s"},
        {"kind": "crash", "node": "source", "at": "9s"}, {"kind": "reset", "at": "10s"},
        {"kind": "disaster", "node": "destination", "at": "7s"},
        {"kind": "pause", "node": "source", "every": "1s", "for": "300ms"}"#;
    let scenario = scenario(faults, r#", "faults_until": "10s""#);
    let until = SimTime::from_nanos(10_000_000_000);
    for seed in 0..20 {
        let happenings = clock(&scenario, seed, 1000);
        let begun = happenings.iter().filter(|h| h.what == Onset::Begins && h.part.lasts());
        let ended = happenings.iter().filter(|h| h.what == Onset::Ends);
        assert_eq!(begun.clone().count(), ended.clone().count());
        assert!(begun.count() > 5, "the pauses come again");
        assert!(happenings.iter().all(|h| h.at <= until && h.fault != FaultId(3)));
        assert!(happenings.iter().all(|h| h.at < until || h.what == Onset::Ends));
        assert_eq!(ended.filter(|h| h.at == until && h.fault.0 <= 2).count(), 3);
    }
    let mut steps = Faults::new(&scenario);
    assert_eq!(steps.begin(FaultId(1), until), []);
    assert_eq!(steps.begin(FaultId(99), SimTime::ZERO), [], "no such fault");
    let step = ReachedStep { name: StepName::InSync, cp: None, k: Some(1), pass: None };
    assert_eq!(steps.reached(&step), [], "none waits for a step");
}

#[test]
fn steps_are_met_once_and_by_every_number_given() {
    let faults = r#"{"kind": "crash", "node": "source", "restart_after": "2s",
            "when": {"step": "cp_block", "cp": 3, "k": 2}},
        {"kind": "reset", "when": {"step": "cp_block"}}"#;
    let scenario = scenario(faults, r#", "faults_until": "5s""#);
    let mut faults = Faults::new(&scenario);
    assert_eq!(faults.next(&mut Seeded::new(0)), None, "the clock brings neither");
    let block =
        |cp, k| ReachedStep { name: StepName::CpBlock, cp: Some(cp), k: Some(k), pass: None };
    let begin = ReachedStep { name: StepName::CpBegin, ..block(3, 2) };
    assert_eq!(faults.reached(&begin), []);
    assert_eq!(faults.reached(&block(1, 2)), [FaultId(1)], "the first block of all");
    assert_eq!(faults.reached(&block(3, 1)), []);
    assert_eq!(faults.reached(&block(3, 2)), [FaultId(0)]);
    assert_eq!(faults.reached(&block(3, 2)), [], "once");
    let now = SimTime::from_nanos(4_000_000_000);
    let expected = [format!("4000 0 {DOWN} Begins"), format!("5000 0 {DOWN} Ends")];
    assert_eq!(words(&faults.begin(FaultId(0), now)), expected, "restarted early");
}

#[test]
fn what_comes_again_waits_for_its_own_end() {
    let faults = r#"{"kind": "crash", "node": "source", "every": "1s", "restart_after": "2s"}"#;
    let happenings = clock(&scenario(faults, ""), 3, 4000);
    let mut last = SimTime::ZERO;
    let mut gaps = 0;
    for (place, happening) in happenings.iter().enumerate() {
        let begins = place % 2 == 0;
        assert_eq!(happening.what == Onset::Begins, begins, "they alternate");
        let passed = happening.at.since(last).as_nanos();
        if begins {
            gaps += passed;
        } else {
            assert_eq!(passed, 2_000_000_000);
        }
        last = happening.at;
    }
    // 2000 gaps of mean 1 s: a standard deviation of the mean of 22 ms.
    assert!((gaps / 2000).abs_diff(1_000_000_000) < 100_000_000, "{gaps}");
}

/// The same seed gives the same happenings, another seed others; a fault that is left out moves no
/// draw of the others, as long as those keep their numbers.
#[test]
fn draws_belong_to_the_fault() {
    let pause = r#"{"kind": "pause", "node": "source", "every": "1s", "for": "1ms", "number": 0}"#;
    let cut = r#"{"kind": "partition", "every": "3s", "for": "2s", "number": 1}"#;
    let both = scenario(&format!("{pause}, {cut}"), "");
    assert_eq!(clock(&both, 5, 500), clock(&both, 5, 500));
    assert_ne!(clock(&both, 5, 500), clock(&both, 6, 500));
    let times = |happenings: &[Happening], fault| -> Vec<_> {
        let own = happenings.iter().filter(|happening| happening.fault == FaultId(fault));
        own.map(|happening| happening.at).take(100).collect()
    };
    let alone = times(&clock(&scenario(cut, ""), 5, 500), 0);
    assert_eq!(alone.len(), 100);
    assert_eq!(times(&clock(&both, 5, 5000), 1), alone);
}

#[test]
fn order_is_kept_however_many_come_again() {
    let faults = r#"{"kind": "pause", "node": "source", "every": "1s", "for": "3s"},
        {"kind": "flap", "up": "1ms", "down": "2ms", "for": "50ms", "every": "100ms"},
        {"kind": "reset", "every": "10ms"}"#;
    let happenings = clock(&scenario(faults, ""), 1, 5000);
    assert_eq!(happenings.len(), 5000, "there is no last one");
    assert!(happenings.is_sorted_by_key(|happening| happening.at));
    for fault in 0..3 {
        assert!(happenings.iter().any(|happening| happening.fault == FaultId(fault)));
    }
}

/// Every swarm is a scenario that reads back; none takes both copies of a write.
#[test]
fn swarms_are_scenarios() {
    let text = r#"{ "swarm": true, "faults": [{"kind": "reset", "at": "1s", "number": 7}],
        "clients": [{"workload": {"arrival": {"kind": "poisson"}}}, {}, {"workload": {"trace": "t"}}] }"#;
    let base = Scenario::parse(text, &[]).expect("it makes sense");
    let (mut kinds, mut hashes) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..300 {
        let drawn = swarm(&base, &mut Seeded::new(seed)).expect("it makes sense");
        let again = swarm(&base, &mut Seeded::new(seed)).expect("it makes sense");
        assert_eq!(drawn.canonical(), again.canonical());
        assert_eq!((drawn.swarm, drawn.faults[0]), (Swarm::Off, base.faults[0]));
        assert!(drawn.faults_until.is_some());
        let value: Value = serde_json::from_str(drawn.canonical()).expect("canonical is JSON");
        for fault in value["faults"].as_array().expect("a list") {
            kinds.insert(fault["kind"].as_str().expect("a word").to_owned());
        }
        hashes.insert(drawn.hash());
    }
    assert!(hashes.len() > 295, "{} of 300 differ", hashes.len());
    assert_eq!(kinds.len(), 22, "{kinds:?}");
    for deadly in ["nvram-loss", "disaster", "rolling-disaster", "dead", "misdirected-write"] {
        assert!(!kinds.contains(deadly));
    }
}
