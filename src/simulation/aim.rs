//! Faults that are aimed: at messages of a kind, or only so many times (Spec 8, "each fault planned").

use super::Simulation;
use super::felt::hinders;
use super::injection::concerns;
use crate::facts::{Direction, What};
use crate::protocol::FaultId;
use crate::scenario::fault::{Aim, LinkFault, Part};
use crate::wan::Hindrance;

impl Simulation<'_> {
    fn aim_of(&self, fault: FaultId) -> Aim {
        let place = usize::try_from(fault.0).expect("a list is no longer than memory");
        self.scenario.faults[place].aim
    }

    /// Whether a fault of the link is no matter of every message.
    pub(super) fn is_aimed(&self, fault: FaultId) -> bool {
        self.aim_of(fault) != Aim::default()
    }

    /// A fault begins.
    pub(super) fn take_aim(&mut self, fault: FaultId) {
        if let Some(times) = self.aim_of(fault).times {
            self.strikes_left.insert(fault, times);
        }
    }

    /// A fault struck: it is over if it was to strike so often.
    pub(super) fn struck(&mut self, fault: FaultId) {
        let Some(left) = self.strikes_left.get_mut(&fault) else { return };
        *left -= 1;
        if *left > 0 {
            return;
        }
        self.strikes_left.remove(&fault);
        self.active.retain(|(active, _)| *active != fault);
        self.recorder.fact(What::FaultEnded(fault));
    }

    /// Faults aimed at the message that leaves now: of each kind the one that began first.
    pub(super) fn aimed_at_head(&self, direction: Direction) -> Vec<(FaultId, LinkFault)> {
        let mut aimed: Vec<(FaultId, LinkFault)> = Vec::new();
        for &(fault, part) in &self.active {
            let Part::Link(directions, link) = part else { continue };
            let Some((message, _)) = self.links[direction as usize].leaving() else { break };
            let Aim { message: kind, .. } = self.aim_of(fault);
            let first = !aimed.iter().any(|(_, other)| hinders(*other) == hinders(link));
            if concerns(directions, direction)
                && self.is_aimed(fault)
                && kind.is_none_or(|kind| kind == message.kind())
                && first
            {
                aimed.push((fault, link));
            }
        }
        aimed
    }

    /// Those of the aimed faults that made a difference to a message have struck.
    pub(super) fn strike_head(&mut self, aimed: &[(FaultId, LinkFault)], hindrances: &[Hindrance]) {
        for (fault, link) in aimed {
            if hinders(*link).is_some_and(|hindrance| hindrances.contains(&hindrance)) {
                self.felt_once(*fault);
                self.struck(*fault);
            }
        }
    }
}
