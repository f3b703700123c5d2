//! The vocabulary of the mirroring protocol: what nodes are told, what they wish, what they say.
//!
//! A node is a pure state machine: [`Input`] in, [`Effect`]s out. It has no clock (`now` is a
//! parameter), no randomness, no I/O, no floats. A host with sockets and disks could drive the same
//! code that the simulation drives. The clauses cited as "Spec" are those of
//! [`crate::specification`], the claims those of US 7,200,726 ([`crate::claims`]).

mod durable;
mod id;
mod message;
mod parameters;
mod sabotage;
mod status;

pub mod block;
pub mod buffer;
pub mod destination;
pub mod metadata;
pub mod nvlog;
pub mod nvram;
pub mod pieces;
pub mod policy;
pub mod source;
pub mod transfer;
pub mod wire;
pub mod witness;

pub use durable::{CommitRecord, Part, PromotionOrder, Reign, SavedMirror, SavedState, Scanned};
pub use id::{
    BlockNumber, ClientId, CpId, CpNumber, Epoch, FaultId, FragmentNumber, Generation, Half,
    Incarnation, LogFile, Lsn, OpNumber, Ticket, TransferId, WriteId,
};
pub use message::{
    EntryHeader, FragmentReference, Item, ItemBody, Message, MessageKind, PieceBase, Pieces,
    Purpose, Reference, Transfer, TransferHeader, TransferRange, Void,
};
pub use parameters::{
    AckRule, Dispatch, FlushRule, HeldWrites, Metadata, Mirroring, Mode, Parameters, Policy,
};
pub use sabotage::Sabotage;
pub use status::{Mark, SessionState};

use crate::units::SimTime;
use block::{BlockAddress, Contents, Runs, VolumeId, WriteRange};
use serde::{Deserialize, Serialize};
use witness::{WitnessAnswer, WitnessRequest};

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Store the bytes of this range; they become `Write(client, op)`.
    Write(WriteRange),
    /// Return the bytes of this range.
    Read(WriteRange),
    /// Answer when every earlier write of this client to this volume is acknowledged (Spec 5.1).
    Flush(VolumeId),
}

/// A client's request. A repeated request carries the same client and operation number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who asks, and the client's own number of the operation.
    pub id: WriteId,
    /// What is asked.
    pub operation: Operation,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The write is as safe as the `ack` rule promises (Spec 3.7).
    Written,
    /// Every earlier write of the client to the volume was answered.
    Flushed,
    /// What was read, block by block in address order.
    Read(Vec<(BlockAddress, Runs)>),
    /// The request cannot be served; nothing was changed.
    Refused(Refusal),
}

/// Why something was turned away. A refusal is a fact with a cause, like everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A write of no bytes.
    Empty,
    /// A write that no NVRAM half, or no other bound, could ever hold (Spec 2.1); a read of more
    /// blocks than the source may have buffers.
    LargerThanHalf,
    /// A range that ends beyond 2⁶⁴ (Spec 2.1).
    BeyondVolume,
    /// Clients talk to the source only (Spec 1.1; Claims 1, 16, 19, 21).
    NotTheSource,
    /// A message of another session epoch (Spec 4.2).
    WrongEpoch,
    /// A message of a CP that is committed, acknowledged or foreign (Spec 5.4).
    ForeignCp,
    /// A message that this role does not take.
    WrongDirection,
    /// A transfer seen before: acknowledged again, changes nothing (Spec 4.2).
    Duplicate,
    /// A request repeated while the first is still being served (Spec 3.1).
    Repeated,
    /// A write while a `strict` mirror is not in sync and writes are to fail (Spec 6.3).
    NotInSync,
    /// The source's NVRAM was lost or damaged: it serves nobody (Spec 7.2).
    Fenced,
    /// HELLO of a reign that is over (Spec 7.7).
    Deposed,
    /// The block that is to be read lies damaged on the source's disks (Spec 8.2): no bytes are
    /// better than wrong ones.
    Damaged,
    /// The source lost bytes that a consistency point needs: it serves nobody (Spec 8.2).
    DiskFailed,
    /// A heartbeat at a destination that asks the witness for a promotion (Spec 7.6).
    Asking,
    /// An operator's order that is not forced, where a witness decides (Spec 7.6).
    WitnessDecides,
}

