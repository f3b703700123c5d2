//! Devices of a site: a queue that takes time, and contents that change when a request is done.

use super::media::{Course, Found};
use crate::disk::{Access, Disk, DiskCondition, Request, Started};
use crate::facts::Role;
use crate::protocol::block::{Area, BlockAddress, BlockSize, Contents, Runs};
use crate::protocol::{CommitRecord, CpId, LogFile, Scanned, Ticket, Transfer};
use crate::scenario::DiskModel;
use crate::units::SimTime;
use std::rc::Rc;

/// What a request to a device does when it is done. Reads hold what was there when they were asked
/// for: a block is never changed under a read of it, since shadow pages lie elsewhere.
#[derive(Debug, Clone)]
pub enum Io {
    /// A block of the volume disks was read.
    VolumeRead(Ticket, BlockAddress, Found<Contents>),
    /// A shadow page is durable, or so the disk says.
    VolumeWrite(Ticket, CpId, BlockAddress, Contents, Course),
    /// A CP's commit record is durable.
    Commit(CommitRecord),
    /// A transfer is durable in an NVLog file, or so the disk says.
    LogWrite(Ticket, LogFile, u64, Transfer, Course),
    /// A block or a fragment of an NVLog file was read.
    LogRead(Ticket, LogPlace, Found<Runs>),
    /// All of log storage was read.
    LogScan(Vec<Scanned>),
    /// Log storage was flushed.
    LogFlush,
}

/// A stretch of an NVLog file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPlace {
    pub file: LogFile,
    pub offset: u64,
    pub length: u64,
}

/// Which device of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device(pub Role, pub Kind);

/// Which device of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The volume disks.
    Volume,
    /// Log storage.
    Log,
}

/// A request under way: what it does, and the fact that asked for it. Shared, since the device keeps
/// it until it is done.
pub type Asked = Rc<(Io, u64)>;

/// A request for a device.
#[must_use]
pub fn asked(io: Io, fact: u64) -> Asked {
    Rc::new((io, fact))
}

/// A device's queue, and the requests that went into service.
#[derive(Debug)]
pub struct Server {
    disk: Disk<Asked>,
    started: Vec<Started<Asked>>,
    /// Writes that find no room; `None`: there is room.
    refused: Option<Vec<Request<Asked>>>,
    /// Requests numbered so far.
    numbered: u64,
}

impl Server {
    /// An idle device.
    #[must_use]
    pub fn new(model: &DiskModel) -> Self {
        Self { disk: Disk::new(model), started: Vec::new(), refused: None, numbered: 0 }
    }

    /// The number of the next request: it names its draws.
    pub const fn next_number(&mut self) -> u64 {
        let number = self.numbered;
        self.numbered += 1;
        number
    }

    /// Whether requests are in service or wait for it.
    pub fn is_busy(&self) -> bool {
        self.disk.in_service() + self.disk.waiting() > 0
    }

    /// Whether what went into service since the last call of [`Self::started`] takes any time of the
    /// device: a flush waits for others and takes none itself.
    pub fn has_started(&self) -> bool {
        let takes_time = |started: &Started<Asked>| !matches!(started.token.0, Io::LogFlush);
        self.started.iter().any(takes_time)
    }

    /// Takes a request.
    pub fn submit(&mut self, now: SimTime, request: Request<Asked>) {
        if let Some(refused) = self.refused.as_mut().filter(|_| request.kind == Access::Write) {
            refused.push(request);
            return;
        }
        self.disk.submit(now, request, &mut self.started);
    }

    /// The earliest request in service is done.
    pub fn finished(&mut self, now: SimTime) {
        self.disk.finished(now, &mut self.started);
    }

    /// The device is slow, stalled or dead, or fine again.
    pub fn set_condition(&mut self, now: SimTime, condition: DiskCondition) {
        self.disk.set_condition(now, condition, &mut self.started);
    }

    /// No write finds room from now on.
    pub fn fill(&mut self) {
        self.refused.get_or_insert_default();
    }

    /// There is room again: the writes that waited go on.
    pub fn make_room(&mut self, now: SimTime) {
        for request in self.refused.take().unwrap_or_default() {
            self.submit(now, request);
        }
    }

    /// Drops everything; gives what was in service.
    pub fn clear(&mut self, now: SimTime) -> Vec<Asked> {
        self.started.clear();
        if let Some(refused) = &mut self.refused {
            refused.clear();
        }
        self.disk.clear(now)
    }

    /// The device's life: promises of an earlier one are void.
    #[must_use]
    pub const fn life(&self) -> u32 {
        self.disk.life()
    }

    /// The requests that went into service since the last call: each is an event to come.
    pub fn started(&mut self) -> std::vec::Drain<'_, Started<Asked>> {
        self.started.drain(..)
    }
}

/// A request for a block of the volume disks. A shadow page lies near its home: volumes follow one
/// another at distances of 1 TiB, metadata behind the data; a small disk wraps.
#[must_use]
pub fn volume_request(
    kind: Access,
    address: BlockAddress,
    size: BlockSize,
    token: Asked,
) -> Request<Asked> {
    let length = size.bytes().get();
    let area = match address.area {
        Area::Data => 0,
        Area::Indirect(level) => u64::from(level) << 36,
        Area::Bitmap => 1 << 35,
    };
    let volume = u64::from(address.volume.0) << 40;
    let position = address.index.wrapping_mul(length).wrapping_add(volume).wrapping_add(area);
    Request { token, kind, position, length }
}

/// A request for a range of an NVLog file; files lie 1 GiB apart.
#[must_use]
pub fn log_request(
    kind: Access,
    file: LogFile,
    offset: u64,
    length: u64,
    token: Asked,
) -> Request<Asked> {
    let position = (u64::from(file.0) << 30).wrapping_add(offset);
    Request { token, kind, position, length }
}
