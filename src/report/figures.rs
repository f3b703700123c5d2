//! The figures of a report: counters and distributions under their keys.

use crate::facts::Direction;
use crate::metrics::{Exposed, Failure, Figures, Latency, Operations, Peaks};
use crate::protocol::wire::{Breakdown, Category};
use crate::units::{SimTime, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Writes of clients.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WriteCounts {
    /// Asked for.
    pub requested: u64,
    /// Acknowledged.
    pub acknowledged: u64,
    /// Refused.
    pub refused: u64,
    /// Bytes of acknowledged writes.
    pub bytes: u64,
    /// Acknowledged writes for every second of simulated time.
    pub per_second: Option<f64>,
}

impl WriteCounts {
    pub(super) fn of(operations: &Operations, simulated: SimTime) -> Self {
        let per_ns = quotient(operations.writes_acknowledged, simulated.as_nanos());
        Self {
            per_second: per_ns.map(|writes| writes * 1e9),
            requested: operations.writes_requested,
            acknowledged: operations.writes_acknowledged,
            refused: operations.writes_refused,
            bytes: operations.bytes_written.get(),
        }
    }
}

/// Operations of clients that are no writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationCounts {
    /// Reads answered.
    pub reads: u64,
    /// Bytes of answered reads.
    pub read_bytes: u64,
    /// Flushes answered.
    pub flushes: u64,
}

impl OperationCounts {
    pub(super) const fn of(operations: &Operations) -> Self {
        let Operations { reads, bytes_read, flushes, .. } = *operations;
        Self { reads, read_bytes: bytes_read.get(), flushes }
    }
}

/// How long clients waited for answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latencies {
    /// Acknowledged writes.
    pub write: LatencySummary,
    /// Answered reads.
    pub read: LatencySummary,
}

impl Latencies {
    pub(super) fn of(figures: &Figures) -> Self {
        let Figures { write_latency, read_latency, .. } = figures;
        Self { write: LatencySummary::of(write_latency), read: LatencySummary::of(read_latency) }
    }
}

/// A distribution of latencies. Count, mean and maximum are exact; percentiles have three
/// significant digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencySummary {
    /// How many.
    pub count: u64,
    /// The mean, rounded down.
    pub mean_ns: u64,
    /// The median.
    pub p50_ns: u64,
    /// 90 % are not longer.
    pub p90_ns: u64,
    /// 99 % are not longer.
    pub p99_ns: u64,
    /// 99.9 % are not longer.
    pub p999_ns: u64,
    /// The longest.
    pub max_ns: u64,
}

impl LatencySummary {
    fn of(latency: &Latency) -> Self {
        let Latency { histogram, total_ns, max_ns } = latency;
        let count = histogram.len();
        let mean = total_ns.checked_div(u128::from(count)).unwrap_or(0);
        let quantile = |share| latency.quantile(share);
        Self {
            count,
            mean_ns: u64::try_from(mean).unwrap_or(u64::MAX),
            p50_ns: quantile(0.5),
            p90_ns: quantile(0.9),
            p99_ns: quantile(0.99),
            p999_ns: quantile(0.999),
            max_ns: *max_ns,
        }
    }
}

/// Consistency points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SynchronizationSummary {
    /// CPs that both sides committed.
    pub consistency_points: u64,
    /// CPs by what started them.
    pub by_trigger: BTreeMap<String, u64>,
    /// Data blocks sent in full; a NAKed block counts here.
    pub blocks_full: u64,
    /// Data blocks sent as a reference and resolved.
    pub blocks_referenced: u64,
    /// Metadata blocks.
    pub metadata_blocks: u64,
    /// References that could not be resolved.
    pub naks: u64,
    /// Time in which at least one write waited for space.
    pub stalled_ns: u64,
    /// How long CPs took, from their beginning until their space was free.
    pub duration: DurationSummary,
}

/// A distribution of durations. Count, mean and maximum are exact; percentiles have three significant
/// digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DurationSummary {
    /// How many.
    pub count: u64,
    /// The mean, rounded down.
    pub mean_ns: u64,
    /// The median.
    pub p50_ns: u64,
    /// 90 % are not longer.
    pub p90_ns: u64,
    /// 99 % are not longer.
    pub p99_ns: u64,
    /// The longest.
    pub max_ns: u64,
}

