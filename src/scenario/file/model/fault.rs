//! Keys of faults: those of every kind in one flat object, since a tagged enum would lose the place
//! of an error. The table of kinds says which keys go with which.

use crate::protocol::MessageKind;
use crate::scenario::fault::{Caught, Clock, Device, Directions, Side, StepName};
use crate::units::{Rate, Ratio, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a fault may come and how it is told how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Course {
    /// Drawn at each opportunity; from the start unless told otherwise, for `for` or for good.
    Chance,
    /// Lasts for `for`, or for good.
    Lasting,
    /// Lasts for `for`, which must be given.
    Limited,
    /// Lasts until `restart_after`, or for good.
    Restarting,
    /// Happens at once, or ends by itself.
    Whole,
    /// Happens at once and for ever, so it cannot come again.
    Final,
}

/// Declares the kinds: word, course, keys that must be there, keys that may.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+
    $name:ident = $word:literal $course:ident [$($needed:literal),*] [$($other:literal),*];)+) => {
        /// What goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub(in super::super) enum KindWord {
            $($(#[doc = $doc])+ #[serde(rename = $word)] $name,)+
        }

        impl KindWord {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word of the scenario file.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// How it runs.
            pub const fn course(self) -> Course {
                match self {
                    $(Self::$name => Course::$course,)+
                }
            }

            /// The keys that it needs.
            pub const fn needed(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($needed),*],)+
                }
            }

            /// The keys that it takes as well, beside those of time.
            pub const fn other(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($other),*],)+
                }
            }
        }
    };
}

kinds! {
    /// Packets are lost, each independently.
    Loss = "loss" Chance ["rate"] ["direction", "message", "times"];
    /// Packets are lost in bursts (Gilbert–Elliott).
    BurstLoss = "burst-loss" Chance ["to_bad", "to_good", "rate"] ["direction"];
    /// Messages arrive twice.
    Duplication = "duplication" Chance ["rate"] ["direction", "message", "times"];
    /// Messages are held back and overtaken.
    Reordering = "reordering" Chance ["rate", "by"] ["direction", "message", "times"];
    /// Packets are damaged.
    Corruption = "corruption" Chance ["rate", "caught"] ["direction", "message", "times"];
    /// Messages come very late.
    Late = "late" Chance ["rate", "by"] ["direction", "message", "times"];
    /// Every message takes longer.
    Delay = "delay" Lasting ["by"] ["direction", "message", "times"];
    /// Little bandwidth is left.
    Bandwidth = "bandwidth" Lasting ["bandwidth"] ["direction"];
    /// Nothing departs, nothing is lost.
    Clog = "clog" Lasting [] ["direction"];
    /// Nothing arrives.
    Partition = "partition" Lasting [] ["direction"];
    /// Partitions come and go.
    Flap = "flap" Limited ["up", "down"] ["direction"];
    /// The connection breaks, with unknown delivery.
    Reset = "reset" Whole [] ["direction"];
    /// A node stops and keeps only what is durable.
    Crash = "crash" Restarting ["node"] [];
    /// A node does nothing for a while.
    Pause = "pause" Limited ["node"] [];
    /// A node's processor is slow.
    Slow = "slow" Lasting ["node", "factor"] [];
    /// A node crashes again and again.
    CrashLoop = "crash-loop" Whole ["node", "times", "up", "restart_after"] [];
    /// A site burns.
    Disaster = "disaster" Final ["node"] [];
    /// A node's clock drifts.
    ClockDrift = "clock-drift" Lasting ["node", "drift", "clock"] [];
    /// The source's NVRAM is empty after its next crash.
    NvramLoss = "nvram-loss" Whole [] [];
    /// The source's last record in NVRAM is torn by its next crash.
    NvramTornRecord = "nvram-torn-record" Whole [] [];
    /// Reads find sectors unreadable.
    LatentError = "latent-error" Chance ["device", "rate"] ["times"];
    /// Blocks rot.
    BitRot = "bit-rot" Chance ["device", "rate"] ["times"];
    /// Writes in flight at a crash are torn.
    TornWrite = "torn-write" Chance ["device", "rate"] ["times"];
    /// Writes are reported durable and never were.
    LostWrite = "lost-write" Chance ["device", "rate"] ["times"];
    /// Writes land on other blocks.
    MisdirectedWrite = "misdirected-write" Chance ["device", "rate"] ["times"];
    /// Reads return other blocks.
    MisdirectedRead = "misdirected-read" Chance ["device", "rate"] ["times"];
    /// A disk finishes nothing for a while.
    Stall = "stall" Limited ["device"] [];
    /// A disk is slow.
    SlowDisk = "slow-disk" Lasting ["device", "factor"] [];
    /// A disk answers nothing.
    Dead = "dead" Lasting ["device"] [];
    /// A disk has no room.
    Full = "full" Lasting ["device"] [];
    /// The link degrades, dies, and then the source's site burns.
    RollingDisaster = "rolling-disaster" Final ["bandwidth", "degrade_for", "dead_for"] [];
    /// Both nodes crash at once.
    PowerLoss = "power-loss" Restarting [] [];
    /// People promote a side.
    Promote = "promote" Whole ["node"] ["force"];
    /// Two people promote one side each, by force.
    PromoteBoth = "promote-both" Whole [] [];
    /// People order the resynchronization in the wrong direction after a failover.
    WrongResync = "wrong-resync" Whole [] [];
    /// People switch a site on again.
    Return = "return" Whole ["node"] [];
    /// The witness stops and keeps only what is durable.
    WitnessCrash = "witness-crash" Restarting [] [];
    /// The witness and a node do not hear each other; neither node if none is named.
    WitnessPartition = "witness-partition" Lasting [] ["node"];
}

