//! A scenario: a run that makes sense. No other can exist, since [`Scenario::parse`] is the only
//! way to make one.
//!
//! The JSON that people write, its defaults and its errors live in [`mod@file`]; what is here is
//! typed and complete. [`Scenario::canonical`] is the same scenario written out with every key; it
//! reads back as itself, and its hash names the scenario in every report.

mod client;
mod failover;
mod hardware;
mod seeds;

pub mod experiment;
pub mod fault;
pub mod file;

pub use client::{
    Addresses, Arrival, Client, PlannedOperation, Replay, SizeShare, Synthetic, TraceReplay,
    Workload,
};
pub use failover::{Decider, Draws, Failover, Promotion, Swarm};
pub use fault::{Fault, FaultKind};
pub use hardware::{
    DestinationHardware, DiskModel, Fixed, Hdd, SourceHardware, Ssd, Transport, Wan,
};
pub use seeds::Seeds;

use crate::protocol::Parameters;
use crate::units::{Ratio, Span};

/// One run, complete: every default filled in, every rule checked.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// A few words for reports.
    pub name: String,
    /// What the scenario shows, in sentences; may be empty.
    pub description: String,
    /// The knobs of the protocol.
    pub parameters: Parameters,
    /// Time of either processor per block that it hashes or compresses (Spec 10).
    pub work: Span,
    /// Who asks for what; never empty.
    pub clients: Vec<Client>,
    /// The source's machine.
    pub source: SourceHardware,
    /// The link between the sides.
    pub wan: Wan,
    /// The destination's machine.
    pub destination: DestinationHardware,
    /// Who promotes the destination, and when.
    pub failover: Failover,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// From then on no fault begins, and each that lasts is over: safety first, then liveness
    /// (Spec 11). `None`: faults may come until the run ends.
    pub faults_until: Option<Span>,
    /// What is left to chance.
    pub draws: Draws,
    /// Whether the seed draws faults and knobs as well.
    pub swarm: Swarm,
    /// When the run is over.
    pub end: End,
    /// Bounds on the run itself.
    pub limits: Limits,
    /// What the run must show.
    pub expect: Vec<Expectation>,
    canonical: String,
}

/// When a run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Clients stop asking at this time; `None`: when their workload is done.
    pub after: Option<Span>,
    /// Whether a last consistency point brings both images up to date.
    pub final_consistency_point: bool,
}

/// Bounds on a run; one that reaches them is reported as a violation of L2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Simulated time.
    pub simulated: Span,
    /// Events handled.
    pub events: u64,
}

/// One line of `expect`: a key of the report and what it must be.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The path of the key in the report: `saved.of_wan`.
    pub key: String,
    /// What the value must be.
    pub condition: Condition,
}

/// A condition on a value of the report.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Equal to this JSON value.
    Equals(serde_json::Value),
    /// Compared with a number: `">= 0.3"`.
    Compares(Comparison, f64),
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `==`
    Exactly,
}

/// A rule that a scenario breaks: which key, its value, the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is {value}: {rule}")]
pub struct Problem {
    /// The path of the key: `clients[0].workload.trace`.
    pub key: String,
    /// Its value as JSON text.
    pub value: String,
    /// The rule, in words.
    pub rule: String,
}

impl Scenario {
    /// Whether nothing goes wrong by plan or by chance.
    #[must_use]
    pub fn is_faultless(&self) -> bool {
        self.faults.is_empty()
            && self.swarm == Swarm::Off
            && self.failover.at.is_none()
            && self.wan.loss == Ratio::ZERO
    }

    /// The scenario with every key written out, as JSON; reads back as itself.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}
