//! Who promotes the destination, and when (Spec 7.4 to 7.6).

use crate::units::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The planned failover of a run, and who decides about others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failover {
    /// Who decides.
    pub by: Decider,
    /// When the operator promotes the destination; `None`: never, or when a fault says so. Always
    /// `None` where a witness decides.
    pub at: Option<Span>,
    /// Whether the operator overrides a refusal; guarded where a witness decides (Spec 7.5).
    pub force: Promotion,
    /// How long the source serves after sending a heartbeat that was answered, and how long the
    /// destination waits after its last answer; above zero, and below `timeout` where a witness
    /// decides (Spec 7.6).
    pub lease: Span,
    /// How long a message between a node and the witness takes at least; at most twice that.
    pub witness_latency: Span,
}

/// Who decides about a failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decider {
    /// A person.
    #[default]
    Operator,
    /// A third party that grants one side.
    Witness,
}

/// Whether a promotion may be refused (Spec 7.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Promotion {
    /// A destination that knows that it is not in sync refuses.
    #[default]
    Guarded,
    /// It obeys all the same.
    Forced,
}

impl From<bool> for Promotion {
    /// The meaning of the key `force`.
    fn from(force: bool) -> Self {
        if force { Self::Forced } else { Self::Guarded }
    }
}

/// What is left to chance (key `draws`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Draws {
    /// Whatever chance decides is drawn from the seed.
    #[default]
    Seed,
    /// Nothing is drawn. What has a chance below 100% does not happen; a span or a number that would
    /// be drawn is the least there is, gaps are their mean: a crash leaves nothing of what was under
    /// way, a connection that breaks delivers nothing more.
    Least,
    /// Nothing is drawn, as under `least`, but a span or a number is the most there is: a crash leaves
    /// all that was under way, a connection that breaks still delivers all of it.
    Most,
}

/// Whether faults and knobs are drawn from the seed as well (key `swarm`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Swarm {
    /// The run is what the scenario says.
    #[default]
    Off,
    /// Each seed draws which faults there are, and some of the knobs.
    On,
}
