//! What an audit counts: each kind of fault is felt where it makes a difference and not where it makes
//! none; every step of the protocol can be planned for; a row that nothing reaches is dead.

mod support;

use mirrorsim::audit::{self, Audit, Life, Observation, Tally};
use mirrorsim::batch::{Job, Repeat};
use mirrorsim::scenario::Scenario;
use mirrorsim::scenario::fault::StepName;
use mirrorsim::scenario::file::fault_words;
use std::collections::BTreeMap;
use std::sync::Arc;

fn observe(scenario: &Scenario) -> Observation {
    let scenario = Arc::new(scenario.clone());
    let job = Job { scenario, traces: Arc::default(), seed: 0, repeat: Repeat::Twice };
    audit::observe(&job).unwrap_or_else(|trouble| panic!("{trouble}"))
}

/// A run of writes and reads, two seconds long, with this fault and these keys.
fn busy(fault: &str, sets: &[(&str, &str)]) -> Observation {
    let text = format!(
        r#"{{ "clients": [ {{ "timeout": "500ms", "workload": {{ "kind": "synthetic", "count": 400,
                "span": "1MiB", "alignment": "1KiB", "reads": "20%",
                "sizes": [ {{ "size": "8KiB", "weight": 1 }} ],
                "arrival": {{ "kind": "poisson", "mean": "5ms" }} }} }} ],
             "source": {{ "consistency_point": {{ "every": "200ms" }} }},
             "wan": {{ "propagation": "2ms", "transport": "datagram" }},
             "destination": {{ "cache": "16KiB" }},
             "timeout": "500ms", "reconnect": "300ms", "faults_until": "2s",
             "limits": {{ "simulated": "10s" }},
             "faults": [ {fault} ] }}"#
    );
    observe(&support::scenario(&text, sets))
}

