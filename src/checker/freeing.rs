//! S8: nothing is freed early (Spec 4.3, 5.7). A half is freed after the source's commit and `CP_ACK`,
//! or out of sync after the source's commit alone; an NVLog file after a commit of the destination
//! that covers every entry in it, and a flush since.

use super::Findings;
use super::model::{Claim, Model};
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::{CpId, Epoch, Half, LogFile, Lsn, Message, TransferId};
use std::collections::BTreeMap;

/// What each NVLog file holds.
#[derive(Debug)]
pub struct Freeing {
    files: BTreeMap<LogFile, FileUse>,
    /// The newest entry of each transfer that was sent and may still be stored.
    newest: BTreeMap<(Epoch, CpId, TransferId), Lsn>,
    /// Entries up to here are in an image that the destination committed and flushed since.
    flushed: Lsn,
}

#[derive(Debug)]
struct FileUse {
    /// The newest entry in it.
    newest: Lsn,
    used: u64,
}

impl Default for Freeing {
    fn default() -> Self {
        Self { files: BTreeMap::new(), newest: BTreeMap::new(), flushed: Lsn::ORIGIN }
    }
}

impl Freeing {
    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::HalfFreed(_, half) = &fact.what {
            check_half(fact, *half, model, findings);
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            self.sent(message);
        } else if let What::LogWriteAsked(_, file, offset, length, header) = &fact.what {
            let newest = self.newest.get(&(header.epoch, header.cp, header.id)).copied();
            let newest = newest.unwrap_or(header.first_lsn);
            let held = self.files.entry(*file).or_insert(FileUse { newest, used: 0 });
            if *offset < held.used {
                let message = format!("NVLog file {file} was overwritten at byte {offset}");
                findings.add(fact, "S8", Role::Destination, "log_overwritten", message);
            }
            held.used = held.used.max(offset + length);
            held.newest = held.newest.max(newest);
        } else if let What::Survived(Role::Destination, _) = &fact.what {
            // What was being written may be there or not: the room may be used again.
            for held in self.files.values_mut() {
                held.used = 0;
            }
        } else if let What::Flushed(_) = &fact.what {
            self.flushed = model.committed_through(Role::Destination);
        } else if let What::LogFreed(_, file) = &fact.what {
            self.check_file(fact, *file, findings);
        } else if let What::Committed(Role::Destination, cp, _) = &fact.what {
            self.newest.retain(|(_, held, _), _| held > cp);
        }
    }

    fn sent(&mut self, message: &Message) {
        if let Message::Transfer(transfer) = message
            && let Some(last) = transfer.entries.last()
        {
            let header = transfer.header;
            self.newest.insert((header.epoch, header.cp, header.id), last.lsn);
        }
    }

    fn check_file(&mut self, fact: &Fact, file: LogFile, findings: &mut Findings) {
        let Some(held) = self.files.remove(&file) else { return };
        if held.newest > self.flushed {
            let message = format!(
                "NVLog file {file} was freed before {} was committed and flushed",
                held.newest
            );
            findings.add(fact, "S8", Role::Destination, "log_freed_early", message);
        }
    }
}

fn check_half(fact: &Fact, half: Half, model: &Model, findings: &mut Findings) {
    let Some((cp, entries)) = model.halves.get(&half) else {
        let message = format!("the {half:?} half was freed, though it holds no entries");
        findings.add(fact, "S8", Role::Source, "half_freed_twice", message);
        return;
    };
    let newest = entries.keys().next_back().copied();
    if newest > Some(model.committed_through(Role::Source)) {
        let message = format!("the half of {cp} was freed before the source committed it");
        findings.add(fact, "S8", Role::Source, "half_freed_early", message);
    }
    if model.claim == Claim::InSync && !model.acknowledged.contains(cp) {
        let message = format!("the half of {cp} was freed before CP_ACK came");
        findings.add(fact, "S8", Role::Source, "half_freed_early", message);
    }
}
