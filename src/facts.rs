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
use crate::protocol::{
    CpId, EntryHeader, Half, LogFile, Lsn, Message, Note, Occupancy, Outcome, Refusal, Request,
    Timer, TransferHeader, WriteId,
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
    Answered(WriteId, Outcome),
    /// The source wrote an entry into a half of its NVRAM.
    Appended(Half, CpId, EntryHeader),
    /// The entry with this LSN and every earlier one is durable in NVRAM.
    NvramDurable(Lsn),
    /// The source freed a half.
    HalfFreed(Half),
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
    /// The destination asked for a transfer to be written to an NVLog file: offset and length.
    LogWriteAsked(LogFile, u64, u64, TransferHeader),
    /// The transfer is durable in the file.
    LogWritten(LogFile, TransferHeader),
    /// The destination asked for a block of an NVLog file, by offset.
    LogReadAsked(LogFile, u64),
    /// The destination emptied an NVLog file.
    LogFreed(LogFile),
    /// The destination's own flush happened.
    Flushed,
    /// A timer went off.
    TimerFired(Role, Timer),
    /// The operator asked for a consistency point.
    OperatorAsked,
    /// A node said something on its status channel. No property trusts it.
    Noted(Role, Note),
    /// The run is over; the last fact.
    Ended(Ending),
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
