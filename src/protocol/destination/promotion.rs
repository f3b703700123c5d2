//! Promotion: the destination is to become the source (Spec 7.4, 7.5).
//!
//! The guard comes first: refused unless the mirror is in sync as far as it durably knows, or the order
//! is to go on whatever is lost. Where a witness decides, only its grant or force counts (`lease`). From
//! then on no message of the old reign is taken. What was received is stored, then the new generation
//! and the new part are made durable: a crash on the way is no way back. The rest is the work of a source
//! that begins its reign: `source/reign.rs`.

use super::super::{
    CpId, Effect, Generation, Note, Part, PromotionOrder, Refusal, Sabotage, SavedMirror,
    SavedState, Ticket,
};
use super::Destination;
use super::session::Session;
use crate::units::SimTime;

/// How far a promotion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promotion {
    /// There is none.
    None,
    /// To this reign: what was received is still being stored.
    Storing(Generation),
    /// The new reign is being made durable.
    Saving(Ticket),
}

impl Destination {
    /// The operator orders a promotion.
    pub(super) fn promote(&mut self, order: PromotionOrder, effects: &mut Vec<Effect>) {
        if order == PromotionOrder::Guarded && self.watch.is_on() {
            // The source may be serving by a lease.
            effects.push(Effect::Refuse(Refusal::WitnessDecides));
            return;
        }
        let may_lose = match (self.mirror, order) {
            (SavedMirror::InSync, _) | (_, PromotionOrder::Forced) => false,
            (SavedMirror::OutOfSync(_), PromotionOrder::Guarded) => true,
        };
        let careless = self.parameters.sabotages(Sabotage::PromoteInResync) && self.is_live();
        if (may_lose && !careless) || self.promotion != Promotion::None {
            effects.push(Effect::Refuse(Refusal::NotInSync));
            return;
        }
        let since = match self.mirror {
            SavedMirror::InSync => None,
            SavedMirror::OutOfSync(since) => Some(since),
        };
        self.begin_promotion(Generation(self.generation.0 + 1), since, effects);
    }

    /// The promotion is decided: nothing may be lost, or what was acknowledged `since` then.
    pub(super) fn begin_promotion(
        &mut self,
        generation: Generation,
        since: Option<SimTime>,
        effects: &mut Vec<Effect>,
    ) {
        effects.push(Effect::Note(Note::PromotionDecided(since)));
        self.set_session(Session::None, effects);
        self.promotion = Promotion::Storing(generation);
        self.promote_if_stored(effects);
    }

    /// A write to log storage is done.
    pub(super) fn stored_before_promotion(&mut self, ticket: Ticket, effects: &mut Vec<Effect>) {
        self.writing.remove(&ticket);
        self.promote_if_stored(effects);
    }

    /// What was received and is on its way to log storage is of the log that will be replayed: under
    /// `received` it is acknowledged.
    fn promote_if_stored(&mut self, effects: &mut Vec<Effect>) {
        let Promotion::Storing(generation) = self.promotion else { return };
        if !self.writing.is_empty() {
            return;
        }
        let ticket = self.ticket();
        let late = self.parameters.sabotages(Sabotage::LateGeneration);
        let state = SavedState {
            generation: if late { self.generation } else { generation },
            incarnation: self.incarnation,
            epoch: self.epoch,
            mirror: self.mirror,
            part: Part::Promoted,
            base: self.parting(),
            reign: super::super::Reign::Alone,
            voids: self.voids.clone(),
        };
        effects.push(Effect::SaveState(ticket, state));
        self.promotion = Promotion::Saving(ticket);
    }

    /// Where the reign to come parts from what the other side has (Spec 7.7). An image of the present
    /// reign is a point of both. One of an older reign is not, if this side went on alone in that:
    /// then they parted earlier, where the present reign began.
    fn parting(&self) -> CpId {
        let committed = self.committed.cp;
        if committed.generation < self.generation { committed.min(self.base) } else { committed }
    }

    /// The new reign is durable: the destination's part is over.
    pub(super) fn promotion_saved(&mut self, saved: Ticket, effects: &mut Vec<Effect>) {
        if self.promotion == Promotion::Saving(saved) {
            effects.push(Effect::ChangePart);
        }
    }
}
