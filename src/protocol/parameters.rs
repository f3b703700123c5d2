//! The knobs of the protocol. Names are those of the scenario file.

use super::block::BlockSize;
use super::wire::Encoding;
use super::{Sabotage, wire};
use crate::units::{Bytes, Ratio, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When the client of a write is answered (Spec 3.7).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AckRule {
    /// Durable in the source's own NVRAM.
    Local,
    /// And on the wire.
    Sent,
    /// And in the destination's memory.
    Received,
    /// And durable in the destination's log storage.
    #[default]
    Logged,
    /// And on the destination's disks, by a committed CP.
    Applied,
}

/// Which side gets a log entry first (Spec 3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dispatch {
    /// NVRAM and WAN at once.
    #[default]
    Parallel,
    /// The WAN first; NVRAM once the destination has acknowledged the entry.
    DestinationFirst,
}

/// What is sent for a block at a consistency point (Spec 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The patent: a reference for a wholly overwritten block, else the block.
    #[default]
    References,
    /// Log forwarding as well, but every dirty block in full.
    FullBlocks,
    /// References for partly modified blocks too: the destination puts them together from its own
    /// image and the fragments it has.
    Extents,
    /// No log forwarding: every dirty block in full, at consistency points only.
    CpOnly,
    /// Each write is sent once, and the destination applies it by itself: the floor of what a mirror
    /// can cost.
    WriteOnce,
    /// Asynchronous: now and then what changed since the last time, in full.
    SnapshotDelta,
    /// Log forwarding; of each dirty block the hash of its contents, and the block itself only where
    /// the destination does not have these contents.
    Dedup,
    /// Log forwarding and every dirty block in full, all of it compressed.
    Compress,
}

impl Policy {
    /// Every policy, in the order of the specification.
    pub const ALL: [Self; 8] = [
        Self::References,
        Self::FullBlocks,
        Self::Extents,
        Self::CpOnly,
        Self::WriteOnce,
        Self::SnapshotDelta,
        Self::Dedup,
        Self::Compress,
    ];

    /// Its name in a scenario and in results.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::References => "references",
            Self::FullBlocks => "full-blocks",
            Self::Extents => "extents",
            Self::CpOnly => "cp-only",
            Self::WriteOnce => "write-once",
            Self::SnapshotDelta => "snapshot-delta",
            Self::Dedup => "dedup",
            Self::Compress => "compress",
        }
    }

    /// What keeps the destination up to date.
    #[must_use]
    pub const fn mirroring(self) -> Mirroring {
        match self {
            Self::References
            | Self::FullBlocks
            | Self::Extents
            | Self::WriteOnce
            | Self::Dedup
            | Self::Compress => Mirroring::Log,
            Self::CpOnly => Mirroring::ConsistencyPoints,
            Self::SnapshotDelta => Mirroring::Snapshots,
        }
    }
}

/// What keeps the destination up to date while all is well, and so which rules of [`AckRule`] can be
/// kept (Spec 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mirroring {
    /// Each entry of the log as it comes, and every CP: any rule.
    Log,
    /// Every CP, and nothing between: a client waits for a CP, or for the source alone.
    ConsistencyPoints,
    /// A CP now and then: nobody waits for the destination.
    Snapshots,
}

impl Mirroring {
    /// Whether clients can be answered by this rule.
    #[must_use]
    pub const fn keeps(self, rule: AckRule) -> bool {
        match (self, rule) {
            (Self::Log, _) | (Self::ConsistencyPoints, AckRule::Applied) | (_, AckRule::Local) => {
                true
            }
            (Self::ConsistencyPoints, AckRule::Sent | AckRule::Received | AckRule::Logged)
            | (
                Self::Snapshots,
                AckRule::Sent | AckRule::Received | AckRule::Logged | AckRule::Applied,
            ) => false,
        }
    }

    /// The rule of a scenario that names none.
    #[must_use]
    pub const fn usual_rule(self) -> AckRule {
        match self {
            Self::Log => AckRule::Logged,
            Self::ConsistencyPoints | Self::Snapshots => AckRule::Local,
        }
    }
}

/// File-system metadata that a CP writes beside the data (Spec 5.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Metadata {
    /// None.
    #[default]
    None,
    /// A tree of indirect blocks, fan-out 1024, and an allocation bitmap.
    Tree,
}

