//! Timelines worked out by hand.

mod choice;
mod sides;

use super::*;
use crate::facts::{Direction, Fact, LossCause, Role, Sink, What};
use crate::protocol::block::{BlockAddress, VolumeId, WriteRange};
use crate::protocol::{
    ClientId, Epoch, Incarnation, Message, OpNumber, Operation, Outcome, Refusal, Request, WriteId,
};
use crate::scenario::Scenario;
use std::rc::Rc;

const SCENARIO: &str = r#"{ "clients": [{ "name": "pg" }],
    "faults": [{ "kind": "partition", "at": "1s", "for": "1s" }, { "kind": "reset", "at": "2s" }] }"#;

/// A fact: its time in nanoseconds, the number of the fact that caused it, and what it says.
type Told = (u64, Option<u64>, What);

/// What comes of facts, which are numbered from 0.
fn timeline(window: Window, most: usize, facts: Vec<Told>) -> Timeline {
    let scenario = Scenario::parse(SCENARIO, &[]).expect("a scenario");
    let mut collector = Collector::new(&scenario, window, most);
    for (number, (at, cause, what)) in (0..).zip(facts) {
        collector.take(&Fact { number, cause, at: at_ns(at), what });
    }
    collector.finish()
}

fn at_ns(at: u64) -> SimTime {
    SimTime::from_nanos(at)
}

fn window(from: u64, to: u64) -> Window {
    Window { from: at_ns(from), to: at_ns(to) }
}

fn id(op: u64) -> WriteId {
    WriteId { client: ClientId(0), op: OpNumber(op) }
}

fn request(op: u64) -> Request {
    let range = WriteRange { volume: VolumeId(0), offset: 4096 * op, length: 4096 };
    Request { id: id(op), operation: Operation::Write(range) }
}

fn wait(direction: Direction, number: u64) -> What {
    What::Sent(direction, number, Rc::new(Message::Wait { epoch: Epoch(1) }))
}

/// Asked at 10, answered at 20; asked at 30, unheard, asked again at 40, refused at 50; asked at 60
/// and never answered: the run ends at 70. A second answer changes nothing.
#[test]
fn a_request_lasts_until_its_first_answer() {
    let refused = Outcome::Refused(Refusal::NotInSync);
    let facts = || {
        vec![
            (10, None, What::Requested(request(1))),
            (20, None, What::Answered(Role::Source, id(1), Outcome::Written)),
            (30, None, What::Requested(request(2))),
            (30, None, What::Unheard(id(2))),
            (40, None, What::Repeated(request(2))),
            (50, None, What::Answered(Role::Source, id(2), refused.clone())),
            (55, None, What::Answered(Role::Source, id(2), Outcome::Written)),
            (60, None, What::Requested(request(3))),
            (70, None, What::OperatorAsked),
        ]
    };
    let all = timeline(Window::ALL, 9, facts());
    let span = |op, asked, answered: Option<u64>, answer, times| RequestSpan {
        id: id(op),
        operation: request(op).operation,
        asked: at_ns(asked),
        answered: answered.map(at_ns),
        answer,
        repeated: times,
        unheard: times,
    };
    let expected = [
        span(1, 10, Some(20), Some(Answer::Written), 0),
        span(2, 30, Some(50), Some(Answer::Refused(Refusal::NotInSync)), 1),
        span(3, 60, None, None, 0),
    ];
    assert_eq!(all.requests, expected);
    assert_eq!((all.left_out, all.ended), (LeftOut::default(), at_ns(70)));
    assert_eq!((all.buckets.total().requests, all.buckets.total().acknowledged), (3, 1));

    let part = timeline(window(45, 55), 9, facts());
    assert_eq!(part.requests, expected[1..2]);
    assert_eq!(part.left_out.requests, Left { outside: 2, beyond: 0 });
    let few = timeline(Window::ALL, 1, facts());
    assert_eq!(few.requests, expected[..1]);
    assert_eq!(few.left_out.requests, Left { outside: 0, beyond: 2 });
    assert_eq!(few.left_out.full_at, Some(at_ns(30)));
    assert_eq!(few.buckets, all.buckets, "what is counted does not depend on what is kept");
}

/// One arrives twice, the second time damaged; one is lost after it left; one never left; one is on
/// its way at the end.
#[test]
fn a_message_lasts_until_it_arrives_or_is_lost() {
    let way = Direction::ToDestination;
    let facts = vec![
        (1, None, wait(way, 0)),
        (2, None, What::Departed(way, 0, 100)),
        (2, None, What::LinkResent(way, 7)),
        (5, None, What::Arrived(way, 0)),
        (6, None, wait(way, 1)),
        (7, None, What::Departed(way, 1, 100)),
        (7, None, What::Lost(way, 1, LossCause::Link)),
        (8, None, wait(Direction::ToSource, 0)),
        (9, None, What::Lost(Direction::ToSource, 0, LossCause::TakenBack)),
        (9, None, What::Damaged(way, 0)),
        (10, None, wait(way, 2)),
        (11, None, What::OperatorAsked),
    ];
    let all = timeline(Window::ALL, 9, facts);
    let arrived = |at, condition| Arrival { at: at_ns(at), condition };
    let [first, second, third, fourth] = &all.messages[..] else { panic!("{:#?}", all.messages) };
    let twice = [arrived(5, Condition::Intact), arrived(9, Condition::Damaged)];
    assert_eq!((&first.arrivals[..], first.lost), (&twice[..], None));
    assert_eq!((first.sent, first.departed, first.bytes), (at_ns(1), Some(at_ns(2)), 100));
    assert_eq!((second.lost, second.ended()), (Some((at_ns(7), LossCause::Link)), at_ns(7)));
    assert_eq!((third.departed, third.lost), (None, Some((at_ns(9), LossCause::TakenBack))));
    assert_eq!((fourth.departed, fourth.ended(), fourth.arrivals.len()), (None, at_ns(10), 0));
    let total = all.buckets.total();
    assert_eq!((total.sent, total.departed, total.lost), ([3, 1], [2, 0], [1, 1]));
    assert_eq!((total.bytes, total.resent_bytes), ([200, 0], [7, 0]));
    assert_eq!(all.firsts.lost, Some(at_ns(7)));
}

