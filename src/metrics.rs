//! Facts → figures. Reads facts as they come; what it keeps does not grow with the run. Figures of
//! two runs merge.

mod ages;
mod answers;
mod collect;
mod curves;
mod outages;
mod risk;
mod series;

pub use ages::Ages;
pub use answers::Answers;
pub use collect::Collector;
pub use curves::{Curve, Curves, write_latency};
pub use outages::{Exposed, Failure, FailureKind};
pub use series::{SERIES_COLUMNS, Series};

use crate::facts::Direction;
use crate::protocol::wire::Breakdown;
use crate::protocol::{Trigger, WaitCause};
use crate::units::{Bytes, Span};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;

/// What a run did and what it cost.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Operations of clients.
    pub operations: Operations,
    /// Latency of acknowledged writes, in nanoseconds.
    pub write_latency: Latency,
    /// Latency of answered reads, in nanoseconds.
    pub read_latency: Latency,
    /// Consistency points.
    pub synchronization: Synchronization,
    /// From the beginning of each CP to its end, when its space is free.
    pub cp_durations: Latency,
    /// Bytes on the wire, by direction and category, packet overhead included.
    pub wan: [Breakdown; 2],
    /// Messages sent, by direction.
    pub messages: [u64; 2],
    /// What references saved (Spec 9.3).
    pub saved: Saved,
    /// The most of each bounded thing that was in use at once.
    pub peaks: Peaks,
    /// Writes that had to wait, by cause: how many, and for how long in all.
    pub waits: BTreeMap<WaitCause, (u64, Span)>,
    /// What was acknowledged and stood on one side only.
    pub exposed: Exposed,
    /// How old the oldest acknowledged write was that would have been lost with the source's site.
    pub risk: Ages,
    /// Each failure of the run, in order of time.
    pub failures: Vec<Failure>,
}

/// Operations of clients. Flushes are no writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Operations {
    /// Writes asked for.
    pub writes_requested: u64,
    /// Writes acknowledged.
    pub writes_acknowledged: u64,
    /// Writes refused.
    pub writes_refused: u64,
    /// Bytes of acknowledged writes.
    pub bytes_written: Bytes,
    /// Reads answered.
    pub reads: u64,
    /// Bytes of answered reads.
    pub bytes_read: Bytes,
    /// Flushes answered.
    pub flushes: u64,
}

/// A distribution of latencies.
#[derive(Debug, Clone)]
pub struct Latency {
    /// Three significant digits; mean and maximum are kept apart, exactly.
    pub histogram: Histogram<u64>,
    /// The sum, for an exact mean.
    pub total_ns: u128,
    /// The longest, exactly.
    pub max_ns: u64,
}

/// Consistency points.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Synchronization {
    /// CPs that both sides committed.
    pub consistency_points: u64,
    /// CPs by what started them.
    pub by_trigger: BTreeMap<Trigger, u64>,
    /// Data blocks sent in full; a NAKed block counts here.
    pub blocks_full: u64,
    /// Data blocks that the destination took from its log, their bytes not sent again: named by a
    /// reference or as pieces, or under `write-once` by nobody.
    pub blocks_referenced: u64,
    /// Metadata blocks.
    pub metadata_blocks: u64,
    /// References that could not be resolved.
    pub naks: u64,
    /// Time in which at least one write waited for space.
    pub stalled: Span,
}

/// What references saved (Spec 9.3). Wire bytes, packet overhead included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Saved {
    /// Bytes not sent, compared with the same CPs with every block in full; negative where NAKs cost
    /// more than references saved. Under `write-once` that is every data block of every CP that was
    /// sent to its end, since none is sent.
    pub bytes: i64,
    /// Bytes of the synchronization phase as sent, both directions.
    pub synchronization_bytes: u64,
}

/// The most of each bounded thing that was in use at once (S21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peaks {
    /// Bytes in one NVRAM half.
    pub nvram_half_bytes: u64,
    /// Live transfer IDs.
    pub transfer_ids: u64,
    /// Blocks dirty or frozen.
    pub buffers: u64,
    /// Bytes in one NVLog file.
    pub nvlog_file_bytes: u64,
    /// Bytes in the link's queue towards the destination.
    pub link_queue_bytes: u64,
}

