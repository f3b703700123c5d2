//! Works of devices.

use super::budget::{Budget, Left};
use super::taken::taken;
use crate::facts::{Fact, Role, What};
use crate::protocol::block::BlockAddress;
use crate::protocol::wire;
use crate::protocol::{CpId, LogFile, Lsn, TransferId, WriteId};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// One work of a device, from the node's asking to its end: it may wait for others meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkSpan {
    /// Whose device.
    pub role: Role,
    /// What is done.
    pub kind: WorkKind,
    /// When the node asked for it.
    pub began: SimTime,
    /// When it was over.
    pub end: WorkEnd,
}

/// What a device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkKind {
    /// NVRAM takes a log entry: its place, its write and CP, the bytes that it fills.
    Append(Lsn, WriteId, CpId, u64),
    /// Log storage takes a transfer of this CP: the file, and bytes.
    LogWrite(TransferId, CpId, LogFile, u64),
    /// Log storage reads: file, offset, bytes; `None`: a block.
    LogRead(LogFile, u64, Option<u64>),
    /// The volume disks take a shadow page of a CP.
    PageWrite(CpId, BlockAddress),
    /// The volume disks read a block of the committed image.
    PageRead(BlockAddress),
    /// The volume disks read a block of the pinned image.
    PinnedRead(BlockAddress),
}

/// How a work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkEnd {
    /// It was done: what was written is durable; the node did something about what was read.
    Done(SimTime),
    /// The node crashed, or became another: it may be done or not.
    CutShort(SimTime),
    /// The facts do not tell: the node did nothing about what it read, or the run was over before.
    Untold,
}

/// A device of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Device {
    /// Where log entries are durable first.
    Nvram,
    /// `NVLog` files.
    Log,
    /// The volume disks.
    Volume,
}

impl WorkKind {
    /// The device that does it.
    #[must_use]
    pub const fn device(&self) -> Device {
        match self {
            Self::Append(..) => Device::Nvram,
            Self::LogWrite(..) | Self::LogRead(..) => Device::Log,
            Self::PageWrite(..) | Self::PageRead(_) | Self::PinnedRead(_) => Device::Volume,
        }
    }
}

impl WorkSpan {
    /// When it was over, if that is known.
    #[must_use]
    pub const fn ended(&self) -> Option<SimTime> {
        match self.end {
            WorkEnd::Done(at) | WorkEnd::CutShort(at) => Some(at),
            WorkEnd::Untold => None,
        }
    }
}

/// Reads under way that are followed at once. Of a read that a node does nothing about no fact tells
/// the end; the oldest is given up for a new one.
const MOST_READS: usize = 4096;

/// Works under way, and those kept.
#[derive(Debug, Default)]
pub(super) struct Works {
    /// NVRAM's, by place in the log: what is durable is a prefix.
    appends: BTreeMap<(Role, Lsn), WorkSpan>,
    /// Writes and reads of disks, by the number of the fact that asked: what ends them is caused by it.
    writes: BTreeMap<u64, WorkSpan>,
    reads: BTreeMap<u64, WorkSpan>,
    pub kept: Vec<WorkSpan>,
    pub left: Left,
}

impl Works {
    /// Gives how many works began with the fact.
    pub fn take(&mut self, fact: &Fact, budget: &mut Budget) -> u64 {
        if let Some(read) = fact.cause.and_then(|cause| self.reads.remove(&cause)) {
            self.close(read, WorkEnd::Done(fact.at), fact.at, budget);
        }
        if let Some((role, kind)) = begun(&fact.what) {
            self.open(fact, WorkSpan { role, kind, began: fact.at, end: WorkEnd::Untold }, budget);
            return 1;
        }
        if let What::NvramDurable(role, lsn) = &fact.what {
            self.durable(*role, *lsn, fact.at, budget);
        } else if let What::VolumeWritten(..) | What::LogWritten(..) = &fact.what {
            if let Some(write) = fact.cause.and_then(|cause| self.writes.remove(&cause)) {
                self.close(write, WorkEnd::Done(fact.at), fact.at, budget);
            }
        } else if let What::Crashed(role) | What::ChangedPart(role, _) = &fact.what {
            self.cut_short(*role, fact.at, budget);
        }
        0
    }

