//! Small workloads against a fake source that answers after a fixed time.

mod drawn;

use super::*;
use crate::protocol::Operation;
use crate::protocol::block::{VolumeId, WriteRange};
use crate::random::Seeded;
use crate::scenario::{PlannedOperation, Replay, TraceReplay};
use crate::trace::read;
use crate::units::{Bytes, Span};

const CLIENT: ClientId = ClientId(2);

/// How the fake source answers.
#[derive(Debug, Clone, Copy)]
enum Answers {
    /// Each operation this long after it was issued.
    After(Span),
    /// Odd operations after the first time, even ones after the second.
    Uneven(Span, Span),
}

/// Runs `workload` to its end; what was issued when, in order.
fn run(mut workload: Workload, answers: Answers) -> Vec<(SimTime, Request)> {
    let mut decisions = Seeded::new(11);
    let mut issued = Vec::new();
    let mut pending: BTreeSet<(SimTime, OpNumber)> = BTreeSet::new();
    let mut now = SimTime::ZERO;
    loop {
        let next = workload.next(now, &mut decisions);
        assert_eq!(workload.next(now, &mut decisions), next, "asking changes nothing");
        let answer = pending.first().copied();
        match (next, answer) {
            (Next::At(time), answer) if answer.is_none_or(|(at, _)| time < at) => {
                now = now.max(time);
                let request = workload.issue(now, &mut decisions);
                assert_eq!(request.id.client, CLIENT);
                issued.push((now, request));
                let wait = match answers {
                    Answers::After(wait) => wait,
                    Answers::Uneven(odd, _) if request.id.op.0 % 2 == 1 => odd,
                    Answers::Uneven(_, even) => even,
                };
                assert!(pending.insert((now.after(wait), request.id.op)), "numbers are unique");
            }
            (_, Some((at, op))) => {
                pending.pop_first();
                now = at;
                workload.answered(now, op, &mut decisions);
            }
            (Next::Done, None) => return issued,
            (stuck, None) => panic!("{stuck:?} with nothing to wait for"),
        }
    }
}

/// Time in microseconds and number of each operation issued.
fn order(issued: &[(SimTime, Request)]) -> Vec<(u64, u64)> {
    issued.iter().map(|(at, request)| (at.as_nanos() / 1000, request.id.op.0)).collect()
}

fn replay(replay: Replay) -> scenario::Workload {
    let trace = "t".to_owned();
    scenario::Workload::Trace(TraceReplay {
        trace,
        from: None,
        replay,
        offset_shift: Bytes::new(7),
        volume: 3,
    })
}

fn traces() -> Traces {
    let text = "time_us,target,offset,length,fsync\n\
                0,a,0,10,0\n1,b,10,10,0\n2,a,20,10,1\n3,a,0,0,1\n4,a,30,10,0\n5,b,40,10,0\n\
                6,b,0,0,1\n7,b,0,0,1\n300,b,50,10,0\n";
    Traces::from([("t".to_owned(), Arc::new(read(text.as_bytes()).expect("a good trace")))])
}

fn replayed(mode: Replay) -> Vec<(SimTime, Request)> {
    let workload = Workload::new(CLIENT, &replay(mode), &traces()).expect("a good workload");
    run(workload, Answers::After(Span::from_micros(100)))
}

#[test]
fn recorded_replay_waits_for_nothing() {
    let times = [0, 1, 2, 3, 4, 5, 6, 7, 300];
    assert_eq!(order(&replayed(Replay::Recorded)), times.into_iter().zip(1..).collect::<Vec<_>>());
}

#[test]
fn serial_replay_waits_for_each_answer() {
    let expected: Vec<_> = (0..9).map(|place| (place * 100, place + 1)).collect();
    assert_eq!(order(&replayed(Replay::Serial)), expected);
}

