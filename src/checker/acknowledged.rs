//! S1a: when a write is acknowledged, the copies that its `ack` rule promises exist (Spec 3.7); when a
//! flush is answered, every earlier write of the client to the volume was (Spec 5.1).
//!
//! A copy is one only if it is right: what transfers carry is compared with the log in `transfers`.

use super::Findings;
use super::model::{Claim, Model};
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::VolumeId;
use crate::protocol::{
    AckRule, ClientId, CpId, EntryHeader, Epoch, Lsn, Message, Mirroring, Mode, OpNumber,
    Operation, Outcome, Parameters, Reign, Request, TransferHeader, TransferId, WriteId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Follows each entry to the places that the rules name.
#[derive(Debug)]
pub struct Acknowledged {
    rule: AckRule,
    mode: Mode,
    nvram: Lsn,
    wire: Copies,
    memory: Copies,
    log: Copies,
    /// Parts of entries that a message or a transfer carries.
    by_message: BTreeMap<u64, Name>,
    by_transfer: BTreeMap<Name, Parts>,
    /// Transfers that left, and that arrived; however often.
    left: BTreeSet<Name>,
    arrived: BTreeSet<Name>,
    stored: BTreeSet<Name>,
    /// The newest entry whose write was acknowledged out of sync, and so not by the rule.
    exposed: Option<Lsn>,
    /// Whether the source was promoted to go on alone, and was not in sync since.
    reign: Reign,
    /// Entries whose write is not answered yet.
    open: BTreeMap<WriteId, Lsn>,
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

/// What a transfer goes by.
type Name = (Epoch, CpId, TransferId);

fn name_of(header: &TransferHeader) -> Name {
    (header.epoch, header.cp, header.id)
}

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
    /// For a run with these knobs.
    #[must_use]
    pub fn new(parameters: &Parameters) -> Self {
        Self {
            rule: parameters.ack,
            mode: parameters.mode,
            exposed: None,
            reign: Reign::Mirrored,
            nvram: Lsn::ORIGIN,
            wire: Copies::new(),
            memory: Copies::new(),
            log: Copies::new(),
            by_message: BTreeMap::new(),
            by_transfer: BTreeMap::new(),
            left: BTreeSet::new(),
            arrived: BTreeSet::new(),
            stored: BTreeSet::new(),
            open: BTreeMap::new(),
            promised: Promised::default(),
        }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        self.check_flush(fact, findings);
        if let What::Appended(_, _, _, entry) = &fact.what {
            self.open.insert(entry.write, entry.lsn);
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
            let name = name_of(&transfer.header);
            self.by_message.insert(*number, name);
            self.by_transfer.insert(name, parts);
        } else if let What::Resent(Direction::ToDestination, number, message) = &fact.what
            && let Message::Transfer(transfer) = &**message
        {
            self.by_message.insert(*number, name_of(&transfer.header));
        } else if let What::Lost(Direction::ToDestination, number, _) = &fact.what {
            self.by_message.remove(number);
        } else if let What::Serves(_) = &fact.what {
            self.serves(model);
        } else if let What::Survived(role, newest) = &fact.what {
            self.survived(*role, *newest, model);
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what
            && let Message::InSync { .. } = **message
        {
            self.check_in_sync(fact, model, findings);
        } else if let What::Departed(Direction::ToDestination, number, _) = &fact.what {
            if let Some(name) = self.by_message.get(number).filter(|name| !self.left.contains(name))
            {
                self.left.insert(*name);
                self.wire.add(self.by_transfer.get(name).unwrap_or(&Parts::new()));
            }
        } else if let What::Arrived(Direction::ToDestination, number) = &fact.what {
            if let Some(name) =
                self.by_message.get(number).filter(|name| !self.arrived.contains(name))
            {
                self.arrived.insert(*name);
                self.memory.add(self.by_transfer.get(name).unwrap_or(&Parts::new()));
            }
        } else if let What::LogWritten(_, _, header) = &fact.what {
            let name = name_of(header);
            if let Some(parts) = self.by_transfer.get(&name).filter(|_| self.stored.insert(name)) {
                self.log.add(parts);
            }
        } else if let What::Committed(Role::Destination, cp, last_lsn) = &fact.what {
            self.forget(*cp);
            for copies in [&mut self.wire, &mut self.memory, &mut self.log] {
                copies.settle(*last_lsn);
            }
        } else if let What::Answered(_, id, Outcome::Written) = &fact.what {
            self.answered(fact, *id, model, findings);
        }
    }

    /// The destination committed the CP: its transfers do not matter any more.
    fn forget(&mut self, cp: CpId) {
        self.by_message.retain(|_, (_, held, _)| *held > cp);
        self.by_transfer.retain(|(_, held, _), _| *held > cp);
        for names in [&mut self.left, &mut self.arrived, &mut self.stored] {
            names.retain(|(_, held, _)| *held > cp);
        }
    }

    fn check_flush(&mut self, fact: &Fact, findings: &mut Findings) {
        if let What::Requested(request) = &fact.what {
            self.promised.requested(request, fact.number);
        } else if let What::Answered(_, id, outcome) = &fact.what {
            let earlier = self.promised.answered(*id);
            if let (Some(write), Outcome::Flushed) = (earlier, outcome) {
                let message = format!("flush {id} was answered before {write}, which it covers");
                findings.add(fact, "S1a", Role::Source, "flush_early", message).of_write(write);
            }
        }
    }

    fn answered(&mut self, fact: &Fact, id: WriteId, model: &Model, findings: &mut Findings) {
        let Some(lsn) = self.open.remove(&id) else {
            let message = format!("{id} was acknowledged, but is no entry of the log");
            findings.add(fact, "S1a", Role::Source, "not_logged", message).of_write(id);
            return;
        };
        let missing = if lsn > self.nvram {
            Some((Role::Source, "not durable in NVRAM"))
        } else if model.claim == Claim::InSync {
            self.missing_beyond(lsn, model)
        } else {
            self.check_strict(fact, id, lsn, model, findings);
            None
        };
        if let Some((role, missing)) = missing {
            let rule = format!("{:?}", self.rule).to_lowercase();
            let message = format!("{id} ({lsn}) was acknowledged under `{rule}`, but is {missing}");
            findings.add(fact, "S1a", role, "copy_missing", message).of_write(id).of_entry(lsn);
        }
    }

    /// A promoted source serves: what its image holds is all there is of the old reign.
    fn serves(&mut self, model: &Model) {
        let through = model.committed_through(Role::Source);
        self.nvram = through;
        for copies in [&mut self.wire, &mut self.memory, &mut self.log] {
            copies.beyond.clear();
            copies.settle(through);
        }
        self.by_message.clear();
        self.by_transfer.clear();
        for names in [&mut self.left, &mut self.arrived, &mut self.stored] {
            names.clear();
        }
        self.open.retain(|_, lsn| *lsn <= through);
        self.exposed = None;
        self.reign = Reign::Alone;
    }

    /// A site answered whose reign is over: whoever asked has an answer.
    pub fn answered_by_rival(&mut self, fact: &Fact) {
        if let What::Answered(_, id, _) = &fact.what {
            let _: Option<WriteId> = self.promised.answered(*id);
        }
    }

    /// S17: `strict` acknowledges nothing out of sync that does not meet the rule (Spec 6.3).
    fn check_strict(
        &mut self,
        fact: &Fact,
        id: WriteId,
        lsn: Lsn,
        model: &Model,
        findings: &mut Findings,
    ) {
        self.exposed = self.exposed.max(Some(lsn));
        let strict = self.mode == Mode::Strict && self.reign == Reign::Mirrored;
        // Under `local` the rule asks for nothing more, so being in sync is what is waited for.
        let alone = self.rule == AckRule::Local && lsn > model.committed_through(Role::Destination);
        if strict && (alone || self.missing_beyond(lsn, model).is_some()) {
            let message = format!("{id} was acknowledged out of sync, though the mirror is strict");
            let kind = "acknowledged_out_of_sync";
            findings.add(fact, "S17", Role::Source, kind, message).of_write(id).of_entry(lsn);
        }
    }

    /// S18: in sync means that the rule holds for every write acknowledged (Spec 6.6).
    fn check_in_sync(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        self.reign = Reign::Mirrored;
        if let Some(lsn) = self.exposed.take()
            && let Some((_, missing)) = self.missing_beyond(lsn, model)
        {
            let message = format!("in sync was declared while {lsn}, acknowledged, is {missing}");
            findings.add(fact, "S18", Role::Source, "in_sync_too_soon", message).of_entry(lsn);
        }
    }

    /// A crash of the source: entries that were not durable are gone.
    fn survived(&mut self, role: Role, newest: Option<Lsn>, model: &Model) {
        match role {
            Role::Source => {
                let last = newest.max(Some(model.committed_through(Role::Source)));
                self.nvram = self.nvram.max(last.unwrap_or(Lsn::ORIGIN));
                let gone = |lsn: &Lsn| Some(*lsn) > last;
                for copies in [&mut self.wire, &mut self.memory, &mut self.log] {
                    copies.beyond.retain(|lsn, _| !gone(lsn));
                }
                // Of a promoted side: what is in its log may still be replayed.
                self.open.retain(|_, lsn| !gone(lsn) || model.log.contains_key(lsn));
            }
            // Spec 3.7: `received` promises that the copy was there once.
            Role::Destination => {}
        }
    }

    /// What is missing beyond the source's own NVRAM. A CP that the
    /// destination committed satisfies every rule for its entries.
    fn missing_beyond(&self, lsn: Lsn, model: &Model) -> Option<(Role, &'static str)> {
        if lsn <= model.committed_through(Role::Destination) {
            return None;
        }
        let (there, missing) = match self.rule {
            AckRule::Local => match model.mirroring {
                Mirroring::Log | Mirroring::Snapshots => return None,
                // Spec 10: the mirror gets every CP, so nothing is missing but the running and the
                // open one.
                Mirroring::ConsistencyPoints => {
                    (model.holds_entry(lsn), "neither in NVRAM nor in a CP of the destination")
                }
            },
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