/// What a node is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A client's request arrived.
    Request(Request),
    /// A message of the peer arrived.
    Message(Message),
    /// The entry with this LSN and every earlier one is durable in NVRAM (Spec 3.1).
    NvramDurable(Lsn),
    /// The oldest message handed to the link and not yet reported has left: its last byte is on
    /// the wire.
    Departed,
    /// A read of a block of the volume disks is done.
    VolumeRead(Ticket, Contents),
    /// What a read of a block of the volume disks found fails its check (Spec 8.2).
    VolumeDamaged(Ticket),
    /// A shadow write to the volume disks is durable.
    VolumeWritten(Ticket),
    /// The CP was committed: all its shadow pages became the image at once (Spec 5.6).
    Committed(CpId),
    /// A write to log storage is durable.
    LogWritten(Ticket),
    /// A read of log storage is done; `None`: what is stored there fails its check.
    LogRead(Ticket, Option<Runs>),
    /// The destination's own flush has happened (Spec 4.3).
    Flushed,
    /// A timer set earlier is due.
    Timer(Timer),
    /// The operator asks for a consistency point now (Spec 5.1).
    ConsistencyPoint,
    /// The operator orders this node to become the source (Spec 7.4).
    Promote(PromotionOrder),
    /// The small state asked to be saved with this ticket, and every earlier one, is durable.
    StateSaved(Ticket),
    /// The blocks that changed after the CP that was asked about, each with the newest CP that
    /// changed it (Spec 6.4).
    Changed(Vec<(BlockAddress, CpId)>),
    /// Everything in log storage, in the order of files and offsets (Spec 7.3).
    LogScanned(Vec<Scanned>),
    /// The transport says that the connection is gone; what was under way may have arrived or not.
    Disconnected,
    /// The first life of a node begins, where a witness decides: both sides are in sync (Spec 6.1, 7.6).
    Begin,
    /// The witness answers (Spec 7.6).
    Witness(WitnessAnswer),
}

/// A node's timers. Setting one again moves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// Source: the consistency point timer (Spec 5.1).
    ConsistencyPoint,
    /// Source: the open transfer has waited `transfer.max_delay` (Spec 3.3).
    TransferDelay,
    /// Destination: the periodic flush of its own storage (Spec 4.3).
    Flush,
    /// Destination: say WAIT if there is a reason to (Spec 4.3).
    Wait,
    /// Source: no progress for `timeout` (Spec 6.2).
    Progress,
    /// Source: try a lost session again (Spec 6.4).
    Reconnect,
    /// Source, over `datagram`: nothing was heard, so send again what was not acknowledged (Spec 8.1).
    Retransmit,
    /// Source: the next heartbeat is due (Spec 7.6).
    Heartbeat,
    /// Source: the lease is over. Destination: no heartbeat came for longer than a lease (Spec 7.6).
    Lease,
    /// The witness did not answer: ask again (Spec 7.6).
    Witness,
    /// Source: the next snapshot is due (Spec 10, `snapshot-delta`).
    Snapshot,
}

