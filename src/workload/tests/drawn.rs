//! Synthetic clients: means within five standard deviations, and draws that nothing moves.

use super::{Answers, CLIENT, run};
use crate::protocol::{Operation, Request};
use crate::scenario::{self, Addresses, Arrival, SizeShare, Synthetic};
use crate::units::{Bytes, Ratio, SimTime, Span};
use crate::workload::{Traces, Workload};
use std::collections::BTreeMap;

const QUICK: Answers = Answers::After(Span::from_micros(100));

fn sizes(list: &[(u64, u32)]) -> Vec<SizeShare> {
    let share = |&(size, weight): &(u64, u32)| SizeShare { size: Bytes::new(size), weight };
    list.iter().map(share).collect()
}

fn synthetic(operations: u64, arrival: Arrival) -> Synthetic {
    Synthetic {
        operations,
        arrival,
        chain: 1,
        sizes: sizes(&[(512, 1), (4096, 3)]),
        alignment: Bytes::new(512),
        span: Bytes::new(1 << 20),
        start: Bytes::new(100),
        addresses: Addresses::Uniform,
        reads: Ratio::new(1, 4).expect("a share"),
        flush_every: 0,
        volume: 5,
        volumes: 2,
    }
}

fn closed(depth: u32, think: Span) -> Arrival {
    Arrival::Closed { depth, think }
}

fn issued(synthetic: &Synthetic, answers: Answers) -> Vec<(SimTime, Request)> {
    let workload = scenario::Workload::Synthetic(synthetic.clone());
    let workload = Workload::new(CLIENT, &workload, &Traces::new()).expect("a good workload");
    run(workload, answers)
}

/// What each number stands for, whenever it was issued.
fn by_number(issued: &[(SimTime, Request)]) -> BTreeMap<u64, Operation> {
    issued.iter().map(|(_, request)| (request.id.op.0, request.operation)).collect()
}

fn last_micros(issued: &[(SimTime, Request)]) -> u64 {
    issued.last().expect("something was issued").0.as_nanos() / 1000
}

#[test]
fn poisson_arrivals_have_their_mean() {
    let mean = Span::from_micros(500);
    let issued = issued(&synthetic(10_000, Arrival::Poisson { mean }), QUICK);
    // 10,000 times 500 µs, standard deviation 500 × √10,000 = 50,000 µs.
    assert!(last_micros(&issued).abs_diff(5_000_000) < 250_000, "{}", last_micros(&issued));
}

#[test]
fn bursts_part_the_arrivals() {
    let (mean, on, off) = (Span::from_micros(10), Span::from_millis(1), Span::from_millis(4));
    let issued = issued(&synthetic(100_000, Arrival::OnOff { mean, on, off }), QUICK);
    // 1 s in bursts, so about 1000 silences of 4 ms: 5 s; deviation of a sum of 1000 exponentials
    // of 4 ms whose count itself deviates by √1000: 4 × √2000 = 179 ms.
    assert!(last_micros(&issued).abs_diff(5_000_000) < 900_000, "{}", last_micros(&issued));
    let gaps = issued.windows(2).filter(|two| two[1].0.since(two[0].0) > Span::from_millis(1));
    assert!(gaps.count().abs_diff(779) < 200, "a silence exceeds 1 ms in 78 of 100 cases");
}

#[test]
fn closed_loops_think() {
    let issued = issued(&synthetic(8000, closed(4, Span::from_micros(900))), QUICK);
    // 2000 rounds a slot of 900 + 100 µs; deviation 900 × √2000 = 40,000 µs.
    assert!(last_micros(&issued).abs_diff(2_000_000) < 201_000, "{}", last_micros(&issued));
    let eager = super::order(&self::issued(&synthetic(6, closed(2, Span::ZERO)), QUICK));
    assert_eq!(eager, [(0, 1), (0, 2), (100, 3), (100, 4), (200, 5), (200, 6)]);
}

#[test]
fn chains_and_flushes_wait_for_answers() {
    let mut workload = synthetic(4, closed(1, Span::ZERO));
    workload.chain = 2;
    workload.flush_every = 2;
    workload.arrival = Arrival::Poisson { mean: Span::ZERO };
    // Both chains begin at 0; operation, operation, flush, each 100 µs after the one before.
    let issued = issued(&workload, QUICK);
    assert_eq!(super::order(&issued), [(0, 1), (0, 4), (100, 2), (100, 5), (200, 3), (200, 6)]);
    let operations = by_number(&issued);
    for (before, flush) in [(2, 3), (5, 6)] {
        let (Operation::Write(range) | Operation::Read(range)) = operations[&before] else {
            panic!("{before} is no flush")
        };
        assert_eq!(operations[&flush], Operation::Flush(range.volume));
    }
}

