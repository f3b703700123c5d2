//! A device: requests go in, and it says when each will be done (Spec 8.2).
//!
//! [`Disk`] is the queue that every model shares. Requests enter service in the order they came, at
//! most a queue depth of them at once; the model then knows when each is done. The host schedules
//! an event for each [`Started`] and calls [`Disk::finished`] when it happens, which frees a place
//! for one that waits. A disk has no contents: those are [`Image`] and [`LogStorage`]; [`NvramStore`]
//! and [`StateStore`] are memory and small records that need no device.
//!
//! A host whose devices can fail sets a [`DiskCondition`], and drops the events of a [`Started`] whose
//! life is over.
//!
//! A flush takes a place like any other request. It is done when every write submitted before it
//! is, plus the latency of a `fixed` device; on `ssd` and `hdd` it costs nothing of its own.
//!
//! Not here: caches, read-ahead, garbage collection. The number of waiting requests is the
//! host's to bound: a node has a bounded number of requests under way.
//!
//! [`LogStorage`] knows transfers and [`Image`] blocks, so this module imports `protocol`.

mod condition;
mod fixed;
mod hdd;
mod image;
mod log;
mod nvram;
mod ssd;
mod state;

pub use condition::{DiskCondition, Motion};
pub use image::{Image, Stored, Version};
pub use log::{BlockRead, LogStorage, Scanned, ScannedRecord};
pub use nvram::{NvramDamage, NvramStore, RecoveredNvram};
pub use state::StateStore;

use crate::scenario::DiskModel;
use crate::units::SimTime;
use condition::Pace;
use smallvec::SmallVec;
use std::collections::{BTreeMap, VecDeque};

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads bytes.
    Read,
    /// Writes bytes.
    Write,
    /// Waits for every write submitted before it; position and length mean nothing.
    Flush,
}

/// One request to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<T> {
    /// The host's name for it, given back when it starts.
    pub token: T,
    /// What it does.
    pub kind: Access,
    /// First byte on the device; an `hdd` wraps it at its capacity, the others have none.
    pub position: u64,
    /// Number of bytes; zero costs what a request costs without any data.
    pub length: u64,
}

/// A request that went into service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started<T> {
    /// When it will be done; the host then calls [`Disk::finished`].
    pub done: SimTime,
    /// The host's name for it.
    pub token: T,
    /// The promise holds while this is [`Disk::life`]; see [`Disk::clear`] and
    /// [`Disk::set_condition`].
    pub life: u32,
}

/// A device queue. `T` is whatever the host wants back when a request starts. It is kept until the
/// request is done, so that a crash can give it back, and is best cheap to clone.
#[derive(Debug)]
pub struct Disk<T> {
    device: Device,
    depth: usize,
    waiting: VecDeque<Request<T>>,
    /// Requests in service by when they are done, then by their number; never more than `depth`.
    in_service: BTreeMap<(SimTime, u64), T>,
    /// Requests started so far; the number of the next one.
    starts: u64,
    /// When the last of all writes started so far is done.
    written: SimTime,
    condition: DiskCondition,
    /// While it is stalled or dead: since when. Times in service are then those of before.
    halted: Option<SimTime>,
    life: u32,
}

#[derive(Debug)]
enum Device {
    Fixed(fixed::Device),
    Ssd(ssd::Device),
    Hdd(hdd::Device),
}

/// The part of a request that a model looks at.
#[derive(Debug, Clone, Copy)]
struct Extent {
    direction: Direction,
    position: u64,
    length: u64,
    pace: Pace,
}

/// Which way data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Read,
    Write,
}

impl<T: Clone> Disk<T> {
    /// An idle device of this model; its queue depth must not be zero.
    #[must_use]
    pub fn new(model: &DiskModel) -> Self {
        let (device, depth) = match model {
            DiskModel::Fixed(model) => {
                (Device::Fixed(fixed::Device::new(model)), model.queue_depth)
            }
            DiskModel::Ssd(model) => (Device::Ssd(ssd::Device::new(model)), model.queue_depth),
            DiskModel::Hdd(model) => (Device::Hdd(hdd::Device::new(model)), model.queue_depth),
        };
        assert!(depth > 0, "a device serves at least one request at a time");
        Self {
            device,
            depth: usize::try_from(depth).expect("a queue depth fits usize"),
            waiting: VecDeque::new(),
            in_service: BTreeMap::new(),
            starts: 0,
            written: SimTime::ZERO,
            condition: DiskCondition::FINE,
            halted: None,
            life: 0,
        }
    }

