//! Works of devices.

mod begun;

use super::budget::{Budget, Left};
use super::taken::taken;
use crate::facts::{Fact, Role, What};
use crate::protocol::block::BlockAddress;
use crate::protocol::{CpId, LogFile, Lsn, TransferRange, WriteId};
use crate::units::SimTime;
use begun::{Begun, begun};
use std::collections::BTreeMap;

/// Works that a node asked one device for at the same moment, of one kind and for the same CP: one or
/// many, as when all pages of a CP are to be written. They last from the node's asking on, and may
/// wait for others meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkSpan {
    /// Whose device.
    pub role: Role,
    /// What is done.
    pub kind: WorkKind,
    /// The consistency point that they belong to; reads belong to none.
    pub cp: Option<CpId>,
    /// How many works.
    pub count: u64,
    /// Their bytes; of volume disks 0, since every work there is a block.
    pub bytes: u64,
    /// Of log entries: the first and the last write.
    pub writes: Option<(WriteId, WriteId)>,
    /// Of writes to log storage: the first and the last transfer.
    pub transfers: Option<TransferRange>,
    /// Of log storage: the file of the first.
    pub file: Option<LogFile>,
    /// Of volume disks: the lowest and the highest block.
    pub blocks: Option<(BlockAddress, BlockAddress)>,
    /// When the node asked for them.
    pub began: SimTime,
    /// Of how many the facts tell that they were done. Of a read they do only if the node does
    /// something about that read, and not when it waits for the next.
    pub told: u64,
    /// When they were over.
    pub end: WorkEnd,
}

/// What a device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkKind {
    /// NVRAM takes log entries.
    Append,
    /// Log storage takes transfers.
    LogWrite,
    /// Log storage reads blocks or fragments.
    LogRead,
    /// The volume disks take shadow pages of a CP.
    PageWrite,
    /// The volume disks read blocks of the committed image.
    PageRead,
    /// The volume disks read blocks of the pinned image.
    PinnedRead,
}

/// How works ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkEnd {
    /// When the last of those was done of which the facts tell: what was written is durable, what was
    /// read is with the node.
    Done(SimTime),
    /// The node crashed, or became another: what is not told of may be done or not.
    CutShort(SimTime),
    /// The facts tell of none.
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
    pub const fn device(self) -> Device {
        match self {
            Self::Append => Device::Nvram,
            Self::LogWrite | Self::LogRead => Device::Log,
            Self::PageWrite | Self::PageRead | Self::PinnedRead => Device::Volume,
        }
    }

    /// Whether the device only reads.
    #[must_use]
    pub const fn is_read(self) -> bool {
        match self {
            Self::LogRead | Self::PageRead | Self::PinnedRead => true,
            Self::Append | Self::LogWrite | Self::PageWrite => false,
        }
    }
}

impl WorkSpan {
    /// When they were over, if that is known.
    #[must_use]
    pub const fn ended(&self) -> Option<SimTime> {
        match self.end {
            WorkEnd::Done(at) | WorkEnd::CutShort(at) => Some(at),
            WorkEnd::Untold => None,
        }
    }

    /// Whether `self` was asked for together with `other`.
    fn is_with(&self, other: &Self) -> bool {
        let name = |span: &Self| (span.role, span.kind, span.cp, span.began);
        name(self) == name(other)
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.bytes += other.bytes;
        if let (Some(all), Some(own)) = (&mut self.writes, other.writes) {
            all.1 = own.1;
        }
        if let (Some(all), Some(own)) = (&mut self.transfers, other.transfers) {
            all.last = own.last;
        }
        if let (Some(all), Some(own)) = (&mut self.blocks, other.blocks) {
            *all = (all.0.min(own.0), all.1.max(own.1));
        }
    }
}

/// Works under way that are followed at once, of reads alone. Of a read that a node does nothing
/// about no fact tells the end; the oldest are given up for new ones.
const MOST_READS: usize = 4096;

/// Works under way, and those kept.
#[derive(Debug, Default)]
pub(super) struct Works {
    /// By the number of the fact that asked for the first of each; with how many are followed still.
    open: BTreeMap<u64, (WorkSpan, u64)>,
    /// The last of each side and kind: what is asked for next may go with it.
    last: BTreeMap<(Role, WorkKind), u64>,
    /// NVRAM's, by place in the log: what is durable is a prefix.
    appends: BTreeMap<(Role, Lsn), u64>,
    /// Disks', by the number of the fact that asked, which causes what ends them.
    writes: BTreeMap<u64, u64>,
    reads: BTreeMap<u64, u64>,
    pub kept: Vec<WorkSpan>,
    pub left: Left,
}

