//! Consistency points at the source (Spec 5; Claims 1, 2, 7, 9, 11–13, 18).
//!
//! ```text
//! trigger → switch halves, freeze buffers; every entry durable in NVRAM, then in parallel
//!         → every entry sent, CP_BEGIN, items (a block in full or a reference each), CP_END
//!         → shadow writes to the own disks, commit
//! own commit and CP_ACK → free the half, its transfer IDs, the frozen buffers
//! ```

use super::super::block::{BlockAddress, Contents};
use super::super::policy;
use super::super::wire::{self, Packing};
use super::super::{
    CpId, Effect, Half, Item, ItemBody, Lsn, Message, Metadata, Note, Refusal, Timer,
    TransferRange, Trigger,
};
use super::{Source, note};
use crate::units::SimTime;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;

/// The consistency point under way.
#[derive(Debug)]
pub(super) struct RunningCp {
    cp: CpId,
    half: Half,
    last_lsn: Lsn,
    /// Metadata blocks that the CP writes beside the frozen buffers.
    metadata: BTreeMap<BlockAddress, Contents>,
    phase: Phase,
    local: Local,
    /// Shadow writes not yet durable.
    outstanding: u64,
    /// Frozen buffers whose bytes are still being read, so not written yet.
    incomplete: BTreeSet<BlockAddress>,
    /// NAKs to be answered, in the order they came.
    naked: VecDeque<BlockAddress>,
    acknowledgement: Acknowledgement,
}

/// How far the CP was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Entries of the half are still to be sent, or to become durable in NVRAM (Spec 5.2).
    Draining,
    /// Items after this one are to be sent.
    Items(Option<BlockAddress>),
    /// `CP_END` is to be sent.
    End,
    /// All is sent.
    Sent,
}

/// How far the source's own disks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Local {
    /// Entries of the half are still to become durable in NVRAM (Spec 5.2).
    Waiting,
    Writing,
    Committing,
    Committed,
}

/// Whether `CP_ACK` has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Acknowledgement {
    Awaited,
    Received,
}

impl Source {
    /// Something asks for a CP: it starts, or is kept, once, until the running one ends (Spec 5.1).
    pub(super) fn trigger(&mut self, trigger: Trigger, effects: &mut Vec<Effect>) {
        if self.running.is_some() {
            self.kept = match (self.kept, trigger) {
                (_, Trigger::HalfFull) => Some(Trigger::BackToBack),
                (Some(kept), _) => Some(kept),
                (None, other) => Some(other),
            };
        } else if !self.nvram.active_is_empty() {
            self.start_cp(trigger, effects);
        }
    }

    /// Sets the CP timer to its next tick, unless it is set (Spec 5.1).
    pub(super) fn set_cp_timer(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if let Some(every) = self.parameters.every.filter(|_| !self.timer_is_set) {
            self.timer_is_set = true;
            effects.push(Effect::SetTimer(Timer::ConsistencyPoint, now.next_multiple_of(every)));
        }
    }

    /// Spec 5.2: switch halves and freeze at once; CP n is exactly the old half's entries.
    fn start_cp(&mut self, trigger: Trigger, effects: &mut Vec<Effect>) {
        let (cp, last_lsn) = (self.nvram.active_cp(), self.nvram.last());
        let half = self.nvram.switch();
        if std::mem::take(&mut self.timer_is_set) {
            effects.push(Effect::CancelTimer(Timer::ConsistencyPoint));
        }
        self.buffers.freeze();
        let metadata = match self.parameters.metadata {
            Metadata::None => BTreeMap::new(),
            Metadata::Tree => self.metadata.update(cp, self.buffers.frozen().keys().copied()),
        };
        note(Note::CpStarted(cp, trigger), effects);
        self.running = Some(RunningCp {
            cp,
            half,
            last_lsn,
            metadata,
            phase: Phase::Draining,
            local: Local::Waiting,
            outstanding: 0,
            incomplete: BTreeSet::new(),
            naked: VecDeque::new(),
            acknowledgement: Acknowledgement::Awaited,
        });
    }

