//! What would be lost if the source's site burned now: how old the oldest acknowledged write is that
//! the other side could not serve after a promotion (its recovery point objective, RPO, as it is at
//! each moment).
//!
//! A promoted destination has its committed image and the entries of its log up to the first that is
//! missing (Spec 7.4). So a write is safe once it and every earlier one are durable in log storage, or
//! once a CP with it is committed there. Writes that a promotion has lost are counted elsewhere
//! ([`super::Failure`]); from then on only the new source's own writes count.

use super::ages::Ages;
use crate::facts::{Fact, Role, What};
use crate::protocol::{Epoch, Lsn, Message, Outcome, Part, TransferHeader, TransferId, WriteId};
use crate::units::{SimTime, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Follows which acknowledged writes are at risk.
#[derive(Debug)]
pub(super) struct Risk {
    /// The site that reigns.
    source: Role,
    /// Entries that are not safe, each with its bytes that are not in the other side's log storage.
    entries: BTreeMap<Lsn, u64>,
    lsns: BTreeMap<WriteId, Lsn>,
    /// The acknowledged ones of them, by the time of the answer.
    acknowledged: BTreeSet<(SimTime, Lsn)>,
    answered_at: BTreeMap<Lsn, SimTime>,
    /// Parts of entries on their way to log storage, by their transfer.
    transfers: BTreeMap<(Epoch, TransferId, Lsn), Vec<(Lsn, u64)>>,
    /// Since when the age of the oldest has been growing without a jump, and when that was answered.
    since: SimTime,
    oldest: Option<SimTime>,
    /// The last entry of the source's own image.
    own: Lsn,
    pub ages: Ages,
}

impl Default for Risk {
    fn default() -> Self {
        Self {
            source: Role::Source,
            entries: BTreeMap::new(),
            lsns: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            answered_at: BTreeMap::new(),
            transfers: BTreeMap::new(),
            since: SimTime::ZERO,
            oldest: None,
            own: Lsn::ORIGIN,
            ages: Ages::default(),
        }
    }
}

impl Risk {
    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact) {
        if let What::Appended(_, _, _, entry) = &fact.what {
            self.entries.insert(entry.lsn, entry.range.length);
            self.lsns.insert(entry.write, entry.lsn);
        } else if let What::Answered(_, id, outcome) = &fact.what {
            self.answered(fact.at, *id, outcome);
        } else if let What::Sent(_, _, message) = &fact.what {
            self.sent(message);
        } else if let What::LogWritten(_, _, header) = &fact.what {
            self.stored(header);
        } else if let What::Committed(role, _, last_lsn) = &fact.what {
            if *role == self.source {
                self.own = *last_lsn;
            } else {
                self.committed(*last_lsn);
            }
        } else if let What::Survived(_, newest) = &fact.what {
            self.survived(*newest);
        } else if let What::ChangedPart(role, Part::Promoted) = &fact.what {
            let (ages, since, oldest) = (std::mem::take(&mut self.ages), self.since, self.oldest);
            *self = Self { source: *role, ages, since, oldest, ..Self::default() };
        } else if !matches!(fact.what, What::Ended(_)) {
            return;
        }
        let oldest = self.acknowledged.first().map(|(at, _)| *at);
        if oldest != self.oldest || matches!(fact.what, What::Ended(_)) {
            self.ages.grew(self.since, fact.at, self.oldest);
            (self.since, self.oldest) = (fact.at, oldest);
        }
    }

    /// How old the oldest write at risk is; zero if none is.
    pub fn age(&self, now: SimTime) -> Span {
        self.oldest.map_or(Span::ZERO, |oldest| now.since(oldest))
    }

    fn answered(&mut self, at: SimTime, id: WriteId, outcome: &Outcome) {
        let Some(lsn) = self.lsns.remove(&id) else { return };
        if *outcome == Outcome::Written && self.entries.contains_key(&lsn) {
            self.acknowledged.insert((at, lsn));
            self.answered_at.insert(lsn, at);
        }
    }

    fn sent(&mut self, message: &Message) {
        if let Message::Transfer(transfer) = message {
            let parts = transfer.entries.iter().map(|entry| (entry.lsn, entry.part_length));
            self.transfers.insert(key(&transfer.header), parts.collect());
        }
    }

    fn stored(&mut self, header: &TransferHeader) {
        for (lsn, bytes) in self.transfers.remove(&key(header)).unwrap_or_default() {
            if let Some(left) = self.entries.get_mut(&lsn) {
                *left = left.saturating_sub(bytes);
            }
        }
        while let Some((lsn, 0)) = self.entries.first_key_value().map(|(lsn, left)| (*lsn, *left)) {
            self.safe(lsn);
        }
    }

    fn committed(&mut self, last_lsn: Lsn) {
        while let Some(lsn) = self.entries.first_key_value().map(|(lsn, _)| *lsn)
            && lsn <= last_lsn
        {
            self.safe(lsn);
        }
        self.transfers.retain(|_, parts| parts.iter().any(|(lsn, _)| *lsn > last_lsn));
    }

    /// A crash left the entries up to here; those beyond were never answered.
    fn survived(&mut self, newest: Option<Lsn>) {
        let newest = newest.map_or(self.own, |newest| newest.max(self.own));
        // What was answered stays at risk, though nobody has it any more.
        let answered = &self.answered_at;
        self.entries.retain(|lsn, _| *lsn <= newest || answered.contains_key(lsn));
    }

    fn safe(&mut self, lsn: Lsn) {
        self.entries.remove(&lsn);
        if let Some(at) = self.answered_at.remove(&lsn) {
            self.acknowledged.remove(&(at, lsn));
        }
    }
}

const fn key(header: &TransferHeader) -> (Epoch, TransferId, Lsn) {
    (header.epoch, header.id, header.first_lsn)
}