/// By hand: a's flush waits for its writes of 0 and 2, until 102; its next write until 202. b's
/// flushes wait until 105 and 205; its last write, recorded at 300, until 305.
#[test]
fn barriers_hold_their_own_target() {
    let issued = replayed(Replay::Barriers);
    let expected =
        [(0, 1), (1, 2), (2, 3), (5, 6), (102, 4), (105, 7), (202, 5), (205, 8), (305, 9)];
    assert_eq!(order(&issued), expected);
}

#[test]
fn a_record_becomes_an_operation() {
    let operations: Vec<_> = replayed(Replay::Recorded).iter().map(|(_, r)| r.operation).collect();
    let write = |volume, offset| {
        Operation::Write(WriteRange { volume: VolumeId(volume), offset, length: 10 })
    };
    assert_eq!(operations[0], write(3, 7));
    assert_eq!(operations[1], write(4, 17));
    assert_eq!(operations[3], Operation::Flush(VolumeId(3)));
}

#[test]
fn what_does_not_fit_is_named() {
    let refused = |change: fn(&mut TraceReplay)| {
        let scenario::Workload::Trace(mut trace) = replay(Replay::Recorded) else {
            panic!("a replay is a trace")
        };
        change(&mut trace);
        let workload = scenario::Workload::Trace(trace);
        Workload::new(CLIENT, &workload, &traces()).expect_err("a bad workload").to_string()
    };
    assert_eq!(
        refused(|trace| trace.trace = "x".to_owned()),
        "`clients[2].workload.trace` is \"x\": no trace of this name was read"
    );
    let shift = refused(|trace| trace.offset_shift = Bytes::new(u64::MAX - 59));
    assert!(shift.contains("clients[2].workload.offset_shift"), "{shift}");
    let volume = refused(|trace| trace.volume = u32::MAX);
    assert!(volume.contains("clients[2].workload.volume` is 4294967295"), "{volume}");
}

#[test]
fn listed_operations_wait_for_time_and_answer() {
    let flush = Operation::Flush(VolumeId(0));
    let planned = |micros, after| {
        let at = Span::from_micros(micros);
        PlannedOperation { at, after, operation: flush }
    };
    let list =
        vec![planned(50, None), planned(0, None), planned(0, Some(1)), planned(900, Some(2))];
    let start = |list| Workload::new(CLIENT, &scenario::Workload::Operations(list), &traces());
    let workload = start(list).expect("a good workload");
    let issued = order(&run(workload, Answers::After(Span::from_micros(100))));
    assert_eq!(issued, [(0, 2), (50, 1), (150, 3), (900, 4)]);
    for wrong in [0, 1, 2] {
        let problem = start(vec![planned(0, Some(wrong))]).expect_err("nothing to wait for");
        assert_eq!(problem.key, "clients[2].workload.operations[0].after");
    }
}

#[test]
fn a_stopped_client_is_done() {
    let mut workload =
        Workload::new(CLIENT, &replay(Replay::Serial), &traces()).expect("a good workload");
    let mut decisions = Seeded::new(0);
    let request = workload.issue(SimTime::ZERO, &mut decisions);
    workload.stop();
    workload.answered(SimTime::ZERO, request.id.op, &mut decisions);
    assert_eq!(workload.next(SimTime::ZERO, &mut decisions), Next::Done);
}

#[test]
fn the_recorded_traces_replay_in_full() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/traces/sqlite_wal_files.csv.gz");
    let file = std::fs::File::open(path).expect("it is there");
    let trace = read(std::io::BufReader::new(file)).expect("a good trace");
    let records = trace.records.len();
    let traces = Traces::from([("t".to_owned(), Arc::new(trace))]);
    for mode in [Replay::Recorded, Replay::Barriers, Replay::Serial] {
        let workload = Workload::new(CLIENT, &replay(mode), &traces).expect("a good workload");
        let issued = run(workload, Answers::After(Span::from_millis(3)));
        assert_eq!(issued.len(), records);
    }
}