impl DurationSummary {
    fn of(durations: &Latency) -> Self {
        let LatencySummary { count, mean_ns, p50_ns, p90_ns, p99_ns, p999_ns: _, max_ns } =
            LatencySummary::of(durations);
        Self { count, mean_ns, p50_ns, p90_ns, p99_ns, max_ns }
    }
}

/// How old the oldest acknowledged write was that would have been lost, had the source's site burned:
/// over all moments of the run, also those in which nothing was at risk (age 0). Mean and maximum are
/// exact, percentiles within 3 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RpoSummary {
    /// The mean over time, rounded down.
    pub mean_ns: u64,
    /// Half of the time it was not older.
    pub p50_ns: u64,
    /// 90 % of the time it was not older.
    pub p90_ns: u64,
    /// 99 % of the time it was not older.
    pub p99_ns: u64,
    /// 99.9 % of the time it was not older.
    pub p999_ns: u64,
    /// The oldest.
    pub max_ns: u64,
}

impl RpoSummary {
    pub(super) fn of(figures: &Figures) -> Self {
        let ages = &figures.risk;
        Self {
            mean_ns: ages.mean_ns(),
            p50_ns: ages.quantile(0.5),
            p90_ns: ages.quantile(0.9),
            p99_ns: ages.quantile(0.99),
            p999_ns: ages.quantile(0.999),
            max_ns: ages.max_ns(),
        }
    }
}

impl SynchronizationSummary {
    pub(super) fn of(figures: &Figures) -> Self {
        let duration = DurationSummary::of(&figures.cp_durations);
        let figures = &figures.synchronization;
        let triggers = figures.by_trigger.iter();
        Self {
            consistency_points: figures.consistency_points,
            by_trigger: triggers
                .map(|(trigger, count)| (trigger.key().to_owned(), *count))
                .collect(),
            blocks_full: figures.blocks_full,
            blocks_referenced: figures.blocks_referenced,
            metadata_blocks: figures.metadata_blocks,
            naks: figures.naks,
            stalled_ns: figures.stalled.as_nanos(),
            duration,
        }
    }
}

/// Bytes on the wire, by direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WanSummary {
    /// Bytes on the wire in both directions for every byte of an acknowledged write.
    pub amplification: Option<f64>,
    /// From the source.
    pub to_destination: WanBytes,
    /// From the destination.
    pub to_source: WanBytes,
}

impl WanSummary {
    pub(super) fn of(figures: &Figures) -> Self {
        let bytes = |direction: Direction| WanBytes::of(&figures.wan[direction as usize]);
        let all: u64 = Direction::BOTH.iter().map(|d| figures.wan_total(*d)).sum();
        Self {
            amplification: quotient(all, figures.operations.bytes_written.get()),
            to_destination: bytes(Direction::ToDestination),
            to_source: bytes(Direction::ToSource),
        }
    }
}

/// Bytes in one direction; every category is present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WanBytes {
    /// The sum of all categories.
    pub total: u64,
    /// Bytes by the key of their category.
    #[serde(flatten)]
    pub categories: BTreeMap<String, u64>,
}

impl WanBytes {
    fn of(bytes: &Breakdown) -> Self {
        let categories = Category::ALL.iter();
        Self {
            total: bytes.total(),
            categories: categories
                .map(|category| (category.key().to_owned(), bytes.get(*category)))
                .collect(),
        }
    }

    /// Bytes of a category.
    #[must_use]
    pub fn get(&self, category: Category) -> u64 {
        self.categories.get(category.key()).copied().unwrap_or(0)
    }
}

/// Messages on the wire, by direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCounts {
    /// From the source.
    pub to_destination: u64,
    /// From the destination.
    pub to_source: u64,
}

impl MessageCounts {
    pub(super) const fn of([to_destination, to_source]: [u64; 2]) -> Self {
        Self { to_destination, to_source }
    }
}

/// What references saved (Spec 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SavedShares {
    /// Bytes not sent; negative where NAKs cost more than references saved.
    pub bytes: i64,
    /// `bytes` / (`bytes` + bytes of the synchronization phase as sent).
    pub of_synchronization: Option<f64>,
    /// `bytes` / (`bytes` + all bytes on the wire, both directions).
    pub of_wan: Option<f64>,
}

