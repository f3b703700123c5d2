//! Kinds of figures.

/// A kind of figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bars of bytes.
    WanBytes,
    /// The saved share over an axis.
    Saved,
    /// Any figure over any axis.
    Lines,
    /// Write latency over the round trip.
    Latency,
    /// Write latency over the offered load.
    Load,
    /// Writes per second over the round trip.
    Throughput,
    /// Duration of CPs over NVRAM.
    CpDuration,
    /// The share of CPs that began back to back, over NVRAM.
    BackToBack,
    /// Time of resync over the length of an outage.
    ResyncTime,
    /// Bandwidth over RPO.
    RpoBandwidth,
    /// A figure over two axes.
    Heat,
    /// Distribution of write latency.
    Cdf,
    /// Columns of the series over time.
    Time,
    /// Latency over time.
    LatencyOverTime,
    /// Occupancy over time.
    Occupancy,
    /// RPO over time.
    Rpo,
    /// What clients see while the mirror is resynchronized.
    Foreground,
}

/// How a kind of lines is asked for in full.
pub(super) struct Preset {
    /// Figures, or the axis that runs upwards.
    pub y: &'static [&'static str],
    /// Words that the name of the axis may hold, the likeliest first.
    pub axis: &'static [&'static str],
    /// Figures that run to the right instead of the axis, which then runs upwards.
    pub x: &'static [&'static str],
}

const fn upright(y: &'static [&'static str], axis: &'static [&'static str]) -> Preset {
    Preset { y, axis, x: &[] }
}

const BOTH: &[&str] = &["latency.write.p50_ns", "latency.write.p99_ns"];
const ROUND_TRIP: &[&str] = &["round trip", "rtt", "propagation", "distance"];
const LOAD: &[&str] = &["load", "rate", "arrival", "clients", "depth"];
const NVRAM: &[&str] = &["nvram"];
const OUTAGE: &[&str] = &["outage", "for", "partition", "length"];
const BANDWIDTH: &[&str] = &["bandwidth", "link"];
const RPO: &[&str] = &["rpo.p50_ns", "rpo.p90_ns", "rpo.p99_ns", "rpo.max_ns"];
const BEGUN: &str = "synchronization.by_trigger.back_to_back / synchronization.consistency_points";

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::WanBytes,
        Self::Saved,
        Self::Lines,
        Self::Latency,
        Self::Load,
        Self::Throughput,
        Self::CpDuration,
        Self::BackToBack,
        Self::ResyncTime,
        Self::RpoBandwidth,
        Self::Heat,
        Self::Cdf,
        Self::Time,
        Self::LatencyOverTime,
        Self::Occupancy,
        Self::Rpo,
        Self::Foreground,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WanBytes => "wan-bytes",
            Self::Saved => "saved",
            Self::Lines => "lines",
            Self::Latency => "latency",
            Self::Load => "load",
            Self::Throughput => "throughput",
            Self::CpDuration => "cp-duration",
            Self::BackToBack => "back-to-back",
            Self::ResyncTime => "resync-time",
            Self::RpoBandwidth => "rpo-bandwidth",
            Self::Heat => "heat",
            Self::Cdf => "cdf",
            Self::Time => "time",
            Self::LatencyOverTime => "latency-over-time",
            Self::Occupancy => "occupancy",
            Self::Rpo => "rpo",
            Self::Foreground => "foreground",
        }
    }

    /// What it shows, in a line.
    #[must_use]
    pub const fn line(self) -> &'static str {
        match self {
            Self::WanBytes => "bytes on the WAN per byte written, by category: a bar per policy",
            Self::Saved => {
                "share of WAN bytes that references save, over an axis: a line per policy"
            }
            Self::Lines => "any figure over any axis: --y KEY --x AXIS --by AXIS",
            Self::Latency => "write latency (median and p99) over the round trip",
            Self::Load => "write latency (median and p99) over the offered load",
            Self::Throughput => "writes per second over the round trip, a line per depth",
            Self::CpDuration => "duration of CPs (median and p99) over NVRAM",
            Self::BackToBack => "share of CPs that began back to back, over NVRAM",
            Self::ResyncTime => "time until in sync again over the length of an outage",
            Self::RpoBandwidth => "bandwidth that it takes for an RPO, a line per percentile",
            Self::Heat => "a figure over two axes, as a heat map",
            Self::Cdf => "distribution of write latency (keeps: latency)",
            Self::Time => "columns of the series over simulated time: --y COLUMN (keeps: series)",
            Self::LatencyOverTime => "write latency over time, with CPs and faults (keeps: series)",
            Self::Occupancy => "NVRAM, NVLog and the link's queue over time (keeps: series)",
            Self::Rpo => "RPO over time, with outages (keeps: series)",
            Self::Foreground => "throughput and latency of writes over time (keeps: series)",
        }
    }

    /// What a kind of lines stands for; none: it is of another sort.
    pub(super) const fn preset(self) -> Option<Preset> {
        Some(match self {
            Self::Saved => upright(&["saved.of_wan"], &[]),
            Self::Lines => upright(&[], &[]),
            Self::Latency => upright(BOTH, ROUND_TRIP),
            Self::Load => upright(BOTH, LOAD),
            Self::Throughput => upright(&["writes.per_second"], ROUND_TRIP),
            Self::CpDuration => upright(
                &["synchronization.duration.p50_ns", "synchronization.duration.p99_ns"],
                NVRAM,
            ),
            Self::BackToBack => upright(&[BEGUN], NVRAM),
            Self::ResyncTime => upright(&["recovery.failures.0.resync_ns"], OUTAGE),
            Self::RpoBandwidth => Preset { y: &[], axis: BANDWIDTH, x: RPO },
            Self::WanBytes
            | Self::Heat
            | Self::Cdf
            | Self::Time
            | Self::LatencyOverTime
            | Self::Occupancy
            | Self::Rpo
            | Self::Foreground => return None,
        })
    }

    /// The columns of a kind that draws time; none: it is of another sort.
    pub(super) const fn columns(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::Time => &[],
            Self::LatencyOverTime => &["write_p50_ns", "write_max_ns"],
            Self::Occupancy => &["nvram_bytes", "nvlog_bytes", "link_queue_bytes"],
            Self::Rpo => &["rpo_ns"],
            Self::Foreground => &["writes_acknowledged", "write_p50_ns", "write_max_ns"],
            Self::WanBytes
            | Self::Saved
            | Self::Lines
            | Self::Latency
            | Self::Load
            | Self::Throughput
            | Self::CpDuration
            | Self::BackToBack
            | Self::ResyncTime
            | Self::RpoBandwidth
            | Self::Heat
            | Self::Cdf => return None,
        })
    }
}
