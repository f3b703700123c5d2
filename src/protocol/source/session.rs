//! The session with the destination, and whether the mirror is in sync (Spec 6.1–6.4, 6.6).
//!
//! ```text
//! InSync → OutOfSync     no progress, connection lost, a new life on either side
//! OutOfSync → Resync     HELLO was answered by WELCOME
//! Resync → CpForwarding  what is still missing fits a CP; it goes in full, the log follows it
//! CpForwarding → InSync  that CP is acknowledged, and later entries meet the `ack` rule
//! ```
//!
//! Everything but the first step is in `resync`. A session's end voids its transfer IDs and all
//! references (Spec 6.2); what is sent from then on belongs to the next session.

use super::super::status::sometimes;
use super::super::{
    Effect, Epoch, Generation, HeldWrites, Incarnation, Lsn, Mark, Message, MirrorState, Mirroring,
    Mode, Note, Reign, Sabotage, SavedMirror, SavedState, SessionEnd, Ticket, Timer,
};
use super::answer::Promise;
use super::resync::Resync;
use super::{Service, Source, note};
use crate::protocol::block::BlockAddress;
use crate::protocol::{CpId, Refusal};
use crate::units::SimTime;

/// The state of the mirror as the source sees it (Spec 6.1).
#[derive(Debug)]
pub(super) enum Mirror {
    InSync,
    OutOfSync(Contact),
    Resync(Resync),
    CpForwarding(Forwarding),
}

/// How far a source without a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    /// That it is out of sync, and the epoch to come, are being made durable.
    Saving(Ticket),
    /// The witness is asked whether the source may go on alone (Spec 7.6).
    Consulting,
    /// HELLO is said until it is answered.
    Greeting,
}

/// How far CP forwarding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forwarding {
    /// This CP goes in full.
    Full(CpId),
    /// It is acknowledged; entries answered up to this one do not meet the rule yet.
    CatchingUp(Lsn),
}

impl Mirror {
    /// Whether the step out of sync is not made yet: it is not durable, or the witness has not agreed.
    pub(super) const fn is_leaving(&self) -> bool {
        matches!(self, Self::OutOfSync(Contact::Saving(_) | Contact::Consulting))
    }

    pub(super) const fn state(&self) -> MirrorState {
        match self {
            Self::InSync => MirrorState::InSync,
            Self::OutOfSync(_) => MirrorState::OutOfSync,
            Self::Resync(_) => MirrorState::Resync,
            Self::CpForwarding(_) => MirrorState::CpForwarding,
        }
    }
}

impl Source {
    /// What an acknowledgement to a client promises now (Spec 6.3).
    pub(super) fn promise(&self, now: SimTime) -> Promise {
        if !self.may_serve(now) {
            return Promise::Silent;
        }
        if self.parameters.sabotages(Sabotage::AckBeforeDestination) {
            return Promise::Local;
        }
        if self.part_to_save.is_some() {
            return Promise::Held;
        }
        match (&self.mirror, self.parameters.mode) {
            (Mirror::InSync | Mirror::CpForwarding(Forwarding::CatchingUp(_)), _) => Promise::Full,
            (Mirror::OutOfSync(Contact::Saving(_) | Contact::Consulting), _) => Promise::Held,
            (_, Mode::Strict)
                if !self.is_alone()
                    && !self.parameters.sabotages(Sabotage::StrictAnswersWaiting) =>
            {
                Promise::Held
            }
            (
                Mirror::OutOfSync(Contact::Greeting)
                | Mirror::Resync(_)
                | Mirror::CpForwarding(Forwarding::Full(_)),
                Mode::Sync | Mode::Strict,
            ) => Promise::Local,
        }
    }

    /// Whether new entries are forwarded (Spec 6.1, 10).
    pub(super) const fn forwards_log(&self) -> bool {
        match self.parameters.policy.mirroring() {
            Mirroring::Log => self.takes_part(),
            Mirroring::ConsistencyPoints | Mirroring::Snapshots => false,
        }
    }

    /// Whether the destination gets each CP that begins now (Spec 6.1, 10).
    pub(super) const fn sends_points(&self) -> bool {
        match self.parameters.policy.mirroring() {
            Mirroring::Log | Mirroring::ConsistencyPoints => self.takes_part(),
            Mirroring::Snapshots => false,
        }
    }

    /// Whether the destination is as far as the CP that began last.
    const fn takes_part(&self) -> bool {
        match self.mirror {
            Mirror::InSync | Mirror::CpForwarding(_) => true,
            Mirror::OutOfSync(_) | Mirror::Resync(_) => false,
        }
    }

