//! What the source does without a block of its own image that fails its check (Spec 8.2). Wrong bytes
//! are never served, sent or written; what cannot be done without the right ones is declared.
//!
//! A client's read is refused. A block that the destination misses ends the session: the mirror stays
//! out of sync until the block is overwritten. Where the base of a partial write is lost, no image can
//! hold that write any more, and the source stops serving. A block wholly overwritten needs no base.

use super::super::block::Runs;
use super::super::status::sometimes;
use super::super::{Effect, Mark, Note, Refusal, SessionEnd, Ticket};
use super::read::ReadFor;
use super::{Service, Source, note, refuse};
use crate::units::SimTime;

impl Source {
    /// A read of the volume disks found a block that fails its check.
    pub(super) fn volume_damaged(
        &mut self,
        now: SimTime,
        ticket: Ticket,
        effects: &mut Vec<Effect>,
    ) {
        match self.reads.done(ticket) {
            Some(ReadFor::Client(id, place)) => {
                let address = self.reads.give_up((id, place));
                note(Note::BlockDamaged(address), effects);
                refuse(id, Refusal::Damaged, effects);
            }
            Some(ReadFor::Extra(address) | ReadFor::Pass(address)) => {
                note(Note::BlockDamaged(address), effects);
                self.end_session(now, SessionEnd::BlockDamaged, effects);
            }
            Some(ReadFor::Buffer(address)) => {
                note(Note::BlockDamaged(address), effects);
                let waited = self.buffers.read_done(address, ticket, &Runs::default());
                if waited && self.buffers.lacks_base(address) {
                    self.service = Service::Failed;
                    effects.push(Effect::Refuse(Refusal::DiskFailed));
                } else if waited {
                    sometimes(Mark::DamagedBaseNotNeeded, effects);
                }
            }
            None => sometimes(Mark::ReadOfOldSession, effects),
        }
    }
}
