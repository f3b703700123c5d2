//! Runs of mutated scenarios, each bounded.

use mirrorsim::batch;
use mirrorsim::report::text;
use mirrorsim::scenario::{Scenario, Workload};
use mirrorsim::trace::{self, Trace};
use mirrorsim::workload::Traces;
use proptest::prelude::*;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// Overrides that keep a run short.
pub fn limits() -> Vec<(String, String)> {
    vec![("limits.events".to_owned(), "3000".to_owned())]
}

/// The beginning of a recorded trace, under whatever name a scenario asks for.
static TRACE: LazyLock<Arc<Trace>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/traces/fio_mix_files.csv.gz");
    let file = File::open(path).expect("the trace is kept in the repository");
    let mut trace = trace::read(BufReader::new(file)).expect("it reads");
    trace.records.truncate(400);
    Arc::new(trace)
});

/// Whatever comes of it, the run ends, and has a report; and where the protocol is the right one, no
/// property of safety is violated. 1: it ran; 0: the scenario does not go with its trace.
pub fn check(scenario: &Scenario, seed: u64) -> Result<u64, TestCaseError> {
    let mut traces = Traces::new();
    for client in &scenario.clients {
        match &client.workload {
            Workload::Trace(replay) => {
                traces.insert(replay.trace.clone(), Arc::clone(&TRACE));
            }
            Workload::Synthetic(_) | Workload::Operations(_) => {}
        }
    }
    let Ok(outcome) = batch::run(scenario, seed, &traces, None, &mut |_, _| {}) else {
        return Ok(0);
    };
    let report = outcome.report(scenario, seed);
    prop_assert!(!text::render(&report).is_empty(), "a report has words");
    let unsafe_at = report.violations.iter().find(|found| found.property.starts_with('S'));
    if let (None, Some(found)) = (scenario.parameters.sabotage, unsafe_at) {
        let text = scenario.canonical();
        let words = format!("{}: {}\nseed {seed} of {text}", found.property, found.message);
        return Err(TestCaseError::fail(words));
    }
    Ok(1)
}
