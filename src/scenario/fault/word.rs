//! The word that a kind of fault has in scenario files.

use super::{DiskFault, FaultKind, LinkFault, NodeFault, NvramFault, Order, Part, WitnessFault};

impl FaultKind {
    /// Its word in scenario files: `bit-rot`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Part(part) => part.word(),
            Self::Flap { .. } => "flap",
            Self::CrashLoop { .. } => "crash-loop",
            Self::RollingDisaster { .. } => "rolling-disaster",
            Self::PowerLoss => "power-loss",
            Self::PromoteBoth => "promote-both",
        }
    }
}

impl Part {
    const fn word(self) -> &'static str {
        match self {
            Self::Link(_, link) => link.word(),
            Self::Node(_, node) => node.word(),
            Self::Nvram(NvramFault::Loss) => "nvram-loss",
            Self::Nvram(NvramFault::TornRecord) => "nvram-torn-record",
            Self::Disk(_, disk) => disk.word(),
            Self::Order(Order::Promote(..)) => "promote",
            Self::Order(Order::WrongResync) => "wrong-resync",
            Self::Order(Order::Return(_)) => "return",
            Self::Witness(WitnessFault::Crash) => "witness-crash",
            Self::Witness(WitnessFault::Partition(_)) => "witness-partition",
        }
    }
}

impl LinkFault {
    const fn word(self) -> &'static str {
        match self {
            Self::Loss(_) => "loss",
            Self::BurstLoss { .. } => "burst-loss",
            Self::Duplication(_) => "duplication",
            Self::Reordering { .. } => "reordering",
            Self::Corruption { .. } => "corruption",
            Self::Late { .. } => "late",
            Self::Delay(_) => "delay",
            Self::Bandwidth(_) => "bandwidth",
            Self::Clog => "clog",
            Self::Partition => "partition",
            Self::Reset => "reset",
        }
    }
}

impl NodeFault {
    const fn word(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Pause => "pause",
            Self::Slow(_) => "slow",
            Self::Disaster => "disaster",
            Self::ClockDrift(..) => "clock-drift",
        }
    }
}

impl DiskFault {
    const fn word(self) -> &'static str {
        match self {
            Self::LatentError(_) => "latent-error",
            Self::BitRot(_) => "bit-rot",
            Self::TornWrite(_) => "torn-write",
            Self::LostWrite(_) => "lost-write",
            Self::MisdirectedWrite(_) => "misdirected-write",
            Self::MisdirectedRead(_) => "misdirected-read",
            Self::Stall => "stall",
            Self::Slow(_) => "slow-disk",
            Self::Dead => "dead",
            Self::Full => "full",
        }
    }
}
