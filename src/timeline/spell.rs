//! Spells: times in which something was wrong.

use super::budget::{Budget, Left};
use crate::facts::{Fact, Role, What};
use crate::protocol::{FaultId, MirrorState, Note};
use crate::scenario::{Fault, FaultKind};
use crate::units::SimTime;

/// A time in which something was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// What.
    pub kind: SpellKind,
    /// Since when.
    pub began: SimTime,
    /// Until when; `began` for a fault that only happens. `None`: until the end of the run.
    pub ended: Option<SimTime>,
    /// Of a fault: when it first changed what happened next.
    pub felt: Option<SimTime>,
}

/// What was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpellKind {
    /// A fault was on.
    Fault(FaultId),
    /// This side's mirror was in this state, which is not in sync.
    Mirror(Role, MirrorState),
    /// A node was down.
    Down(Role),
    /// The witness was down.
    WitnessDown,
}

/// Spells that go on, and those kept.
#[derive(Debug)]
pub(super) struct Spells {
    lengths: Vec<Length>,
    open: Vec<Spell>,
    pub kept: Vec<Spell>,
    pub left: Left,
}

/// Whether a fault lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Moment,
    Lasting,
}

impl Spells {
    /// Of a run with these faults.
    pub fn new(faults: &[Fault]) -> Self {
        let lengths = faults.iter().map(|fault| match fault.kind {
            FaultKind::Part(part) if !part.lasts() => Length::Moment,
            FaultKind::Part(_)
            | FaultKind::Flap { .. }
            | FaultKind::CrashLoop { .. }
            | FaultKind::RollingDisaster { .. }
            | FaultKind::PowerLoss
            | FaultKind::PromoteBoth => Length::Lasting,
        });
        let lengths = lengths.collect();
        Self { lengths, open: Vec::new(), kept: Vec::new(), left: Left::default() }
    }

    pub fn take(&mut self, fact: &Fact, budget: &mut Budget) {
        let at = fact.at;
        if let What::FaultBegan(id) = &fact.what {
            self.fault(*id, at, budget);
        } else if let What::FaultEnded(id) = &fact.what {
            self.end(at, budget, SpellKind::Fault(*id));
        } else if let What::FaultFelt(id) = &fact.what {
            self.felt(*id, at);
        } else if let What::Crashed(role) = &fact.what {
            self.in_sync(*role, at, budget);
            self.begin(SpellKind::Down(*role), at);
        } else if let What::Restarted(role) = &fact.what {
            self.end(at, budget, SpellKind::Down(*role));
        } else if let What::WitnessCrashed = &fact.what {
            self.begin(SpellKind::WitnessDown, at);
        } else if let What::WitnessRestarted = &fact.what {
            self.end(at, budget, SpellKind::WitnessDown);
        } else if let What::ChangedPart(role, _) = &fact.what {
            self.in_sync(*role, at, budget);
        } else if let What::Noted(role, Note::Mirror(state)) = &fact.what {
            self.in_sync(*role, at, budget);
            if *state != MirrorState::InSync {
                self.begin(SpellKind::Mirror(*role, *state), at);
            }
        }
    }

    /// The run is over: what is wrong stays so.
    pub fn finish(&mut self, at: SimTime, budget: &mut Budget) {
        for spell in std::mem::take(&mut self.open) {
            self.close(spell, at, budget);
        }
        self.kept.sort_by_key(|spell| spell.began);
    }

    fn fault(&mut self, id: FaultId, at: SimTime, budget: &mut Budget) {
        let length = usize::try_from(id.0).ok().and_then(|place| self.lengths.get(place));
        let kind = SpellKind::Fault(id);
        match length {
            Some(Length::Moment) => {
                let spell = Spell { kind, began: at, ended: Some(at), felt: None };
                self.close(spell, at, budget);
            }
            Some(Length::Lasting) | None => self.begin(kind, at),
        }
    }

    fn begin(&mut self, kind: SpellKind, began: SimTime) {
        self.open.push(Spell { kind, began, ended: None, felt: None });
    }

    /// Ends the first of this kind: a course of faults may have several parts at once.
    fn end(&mut self, at: SimTime, budget: &mut Budget, kind: SpellKind) {
        if let Some(place) = self.open.iter().position(|spell| spell.kind == kind) {
            let spell = self.open.remove(place);
            self.close(Spell { ended: Some(at), ..spell }, at, budget);
        }
    }

    /// The mirror of a side is in another state, or nobody's.
    fn in_sync(&mut self, role: Role, at: SimTime, budget: &mut Budget) {
        for state in [MirrorState::OutOfSync, MirrorState::Resync, MirrorState::CpForwarding] {
            self.end(at, budget, SpellKind::Mirror(role, state));
        }
    }

    /// A fault is felt first, since it began last. It may be over by then.
    fn felt(&mut self, id: FaultId, at: SimTime) {
        let own = |spell: &&mut Spell| spell.kind == SpellKind::Fault(id);
        let last = match self.open.iter_mut().rev().find(own) {
            None if self.left.beyond == 0 => self.kept.iter_mut().rev().find(own),
            found => found,
        };
        if let Some(spell) = last {
            spell.felt.get_or_insert(at);
        }
    }

    fn close(&mut self, spell: Spell, at: SimTime, budget: &mut Budget) {
        if budget.admits(spell.began, at, &mut self.left) {
            self.kept.push(spell);
        }
    }
}
