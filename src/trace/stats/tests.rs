//! Traces in numbers: by hand, and against a count that remembers everything.

mod naive;

use super::*;
use crate::trace::read;
use proptest::prelude::*;

fn measures(block_size: u64) -> Measures {
    Measures { block_size, consistency_point: Span::from_secs(10) }
}

fn stats_of(rows: &str, block_size: u64) -> TraceStats {
    let text = format!("time_us,target,offset,length,fsync\n{rows}");
    read(text.as_bytes()).expect("a good trace").stats(measures(block_size))
}

/// By hand: blocks of 10; write 0..25 covers two blocks and touches a third; 20..30 one; 5..15 none;
/// another target's 0..10 one.
#[test]
fn a_trace_in_numbers() {
    let stats = stats_of("1,a,0,25,0\n2,a,20,10,1\n2,a,0,0,1\n3,a,5,10,0\n9,b,0,10,0\n", 10);
    assert_eq!((stats.writes, stats.through_writes, stats.flushes), (4, 1, 1));
    assert_eq!((stats.bytes_written, stats.whole_bytes), (Bytes::new(55), Bytes::new(40)));
    assert_eq!((stats.blocks_touched, stats.targets), (4, 2));
    assert_eq!(stats.duration, Span::from_micros(8));
    let sizes = stats.sizes.expect("there are writes");
    assert_eq!([sizes.min, sizes.median, sizes.p90, sizes.max].map(Bytes::get), [10, 10, 25, 25]);
    assert_eq!(sizes.commonest, [(Bytes::new(10), 3), (Bytes::new(25), 1)]);
    assert_eq!(stats.peak_second, Bytes::new(55));
    // The three blocks of the first write, one, two, one: of these the first three are written again.
    let overwrites = stats.overwrites;
    assert_eq!((overwrites.block_writes, overwrites.within_point, overwrites.points), (7, 3, 1));
    // At the end: 0 and 1 by 5..15, 2 by 20..30, and the other target's.
    assert_eq!((overwrites.whole_at_points, overwrites.partial_at_points), (2, 2));
}

/// By hand: one block, written whole at 0 s, 1 s, 2.000001 s, 11 s and 30 s.
#[test]
fn gaps_are_told_apart() {
    let rows = "0,a,0,8,0\n1000000,a,0,8,0\n2000001,a,0,8,0\n11000000,a,0,8,0\n30000000,a,0,8,0\n";
    let stats = stats_of(rows, 8);
    let Overwrites { within_second, within_ten_seconds, within_point, points, .. } =
        stats.overwrites;
    assert_eq!((within_second, within_ten_seconds), (1, 3));
    // 0 s, 1 s and 2 s belong to the first point, 11 s to the second, 30 s to the fourth.
    assert_eq!((within_point, points, stats.overwrites.whole_at_points), (2, 3, 3));
    assert_eq!((stats.blocks_touched, stats.peak_second.get()), (1, 8));
}

/// 63 sectors into a disk, blocks of 4 KiB lie 3,584 B into the blocks of the mirror.
#[test]
fn a_partition_that_is_not_aligned_is_seen() {
    let rows = (0..9).map(|n| format!("{n},a,{},8192,0\n", 63 * 512 + n * 40_960));
    let rows = rows.collect::<Vec<_>>().concat();
    let stats = stats_of(&(rows + "9,a,0,512,0\n"), 4096);
    let common = stats.common_offset.expect("most begin there");
    assert_eq!((common.offset.get(), common.writes, common.shift.get()), (3584, 9, 512));
    assert_eq!((stats.whole_bytes.get(), common.whole_bytes.get()), (9 * 4096, 9 * 8192));
    let aligned =
        |grid, writes, bytes| Aligned { grid: Bytes::new(grid), writes, bytes: Bytes::new(bytes) };
    assert_eq!(stats.aligned, [aligned(512, 10, 9 * 8192 + 512), aligned(4096, 0, 0)]);
    assert_eq!(stats_of("0,a,4096,4096,0\n", 4096).common_offset, None);
}

#[test]
fn an_empty_trace_has_numbers_too() {
    let stats = stats_of("", 4096);
    assert_eq!((stats.writes, stats.blocks_touched, stats.sizes), (0, 0, None));
    assert_eq!(stats.overwrites, Overwrites { one_in: 1, ..Overwrites::default() });
}

