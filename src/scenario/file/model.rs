//! The scenario as its JSON writes it: every key, its meaning, its default.
//!
//! Doc comments here become the descriptions of the JSON Schema, defaults its defaults. `null`
//! stands only where a key says so; keys whose default derives from others are left out instead.

mod disk;
mod fault;
mod machine;
mod policy;
mod words;
mod workload;

pub(super) use disk::{DiskKind, DiskText};
pub(super) use fault::{Course, FaultText, KindWord, StepText};
pub(super) use machine::{
    CpText, DestinationText, ResyncText, SnapshotText, SourceText, TransferText, WanText,
};
pub(super) use policy::{CompressText, DedupText};
pub(super) use words::EndAfter;
pub(super) use workload::{
    AddressKind, AddressText, ArrivalKind, ArrivalText, ClientText, OperationText, RangeText,
    WorkloadKind, WorkloadText,
};

use crate::protocol::{AckRule, Dispatch, HeldWrites, Metadata, Mode, Policy, Sabotage};
use crate::scenario::{Decider, Draws};
use crate::units::{Bytes, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A run of mirrorsim: a mirror of two storage appliances, its clients, and what must come out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "mirrorsim scenario")]
pub(super) struct Document {
    /// The address of this schema, for editors; means nothing to a run.
    #[serde(rename = "$schema", skip_serializing)]
    pub schema: Option<String>,
    /// A few words for reports.
    pub name: String,
    /// What the scenario shows, in sentences.
    pub description: String,
    /// What is sent for a block at a consistency point.
    pub policy: Policy,
    /// What the policy `dedup` goes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedup: Option<DedupText>,
    /// What the policy `compress` goes by, beside `compressed_to` of each workload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<CompressText>,
    /// What happens to clients while the destination is out of reach.
    pub mode: Mode,
    /// What happens to a new write while `strict` is not in sync.
    pub held_writes: HeldWrites,
    /// When the client of a write is answered; left out: `logged`, or `local` where the policy cannot
    /// keep that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ack: Option<AckRule>,
    /// Which side gets a log entry first; `destination-first` needs an `ack` of `received` or more.
    pub dispatch: Dispatch,
    /// Bytes in a block: a power of two from 512B to 1GiB.
    pub block_size: Bytes,
    /// File-system metadata that a consistency point writes beside the data.
    pub metadata: Metadata,
    /// Who asks for what; at least one.
    pub clients: Vec<ClientText>,
    /// The source's machine.
    pub source: SourceText,
    /// How log entries are packed into data transfers.
    pub transfer: TransferText,
    /// How the blocks of a consistency point are packed into messages.
    pub cp: CpText,
    /// The link between the sides, each direction alike.
    pub wan: WanText,
    /// The destination's machine.
    pub destination: DestinationText,
    /// Who promotes the destination, and when.
    pub failover: FailoverText,
    /// No progress for this long ends the session between the sides.
    pub timeout: Span,
    /// How often a lost session is tried again.
    pub reconnect: Span,
    /// How a destination that fell behind catches up.
    pub resync: ResyncText,
    /// `snapshot-delta`: when snapshots are taken. Other policies take none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotText>,
    /// What goes wrong, and when.
    pub faults: Vec<FaultText>,
    /// From then on no fault begins, and each that lasts is over; null: they may come until the end.
    pub faults_until: Option<Span>,
    /// What is left to chance.
    pub draws: Draws,
    /// Whether each seed draws its own faults and some knobs as well.
    pub swarm: bool,
    /// The wrong protocol to run instead, to see it caught; null: the right one.
    pub sabotage: Option<Sabotage>,
    /// When the run is over.
    pub end: EndText,
    /// Bounds on the run itself; reaching one violates L2.
    pub limits: LimitsText,
    /// Keys of the report and what they must be: `"pass"`, `17`, `">= 0.3"`.
    pub expect: BTreeMap<String, Value>,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            schema: None,
            name: "unnamed".to_owned(),
            description: String::new(),
            policy: Policy::default(),
            dedup: None,
            compress: None,
            mode: Mode::default(),
            held_writes: HeldWrites::default(),
            ack: None,
            dispatch: Dispatch::default(),
            block_size: Bytes::kib(4),
            metadata: Metadata::default(),
            clients: Vec::new(),
            source: SourceText::default(),
            transfer: TransferText::default(),
            cp: CpText::default(),
            wan: WanText::default(),
            destination: DestinationText::default(),
            failover: FailoverText::default(),
            timeout: Span::from_secs(10),
            reconnect: Span::from_secs(60),
            resync: ResyncText::default(),
            snapshot: None,
            faults: Vec::new(),
            faults_until: None,
            draws: Draws::default(),
            swarm: false,
            sabotage: None,
            end: EndText::default(),
            limits: LimitsText::default(),
            expect: BTreeMap::new(),
        }
    }
}

/// Who promotes the destination, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FailoverText {
    /// Who decides.
    pub by: Decider,
    /// When the operator promotes the destination; null: never.
    pub at: Option<Span>,
    /// Whether the operator overrides the refusal of a destination that is not in sync.
    pub force: bool,
    /// `witness`: how long the source serves after a heartbeat that was answered; below `timeout`.
    pub lease: Span,
    /// `witness`: how long a message between a node and the witness takes, at most twice as long.
    pub witness_latency: Span,
}

impl Default for FailoverText {
    fn default() -> Self {
        Self {
            by: Decider::default(),
            at: None,
            force: false,
            lease: Span::from_secs(3),
            witness_latency: Span::from_millis(5),
        }
    }
}

/// When the run is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EndText {
    /// `workload`: when every client is done; or a time at which clients stop asking.
    pub after: EndAfter,
    /// Whether a last consistency point brings both images up to date.
    pub final_consistency_point: bool,
}

impl Default for EndText {
    fn default() -> Self {
        Self { after: EndAfter(None), final_consistency_point: true }
    }
}

/// Bounds on the run itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LimitsText {
    /// Simulated time.
    pub simulated: Span,
    /// Events handled.
    pub events: u64,
}

impl Default for LimitsText {
    fn default() -> Self {
        Self { simulated: Span::from_secs(24 * 3600), events: 2_000_000_000 }
    }
}
