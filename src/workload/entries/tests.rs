//! Sums by hand: an entry is its data and a header.

use super::*;
use crate::protocol::block::{VolumeId, WriteRange};
use crate::scenario::{Addresses, Arrival, SizeShare};
use crate::trace::read;
use crate::units::Span;
use std::sync::Arc;

const HEADER: u128 = wire::ENTRY_HEADER as u128;

fn traces() -> Traces {
    let text = "time_us,target,offset,length,fsync\n0,v,0,100,0\n1,v,0,900,0\n2,v,0,0,1\n\
                3,v,0,200,0\n4,v,0,99999,0\n5,v,0,800,1\n";
    let trace = read(text.as_bytes()).expect("a good trace");
    Traces::from([("t".to_owned(), Arc::new(trace))])
}

fn client(workload: Workload) -> Client {
    Client { name: "c".to_owned(), timeout: None, compressed_to: Ratio::ONE, workload }
}

fn replay(replay: Replay) -> Client {
    let trace = "t".to_owned();
    client(Workload::Trace(TraceReplay {
        trace,
        from: None,
        replay,
        offset_shift: Bytes::ZERO,
        volume: 0,
    }))
}

fn drawn(operations: u64) -> Client {
    let size = |size, weight| SizeShare { size: Bytes::new(size), weight };
    client(Workload::Synthetic(Synthetic {
        operations,
        arrival: Arrival::Closed { depth: 1, think: Span::ZERO },
        chain: 1,
        sizes: vec![size(10, 1), size(850, 1), size(5000, 0)],
        alignment: Bytes::new(1),
        span: Bytes::new(1),
        start: Bytes::ZERO,
        addresses: Addresses::Uniform,
        reads: Ratio::ZERO,
        flush_every: 0,
        volume: 0,
        volumes: 1,
    }))
}

fn needed(entries: u64, clients: &[Client]) -> u128 {
    bytes_needed(entries, Bytes::new(5000), clients, &traces()).expect("the trace is there")
}

#[test]
fn a_trace_in_order_is_judged_by_its_windows() {
    for mode in [Replay::Recorded, Replay::Serial] {
        // The write of 99,999 bytes makes no entry.
        assert_eq!(needed(1, &[replay(mode)]), 900 + HEADER);
        assert_eq!(needed(2, &[replay(mode)]), 900 + 200 + 2 * HEADER);
        assert_eq!(needed(99, &[replay(mode)]), 2000 + 4 * HEADER);
    }
}

#[test]
fn otherwise_the_longest_count() {
    assert_eq!(needed(2, &[replay(Replay::Barriers)]), 900 + 800 + 2 * HEADER);
    assert_eq!(needed(3, &[drawn(7)]), 3 * (850 + HEADER));
    assert_eq!(needed(3, &[drawn(2)]), 2 * (850 + HEADER));
    let both = [replay(Replay::Recorded), drawn(2)];
    assert_eq!(needed(4, &both), 900 + 850 + 850 + 800 + 4 * HEADER);
    let write = |length| {
        let range = WriteRange { volume: VolumeId(0), offset: 0, length };
        PlannedOperation { at: Span::ZERO, after: None, operation: Operation::Write(range) }
    };
    let list = Workload::Operations(vec![write(5), write(7), write(6), write(1 << 40)]);
    assert_eq!(needed(2, &[client(list)]), 13 + 2 * HEADER);
}

#[test]
fn a_missing_trace_is_named() {
    let found = bytes_needed(1, Bytes::new(1), &[drawn(1), replay(Replay::Serial)], &Traces::new());
    assert_eq!(found.map_err(|problem| problem.key), Err("clients[1].workload.trace".to_owned()));
}

#[test]
fn the_refusal_says_how_to_mend_it() {
    assert_eq!(
        too_many(9, Bytes::new(4096), 8192).to_string(),
        "`source.consistency_point.entries` is 9: so many entries can take 8192 B of NVRAM, and a \
         half has 4096 B; allow fewer entries, or make `source.nvram_half` at least 8KiB"
    );
    let beyond = too_many(u64::MAX, Bytes::new(4096), u128::MAX).rule;
    assert!(beyond.ends_with("; allow fewer entries"), "{beyond}");
}
