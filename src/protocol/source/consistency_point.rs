//! Consistency points at the source (Spec 5; Claims 1, 2, 7, 9, 11–13, 18).
//!
//! ```text
//! trigger → switch halves, freeze buffers; every entry durable in NVRAM, then in parallel
//!         → every entry sent, CP_BEGIN, items (a block in full or a reference each), CP_END
//!         → shadow writes to the own disks, commit
//! own commit and CP_ACK → free the half, its transfer IDs, the frozen buffers
//! ```

use super::super::block::{BlockAddress, Contents};
use super::super::status::sometimes;
use super::super::wire;
use super::super::{
    CommitRecord, CpId, Effect, Half, Lsn, Mark, Message, Metadata, Note, Purpose, Refusal,
    Sabotage, Timer, TransferRange, Trigger,
};
use super::pass::Round;
use super::read::ReadFor;
use super::session::Mirror;
use super::{Source, note};
use crate::units::SimTime;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The consistency point under way.
#[derive(Debug)]
pub(super) struct RunningCp {
    pub cp: CpId,
    half: Half,
    pub last_lsn: Lsn,
    /// Metadata blocks that the CP writes beside the frozen buffers.
    pub metadata: BTreeMap<BlockAddress, Contents>,
    /// Sent in full: blocks that changed earlier and that the destination misses (Spec 6.1). `None`:
    /// its bytes are still being read.
    pub extras: BTreeMap<BlockAddress, Option<Contents>>,
    pub delivery: Delivery,
    pub phase: Phase,
    pub round: Round,
    local: Local,
    /// Shadow writes not yet durable.
    outstanding: u64,
    /// Frozen buffers whose bytes are still being read, so not written yet.
    incomplete: BTreeSet<BlockAddress>,
    /// NAKs to be answered, in the order they came.
    pub naked: VecDeque<BlockAddress>,
    /// Blocks whose hash told the destination nothing, in the order they were asked for.
    pub wanted: VecDeque<BlockAddress>,
    acknowledgement: Acknowledgement,
}

/// How a CP gets to the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// Its entries were forwarded: references where the policy has them.
    Forwarded,
    /// Every block in full: its entries were not forwarded (Spec 6.1).
    InFull,
    /// Not at all: the mirror is out of sync, or gets snapshots (Spec 10).
    Local,
}

