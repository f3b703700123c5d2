//! Evidence: what happened in a run, as data. Written by the simulation, never by a node, so that a
//! wrong node cannot vouch for itself.
//!
//! Facts are numbered from 0 in the order of their happening, and each names the fact that caused
//! it, refusals included. They are streamed to [`Sink`]s and not kept, so that a run's memory does
//! not grow with its length. The [`Digest`] of all facts is the fingerprint of a run.

mod digest;
mod file;
mod usage;

pub use digest::Digest;
pub use file::{FORMAT, FactReader, FactWriter};
pub use usage::{Counts, Usage};

use crate::protocol::block::{BlockAddress, Contents};
use crate::protocol::witness::{WitnessAnswer, WitnessRequest, WitnessState};
use crate::protocol::{
    CpId, EntryHeader, FaultId, Half, LogFile, Lsn, Message, Note, Occupancy, Outcome, Part,
    PromotionOrder, Refusal, Request, SavedState, Timer, TransferHeader, WriteId,
};
use crate::units::SimTime;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its place among the facts of the run, from 0.
    pub number: u64,
    /// The fact that led to it; `None` for what comes from outside.
    pub cause: Option<u64>,
    /// When.
    pub at: SimTime,
    /// What.
    pub what: What,
}

/// The part a node plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Serves clients.
    Source,
    /// Receives from the source only.
    Destination,
}

/// A direction of the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the source.
    ToDestination,
    /// From the destination.
    ToSource,
}

