//! Keys of clients and of what they ask for: three kinds of workload in one flat object, since a
//! tagged enum would lose the place of an error.

use crate::scenario::{Replay, SizeShare};
use crate::trace::Form;
use crate::units::{Bytes, Ratio, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A client and what it asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct ClientText {
    /// Its name in reports; left out: `c0`, `c1` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// It repeats a request that was not answered for so long; null: never.
    pub timeout: Option<Span>,
    /// What it asks for, and when.
    pub workload: WorkloadText,
}

impl Default for ClientText {
    fn default() -> Self {
        let timeout = Some(Span::from_secs(60));
        Self { name: None, timeout, workload: WorkloadText::default() }
    }
}

/// Where requests come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum WorkloadKind {
    /// A recorded trace.
    Trace,
    /// Distributions.
    Synthetic,
    /// A list, one by one.
    Operations,
}

impl WorkloadKind {
    /// The word of the scenario file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Synthetic => "synthetic",
            Self::Operations => "operations",
        }
    }
}

/// Declares the flat object, and the list of its keys with the kinds they belong to.
macro_rules! workload_keys {
    ($($(#[$meta:meta])* $key:ident: $type:ty => $($kind:ident)|+;)+) => {
        /// What a client asks for: its `kind`, and the keys of that kind.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub(in super::super) struct WorkloadText {
            /// `trace`, `synthetic` or `operations`; left out: told by the keys `trace` and
            /// `operations`, else `synthetic`.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub kind: Option<WorkloadKind>,
            $($(#[$meta])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $key: Option<$type>,)+
        }

        impl WorkloadText {
            /// The first key that is given but belongs to other kinds: its name and those kinds.
            pub fn foreign_key(
                &self,
                own: WorkloadKind,
            ) -> Option<(&'static str, &'static [WorkloadKind])> {
                $(let kinds: &'static [WorkloadKind] = &[$(WorkloadKind::$kind),+];
                if self.$key.is_some() && !kinds.contains(&own) {
                    return Some((stringify!($key), kinds));
                })+
                None
            }
        }
    };
}

workload_keys! {
    /// `trace`: the trace file, relative to the scenario file.
    trace: String => Trace;
    /// `trace`: the form of the file; left out: the one that its beginning tells.
    from: Form => Trace;
    /// `trace`: when requests are issued; `recorded`.
    replay: Replay => Trace;
    /// `trace`: added to every offset; 0B.
    offset_shift: Bytes => Trace;
    /// `synthetic`: operations in all; 10000.
    count: u64 => Synthetic;
    /// `synthetic`: when operations are asked for; a closed loop of depth 1.
    arrival: ArrivalText => Synthetic;
    /// `synthetic`: operations in a chain, each asked for when the one before it is answered; 1.
    chain: u64 => Synthetic;
    /// `synthetic`: lengths and how often each is drawn; 4KiB.
    sizes: Vec<SizeShare> => Synthetic;
    /// `synthetic`: every offset is a multiple of this; a block.
    alignment: Bytes => Synthetic;
    /// `synthetic`: operations start within this many bytes from `start`; 1GiB.
    span: Bytes => Synthetic;
    /// `synthetic`: the lowest offset; 0B.
    start: Bytes => Synthetic;
    /// `synthetic`: where in the span operations start; uniform.
    addresses: AddressText => Synthetic;
    /// `synthetic`: share of operations that read; 0%.
    reads: Ratio => Synthetic;
    /// `synthetic`: a flush follows every so many operations; 0: none.
    flush_every: u64 => Synthetic;
    /// `trace`: the volume of the first target; `synthetic`: the first volume; 0.
    volume: u32 => Trace | Synthetic;
    /// `synthetic`: volumes, drawn evenly; 1.
    volumes: u32 => Synthetic;
    /// `operations`: the requests.
    operations: Vec<OperationText> => Operations;
    /// To which share of its length its data is compressed, under the policy `compress`; 50%.
    compressed_to: Ratio => Trace | Synthetic | Operations;
}

/// When a synthetic client asks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct ArrivalText {
    /// `closed`, `poisson` or `on-off`; `closed`.
    pub kind: ArrivalKind,
    /// `closed`: operations (or chains) under way at once; 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// `closed`: mean thinking time between an answer and the next operation; 0s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub think: Option<Span>,
    /// `poisson`, `on-off`: mean time between arrivals (while on); 1ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Span>,
    /// `on-off`: mean length of a burst; 100ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Span>,
    /// `on-off`: mean length of a silence; 900ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off: Option<Span>,
}

/// When a synthetic client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum ArrivalKind {
    /// A thinking time after each answer.
    #[default]
    Closed,
    /// At random times, whatever is answered.
    Poisson,
    /// At random times in bursts.
    OnOff,
}

/// Where operations start.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct AddressText {
    /// `uniform`, `zipf` or `sequential`; `uniform`.
    pub kind: AddressKind,
    /// `zipf`: place r has weight (r + 1)^−exponent; 99%.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exponent: Option<Ratio>,
}

/// Where operations start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum AddressKind {
    /// Every place equally often.
    #[default]
    Uniform,
    /// A few places very often, scattered over the span.
    Zipf,
    /// One after the other.
    Sequential,
}

/// One request: exactly one of `write`, `read` and `flush`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct OperationText {
    /// Not before this time; 0s.
    pub at: Span,
    /// Not before this operation of the list, counted from 1, is answered; null: no such wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// Store these bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write: Option<RangeText>,
    /// Return these bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<RangeText>,
    /// Flush this volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flush: Option<u32>,
}

/// A range of bytes of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RangeText {
    /// The volume; 0.
    #[serde(default)]
    pub volume: u32,
    /// The first byte.
    pub offset: Bytes,
    /// Bytes from there.
    pub length: Bytes,
}
