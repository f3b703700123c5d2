mod condition;

use super::*;
use crate::random::{Choice, Decisions, Key, Purpose, Seeded};
use crate::scenario::{Fixed, Hdd, Ssd};
use crate::units::{Bytes, Rate, Span};

const MS: u64 = 1_000_000;

fn fixed(queue_depth: u32) -> DiskModel {
    let bandwidth = Some(Rate::bits_per_second(8 * 600_000_000));
    DiskModel::Fixed(Fixed { latency: Span::from_millis(3), bandwidth, queue_depth })
}

fn ssd() -> DiskModel {
    DiskModel::Ssd(Ssd {
        channels: 4,
        page: Bytes::kib(4),
        read: Span::from_micros(50),
        program: Span::from_micros(200),
        erase: Span::from_millis(2),
        pages_per_erase: 2,
        queue_depth: 32,
    })
}

/// A rotation of 10 ms; 1000 cylinders of 1 MB; 100 MB/s at the outer edge, 50 MB/s at the inner:
/// a track of 1 MB outside, of 500 kB inside.
fn hdd(queue_depth: u32) -> DiskModel {
    DiskModel::Hdd(Hdd {
        rpm: 6_000,
        cylinders: 1_000,
        capacity: Bytes::new(1_000_000_000),
        seek_settle: Span::from_millis(1),
        seek_root: Span::from_micros(100),
        seek_cut: 400,
        seek_base: Span::from_millis(2),
        seek_cylinder: Span::from_micros(5),
        outer_rate: Rate::bits_per_second(800_000_000),
        inner_rate: Rate::bits_per_second(400_000_000),
        queue_depth,
    })
}

fn read(position: u64, length: u64) -> (Access, u64, u64) {
    (Access::Read, position, length)
}

fn write(position: u64, length: u64) -> (Access, u64, u64) {
    (Access::Write, position, length)
}

const FLUSH: (Access, u64, u64) = (Access::Flush, 0, 0);

/// Submits all requests at `now`, then runs until the disk is idle: when each was done.
fn run<const N: usize>(
    disk: &mut Disk<usize>,
    now: u64,
    requests: [(Access, u64, u64); N],
) -> [u64; N] {
    let mut started = Vec::new();
    for (token, (kind, position, length)) in requests.into_iter().enumerate() {
        let request = Request { token, kind, position, length };
        disk.submit(SimTime::from_nanos(now), request, &mut started);
    }
    let mut times = [0; N];
    let mut due = std::collections::BTreeSet::new();
    loop {
        for Started { done, token, .. } in started.drain(..) {
            times[token] = done.as_nanos();
            due.insert((done, token));
        }
        let Some((done, _)) = due.pop_first() else { break };
        disk.finished(done, &mut started);
    }
    assert_eq!((disk.waiting(), disk.in_service()), (0, 0));
    times
}

fn fresh<const N: usize>(model: &DiskModel, requests: [(Access, u64, u64); N]) -> [u64; N] {
    run(&mut Disk::new(model), 0, requests)
}

#[test]
fn fixed_latencies_overlap_and_data_takes_turns() {
    // 600 kB at 600 MB/s take 1 ms.
    let three = [write(0, 600_000), read(0, 600_000), write(0, 300_000)];
    assert_eq!(fresh(&fixed(8), three), [4 * MS, 5 * MS, 11 * MS / 2]);
    // One at a time: each waits for the one before it.
    assert_eq!(fresh(&fixed(1), three), [4 * MS, 8 * MS, 23 * MS / 2]);
    // Two at a time: the third begins at 4 ms.
    assert_eq!(fresh(&fixed(2), three), [4 * MS, 5 * MS, 15 * MS / 2]);
    let no_data =
        DiskModel::Fixed(Fixed { latency: Span::from_millis(3), bandwidth: None, queue_depth: 2 });
    assert_eq!(fresh(&no_data, three), [3 * MS, 3 * MS, 6 * MS]);
}

/// 600 MB/s means 600 MB/s however many requests are in service.
#[test]
fn fixed_bandwidth_is_that_of_all_requests_together() {
    let done = fresh(&fixed(32), [write(0, 60_000); 300]);
    assert_eq!(done.into_iter().max(), Some(3 * MS + 30 * MS));
}