/// A fault of each kind that makes a difference: its word and the keys of its own.
const FELT: [(&str, &str); 38] = [
    ("loss", r#""rate": "20%""#),
    ("burst-loss", r#""to_bad": "20%", "to_good": "20%", "rate": "90%""#),
    ("duplication", r#""rate": "20%""#),
    ("reordering", r#""rate": "20%", "by": "10ms""#),
    ("corruption", r#""rate": "20%", "caught": "by-checksum""#),
    ("late", r#""rate": "20%", "by": "10ms""#),
    ("delay", r#""by": "10ms""#),
    ("bandwidth", r#""bandwidth": "10Mbit/s""#),
    ("clog", ""),
    ("partition", ""),
    ("flap", r#""up": "50ms", "down": "2s""#),
    ("reset", ""),
    ("crash", r#""node": "destination", "restart_after": "100ms""#),
    ("pause", r#""node": "source""#),
    ("slow", r#""node": "source", "factor": 10"#),
    ("crash-loop", r#""node": "source", "times": 1, "up": "1s", "restart_after": "100ms""#),
    ("disaster", r#""node": "destination""#),
    ("clock-drift", r#""node": "source", "clock": "slow", "drift": "10%""#),
    ("nvram-loss", ""),
    ("nvram-torn-record", ""),
    ("latent-error", r#""device": "destination.log", "rate": "50%""#),
    ("bit-rot", r#""device": "destination.log", "rate": "50%""#),
    ("torn-write", r#""device": "destination.log", "rate": "100%""#),
    ("lost-write", r#""device": "destination.log", "rate": "50%""#),
    ("misdirected-write", r#""device": "destination.log", "rate": "50%""#),
    ("misdirected-read", r#""device": "destination.log", "rate": "50%""#),
    ("stall", r#""device": "destination.log""#),
    ("slow-disk", r#""device": "destination.log", "factor": 10"#),
    ("dead", r#""device": "destination.log""#),
    ("full", r#""device": "destination.log""#),
    ("rolling-disaster", r#""bandwidth": "1Mbit/s", "degrade_for": "100ms", "dead_for": "100ms""#),
    ("power-loss", r#""restart_after": "100ms""#),
    ("promote", r#""node": "source""#),
    ("promote-both", ""),
    ("wrong-resync", ""),
    ("return", r#""node": "source""#),
    ("witness-crash", ""),
    ("witness-partition", r#""node": "source""#),
];

/// A witness decides, and a lease is short.
const WITNESS: [(&str, &str); 2] = [("failover.by", "witness"), ("failover.lease", "200ms")];

/// What else must go wrong for a fault to strike: a crash, or a site that is down.
fn company(kind: &str) -> &'static str {
    match kind {
        "nvram-loss" | "nvram-torn-record" => {
            r#", { "kind": "crash", "node": "source", "at": "800ms", "restart_after": "100ms" }"#
        }
        "torn-write" => {
            r#", { "kind": "crash", "node": "destination", "at": "800ms", "restart_after": "100ms" },
                 { "kind": "slow-disk", "device": "destination.log", "factor": 1000, "at": "600ms",
                   "for": "400ms" }"#
        }
        "return" => r#", { "kind": "disaster", "node": "source", "at": "400ms" }"#,
        // The source loses its lease, and asks.
        "witness-partition" => r#", { "kind": "partition", "at": "600ms", "for": "400ms" }"#,
        _ => "",
    }
}

/// The fault from 0.5 s on, for a second where it lasts.
fn planned(kind: &str, keys: &str) -> String {
    let separator = if keys.is_empty() { "" } else { "," };
    let fault =
        |lasts: &str| format!(r#"{{ "kind": "{kind}", "at": "500ms"{lasts}{separator} {keys} }}"#);
    let limited = fault(r#", "for": "1s""#);
    let takes = |fault: &str| {
        let failover = r#""failover": { "by": "witness" }"#;
        let text = format!(r#"{{ "clients": [{{}}], {failover}, "faults": [ {fault} ] }}"#);
        Scenario::parse(&text, &[]).is_ok()
    };
    if takes(&limited) { limited } else { fault("") }
}

#[test]
fn every_kind_of_fault_is_felt_where_it_strikes() {
    let listed: Vec<_> = FELT.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(listed, fault_words().collect::<Vec<_>>());
    for (kind, keys) in FELT {
        let sets: &[_] = if kind.starts_with("witness") { &WITNESS } else { &[] };
        let found = busy(&(planned(kind, keys) + company(kind)), sets);
        let Tally { delivered, noticed } = found.faults[kind];
        // A course of several parts is delivered part by part.
        let parts = match kind {
            "power-loss" | "promote-both" => 2,
            "rolling-disaster" => 3,
            _ => 1,
        };
        assert!(delivered <= parts && noticed == delivered, "{kind}: {delivered}, {noticed}");
    }
}

/// A fault with nothing in its way is delivered, and not felt.
#[test]
fn a_fault_that_changes_nothing_is_not_felt() {
    let quiet: BTreeMap<&str, &str> = BTreeMap::from([
        // No message is so short of luck.
        ("loss", r#""rate": "0%""#),
        ("duplication", r#""rate": "0%""#),
        ("reordering", r#""rate": "0%", "by": "10ms""#),
        ("corruption", r#""rate": "0%", "caught": "by-link""#),
        ("late", r#""rate": "0%", "by": "10ms""#),
        // The link has no more anyhow.
        ("bandwidth", r#""bandwidth": "100Gbit/s""#),
        // The destination sets no timer while nothing is to be waited for.
        ("clock-drift", r#""node": "destination", "clock": "slow", "drift": "10%""#),
        // The source has no log storage, and nobody reads the destination's volumes.
        ("latent-error", r#""device": "destination.disk", "rate": "100%""#),
        ("bit-rot", r#""device": "destination.log", "rate": "0%""#),
        // No crash comes.
        ("nvram-loss", ""),
        ("torn-write", r#""device": "destination.log", "rate": "100%""#),
        // It is up already.
        ("return", r#""node": "source""#),
    ]);
    let silent =
        [("source.consistency_point.every", "null"), ("end.final_consistency_point", "false")];
    for (kind, keys) in quiet {
        let Tally { delivered, noticed } = busy(&planned(kind, keys), &silent).faults[kind];
        assert_eq!((delivered, noticed), (1, 0), "{kind}");
    }
}

/// A fault that comes again and again is felt anew each time.
#[test]
fn every_occurrence_is_felt_once() {
    let delay = r#"{ "kind": "delay", "by": "1ms", "every": "100ms", "for": "50ms" }"#;
    let Tally { delivered, noticed } = busy(delay, &[]).faults["delay"];
    assert!(delivered > 5, "{delivered}");
    assert!(noticed > 5 && noticed <= delivered, "{noticed} of {delivered}");
}

/// A fault can be planned at every step, and comes when it is taken.
#[test]
fn every_step_is_taken() {
    let failover = r#", { "kind": "disaster", "node": "source", "at": "1s" },
        { "kind": "promote", "node": "destination", "force": true, "at": "1200ms" }"#;
    let partition = r#", { "kind": "partition", "at": "500ms", "for": "700ms" }"#;
    let crashes = r#", { "kind": "crash", "node": "source", "at": "500ms", "restart_after": "50ms" },
        { "kind": "crash", "node": "destination", "at": "1s", "restart_after": "50ms" }"#;
    let asked = r#", { "kind": "disaster", "node": "source", "at": "1s" }"#;
    for step in StepName::ALL {
        let others = match step {
            StepName::CpBegin
            | StepName::CpBlock
            | StepName::CpEnd
            | StepName::SourceCommit
            | StepName::DestinationCommit
            | StepName::CpAck
            | StepName::Transfer
            | StepName::WriteLogged => "",
            StepName::SourceReplay | StepName::DestinationScan => crashes,
            StepName::ResyncPass
            | StepName::ResyncBlock
            | StepName::CpForwarding
            | StepName::InSync
            | StepName::OutOfSync => partition,
            StepName::Promotion
            | StepName::PromotionReplay
            | StepName::FirstWriteAfterPromotion => failover,
            StepName::PromotionAsked | StepName::PromotionGranted => asked,
        };
        let word = step.word();
        let fault = format!(
            r#"{{ "kind": "delay", "by": "1ms", "for": "10ms", "when": {{ "step": "{word}" }} }}"#
        );
        // Little NVRAM: what differs after a partition needs a pass.
        let small = ("source.nvram_half", "64KiB");
        let sets = if others == asked { vec![small, WITNESS[0], WITNESS[1]] } else { vec![small] };
        let found = busy(&(fault + others), &sets).faults;
        assert_eq!(found.get("delay").map(|tally| tally.delivered), Some(1), "{word}");
    }
}

/// What nothing reached is dead, and what something did is not: row by row.
#[test]
fn a_row_is_alive_if_something_reached_it() {
    let life = |audit: &Audit, title: &str| {
        let rows = audit::rows(audit);
        rows.iter().find(|row| row.title() == title).expect("it has a row").life()
    };
    let mut audit = Audit::default();
    assert!(audit::rows(&audit).iter().all(|row| row.life() == Life::Dead));
    let clog = busy(&planned("clog", ""), &[]);
    audit.add(0, &clog);
    for title in ["fault clog", "state mirror.in_sync", "state cp.sending"] {
        assert_eq!(life(&audit, title), Life::Alive, "{title}");
    }
    for title in ["fault stall", "state source.fenced", "branch nvram-lost", "property S1a"] {
        assert_eq!(life(&audit, title), Life::Dead, "{title}");
    }
    // A wrong protocol speaks for properties only.
    let wrong = busy(
        &planned("stall", r#""device": "destination.log""#),
        &[("sabotage", "ack-before-destination")],
    );
    audit.add(1, &wrong);
    assert_eq!(life(&audit, "property S1a"), Life::Alive);
    assert_eq!(life(&audit, "fault stall"), Life::Dead);
}

/// S24 is alive if seeds differ and repetitions do not.
#[test]
fn digests_are_alive_where_seeds_differ_and_runs_do_not() {
    let one = busy(&planned("delay", r#""by": "1ms""#), &[]);
    let other = Observation { digest: "another".into(), again: None, ..one.clone() };
    let life = |runs: &[&Observation]| {
        let mut audit = Audit::default();
        runs.iter().for_each(|run| audit.add(0, run));
        let rows = audit::rows(&audit);
        rows.iter().find(|row| row.title() == "property S24").expect("it has a row").life()
    };
    assert_eq!(one.again.as_ref(), Some(&one.digest), "it was made twice");
    assert_eq!(life(&[&one, &other]), Life::Alive);
    assert_eq!(life(&[&one]), Life::Dead, "no seed differs");
    let broken = Observation { again: Some("another".into()), ..one.clone() };
    assert_eq!(life(&[&broken, &other]), Life::Dead, "the same seed differs");
}
