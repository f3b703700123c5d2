//! What nodes asked the witness.

use super::budget::{Budget, Left};
use crate::facts::{Fact, Role, What};
use crate::protocol::witness::{Ruling, WitnessRequest};
use crate::units::SimTime;

/// What a node asked the witness, from its asking to the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PleaSpan {
    /// Who asked.
    pub role: Role,
    /// What for.
    pub request: WitnessRequest,
    /// When it was asked first.
    pub asked: SimTime,
    /// How often it was asked again.
    pub repeated: u64,
    /// When the witness heard it first.
    pub heard: Option<SimTime>,
    /// When the witness answered first, and how.
    pub answered: Option<(SimTime, Ruling)>,
    /// When the node was told first.
    pub told: Option<SimTime>,
    /// When a message about it was lost first.
    pub unheard: Option<SimTime>,
}

/// The last plea of each side, and those kept.
#[derive(Debug, Default)]
pub(super) struct Pleas {
    open: [Option<PleaSpan>; 2],
    pub kept: Vec<PleaSpan>,
    pub left: Left,
}

impl Pleas {
    pub fn take(&mut self, fact: &Fact, budget: &mut Budget) {
        let at = fact.at;
        if let What::WitnessAsked(role, request) = &fact.what {
            self.asked(*role, *request, at, budget);
        } else if let What::WitnessHeard(role, request) = &fact.what {
            if let Some(plea) = self.of(*role).filter(|plea| plea.request == *request) {
                plea.heard.get_or_insert(at);
            }
        } else if let What::WitnessAnswered(role, answer) = &fact.what {
            let name = (answer.incarnation, answer.number);
            if let Some(plea) = self.of(*role).filter(|plea| name_of(&plea.request) == name) {
                plea.answered.get_or_insert((at, answer.ruling));
            }
        } else if let What::WitnessTold(role, answer) = &fact.what {
            let name = (answer.incarnation, answer.number);
            if let Some(plea) = self.of(*role).filter(|plea| name_of(&plea.request) == name) {
                plea.told.get_or_insert(at);
            }
        } else if let What::WitnessUnheard(role) = &fact.what
            && let Some(plea) = self.of(*role)
        {
            plea.unheard.get_or_insert(at);
        }
    }

    /// The run is over.
    pub fn finish(&mut self, at: SimTime, budget: &mut Budget) {
        for open in std::mem::take(&mut self.open) {
            self.close(open, at, budget);
        }
        self.kept.sort_by_key(|plea| (plea.asked, plea.role));
    }

    fn of(&mut self, role: Role) -> Option<&mut PleaSpan> {
        self.open[role as usize].as_mut()
    }

    /// A node has one plea at a time: a new one ends the last.
    fn asked(&mut self, role: Role, request: WitnessRequest, at: SimTime, budget: &mut Budget) {
        if let Some(same) = self.of(role).filter(|plea| plea.request == request) {
            same.repeated += 1;
            return;
        }
        let plea = PleaSpan {
            role,
            request,
            asked: at,
            repeated: 0,
            heard: None,
            answered: None,
            told: None,
            unheard: None,
        };
        let before = self.open[role as usize].replace(plea);
        self.close(before, at, budget);
    }

    fn close(&mut self, plea: Option<PleaSpan>, at: SimTime, budget: &mut Budget) {
        let Some(plea) = plea else { return };
        if budget.admits(plea.asked, plea.told.unwrap_or(at), &mut self.left) {
            self.kept.push(plea);
        }
    }
}

const fn name_of(request: &WitnessRequest) -> (crate::protocol::Incarnation, u64) {
    (request.incarnation, request.number)
}
