//! S19: damage of a medium is noticed before it does harm (Spec 8.2). What lies spoiled on a medium is
//! not read without its check failing, and bytes that a fault destroyed are neither served to a
//! client, nor sent, nor written into an image.
//!
//! What a write lost or led astray leaves behind looks like data, so bytes alone do not tell. A read of
//! a spoiled place whose check did not fail shows by what the node does because of it.

use super::Findings;
use super::model::Model;
use crate::facts::{Fact, Role, Spot, What};
use crate::protocol::block::{BlockAddress, Contents, Runs};
use crate::protocol::{ItemBody, LogFile, Message, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// What is spoiled, and reads of it. Grows with what faults spoiled.
#[derive(Debug)]
pub struct Damage {
    /// Bytes of a block.
    block: u64,
    blocks: BTreeSet<(Role, BlockAddress)>,
    /// Bytes of NVLog files: where they end, by where they begin.
    records: BTreeMap<(Role, LogFile, u64), u64>,
    /// Reads of these, by the fact that asked for them: their check has to fail.
    reads: BTreeMap<u64, (Role, Spot)>,
    /// The read just asked for: a fault that strikes it is told right after, and spoils it too.
    asked: Option<(u64, Role, Spot)>,
}

impl Damage {
    /// For blocks of this many bytes; nothing is spoiled.
    #[must_use]
    pub fn new(block: u64) -> Self {
        let (blocks, records, reads) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        Self { block, blocks, records, reads, asked: None }
    }

    /// The sides have changed their parts: what is spoiled lies where it lay.
    pub fn begin_reign(&mut self) {
        let turned = std::mem::take(&mut self.blocks);
        self.blocks = turned.into_iter().map(|(role, at)| (other(role), at)).collect();
        let turned = std::mem::take(&mut self.records).into_iter();
        self.records =
            turned.map(|((role, file, at), end)| ((other(role), file, at), end)).collect();
        for (reader, _) in self.reads.values_mut() {
            *reader = other(*reader);
        }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        self.check_reads(fact, findings);
        check_bytes(fact, findings);
        if let What::Spoiled(role, Spot::Volume(address)) = &fact.what {
            self.blocks.insert((*role, *address));
        } else if let What::Spoiled(role, Spot::Log(file, offset, length)) = &fact.what {
            self.records.insert((*role, *file, *offset), offset + length);
        } else if let What::VolumeReadAsked(role, address) = &fact.what {
            self.asked = Some((fact.number, *role, Spot::Volume(*address)));
        } else if let What::LogReadAsked(role, file, offset) = &fact.what {
            self.asked = Some((fact.number, *role, Spot::Log(*file, *offset, self.block)));
        } else if let What::FragmentReadAsked(role, file, offset, length) = &fact.what {
            self.asked = Some((fact.number, *role, Spot::Log(*file, *offset, *length)));
        } else if let What::Committed(role, cp, _) = &fact.what {
            // A page that arrived is sound; the facts that follow name those that did not.
            let pages = model.disks.shadow(*role, *cp).map(|shadow| &shadow.pages);
            for address in pages.into_iter().flatten().map(|(address, _)| *address) {
                self.blocks.remove(&(*role, address));
            }
        } else if let What::LogFreed(role, file) = &fact.what {
            self.records.retain(|(owner, held, _), _| (owner, held) != (role, file));
        } else if let What::Crashed(role) = &fact.what {
            self.reads.retain(|_, (reader, _)| reader != role);
        }
        self.watch_read(fact);
    }

    /// A read of a spoiled place is to fail its check.
    fn watch_read(&mut self, fact: &Fact) {
        let strikes = matches!(fact.what, What::FaultFelt(_) | What::Spoiled(..));
        let Some((number, role, spot)) =
            self.asked.filter(|(asked, ..)| strikes || *asked == fact.number)
        else {
            self.asked = None;
            return;
        };
        if self.is_spoiled(role, spot) {
            self.reads.insert(number, (role, spot));
        }
    }

    fn is_spoiled(&self, role: Role, spot: Spot) -> bool {
        match spot {
            Spot::Volume(address) => self.blocks.contains(&(role, address)),
            Spot::Log(file, start, length) => {
                let before = self.records.range((role, file, 0)..(role, file, start + length));
                before.last().is_some_and(|(_, reach)| *reach > start)
            }
        }
    }

    /// A node acts on a read of a spoiled place, and nothing says that its check failed.
    fn check_reads(&mut self, fact: &Fact, findings: &mut Findings) {
        let read = fact.cause.and_then(|cause| self.reads.remove(&cause));
        let Some((role, spot)) = read else { return };
        if !matches!(fact.what, What::CheckFailed(..)) {
            let message = format!("{} was read, and its check did not fail", name(spot));
            let subject = findings.add(fact, "S19", role, "unnoticed", message);
            match spot {
                Spot::Volume(address) => subject.of_block(address),
                Spot::Log(file, ..) => subject.of_file(file),
            };
        }
    }
}

const fn other(role: Role) -> Role {
    match role {
        Role::Source => Role::Destination,
        Role::Destination => Role::Source,
    }
}

/// No byte that a fault destroyed leaves the medium.
fn check_bytes(fact: &Fact, findings: &mut Findings) {
    let (role, kind, harm) = match &fact.what {
        What::Answered(role, id, Outcome::Read(blocks)) => {
            let bad = blocks.iter().find(|(_, runs)| runs.is_damaged());
            (*role, "served", bad.map(|(address, _)| format!("{id} was answered with {address}")))
        }
        What::VolumeWriteAsked(role, cp, address, contents) => {
            let harm = is_damaged(contents).then(|| format!("{cp} writes {address}"));
            (*role, "committed", harm)
        }
        What::Sent(_, _, message) | What::Resent(_, _, message) => {
            (Role::Source, "sent", damage_in(message))
        }
        _ => return,
    };
    if let Some(harm) = harm {
        let message = format!("{harm} with bytes that a fault destroyed");
        findings.add(fact, "S19", role, kind, message);
    }
}

/// What a message carries that a fault destroyed.
fn damage_in(message: &Message) -> Option<String> {
    match message {
        Message::Transfer(transfer) => {
            let mut runs = transfer.blocks.iter().chain(&transfer.fragments);
            let name = || format!("transfer {} was sent", transfer.header.id);
            runs.any(Runs::is_damaged).then(name)
        }
        Message::CpData { cp, items, .. } => {
            let bad = items.iter().find(|item| match &item.body {
                ItemBody::Full(contents) => is_damaged(contents),
                ItemBody::Hash(runs) => runs.is_damaged(),
                ItemBody::Reference(_) | ItemBody::Pieces(_) => false,
            });
            bad.map(|item| format!("{cp} sent {}", item.address))
        }
        Message::Wanted { cp, blocks, .. } => {
            let bad = blocks.iter().find(|(_, contents)| is_damaged(contents));
            bad.map(|(address, _)| format!("{cp} sent {address}"))
        }
        Message::NakAnswer { cp, address, contents, .. } => {
            is_damaged(contents).then(|| format!("{cp} sent {address}"))
        }
        _ => None,
    }
}

fn is_damaged(contents: &Contents) -> bool {
    match contents {
        Contents::Data(runs) => runs.is_damaged(),
        Contents::Metadata(_) => false,
    }
}

fn name(spot: Spot) -> String {
    match spot {
        Spot::Volume(address) => address.to_string(),
        Spot::Log(file, offset, _) => format!("NVLog file {} at byte {offset}", file.0),
    }
}
