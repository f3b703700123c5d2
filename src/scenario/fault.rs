//! What goes wrong in a run, and when (Spec 8).
//!
//! A [`Fault`] is one line of the scenario's `faults`. Its kind is either a [`Part`], one thing that
//! breaks, or a course of several parts; [`crate::faults`] turns courses into parts, so that the
//! world needs to know parts only.

mod part;
mod step;
mod word;

pub use part::{
    Caught, Clock, Device, Directions, DiskFault, LinkFault, NodeFault, NvramFault, Order, Part,
    Side, WitnessFault,
};
pub use step::{Step, StepName};

use crate::protocol::MessageKind;
use crate::units::{Rate, Span};

/// One planned or recurring fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What breaks.
    pub kind: FaultKind,
    /// When.
    pub when: When,
    /// For how long. `None`: until `faults_until` or the run's end, where the kind lasts at all. A
    /// crash or a loss of power lasts until the restart.
    pub lasts: Option<Span>,
    /// Names the fault's draws (an entity of [`crate::random`]), whatever stands before it in the
    /// list: its place there unless the scenario gives another. No two faults share one.
    pub number: u32,
    /// What it strikes of what comes while it is on.
    pub aim: Aim,
}

/// What a fault strikes of what comes while it is on: all that its chance picks, unless it is aimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aim {
    /// Of the link: messages of this kind alone.
    pub message: Option<MessageKind>,
    /// It strikes so often at most, and then it is over; of two faults of a kind that are aimed at
    /// the same message, the one that began first strikes.
    pub times: Option<u32>,
}

/// When a fault comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At this time.
    At(Span),
    /// When the protocol takes this step, once.
    Step(Step),
    /// Again and again: the mean of the exponential gap between the end of one and the next.
    Every(Span),
}

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// One thing.
    Part(Part),
    /// Partitions that come and go, beginning with one.
    Flap {
        /// Which directions.
        direction: Directions,
        /// How long the link carries between two partitions.
        up: Span,
        /// How long a partition lasts.
        down: Span,
    },
    /// A node that crashes again soon after each restart.
    CrashLoop {
        /// Which.
        node: Side,
        /// How often it crashes, at least once.
        times: u32,
        /// How long it is up between a restart and the next crash.
        up: Span,
        /// How long it is down.
        restart_after: Span,
    },
    /// The link degrades, dies, and then the source's site burns.
    RollingDisaster {
        /// What is left of the link's bandwidth while it degrades, both directions.
        bandwidth: Rate,
        /// How long it degrades.
        degrade_for: Span,
        /// How long it is dead before the site burns.
        dead_for: Span,
    },
    /// Both nodes crash at once.
    PowerLoss,
    /// Two people promote one side each, by force.
    PromoteBoth,
}
