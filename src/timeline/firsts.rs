//! When the first things of their kind happened: where to look.

use crate::facts::{Fact, What};
use crate::units::SimTime;

/// When the first of each kind happened in the whole run; `None`: it did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Firsts {
    /// A message was lost, or arrived damaged.
    pub lost: Option<SimTime>,
    /// A fault made itself felt.
    pub felt: Option<SimTime>,
    /// A node or the witness crashed.
    pub crashed: Option<SimTime>,
    /// The operator ordered a promotion.
    pub promoted: Option<SimTime>,
    /// A consistency point began and ended.
    pub point: Option<(SimTime, SimTime)>,
}

impl Firsts {
    pub(super) fn take(&mut self, fact: &Fact) {
        let first = if let What::Lost(..) | What::Damaged(..) = &fact.what {
            &mut self.lost
        } else if let What::FaultFelt(_) = &fact.what {
            &mut self.felt
        } else if let What::Crashed(_) | What::WitnessCrashed = &fact.what {
            &mut self.crashed
        } else if let What::PromotionOrdered(..) = &fact.what {
            &mut self.promoted
        } else {
            return;
        };
        first.get_or_insert(fact.at);
    }
}