    /// Begins CP n once its entries are durable in NVRAM (Spec 5.2): the writes to the own disks at
    /// once, `CP_BEGIN` when the half's last transfer is handed to the link.
    pub(super) fn begin_cp(&mut self, effects: &mut Vec<Effect>) {
        let Some(running) = &mut self.running else { return };
        if !self.answers.is_durable_in_nvram(running.last_lsn) {
            return;
        }
        let (cp, half, last_lsn) = (running.cp, running.half, running.last_lsn);
        let drained = running.phase == Phase::Draining && self.backlog.is_sent(cp);
        if running.local == Local::Waiting {
            running.local = Local::Writing;
            self.write_frozen(effects);
        }
        if drained && self.outlet.has_room() {
            let transfers = self.table.range(half).expect("a CP's entries were sent");
            self.send_cp_begin(cp, transfers, last_lsn, effects);
        }
    }

    fn send_cp_begin(
        &mut self,
        cp: CpId,
        transfers: TransferRange,
        last_lsn: Lsn,
        effects: &mut Vec<Effect>,
    ) {
        let running = self.running.as_mut().expect("a CP is being begun");
        running.phase = Phase::Items(None);
        let begin = Message::CpBegin { epoch: self.epoch, cp, transfers, last_lsn };
        self.send(begin, None, effects);
    }

    /// Writes every frozen block to the own disks; one whose bytes are still being read follows when
    /// they come.
    fn write_frozen(&mut self, effects: &mut Vec<Effect>) {
        let blocks = self.buffers.frozen().iter();
        let mut whole = Vec::new();
        let mut incomplete = BTreeSet::new();
        for (address, buffer) in blocks {
            if self.buffers.is_complete(buffer) {
                whole.push((*address, Contents::Data(buffer.contents.clone())));
            } else {
                incomplete.insert(*address);
            }
        }
        let running = self.running.as_mut().expect("a CP is being begun");
        running.incomplete = incomplete;
        whole.extend(running.metadata.iter().map(|(address, held)| (*address, held.clone())));
        for (address, contents) in whole {
            self.write_shadow(address, contents, effects);
        }
    }

    fn write_shadow(
        &mut self,
        address: BlockAddress,
        contents: Contents,
        effects: &mut Vec<Effect>,
    ) {
        let ticket = self.ticket();
        let running = self.running.as_mut().expect("only a CP writes to the disks");
        running.outstanding += 1;
        effects.push(Effect::WriteVolume(ticket, running.cp, address, contents));
    }

    /// The bytes that a buffer lacked have come; if the CP waits for it, it is written now.
    pub(super) fn buffer_completed(&mut self, address: BlockAddress, effects: &mut Vec<Effect>) {
        let waits = self.running.as_mut().is_some_and(|cp| cp.incomplete.remove(&address));
        if waits {
            let contents = self.frozen_contents(address).expect("a CP waits for frozen buffers");
            self.write_shadow(address, contents, effects);
        }
    }

    /// What a block of the running CP holds.
    fn frozen_contents(&self, address: BlockAddress) -> Option<Contents> {
        let buffer = self.buffers.frozen().get(&address);
        let data = buffer.map(|buffer| Contents::Data(buffer.contents.clone()));
        data.or_else(|| self.running.as_ref()?.metadata.get(&address).cloned())
    }

    /// A shadow write is durable.
    pub(super) fn volume_written(&mut self) {
        let running = self.running.as_mut().expect("only a CP writes to the disks");
        running.outstanding -= 1;
    }

    /// Commits when all of the CP is durable on the own disks; waits for no peer (Spec 5.6).
    pub(super) fn commit_if_durable(&mut self, effects: &mut Vec<Effect>) {
        let Some(running) = &mut self.running else { return };
        let durable = running.outstanding == 0 && running.incomplete.is_empty();
        if durable && running.local == Local::Writing {
            running.local = Local::Committing;
            effects.push(Effect::Commit(running.cp, running.last_lsn));
        }
    }

    /// The host committed the CP.
    pub(super) fn committed(&mut self, cp: CpId) {
        let running = self.running.as_mut().filter(|running| running.cp == cp);
        running.expect("only the running CP is committed").local = Local::Committed;
    }

    /// `CP_ACK`: the destination has committed the CP.
    pub(super) fn cp_acknowledged(&mut self, cp: CpId, effects: &mut Vec<Effect>) {
        match &mut self.running {
            Some(running) if running.is_awaiting(cp) && running.phase == Phase::Sent => {
                running.acknowledgement = Acknowledgement::Received;
                self.answers.applied(running.last_lsn);
            }
            Some(_) | None => effects.push(Effect::Refuse(Refusal::ForeignCp)),
        }
    }

