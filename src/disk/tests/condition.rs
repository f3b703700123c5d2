use super::*;
use std::collections::BTreeSet;

const US: u64 = 1_000;

/// A host that drops events whose life is over.
struct Host {
    disk: Disk<usize>,
    started: Vec<Started<usize>>,
    events: BTreeSet<(SimTime, usize, u32)>,
    done: Vec<(usize, u64)>,
}

impl Host {
    fn new(model: &DiskModel) -> Self {
        let (events, done) = (BTreeSet::new(), Vec::new());
        Self { disk: Disk::new(model), started: Vec::new(), events, done }
    }

    fn submit(&mut self, now: u64, token: usize, (kind, position, length): (Access, u64, u64)) {
        self.run(now);
        let request = Request { token, kind, position, length };
        self.disk.submit(SimTime::from_nanos(now), request, &mut self.started);
        self.schedule();
    }

    fn condition(&mut self, now: u64, motion: Motion, slowdown: u32) {
        self.run(now);
        let condition = DiskCondition { motion, slowdown };
        self.disk.set_condition(SimTime::from_nanos(now), condition, &mut self.started);
        self.schedule();
    }

    fn crash(&mut self, now: u64) -> Vec<usize> {
        self.run(now);
        self.disk.clear(SimTime::from_nanos(now))
    }

    fn schedule(&mut self) {
        for Started { done, token, life } in self.started.drain(..) {
            self.events.insert((done, token, life));
        }
    }

    /// Lets everything happen that is due before `until`.
    fn run(&mut self, until: u64) {
        while let Some((at, token, life)) = self.events.pop_first() {
            if at >= SimTime::from_nanos(until) {
                self.events.insert((at, token, life));
                return;
            }
            if life == self.disk.life() {
                self.done.push((token, at.as_nanos()));
                self.disk.finished(at, &mut self.started);
                self.schedule();
            }
        }
    }

    /// What was done, and when, in order of time.
    fn finish(mut self) -> Vec<(usize, u64)> {
        self.run(u64::MAX);
        self.done
    }
}

/// Spec 8.2: so many times as long, for what starts while it is slow.
#[test]
fn a_slow_device_takes_so_many_times_as_long() {
    let slow = |model: &DiskModel, requests: &[(Access, u64, u64)]| {
        let mut host = Host::new(model);
        host.condition(0, Motion::Running, 3);
        for (token, request) in requests.iter().enumerate() {
            host.submit(0, token, *request);
        }
        host.finish()
    };
    assert_eq!(slow(&fixed(8), &[write(0, 600_000)]), [(0, 12 * MS)]);
    assert_eq!(slow(&fixed(8), &[FLUSH]), [(0, 9 * MS)]);
    assert_eq!(slow(&fixed(8), &[write(0, 600_000); 2])[1], (1, 15 * MS), "so is the bandwidth");
    assert_eq!(slow(&ssd(), &[read(0, 1)]), [(0, 150 * US)]);
    // The ninth program waits for an erase: 400 µs and 2 ms and 200 µs of the model.
    assert_eq!(slow(&ssd(), &[write(0, 4096); 9])[8], (8, 7_800 * US));
    assert_eq!(slow(&hdd(1), &[read(250_000, 100_000)]), [(0, 3 * (2_500_000 + MS))]);
}

#[test]
fn requests_in_service_keep_their_time_when_the_device_slows() {
    let mut host = Host::new(&fixed(1));
    host.submit(0, 0, write(0, 0));
    host.submit(0, 1, write(0, 0));
    host.condition(MS, Motion::Running, 2);
    assert_eq!(host.disk.condition().slowdown, 2);
    host.condition(4 * MS, Motion::Running, 1);
    host.submit(4 * MS, 2, write(0, 0));
    assert_eq!(host.finish(), [(0, 3 * MS), (1, 9 * MS), (2, 12 * MS)]);
}

/// Spec 8.2: what is in service goes on where it stood, the others wait behind it.
#[test]
fn a_stall_makes_everything_later() {
    for halt in [Motion::Stalled, Motion::Dead] {
        let mut host = Host::new(&fixed(2));
        for token in 0..3 {
            host.submit(0, token, write(0, 600_000));
        }
        host.condition(MS, halt, 1);
        host.submit(2 * MS, 3, read(0, 0));
        host.run(11 * MS);
        assert_eq!((host.done.len(), host.disk.waiting(), host.disk.in_service()), (0, 2, 2));
        host.condition(11 * MS, Motion::Running, 1);
        // Without the stall: 4 and 5 ms, then 8 ms and 8 ms.
        assert_eq!(host.finish(), [(0, 14 * MS), (1, 15 * MS), (2, 18 * MS), (3, 18 * MS)]);
    }
}