#[test]
fn neither_answers_nor_flushes_move_a_draw() {
    for addresses in [
        Addresses::Uniform,
        Addresses::Zipf(Ratio::new(9, 10).expect("a share")),
        Addresses::Sequential,
    ] {
        let arrivals = [
            closed(8, Span::from_micros(50)),
            Arrival::Poisson { mean: Span::from_micros(10) },
            closed(1, Span::ZERO),
        ];
        let mut seen = Vec::new();
        for arrival in arrivals {
            for chain in [1, 7] {
                let workload = Synthetic { chain, addresses, ..synthetic(500, arrival) };
                let uneven = Answers::Uneven(Span::from_millis(2), Span::from_micros(1));
                seen.push(by_number(&issued(&workload, QUICK)));
                seen.push(by_number(&issued(&workload, uneven)));
            }
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "{addresses:?}");
        let flushed = Synthetic { addresses, flush_every: 3, ..synthetic(500, arrivals[0]) };
        let kept = by_number(&issued(&flushed, QUICK));
        let kept: Vec<_> =
            kept.into_values().filter(|op| !matches!(op, Operation::Flush(_))).collect();
        assert_eq!(kept, seen[0].values().copied().collect::<Vec<_>>());
    }
}

#[test]
fn shares_are_kept() {
    let issued = issued(&synthetic(10_000, closed(8, Span::ZERO)), QUICK);
    let (mut reads, mut long, mut second) = (0u32, 0u32, 0u32);
    for operation in by_number(&issued).into_values() {
        let (Operation::Write(range) | Operation::Read(range)) = operation else {
            panic!("no flushes were asked for")
        };
        reads += u32::from(matches!(operation, Operation::Read(_)));
        long += u32::from(range.length == 4096);
        second += u32::from(range.volume.0 == 6);
        assert!(range.offset.is_multiple_of(512) && range.offset >= 100);
        assert!(range.offset < (1 << 20) + 100);
    }
    // Deviations 43, 43 and 50.
    assert!(reads.abs_diff(2500) < 217 && long.abs_diff(7500) < 217, "{reads} {long}");
    assert!(second.abs_diff(5000) < 250, "{second}");
}

fn offsets(workload: &Synthetic) -> Vec<u64> {
    let operations = by_number(&issued(workload, QUICK));
    let offset = |operation| match operation {
        Operation::Write(range) | Operation::Read(range) => range.offset,
        Operation::Flush(_) => panic!("no flushes were asked for"),
    };
    operations.into_values().map(offset).collect()
}

#[test]
fn sequential_operations_follow_each_other() {
    let base = synthetic(7, closed(3, Span::ZERO));
    let (start, alignment, span) = (Bytes::new(10), Bytes::new(4), Bytes::new(18));
    let mut workload =
        Synthetic { alignment, span, start, addresses: Addresses::Sequential, ..base };
    // The grid within 10..28 is 12, 16, 20, 24; five bytes take two places of it.
    workload.sizes = sizes(&[(5, 1)]);
    assert_eq!(offsets(&workload), [12, 20, 12, 20, 12, 20, 12]);
    workload.sizes = sizes(&[(5, 1), (6, 1)]);
    assert_eq!(offsets(&workload), [12, 20, 12, 20, 12, 20, 12]);
    workload.sizes = sizes(&[(4, 1), (12, 1)]);
    let mixed = offsets(&workload);
    assert!(
        mixed.windows(2).all(|two| [4, 12].contains(&two[1].wrapping_sub(two[0])) || two[1] == 12)
    );
}

/// The key of a broken rule, and what breaks it.
type Spoilt = (&'static str, fn(&mut Synthetic));

#[test]
fn what_makes_no_sense_is_named() {
    let poisson = Arrival::Poisson { mean: Span::from_millis(1) };
    let cases: [Spoilt; 10] = [
        ("count", |workload| workload.operations = u64::MAX),
        ("chain", |workload| workload.chain = 0),
        ("volumes", |workload| workload.volumes = 0),
        ("volumes", |workload| workload.volume = u32::MAX),
        ("sizes", |workload| workload.sizes.clear()),
        ("alignment", |workload| workload.alignment = Bytes::ZERO),
        ("span", |workload| workload.span = Bytes::new(1)),
        ("span", |workload| workload.start = Bytes::new(u64::MAX - (1 << 20))),
        ("arrival.depth", |workload| workload.arrival = closed(0, Span::ZERO)),
        ("arrival.on", |workload| {
            let mean = Span::from_secs(1);
            workload.arrival = Arrival::OnOff { mean, on: Span::from_nanos(1), off: mean };
        }),
    ];
    for (key, spoil) in cases {
        let mut workload = synthetic(5, poisson);
        spoil(&mut workload);
        let workload = scenario::Workload::Synthetic(workload);
        let problem = Workload::new(CLIENT, &workload, &Traces::new()).expect_err(key);
        assert_eq!(problem.key, format!("clients[2].workload.{key}"));
    }
}