    /// The run is over: of what is under way no end is told.
    pub fn finish(&mut self, at: SimTime, budget: &mut Budget) {
        let appends = std::mem::take(&mut self.appends).into_values();
        let writes = std::mem::take(&mut self.writes).into_values();
        let reads = std::mem::take(&mut self.reads).into_values();
        for work in appends.chain(writes).collect::<Vec<_>>() {
            self.close(work, WorkEnd::Untold, at, budget);
        }
        for read in reads.collect::<Vec<_>>() {
            let began = read.began;
            self.close(read, WorkEnd::Untold, began, budget);
        }
        // The sort is stable, and what is kept came in a certain order.
        self.kept.sort_by_key(|work| (work.began, work.role, work.kind.device()));
    }

    fn open(&mut self, fact: &Fact, work: WorkSpan, budget: &mut Budget) {
        match work.kind {
            WorkKind::Append(lsn, ..) => {
                self.appends.insert((work.role, lsn), work);
            }
            WorkKind::LogWrite(..) | WorkKind::PageWrite(..) => {
                self.writes.insert(fact.number, work);
            }
            WorkKind::LogRead(..) | WorkKind::PageRead(_) | WorkKind::PinnedRead(_) => {
                self.reads.insert(fact.number, work);
                if self.reads.len() > MOST_READS {
                    let (_, oldest) = self.reads.pop_first().expect("there are many");
                    let began = oldest.began;
                    self.close(oldest, WorkEnd::Untold, began, budget);
                }
            }
        }
    }

    fn durable(&mut self, role: Role, through: Lsn, at: SimTime, budget: &mut Budget) {
        while let Some(entry) = self.appends.range((role, Lsn::ORIGIN)..=(role, through)).next() {
            let name = *entry.0;
            let append = self.appends.remove(&name).expect("it was found");
            self.close(append, WorkEnd::Done(at), at, budget);
        }
    }

    fn cut_short(&mut self, role: Role, at: SimTime, budget: &mut Budget) {
        let mut cut = taken(&mut self.appends, |_, work| work.role == role);
        cut.extend(taken(&mut self.writes, |_, work| work.role == role));
        cut.extend(taken(&mut self.reads, |_, work| work.role == role));
        for work in cut {
            self.close(work, WorkEnd::CutShort(at), at, budget);
        }
    }

    fn close(&mut self, work: WorkSpan, end: WorkEnd, at: SimTime, budget: &mut Budget) {
        if budget.admits(work.began, at, &mut self.left) {
            self.kept.push(WorkSpan { end, ..work });
        }
    }
}

/// The work that begins with this, and whose it is.
fn begun(what: &What) -> Option<(Role, WorkKind)> {
    if let What::Appended(role, _, cp, entry) = what {
        let bytes = wire::entry_in_nvram(entry.range.length);
        Some((*role, WorkKind::Append(entry.lsn, entry.write, *cp, bytes)))
    } else if let What::LogWriteAsked(role, file, _, length, header) = what {
        Some((*role, WorkKind::LogWrite(header.id, header.cp, *file, *length)))
    } else if let What::LogReadAsked(role, file, offset) = what {
        Some((*role, WorkKind::LogRead(*file, *offset, None)))
    } else if let What::FragmentReadAsked(role, file, offset, length) = what {
        Some((*role, WorkKind::LogRead(*file, *offset, Some(*length))))
    } else if let What::VolumeWriteAsked(role, cp, address, _) = what {
        Some((*role, WorkKind::PageWrite(*cp, *address)))
    } else if let What::VolumeReadAsked(role, address) = what {
        Some((*role, WorkKind::PageRead(*address)))
    } else if let What::PinnedReadAsked(role, address) = what {
        Some((*role, WorkKind::PinnedRead(*address)))
    } else {
        None
    }
}