#[test]
fn the_end_of_the_address_space_is_counted() {
    let stats = stats_of(&format!("0,a,0,{},0\n", u64::MAX), 1);
    assert_eq!((stats.blocks_touched, stats.whole_bytes.get()), (u64::MAX, u64::MAX));
    let stats = stats_of(&format!("0,a,{},1,0\n", u64::MAX - 1), 1 << 63);
    assert_eq!((stats.blocks_touched, stats.whole_bytes.get()), (1, 0));
    assert_eq!(stats.common_offset.map(|common| common.whole_bytes.get()), Some(0));
}

/// A write of 2⁶⁰ bytes takes no time and no memory; what lies in it is not touched twice.
#[test]
fn one_write_may_touch_any_number_of_blocks() {
    let rows = format!("0,a,8192,{},0\n1,a,4096,8192,0\n2,b,0,1,0\n", 1_u64 << 60);
    let stats = stats_of(&rows, 4096);
    assert_eq!(stats.blocks_touched, (1 << 48) + 2);
    let Overwrites { all_block_writes, block_writes, long_writes, .. } = stats.overwrites;
    assert_eq!((all_block_writes, block_writes, long_writes), ((1 << 48) + 3, 3, 1));
}

/// Blocks 0 to 65,535, of which block b is written b % 5 + 1 times, a second apart.
#[test]
fn a_sample_tells_much_the_same() {
    let mut trace = Trace { targets: vec!["a".to_owned()], ..Trace::default() };
    for second in 0..5 {
        for block in (0..1 << 16).filter(|block| block % 5 >= second) {
            let time = SimTime::from_nanos(second * 1_000_000_000);
            let (offset, kind) = (block * 512, RecordKind::Write);
            trace.records.push(Record { time, target: 0, offset, length: 512, kind });
        }
    }
    let with_room = |room| {
        let mut survey = Survey::with_room(measures(512), room);
        trace.records.iter().for_each(|record| survey.take(record));
        survey.finish()
    };
    let (exact, sampled) = (with_room(1 << 16), with_room(4096));
    assert_eq!((exact.overwrites.one_in, exact.blocks_touched), (1, 1 << 16));
    assert_eq!(sampled.overwrites.one_in, 32, "half of 4096 is left as the next one comes");
    let share = |stats: &TraceStats| {
        let Overwrites { block_writes, within_second, .. } = stats.overwrites;
        within_second * 10_000 / block_writes
    };
    // Of 3 writes 2 are overwritten on average.
    assert_eq!(share(&exact), 6666);
    assert!(share(&sampled).abs_diff(6666) < 150, "{}", share(&sampled));
    let touched = sampled.blocks_touched;
    assert!(touched.abs_diff(1 << 16) < (1 << 16) / 20, "{touched}");
    // What of a block is counted is all of it: block writes are those of the blocks in the sample.
    assert!(sampled.overwrites.block_writes * 32 > (1 << 16) * 5 / 2);
    assert_eq!(sampled.overwrites.all_block_writes, exact.overwrites.all_block_writes);
}

fn record() -> impl Strategy<Value = Record> {
    let time = prop_oneof![0..40_000_000_000_u64, Just(1_000_000_000), Just(10_000_000_000)];
    let kind = prop::sample::select(vec![
        RecordKind::Write,
        RecordKind::Write,
        RecordKind::WriteThrough,
        RecordKind::Flush,
    ]);
    (time, 0..3_u32, 0..12_u64, 0..12_u64, 1..30_u64, kind).prop_map(
        |(time, target, block, within, length, kind)| {
            let (offset, length) = match kind {
                RecordKind::Flush => (0, 0),
                RecordKind::Write | RecordKind::WriteThrough => (block * 8 + within, length),
            };
            Record { time: SimTime::from_nanos(time), target, offset, length, kind }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_count_that_remembers_everything_agrees(
        mut records in prop::collection::vec(record(), 0..60),
        block_size in 1..20_u64,
        point in 1..20_000_000_000_u64,
    ) {
        records.sort_by_key(|record| record.time);
        let measures = Measures { block_size, consistency_point: Span::from_nanos(point) };
        let trace = Trace { records, ..Trace::default() };
        prop_assert_eq!(trace.stats(measures), naive::stats(&trace.records, measures));
    }
}