#[test]
fn a_flush_waits_for_the_writes_before_it() {
    assert_eq!(fresh(&fixed(8), [FLUSH]), [3 * MS]);
    let mixed = [write(0, 600_000), read(0, 600_000), FLUSH, write(0, 600_000)];
    assert_eq!(fresh(&fixed(8), mixed), [4 * MS, 5 * MS, 7 * MS, 6 * MS]);
    assert_eq!(fresh(&ssd(), [write(0, 4096), read(0, 40_960), FLUSH])[2], 200_000);
    // The first goes alone; the sweep then takes `near` before `far`, and the flush after both.
    let sweep = [read(0, 512), write(900_000_000, 512), write(0, 512), FLUSH];
    let [_, far, near, flush] = fresh(&hdd(8), sweep);
    assert!(near < far && flush == far, "the sweep does not overtake a flush");
    let [behind, in_front] = fresh(&hdd(1), [write(900_000_000, 512), FLUSH]);
    assert_eq!(behind, in_front);
}

#[test]
fn ssd_pages_are_read_side_by_side() {
    assert_eq!(fresh(&ssd(), [read(0, 4 * 4096)]), [50_000], "one page on each channel");
    assert_eq!(fresh(&ssd(), [read(0, 5 * 4096)]), [100_000], "page 4 lies on channel 0 again");
    assert_eq!(fresh(&ssd(), [read(4095, 2), read(4096, 1)]), [50_000, 100_000]);
    assert_eq!(fresh(&ssd(), [read(0, 1), read(4 * 4096, 1)]), [50_000, 100_000]);
    assert_eq!(fresh(&ssd(), [read(0, 1), read(4096, 1)]), [50_000, 50_000]);
}

#[test]
fn ssd_programs_go_round_and_pay_for_erases() {
    // Wherever they are addressed, four programs go to four channels.
    assert_eq!(fresh(&ssd(), [write(0, 4096); 4]), [200_000; 4]);
    // The second program on channel 0 fills its block; the third waits for the erase.
    let nine = fresh(&ssd(), [write(0, 4096); 9]);
    assert_eq!(nine[4..], [400_000, 400_000, 400_000, 400_000, 2_600_000]);
    // So does a read there, and none elsewhere.
    let two_rounds = [write(0, 5 * 4096), read(0, 1), read(4096, 1)];
    assert_eq!(fresh(&ssd(), two_rounds), [400_000, 2_450_000, 250_000]);
}

#[test]
fn hdd_time_is_seek_and_rotation_and_transfer() {
    // Cylinder 0, byte 250,000 of a 1 MB track: a quarter turn; 100 kB take 1 ms.
    assert_eq!(fresh(&hdd(1), [read(250_000, 100_000)]), [2_500_000 + MS]);
    // Cylinder 100: 1 ms + 100 µs × 10 of seek; its byte 0 comes round at 10 ms. The rate there is
    // 800 Mbit/s − 400 Mbit/s × 100/999.
    let rate = (800_000_000 * 899 + 400_000_000 * 100) / 999;
    let transfer = (100_000 * 8 * 1_000_000_000_u64).div_ceil(rate);
    assert_eq!(fresh(&hdd(1), [read(100_000_000, 100_000)]), [10 * MS + transfer]);
    // Byte 300,000 there passes at 3.125 ms, after the seek.
    let sector = (300_000 * 8 * 1_000_000_000_u64).div_ceil(rate);
    assert_eq!(fresh(&hdd(1), [read(100_300_000, 100_000)]), [sector + transfer]);
    // Cylinder 999: 2 ms + 999 × 5 µs of seek; 50 kB at 50 MB/s take 1 ms.
    assert_eq!(fresh(&hdd(1), [read(999_000_000, 50_000)]), [10 * MS + MS]);
    // Its track holds 500 kB: byte 350,000 passes at 7 ms, when the head is just there.
    assert_eq!(fresh(&hdd(1), [read(999_350_000, 50_000)]), [7 * MS + MS]);
    // Byte 340,000 has just gone by: 6.8 ms and another turn.
    assert_eq!(fresh(&hdd(1), [read(999_340_000, 50_000)]), [16_800_000 + MS]);
}

#[test]
fn hdd_positions_wrap_at_the_capacity() {
    let beyond = fresh(&hdd(1), [read(1_000_250_000, 100_000)]);
    assert_eq!(beyond, fresh(&hdd(1), [read(250_000, 100_000)]));
}

