//! Seeds by the hundred through faults of every kind (Spec 11): no property may be violated, and every
//! run ends in sync. Longer ranges are run by hand with `mirrorsim check`; the README says which.

mod support;

use mirrorsim::batch::{self, Flow, Job, Repeat};
use mirrorsim::scenario::Scenario;
use mirrorsim::workload::Traces;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Runs the scenario with every seed of the range, every tenth twice.
fn survives(name: &str, seeds: Range<u64>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let text = std::fs::read_to_string(&path).expect("the scenario is there");
    let scenario = Arc::new(Scenario::parse(&text, &[]).expect("it makes sense"));
    let traces = Arc::new(Traces::new());
    let jobs = seeds.clone().map(|seed| {
        let repeat = if seed.is_multiple_of(10) { Repeat::Twice } else { Repeat::Once };
        let (scenario, traces) = (Arc::clone(&scenario), Arc::clone(&traces));
        (seed, Job { scenario, traces, seed, repeat })
    });
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut failed = Vec::new();
    let keep = |report: mirrorsim::report::Report| {
        let first = report.violations.first();
        first.map(|found| format!("{}: {}", found.property, found.message))
    };
    let judge = |seed: u64, result: Result<Option<String>, batch::Trouble>| {
        match result {
            Ok(None) => {}
            Ok(Some(message)) => failed.push(format!("seed {seed}: {message}")),
            Err(trouble) => failed.push(format!("seed {seed}: {trouble}")),
        }
        Flow::Continue
    };
    batch::run_all(jobs, threads, keep, judge).expect("threads can be started");
    assert_eq!(failed, Vec::<String>::new(), "{name}, seeds {seeds:?}");
}

#[test]
fn faults_of_every_kind() {
    survives("swarm.json", 0..150);
}

#[test]
fn faults_of_every_kind_where_a_witness_decides() {
    survives("swarm-witness.json", 0..300);
}

#[test]
fn crashes_of_both_sides() {
    survives("crashes.json", 0..60);
}

#[test]
fn promotions_among_crashes_and_partitions() {
    survives("failover-storm.json", 0..60);
}