impl SavedShares {
    pub(super) fn of(figures: &Figures) -> Self {
        let saved = figures.saved;
        let wan: u64 = Direction::BOTH.iter().map(|d| figures.wan_total(*d)).sum();
        Self {
            bytes: saved.bytes,
            of_synchronization: share(saved.bytes, saved.synchronization_bytes),
            of_wan: share(saved.bytes, wan),
        }
    }
}

/// `amount / of`; `None` where that divides by zero.
fn quotient(amount: u64, of: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    let quotient = amount as f64 / of as f64;
    (of != 0).then_some(quotient)
}

/// `part / (part + rest)`; `None` where that divides by zero.
fn share(part: i64, rest: u64) -> Option<f64> {
    let whole = i128::from(part) + i128::from(rest);
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    let share = part as f64 / whole as f64;
    (whole != 0).then_some(share)
}

/// What was acknowledged and stood on one side only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exposure {
    /// Time out of sync.
    pub out_of_sync_ns: u64,
    /// Writes acknowledged meanwhile.
    pub writes: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Exposure {
    pub(super) fn of(figures: &Figures) -> Self {
        let Exposed { out_of_sync, writes, bytes } = figures.exposed;
        Self { out_of_sync_ns: out_of_sync.as_nanos(), writes, bytes }
    }
}

/// What failures cost.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Recovery {
    /// Each time the mirror was lost, in order of time.
    pub failures: Vec<FailureLine>,
}

/// One failure, until the mirror is in sync again. A step that was not taken is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureLine {
    /// `outage`: the source went on; `failover`: the other side was promoted.
    pub kind: String,
    /// When the mirror was out of sync.
    pub at_ns: u64,
    /// From the fault until that was noticed.
    pub detect_ns: Option<u64>,
    /// From the fault to the order to promote the other side.
    pub decide_ns: Option<u64>,
    /// From the promotion until clients may be served.
    pub replay_ns: Option<u64>,
    /// From then to the first answer.
    pub serve_ns: Option<u64>,
    /// From the new session until in sync.
    pub resync_ns: Option<u64>,
    /// Writes acknowledged that the promoted side does not have.
    pub lost_writes: u64,
    /// Their bytes.
    pub lost_bytes: u64,
    /// From the first of them to the promotion.
    pub lost_ns: u64,
}

impl Recovery {
    pub(super) fn of(figures: &Figures) -> Self {
        Self { failures: figures.failures.iter().map(FailureLine::of).collect() }
    }
}

impl FailureLine {
    fn of(failure: &Failure) -> Self {
        let nanos = |span: Option<Span>| span.map(Span::as_nanos);
        Self {
            kind: failure.kind.key().to_owned(),
            at_ns: failure.at.as_nanos(),
            detect_ns: nanos(failure.detect),
            decide_ns: nanos(failure.decide),
            replay_ns: nanos(failure.replay),
            serve_ns: nanos(failure.serve),
            resync_ns: nanos(failure.resync),
            lost_writes: failure.lost_writes,
            lost_bytes: failure.lost_bytes,
            lost_ns: failure.lost.as_nanos(),
        }
    }
}

/// Writes that waited for one bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waited {
    /// How many.
    pub writes: u64,
    /// How long in all.
    pub ns: u64,
}

pub(super) fn waits(figures: &Figures) -> BTreeMap<String, Waited> {
    let causes = figures.waits.iter();
    causes
        .map(|(cause, (writes, span))| {
            (cause.key().to_owned(), Waited { writes: *writes, ns: span.as_nanos() })
        })
        .collect()
}

/// What was in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// The most of each bounded thing that was in use at once.
    pub peaks: PeakUse,
}

/// The most of each bounded thing that was in use at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeakUse {
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

impl PeakUse {
    pub(super) const fn of(peaks: &Peaks) -> Self {
        Self {
            nvram_half_bytes: peaks.nvram_half_bytes,
            transfer_ids: peaks.transfer_ids,
            buffers: peaks.buffers,
            nvlog_file_bytes: peaks.nvlog_file_bytes,
            link_queue_bytes: peaks.link_queue_bytes,
        }
    }
}

/// Hashes of the committed images at the end; equal images have equal hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Images {
    /// The source's.
    pub source: String,
    /// The destination's.
    pub destination: String,
}
