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
        // What the life that ends leaves behind is of the reign that is over.
        self.end_life(role);
        self.tell_part(role);
        self.begin_life(role);
    }

    /// Writes down that a site plays another part from now on, if so: also where a crash came before the
    /// node heard that it was durable, so that its next life begins with it.
    pub(super) fn tell_part(&mut self, role: Role) {
        let site = self.site(role);
        let (before, part) = (site.part, site.states.durable().part);
        site.part = part;
        let reigns = |part| match part {
            Part::Source | Part::Promoted => true,
            Part::Destination => false,
        };
        if reigns(before) != reigns(part) {
            self.recorder.leading_fact(What::ChangedPart(role, part));
        }
    }

    /// Clients are served by this site from now on, and ask it for all that they still wait for.
    pub(super) fn serves(&mut self, role: Role) {
        self.recorder.leading_fact(What::Serves(role));
        self.serving = role;
        self.clients_reconnect();
        self.ask_final_point();
    }
}