    /// Whether new writes wait for the mirror (Spec 6.3).
    pub(super) fn holds_writes(&self) -> bool {
        self.service == Service::Replaying
            || (self.parameters.mode == Mode::Strict
                && self.mirror.state() != MirrorState::InSync
                && !self.is_alone())
    }

    /// Whether this is a promoted source that was never in sync in its reign: to go on alone was what
    /// the promotion ordered (Spec 6.3, 7.4).
    const fn is_alone(&self) -> bool {
        matches!(self.reign, Reign::Alone)
    }

    /// Whether new writes fail because of the mirror (Spec 6.3).
    pub(super) fn fails_writes(&self) -> bool {
        self.holds_writes() && self.parameters.held == HeldWrites::Fail
    }

    pub(super) const fn is_greeting(&self) -> bool {
        matches!(self.mirror, Mirror::OutOfSync(Contact::Greeting))
    }

    /// Goes to another state of the mirror.
    pub(super) fn set_mirror(&mut self, mirror: Mirror, effects: &mut Vec<Effect>) {
        let before = self.mirror.state();
        self.mirror = mirror;
        if self.mirror.state() != before {
            note(Note::Mirror(self.mirror.state()), effects);
        }
    }

    /// The session is over, and with it every reference (Spec 6.2). Clients that wait are answered
    /// locally once it is durable that the mirror is out of sync (Spec 6.3).
    pub(super) fn end_session(&mut self, now: SimTime, end: SessionEnd, effects: &mut Vec<Effect>) {
        if matches!(self.mirror, Mirror::OutOfSync(_)) {
            return;
        }
        note(Note::SessionLost(end), effects);
        self.give_up_pass(effects);
        self.give_up_snapshot(effects);
        self.reads.end_session();
        self.begin_out_of_sync(now, effects);
        effects.push(Effect::Disconnect);
        self.outlet.clear();
        for lsn in self.backlog.end_session() {
            effects.push(Effect::NvramPersist(lsn));
        }
        self.table.end_session();
        self.buffers.end_session();
        self.unacknowledged.end_session();
        if let Some(running) = &mut self.running {
            running.end_session();
        }
        if self.transfer_due.take().is_some() {
            effects.push(Effect::CancelTimer(Timer::TransferDelay));
        }
    }

    /// Out of sync from now on: durably, with the epoch of the session to come.
    pub(super) fn begin_out_of_sync(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        self.epoch = Epoch(self.epoch.0 + 1);
        self.told = Told::Noted;
        if self.saved_mirror == SavedMirror::InSync {
            self.saved_mirror = SavedMirror::OutOfSync(now);
        }
        let ticket = self.save_state(effects);
        self.set_mirror(Mirror::OutOfSync(Contact::Saving(ticket)), effects);
    }

    pub(super) fn save_state(&mut self, effects: &mut Vec<Effect>) -> Ticket {
        let ticket = self.ticket();
        let state = SavedState {
            generation: self.recorded,
            incarnation: self.incarnation,
            epoch: self.epoch,
            mirror: self.saved_mirror,
            part: self.part,
            base: self.base,
            reign: self.reign,
            voids: match self.service {
                Service::Replaying => self.discarded.clone(),
                Service::Serving
                | Service::Fenced
                | Service::Failed
                | Service::Superseded
                | Service::Deposed => self.voids.clone(),
            },
        };
        effects.push(Effect::SaveState(ticket, state));
        ticket
    }

    /// The state saved with this ticket is durable: the destination may be called.
    pub(super) fn state_saved(&mut self, now: SimTime, saved: Ticket, effects: &mut Vec<Effect>) {
        self.part_to_save.take_if(|ticket| *ticket == saved);
        self.reign_to_save.take_if(|ticket| *ticket == saved);
        if matches!(self.mirror, Mirror::OutOfSync(Contact::Saving(ticket)) if ticket == saved) {
            self.consult(now, effects);
        }
    }

    /// Says HELLO, and again every `reconnect` (Spec 6.4). What is left in the link's queue of an
    /// earlier attempt is taken back.
    pub(super) fn greet(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if !self.is_greeting() {
            return;
        }
        effects.push(Effect::Disconnect);
        self.outlet.clear();
        self.say_hello(effects);
        if self.parameters.sabotages(Sabotage::SessionTriedOnce) {
            return;
        }
        let again = now.after(self.parameters.reconnect);
        effects.push(Effect::SetTimer(Timer::Reconnect, again));
    }

