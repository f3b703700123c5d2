//! The way back into sync (Spec 6.1, 6.5).
//!
//! What the destination misses are the blocks that changed after the CP it has. They go in *passes*:
//! each sends one committed CP of the source, pinned, so that the destination has a usable image at
//! every moment. Meanwhile clients go on and CPs are committed, so passes repeat until what is left
//! fits a CP. That CP goes in full while new entries are forwarded behind it; when it is acknowledged
//! and the entries meet the `ack` rule, the mirror is in sync.

use super::super::block::BlockAddress;
use super::super::status::sometimes;
use super::super::{
    CpId, Effect, Lsn, Mark, Message, Mirroring, Note, Purpose, Reign, Sabotage, SavedMirror,
    Trigger,
};
use super::pass::Pass;
use super::session::{Forwarding, Mirror, Told};
use super::{Service, Source, note};
use std::collections::BTreeMap;

/// Catching up.
#[derive(Debug)]
pub(super) struct Resync {
    stage: Stage,
    /// The image that the destination has.
    destination: CpId,
    /// Blocks that the destination misses, each with the newest CP that changed it.
    changed: BTreeMap<BlockAddress, CpId>,
    passes: u64,
    /// Blocks that the smallest pass so far had to send.
    smallest: usize,
    /// Passes since then.
    not_shrinking: u32,
}

#[derive(Debug)]
enum Stage {
    /// The host lists the blocks that changed.
    Listing,
    /// To be decided: another pass, or CP forwarding.
    Deciding,
    /// What changed is on its way.
    Passing,
    /// The destination has a snapshot of this session (Spec 10, `snapshot-delta`).
    CaughtUp,
}

impl Resync {
    /// Begins at the CP that the destination has.
    pub(super) const fn new(destination: CpId) -> Self {
        Self {
            stage: Stage::Listing,
            destination,
            changed: BTreeMap::new(),
            passes: 0,
            smallest: usize::MAX,
            not_shrinking: 0,
        }
    }

    /// The destination changed a block alone (Spec 7.7): it is as of this CP here.
    pub(super) fn diverged(&mut self, address: BlockAddress, cp: CpId) {
        self.changed.insert(address, cp);
    }

    /// How far it is, in words.
    pub(super) const fn word(&self) -> &'static str {
        match self.stage {
            Stage::Listing => "resync, listing",
            Stage::Deciding => "resync, waiting",
            Stage::Passing => "resync, passing",
            Stage::CaughtUp => "resync, done",
        }
    }

    /// A block was committed by the source while the destination catches up; it may have had that CP
    /// first.
    pub(super) fn committed(&mut self, address: BlockAddress, cp: CpId) {
        if cp > self.destination {
            self.changed.insert(address, cp);
        }
    }

    /// The destination has committed a pass. A block is clean only if it did not change after it
    /// (Spec 6.4).
    pub(super) fn passed(&mut self, cp: CpId, effects: &mut Vec<Effect>) {
        self.stage = Stage::Deciding;
        self.destination = cp;
        self.changed.retain(|_, changed| *changed > cp);
        if !self.changed.is_empty() {
            sometimes(Mark::ChangedDuringPass, effects);
        }
    }

    /// The destination has a snapshot of this session.
    pub(super) fn caught_up(&mut self) {
        self.stage = Stage::CaughtUp;
    }

    /// What the destination may miss, where it is to be decided what is sent: its CP, and how many
    /// blocks.
    pub(super) fn undecided(&self) -> Option<(CpId, usize)> {
        match self.stage {
            Stage::Deciding => Some((self.destination, self.changed.len())),
            Stage::Listing | Stage::Passing | Stage::CaughtUp => None,
        }
    }
}

impl Source {
    /// The host has listed what changed.
    pub(super) fn changed(&mut self, listed: Vec<(BlockAddress, CpId)>, effects: &mut Vec<Effect>) {
        let Mirror::Resync(resync) = &mut self.mirror else {
            return self.snapshot_listed(&listed, effects);
        };
        if let Stage::Listing = resync.stage {
            for (address, cp) in listed {
                let newest = resync.changed.entry(address).or_insert(cp);
                *newest = cp.max(*newest);
            }
            resync.stage = Stage::Deciding;
        }
    }

    /// The blocks that go with a CP sent in full, if the mirror waits for just that (Spec 6.5): they
    /// fit a CP.
    fn ready_to_forward(&self) -> bool {
        let Mirror::Resync(resync) = &self.mirror else { return false };
        if self.parameters.policy.mirroring() == Mirroring::Snapshots {
            return false;
        }
        let bytes = resync.changed.len() as u64 * u64::from(self.parameters.block_size.get());
        matches!(resync.stage, Stage::Deciding) && bytes <= self.parameters.nvram_half.get()
    }

