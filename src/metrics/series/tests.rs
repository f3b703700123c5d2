//! Rows worked out by hand.

use super::*;
use crate::facts::Role;
use crate::protocol::block::{VolumeId, WriteRange};
use crate::protocol::{ClientId, OpNumber, Request};

/// The rows of these facts: times in nanoseconds, intervals of 10 ns.
fn rows(facts: Vec<(u64, What)>) -> Vec<String> {
    let scenario = Scenario::parse(r#"{ "clients": [{}] }"#, &[]).expect("a scenario");
    let mut out = Vec::new();
    let mut series = Series::new(&scenario, Span::from_nanos(10), &mut out).expect("memory");
    for (number, (at, what)) in (0..).zip(facts) {
        series.take(&Fact { number, cause: None, at: SimTime::from_nanos(at), what });
    }
    series.finish().expect("memory");
    let text = String::from_utf8(out).expect("digits");
    text.lines().map(str::to_owned).collect()
}

fn id(op: u64) -> WriteId {
    WriteId { client: ClientId(0), op: OpNumber(op) }
}

fn asked(op: u64) -> What {
    let range = WriteRange { volume: VolumeId(0), offset: 0, length: 4096 };
    What::Requested(Request { id: id(op), operation: Operation::Write(range) })
}

fn answered(op: u64) -> What {
    What::Answered(Role::Source, id(op), Outcome::Written)
}

/// Asked for at 0, 2 and 3; answered after 7, 8 and 47. The answer at 10 belongs to the interval
/// that ends there. Of the intervals up to 20, 30 and 40 nothing is told of the middle one.
#[test]
fn an_interval_counts_what_happened_in_it() {
    let facts = vec![
        (0, asked(1)),
        (2, asked(2)),
        (3, asked(3)),
        (7, answered(1)),
        (10, answered(2)),
        (10, What::Departed(Direction::ToDestination, 0, 138)),
        (50, answered(3)),
        (53, What::Departed(Direction::ToSource, 0, 120)),
        (53, What::LinkResent(Direction::ToSource, 2)),
        (53, What::Flushed(Role::Destination)),
    ];
    let expected = [
        SERIES_COLUMNS,
        "10,2,138,0,0,0,0,0,7,8,0,0",
        "20,0,0,0,0,0,0,0,,,0,0",
        "40,0,0,0,0,0,0,0,,,0,0",
        "50,1,0,0,0,0,0,0,47,47,0,0",
        "53,0,0,122,0,0,0,0,,,0,0",
    ];
    assert_eq!(rows(facts), expected);
}

#[test]
fn a_quiet_interval_is_told_once() {
    let facts = vec![(0, What::Flushed(Role::Destination)), (25, What::Flushed(Role::Destination))];
    let quiet = |time: u64| format!("{time},0,0,0,0,0,0,0,,,0,0");
    assert_eq!(rows(facts)[1..], [quiet(10), quiet(20), quiet(25)]);
    let facts = vec![
        (5, What::Flushed(Role::Destination)),
        (11, What::Flushed(Role::Destination)),
        (20, What::Flushed(Role::Destination)),
    ];
    assert_eq!(rows(facts)[1..], [quiet(10), quiet(20)]);
    assert_eq!(rows(Vec::new()), [SERIES_COLUMNS]);
}

#[test]
fn the_end_of_time_is_an_end_too() {
    let facts =
        vec![(0, What::Flushed(Role::Destination)), (u64::MAX, What::Flushed(Role::Destination))];
    assert_eq!(rows(facts).last().map(|row| row.split(',').count()), Some(12));
}

/// Levels are those that facts tell: a half with one entry of 4096 B and its header.
#[test]
fn levels_stand_as_they_were_at_the_end() {
    use crate::protocol::{CpId, EntryHeader, Half, Lsn, wire};
    let range = WriteRange { volume: VolumeId(0), offset: 512, length: 4096 };
    let lsn = Lsn { sequence: 1, ..Lsn::ORIGIN };
    let entry = EntryHeader {
        lsn,
        predecessor: Lsn::ORIGIN,
        write: id(1),
        range,
        part_start: 0,
        part_length: range.length,
    };
    let cp = CpId::ORIGINAL;
    let facts = vec![
        (1, What::Appended(Role::Source, Half::First, cp, entry)),
        (12, What::Appended(Role::Source, Half::Second, cp, entry)),
        (21, What::HalfFreed(Role::Source, Half::First)),
    ];
    let one = wire::entry_in_nvram(4096);
    let level =
        |time: u64, bytes: u64, blocks: u64| format!("{time},0,0,0,{bytes},{blocks},0,0,,,0,0");
    assert_eq!(rows(facts)[1..], [level(10, one, 2), level(20, 2 * one, 4), level(21, one, 2)]);
}

/// Under the rule `local` a write is at risk from its answer until log storage has it.
#[test]
fn a_write_is_at_risk_until_it_is_stored() {
    let text = r#"{ "ack": "local", "clients": [ { "workload": { "count": 1 } } ],
        "wan": { "propagation": "10ms" }, "source": { "nvram_latency": "1ms" },
        "destination": { "log": { "kind": "fixed", "latency": "1ms" } } }"#;
    let scenario = Scenario::parse(text, &[]).expect("a scenario");
    let mut out = Vec::new();
    let mut series = Series::new(&scenario, Span::from_millis(4), &mut out).expect("memory");
    let traces = crate::workload::Traces::default();
    let outcome = crate::batch::run(&scenario, 0, &traces, Some(&mut series), &mut |_, _| {});
    series.finish().expect("memory");
    let text = String::from_utf8(out).expect("digits");
    let ages: Vec<u64> = text
        .lines()
        .skip(1)
        .map(|row| row.rsplit(',').next().and_then(|age| age.parse().ok()).expect("an age"))
        .collect();
    let rising = ages.windows(2).filter(|pair| pair[1] == pair[0] + 4_000_000).count();
    assert!(rising >= 1, "it gets older as time goes by: {ages:?}");
    assert_eq!(ages.last(), Some(&0), "log storage has it");
    let figures = outcome.expect("it runs").figures;
    let most = figures.risk.max_ns();
    assert!((9_000_000..12_000_000).contains(&most), "from one NVRAM to the other log: {most}");
}