/// A fault: its `kind`, when it comes (one of `at`, `when` and `every`), and the keys of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct FaultText {
    /// What goes wrong.
    pub kind: KindWord,
    /// Names the fault's draws; left out: its place in the list, from 0. No two share one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// At this time; chances per opportunity start at 0s unless told otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Span>,
    /// When the protocol takes this step, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<StepText>,
    /// Again and again: the mean gap between the end of one and the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// How long it lasts; left out: for good, where the kind allows it.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    /// Faults of the link: which directions; `both`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Directions>,
    /// Faults of a node and orders of people: which node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<Side>,
    /// Faults of a disk: which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// The chance per opportunity: a packet, a message or a disk request; 100% where `times` is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Ratio>,
    /// `burst-loss`: the chance per packet that a burst begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_bad: Option<Ratio>,
    /// `burst-loss`: the chance per packet that it ends; above 0%.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_good: Option<Ratio>,
    /// `reordering`, `late`, `delay`: how long a message is held back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Span>,
    /// `corruption`: who notices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caught: Option<Caught>,
    /// `bandwidth`, `rolling-disaster`: what is left of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<Rate>,
    /// `flap`, `crash-loop`: how long all is well in between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up: Option<Span>,
    /// `flap`: how long each partition lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down: Option<Span>,
    /// `crash`, `power-loss`, `crash-loop`: how long it is down; left out: for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_after: Option<Span>,
    /// `slow`, `slow-disk`: how many times as long everything takes, from 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<u32>,
    /// `loss`, `corruption`, `duplication`, `reordering`, `late`, `delay`: only messages of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageKind>,
    /// `crash-loop`: how often it crashes. Faults of messages and of media: they strike so often, and
    /// then they are over; left out: as often as chance has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// `clock-drift`: by which share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<Ratio>,
    /// `clock-drift`: which way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// `rolling-disaster`: how long the link degrades.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degrade_for: Option<Span>,
    /// `rolling-disaster`: how long it is dead before the site burns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_for: Option<Span>,
    /// `promote`: whether a refusal is overridden; false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
}

/// A step of the protocol; a number left out: the first time that it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct StepText {
    /// Which step.
    pub step: StepName,
    /// Of this consistency point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cp: Option<u64>,
    /// The k-th of its kind, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k: Option<u64>,
    /// Of this pass of a resynchronization, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass: Option<u64>,
}
