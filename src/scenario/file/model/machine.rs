//! Keys of the two machines and the link between them.

use super::disk::{DiskKind, DiskText};
use super::words::FlushText;
use crate::scenario::Transport;
use crate::units::{Bytes, Rate, Ratio, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The source's machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct SourceText {
    /// Bytes in one of the two NVRAM halves; every bound left out derives from it.
    pub nvram_half: Bytes,
    /// Time to make a log entry durable in NVRAM.
    pub nvram_latency: Span,
    /// Time of the appliance's processor per client request and per message.
    pub service: Span,
    /// Dirty and frozen buffers together, in blocks; left out: so many that only NVRAM binds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffers: Option<u64>,
    /// A consistency point starts when this many buffers are dirty; left out: `buffers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dirty_high_water: Option<u64>,
    /// The volume disks; `ssd` unless said otherwise.
    pub disk: DiskText,
    /// When consistency points start.
    pub consistency_point: ConsistencyPointText,
}

impl Default for SourceText {
    fn default() -> Self {
        Self {
            nvram_half: Bytes::mib(64),
            nvram_latency: Span::from_micros(5),
            service: Span::from_micros(10),
            buffers: None,
            dirty_high_water: None,
            disk: DiskText::default(),
            consistency_point: ConsistencyPointText::default(),
        }
    }
}

/// When consistency points start, beside a full NVRAM half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct ConsistencyPointText {
    /// Period of the timer; null: no timer.
    pub every: Option<Span>,
    /// A half is full at this many entries instead of at its bytes; null: at its bytes.
    pub entries: Option<u64>,
}

impl Default for ConsistencyPointText {
    fn default() -> Self {
        Self { every: Some(Span::from_secs(10)), entries: None }
    }
}

/// How log entries are packed into data transfers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct TransferText {
    /// Data bytes in one transfer, at least a block; left out: 64KiB, or a block if that is longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<Bytes>,
    /// How long an entry may wait for company; 0s: each entry leaves at once.
    pub max_delay: Span,
    /// Bits in a transfer ID, 1 to 32; few bits make IDs wrap.
    pub id_bits: u32,
    /// Size of the table of live transfers; left out: so many that only NVRAM binds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<u64>,
}

impl Default for TransferText {
    fn default() -> Self {
        Self { max_bytes: None, max_delay: Span::ZERO, id_bits: 32, ids: None }
    }
}

/// How the blocks of a consistency point are packed into messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct CpText {
    /// Bytes of a message at most; a block that is longer travels alone.
    pub message_bytes: Bytes,
}

impl Default for CpText {
    fn default() -> Self {
        Self { message_bytes: Bytes::kib(64) }
    }
}

/// How a destination that fell behind catches up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct ResyncText {
    /// Passes that may end without shrinking what is left, at least 1; then it did not converge.
    pub passes: u32,
}

impl Default for ResyncText {
    fn default() -> Self {
        Self { passes: 8 }
    }
}

/// When a destination that is brought up to date by snapshots gets the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct SnapshotText {
    /// Between two snapshots, at multiples of simulated time.
    pub every: Span,
}

impl Default for SnapshotText {
    fn default() -> Self {
        Self { every: Span::from_secs(60) }
    }
}

/// The link between the sides, each direction alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct WanText {
    /// `tcp`: in order, at most a window under way; `datagram`: message by message.
    pub transport: Transport,
    /// Rate of the link.
    pub bandwidth: Rate,
    /// One-way delay.
    pub propagation: Span,
    /// Extra delay of each message, uniform from 0 to this.
    pub jitter: Span,
    /// Bytes that wait for the link; left out: 1MiB or two of the longest messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Bytes>,
    /// Bytes in a packet, 40 B of network and transport headers included.
    pub mtu: Bytes,
    /// Bytes of headers and framing per packet.
    pub packet_overhead: Bytes,
    /// Bytes under way and not yet acknowledged by the transport (`tcp`); left out: the most of
    /// `nvram_half`, `queue` and twice what a round trip holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Bytes>,
    /// Share of packets lost, each independently of the others; below 100%.
    pub loss: Ratio,
    /// `datagram`: what was not acknowledged for so long is sent again; left out: three round trips
    /// and 100ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retransmit: Option<Span>,
}

impl Default for WanText {
    fn default() -> Self {
        Self {
            transport: Transport::default(),
            bandwidth: Rate::bits_per_second(1_000_000_000),
            propagation: Span::from_millis(20),
            jitter: Span::ZERO,
            queue: None,
            mtu: Bytes::new(1500),
            packet_overhead: Bytes::new(78),
            window: None,
            loss: Ratio::ZERO,
            retransmit: None,
        }
    }
}

/// The destination's machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct DestinationText {
    /// Time of the appliance's processor per message.
    pub service: Span,
    /// Log storage, where NVLog files lie; `fixed` unless said otherwise.
    pub log: DiskText,
    /// NVLog files, 2 to 8; each holds an NVRAM half.
    pub nvlog_files: u8,
    /// The volume disks; `ssd` unless said otherwise.
    pub disk: DiskText,
    /// Bytes of transfers kept in memory beside log storage; left out: all that the files hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<Bytes>,
    /// `per-cp`: its storage is flushed after each consistency point; or a period.
    pub flush: FlushText,
}

impl Default for DestinationText {
    fn default() -> Self {
        Self {
            service: Span::from_micros(10),
            log: DiskText { kind: Some(DiskKind::Fixed), ..DiskText::default() },
            nvlog_files: 2,
            disk: DiskText::default(),
            cache: None,
            flush: FlushText::default(),
        }
    }
}