/// A second fault during a stall neither ends nor lengthens it.
#[test]
fn a_stall_is_counted_from_its_beginning() {
    let mut host = Host::new(&fixed(1));
    host.submit(0, 0, read(0, 0));
    host.condition(MS, Motion::Stalled, 1);
    host.condition(2 * MS, Motion::Dead, 5);
    host.condition(4 * MS, Motion::Running, 1);
    assert_eq!(host.finish(), [(0, 6 * MS)]);
}

#[test]
fn a_stall_keeps_the_parts_of_a_device_busy() {
    let mut host = Host::new(&ssd());
    host.submit(0, 0, write(0, 4096));
    host.condition(100 * US, Motion::Stalled, 1);
    host.condition(1_100 * US, Motion::Running, 1);
    host.submit(1_100 * US, 1, read(0, 1));
    host.submit(1_100 * US, 2, FLUSH);
    assert_eq!(host.finish(), [(0, 1_200 * US), (2, 1_200 * US), (1, 1_250 * US)]);
    let mut host = Host::new(&hdd(1));
    host.submit(0, 0, read(250_000, 100_000));
    host.condition(MS, Motion::Stalled, 1);
    host.condition(11 * MS, Motion::Running, 1);
    host.submit(11 * MS, 1, read(350_000, 100_000));
    let turn = 10 * MS;
    assert_eq!(host.finish(), [(0, 3_500 * US + turn), (1, 4_500 * US + turn)]);
}

/// Spec 1.4, 1.5: a crash drops all that is not done; its events are of a life that is over.
#[test]
fn a_crash_gives_back_what_was_in_service() {
    let mut host = Host::new(&fixed(2));
    host.submit(0, 0, write(0, 600_000));
    host.submit(0, 1, write(0, 600_000));
    host.submit(0, 2, write(0, 600_000));
    assert_eq!(host.crash(MS), [0, 1]);
    assert_eq!((host.disk.waiting(), host.disk.in_service()), (0, 0));
    host.submit(MS, 3, write(0, 600_000));
    assert_eq!(host.finish(), [(3, 5 * MS)], "neither data path nor queue is taken");
}

#[test]
fn a_flush_does_not_wait_for_writes_that_a_crash_dropped() {
    for model in [ssd(), hdd(1)] {
        let mut host = Host::new(&model);
        host.submit(0, 0, write(0, 40_960));
        assert_eq!(host.crash(50 * US), [0]);
        host.submit(50 * US, 1, FLUSH);
        assert_eq!(host.finish(), [(1, 50 * US)]);
    }
    let mut host = Host::new(&ssd());
    host.submit(0, 0, write(0, 4096));
    host.crash(50 * US);
    host.submit(50 * US, 1, read(0, 1));
    assert_eq!(host.finish(), [(1, 100 * US)], "the channel is free");
}

/// What finishes at a crash was done before it or not at all.
#[test]
fn what_was_done_before_a_crash_is_not_given_back() {
    let mut host = Host::new(&fixed(2));
    host.submit(0, 0, write(0, 0));
    host.submit(0, 1, write(0, 600_000));
    assert_eq!(host.crash(3 * MS + 1), [1]);
    assert_eq!(host.finish(), [(0, 3 * MS)]);
}

#[test]
fn a_crash_does_not_end_a_stall() {
    let mut host = Host::new(&fixed(1));
    host.submit(0, 0, write(0, 600_000));
    host.condition(MS, Motion::Stalled, 1);
    assert_eq!(host.crash(2 * MS), [0]);
    host.submit(3 * MS, 1, write(0, 600_000));
    host.run(10 * MS);
    assert_eq!(host.done, []);
    host.condition(11 * MS, Motion::Running, 1);
    assert_eq!(host.finish(), [(1, 15 * MS)]);
}

/// Without faults nothing gets a new life, and every promise holds.
#[test]
fn without_faults_there_is_one_life() {
    let mut host = Host::new(&fixed(1));
    for token in 0..3 {
        host.submit(0, token, read(0, 0));
    }
    host.run(u64::MAX);
    assert_eq!((host.disk.life(), host.done.len()), (0, 3));
    assert_eq!(host.disk.condition(), DiskCondition::default());
}