    pub(super) fn say_hello(&mut self, effects: &mut Vec<Effect>) {
        if self.outlet.has_room() {
            let (epoch, generation) = (self.epoch, self.generation);
            let (incarnation, base, voids) = (self.incarnation, self.base, self.voids.clone());
            let hello = Message::Hello { epoch, generation, incarnation, base, voids };
            self.send(hello, None, effects);
        }
    }

    /// WELCOME: the session lives, and the destination's image is known (Spec 6.5).
    pub(super) fn welcomed(
        &mut self,
        now: SimTime,
        destination: Incarnation,
        committed: CpId,
        diverged: Vec<BlockAddress>,
        effects: &mut Vec<Effect>,
    ) {
        if !self.is_greeting() {
            effects.push(Effect::Refuse(Refusal::Repeated));
            return;
        }
        let cleared = self.parameters.sabotages(Sabotage::ClearTrackingOnSend);
        let committed = if cleared { committed.max(self.sent) } else { committed };
        let from_original = self.parameters.sabotages(Sabotage::ResyncFromOriginal);
        let committed = if from_original { CpId::ORIGINAL } else { committed };
        self.destination_life = destination;
        self.voids.clear();
        effects.push(Effect::CancelTimer(Timer::Reconnect));
        effects.push(Effect::ListChanged(committed));
        self.snapshots_begin_after(committed);
        let mut resync = Resync::new(committed);
        // Whatever they hold there is of a reign that is over, also where this one has no CP yet.
        for address in diverged {
            resync.diverged(address, self.committed.cp);
        }
        self.set_mirror(Mirror::Resync(resync), effects);
        self.beat(now, effects);
    }

    /// HELLO of another source: one of the two reigns is over (Spec 7.7).
    pub(super) fn hello(
        &mut self,
        now: SimTime,
        (generation, base): (Generation, CpId),
        epoch: Epoch,
        effects: &mut Vec<Effect>,
    ) {
        if generation > self.generation {
            self.deposed(now, generation, Some(base), effects);
            return;
        }
        effects.push(Effect::Refuse(Refusal::Deposed));
        if generation < self.generation && self.outlet.has_room() {
            let generation = self.generation;
            self.send(Message::Deposed { epoch, generation }, None, effects);
        }
    }

    /// RESTARTED: the destination has a new life, so the session is over, also one whose HELLO it heard
    /// in its old life. It is called at once, for a session that it has not heard of.
    pub(super) fn destination_restarted(
        &mut self,
        now: SimTime,
        (epoch, life): (Epoch, Incarnation),
        effects: &mut Vec<Effect>,
    ) {
        let is_new = life > self.destination_life;
        self.destination_life = life.max(self.destination_life);
        if self.is_greeting() && epoch >= self.epoch {
            sometimes(Mark::GreetedAnew, effects);
            self.begin_out_of_sync(now, effects);
        } else if is_new {
            self.end_session(now, SessionEnd::DestinationRestarted, effects);
            self.greet(now, effects);
        }
    }

    /// Whether something is owed by the destination: then silence means that there is no progress.
    pub(super) fn expects_answer(&self) -> bool {
        match self.mirror {
            Mirror::OutOfSync(_) => false,
            Mirror::Resync(_) => self.pass.is_some(),
            Mirror::InSync | Mirror::CpForwarding(_) => {
                self.told == Told::Awaited
                    || self.pass.is_some()
                    || self.forwarded > self.answers.heard()
                    || (self.running.as_ref().is_some_and(super::RunningCp::expects_answer)
                        && !self.parameters.sabotages(Sabotage::CpOwesNoAnswer))
            }
        }
    }

    /// Watches for progress while something is owed (Spec 6.2).
    pub(super) fn watch_progress(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        match (self.expects_answer(), self.progress) {
            (true, Watch::Idle) => {
                self.progress = Watch::Watching;
                let due = now.after(self.parameters.timeout);
                effects.push(Effect::SetTimer(Timer::Progress, due));
            }
            (false, Watch::Watching) => {
                self.progress = Watch::Idle;
                effects.push(Effect::CancelTimer(Timer::Progress));
            }
            (true, Watch::Watching) | (false, Watch::Idle) => {}
        }
    }

    /// A message of this session came: progress.
    pub(super) fn heard(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if self.progress == Watch::Watching {
            let due = now.after(self.parameters.timeout);
            effects.push(Effect::SetTimer(Timer::Progress, due));
        }
    }
}

/// Whether the destination durably knows that the mirror is in sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Awaited,
    Noted,
}

/// Whether the progress timer is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watch {
    Idle,
    Watching,
}