/// What began with a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// No work.
    Nothing,
    /// A work that goes with others.
    Work,
    /// A work, and a span with it.
    Span,
}

impl Works {
    pub fn take(&mut self, fact: &Fact, budget: &mut Budget) -> Beginning {
        if let Some(name) = fact.cause.and_then(|cause| self.reads.remove(&cause)) {
            self.done(name, fact.at, budget);
        }
        if let Some(begun) = begun(fact) {
            return self.begin(fact.number, &begun, budget);
        }
        if let What::NvramDurable(role, lsn) = &fact.what {
            let durable = (*role, Lsn::ORIGIN)..=(*role, *lsn);
            while let Some((entry, name)) = self.appends.range(durable.clone()).next() {
                let (entry, name) = (*entry, *name);
                self.appends.remove(&entry);
                self.done(name, fact.at, budget);
            }
        } else if let What::VolumeWritten(..) | What::LogWritten(..) = &fact.what {
            if let Some(name) = fact.cause.and_then(|cause| self.writes.remove(&cause)) {
                self.done(name, fact.at, budget);
            }
        } else if let What::Crashed(role) | What::ChangedPart(role, _) = &fact.what {
            self.cut_short(*role, fact.at, budget);
        }
        Beginning::Nothing
    }

    /// The run is over: more is not told.
    pub fn finish(&mut self, at: SimTime, budget: &mut Budget) {
        for (span, _) in std::mem::take(&mut self.open).into_values() {
            self.close(span, at, budget);
        }
        self.kept.sort_by_key(|work| (work.began, work.role, work.kind, work.cp));
    }

    fn begin(&mut self, number: u64, begun: &Begun, budget: &mut Budget) -> Beginning {
        let Begun { lsn, span } = begun;
        let last = self.last.get(&(span.role, span.kind)).copied();
        let together = last.and_then(|name| Some((name, self.open.get_mut(&name)?)));
        let together = together.filter(|(_, (open, _))| open.is_with(span));
        let (name, beginning) = if let Some((name, (open, follows))) = together {
            open.join(span);
            *follows += 1;
            (name, Beginning::Work)
        } else {
            self.open.insert(number, (*span, 1));
            self.last.insert((span.role, span.kind), number);
            (number, Beginning::Span)
        };
        if let Some(lsn) = lsn {
            self.appends.insert((span.role, *lsn), name);
        } else if span.kind.is_read() {
            self.reads.insert(number, name);
            if self.reads.len() > MOST_READS {
                self.give_up(span.began, budget);
            }
        } else {
            self.writes.insert(number, name);
        }
        beginning
    }

    /// Follows the oldest read no more.
    fn give_up(&mut self, at: SimTime, budget: &mut Budget) {
        if let Some((_, name)) = self.reads.pop_first() {
            self.forget(name, at, budget);
        }
    }

    /// One of the works of a span is done.
    fn done(&mut self, name: u64, at: SimTime, budget: &mut Budget) {
        if let Some((span, _)) = self.open.get_mut(&name) {
            span.told += 1;
            span.end = WorkEnd::Done(at);
            self.forget(name, at, budget);
        }
    }

    /// One of the works of a span is followed no more.
    fn forget(&mut self, name: u64, at: SimTime, budget: &mut Budget) {
        let Some((span, follows)) = self.open.get_mut(&name) else { return };
        *follows -= 1;
        if *follows == 0 {
            let span = *span;
            self.open.remove(&name);
            self.close(span, at, budget);
        }
    }

    fn cut_short(&mut self, role: Role, at: SimTime, budget: &mut Budget) {
        for (mut span, _) in taken(&mut self.open, |_, (span, _)| span.role == role) {
            let over = matches!(span.end, WorkEnd::Done(_)) && span.kind.is_read();
            if !over {
                span.end = WorkEnd::CutShort(at);
            }
            self.close(span, at, budget);
        }
        let open = &self.open;
        self.appends.retain(|_, name| open.contains_key(name));
        self.writes.retain(|_, name| open.contains_key(name));
        self.reads.retain(|_, name| open.contains_key(name));
    }

    /// `at`: now. Reads are over when the last was told of, if ever.
    fn close(&mut self, span: WorkSpan, at: SimTime, budget: &mut Budget) {
        let told = span.ended().unwrap_or(span.began);
        let ended = if span.kind.is_read() { told } else { at };
        if budget.admits_many(span.began, ended, span.count, &mut self.left) {
            self.kept.push(span);
        }
    }
}
