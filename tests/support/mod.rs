//! What the integration tests share: scenarios from a few words, runs whose facts are kept, and
//! ways to pick out of the facts what was sent.
#![allow(dead_code, reason = "every test file compiles this module and uses a part of it")]

pub mod nodes;
pub mod tamper;

use mirrorsim::batch::{self, Outcome};
use mirrorsim::facts::{Direction, Fact, Sink, What};
use mirrorsim::protocol::block::{BlockAddress, VolumeId};
use mirrorsim::protocol::{CpId, CpNumber, Generation, Item, ItemBody, Message, Reference};
use mirrorsim::protocol::{Lsn, Transfer};
use mirrorsim::scenario::{Scenario, Workload};
use mirrorsim::trace::{self, Trace};
use mirrorsim::workload::Traces;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Arc;

/// The four recorded traces.
pub const TRACES: [&str; 4] =
    ["pgbench_block", "sqlite_wal_files", "fio_mix_files", "untar_git_block"];

/// Keeps every fact.
#[derive(Debug, Default)]
pub struct Kept(pub Vec<Fact>);

impl Sink for Kept {
    fn take(&mut self, fact: &Fact) {
        self.0.push(fact.clone());
    }
}

/// The scenario of `text` with these keys changed.
pub fn scenario(text: &str, sets: &[(&str, &str)]) -> Scenario {
    let sets: Vec<_> =
        sets.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    Scenario::parse(text, &sets).unwrap_or_else(|error| panic!("{error}"))
}

/// One client writes these ranges (offset, length) in order, all at time 0. There is no CP timer:
/// unless `sets` say otherwise, everything is one CP at the end.
pub fn listed(writes: &[(u64, u64)], sets: &[(&str, &str)]) -> Scenario {
    let write = |(offset, length): &(u64, u64)| {
        format!(r#"{{ "write": {{ "offset": "{offset}B", "length": "{length}B" }} }}"#)
    };
    let list = writes.iter().map(write).collect::<Vec<_>>().join(", ");
    let text = format!(
        r#"{{ "clients": [ {{ "workload": {{ "operations": [ {list} ] }} }} ],
             "source": {{ "consistency_point": {{ "every": null }} }} }}"#
    );
    scenario(&text, sets)
}

/// Runs a scenario with seed 0.
pub fn run(scenario: &Scenario, traces: &Traces) -> Outcome {
    batch::run(scenario, 0, traces, None, &mut |_, _| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a scenario without traces and keeps its facts; every property must hold.
pub fn observe(scenario: &Scenario) -> (Outcome, Vec<Fact>) {
    let mut kept = Kept::default();
    let outcome = batch::run(scenario, 0, &Traces::new(), Some(&mut kept), &mut |_, _| {});
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert_passes(&outcome);
    (outcome, kept.0)
}

/// Every property holds, and both sides end with the same image.
pub fn assert_passes(outcome: &Outcome) {
    assert!(outcome.verdict.is_pass(), "{:#?}", outcome.verdict.violations);
    let [source, destination] = &outcome.finished.ending.images;
    assert_eq!(source, destination, "both sides end with the same image");
}

/// A scenario of the repository with these keys changed, and its traces.
pub fn kept(name: &str, sets: &[(&str, &str)]) -> (Scenario, Traces) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let text = fs::read_to_string(folder.join(name)).expect("the scenario is there");
    let scenario = scenario(&text, sets);
    let mut traces = Traces::new();
    for client in &scenario.clients {
        if let Workload::Trace(replay) = &client.workload {
            let file = File::open(folder.join(&replay.trace)).expect("its trace is there");
            let trace = trace::read(BufReader::new(file)).expect("recorded traces read");
            traces.insert(replay.trace.clone(), Arc::new(trace));
        }
    }
    (scenario, traces)
}

/// Where a recorded trace lies.
pub fn trace_file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios/traces");
    folder.join(format!("{name}.csv.gz"))
}

/// A recorded trace.
pub fn recorded(name: &str) -> Trace {
    let file = File::open(trace_file(name)).expect("the trace is kept in the repository");
    trace::read(BufReader::new(file)).expect("recorded traces read")
}

/// The first `records` of a recorded trace.
pub fn beginning(name: &str, records: usize) -> Trace {
    let mut trace = recorded(name);
    trace.records.truncate(records);
    trace
}

/// A trace under the name that [`replay`] gives it.
pub fn traces(trace: Trace) -> Traces {
    Traces::from([("t".to_owned(), Arc::new(trace))])
}

/// One client replays the trace named `t`, no CP timer.
pub fn replay(kind: &str, sets: &[(&str, &str)]) -> Scenario {
    let text = format!(
        r#"{{ "clients": [ {{ "workload": {{ "trace": "t", "replay": "{kind}" }} }} ],
             "source": {{ "consistency_point": {{ "every": null }} }} }}"#
    );
    scenario(&text, sets)
}

/// Messages that a side sent, each with the number of the fact.
pub fn sent(facts: &[Fact], direction: Direction) -> Vec<(u64, &Message)> {
    let sent = facts.iter().filter_map(|fact| match &fact.what {
        What::Sent(way, _, message) if *way == direction => Some((fact.number, &**message)),
        _ => None,
    });
    sent.collect()
}

/// Transfers that the source sent, each with the number of the fact.
pub fn transfers(facts: &[Fact]) -> Vec<(u64, &Transfer)> {
    let sent = sent(facts, Direction::ToDestination).into_iter();
    let transfers = sent.filter_map(|(number, message)| match message {
        Message::Transfer(transfer) => Some((number, transfer)),
        _ => None,
    });
    transfers.collect()
}

/// Blocks that CPs sent, in order.
pub fn items(facts: &[Fact]) -> Vec<(CpId, &Item)> {
    let sent = sent(facts, Direction::ToDestination).into_iter();
    let messages = sent.filter_map(|(_, message)| match message {
        Message::CpData { cp, items, .. } => Some((*cp, items)),
        _ => None,
    });
    messages.flat_map(|(cp, items)| items.iter().map(move |item| (cp, item))).collect()
}

/// References that CPs sent: block index of volume 0, reference.
pub fn references(facts: &[Fact]) -> Vec<(u64, Reference)> {
    let references = items(facts).into_iter().filter_map(|(_, item)| match &item.body {
        ItemBody::Reference(reference) => Some((item.address.index, *reference)),
        _ => None,
    });
    references.collect()
}

/// Indices of the blocks that CPs sent in full.
pub fn in_full(facts: &[Fact]) -> Vec<u64> {
    let full = items(facts).into_iter().filter_map(|(_, item)| match &item.body {
        ItemBody::Full(_) => Some(item.address.index),
        _ => None,
    });
    full.collect()
}

/// Place of the first fact that `wanted` accepts.
pub fn place(facts: &[Fact], wanted: impl Fn(&What) -> bool) -> usize {
    facts.iter().position(|fact| wanted(&fact.what)).expect("the run has such a fact")
}

/// Data block `index` of volume 0.
pub fn block(index: u64) -> BlockAddress {
    BlockAddress::data(VolumeId(0), index)
}

/// CP `number` of the first generation.
pub fn cp(number: u64) -> CpId {
    CpId { generation: Generation(1), number: CpNumber(number) }
}

/// LSN `sequence` of the first generation.
pub fn lsn(sequence: u64) -> Lsn {
    Lsn { sequence, ..Lsn::ORIGIN }
}
