//! Sessions at the destination (Spec 6.2, 7.1): it answers HELLO and remembers, durably, the newest
//! session, so that nothing of an older one is ever taken.

use super::super::{
    Effect, Epoch, Generation, Message, Refusal, SavedMirror, SavedState, Ticket, Void,
};
use super::Destination;
use super::progress::Progress;
use super::restart::Scan;
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
    Live,
}

impl Destination {
    pub(super) fn is_live(&self) -> bool {
        self.session == Session::Live
    }

    /// HELLO: the sessions before are over (Spec 6.2). The answer waits until the new session, and
    /// what is not to be replayed, are durable (Spec 7.1).
    pub(super) fn hello(
        &mut self,
        now: SimTime,
        epoch: Epoch,
        generation: Generation,
        voids: Vec<Void>,
        effects: &mut Vec<Effect>,
    ) {
        if generation < self.generation {
            // Spec 7.7: a newer reign has begun.
            effects.push(Effect::Refuse(Refusal::Deposed));
            effects.push(Effect::Send(Message::Deposed { epoch, generation: self.generation }));
            return;
        }
        if epoch < self.epoch {
            effects.push(Effect::Refuse(Refusal::WrongEpoch));
            return;
        }
        if epoch == self.epoch {
            effects.push(Effect::Refuse(Refusal::Repeated));
            match self.session {
                Session::Live => self.welcome(effects),
                // A life before this one heard the first HELLO: that session will never live.
                Session::None => self.say_restarted(effects),
                Session::Saving(_) | Session::Durable => {}
            }
            return;
        }
        self.end_session(effects);
        (self.epoch, self.generation) = (epoch, generation);
        for void in voids {
            if !self.voids.contains(&void) {
                self.voids.push(void);
            }
        }
        self.mirror = SavedMirror::OutOfSync(now);
        self.session = Session::Saving(self.save_state(effects));
    }

    /// The session is over: what was being received is dropped, references are void. A commit that is
    /// under way goes on.
    fn end_session(&mut self, effects: &mut Vec<Effect>) {
        if let Some(reception) = self.reception.take_if(|reception| !reception.is_being_committed())
        {
            effects.push(Effect::DropShadow(reception.cp()));
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
            voids: self.voids.clone(),
        };
        effects.push(Effect::SaveState(ticket, state));
        ticket
    }

    /// What was saved with this ticket is durable.
    pub(super) fn state_saved(
        &mut self,
        now: SimTime,
        saved: Ticket,
        effects: &mut Vec<Effect>,
    ) {
        if self.session == Session::Saving(saved) {
            self.session = Session::Durable;
            self.discard_voids(now, effects);
            self.welcome_if_ready(effects);
        }
        self.restart_saved(saved, effects);
    }

    /// Log files that hold nothing else than what is in the image, or never was, are free after a
    /// flush (Spec 4.3, 7.1): no commit to come would cover them.
    pub(super) fn discard_voids(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        for void in &self.voids {
            self.log.discard(void);
        }
        self.log.committed(self.committed.cp, self.committed.last_lsn);
        self.flush_after_commit(now, effects);
    }

    /// Answers HELLO once it is known which image the destination has.
    pub(super) fn welcome_if_ready(&mut self, effects: &mut Vec<Effect>) {
        if self.session == Session::Durable && self.reception.is_none() && self.scan == Scan::Done {
            self.session = Session::Live;
            self.progress = Progress::begin_after(self.committed.last_lsn);
            self.welcome(effects);
        }
    }

    fn welcome(&self, effects: &mut Vec<Effect>) {
        let (epoch, incarnation) = (self.epoch, self.incarnation);
        let committed = self.committed.cp;
        effects.push(Effect::Send(Message::Welcome { epoch, incarnation, committed }));
    }

    /// The source says that the mirror is in sync (Spec 6.6).
    pub(super) fn in_sync(&mut self, effects: &mut Vec<Effect>) {
        self.mirror = SavedMirror::InSync;
        self.save_state(effects);
    }
}
