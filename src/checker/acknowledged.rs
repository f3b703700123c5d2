//! S1a: when a write is acknowledged, the copies that its `ack` rule promises exist (Spec 3.7).

use super::Findings;
use super::model::Model;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::{AckRule, CpId, EntryHeader, Lsn, Message, Outcome, TransferId, WriteId};
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
    by_transfer: BTreeMap<TransferId, Parts>,
    /// Entries whose write is not answered yet.
    open: BTreeMap<WriteId, (Lsn, CpId)>,
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
        while let Some(first) = self.beyond.first_entry() {
            let (predecessor, length, there) = *first.get();
            if predecessor != self.through || there < length {
                return;
            }
            self.through = *first.key();
            first.remove();
        }
    }

    /// A committed CP has these entries, wherever else they are.
    fn settle(&mut self, through: Lsn) {
        self.through = self.through.max(through);
        self.beyond.retain(|lsn, _| *lsn > through);
    }
}

impl Acknowledged {
    /// For a run with this rule.
    #[must_use]
    pub const fn new(rule: AckRule) -> Self {
        Self {
            rule,
            nvram: Lsn::ORIGIN,
            wire: Copies::new(),
            memory: Copies::new(),
            log: Copies::new(),
            by_message: BTreeMap::new(),
            by_transfer: BTreeMap::new(),
            open: BTreeMap::new(),
        }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::Appended(_, cp, entry) = &fact.what {
            self.open.insert(entry.write, (entry.lsn, *cp));
            for copies in [&mut self.wire, &mut self.memory, &mut self.log] {
                copies.expect(entry);
            }
        } else if let What::NvramDurable(lsn) = &fact.what {
            self.nvram = self.nvram.max(*lsn);
        } else if let What::Sent(Direction::ToDestination, number, message) = &fact.what
            && let Message::Transfer(transfer) = &**message
        {
            let part = |entry: &EntryHeader| (entry.lsn, entry.part_length);
            let parts: Parts = transfer.entries.iter().map(part).collect();
            self.by_message.insert(*number, parts.clone());
            self.by_transfer.insert(transfer.header.id, parts);
        } else if let What::Departed(Direction::ToDestination, number, _) = &fact.what {
            if let Some(parts) = self.by_message.get(number) {
                self.wire.add(parts);
            }
        } else if let What::Arrived(Direction::ToDestination, number) = &fact.what {
            if let Some(parts) = self.by_message.remove(number) {
                self.memory.add(&parts);
            }
        } else if let What::LogWritten(_, header) = &fact.what {
            if let Some(parts) = self.by_transfer.remove(&header.id) {
                self.log.add(&parts);
            }
        } else if let What::Committed(Role::Destination, _, last_lsn) = &fact.what {
            for copies in [&mut self.wire, &mut self.memory, &mut self.log] {
                copies.settle(*last_lsn);
            }
        } else if let What::Answered(id, Outcome::Written) = &fact.what {
            self.answered(fact, *id, model, findings);
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
