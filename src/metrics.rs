//! Facts → figures. Reads facts as they come; what it keeps does not grow with the run. Figures of
//! two runs merge.

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
    /// Data blocks sent as a reference and resolved.
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
    /// Bytes not sent; negative where NAKs cost more than references saved.
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
}
