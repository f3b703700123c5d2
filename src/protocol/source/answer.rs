//! When a client is answered: the five `ack` rules, and flushes (Spec 3.7, 5.1).

use super::super::block::VolumeId;
use super::super::{AckRule, ClientId, Effect, Lsn, OpNumber, Outcome, WriteId};
use std::collections::{BTreeMap, BTreeSet};

/// Writes and flushes not yet answered, and how far each rule holds.
#[derive(Debug)]
pub(super) struct Answers {
    rule: AckRule,
    /// Durable in NVRAM, with every earlier one. No rule is met before (Spec 3.1).
    nvram: Lsn,
    /// Wholly on the wire.
    wire: Lsn,
    /// Acknowledged by the destination; under `applied`, covered by a CP it committed.
    destination: Lsn,
    /// Acknowledged by the destination, under whatever rule.
    heard: Lsn,
    /// The newest entry whose write was answered.
    answered: Lsn,
    /// Logged writes without an answer.
    logged: BTreeMap<(Lsn, WriteId), VolumeId>,
    /// Writes of an earlier life that may not have been answered: whoever asks again is told that
    /// the entry is there, or not later than there (Spec 3.1).
    recovered: BTreeMap<WriteId, Lsn>,
    /// Writes and flushes that arrived so far. A client need not ask in the order of its own numbers.
    arrivals: u64,
    /// The arrival of each write without an answer.
    arrived: BTreeMap<WriteId, u64>,
    /// Per client and volume, what a flush has to wait for: every write without an answer, in the
    /// order of arrival.
    open: BTreeMap<(ClientId, VolumeId), BTreeSet<u64>>,
    /// Flushes without an answer, in the order of arrival.
    flushes: BTreeMap<(ClientId, VolumeId), BTreeMap<u64, OpNumber>>,
    /// Flushes that may be answered at once.
    ready: Vec<WriteId>,
}

/// What an acknowledgement promises at present (Spec 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// What the `ack` rule says.
    Full,
    /// The source's own NVRAM alone: the mirror is not in sync, and clients go on.
    Local,
    /// No write is answered.
    Held,
    /// Nobody is answered: the source may not serve (Spec 7.6).
    Silent,
}

impl Answers {
    /// Nothing asked for yet; every entry up to `through` is durable on both sides or nobody waits
    /// for it.
    pub(super) const fn new(rule: AckRule, through: Lsn) -> Self {
        Self {
            rule,
            nvram: through,
            wire: through,
            destination: through,
            heard: through,
            answered: through,
            logged: BTreeMap::new(),
            recovered: BTreeMap::new(),
            arrivals: 0,
            arrived: BTreeMap::new(),
            open: BTreeMap::new(),
            flushes: BTreeMap::new(),
            ready: Vec::new(),
        }
    }

    /// A write arrived; a later flush waits for it, logged or not.
    pub(super) fn arrived(&mut self, id: WriteId, volume: VolumeId) {
        self.arrivals += 1;
        self.arrived.insert(id, self.arrivals);
        self.open.entry((id.client, volume)).or_default().insert(self.arrivals);
    }

    /// A write became this log entry.
    pub(super) fn logged(&mut self, lsn: Lsn, id: WriteId, volume: VolumeId) {
        self.logged.insert((lsn, id), volume);
    }

    /// A write of an earlier life is in the log, at this entry or before it.
    pub(super) fn recover(&mut self, id: WriteId, lsn: Lsn) {
        self.recovered.insert(id, lsn);
    }

    /// Whether the write was logged in an earlier life; from now on it waits for its answer like any
    /// other (Spec 3.1).
    pub(super) fn asked_again(&mut self, id: WriteId, volume: VolumeId) -> bool {
        let Some(lsn) = self.recovered.remove(&id) else { return false };
        self.arrived(id, volume);
        self.logged(lsn, id, volume);
        true
    }

    /// Whether the write or flush is being served.
    pub(super) fn is_open(&self, id: WriteId, volume: VolumeId) -> bool {
        let flushes = self.flushes.get(&(id.client, volume));
        self.arrived.contains_key(&id)
            || flushes.is_some_and(|flushes| flushes.values().any(|op| *op == id.op))
    }

