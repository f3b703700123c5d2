//! Runs worked out by hand: every figure of a report, from a handful of writes.
//!
//! The link carries one byte a microsecond, so that lengths are times. Widths: a transfer 60 B and
//! 80 B per entry beside its data; `CP_BEGIN` 60, `CP_DATA` 40 and 24 per reference or 24 + 4,096 per
//! block, `CP_END` 44, `LOG_ACK` 44, `CP_ACK` 36. All times below are microseconds.

mod support;

use mirrorsim::facts::{Direction, Fact, What};
use mirrorsim::metrics::{Figures, Operations, Peaks, Saved, Synchronization};
use mirrorsim::protocol::wire::Category;
use mirrorsim::protocol::{Outcome, Trigger, WaitCause};
use mirrorsim::units::{Bytes, Span};
use mirrorsim::workload::Traces;
use std::collections::BTreeMap;
use support::{observe, scenario};

/// Service 10 at each side; NVRAM 5; disks 300 (source), 200 (destination), log storage 100; a byte
/// a microsecond, 1000 to the other side.
const MACHINES: &str = r#"
  "source": { "service": "10us", "nvram_latency": "5us",
              "disk": { "kind": "fixed", "latency": "300us" },
              "consistency_point": { "every": null } },
  "wan": { "bandwidth": "8Mbit/s", "propagation": "1ms", "packet_overhead": "10B" },
  "destination": { "service": "10us", "disk": { "kind": "fixed", "latency": "200us" },
                   "log": { "kind": "fixed", "latency": "100us" } }"#;

/// A whole block; part of a block; two whole blocks; one CP at the end.
fn apart() -> (Figures, Vec<Fact>, u64) {
    let text = format!(
        r#"{{ "clients": [ {{ "workload": {{ "operations": [
          {{ "write": {{ "offset": "0B", "length": "4KiB" }} }},
          {{ "write": {{ "offset": "8292B", "length": "1000B" }}, "at": "50ms" }},
          {{ "write": {{ "offset": "16KiB", "length": "8KiB" }}, "at": "100ms" }} ] }} }} ],
          {MACHINES} }}"#
    );
    let (outcome, facts) = observe(&scenario(&text, &[]));
    (outcome.figures, facts, outcome.finished.simulated.as_nanos())
}

/// Three whole blocks at once, each a CP of its own: the third write waits for the first CP's end.
fn at_once() -> (Figures, Vec<Fact>, u64) {
    let text = format!(
        r#"{{ "clients": [ {{ "workload": {{ "operations": [
          {{ "write": {{ "offset": "0B", "length": "4KiB" }} }},
          {{ "write": {{ "offset": "4KiB", "length": "4KiB" }} }},
          {{ "write": {{ "offset": "8KiB", "length": "4KiB" }} }} ] }} }} ], {MACHINES} }}"#
    );
    let sets = [("source.consistency_point.entries", "1"), ("wan.packet_overhead", "0B")];
    let (outcome, facts) = observe(&scenario(&text, &sets));
    (outcome.figures, facts, outcome.finished.simulated.as_nanos())
}

/// Latency of each write in microseconds, in the order of their numbers.
fn latencies(facts: &[Fact]) -> Vec<u64> {
    let (mut asked, mut latencies) = (BTreeMap::new(), BTreeMap::new());
    for fact in facts {
        match &fact.what {
            What::Requested(request) => {
                asked.insert(request.id, fact.at);
            }
            What::Answered(_, id, Outcome::Written) => {
                latencies.insert(*id, fact.at.since(asked[id]).as_nanos());
            }
            _ => {}
        }
    }
    assert!(latencies.values().all(|nanos| nanos % 1000 == 0), "whole microseconds");
    latencies.into_values().map(|nanos| nanos / 1000).collect()
}

/// Bytes of a direction by category; what is not named must be zero.
fn assert_bytes(figures: &Figures, direction: Direction, expected: &[(Category, u64)]) {
    let expected: BTreeMap<_, _> = expected.iter().copied().collect();
    for category in Category::ALL {
        let wanted = expected.get(&category).copied().unwrap_or(0);
        let found = figures.wan[direction as usize].get(category);
        assert_eq!(found, wanted, "{direction:?} {category:?}");
    }
    assert_eq!(figures.wan_total(direction), expected.values().sum::<u64>(), "{direction:?}");
}

