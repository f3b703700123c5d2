//! The most that is written in any interval.

use crate::trace::Record;
use crate::units::{Bytes, Span};

/// The most that is written between two consistency points, each number by itself: one point may have
/// the most bytes and another one the most writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PeakPoint {
    /// Bytes.
    pub bytes: Bytes,
    /// Writes.
    pub writes: u64,
}

/// Counts interval by interval; they begin at multiples of their length.
#[derive(Debug)]
pub(super) struct Peak {
    every: Span,
    current: u64,
    now: PeakPoint,
    most: PeakPoint,
}

impl Peak {
    pub(super) fn new(every: Span) -> Self {
        Self { every, current: 0, now: PeakPoint::default(), most: PeakPoint::default() }
    }

    pub(super) fn add(&mut self, write: &Record) {
        let interval = write.time.as_nanos() / self.every.as_nanos();
        if interval != self.current {
            (self.current, self.now) = (interval, PeakPoint::default());
        }
        self.now.bytes = Bytes::new(self.now.bytes.get().saturating_add(write.length));
        self.now.writes += 1;
        self.most.bytes = self.most.bytes.max(self.now.bytes);
        self.most.writes = self.most.writes.max(self.now.writes);
    }

    pub(super) const fn most(&self) -> PeakPoint {
        self.most
    }
}
