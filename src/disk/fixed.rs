//! The `fixed` model: a latency, then a turn on the one data path.
//!
//! Latencies of requests in service overlap; data does not, so that the bandwidth holds for all
//! requests together:
//!
//! ```text
//! done = max(start + latency, path free) + length / bandwidth
//! ```

use super::Extent;
use super::condition::Pace;
use crate::scenario::Fixed;
use crate::units::{Bytes, SimTime};

/// A device of the `fixed` model.
#[derive(Debug)]
pub(super) struct Device {
    model: Fixed,
    /// When the data path has moved all it was given.
    path_free: SimTime,
}

impl Device {
    pub fn new(model: &Fixed) -> Self {
        Self { model: model.clone(), path_free: SimTime::ZERO }
    }

    /// When a request that starts now is done.
    pub fn serve(&mut self, now: SimTime, extent: Extent) -> SimTime {
        let ready = now.after(extent.pace.of(self.model.latency));
        let Some(bandwidth) = self.model.bandwidth else { return ready };
        let transfer = extent.pace.of(bandwidth.time_for(Bytes::new(extent.length)));
        self.path_free = self.path_free.max(ready).after(transfer);
        self.path_free
    }

    /// When a flush is done whose writes are done at `written`.
    pub fn flushed(&self, written: SimTime, pace: Pace) -> SimTime {
        written.after(pace.of(self.model.latency))
    }

    /// The times until which its parts are busy.
    pub fn busy(&mut self) -> impl Iterator<Item = &mut SimTime> {
        std::iter::once(&mut self.path_free)
    }
}
