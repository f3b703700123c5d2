//! Sorted in memory, in many runs, in more runs than are merged at once: always the same.

use super::*;
use proptest::prelude::*;

fn record(time: u64, offset: u64) -> Record {
    let kind = [RecordKind::Write, RecordKind::WriteThrough, RecordKind::Flush];
    let (time, kind) = (SimTime::from_nanos(time), kind[(offset % 3) as usize]);
    Record { time, target: (offset % 7) as u32, offset, length: u64::MAX - offset, kind }
}

fn sorted(records: &[Record], room: usize) -> Vec<Record> {
    let mut sorter = Sorter::new(room);
    for record in records {
        sorter.push(*record).expect("the temporary file takes it");
    }
    let sorted = sorter.finish().expect("the temporary file gives it back");
    sorted.map(|record| record.expect("it is read back")).collect()
}

fn expected(records: &[Record]) -> Vec<Record> {
    let mut expected = records.to_vec();
    expected.sort_by_key(|record| record.time);
    expected
}

proptest! {
    #[test]
    fn any_room_gives_the_same(
        times in proptest::collection::vec(0..20_u64, 0..200),
        room in 1..60_usize,
    ) {
        let records: Vec<_> = times.iter().zip(0..).map(|(&time, place)| record(time, place)).collect();
        prop_assert_eq!(sorted(&records, room), expected(&records));
    }
}

#[test]
fn more_runs_than_are_merged_at_once() {
    // Backwards, so that each run comes before all earlier ones; ties keep their order.
    let count = 2 * MOST_RUNS as u64 + 77;
    let records: Vec<_> =
        (0..2 * count).map(|place| record((count - place / 2) / 3, place)).collect();
    assert_eq!(sorted(&records, 2), expected(&records));
}

#[test]
fn a_run_longer_than_its_buffer() {
    let records: Vec<_> = (0..5000).map(|place| record(place * 7919 % 5003, place)).collect();
    assert_eq!(sorted(&records, 2100), expected(&records));
}