    /// Takes a request; adds to `started` what goes into service because of it.
    pub fn submit(&mut self, now: SimTime, request: Request<T>, started: &mut Vec<Started<T>>) {
        if self.halted.is_none() {
            self.assert_all_reported(now);
        }
        self.waiting.push_back(request);
        self.start(now, started);
    }

    /// The earliest request in service is done, at the time that was promised; adds to `started`
    /// what goes into service in its place.
    pub fn finished(&mut self, now: SimTime, started: &mut Vec<Started<T>>) {
        assert!(self.halted.is_none(), "nothing is done during a stall");
        let first = self.in_service.pop_first();
        let ((done, _), _) = first.expect("only a request in service can finish");
        assert!(done == now, "a request is done at the time promised, {done}, not {now}");
        self.start(now, started);
    }

    /// Requests not yet in service.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Requests in service.
    #[must_use]
    pub fn in_service(&self) -> usize {
        self.in_service.len()
    }

    fn assert_all_reported(&self, now: SimTime) {
        let earliest = self.in_service.first_key_value().map(|((done, _), _)| *done);
        assert!(earliest.is_none_or(|done| done >= now), "a finished request was not reported");
    }

    /// Starts the oldest waiting requests that have a place, in the order they came.
    fn start(&mut self, now: SimTime, started: &mut Vec<Started<T>>) {
        let count = self.places().min(self.waiting.len());
        let batch: SmallVec<[Request<T>; 4]> = self.waiting.drain(..count).collect();
        let pace = Pace(self.condition.slowdown);
        let times = self.device.serve(now, pace, &batch);
        for (request, moved) in batch.into_iter().zip(times) {
            let done = match request.kind {
                Access::Read => moved,
                Access::Write => {
                    self.written = self.written.max(moved);
                    moved
                }
                Access::Flush => self.device.flushed(self.written.max(now), pace),
            };
            self.in_service.insert((done, self.starts), request.token.clone());
            self.starts += 1;
            started.push(Started { done, token: request.token, life: self.life });
        }
        assert!(self.in_service.len() <= self.depth, "no more in service than the queue depth");
    }

    /// How many requests may start now. One head serves a batch, then takes the next.
    fn places(&self) -> usize {
        if self.halted.is_some() {
            return 0;
        }
        match self.device {
            Device::Fixed(_) | Device::Ssd(_) => self.depth - self.in_service.len(),
            Device::Hdd(_) if self.in_service.is_empty() => self.depth,
            Device::Hdd(_) => 0,
        }
    }
}

impl Device {
    /// When the data of each request has been moved; `now` for a flush, which moves none.
    fn serve<T>(
        &mut self,
        now: SimTime,
        pace: Pace,
        batch: &[Request<T>],
    ) -> SmallVec<[SimTime; 4]> {
        let mut times: SmallVec<[SimTime; 4]> = SmallVec::from_elem(now, batch.len());
        for place in self.order(batch) {
            let request = &batch[place];
            let direction = match request.kind {
                Access::Read => Direction::Read,
                Access::Write => Direction::Write,
                Access::Flush => continue,
            };
            let (position, length) = (request.position, request.length);
            let extent = Extent { direction, position, length, pace };
            times[place] = match self {
                Self::Fixed(device) => device.serve(now, extent),
                Self::Ssd(device) => device.serve(now, extent),
                Self::Hdd(device) => device.serve(now, extent),
            };
        }
        times
    }

    /// The order in which a batch is served: as submitted, or one ascending sweep of the head.
    fn order<T>(&self, batch: &[Request<T>]) -> SmallVec<[usize; 4]> {
        let mut order: SmallVec<[usize; 4]> = (0..batch.len()).collect();
        match self {
            Self::Fixed(_) | Self::Ssd(_) => {}
            Self::Hdd(device) => order.sort_by_key(|&place| device.place(batch[place].position)),
        }
        order
    }

    /// When a flush is done whose writes are done at `written`.
    fn flushed(&self, written: SimTime, pace: Pace) -> SimTime {
        match self {
            Self::Fixed(device) => device.flushed(written, pace),
            Self::Ssd(_) | Self::Hdd(_) => written,
        }
    }
}

#[cfg(test)]
mod tests;
