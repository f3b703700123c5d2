//! Promotions and what follows: sites whose nodes change their parts (Spec 7.4, 7.7).

use super::{Event, FinalPoint, Simulation};
use crate::facts::{Role, What};
use crate::protocol::{Input, PromotionOrder};

impl Simulation<'_> {
    /// The operator orders a site to become the source.
    pub(super) fn order_promotion(&mut self, role: Role, order: PromotionOrder) {
        self.recorder.leading_fact(What::PromotionOrdered(role, order));
        self.tell(role, Input::Promote(order));
    }

    /// A node is replaced by one that plays the part that was made durable. For what was under way at
    /// its site that is a crash; what the log of a new destination holds is set aside with it.
    pub(super) fn change_part(&mut self, role: Role) {
        let part = self.sites[role as usize].states.durable().part;
        self.recorder.leading_fact(What::ChangedPart(role, part));
        self.end_life(role);
        self.begin_life(role);
    }

    /// Clients are served by this site from now on, and ask it for all that they still wait for.
    pub(super) fn serves(&mut self, role: Role) {
        self.recorder.leading_fact(What::Serves(role));
        self.serving = role;
        self.clients_reconnect();
        if self.final_point == FinalPoint::Asked {
            let life = self.sites[role as usize].life;
            let asked = Box::new(Input::ConsistencyPoint);
            let (now, cause) = (self.now, self.cause());
            self.queue.insert(now, Event::Served(role, life, asked, cause));
        }
    }
}
