//! Works of a device that follow one another, drawn as one bar where there are very many: at a
//! consistency point every dirty block is a work.

use super::words::area;
use crate::protocol::block::BlockAddress;
use crate::timeline::{WorkEnd, WorkKind, WorkSpan};
use crate::units::SimTime;

/// As many bars of a side and kind are drawn singly.
const SINGLE: usize = 240;

/// One work, or several that overlap in time and are of one consistency point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub began: SimTime,
    /// When the last was over; `None`: of none it is known.
    pub ended: Option<SimTime>,
    /// How many were cut short.
    pub cut: u8,
    /// How many there are.
    pub count: u64,
    /// What they are about; of several, what the first is about.
    pub about: About,
}

/// The numbers of a work; those that its kind does not have are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct About {
    pub lsn: Option<u64>,
    pub client: Option<u64>,
    pub op: Option<u64>,
    pub cp: Option<u64>,
    pub transfer: Option<u64>,
    pub file: Option<u64>,
    pub offset: Option<u64>,
    pub bytes: Option<u64>,
    pub volume: Option<u64>,
    pub block: Option<u64>,
    /// The highest block.
    pub until_block: Option<u64>,
    pub area: Option<u64>,
}

impl Run {
    /// Works of one side and kind, in the order of their beginnings, as runs.
    pub fn all(works: &[&WorkSpan]) -> Vec<Self> {
        let most = works.len().div_ceil(SINGLE) as u64;
        let mut runs: Vec<Self> = Vec::new();
        for work in works {
            let one = Self::of(work);
            match runs.last_mut() {
                Some(run) if run.count < most && run.takes(&one) => run.add(&one),
                Some(_) | None => runs.push(one),
            }
        }
        runs
    }

    fn of(work: &WorkSpan) -> Self {
        let cut = match work.end {
            WorkEnd::CutShort(_) => 1,
            WorkEnd::Done(_) | WorkEnd::Untold => 0,
        };
        let (began, ended) = (work.began, work.ended());
        Self { began, ended, cut, count: 1, about: About::of(work.kind) }
    }

    /// Whether the next one overlaps and is of the same kind of blocks.
    fn takes(&self, next: &Self) -> bool {
        let (about, other) = (&self.about, &next.about);
        next.began <= self.ended.unwrap_or(self.began)
            && (about.cp, about.volume, about.area) == (other.cp, other.volume, other.area)
    }

    fn add(&mut self, next: &Self) {
        self.ended = self.ended.max(next.ended);
        self.cut = self.cut.max(next.cut);
        self.count += next.count;
        self.about.block = self.about.block.min(next.about.block);
        self.about.until_block = self.about.until_block.max(next.about.until_block);
        let sum = self.about.bytes.zip(next.about.bytes).map(|(one, other)| one + other);
        self.about.bytes = sum;
    }
}

impl About {
    fn of(kind: WorkKind) -> Self {
        match kind {
            WorkKind::Append(lsn, write, cp, bytes) => Self {
                lsn: Some(lsn.sequence),
                client: Some(u64::from(write.client.0)),
                op: Some(write.op.0),
                cp: Some(cp.number.0),
                bytes: Some(bytes),
                ..Self::default()
            },
            WorkKind::LogWrite(transfer, cp, file, bytes) => Self {
                transfer: Some(u64::from(transfer.0)),
                cp: Some(cp.number.0),
                file: Some(u64::from(file.0)),
                bytes: Some(bytes),
                ..Self::default()
            },
            WorkKind::LogRead(file, offset, bytes) => Self {
                file: Some(u64::from(file.0)),
                offset: Some(offset),
                bytes,
                ..Self::default()
            },
            WorkKind::PageWrite(cp, address) => Self { cp: Some(cp.number.0), ..Self::at(address) },
            WorkKind::PageRead(address) | WorkKind::PinnedRead(address) => Self::at(address),
        }
    }

    fn at(address: BlockAddress) -> Self {
        Self {
            volume: Some(u64::from(address.volume.0)),
            block: Some(address.index),
            until_block: Some(address.index),
            area: area(address),
            ..Self::default()
        }
    }
}