#[test]
fn latencies_and_times_of_writes_apart() {
    let (figures, facts, simulated) = apart();
    // To the link 10, on the wire, 1000 over, 10 at the destination, 100 in log storage, LOG_ACK of
    // 44 + 10 on the wire, 1000 back, 10 at the source: 2184 and the transfer's own bytes, which are
    //   60 + 80 + 4096 = 4236 in 3 packets of 1460: 4266;
    //   60 + 80 + 1000 = 1140 in 1 packet:          1150;
    //   60 + 80 + 8192 = 8332 in 6 packets:         8392.
    assert_eq!(latencies(&facts), [2184 + 4266, 2184 + 1150, 2184 + 8392]);
    assert_eq!(figures.write_latency.count(), 3);
    assert_eq!(figures.write_latency.total_ns, 20_360_000);
    assert_eq!(figures.write_latency.max_ns, 10_576_000);
    assert_eq!(figures.read_latency.count(), 0);
    // The last answer at 100,000 + 10,576 starts the CP. CP_BEGIN 60 + 10 and CP_DATA
    // 40 + 3 × 24 + 4120 = 4232 + 3 × 10 leave by 4332, arrive by 5332, are read by 5342; shadow
    // pages by 5542 (CP_END came meanwhile), commit record by 5742, CP_ACK 36 + 10 leaves by 5788,
    // arrives by 6788, read by 6798.
    assert_eq!(simulated, (110_576 + 6_798) * 1000);
}

#[test]
fn counts_and_bytes_of_writes_apart() {
    let (figures, ..) = apart();
    let operations = Operations {
        writes_requested: 3,
        writes_acknowledged: 3,
        bytes_written: Bytes::new(4096 + 1000 + 8192),
        ..Operations::default()
    };
    assert_eq!(figures.operations, operations);
    let points = Synchronization {
        consistency_points: 1,
        by_trigger: BTreeMap::from([(Trigger::Operator, 1)]),
        blocks_full: 1,
        blocks_referenced: 3,
        ..Synchronization::default()
    };
    assert_eq!(figures.synchronization, points);
    let towards = [
        (Category::LogHeaders, 3 * (60 + 80)),
        (Category::LogBlocks, 3 * 4096),
        (Category::LogFragments, 1000),
        (Category::CpReferences, 3 * 24),
        (Category::CpBlocks, 24 + 4096),
        (Category::CpControl, 60 + 40 + 44),
        // Packets of the transfers, CP_BEGIN, CP_DATA, CP_END.
        (Category::PacketOverhead, (3 + 1 + 6 + 1 + 3 + 1) * 10),
    ];
    assert_bytes(&figures, Direction::ToDestination, &towards);
    let back = [
        (Category::Acknowledgements, 3 * 44),
        (Category::CpControl, 36),
        (Category::PacketOverhead, 4 * 10),
    ];
    assert_bytes(&figures, Direction::ToSource, &back);
    assert_eq!(figures.messages, [3 + 3, 3 + 1]);
    // All four blocks in full: 40 + 4 × 4120 = 16,520 in 12 packets, instead of 4232 in 3.
    let saved = (16_520 + 120) - (4232 + 30);
    // CP_BEGIN, CP_DATA, CP_END, CP_ACK, with their packets.
    let synchronization_bytes = 70 + 4262 + 54 + 46;
    assert_eq!(figures.saved, Saved { bytes: saved, synchronization_bytes });
    let peaks = Peaks {
        nvram_half_bytes: 3 * 80 + 4096 + 1000 + 8192,
        transfer_ids: 3,
        buffers: 4,
        nvlog_file_bytes: 4236 + 1140 + 8332,
        link_queue_bytes: 8332,
    };
    assert_eq!(figures.peaks, peaks);
    assert_eq!(figures.waits, BTreeMap::new());
}

/// Without packet overhead. The first CP's messages stand in the queue before the second transfer:
///
/// ```text
/// transfer 1 handed over 10, leaves 4246     CP 1: BEGIN leaves 4306, DATA (64 B) 4370, END 4414
/// transfer 2 handed over 20, leaves 8650
/// CP 1: DATA read 5380, page 5580, commit 5780, CP_ACK leaves 5816, read 6826: CP 1 ends
///       write 3, at the source since 30, is logged; CP 2: BEGIN leaves 8710, before transfer 3
/// transfer 3 leaves 12946                    CP 2: DATA 13010, END 13054
/// CP 2: DATA read 14020, page 14220, commit 14420, CP_ACK leaves 14456, read 15466: CP 2 ends
/// CP 3: BEGIN leaves 15526, DATA 15590, END 15634, read 16600, 16800, 17000, 17036, 18046
/// ```
#[test]
fn a_write_that_waits_for_a_consistency_point() {
    let (figures, facts, simulated) = at_once();
    // Each answer comes 1000 + 10 + 100 + 44 + 1000 + 10 after its transfer left.
    assert_eq!(latencies(&facts), [4246 + 2164, 8650 + 2164, 12_946 + 2164]);
    assert_eq!(simulated, 18_046_000);
    let waited = Span::from_micros(6826 - 30);
    let points = Synchronization {
        consistency_points: 3,
        by_trigger: BTreeMap::from([(Trigger::HalfFull, 1), (Trigger::BackToBack, 2)]),
        blocks_referenced: 3,
        stalled: waited,
        ..Synchronization::default()
    };
    assert_eq!(figures.synchronization, points);
    assert_eq!(figures.waits, BTreeMap::from([(WaitCause::NvramHalf, (1, waited))]));
    let towards = [
        (Category::LogHeaders, 3 * 140),
        (Category::LogBlocks, 3 * 4096),
        (Category::CpReferences, 3 * 24),
        (Category::CpControl, 3 * (60 + 40 + 44)),
    ];
    assert_bytes(&figures, Direction::ToDestination, &towards);
    let back = [(Category::Acknowledgements, 3 * 44), (Category::CpControl, 3 * 36)];
    assert_bytes(&figures, Direction::ToSource, &back);
    assert_eq!(figures.messages, [12, 6]);
    let saved = Saved { bytes: 3 * 4096, synchronization_bytes: 3 * (60 + 64 + 44 + 36) };
    assert_eq!(figures.saved, saved);
    let peaks = Peaks {
        nvram_half_bytes: 80 + 4096,
        transfer_ids: 2,
        buffers: 2,
        nvlog_file_bytes: 4236,
        // Transfer 1, CP 1's messages, transfer 2.
        link_queue_bytes: 4236 + 60 + 64 + 44 + 4236,
    };
    assert_eq!(figures.peaks, peaks);
}

