//! Sessions at the destination (Spec 6.2, 7.1): it answers HELLO and remembers, durably, the newest
//! session, so that nothing of an older one is ever taken.

use super::super::status::sometimes;
use super::super::{
    CpId, Effect, Epoch, Generation, Mark, Message, Note, Part, Refusal, Reign, SavedMirror,
    SavedState, SessionState, Ticket, Void,
};
use super::Destination;
use super::progress::Progress;
use super::restart::Scan;
use crate::protocol::block::BlockAddress;
use crate::units::SimTime;

/// Whether the destination takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    /// After a restart: HELLO is awaited.
    None,
    /// HELLO came; the new session is being made durable.
    Saving(Ticket),
    /// It is durable; a commit or a scan under way is waited for.
    Durable,
    /// What this side changed alone is being listed (Spec 7.7).
    Listing,
    Live,
}

impl Session {
    const fn state(self) -> SessionState {
        match self {
            Self::None => SessionState::None,
            Self::Saving(_) => SessionState::Saving,
            Self::Durable => SessionState::Durable,
            Self::Listing => SessionState::Listing,
            Self::Live => SessionState::Live,
        }
    }
}

impl Destination {
    /// Goes to another state of the session.
    pub(super) fn set_session(&mut self, session: Session, effects: &mut Vec<Effect>) {
        let before = self.session.state();
        self.session = session;
        if self.session.state() != before {
            effects.push(Effect::Note(Note::Session(self.session.state())));
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.session == Session::Live
    }

    /// HELLO: the sessions before are over (Spec 6.2). The answer waits until the new session, and
    /// what is not to be replayed, are durable (Spec 7.1).
    pub(super) fn hello(
        &mut self,
        now: SimTime,
        (generation, base): (Generation, CpId),
        epoch: Epoch,
        voids: Vec<Void>,
        effects: &mut Vec<Effect>,
    ) {
        if generation < self.generation {
            // Spec 7.7: a newer reign has begun.
            effects.push(Effect::Refuse(Refusal::Deposed));
            effects.push(Effect::Send(Message::Deposed { epoch, generation: self.generation }));
            return;
        }
        let is_new = (generation, epoch) > (self.generation, self.epoch);
        if !is_new && epoch < self.epoch {
            sometimes(Mark::HelloOfOldEpoch, effects);
            effects.push(Effect::Refuse(Refusal::WrongEpoch));
            return;
        }
        if !is_new {
            effects.push(Effect::Refuse(Refusal::Repeated));
            match self.session {
                Session::Live => self.welcome(effects),
                // It was heard in an earlier life: the source has to begin another one.
                Session::None => self.say_restarted(effects),
                Session::Saving(_) | Session::Durable | Session::Listing => {}
            }
            return;
        }
        self.end_session(effects);
        (self.epoch, self.generation, self.base) = (epoch, generation, base);
        for void in voids {
            if !self.voids.contains(&void) {
                self.voids.push(void);
            }
        }
        self.mirror = SavedMirror::OutOfSync(now);
        let saving = Session::Saving(self.save_state(effects));
        self.set_session(saving, effects);
    }

    /// The session is over: what was being received is dropped, references are void. A commit that is
    /// under way goes on.
    fn end_session(&mut self, effects: &mut Vec<Effect>) {
        if let Some(reception) = self.reception.take_if(|reception| !reception.is_being_committed())
        {
            effects.push(Effect::DropShadow(reception.cp()));
        }
        if self.reception.is_some() {
            sometimes(Mark::HelloDuringCommit, effects);
        }
        if self.log.is_waiting() {
            sometimes(Mark::WaitingTransfersDropped, effects);
        }
        self.log.end_session();
        self.writes.clear();
        self.rest(effects);
    }

    pub(super) fn save_state(&mut self, effects: &mut Vec<Effect>) -> Ticket {
        let ticket = self.ticket();
        let state = SavedState {
            generation: self.generation,
            incarnation: self.incarnation,
            epoch: self.epoch,
            mirror: self.mirror,
            part: Part::Destination,
            base: self.base,
            reign: Reign::Mirrored,
            voids: self.voids.clone(),
        };
        effects.push(Effect::SaveState(ticket, state));
        ticket
    }

    /// What was saved with this ticket is durable.
    pub(super) fn state_saved(&mut self, now: SimTime, saved: Ticket, effects: &mut Vec<Effect>) {
        if self.session == Session::Saving(saved) {
            self.set_session(Session::Durable, effects);
            self.welcome_if_ready(now, effects);
        }
        self.promotion_saved(saved, effects);
        self.told_saved(saved, effects);
        self.restart_saved(saved, effects);
    }

    /// Answers HELLO once it is known which image the destination has.
    pub(super) fn welcome_if_ready(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if self.session == Session::Durable && self.reception.is_none() && self.scan == Scan::Done {
            let CpId { generation, .. } = self.committed.cp;
            if generation < self.generation && self.committed.cp > self.base {
                // Spec 7.7: what was committed beyond the point where the reigns part.
                self.set_session(Session::Listing, effects);
                effects.push(Effect::ListChanged(self.base));
                return;
            }
            self.become_live(now, effects);
        }
    }

    /// The host has listed what this side changed alone.
    pub(super) fn diverged(
        &mut self,
        now: SimTime,
        listed: &[(BlockAddress, CpId)],
        effects: &mut Vec<Effect>,
    ) {
        if self.session == Session::Listing {
            effects.push(Effect::Note(Note::Diverged(listed.len() as u64)));
            self.diverged = listed.iter().map(|(address, _)| *address).collect();
            self.become_live(now, effects);
        }
    }

    fn become_live(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        self.set_session(Session::Live, effects);
        self.progress = Progress::begin_after(self.committed.last_lsn);
        self.welcome(effects);
        self.discard_voids(now, effects);
    }

    /// Spec 7.1: what never became durable at the source is discarded, now that this is durable.
    pub(super) fn discard_voids(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if self.log.discard(&self.voids) > 0 {
            sometimes(Mark::VoidDiscarded, effects);
        }
        self.log.committed(self.committed.cp, self.committed.last_lsn);
        self.flush_after_commit(now, effects);
    }

    fn welcome(&self, effects: &mut Vec<Effect>) {
        let (epoch, incarnation) = (self.epoch, self.incarnation);
        let alone = self.committed.cp.generation < self.generation;
        let committed = if alone { self.committed.cp.min(self.base) } else { self.committed.cp };
        let diverged = self.diverged.clone();
        effects.push(Effect::Send(Message::Welcome { epoch, incarnation, committed, diverged }));
    }

    /// The source says that the mirror is in sync (Spec 6.6).
    pub(super) fn in_sync(&mut self, effects: &mut Vec<Effect>) {
        self.mirror = SavedMirror::InSync;
        self.told = Some(self.save_state(effects));
    }

    /// That the mirror is in sync is durable: the source need not say it again.
    fn told_saved(&mut self, saved: Ticket, effects: &mut Vec<Effect>) {
        if self.told.take_if(|ticket| *ticket == saved).is_some() && self.is_live() {
            effects.push(Effect::Send(Message::InSyncNoted { epoch: self.epoch }));
        }
    }
}