/// How far the CP was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
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
    /// The destination does not take part.
    NotNeeded,
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
        let (forwarded, sent) = (self.forwards_log(), self.sends_points());
        let missing = self.begin_forwarding(cp, effects);
        let delivery = match &missing {
            Some(_) => Delivery::InFull,
            None if forwarded => Delivery::Forwarded,
            None if sent => Delivery::InFull,
            None => Delivery::Local,
        };
        let (mut extras, mut overwritten) = (BTreeMap::new(), false);
        for address in missing.unwrap_or_default().into_keys() {
            let newer = self.buffers.frozen().contains_key(&address)
                && !self.parameters.sabotages(Sabotage::ResyncOvertakesWrite);
            overwritten |= newer;
            if !newer && !metadata.contains_key(&address) {
                let ticket = self.ticket();
                self.reads.started(ticket, ReadFor::Extra(address));
                effects.push(Effect::ReadVolume(ticket, address));
                extras.insert(address, None);
            }
        }
        if overwritten {
            sometimes(Mark::MissingBlockOverwritten, effects);
        }
        let mut running = RunningCp {
            cp,
            half,
            last_lsn,
            metadata,
            extras,
            delivery,
            phase: Phase::Draining,
            round: Round::First,
            local: Local::Waiting,
            outstanding: 0,
            incomplete: BTreeSet::new(),
            naked: VecDeque::new(),
            wanted: VecDeque::new(),
            acknowledgement: Acknowledgement::Awaited,
        };
        if delivery == Delivery::Local {
            running.end_session();
        }
        self.running = Some(running);
    }

    /// A block that changed earlier was read.
    pub(super) fn extra_read(&mut self, address: BlockAddress, contents: Contents) {
        let extras = self.running.as_mut().map(|running| &mut running.extras);
        if let Some(extra) = extras.and_then(|extras| extras.get_mut(&address)) {
            *extra = Some(contents);
        }
    }

    /// Begins CP n once its entries are durable in NVRAM (Spec 5.2): the writes to the own disks at
    /// once, `CP_BEGIN` when the half's last transfer is handed to the link.
    pub(super) fn begin_cp(&mut self, effects: &mut Vec<Effect>) {
        let Some(running) = &mut self.running else { return };
        if !self.answers.is_durable_in_nvram(running.last_lsn) {
            return;
        }
        let (cp, half, last_lsn) = (running.cp, running.half, running.last_lsn);
        let delivery = running.delivery;
        let drained = running.phase == Phase::Draining && self.backlog.is_sent(cp);
        if running.local == Local::Waiting {
            running.local = Local::Writing;
            self.write_frozen(effects);
        }
        if drained && self.outlet.has_room() {
            let transfers = match delivery {
                Delivery::Forwarded => self.table.range(half),
                Delivery::InFull => None,
                Delivery::Local => unreachable!("nothing of it is to be sent"),
            };
            self.send_cp_begin(cp, transfers, last_lsn, effects);
            if self.parameters.sabotages(Sabotage::ReuseTransferIdEarly) {
                self.table.release_early(half);
            }
        }
    }

    fn send_cp_begin(
        &mut self,
        cp: CpId,
        transfers: Option<TransferRange>,
        last_lsn: Lsn,
        effects: &mut Vec<Effect>,
    ) {
        let (epoch, purpose) = (self.epoch, Purpose::ConsistencyPoint);
        let unanswered = match transfers {
            // Over `tcp` the entries came before.
            Some(_) if self.parameters.retransmit.is_none() => Vec::new(),
            Some(_) | None => self.answers.unanswered(last_lsn),
        };
        let begin = Message::CpBegin { epoch, cp, purpose, transfers, last_lsn, unanswered };
        if !self.outlet.has_room_for(wire::length(&begin, &self.parameters.encoding)) {
            return;
        }
        let items = self.next_item(None).is_some();
        let running = self.running.as_mut().expect("a CP is being begun");
        running.phase = if items { Phase::Items(None) } else { Phase::End };
        let round = running.round;
        self.send_round(round, begin, effects);
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
    pub(super) fn frozen_contents(&self, address: BlockAddress) -> Option<Contents> {
        let buffer = self.buffers.frozen().get(&address);
        let data = buffer.map(|buffer| Contents::Data(buffer.contents.clone()));
        data.or_else(|| {
            let running = self.running.as_ref()?;
            let metadata = running.metadata.get(&address);
            metadata.or_else(|| running.extras.get(&address)?.as_ref()).cloned()
        })
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
            let (cp, last_lsn) = (running.cp, running.last_lsn);
            let unanswered = self.answers.unanswered(last_lsn);
            effects.push(Effect::Commit(CommitRecord { cp, last_lsn, unanswered }));
        }
    }

    /// Whether a commit is under way.
    pub(super) fn is_committing(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.local == Local::Committing)
    }

    /// The host committed the CP.
    pub(super) fn committed(&mut self, cp: CpId) {
        let running = self.running.as_mut().filter(|running| running.cp == cp);
        let running = running.expect("only the running CP is committed");
        running.local = Local::Committed;
        let last_lsn = running.last_lsn;
        if let Mirror::Resync(resync) = &mut self.mirror {
            let blocks = self.buffers.frozen().keys().chain(running.metadata.keys());
            for address in blocks {
                resync.committed(*address, cp);
            }
        }
        self.committed = CommitRecord { cp, last_lsn, unanswered: Vec::new() };
    }

    /// `CP_ACK`: the destination has committed the CP.
    pub(super) fn cp_acknowledged(&mut self, cp: CpId, effects: &mut Vec<Effect>) {
        match &mut self.running {
            Some(running) if running.is_awaiting(cp) && running.phase == Phase::Sent => {
                running.acknowledgement = Acknowledgement::Received;
                let (last_lsn, delivery) = (running.last_lsn, running.delivery);
                self.answers.applied(last_lsn);
                self.unacknowledged.acknowledged(last_lsn);
                if delivery == Delivery::InFull {
                    self.forwarding_acknowledged();
                }
            }
            Some(_) | None => {
                if !self.pass_acknowledged(cp, effects) {
                    effects.push(Effect::Refuse(Refusal::ForeignCp));
                }
            }
        }
    }

    /// `NAK`: the block goes in full, as it was frozen (Spec 5.4).
    pub(super) fn nak(&mut self, cp: CpId, address: BlockAddress, effects: &mut Vec<Effect>) {
        if self.parameters.sabotages(Sabotage::IgnoreNak) {
            return;
        }
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

    /// The destination does not have these blocks of a CP: they go in full (Spec 10).
    pub(super) fn wanted(
        &mut self,
        cp: CpId,
        addresses: Vec<BlockAddress>,
        effects: &mut Vec<Effect>,
    ) {
        let frozen = self.buffers.frozen();
        let known = addresses.iter().all(|address| frozen.contains_key(address));
        match &mut self.running {
            Some(running) if running.is_awaiting(cp) && known => {
                for address in addresses {
                    if !running.wanted.contains(&address) {
                        running.wanted.push_back(address);
                    }
                }
            }
            Some(_) | None => effects.push(Effect::Refuse(Refusal::ForeignCp)),
        }
    }

    /// Ends the CP once both sides have committed it: frees the half, its transfer IDs and the
    /// frozen buffers (Spec 5.7), and starts the CP that was asked for meanwhile.
    pub(super) fn finish_cp(&mut self, effects: &mut Vec<Effect>) {
        let Some(running) = &self.running else { return };
        // Spec 5.7: without the destination only once it is durable that the mirror is out of sync.
        let settled = match running.acknowledgement {
            Acknowledgement::Awaited => {
                self.parameters.sabotages(Sabotage::FreeHalfBeforeAck)
                    && running.phase == Phase::Sent
            }
            Acknowledgement::Received => true,
            Acknowledgement::NotNeeded => !self.mirror.is_leaving(),
        };
        if running.local != Local::Committed || !settled {
            return;
        }
        let (cp, half) = (running.cp, running.half);
        self.running = None;
        if self.replaying.is_some_and(|(last, _)| last == cp) {
            self.replaying = None;
            self.serve(effects);
        } else {
            self.record_late(effects);
        }
        self.nvram.free(half);
        self.table.free(half);
        self.buffers.free_frozen();
        effects.push(Effect::NvramFree(half));
        note(Note::CpEnded(cp), effects);
        if let Some(kept) = self.kept.take() {
            self.trigger(kept, effects);
            let again = self.parameters.sabotages(Sabotage::KeptTriggerTakesNumber);
            if again && self.running.is_some() {
                self.nvram.skip_cp();
            }
        }
    }
}

