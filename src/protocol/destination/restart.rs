//! A destination begins a new life after a crash (Spec 7.3): it has its last committed image, and the
//! log as far as it was written. The CP it was receiving is gone. It is not in sync until it is told.

use super::super::nvlog::NvLog;
use super::super::{
    CommitRecord, Effect, Incarnation, Message, Note, Parameters, Sabotage, SavedMirror,
    SavedState, Scanned, Ticket,
};
use super::Destination;
use super::lease::Watch;
use super::progress::Progress;
use super::session::Session;
use crate::units::SimTime;

/// Whether it is known what log storage holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    UnderWay,
    Done,
}

impl Destination {
    /// A destination after a crash; adds what is to be done at once.
    #[must_use]
    pub fn restart(
        parameters: &Parameters,
        now: SimTime,
        record: CommitRecord,
        state: SavedState,
        effects: &mut Vec<Effect>,
    ) -> Self {
        let mut destination = Self::new(parameters.clone());
        destination.generation = state.generation;
        destination.incarnation = Incarnation(state.incarnation.0 + 1);
        destination.watch = Watch::new(parameters.lease, destination.incarnation);
        (destination.epoch, destination.base) = (state.epoch, state.base);
        destination.voids = state.voids;
        destination.mirror = SavedMirror::OutOfSync(now);
        destination.set_session(Session::None, effects);
        destination.progress = Progress::begin_after(record.last_lsn);
        destination.committed = record;
        destination.log =
            NvLog::new(parameters.nvlog_files, parameters.cache, parameters.block_size)
                .for_policy(parameters.policy);
        destination.wait_for_source(now, effects);
        destination.life_to_save = Some(destination.save_state(effects));
        if parameters.sabotages(Sabotage::LogNotRescanned) {
            destination.log_scanned(now, &[], effects);
        } else {
            destination.scan = Scan::UnderWay;
            effects.push(Effect::ScanLog);
        }
        destination
    }

    /// The new life is durable: the source is told that the sessions of the old one are over.
    pub(super) fn restart_saved(&mut self, saved: Ticket, effects: &mut Vec<Effect>) {
        if self.life_to_save.take_if(|ticket| *ticket == saved).is_some() {
            self.say_restarted(effects);
        }
    }

    pub(super) fn say_restarted(&self, effects: &mut Vec<Effect>) {
        let (epoch, incarnation) = (self.epoch, self.incarnation);
        effects.push(Effect::Send(Message::Restarted { epoch, incarnation }));
    }

    /// Log storage was read: its files are accounted for again.
    pub(super) fn log_scanned(
        &mut self,
        now: SimTime,
        found: &[Scanned],
        effects: &mut Vec<Effect>,
    ) {
        for record in found {
            if record.transfer.is_none() {
                effects.push(Effect::Note(Note::LogDamaged(record.file, record.offset)));
            }
            self.log.restore(record);
        }
        effects.push(Effect::Note(Note::Restarted(self.incarnation, found.len() as u64)));
        self.discard_voids(now, effects);
        self.scan = Scan::Done;
        self.welcome_if_ready(now, effects);
    }
}