/// Sums of what adds up, the larger of what is a peak.
#[test]
fn figures_of_two_runs_merge() {
    let ((mut both, ..), (other, ..)) = (apart(), at_once());
    let first = both.clone();
    both.merge(&other);
    assert_eq!(both.operations.writes_requested, 6);
    assert_eq!(both.operations.writes_acknowledged, 6);
    assert_eq!(both.operations.bytes_written, Bytes::new(13_288 + 12_288));
    assert_eq!(both.write_latency.count(), 6);
    assert_eq!(both.write_latency.total_ns, 20_360_000 + 6_410_000 + 10_814_000 + 15_110_000);
    assert_eq!(both.write_latency.max_ns, 15_110_000);
    let triggers = [(Trigger::HalfFull, 1), (Trigger::BackToBack, 2), (Trigger::Operator, 1)];
    let points = Synchronization {
        consistency_points: 4,
        by_trigger: BTreeMap::from(triggers),
        blocks_full: 1,
        blocks_referenced: 6,
        stalled: Span::from_micros(6796),
        ..Synchronization::default()
    };
    assert_eq!(both.synchronization, points);
    for direction in Direction::BOTH {
        for category in Category::ALL {
            let sum = [&first, &other].map(|one| one.wan[direction as usize].get(category));
            let found = both.wan[direction as usize].get(category);
            assert_eq!(found, sum[0] + sum[1], "{direction:?} {category:?}");
        }
    }
    assert_eq!(both.messages, [18, 10]);
    assert_eq!(both.saved.bytes, 12_378 + 12_288);
    assert_eq!(both.saved.synchronization_bytes, 4432 + 612);
    let peaks = Peaks {
        nvram_half_bytes: 13_528,
        transfer_ids: 3,
        buffers: 4,
        nvlog_file_bytes: 13_708,
        link_queue_bytes: 8640,
    };
    assert_eq!(both.peaks, peaks);
    let wait = (1, Span::from_micros(6796));
    assert_eq!(both.waits, BTreeMap::from([(WaitCause::NvramHalf, wait)]));
    // Merging the other way round gives the same.
    let mut turned = other;
    turned.merge(&first);
    assert_eq!(turned.synchronization, both.synchronization);
    assert_eq!((turned.wan, turned.saved, turned.peaks), (both.wan, both.saved, both.peaks));
    assert_eq!(turned.write_latency.histogram, both.write_latency.histogram);
}

/// A run that ends while a CP is being sent: its first message has left, its last was not handed over.
#[test]
fn half_a_consistency_point_saves_nothing() {
    let text = r#"{ "policy": "full-blocks", "ack": "local",
        "clients": [ { "workload": { "operations": [
          { "write": { "offset": "0B", "length": "4KiB" } },
          { "read": { "offset": "1MiB", "length": "4KiB" }, "at": "50ms" } ] } } ],
        "source": { "consistency_point": { "every": null, "entries": 1 } },
        "transfer": { "max_bytes": "4KiB" }, "cp": { "message_bytes": "4KiB" },
        "wan": { "bandwidth": "1Mbit/s", "queue": "9KiB" },
        "end": { "final_consistency_point": false } }"#;
    let figures = support::run(&support::scenario(text, &[]), &Traces::new()).figures;
    assert_eq!(figures.synchronization.blocks_full, 1, "the block was sent");
    assert_eq!(figures.synchronization.consistency_points, 0, "the CP was not committed");
    assert_eq!(figures.saved.bytes, 0);
}

/// A run stopped by its limit while a write waits: it waited to the end.
#[test]
fn a_stall_lasts_until_the_run_is_over() {
    let sets = [("source.consistency_point.entries", "1"), ("limits.simulated", "30ms")];
    let scenario = support::listed(&[(0, 4096); 3], &sets);
    let outcome = support::run(&scenario, &Traces::new());
    let stalled = outcome.figures.synchronization.stalled;
    assert!(stalled > Span::from_millis(10), "{stalled:?}");
}
