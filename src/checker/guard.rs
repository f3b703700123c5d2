//! S15, the guard of a promotion (Spec 7.5): none that was not forced begins while the side that is
//! promoted durably knows that the mirror is not in sync.
//!
//! What a side knows is what it last made durable, and a new life knows nothing until it is told. A
//! promotion begins when the part of the promoted side is durable; an order that was refused begins
//! nothing. What became durable between the order and that moment counts, since it is written in
//! order: a side that was just told may be ordered before that is durable. If a crash comes in between
//! and the new part survives it, the life that took the order is the one that knew.
//!
//! Sites keep their names here: facts are read as they are, before anybody's part is turned round.

use super::Findings;
use crate::facts::{Fact, Role, What};
use crate::protocol::{Part, PromotionOrder, SavedMirror, SavedState};
use crate::scenario::{Decider, Scenario};

/// Follows what both sites durably know, and the orders to promote them.
#[derive(Debug)]
pub struct Guard {
    sites: [Site; 2],
    /// Where a witness decides its word counts, whatever the side knows: see `witness`.
    decider: Decider,
}

/// A site.
#[derive(Debug, Clone, Copy)]
struct Site {
    part: Part,
    knows: Knowledge,
    /// The last order to promote it, until a later life shows that nothing came of it.
    order: Option<Ordered>,
}

/// What a site durably knows of the mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knowledge {
    InSync,
    /// It made durable that it is not, or it has a new life and was told nothing.
    NotInSync,
}

/// An order to promote a site.
#[derive(Debug, Clone, Copy)]
struct Ordered {
    order: PromotionOrder,
    /// What the site knew in the life that was ordered.
    knew: Knowledge,
    life: Life,
}

/// Whether the life that was ordered goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    GoesOn,
    Over,
}

impl Guard {
    /// In sync, and both sites know it (Spec 6.1).
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let site = |part| Site { part, knows: Knowledge::InSync, order: None };
        let decider = scenario.failover.by;
        Self { sites: [site(Part::Source), site(Part::Destination)], decider }
    }

    /// Reads a fact, with the names of sites.
    pub fn take(&mut self, fact: &Fact, findings: &mut Findings) {
        if let What::PromotionOrdered(role, order) = &fact.what {
            let site = &mut self.sites[*role as usize];
            site.order = Some(Ordered { order: *order, knew: site.knows, life: Life::GoesOn });
        } else if let What::StateSaved(role, state) = &fact.what {
            self.saved(fact, *role, state, findings);
        } else if let What::ChangedPart(role, part) = &fact.what {
            self.plays(fact, *role, *part, findings);
        } else if let What::Crashed(role) = &fact.what {
            self.sites[*role as usize].crashed();
        }
    }

    fn saved(&mut self, fact: &Fact, role: Role, state: &SavedState, findings: &mut Findings) {
        self.plays(fact, role, state.part, findings);
        self.sites[role as usize].learns(match state.mirror {
            SavedMirror::InSync => Knowledge::InSync,
            SavedMirror::OutOfSync(_) => Knowledge::NotInSync,
        });
    }

    /// It is durable which part a site plays. A destination that is to serve was promoted.
    fn plays(&mut self, fact: &Fact, role: Role, part: Part, findings: &mut Findings) {
        let site = &mut self.sites[role as usize];
        let before = std::mem::replace(&mut site.part, part);
        let promoted = (before, part) == (Part::Destination, Part::Promoted);
        if !promoted || self.decider == Decider::Witness {
            return;
        }
        let order = site.order.take();
        let forced = order.is_some_and(|ordered| ordered.order == PromotionOrder::Forced);
        if order.map_or(site.knows, |ordered| ordered.knew) == Knowledge::NotInSync && !forced {
            let message = "a promotion that was not forced begins, though all that the destination \
                           durably knows is that the mirror is not in sync";
            findings.add(fact, "S15", Role::Destination, "promoted_not_in_sync", message.into());
        }
    }
}

impl Site {
    fn learns(&mut self, knowledge: Knowledge) {
        self.knows = knowledge;
        match &mut self.order {
            Some(ordered) if ordered.life == Life::GoesOn => ordered.knew = knowledge,
            // A later life plays its old part: nothing came of the order.
            Some(_) | None => self.order = None,
        }
    }

    fn crashed(&mut self) {
        self.knows = Knowledge::NotInSync;
        if let Some(ordered) = &mut self.order {
            ordered.life = Life::Over;
        }
    }
}