    /// Writes logged up to here that may not have been answered.
    pub(super) fn unanswered(&self, through: Lsn) -> Vec<WriteId> {
        let logged = self.logged.keys().take_while(|(lsn, _)| *lsn <= through);
        let recovered = self.recovered.iter().filter(|(_, lsn)| **lsn <= through);
        logged.map(|(_, id)| *id).chain(recovered.map(|(id, _)| *id)).collect()
    }

    /// A flush arrived: answered when every earlier write of the client to the volume is.
    pub(super) fn flush(&mut self, id: WriteId, volume: VolumeId) {
        self.take_flush(id, volume);
        self.release_flushes(id.client, volume);
    }

    /// A flush arrived; whether it need not wait at all is still to be looked at.
    pub(super) fn take_flush(&mut self, id: WriteId, volume: VolumeId) {
        self.arrivals += 1;
        self.flushes.entry((id.client, volume)).or_default().insert(self.arrivals, id.op);
    }

    pub(super) fn durable_in_nvram(&mut self, lsn: Lsn) {
        self.nvram = self.nvram.max(lsn);
    }

    pub(super) fn departed(&mut self, lsn: Lsn) {
        self.wire = self.wire.max(lsn);
    }

    /// The destination's acknowledgement. Under `applied` only a CP counts.
    pub(super) fn acknowledged(&mut self, through: Lsn) {
        self.heard = self.heard.max(through);
        if self.rule != AckRule::Applied {
            self.destination = self.destination.max(through);
        }
    }

    /// `CP_ACK` satisfies every rule for the CP's entries.
    pub(super) fn applied(&mut self, through: Lsn) {
        self.heard = self.heard.max(through);
        self.destination = self.destination.max(through);
        self.wire = self.wire.max(through);
    }

    /// Whether every entry up to `lsn` is durable in NVRAM.
    pub(super) fn is_durable_in_nvram(&self, lsn: Lsn) -> bool {
        lsn <= self.nvram
    }

    /// Every entry up to here meets the `ack` rule.
    pub(super) fn meets_rule(&self) -> Lsn {
        self.nvram.min(match self.rule {
            AckRule::Local => self.nvram,
            AckRule::Sent => self.wire,
            AckRule::Received | AckRule::Logged | AckRule::Applied => self.destination,
        })
    }

    /// The newest entry that the destination acknowledged.
    pub(super) const fn heard(&self) -> Lsn {
        self.heard
    }

    /// The newest entry whose write was answered.
    pub(super) const fn answered(&self) -> Lsn {
        self.answered
    }

    /// Answers whom the promise allows, writes in LSN order, then flushes.
    pub(super) fn answer(&mut self, promise: Promise, effects: &mut Vec<Effect>) {
        let through = match promise {
            Promise::Full => Some(self.meets_rule()),
            Promise::Local => Some(self.nvram),
            Promise::Held => None,
            Promise::Silent => return,
        };
        while let Some(entry) =
            self.logged.first_entry().filter(|entry| Some(entry.key().0) <= through)
        {
            let ((lsn, id), volume) = entry.remove_entry();
            self.answered = self.answered.max(lsn);
            effects.push(Effect::Answer(id, Outcome::Written));
            self.closed(id, volume);
        }
        for id in self.ready.drain(..) {
            effects.push(Effect::Answer(id, Outcome::Flushed));
        }
    }

    /// A write needs no answer any more.
    pub(super) fn closed(&mut self, id: WriteId, volume: VolumeId) {
        let key = (id.client, volume);
        let arrival = self.arrived.remove(&id).expect("an answered write had arrived");
        let open = self.open.get_mut(&key).expect("an answered write had arrived");
        open.remove(&arrival);
        if open.is_empty() {
            self.open.remove(&key);
        }
        self.release_flushes(id.client, volume);
    }

    fn release_flushes(&mut self, client: ClientId, volume: VolumeId) {
        let Some(flushes) = self.flushes.get_mut(&(client, volume)) else { return };
        let oldest = self.open.get(&(client, volume)).and_then(|open| open.first().copied());
        while let Some(flush) = flushes.first_entry() {
            if oldest.is_some_and(|write| write < *flush.key()) {
                return;
            }
            let op = flush.remove();
            self.ready.push(WriteId { client, op });
        }
        self.flushes.remove(&(client, volume));
    }

    /// Writes logged and flushes taken that are not answered.
    pub(super) fn open(&self) -> u64 {
        let flushes: usize = self.flushes.values().map(BTreeMap::len).sum();
        (self.logged.len() + flushes + self.ready.len()) as u64
    }
}
