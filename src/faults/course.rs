//! One occurrence of a fault as the happenings it is made of.

use super::{Happening, Onset};
use crate::protocol::FaultId;
use crate::scenario::Promotion;
use crate::scenario::fault::{
    Directions, Fault, FaultKind, LinkFault, NodeFault, Order, Part, Side,
};
use crate::units::{SimTime, Span};

/// A part and the stretch of time in which it is broken.
struct Stretch {
    part: Part,
    begins: SimTime,
    /// `None`: for good.
    ends: Option<SimTime>,
}

/// What happens when `fault` begins at `start`, in order of time: ends before beginnings at the same
/// moment. Nothing begins at `until` or later, and what lasts ends there; at the end of time nothing
/// happens.
pub(super) fn of(id: FaultId, fault: &Fault, start: SimTime, until: SimTime) -> Vec<Happening> {
    let mut happenings = Vec::new();
    for Stretch { part, begins, ends } in stretches(fault, start) {
        if begins >= until {
            continue;
        }
        happenings.push(Happening { at: begins, fault: id, part, what: Onset::Begins });
        let at = ends.unwrap_or(SimTime::MAX).min(until);
        if part.lasts() && at < SimTime::MAX {
            happenings.push(Happening { at, fault: id, part, what: Onset::Ends });
        }
    }
    happenings.sort_by_key(|happening| (happening.at, happening.what == Onset::Begins));
    happenings
}

fn stretches(fault: &Fault, start: SimTime) -> Vec<Stretch> {
    let ends = fault.lasts.map(|lasts| start.after(lasts));
    let now = |part| Stretch { part, begins: start, ends };
    let crash = |side| Part::Node(side, NodeFault::Crash);
    let promote = |side| now(Part::Order(Order::Promote(side, Promotion::Forced)));
    match fault.kind {
        FaultKind::Part(part) => vec![now(part)],
        FaultKind::Flap { direction, up, down } => {
            let part = Part::Link(direction, LinkFault::Partition);
            let rounds = rounds(start, down, up);
            // A flap always has an end; the scenario sees to it.
            let last = ends.unwrap_or(start);
            let rounds = rounds.take_while(|begins| *begins < last);
            let broken = |begins: SimTime| Some(begins.after(down).min(last));
            rounds.map(|begins| Stretch { part, begins, ends: broken(begins) }).collect()
        }
        FaultKind::CrashLoop { node, times, up, restart_after } => {
            let rounds = rounds(start, restart_after, up).zip(0..times);
            let stretch = |(begins, _): (SimTime, u32)| Stretch {
                part: crash(node),
                begins,
                ends: Some(begins.after(restart_after)),
            };
            rounds.map(stretch).collect()
        }
        FaultKind::RollingDisaster { bandwidth, degrade_for, dead_for } => {
            let (dies, burns) =
                (start.after(degrade_for), start.after(degrade_for).after(dead_for));
            let link = |fault| Part::Link(Directions::Both, fault);
            let stretch = |part, begins, ends| Stretch { part, begins, ends: Some(ends) };
            vec![
                stretch(link(LinkFault::Bandwidth(bandwidth)), start, dies),
                stretch(link(LinkFault::Partition), dies, burns),
                stretch(Part::Node(Side::Source, NodeFault::Disaster), burns, burns),
            ]
        }
        FaultKind::PowerLoss => vec![now(crash(Side::Source)), now(crash(Side::Destination))],
        FaultKind::PromoteBoth => vec![promote(Side::Source), promote(Side::Destination)],
    }
}

/// The beginnings of rounds that are broken for `down`, then whole for `up`.
fn rounds(start: SimTime, down: Span, up: Span) -> impl Iterator<Item = SimTime> {
    let round = down.plus(up);
    std::iter::successors(Some(start), move |begins| Some(begins.after(round)))
        .take_while(|begins| *begins < SimTime::MAX)
}