/// What a node wishes. The host carries effects out in order; a later one may rely on an earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answer a client.
    Answer(WriteId, Outcome),
    /// Take a log entry into an NVRAM half; it has its LSN and its place, and is not durable yet.
    NvramAppend(Half, CpId, EntryHeader),
    /// Make the entry with this LSN durable; answered by [`Input::NvramDurable`]. Asked for in LSN
    /// order, and to be done in that order: what is durable is a prefix (Spec 3.1).
    NvramPersist(Lsn),
    /// Free a half: its entries are on disk on both sides (Spec 5.7).
    NvramFree(Half),
    /// The entries of a half, which survived a crash, belong to this CP from now on (Spec 7.1).
    NvramAssign(Half, CpId),
    /// Hand a message to the link towards the peer; answered by [`Input::Departed`].
    Send(Message),
    /// The same, for a message that was sent before and not acknowledged (Spec 8.1).
    SendAgain(Message),
    /// The session is over: take back what the link has not sent. No [`Input::Departed`] follows for
    /// it.
    Disconnect,
    /// Read the committed contents of a block of the volume disks.
    ReadVolume(Ticket, BlockAddress),
    /// Write a shadow page of a CP to the volume disks, invisible until the commit.
    WriteVolume(Ticket, CpId, BlockAddress, Contents),
    /// Make every shadow page of the CP the image, atomically with the commit record (Spec 5.6).
    Commit(CommitRecord),
    /// Forget the shadow pages of a CP that will not be committed.
    DropShadow(CpId),
    /// Keep the committed image as it is now readable, whatever is committed later (Spec 6.5).
    PinImage,
    /// Read a block of the pinned image; answered by [`Input::VolumeRead`].
    ReadPinned(Ticket, BlockAddress),
    /// The pinned image is not needed any more.
    UnpinImage,
    /// Which blocks changed after this CP? Answered by [`Input::Changed`] (Spec 6.4).
    ListChanged(CpId),
    /// Make this small state durable, after every earlier one; answered by [`Input::StateSaved`].
    SaveState(Ticket, SavedState),
    /// Write a transfer to an NVLog file at a byte offset (Spec 4.1).
    WriteLog(Ticket, LogFile, u64, Transfer),
    /// Read a block, or a fragment, from an NVLog file: the byte offset and the length (Spec 5.5).
    ReadLog(Ticket, LogFile, u64, u64),
    /// Empty an NVLog file for reuse (Spec 4.3).
    FreeLog(LogFile),
    /// Read all of log storage; answered by [`Input::LogScanned`] (Spec 7.3).
    ScanLog,
    /// A promoted source takes an entry of its log into the CP that replays it (Spec 7.4).
    Replay(Half, CpId, EntryHeader),
    /// Clients are served from now on (Spec 7.4).
    Serve,
    /// The part that was made durable is another one: this node is to be replaced by one that plays
    /// it. Whatever is under way may be done or not, as at a crash.
    ChangePart,
    /// Flush the node's own storage; answered by [`Input::Flushed`].
    Flush,
    /// Ask the witness; answered by [`Input::Witness`], if it hears and is heard (Spec 7.6).
    AskWitness(WitnessRequest),
    /// Set or move a timer.
    SetTimer(Timer, SimTime),
    /// A timer that was set is not needed any more.
    CancelTimer(Timer),
    /// Whatever the present input carried is turned away.
    Refuse(Refusal),
    /// Say on the status channel what the node is doing; nothing depends on it.
    Note(Note),
}

/// A node's own word about what it does, for people and metrics. No property trusts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// A CP began, for this reason.
    CpStarted(CpId, Trigger),
    /// A CP is over: both sides committed it and its space is free.
    CpEnded(CpId),
    /// A client's write has to wait.
    WriteWaits(WriteId, WaitCause),
    /// The destination has no free NVLog file (Spec 4.3).
    DestinationWaits,
    /// A reference was resolved from memory or from log storage (Spec 5.5).
    Resolved(BlockAddress, ResolvedFrom),
    /// A reference names a transfer that is still on its way (Spec 5.4).
    Held(BlockAddress),
    /// The source's mirror is in another state (Spec 6.1).
    Mirror(MirrorState),
    /// A session is over, for this reason (Spec 6.2).
    SessionLost(SessionEnd),
    /// A pass of resynchronization begins: its number, the CP it sends, its blocks (Spec 6.5).
    ResyncPass(u64, CpId, u64),
    /// Passes go on without shrinking: `resync did not converge` (Spec 6.5).
    ResyncDoesNotConverge,
    /// A node began a life after a crash: its number, log entries found (Spec 7.1, 7.3).
    Restarted(Incarnation, u64),
    /// The source's NVRAM was lost or damaged: declared (Spec 7.2).
    NvramLost,
    /// A record of the NVLog fails its check (Spec 7.3).
    LogDamaged(LogFile, u64),
    /// A promotion was decided. The destination durably knew itself in sync, or what was acknowledged
    /// since then may be lost (Spec 7.5).
    PromotionDecided(Option<SimTime>),
    /// Entries of the log that were replayed, and entries beyond them that were not (Spec 7.4).
    LogReplayed(u64, u64),
    /// The source learned of a newer reign (Spec 7.7).
    Deposed(Generation),
    /// Blocks that this side had changed alone; they are set aside (Spec 7.7).
    Diverged(u64),
    /// A block of the source's own image fails its check (Spec 8.2).
    BlockDamaged(BlockAddress),
    /// The destination's session is in another state (Spec 6.2).
    Session(SessionState),
    /// A rare branch was taken.
    Sometimes(Mark),
}