impl Direction {
    /// Both directions, in the order of reports.
    pub const BOTH: [Self; 2] = [Self::ToDestination, Self::ToSource];
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A client asked.
    Requested(Request),
    /// A client was answered.
    Answered(Role, WriteId, Outcome),
    /// A source wrote an entry into a half of its NVRAM.
    Appended(Role, Half, CpId, EntryHeader),
    /// The entry with this LSN and every earlier one is durable in NVRAM.
    NvramDurable(Role, Lsn),
    /// A source freed a half.
    HalfFreed(Role, Half),
    /// A node handed a message to the link; numbers count from 0 in each direction.
    Sent(Direction, u64, Rc<Message>),
    /// The last byte of the message left: bytes on the wire, packet overhead included.
    Departed(Direction, u64, u64),
    /// The message arrived.
    Arrived(Direction, u64),
    /// A node turned away what it was given: the cause of this fact.
    Refused(Role, Refusal),
    /// A node asked for a block of its committed image.
    VolumeReadAsked(Role, BlockAddress),
    /// A node asked for a shadow page of a CP to be written.
    VolumeWriteAsked(Role, CpId, BlockAddress, Contents),
    /// The shadow page is durable.
    VolumeWritten(Role, CpId, BlockAddress),
    /// A CP became the image: its last LSN.
    Committed(Role, CpId, Lsn),
    /// A destination asked for a transfer to be written to an NVLog file: offset and length.
    LogWriteAsked(Role, LogFile, u64, u64, TransferHeader),
    /// The transfer is durable in the file.
    LogWritten(Role, LogFile, TransferHeader),
    /// A destination asked for a block of an NVLog file, by offset.
    LogReadAsked(Role, LogFile, u64),
    /// A destination emptied an NVLog file.
    LogFreed(Role, LogFile),
    /// A destination's own flush happened.
    Flushed(Role),
    /// A timer went off.
    TimerFired(Role, Timer),
    /// The operator asked for a consistency point.
    OperatorAsked,
    /// A node said something on its status channel. No property trusts it.
    Noted(Role, Note),
    /// The run is over; the last fact.
    Ended(Ending),
    /// A client asked again for what was not answered in time (Spec 3.1).
    Repeated(Request),
    /// A request found no appliance that serves.
    Unheard(WriteId),
    /// The entries of a half that survived a crash belong to this CP from now on (Spec 7.1).
    HalfAssigned(Role, Half, CpId),
    /// A node handed a message to the link that it had sent before; numbered like any other.
    Resent(Direction, u64, Rc<Message>),
    /// The message will not arrive.
    Lost(Direction, u64, LossCause),
    /// The message arrived again, or damaged so that its checksum tells.
    Damaged(Direction, u64),
    /// The transport sent so many bytes again, packets' overhead included (`tcp`, Spec 8.1).
    LinkResent(Direction, u64),
    /// A node forgot the shadow pages of a CP.
    ShadowDropped(Role, CpId),
    /// The small state of a node is durable.
    StateSaved(Role, SavedState),
    /// A node's life is over.
    Crashed(Role),
    /// What survived a crash: the newest entry in NVRAM that is not in the committed image, if any.
    Survived(Role, Option<Lsn>),
    /// A node's new life begins.
    Restarted(Role),
    /// A fault begins to work, or happens.
    FaultBegan(FaultId),
    /// A fault that lasts is over.
    FaultEnded(FaultId),
    /// A fault made itself felt: it changed what happens next. Said once for each time that it
    /// began, when it is felt first; a fault of a medium, for every request that it strikes.
    FaultFelt(FaultId),
    /// The transport told both sides that the connection is gone.
    ConnectionReset,
    /// The operator ordered a node to become the source.
    PromotionOrdered(Role, PromotionOrder),
    /// A node plays another part from now on (Spec 7.4, 7.7).
    ChangedPart(Role, Part),
    /// A promoted source took an entry of its log into the CP that replays it.
    Replayed(Role, Half, CpId, EntryHeader),
    /// A promoted source serves clients from now on.
    Serves(Role),
    /// A node asked for a block of its pinned image.
    PinnedReadAsked(Role, BlockAddress),
    /// By a fault a medium does not hold any more what was written there last.
    Spoiled(Role, Spot),
    /// What a read found fails its check, and the node is told so.
    CheckFailed(Role, Spot),
    /// The fingerprint of the committed image that a crash left.
    ImageFound(Role, String),
    /// A node's first life begins, where a witness decides (Spec 7.6).
    Began(Role),
    /// A node asked the witness.
    WitnessAsked(Role, WitnessRequest),
    /// What a node asked arrived at the witness.
    WitnessHeard(Role, WitnessRequest),
    /// The witness's state is durable.
    WitnessSaved(WitnessState),
    /// The witness answered a node.
    WitnessAnswered(Role, WitnessAnswer),
    /// The answer arrived at the node.
    WitnessTold(Role, WitnessAnswer),
    /// A message between this node and the witness will not arrive.
    WitnessUnheard(Role),
    /// The witness's life is over.
    WitnessCrashed,
    /// The witness's new life begins.
    WitnessRestarted,
    /// A destination asked for a fragment in an NVLog file: offset and length (Spec 10).
    FragmentReadAsked(Role, LogFile, u64, u64),
}

/// A place on the media of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// A block of the committed image on the volume disks.
    Volume(BlockAddress),
    /// Bytes of an NVLog file: where they begin, and how many.
    Log(LogFile, u64, u64),
}

/// Why a message does not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossCause {
    /// The link lost it, or a packet of it.
    Link,
    /// The link found it corrupted.
    Corruption,
    /// The link was partitioned.
    Partition,
    /// Its sender took it back, or crashed, before it left.
    TakenBack,
    /// The connection was reset.
    Reset,
    /// No node was there to take it.
    NodeDown,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Why.
    pub reason: EndReason,
    /// What the source still holds.
    pub source: Occupancy,
    /// What the destination still holds.
    pub destination: Occupancy,
    /// Bytes that the link counted in each direction, packet overhead included.
    pub link_bytes: [u64; 2],
    /// A hash of each side's committed image: source, destination.
    pub images: [String; 2],
    /// Events handled.
    pub events: u64,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Nothing is left to do.
    Done,
    /// The workload is done, and the scenario wants no last consistency point.
    WorkloadDone,
    /// The limit on simulated time was reached.
    TimeLimit,
    /// The limit on events was reached.
    EventLimit,
    /// Clients ask so much faster than they are answered that no memory would hold what waits.
    Overload,
}

/// A reader of facts as they happen.
pub trait Sink {
    /// Takes the next fact.
    fn take(&mut self, fact: &Fact);
}
