//! S1a: when a write is acknowledged, the copies that its `ack` rule promises exist (Spec 3.7); when a
//! flush is answered, every earlier write of the client to the volume was (Spec 5.1).
//!
//! A copy is one only if it is right: what transfers carry is compared with the log in `transfers`.

use super::Findings;
use super::model::Model;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::VolumeId;
use crate::protocol::{
    AckRule, ClientId, CpId, EntryHeader, Lsn, Message, OpNumber, Operation, Outcome, Request,
    TransferId, WriteId,
};
use std::collections::BTreeMap;

/// Follows each entry to the places that the rules name.
#[derive(Debug)]
pub struct Acknowledged {
    rule: AckRule,
    nvram: Lsn,
    wire: Copies,
    memory: Copies,
    log: Copies,
    /// Parts of entries that a message or a transfer carries.
    by_message: BTreeMap<u64, Parts>,
    by_transfer: BTreeMap<(CpId, TransferId), Parts>,
    /// Entries whose write is not answered yet.
    open: BTreeMap<WriteId, (Lsn, CpId)>,
    /// What flushes wait for, and the flushes that do.
    promised: Promised,
}

/// Writes asked for and not answered, by client and volume; flushes, with the volume of each. What a
/// flush covers has a lower number and was asked for before it: an operation of a list may be asked
/// for after one of a higher number.
#[derive(Debug, Default)]
struct Promised {
    /// With the number of the fact that the write was asked for.
    writes: BTreeMap<(ClientId, VolumeId), BTreeMap<OpNumber, u64>>,
    asked: BTreeMap<WriteId, (VolumeId, u64)>,
}

impl Promised {
    fn requested(&mut self, request: &Request, fact: u64) {
        let WriteId { client, op } = request.id;
        let volume = match request.operation {
            Operation::Write(range) => {
                self.writes.entry((client, range.volume)).or_default().insert(op, fact);
                range.volume
            }
            Operation::Flush(volume) => volume,
            Operation::Read(_) => return,
        };
        self.asked.insert(request.id, (volume, fact));
    }

    /// An operation was answered; gives a write that a flush in its place would cover and that was
    /// not answered.
    fn answered(&mut self, id: WriteId) -> Option<WriteId> {
        let (volume, asked) = self.asked.remove(&id)?;
        let key = (id.client, volume);
        let writes = self.writes.get_mut(&key)?;
        writes.remove(&id.op);
        let covered = writes.range(..id.op).find(|(_, fact)| **fact < asked);
        let covered = covered.map(|(op, _)| WriteId { client: id.client, op: *op });
        if writes.is_empty() {
            self.writes.remove(&key);
        }
        covered
    }
}

type Parts = Vec<(Lsn, u64)>;

/// How far the log is complete in one place.
#[derive(Debug)]
struct Copies {
    /// Every entry up to here is complete.
    through: Lsn,
    /// Later entries: predecessor, length, bytes there so far.
    beyond: BTreeMap<Lsn, (Lsn, u64, u64)>,
}

impl Copies {
    const fn new() -> Self {
        Self { through: Lsn::ORIGIN, beyond: BTreeMap::new() }
    }

    fn expect(&mut self, entry: &EntryHeader) {
        self.beyond.insert(entry.lsn, (entry.predecessor, entry.range.length, 0));
    }

    fn add(&mut self, parts: &Parts) {
        for (lsn, bytes) in parts {
            if let Some((_, _, there)) = self.beyond.get_mut(lsn) {
                *there += bytes;
            }
        }
        self.advance();
    }

    /// Moves the prefix over every complete entry whose predecessor is within it.
    fn advance(&mut self) {
        while let Some(first) = self.beyond.first_entry() {
            let (predecessor, length, there) = *first.get();
            if predecessor != self.through || there < length {
                return;
            }
            self.through = *first.key();
            first.remove();
        }
    }

    /// A committed CP has these entries, wherever else they are; later ones may have waited for them.
    fn settle(&mut self, through: Lsn) {
        self.through = self.through.max(through);
        self.beyond.retain(|lsn, _| *lsn > through);
        self.advance();
    }
}

