//! The way back into sync (Spec 6.1, 6.5).
//!
//! What the destination misses are the blocks that changed after the CP it has. They go in *passes*:
//! each sends one committed CP of the source, pinned, so that the destination has a usable image at
//! every moment. Meanwhile clients go on and CPs are committed, so passes repeat until what is left
//! fits a CP. That CP goes in full while new entries are forwarded behind it; when it is acknowledged
//! and the entries meet the `ack` rule, the mirror is in sync.

use super::super::block::{BlockAddress, Contents};
use super::super::status::sometimes;
use super::super::wire::{self, Packing};
use super::super::{
    CpId, Effect, Item, ItemBody, Lsn, Mark, Message, Note, Purpose, Reign, Sabotage, SavedMirror,
    Trigger,
};
use super::read::ReadFor;
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
    Passing(Pass),
}

/// One pass.
#[derive(Debug)]
struct Pass {
    /// The CP it sends.
    cp: CpId,
    last_lsn: Lsn,
    blocks: Vec<BlockAddress>,
    phase: PassPhase,
    /// Blocks that were asked for, in order.
    asked: usize,
    /// Blocks read and not sent yet.
    read: BTreeMap<BlockAddress, Contents>,
    round: Round,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PassPhase {
    Begin,
    /// Blocks from this place on are to be sent.
    Blocks(usize),
    End,
    Sent,
}

/// Whether something is sent for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    First,
    Again,
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

    pub(super) const fn is_passing(&self) -> bool {
        matches!(self.stage, Stage::Passing(_))
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
            Stage::Passing(_) => "resync, passing",
        }
    }

    /// A block was committed by the source while the destination catches up; it may have had that CP
    /// first.
    pub(super) fn committed(&mut self, address: BlockAddress, cp: CpId) {
        if cp > self.destination {
            self.changed.insert(address, cp);
        }
    }
}