/// What happens to clients while the destination is out of reach (Spec 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Clients go on.
    #[default]
    Sync,
    /// Writes are held.
    Strict,
}

/// What happens to a new write that `strict` holds (Spec 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HeldWrites {
    /// It waits until the sides are in sync again.
    #[default]
    Wait,
    /// It fails at once.
    Fail,
}

/// When the destination flushes its own storage, which frees NVLog files (Spec 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum FlushRule {
    /// After each CP it commits.
    #[default]
    PerCp,
    /// At every multiple of this period.
    Every(Span),
}

/// Everything both nodes must know. Bounds are in force exactly as given (Spec 3.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// Bytes in a block (2.1).
    pub block_size: BlockSize,
    /// How messages are written (9.1).
    pub encoding: Encoding,
    /// Share of blocks whose contents the destination has from elsewhere (10).
    pub duplicates: Ratio,
    /// What a CP sends (10).
    pub policy: Policy,
    /// When clients are answered (3.7).
    pub ack: AckRule,
    /// What clients get while the destination is out of reach (6.3).
    pub mode: Mode,
    /// What a new write gets while `strict` is not in sync (6.3).
    pub held: HeldWrites,
    /// Who gets an entry first (3.7).
    pub dispatch: Dispatch,
    /// What a CP writes beside the data (5.8).
    pub metadata: Metadata,
    /// Bytes in one NVRAM half (3.1).
    pub nvram_half: Bytes,
    /// A half is full at this many entries instead of at its bytes (5.1).
    pub entries: Option<u64>,
    /// Period of the CP timer; `None`: no timer (5.1).
    pub every: Option<Span>,
    /// Data bytes in one transfer (3.3).
    pub transfer_bytes: Bytes,
    /// How long an entry may wait for company in its transfer (3.3).
    pub transfer_delay: Span,
    /// Bits in a transfer ID (3.3).
    pub transfer_id_bits: u32,
    /// Size of the table of live transfer IDs (3.5).
    pub transfer_ids: u64,
    /// Dirty and frozen buffers together (3.8).
    pub buffers: u64,
    /// A CP starts when this many buffers are dirty (5.1).
    pub dirty_high_water: u64,
    /// Bytes of a `CP_DATA` message (5.3).
    pub cp_message_bytes: Bytes,
    /// Bytes the link's queue takes, as wire lengths before packets are made (8.1).
    pub link_queue: Bytes,
    /// NVLog files of the destination (4.3).
    pub nvlog_files: u8,
    /// When the destination flushes (4.3).
    pub flush: FlushRule,
    /// Bytes of transfers the destination keeps in memory beside log storage (5.5).
    pub cache: Bytes,
    /// No progress for this long ends the session; WAIT is said three times as often (6.2, 4.3).
    pub timeout: Span,
    /// How often a lost session is tried again (6.4).
    pub reconnect: Span,
    /// Snapshots are taken at multiples of this (10, `snapshot-delta`).
    pub snapshot_every: Span,
    /// Passes of a resynchronization that may end without shrinking, at least 1; one more is
    /// reported (6.5).
    pub resync_passes: u32,
    /// What was not acknowledged for so long is sent again; `None`: the transport sees to it (8.1).
    pub retransmit: Option<Span>,
    /// How long the source serves after sending a heartbeat that was answered; `None`: no witness
    /// decides, and there are no heartbeats (7.6).
    pub lease: Option<Span>,
    /// The wrong protocol to run instead (12).
    pub sabotage: Option<Sabotage>,
}

impl Parameters {
    /// Distinct transfer IDs that the ID's bits can name.
    #[must_use]
    pub const fn id_space(&self) -> u64 {
        1 << self.transfer_id_bits
    }

    /// Whether this wrong protocol runs instead of the right one (12).
    #[must_use]
    pub const fn sabotages(&self, sabotage: Sabotage) -> bool {
        matches!(self.sabotage, Some(chosen) if chosen as u8 == sabotage as u8)
    }

    /// The longest message a node with these knobs sends.
    #[must_use]
    pub fn longest_message(&self) -> Bytes {
        wire::longest(self.transfer_bytes.get(), self.cp_message_bytes.get(), self.block_size)
    }
}