    /// `NAK`: the block goes in full, as it was frozen (Spec 5.4).
    pub(super) fn nak(&mut self, cp: CpId, address: BlockAddress, effects: &mut Vec<Effect>) {
        let known = self.buffers.frozen().contains_key(&address);
        match &mut self.running {
            Some(running) if running.is_awaiting(cp) && known => {
                if !running.naked.contains(&address) {
                    running.naked.push_back(address);
                }
            }
            Some(_) | None => effects.push(Effect::Refuse(Refusal::ForeignCp)),
        }
    }

    /// Ends the CP once both sides have committed it: frees the half, its transfer IDs and the
    /// frozen buffers (Spec 5.7), and starts the CP that was asked for meanwhile.
    pub(super) fn finish_cp(&mut self, effects: &mut Vec<Effect>) {
        let Some(running) = &self.running else { return };
        let acknowledged = running.acknowledgement == Acknowledgement::Received;
        if running.local != Local::Committed || !acknowledged {
            return;
        }
        let (cp, half) = (running.cp, running.half);
        self.running = None;
        self.nvram.free(half);
        self.table.free(half);
        self.buffers.free_frozen();
        effects.push(Effect::NvramFree(half));
        note(Note::CpEnded(cp), effects);
        if let Some(kept) = self.kept.take() {
            self.trigger(kept, effects);
        }
    }

    /// Hands the next message of the running CP to the link, if there is one; the outlet has room.
    pub(super) fn send_cp_message(&mut self, effects: &mut Vec<Effect>) -> bool {
        let Some(running) = &mut self.running else { return false };
        let (epoch, cp) = (self.epoch, running.cp);
        if let Some(address) = running.naked.pop_front() {
            let contents = self.frozen_contents(address).expect("a NAK names a frozen block");
            self.send(Message::NakAnswer { epoch, cp, address, contents }, None, effects);
            return true;
        }
        match running.phase {
            Phase::Draining | Phase::Sent => false,
            Phase::Items(after) => self.send_items(after, effects),
            Phase::End => {
                running.phase = Phase::Sent;
                let metadata = running.metadata.len() as u64;
                let blocks = self.buffers.frozen().len() as u64 + metadata;
                self.send(Message::CpEnd { epoch, cp, blocks }, None, effects);
                true
            }
        }
    }

    /// Sends one `CP_DATA` message of items in (volume, block) order (Spec 5.3). What goes into it
    /// depends on the items alone, never on time; so it waits for a block that is being read.
    fn send_items(&mut self, after: Option<BlockAddress>, effects: &mut Vec<Effect>) -> bool {
        let mut packing = Packing::new(self.parameters.cp_message_bytes);
        let mut items = Vec::new();
        let mut last = after;
        while let Some(address) = self.next_item(last) {
            let Some(item) = self.item(address) else { return false };
            let length = wire::item(&item, self.parameters.block_size);
            if !packing.fits(length) {
                break;
            }
            packing.add(length);
            items.push(item);
            last = Some(address);
        }
        let phase = if self.next_item(last).is_some() { Phase::Items(last) } else { Phase::End };
        let running = self.running.as_mut().expect("a CP is being sent");
        running.phase = phase;
        let message = Message::CpData { epoch: self.epoch, cp: running.cp, items };
        self.send(message, None, effects);
        true
    }

    /// The block of the running CP that comes after `after`.
    fn next_item(&self, after: Option<BlockAddress>) -> Option<BlockAddress> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let range = (from, Bound::Unbounded);
        let data = self.buffers.frozen().range(range).next().map(|(address, _)| *address);
        let metadata = &self.running.as_ref()?.metadata;
        let metadata = metadata.range(range).next().map(|(address, _)| *address);
        data.into_iter().chain(metadata).min()
    }

    /// The block as it is sent: a reference where the policy has one, else in full (Spec 5.3).
    /// `None`: in full, but its bytes are still being read.
    fn item(&self, address: BlockAddress) -> Option<Item> {
        let buffer = self.buffers.frozen().get(&address);
        let reference = buffer
            .and_then(|buffer| policy::reference(self.parameters.policy, buffer, &self.table));
        let body = match reference {
            Some(reference) => ItemBody::Reference(reference),
            None if buffer.is_some_and(|buffer| !self.buffers.is_complete(buffer)) => return None,
            None => ItemBody::Full(self.frozen_contents(address)?),
        };
        Some(Item { address, body })
    }
}

impl RunningCp {
    fn is_awaiting(&self, cp: CpId) -> bool {
        self.cp == cp && self.acknowledgement == Acknowledgement::Awaited
    }
}