impl Source {
    /// The host has listed what changed.
    pub(super) fn changed(&mut self, listed: Vec<(BlockAddress, CpId)>) {
        let Mirror::Resync(resync) = &mut self.mirror else { return };
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
        } else if resync.destination < self.committed.cp {
            self.begin_pass(effects);
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
    fn begin_pass(&mut self, effects: &mut Vec<Effect>) {
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
        resync.stage = Stage::Passing(Pass {
            cp,
            last_lsn,
            blocks,
            phase: PassPhase::Begin,
            asked: 0,
            read: BTreeMap::new(),
            round: Round::First,
        });
        self.read_ahead(effects);
    }

    fn pass(&mut self) -> Option<&mut Pass> {
        let Mirror::Resync(resync) = &mut self.mirror else { return None };
        match &mut resync.stage {
            Stage::Passing(pass) => Some(pass),
            Stage::Listing | Stage::Deciding => None,
        }
    }

    /// Blocks that fit one message of a pass, which are all in full.
    fn blocks_per_message(&self) -> usize {
        let item = wire::item_in_full(self.parameters.block_size);
        let mut packing = Packing::new(self.parameters.cp_message_bytes);
        let mut count = 0;
        while packing.fits(item) {
            packing.add(item);
            count += 1;
        }
        count
    }

    /// Reads the blocks of the next two messages.
    fn read_ahead(&mut self, effects: &mut Vec<Effect>) {
        let ahead = 2 * self.blocks_per_message();
        let Some(pass) = self.pass() else { return };
        let sent = match pass.phase {
            PassPhase::Begin => 0,
            PassPhase::Blocks(sent) => sent,
            PassPhase::End | PassPhase::Sent => return,
        };
        let until = pass.blocks.len().min(sent + ahead);
        let wanted: Vec<_> = pass.blocks[pass.asked.min(until)..until].to_vec();
        pass.asked = until.max(pass.asked);
        for address in wanted {
            let ticket = self.ticket();
            self.reads.started(ticket, ReadFor::Pass(address));
            effects.push(Effect::ReadPinned(ticket, address));
        }
    }

    /// A block of the pinned image came.
    pub(super) fn pass_read(&mut self, address: BlockAddress, contents: Contents) {
        if let Some(pass) = self.pass() {
            pass.read.insert(address, contents);
        }
    }

    /// Hands the next message of the pass to the link, if there is one; the outlet has room.
    pub(super) fn send_pass_message(&mut self, effects: &mut Vec<Effect>) -> bool {
        let per_message = self.blocks_per_message();
        let (epoch, purpose) = (self.epoch, Purpose::Resync);
        let Some(pass) = self.pass() else { return false };
        let (cp, round) = (pass.cp, pass.round);
        let message = match pass.phase {
            PassPhase::Begin => {
                let last_lsn = pass.last_lsn;
                let next = next_phase(0, pass.blocks.len());
                let unanswered = self.answers.unanswered(last_lsn);
                let transfers = None;
                let begin =
                    Message::CpBegin { epoch, cp, purpose, transfers, last_lsn, unanswered };
                if !self.outlet.has_room_for(wire::length(&begin, &self.parameters.encoding)) {
                    return false;
                }
                if let Some(pass) = self.pass() {
                    pass.phase = next;
                }
                begin
            }
            PassPhase::Blocks(sent) => {
                let end = pass.blocks.len().min(sent + per_message);
                let ready = |address: &BlockAddress| pass.read.contains_key(address);
                if !pass.blocks[sent..end].iter().all(ready) {
                    return false;
                }
                let mut items = Vec::new();
                for address in &pass.blocks[sent..end] {
                    let body = ItemBody::Full(pass.read.remove(address).expect("it was read"));
                    items.push(Item { address: *address, body });
                }
                pass.phase = next_phase(end, pass.blocks.len());
                Message::CpData { epoch, cp, purpose, items }
            }
            PassPhase::End => {
                pass.phase = PassPhase::Sent;
                let blocks = pass.blocks.len() as u64;
                self.sent = cp;
                Message::CpEnd { epoch, cp, purpose, blocks }
            }
            PassPhase::Sent => return false,
        };
        match round {
            Round::First => self.send(message, None, effects),
            Round::Again => self.send_again(message, effects),
        }
        self.read_ahead(effects);
        true
    }

    /// Over `datagram`: a pass that was sent and not acknowledged goes again (Spec 8.1).
    pub(super) fn repeat_pass(&mut self) {
        if let Some(pass) = self.pass().filter(|pass| pass.phase == PassPhase::Sent) {
            (pass.phase, pass.asked, pass.round) = (PassPhase::Begin, 0, Round::Again);
        }
    }

    /// `CP_ACK` of a pass: the destination has that image. A block is clean only if it did not change
    /// after it (Spec 6.4). Tells whether the acknowledgement was of the pass.
    pub(super) fn pass_acknowledged(&mut self, cp: CpId, effects: &mut Vec<Effect>) -> bool {
        let sent = |pass: &&mut Pass| pass.cp == cp && pass.phase == PassPhase::Sent;
        let Some(pass) = self.pass().filter(sent) else { return false };
        let last_lsn = pass.last_lsn;
        let Mirror::Resync(resync) = &mut self.mirror else { unreachable!("it has a pass") };
        resync.stage = Stage::Deciding;
        resync.destination = cp;
        resync.changed.retain(|_, changed| *changed > cp);
        if !resync.changed.is_empty() {
            sometimes(Mark::ChangedDuringPass, effects);
        }
        self.answers.applied(last_lsn);
        effects.push(Effect::UnpinImage);
        true
    }

    /// The session is over in the middle of a pass.
    pub(super) fn give_up_pass(&mut self, effects: &mut Vec<Effect>) {
        if self.pass().is_some() {
            effects.push(Effect::UnpinImage);
        }
    }
}

const fn next_phase(sent: usize, blocks: usize) -> PassPhase {
    if sent < blocks { PassPhase::Blocks(sent) } else { PassPhase::End }
}