/// The state of the mirror, as the source sees it (Spec 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MirrorState {
    /// The `ack` rule holds for every acknowledged write.
    InSync,
    /// No session.
    OutOfSync,
    /// The destination's image catches up, pass by pass.
    Resync,
    /// One CP in full; log forwarding follows it.
    CpForwarding,
}

impl MirrorState {
    /// The state's name in reports and violations.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::InSync => "in_sync",
            Self::OutOfSync => "out_of_sync",
            Self::Resync => "resync",
            Self::CpForwarding => "cp_forwarding",
        }
    }
}

/// Why a session ended (Spec 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// No progress for `timeout`.
    NoProgress,
    /// The transport lost the connection.
    ConnectionLost,
    /// The destination has a new life.
    DestinationRestarted,
    /// The source itself has a new life.
    SourceRestarted,
    /// The source was a destination until now.
    Promoted,
    /// A block that the destination misses lies damaged on the source's disks (Spec 8.2).
    BlockDamaged,
    /// The destination answered no heartbeat for a lease (Spec 7.6).
    LeaseLost,
}

/// Where a reference was resolved from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolvedFrom {
    /// Still cached in the destination's memory.
    Memory,
    /// Read back from log storage.
    LogStorage,
    /// Several pieces, put together, wherever each was (Spec 10).
    Pieces,
}

/// What starts a consistency point (Spec 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The timer.
    Timer,
    /// The active half is full.
    HalfFull,
    /// The active half was full before the last CP had ended: writers waited.
    BackToBack,
    /// Too many dirty buffers.
    DirtyBuffers,
    /// Another bound is full and only a CP frees it (Spec 3.8).
    Bound,
    /// A write waits that only a CP can satisfy: `ack` is `applied`.
    WaitingWrite,
    /// The operator, also at the end of a run.
    Operator,
    /// Entries found in NVRAM after a crash (Spec 7.1).
    Replay,
    /// The destination's image has caught up far enough (Spec 6.1).
    Resync,
}

impl Trigger {
    /// The key of `by_trigger` in a report.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Timer => "timer",
            Self::HalfFull => "half_full",
            Self::BackToBack => "back_to_back",
            Self::DirtyBuffers => "dirty_buffers",
            Self::Bound => "bound",
            Self::WaitingWrite => "waiting_write",
            Self::Operator => "operator",
            Self::Replay => "replay",
            Self::Resync => "resync",
        }
    }
}

/// Which full bound makes a write wait (Spec 3.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitCause {
    /// The active NVRAM half.
    NvramHalf,
    /// The table of transfer IDs, or the IDs themselves.
    TransferIds,
    /// Dirty buffers.
    DirtyBuffers,
    /// The mirror is `strict` and not in sync (Spec 6.3).
    NotInSync,
    /// Entries found after a crash come first (Spec 7.1).
    Replay,
}

impl WaitCause {
    /// The key of `waits` in a report.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::NvramHalf => "nvram_half",
            Self::TransferIds => "transfer_ids",
            Self::DirtyBuffers => "dirty_buffers",
            Self::NotInSync => "not_in_sync",
            Self::Replay => "replay",
        }
    }
}

/// What a node still holds, for the check that all space is reclaimed (L5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Occupancy {
    /// Log entries in NVRAM.
    pub nvram_entries: u64,
    /// Live transfer IDs.
    pub transfer_ids: u64,
    /// Dirty and frozen buffers.
    pub buffers: u64,
    /// Requests not answered.
    pub requests: u64,
    /// Transfers in the map of the destination.
    pub mapped_transfers: u64,
    /// NVLog files in use.
    pub log_files: u64,
    /// Bytes of transfers cached in memory.
    pub cached_bytes: u64,
}