impl Figures {
    /// Bytes on the wire in one direction.
    #[must_use]
    pub fn wan_total(&self, direction: Direction) -> u64 {
        self.wan[direction as usize].total()
    }

    /// Adds the figures of another run: sums, distributions, the larger peaks.
    pub fn merge(&mut self, other: &Self) {
        self.operations.merge(&other.operations);
        self.write_latency.merge(&other.write_latency);
        self.read_latency.merge(&other.read_latency);
        self.synchronization.merge(&other.synchronization);
        self.cp_durations.merge(&other.cp_durations);
        for direction in Direction::BOTH {
            self.wan[direction as usize].merge(&other.wan[direction as usize]);
            self.messages[direction as usize] += other.messages[direction as usize];
        }
        self.saved.bytes += other.saved.bytes;
        self.saved.synchronization_bytes += other.saved.synchronization_bytes;
        self.peaks.merge(&other.peaks);
        for (cause, (writes, time)) in &other.waits {
            let wait = self.waits.entry(*cause).or_default();
            *wait = (wait.0 + writes, wait.1.plus(*time));
        }
        self.exposed.out_of_sync = self.exposed.out_of_sync.plus(other.exposed.out_of_sync);
        self.exposed.writes += other.exposed.writes;
        self.exposed.bytes += other.exposed.bytes;
        self.failures.extend(&other.failures);
        self.risk.merge(&other.risk);
    }
}

impl Operations {
    fn merge(&mut self, other: &Self) {
        self.writes_requested += other.writes_requested;
        self.writes_acknowledged += other.writes_acknowledged;
        self.writes_refused += other.writes_refused;
        self.bytes_written = Bytes::new(self.bytes_written.get() + other.bytes_written.get());
        self.reads += other.reads;
        self.bytes_read = Bytes::new(self.bytes_read.get() + other.bytes_read.get());
        self.flushes += other.flushes;
    }
}

impl Synchronization {
    fn merge(&mut self, other: &Self) {
        self.consistency_points += other.consistency_points;
        for (trigger, count) in &other.by_trigger {
            *self.by_trigger.entry(*trigger).or_default() += count;
        }
        self.blocks_full += other.blocks_full;
        self.blocks_referenced += other.blocks_referenced;
        self.metadata_blocks += other.metadata_blocks;
        self.naks += other.naks;
        self.stalled = self.stalled.plus(other.stalled);
    }
}

impl Peaks {
    fn merge(&mut self, other: &Self) {
        self.nvram_half_bytes = self.nvram_half_bytes.max(other.nvram_half_bytes);
        self.transfer_ids = self.transfer_ids.max(other.transfer_ids);
        self.buffers = self.buffers.max(other.buffers);
        self.nvlog_file_bytes = self.nvlog_file_bytes.max(other.nvlog_file_bytes);
        self.link_queue_bytes = self.link_queue_bytes.max(other.link_queue_bytes);
    }
}

impl Latency {
    /// No latencies yet; from 1 ns to a day.
    fn new() -> Self {
        const DAY_NS: u64 = 24 * 3_600_000_000_000;
        let histogram = Histogram::new_with_bounds(1, DAY_NS, 3);
        let histogram = histogram.expect("the bounds and three digits are in range");
        Self { histogram, total_ns: 0, max_ns: 0 }
    }

    fn record(&mut self, latency: Span) {
        let nanos = latency.as_nanos();
        self.histogram.saturating_record(nanos.max(1));
        self.total_ns += u128::from(nanos);
        self.max_ns = self.max_ns.max(nanos);
    }

    /// Forgets what was recorded.
    fn clear(&mut self) {
        self.histogram.reset();
        (self.total_ns, self.max_ns) = (0, 0);
    }

    /// The latency that this share of them does not exceed, to three significant digits.
    #[must_use]
    pub fn quantile(&self, share: f64) -> u64 {
        self.histogram.value_at_quantile(share).min(self.max_ns)
    }

    /// How many were recorded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    fn merge(&mut self, other: &Self) {
        self.histogram.add(&other.histogram).expect("both have the same bounds");
        self.total_ns += other.total_ns;
        self.max_ns = self.max_ns.max(other.max_ns);
    }
}