impl RunningCp {
    fn is_awaiting(&self, cp: CpId) -> bool {
        self.cp == cp && self.acknowledgement == Acknowledgement::Awaited
    }

    /// What is waited for, in words.
    pub(super) fn word(&self) -> &'static str {
        let committed = self.local == Local::Committed;
        match (self.phase, self.acknowledgement) {
            (Phase::Draining, _) => "CP draining",
            (Phase::Items(_) | Phase::End, _) => "CP being sent",
            (Phase::Sent, Acknowledgement::Awaited) if committed => "CP awaits CP_ACK",
            (Phase::Sent, Acknowledgement::Awaited) => "CP awaits both sides",
            (Phase::Sent, Acknowledgement::Received) => "CP awaits own disks",
            (Phase::Sent, Acknowledgement::NotNeeded) => "CP on own disks",
        }
    }

    /// Whether anything of the CP was sent that the destination has not acknowledged.
    pub(super) fn expects_answer(&self) -> bool {
        self.acknowledgement == Acknowledgement::Awaited && self.phase != Phase::Draining
    }

    /// The session is over: from now on the CP is the source's own (Spec 5.7).
    pub(super) fn end_session(&mut self) {
        self.phase = Phase::Sent;
        self.delivery = Delivery::Local;
        self.naked.clear();
        self.wanted.clear();
        self.extras.clear();
        if self.acknowledgement == Acknowledgement::Awaited {
            self.acknowledgement = Acknowledgement::NotNeeded;
        }
    }
}