#[test]
fn hdd_serves_a_batch_in_one_sweep() {
    let [far, near, middle] =
        [read(900_000_000, 512), read(1_000_000, 512), read(500_000_000, 512)];
    let mut disk = Disk::new(&hdd(8));
    // The first finds the disk idle and goes alone; the other two make a sweep.
    let times = run(&mut disk, 0, [far, middle, near]);
    assert!(times[0] < times[2] && times[2] < times[1], "{times:?}");
    let times = fresh(&hdd(1), [far, middle, near]);
    assert!(times.is_sorted(), "a queue depth of one is first come, first served: {times:?}");
}

/// Reads one behind the other reach the rate of their zone, in batches and one at a time.
#[test]
fn hdd_sequential_reads_run_at_the_zone_rate() {
    for depth in [1, 8] {
        for (first, rate) in [(0, 100_000_000), (999_000_000, 50_000_000)] {
            let requests: [_; 10] =
                std::array::from_fn(|i| read(first + i as u64 * 65_536, 65_536));
            let times = fresh(&hdd(depth), requests);
            let each = (65_536 * 1_000_000_000_u64).div_ceil(rate);
            assert!(times.windows(2).all(|pair| pair[1] - pair[0] == each), "{times:?}");
        }
    }
}

/// Where rates do not come out even, and across cylinders, no turn is lost either.
#[test]
fn hdd_sequential_reads_pass_on_to_the_next_cylinder() {
    let requests: [_; 10] = std::array::from_fn(|i| read(500_700_000 + i as u64 * 65_536, 65_536));
    let times = fresh(&hdd(1), requests);
    // 75 MB/s half way in.
    let each = 65_536 * 1_000 / 75;
    let even = |pair: &[u64]| (pair[1] - pair[0]).abs_diff(each) < 1_500;
    assert!(times.windows(2).all(even), "{times:?}, {each} apart");
}

/// A moment too late, and the sector has passed: a whole turn less that moment.
#[test]
fn hdd_a_sequential_read_that_comes_late_waits_for_a_turn() {
    let mut disk = Disk::new(&hdd(1));
    assert_eq!(run(&mut disk, 0, [read(0, 100_000)]), [MS]);
    assert_eq!(run(&mut disk, MS + 1_000, [read(100_000, 100_000)]), [12 * MS]);
}

/// Random places: half a turn and a third of the cylinders on average, both to be had from the time
/// of a disk without the other.
#[test]
fn hdd_random_reads_wait_half_a_turn_and_seek_a_third_of_the_way() {
    const COUNT: u64 = 20_000;
    let DiskModel::Hdd(hdd) = hdd(1) else { panic!("an hdd") };
    let mean = |model: Hdd| {
        let mut disk = Disk::new(&DiskModel::Hdd(model));
        let mut decisions = Seeded::new(5);
        let mut now = 0;
        for index in 0..COUNT {
            let key = Key { purpose: Purpose::OperationAddress, entity: 0, index };
            let position = decisions.decide(key, Choice::Below(1_000_000_000));
            [now] = run(&mut disk, now, [read(position, 0)]);
        }
        now / COUNT
    };
    let free = Hdd { seek_settle: Span::ZERO, seek_root: Span::ZERO, seek_cut: 2_000, ..hdd };
    let half_a_turn = mean(free.clone());
    assert!(half_a_turn.abs_diff(5 * MS) < 60_000, "{half_a_turn}");
    // A turn of 60 µs; a microsecond for each cylinder.
    let seeking = Hdd {
        rpm: 1_000_000,
        seek_cut: 0,
        seek_base: Span::ZERO,
        seek_cylinder: Span::from_micros(1),
        ..free
    };
    let third = mean(seeking) - 30_000;
    assert!(third.abs_diff(333_333) < 4_000, "{third}");
}

#[test]
#[should_panic(expected = "a request is done at the time promised")]
fn a_request_finished_at_another_time_is_refused() {
    let mut disk = Disk::new(&fixed(1));
    let request = Request { token: (), kind: Access::Read, position: 0, length: 1 };
    disk.submit(SimTime::ZERO, request, &mut Vec::new());
    disk.finished(SimTime::from_nanos(1), &mut Vec::new());
}