    /// Takes over the blocks that go with the CP about to begin, if it is the one that goes in full;
    /// from here on the log is forwarded.
    pub(super) fn begin_forwarding(
        &mut self,
        cp: CpId,
        effects: &mut Vec<Effect>,
    ) -> Option<BTreeMap<BlockAddress, CpId>> {
        if !self.ready_to_forward() {
            return None;
        }
        let full = Mirror::CpForwarding(Forwarding::Full(cp));
        let before = std::mem::replace(&mut self.mirror, full);
        let Mirror::Resync(resync) = before else { unreachable!("it was ready to forward") };
        note(Note::Mirror(self.mirror.state()), effects);
        Some(resync.changed)
    }

    /// Takes the next step towards sync that is possible now. Not before a promoted source serves: what
    /// its log holds is not in its image yet, and may not even be known (Spec 7.4).
    pub(super) fn continue_resync(&mut self, effects: &mut Vec<Effect>) {
        let Mirror::Resync(resync) = &self.mirror else { return };
        if !matches!(resync.stage, Stage::Deciding) || self.service == Service::Replaying {
            return;
        }
        if self.parameters.policy.mirroring() == Mirroring::Snapshots {
            return self.catch_up_by_snapshot(effects);
        }
        let nothing_to_log = self.nvram.active_is_empty();
        let at_rest = self.running.is_none() && nothing_to_log;
        if resync.changed.is_empty() && at_rest && resync.destination == self.committed.cp {
            // Both images are the same and no entry is waiting: the log alone keeps them so.
            sometimes(Mark::CaughtUpAtRest, effects);
            self.answers.applied(self.committed.last_lsn);
            self.set_mirror(Mirror::CpForwarding(Forwarding::Full(self.committed.cp)), effects);
            self.forwarding_acknowledged();
        } else if self.ready_to_forward() && !nothing_to_log {
            if self.running.is_none() {
                self.trigger(Trigger::Resync, effects);
            }
        } else if resync.destination < self.committed.cp && !self.is_committing() {
            // The disks may be ahead of what the node was told: a pause holds the news back.
            self.begin_pass(Purpose::Resync, effects);
        }
    }

    /// The CP in full is acknowledged: from now on the `ack` rule decides again (Spec 6.1).
    pub(super) fn forwarding_acknowledged(&mut self) {
        if let Mirror::CpForwarding(Forwarding::Full(_)) = self.mirror {
            let answered = self.answers.answered();
            self.mirror = Mirror::CpForwarding(Forwarding::CatchingUp(answered));
        }
    }

    /// In sync, once every write that was answered meets the rule (Spec 6.1, 6.6). Tells whether that
    /// is so from now on.
    pub(super) fn check_in_sync(&mut self, effects: &mut Vec<Effect>) -> bool {
        let answered = match self.mirror {
            Mirror::CpForwarding(Forwarding::CatchingUp(answered)) => answered,
            Mirror::CpForwarding(Forwarding::Full(_))
                if self.parameters.sabotages(Sabotage::InSyncTooSoon) =>
            {
                Lsn::ORIGIN
            }
            Mirror::Resync(Resync { stage: Stage::CaughtUp, .. }) => Lsn::ORIGIN,
            Mirror::InSync
            | Mirror::OutOfSync(_)
            | Mirror::Resync(_)
            | Mirror::CpForwarding(Forwarding::Full(_)) => return false,
        };
        if self.answers.meets_rule() < answered || !self.outlet.has_room() {
            return false;
        }
        // Spec 6.3, 7.4: from now on `strict` is strict, also in a next life, so that is durable before
        // the mirror is in sync.
        if self.reign == Reign::Alone {
            self.reign = Reign::Mirrored;
            self.reign_to_save = Some(self.save_state(effects));
        }
        if self.reign_to_save.is_some() {
            return false;
        }
        self.set_mirror(Mirror::InSync, effects);
        self.saved_mirror = SavedMirror::InSync;
        self.save_state(effects);
        self.told = Told::Awaited;
        self.send(Message::InSync { epoch: self.epoch }, None, effects);
        true
    }

    /// Begins a pass: everything that changed up to the last committed CP.
    pub(super) fn begin_pass(&mut self, purpose: Purpose, effects: &mut Vec<Effect>) {
        let Mirror::Resync(resync) = &mut self.mirror else { return };
        let (cp, last_lsn) = (self.committed.cp, self.committed.last_lsn);
        let blocks: Vec<_> = resync.changed.keys().copied().collect();
        resync.passes += 1;
        if blocks.len() < resync.smallest {
            resync.smallest = blocks.len();
            resync.not_shrinking = 0;
        } else {
            resync.not_shrinking += 1;
            if resync.not_shrinking == self.parameters.resync_passes {
                note(Note::ResyncDoesNotConverge, effects);
            }
        }
        note(Note::ResyncPass(resync.passes, cp, blocks.len() as u64), effects);
        effects.push(Effect::PinImage);
        resync.stage = Stage::Passing;
        self.pass = Some(Pass::new(purpose, (cp, last_lsn), blocks));
        self.read_ahead(effects);
    }
}
