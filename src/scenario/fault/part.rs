//! Single things that break: of the link, a node, its NVRAM, its disks, or done by people.

use super::super::Promotion;
use crate::units::{Rate, Ratio, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Of the link.
    Link(Directions, LinkFault),
    /// Of a node.
    Node(Side, NodeFault),
    /// Of the source's NVRAM.
    Nvram(NvramFault),
    /// Of a disk.
    Disk(Device, DiskFault),
    /// Nothing breaks: people do something.
    Order(Order),
    /// Of the witness.
    Witness(WitnessFault),
}

impl Part {
    /// Whether it lasts until it is over; else it happens at once and nothing ends it.
    #[must_use]
    pub const fn lasts(self) -> bool {
        match self {
            Self::Link(_, LinkFault::Reset)
            | Self::Node(_, NodeFault::Disaster)
            | Self::Nvram(_)
            | Self::Order(_) => false,
            Self::Link(..) | Self::Node(..) | Self::Disk(..) | Self::Witness(_) => true,
        }
    }
}

/// Which directions of the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Directions {
    /// From source to destination.
    ToDestination,
    /// From destination to source.
    ToSource,
    /// Both.
    #[default]
    Both,
}

/// A node.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The node that the run begins with as source, whatever a failover makes of it.
    Source,
    /// The node that the run begins with as destination.
    Destination,
}

/// A disk of a node.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Device {
    /// The volume disks of the source.
    #[serde(rename = "source.disk")]
    SourceDisk,
    /// The volume disks of the destination.
    #[serde(rename = "destination.disk")]
    DestinationDisk,
    /// The destination's log storage, where NVLog files lie.
    #[serde(rename = "destination.log")]
    DestinationLog,
}

/// What the link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFault {
    /// Each packet is lost with this chance, below 1.
    Loss(Ratio),
    /// Losses come in bursts (Gilbert–Elliott): drawn for each packet.
    BurstLoss {
        /// Chance that a burst begins.
        to_bad: Ratio,
        /// Chance that a burst ends; above 0.
        to_good: Ratio,
        /// Chance that a packet is lost during a burst.
        while_bad: Ratio,
    },
    /// Each message arrives twice with this chance.
    Duplication(Ratio),
    /// A message is held back, so that later ones overtake it.
    Reordering {
        /// Chance of a message.
        rate: Ratio,
        /// How long it is held back.
        by: Span,
    },
    /// A packet is damaged.
    Corruption {
        /// Chance of a packet, below 1.
        rate: Ratio,
        /// Who notices.
        caught: Caught,
    },
    /// A message comes very late, perhaps after its session is over.
    Late {
        /// Chance of a message.
        rate: Ratio,
        /// How late.
        by: Span,
    },
    /// Every message takes so much longer.
    Delay(Span),
    /// No more than this bandwidth is left.
    Bandwidth(Rate),
    /// Nothing departs, and nothing is lost.
    Clog,
    /// Nothing arrives.
    Partition,
    /// The connection breaks; nobody learns what was delivered.
    Reset,
}

impl LinkFault {
    /// Whether it strikes by chance, a message at a time.
    #[must_use]
    pub const fn is_chance(self) -> bool {
        match self {
            Self::Loss(_)
            | Self::BurstLoss { .. }
            | Self::Duplication(_)
            | Self::Reordering { .. }
            | Self::Corruption { .. }
            | Self::Late { .. } => true,
            Self::Delay(_) | Self::Bandwidth(_) | Self::Clog | Self::Partition | Self::Reset => {
                false
            }
        }
    }
}

/// Who notices that a message is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Caught {
    /// The link itself: the packet is lost.
    ByLink,
    /// Only the message's checksum at the receiver (Spec 4.2).
    ByChecksum,
}

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeFault {
    /// It stops and forgets all but durable storage; it restarts at the end.
    Crash,
    /// It does nothing, then goes on as if nothing had been.
    Pause,
    /// Its processor takes so many times as long, at least 2.
    Slow(u32),
    /// The site burns: it stops, and comes back only if a later [`Order::Return`] says so.
    Disaster,
    /// Its clock drifts by this share.
    ClockDrift(Clock, Ratio),
}

/// Which way a clock drifts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// It counts too much.
    Fast,
    /// It counts too little.
    Slow,
}

/// What the source's NVRAM does. It shows at the source's next crash, or at once if it is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NvramFault {
    /// Its contents are lost.
    Loss,
    /// Its last durable record is torn.
    TornRecord,
}

/// What a disk does. Chances are per request unless they say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskFault {
    /// A read finds its sectors unreadable.
    LatentError(Ratio),
    /// A block rots, unnoticed until it is read.
    BitRot(Ratio),
    /// Of a write in flight at a crash: some of its sectors are old.
    TornWrite(Ratio),
    /// A write is reported durable, and never was.
    LostWrite(Ratio),
    /// A write lands on another block.
    MisdirectedWrite(Ratio),
    /// A read returns another block.
    MisdirectedRead(Ratio),
    /// Nothing is finished until it ends.
    Stall,
    /// Every request takes so many times as long, at least 2.
    Slow(u32),
    /// No request is answered.
    Dead,
    /// No write finds room.
    Full,
}

impl DiskFault {
    /// Whether it strikes by chance, a request at a time.
    #[must_use]
    pub const fn is_chance(self) -> bool {
        match self {
            Self::LatentError(_)
            | Self::BitRot(_)
            | Self::TornWrite(_)
            | Self::LostWrite(_)
            | Self::MisdirectedWrite(_)
            | Self::MisdirectedRead(_) => true,
            Self::Stall | Self::Slow(_) | Self::Dead | Self::Full => false,
        }
    }
}

/// What happens to the witness (Spec 7.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WitnessFault {
    /// It stops and forgets all but what is durable; it restarts at the end.
    Crash,
    /// It and this node do not hear each other; `None`: neither node.
    Partition(Option<Side>),
}

/// What people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// They promote a side (Spec 7.4).
    Promote(Side, Promotion),
    /// After a failover, they order the resynchronization in the wrong direction.
    WrongResync,
    /// They switch a site on again that burned or stayed down (Spec 7.7).
    Return(Side),
}