impl Acknowledged {
    /// For a run with this rule.
    #[must_use]
    pub fn new(rule: AckRule) -> Self {
        Self {
            rule,
            nvram: Lsn::ORIGIN,
            wire: Copies::new(),
            memory: Copies::new(),
            log: Copies::new(),
            by_message: BTreeMap::new(),
            by_transfer: BTreeMap::new(),
            open: BTreeMap::new(),
            promised: Promised::default(),
        }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        self.check_flush(fact, findings);
        if let What::Appended(_, _, cp, entry) = &fact.what {
            self.open.insert(entry.write, (entry.lsn, *cp));
            for copies in [&mut self.wire, &mut self.memory, &mut self.log] {
                copies.expect(entry);
            }
        } else if let What::NvramDurable(_, lsn) = &fact.what {
            self.nvram = self.nvram.max(*lsn);
        } else if let What::Sent(Direction::ToDestination, number, message) = &fact.what
            && let Message::Transfer(transfer) = &**message
        {
            let part = |entry: &EntryHeader| (entry.lsn, entry.part_length);
            let parts: Parts = transfer.entries.iter().map(part).collect();
            self.by_message.insert(*number, parts.clone());
            self.by_transfer.insert((transfer.header.cp, transfer.header.id), parts);
        } else if let What::Departed(Direction::ToDestination, number, _) = &fact.what {
            if let Some(parts) = self.by_message.get(number) {
                self.wire.add(parts);
            }
        } else if let What::Arrived(Direction::ToDestination, number) = &fact.what {
            if let Some(parts) = self.by_message.remove(number) {
                self.memory.add(&parts);
            }
        } else if let What::LogWritten(_, _, header) = &fact.what {
            if let Some(parts) = self.by_transfer.remove(&(header.cp, header.id)) {
                self.log.add(&parts);
            }
        } else if let What::Committed(Role::Destination, _, last_lsn) = &fact.what {
            for copies in [&mut self.wire, &mut self.memory, &mut self.log] {
                copies.settle(*last_lsn);
            }
        } else if let What::Answered(_, id, Outcome::Written) = &fact.what {
            self.answered(fact, *id, model, findings);
        }
    }

    fn check_flush(&mut self, fact: &Fact, findings: &mut Findings) {
        if let What::Requested(request) = &fact.what {
            self.promised.requested(request, fact.number);
        } else if let What::Answered(_, id, outcome) = &fact.what {
            let earlier = self.promised.answered(*id);
            if let (Some(write), Outcome::Flushed) = (earlier, outcome) {
                let message = format!("flush {id} was answered before {write}, which it covers");
                findings.add(fact, "S1a", Role::Source, "flush_early", message);
            }
        }
    }

    fn answered(&mut self, fact: &Fact, id: WriteId, model: &Model, findings: &mut Findings) {
        let Some((lsn, cp)) = self.open.remove(&id) else {
            let message = format!("{id} was acknowledged, but is no entry of the log");
            findings.add(fact, "S1a", Role::Source, "not_logged", message);
            return;
        };
        let missing = if lsn > self.nvram {
            Some((Role::Source, "not durable in NVRAM"))
        } else {
            self.missing_beyond(lsn, cp, model)
        };
        if let Some((role, missing)) = missing {
            let rule = format!("{:?}", self.rule).to_lowercase();
            let message = format!("{id} ({lsn}) was acknowledged under `{rule}`, but is {missing}");
            findings.add(fact, "S1a", role, "copy_missing", message);
        }
    }

    /// What is missing beyond the source's own NVRAM. A CP that the
    /// destination committed satisfies every rule for its entries.
    fn missing_beyond(&self, lsn: Lsn, cp: CpId, model: &Model) -> Option<(Role, &'static str)> {
        if cp <= model.committed_by(Role::Destination) {
            return None;
        }
        let (there, missing) = match self.rule {
            AckRule::Local => return None,
            AckRule::Sent => (lsn <= self.wire.through, "not wholly on the wire"),
            AckRule::Received => (lsn <= self.memory.through, "not in the destination's memory"),
            AckRule::Logged => {
                (lsn <= self.log.through, "not durable in the destination's log storage")
            }
            AckRule::Applied => (false, "in no CP that the destination committed"),
        };
        (!there).then_some((Role::Destination, missing))
    }
}
