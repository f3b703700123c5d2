//! Promotions and what follows: sites whose nodes change their parts (Spec 7.4, 7.7).

use super::{Reaction, Simulation};
use crate::facts::{Role, What};
use crate::protocol::{Input, Part, PromotionOrder};

impl Simulation<'_> {
    /// The operator orders a site to become the source.
    pub(super) fn order_promotion(&mut self, role: Role, order: PromotionOrder) -> Reaction {
        self.recorder.leading_fact(What::PromotionOrdered(role, order));
        self.tell(role, Input::Promote(order))
    }

    /// A node is replaced by one that plays the part that was made durable. For what was under way at
    /// its site that is a crash.
    pub(super) fn change_part(&mut self, role: Role) {
        self.takes_durable_part(role);
        self.end_life(role);
        if self.sites[role as usize].part == Part::Destination {
            // Spec 7.7: what its log holds beyond its image is set aside.
            self.sites[role as usize].nvram.reset();
        }
        self.begin_life(role);
    }

    /// The part that is durable is the one that the node plays, from here on or from its restart: also
    /// where a crash came while it was being made durable, and it survived.
    pub(super) fn takes_durable_part(&mut self, role: Role) {
        let part = self.sites[role as usize].states.durable().part;
        let before = std::mem::replace(&mut self.sites[role as usize].part, part);
        match (before, part) {
            (Part::Destination, Part::Source | Part::Promoted)
            | (Part::Source | Part::Promoted, Part::Destination) => {
                self.recorder.leading_fact(What::ChangedPart(role, part));
            }
            (Part::Destination, Part::Destination)
            | (Part::Source | Part::Promoted, Part::Source | Part::Promoted) => {}
        }
    }

    /// Clients are served by this site from now on, and ask it for all that they still wait for.
    pub(super) fn serves(&mut self, role: Role) {
        self.recorder.leading_fact(What::Serves(role));
        self.serving = role;
        self.clients_reconnect();
    }
}