/// What ends a work of a disk is what its asking caused, whatever else is done meanwhile.
#[test]
fn a_work_lasts_until_what_it_caused() {
    let page = |index| BlockAddress::data(VolumeId(0), index);
    let side = Role::Source;
    let facts = vec![
        (1, None, What::VolumeReadAsked(side, page(1))),
        (2, None, What::VolumeReadAsked(side, page(2))),
        (3, None, What::LogReadAsked(side, crate::protocol::LogFile(0), 8)),
        (4, Some(1), What::Answered(side, id(1), Outcome::Read(Vec::new()))),
        (5, None, What::Crashed(side)),
        (6, None, What::VolumeReadAsked(side, page(3))),
        (7, None, What::OperatorAsked),
    ];
    let all = timeline(Window::ALL, 9, facts);
    let ends = all.works.iter().map(|work| (work.began.as_nanos(), work.kind.device(), work.end));
    let (cut, done) = (WorkEnd::CutShort(at_ns(5)), WorkEnd::Done(at_ns(4)));
    let expected = [
        (1, Device::Volume, cut),
        (2, Device::Volume, done),
        (3, Device::Log, cut),
        (6, Device::Volume, WorkEnd::Untold),
    ];
    assert_eq!(ends.collect::<Vec<_>>(), expected);
    assert_eq!(all.buckets.total().works, 4);
}

/// Three pages are asked for at once and done one after another: one span. A fourth, of another
/// moment, is another; the run ends before it is done.
#[test]
fn works_of_one_moment_are_one_span() {
    let (side, cp) = (Role::Source, crate::protocol::CpId::ORIGINAL.next());
    let page = |index| BlockAddress::data(VolumeId(0), index);
    let contents = crate::protocol::block::Contents::Metadata(Vec::new());
    let asked = |index| What::VolumeWriteAsked(side, cp, page(index), contents.clone());
    let facts = || {
        vec![
            (1, None, asked(9)),
            (1, None, asked(4)),
            (1, None, asked(7)),
            (2, None, asked(5)),
            (3, Some(1), What::VolumeWritten(side, cp, page(4))),
            (4, Some(0), What::VolumeWritten(side, cp, page(9))),
            (6, Some(2), What::VolumeWritten(side, cp, page(7))),
            (8, None, What::OperatorAsked),
        ]
    };
    let all = timeline(Window::ALL, 9, facts());
    let [three, one] = all.works[..] else { panic!("{:#?}", all.works) };
    assert_eq!((three.count, three.told, three.end), (3, 3, WorkEnd::Done(at_ns(6))));
    assert_eq!(
        (three.began, three.blocks, three.cp),
        (at_ns(1), Some((page(4), page(9))), Some(cp))
    );
    assert_eq!((one.count, one.told, one.end), (1, 0, WorkEnd::Untold));
    assert_eq!((all.buckets.total().works, all.density.total()), (4, 2));
    let none = timeline(Window::NOTHING, 0, facts());
    assert_eq!(none.left_out.works, Left { outside: 4, beyond: 0 });
}

/// A node that acts on nothing that it reads fills no memory.
#[test]
fn reads_without_an_end_are_bounded() {
    let read =
        |at| (at, None, What::VolumeReadAsked(Role::Source, BlockAddress::data(VolumeId(0), at)));
    let all = timeline(window(0, 9), 100, (0..10_000).map(read).collect());
    assert_eq!((all.works.len(), all.left_out.works.outside), (10, 9990));
    assert_eq!(all.works.iter().map(|work| work.count).sum::<u64>(), 10);
    assert!(all.works.iter().all(|work| work.end == WorkEnd::Untold));
}

/// Levels stand at the window's beginning, and change within it.
#[test]
fn levels_are_known_from_the_windows_beginning() {
    let way = Direction::ToDestination;
    let facts = || {
        vec![
            (1, None, wait(way, 0)),
            (5, None, wait(way, 1)),
            (5, None, wait(way, 2)),
            (8, None, What::Departed(way, 0, 9)),
            (20, None, What::Departed(way, 1, 9)),
            (21, None, What::ConnectionReset),
        ]
    };
    let queue = |timeline: &Timeline| {
        let levels = timeline.levels.iter();
        levels.map(|level| (level.at.as_nanos(), level.link_queue_bytes)).collect::<Vec<_>>()
    };
    let all = timeline(Window::ALL, 9, facts());
    let one = all.levels[1].link_queue_bytes;
    assert!(one > 0, "a message has a length");
    assert_eq!(queue(&all), [(0, 0), (1, one), (5, 3 * one), (8, 2 * one), (20, one)]);
    assert_eq!(queue(&timeline(window(6, 9), 9, facts())), [(6, 3 * one), (8, 2 * one)]);
    assert_eq!(queue(&timeline(window(9, 21), 9, facts())), [(9, 2 * one), (20, one)]);
    let few = timeline(Window::ALL, 2, facts());
    assert_eq!((queue(&few).len(), few.left_out.levels.beyond), (2, 4));
    assert_eq!(all.buckets.total().peak.link_queue_bytes, 3 * one);
}
