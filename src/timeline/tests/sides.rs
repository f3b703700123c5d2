//! Points, spells, pleas and marks, worked out by hand.

use super::*;
use crate::protocol::witness::{Plea, Ruling, WitnessAnswer, WitnessRequest};
use crate::protocol::{CpId, FaultId, Generation, Lsn, MirrorState, Note, Purpose, Trigger};

fn cp(number: u64) -> CpId {
    (0..number).fold(CpId::ORIGINAL, |cp, _| cp.next())
}

fn begin(number: u64, cp: CpId) -> What {
    let message = Message::CpBegin {
        epoch: Epoch(1),
        cp,
        purpose: Purpose::ConsistencyPoint,
        transfers: None,
        last_lsn: Lsn::ORIGIN,
        unanswered: Vec::new(),
    };
    What::Sent(Direction::ToDestination, number, Rc::new(message))
}

/// The source starts CP 1 at 1 and is done at 9; the destination hears of it at 3 and commits it at
/// 7. Of CP 2 the source crashes.
#[test]
fn a_point_is_a_span_at_each_side() {
    let facts = || {
        vec![
            (1, None, What::Noted(Role::Source, Note::CpStarted(cp(1), Trigger::Timer))),
            (2, None, begin(0, cp(1))),
            (3, None, What::Arrived(Direction::ToDestination, 0)),
            (4, None, What::Arrived(Direction::ToDestination, 0)),
            (6, None, What::Committed(Role::Source, cp(1), Lsn::ORIGIN)),
            (7, None, What::Committed(Role::Destination, cp(1), Lsn::ORIGIN)),
            (9, None, What::Noted(Role::Source, Note::CpEnded(cp(1)))),
            (10, None, What::Noted(Role::Source, Note::CpStarted(cp(2), Trigger::Timer))),
            (12, None, What::Crashed(Role::Source)),
        ]
    };
    let point = |role, number, trigger, times: [Option<u64>; 3]| {
        let [begun, committed, ended] = times.map(|time| time.map(at_ns));
        let begun = begun.expect("it began");
        let purpose = Purpose::ConsistencyPoint;
        PointSpan { role, cp: cp(number), purpose, trigger, begun, committed, ended }
    };
    let timer = Some(Trigger::Timer);
    let expected = [
        point(Role::Source, 1, timer, [Some(1), Some(6), Some(9)]),
        point(Role::Destination, 1, None, [Some(3), Some(7), Some(7)]),
        point(Role::Source, 2, timer, [Some(10), None, None]),
    ];
    let all = timeline(Window::ALL, 9, facts());
    assert_eq!(all.points, expected);
    assert_eq!(all.firsts.point, Some((at_ns(1), at_ns(9))));
    let nothing = timeline(Window::NOTHING, 0, facts());
    assert_eq!((nothing.points.len(), nothing.left_out.points.outside), (0, 3));
    assert_eq!(nothing.firsts, all.firsts);
}

/// Of the faults of the scenario the first is a partition and the second a reset, which is over as it
/// begins. Spells are kept wherever the window is.
#[test]
fn spells_are_of_the_whole_run() {
    let mirror = |state| What::Noted(Role::Source, Note::Mirror(state));
    let facts = vec![
        (1, None, What::FaultBegan(FaultId(0))),
        (2, None, What::FaultFelt(FaultId(0))),
        (3, None, mirror(MirrorState::OutOfSync)),
        (4, None, What::FaultEnded(FaultId(0))),
        (5, None, What::FaultBegan(FaultId(1))),
        (5, None, What::FaultFelt(FaultId(1))),
        (6, None, mirror(MirrorState::Resync)),
        (7, None, mirror(MirrorState::InSync)),
        (8, None, What::Crashed(Role::Destination)),
    ];
    let seen = timeline(Window::NOTHING, 9, facts);
    let spell = |kind, began, ended: Option<u64>, felt: Option<u64>| Spell {
        kind,
        began: at_ns(began),
        ended: ended.map(at_ns),
        felt: felt.map(at_ns),
    };
    let mirror = |state| SpellKind::Mirror(Role::Source, state);
    let expected = [
        spell(SpellKind::Fault(FaultId(0)), 1, Some(4), Some(2)),
        spell(mirror(MirrorState::OutOfSync), 3, Some(6), None),
        spell(SpellKind::Fault(FaultId(1)), 5, Some(5), Some(5)),
        spell(mirror(MirrorState::Resync), 6, Some(7), None),
        spell(SpellKind::Down(Role::Destination), 8, None, None),
    ];
    assert_eq!(seen.spells, expected);
    assert_eq!(seen.faults, ["partition", "reset"]);
    let marks: Vec<_> = seen.marks.iter().map(|mark| (mark.at.as_nanos(), mark.kind)).collect();
    assert_eq!(marks, [(7, MarkKind::InSync), (8, MarkKind::Crashed)]);
    assert_eq!((seen.firsts.felt, seen.firsts.crashed), (Some(at_ns(2)), Some(at_ns(8))));
}

/// Marks that are no landmarks are kept within the window only.
#[test]
fn marks_within_the_window_and_landmarks() {
    let refused = What::Refused(Role::Source, Refusal::Duplicate);
    let facts = vec![
        (1, None, What::ConnectionReset),
        (2, None, refused.clone()),
        (4, None, refused.clone()),
        (6, None, refused),
    ];
    let seen = timeline(window(3, 5), 9, facts);
    let marks: Vec<_> = seen.marks.iter().map(|mark| mark.at.as_nanos()).collect();
    assert_eq!((marks, seen.left_out.marks.outside), (vec![1, 4], 2));
}

/// Asked at 1 and again at 3, since the first was lost; granted.
#[test]
fn a_plea_lasts_until_its_answer() {
    let (generation, incarnation, number) = (Generation(1), Incarnation(1), 1);
    let request = WitnessRequest { generation, incarnation, number, plea: Plea::Promotion };
    let answer = WitnessAnswer { generation, incarnation, number, ruling: Ruling::Granted };
    let side = Role::Destination;
    let facts = vec![
        (1, None, What::WitnessAsked(side, request)),
        (2, None, What::WitnessUnheard(side)),
        (3, None, What::WitnessAsked(side, request)),
        (4, None, What::WitnessHeard(side, request)),
        (5, None, What::WitnessAnswered(side, answer)),
        (6, None, What::WitnessTold(side, answer)),
        (9, None, What::WitnessAsked(side, WitnessRequest { number: 2, ..request })),
    ];
    let seen = timeline(window(0, 8), 9, facts);
    let plea = PleaSpan {
        role: side,
        request,
        asked: at_ns(1),
        repeated: 1,
        heard: Some(at_ns(4)),
        answered: Some((at_ns(5), Ruling::Granted)),
        told: Some(at_ns(6)),
        unheard: Some(at_ns(2)),
    };
    assert_eq!((seen.pleas, seen.left_out.pleas.outside), (vec![plea], 1));
}
