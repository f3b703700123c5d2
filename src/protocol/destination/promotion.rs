//! Promotion: the destination is to become the source (Spec 7.4, 7.5).
//!
//! The guard comes first: refused unless the mirror is in sync as far as it durably knows, or the order
//! is to go on whatever is lost. Then the new generation and the new part are made durable, before
//! anything else: from here on no message of the old reign is taken, and a crash on the way is no way
//! back. The rest is the work of a source that begins its reign: `source/reign.rs`.

use super::super::{
    Effect, Generation, Note, Part, PromotionOrder, Refusal, SavedMirror, SavedState,
};
use super::Destination;
use super::session::Session;

impl Destination {
    /// The operator orders a promotion.
    pub(super) fn promote(&mut self, order: PromotionOrder, effects: &mut Vec<Effect>) {
        let may_lose = match (self.mirror, order) {
            (SavedMirror::InSync, _) | (_, PromotionOrder::Forced) => false,
            (SavedMirror::OutOfSync(_), PromotionOrder::Guarded) => true,
        };
        if may_lose || self.promotion.is_some() {
            effects.push(Effect::Refuse(Refusal::NotInSync));
            return;
        }
        let since = match self.mirror {
            SavedMirror::InSync => None,
            SavedMirror::OutOfSync(since) => Some(since),
        };
        effects.push(Effect::Note(Note::PromotionDecided(since)));
        self.set_session(Session::None, effects);
        let ticket = self.ticket();
        let state = SavedState {
            generation: Generation(self.generation.0 + 1),
            incarnation: self.incarnation,
            epoch: self.epoch,
            mirror: self.mirror,
            part: Part::Promoted,
            base: self.committed.cp,
            reign: super::super::Reign::Alone,
            voids: self.voids.clone(),
        };
        effects.push(Effect::SaveState(ticket, state));
        self.promotion = Some(ticket);
    }

    /// The new reign is durable: the destination's part is over.
    pub(super) fn promotion_saved(
        &mut self,
        saved: super::super::Ticket,
        effects: &mut Vec<Effect>,
    ) {
        if self.promotion == Some(saved) {
            effects.push(Effect::ChangePart);
        }
    }
}
