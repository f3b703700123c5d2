//! Consistency points, as each side saw them.

use super::MessageSpan;
use super::budget::{Budget, Left};
use super::taken::taken;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::{CpId, MessageKind, Note, Purpose, Trigger};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// A consistency point at one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointSpan {
    /// The side.
    pub role: Role,
    /// Which.
    pub cp: CpId,
    /// Why it is sent.
    pub purpose: Purpose,
    /// What started it, where that side did.
    pub trigger: Option<Trigger>,
    /// Where it started: when; elsewhere: when its `CP_BEGIN` arrived.
    pub begun: SimTime,
    /// When it became the side's image.
    pub committed: Option<SimTime>,
    /// When it was over: where it started, its space was free; elsewhere it was committed. `None`: it
    /// was given up, or the run was over before.
    pub ended: Option<SimTime>,
}

/// Points under way, and those kept.
#[derive(Debug, Default)]
pub(super) struct Points {
    open: BTreeMap<(Role, CpId), PointSpan>,
    pub kept: Vec<PointSpan>,
    pub left: Left,
    /// From the beginning to the end of the first that had both where it started.
    pub first: Option<(SimTime, SimTime)>,
}

impl Points {
    pub fn take(&mut self, fact: &Fact, budget: &mut Budget) {
        if let What::Noted(role, Note::CpStarted(cp, trigger)) = &fact.what {
            self.begin(*role, *cp, Purpose::ConsistencyPoint, Some(*trigger), fact.at);
        } else if let What::Noted(role, Note::CpEnded(cp)) = &fact.what {
            self.end(*role, *cp, fact.at, budget);
        } else if let What::Committed(role, cp, _) = &fact.what {
            let Some(point) = self.open.get_mut(&(*role, *cp)) else { return };
            point.committed = Some(fact.at);
            if point.trigger.is_none() {
                self.end(*role, *cp, fact.at, budget);
            }
        } else if let What::ShadowDropped(role, cp) = &fact.what {
            self.give_up(fact.at, budget, |name| *name == (*role, *cp));
        } else if let What::Crashed(role) | What::ChangedPart(role, _) = &fact.what {
            self.give_up(fact.at, budget, |(side, _)| side == role);
        }
    }

    /// A message arrived: maybe the first of a point.
    pub fn arrived(&mut self, message: &MessageSpan, at: SimTime) {
        if let (MessageKind::CpBegin, Some(cp), Some(purpose)) =
            (message.kind, message.carries.cp, message.carries.purpose)
        {
            let role = match message.direction {
                Direction::ToDestination => Role::Destination,
                Direction::ToSource => Role::Source,
            };
            self.begin(role, cp, purpose, None, at);
        }
    }

    /// The run is over.
    pub fn finish(&mut self, at: SimTime, budget: &mut Budget) {
        self.give_up(at, budget, |_| true);
        self.kept.sort_by_key(|point| (point.begun, point.role, point.cp));
    }

    fn begin(
        &mut self,
        role: Role,
        cp: CpId,
        purpose: Purpose,
        trigger: Option<Trigger>,
        begun: SimTime,
    ) {
        let point = PointSpan { role, cp, purpose, trigger, begun, committed: None, ended: None };
        self.open.entry((role, cp)).or_insert(point);
    }

    fn end(&mut self, role: Role, cp: CpId, at: SimTime, budget: &mut Budget) {
        let Some(mut point) = self.open.remove(&(role, cp)) else { return };
        point.ended = Some(at);
        if point.trigger.is_some() {
            self.first.get_or_insert((point.begun, at));
        }
        self.close(point, at, budget);
    }

    fn give_up(&mut self, at: SimTime, budget: &mut Budget, which: impl Fn(&(Role, CpId)) -> bool) {
        for point in taken(&mut self.open, |name, _| which(name)) {
            self.close(point, at, budget);
        }
    }

    fn close(&mut self, point: PointSpan, at: SimTime, budget: &mut Budget) {
        if budget.admits(point.begun, at, &mut self.left) {
            self.kept.push(point);
        }
    }
}
