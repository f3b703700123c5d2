//! S8: nothing is freed early (Spec 4.3, 5.7). A half is freed after the source's commit and `CP_ACK`,
//! or after the source's commit alone, out of sync and where the destination gets snapshots; an NVLog file after a commit of the destination
//! that covers every entry in it, and a flush since.

use super::Findings;
use super::model::{Claim, Model};
use crate::facts::{Direction, Fact, Role, Spot, What};
use crate::protocol::{
    CpId, Epoch, Half, Incarnation, LogFile, Lsn, Message, Mirroring, TransferId, Void,
};
use std::collections::BTreeMap;

/// What each NVLog file holds.
#[derive(Debug)]
pub struct Freeing {
    files: BTreeMap<LogFile, FileUse>,
    /// The newest entry of each transfer that was sent and may still be stored.
    newest: BTreeMap<(Epoch, CpId, TransferId), Lsn>,
    /// Where each transfer was asked to be written.
    places: BTreeMap<(Epoch, CpId, TransferId), (LogFile, u64)>,
    /// Entries that never became durable at the source, and keep no file (Spec 7.1).
    voids: Vec<Void>,
    /// Entries up to here are in an image that the destination committed and flushed since.
    flushed: Lsn,
}

#[derive(Debug, Default)]
struct FileUse {
    /// By offset. What a fault spoiled keeps no file: nothing can be made of it any more.
    records: BTreeMap<u64, Record>,
    used: u64,
}

/// A transfer in a file.
#[derive(Debug)]
struct Record {
    length: u64,
    cp: CpId,
    newest: Lsn,
    state: RecordState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordState {
    Asked,
    Durable,
}

impl Default for Freeing {
    fn default() -> Self {
        Self {
            files: BTreeMap::new(),
            newest: BTreeMap::new(),
            places: BTreeMap::new(),
            voids: Vec::new(),
            flushed: Lsn::ORIGIN,
        }
    }
}

impl Freeing {
    /// A new reign begins: the log of the promoted side is freed once its image holds it, and the other
    /// side begins with an empty one.
    pub fn begin_reign(&mut self) {
        *self = Self::default();
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::HalfFreed(_, half) = &fact.what {
            check_half(fact, *half, model, findings);
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            self.sent(message);
        } else if let What::LogWriteAsked(_, file, offset, length, header) = &fact.what {
            let name = (header.epoch, header.cp, header.id);
            self.places.insert(name, (*file, *offset));
            let newest = self.newest.get(&name).copied().unwrap_or(header.first_lsn);
            let held = self.files.entry(*file).or_default();
            if *offset < held.used {
                let message = format!("NVLog file {file} was overwritten at byte {offset}");
                findings
                    .add(fact, "S8", Role::Destination, "log_overwritten", message)
                    .of_file(*file);
            }
            held.used = held.used.max(offset + length);
            let (length, cp, state) = (*length, header.cp, RecordState::Asked);
            held.records.insert(*offset, Record { length, cp, newest, state });
        } else if let What::Survived(Role::Destination, _) = &fact.what {
            // What was being written may be there or not: the room may be used again.
            for held in self.files.values_mut() {
                held.used = 0;
                held.records.retain(|_, record| record.state == RecordState::Durable);
            }
        } else if let What::Spoiled(Role::Destination, Spot::Log(file, offset, length)) = &fact.what
        {
            if let Some(held) = self.files.get_mut(file) {
                let end = offset + length;
                held.records.retain(|at, record| *at >= end || at + record.length <= *offset);
            }
        } else if let What::Survived(Role::Source, newest) = &fact.what {
            let after = newest.unwrap_or(Lsn::ORIGIN).max(model.committed_through(Role::Source));
            let until = Lsn { incarnation: Incarnation(u32::MAX), ..after };
            self.voids.push(Void { after, until });
        } else if let What::NvramDurable(_, lsn) = &fact.what {
            // The first entry of the next life ends what is void.
            if let Some(void) = self.voids.last_mut().filter(|void| void.contains(*lsn)) {
                void.until = *lsn;
            }
        } else if let What::LogWritten(_, file, header) = &fact.what {
            let place = self.places.remove(&(header.epoch, header.cp, header.id));
            if let Some((_, offset)) = place.filter(|(held, _)| held == file)
                && let Some(held) = self.files.get_mut(file)
                && let Some(record) = held.records.get_mut(&offset)
            {
                record.state = RecordState::Durable;
            }
        } else if let What::Flushed(_) = &fact.what {
            self.flushed = model.committed_through(Role::Destination);
        } else if let What::LogFreed(_, file) = &fact.what {
            self.check_file(fact, *file, findings);
        } else if let What::Committed(Role::Destination, cp, _) = &fact.what {
            self.newest.retain(|(_, held, _), _| held > cp);
            self.places.retain(|(_, held, _), _| held > cp);
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
        let last = held.records.values().max_by_key(|record| record.newest);
        let Some(&Record { cp, mut newest, .. }) = last else { return };
        while let Some(void) = self.voids.iter().find(|void| void.contains(newest)) {
            newest = void.after;
        }
        if newest > self.flushed {
            let message = format!(
                "NVLog file {file} was freed before {newest} of {cp} was committed and flushed"
            );
            let subject = findings.add(fact, "S8", Role::Destination, "log_freed_early", message);
            subject.of_file(file).of_cp(cp).of_entry(newest);
        }
    }
}

fn check_half(fact: &Fact, half: Half, model: &Model, findings: &mut Findings) {
    let Some((cp, entries)) = model.halves.get(&half) else {
        let message = format!("the {half:?} half was freed, though it holds no entries");
        findings.add(fact, "S8", Role::Source, "half_freed_twice", message).of_half(half);
        return;
    };
    let newest = entries.keys().next_back().copied();
    if newest > Some(model.committed_through(Role::Source)) {
        let message = format!("the half of {cp} was freed before the source committed it");
        let subject = findings.add(fact, "S8", Role::Source, "half_freed_early", message);
        subject.of_half(half).of_cp(*cp);
    }
    // Snapshots are sent of what is on disk: nothing of a half is needed any more (Spec 10).
    let alone = model.claim == Claim::OutOfSync || model.mirroring == Mirroring::Snapshots;
    if !alone && !model.acknowledged.contains(cp) {
        let message = format!("the half of {cp} was freed before CP_ACK came");
        let subject = findings.add(fact, "S8", Role::Source, "half_freed_early", message);
        subject.of_half(half).of_cp(*cp);
    }
}
