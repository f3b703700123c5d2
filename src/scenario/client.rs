//! Clients and what they ask for.

use crate::trace::Form;
use crate::units::{Bytes, Ratio, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A client; its number is its place in the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// Its name in reports.
    pub name: String,
    /// It repeats a request that was not answered for so long; `None`: never (Spec 3.1).
    pub timeout: Option<Span>,
    /// To which share of its length its data is compressed, where it is (Spec 10).
    pub compressed_to: Ratio,
    /// What it asks for, and when.
    pub workload: Workload,
}

/// What a client asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Workload {
    /// Requests of a recorded trace.
    Trace(TraceReplay),
    /// Requests drawn from distributions.
    Synthetic(Synthetic),
    /// Requests one by one.
    Operations(Vec<PlannedOperation>),
}

/// Replay of a recorded trace. The trace's targets become volumes, in order of first appearance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceReplay {
    /// The trace file as the scenario names it: relative to the scenario file.
    pub trace: String,
    /// The form that the file has; `None`: the one that its beginning tells.
    pub from: Option<Form>,
    /// When requests are issued.
    pub replay: Replay,
    /// Added to every offset.
    pub offset_shift: Bytes,
    /// The volume of the trace's first target; the next targets follow.
    pub volume: u32,
}

/// When the requests of a trace are issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Replay {
    /// At the recorded times, whatever is answered (open loop).
    #[default]
    Recorded,
    /// At the later of the recorded time and the answer to the target's last flush; a flush waits
    /// for that target's earlier writes. A FUA write orders only itself.
    Barriers,
    /// One at a time, the next when the last is answered; recorded times do not matter.
    Serial,
}

/// A client that draws its requests.
#[derive(Debug, Clone, PartialEq)]
pub struct Synthetic {
    /// How many operations it asks for in all.
    pub operations: u64,
    /// When it asks.
    pub arrival: Arrival,
    /// Each arrival is a chain of this many operations, each asked for when the one before it is
    /// answered; 1: none depends on another.
    pub chain: u64,
    /// Lengths and how often each is drawn; never empty.
    pub sizes: Vec<SizeShare>,
    /// Every offset is a multiple of this.
    pub alignment: Bytes,
    /// Operations start within this many bytes from `start`.
    pub span: Bytes,
    /// The lowest offset.
    pub start: Bytes,
    /// Where in the span operations start.
    pub addresses: Addresses,
    /// Share of operations that read.
    pub reads: Ratio,
    /// A flush follows every so many operations; 0: none.
    pub flush_every: u64,
    /// The first volume.
    pub volume: u32,
    /// Volumes, drawn evenly; at least one.
    pub volumes: u32,
}

/// A length and its weight among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeShare {
    /// Length of the operation.
    pub size: Bytes,
    /// How often it is drawn, relative to the others.
    pub weight: u32,
}

/// When a synthetic client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Closed loop: each of `depth` slots asks again a thinking time after its answer.
    Closed {
        /// Operations (or chains) under way at once.
        depth: u32,
        /// Mean thinking time, exponential; zero: none.
        think: Span,
    },
    /// Open loop, exponential times between arrivals.
    Poisson {
        /// Mean time between arrivals.
        mean: Span,
    },
    /// Open loop in bursts: Poisson while on, silent while off; both exponential in length.
    OnOff {
        /// Mean time between arrivals while on.
        mean: Span,
        /// Mean length of a burst.
        on: Span,
        /// Mean length of a silence.
        off: Span,
    },
}

/// Where operations start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addresses {
    /// Every place on the grid equally often.
    Uniform,
    /// Place r with weight (r + 1)^−exponent, the places scattered over the span.
    Zipf(Ratio),
    /// One after the other, starting again at the end of the span.
    Sequential,
}

/// One request of the workload kind `operations`, in the form the scenario file gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedOperation {
    /// Not before this time.
    pub at: Span,
    /// Not before this operation of the same list (from 1) is answered.
    pub after: Option<u64>,
    /// What is asked.
    pub operation: crate::protocol::Operation,
}
