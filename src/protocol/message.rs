//! What source and destination say to each other.

mod kind;

pub use kind::MessageKind;

use super::block::{BlockAddress, BlockSize, Contents, Piece, Runs, WriteRange};
use super::{
    BlockNumber, CpId, Epoch, FragmentNumber, Generation, Incarnation, Lsn, TransferId, WriteId,
};
use serde::{Deserialize, Serialize};

/// A message on the WAN. Its length is defined in [`super::wire`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// Source → destination, as entries are logged: log entries with their data.
    Transfer(Transfer),
    /// Source → destination, after the half's last transfer: CP n begins (Spec 5.2).
    CpBegin {
        /// The session.
        epoch: Epoch,
        /// The CP.
        cp: CpId,
        /// Why it is sent.
        purpose: Purpose,
        /// Every transfer that carried its entries; `None`: they were not forwarded, and every block
        /// comes in full (Spec 6.1, 6.5).
        transfers: Option<TransferRange>,
        /// Its last entry: image n = original + entries up to here.
        last_lsn: Lsn,
        /// Writes in the image that their clients may still ask for again (Spec 3.1). Empty where
        /// the entries were forwarded in order: then the destination knows them from the log. Over
        /// `datagram` a CP may be complete without a transfer whose blocks all come in full.
        unanswered: Vec<WriteId>,
    },
    /// Source → destination: blocks of CP n, in (volume, block) order (Spec 5.3).
    CpData {
        /// The session.
        epoch: Epoch,
        /// The CP.
        cp: CpId,
        /// Why it is sent.
        purpose: Purpose,
        /// The blocks; never empty.
        items: Vec<Item>,
    },
    /// Source → destination, after the last item: CP n is complete (Spec 5.6).
    CpEnd {
        /// The session.
        epoch: Epoch,
        /// The CP.
        cp: CpId,
        /// Why it is sent.
        purpose: Purpose,
        /// Distinct volume blocks in the CP.
        blocks: u64,
    },
    /// Source → destination, for each NAK: the frozen block in full (Spec 5.4).
    NakAnswer {
        /// The session.
        epoch: Epoch,
        /// The CP.
        cp: CpId,
        /// The block whose reference was void.
        address: BlockAddress,
        /// What it held when the CP was frozen.
        contents: Contents,
    },
    /// Destination → source, when `through` advances: every entry up to it is complete in the
    /// destination's memory (under `received`) or durable in its log storage (under every other
    /// rule), or in a CP it committed (Spec 3.7). Cumulative.
    LogAck {
        /// The session.
        epoch: Epoch,
        /// The destination's life.
        incarnation: Incarnation,
        /// The last such entry.
        through: Lsn,
    },
    /// Destination → source, once CP n is durable and committed (Spec 5.6).
    CpAck {
        /// The session.
        epoch: Epoch,
        /// The CP.
        cp: CpId,
    },
    /// Destination → source: this reference cannot be resolved (Spec 5.4).
    Nak {
        /// The session.
        epoch: Epoch,
        /// The CP.
        cp: CpId,
        /// The block that was referenced.
        address: BlockAddress,
    },
    /// Destination → source, every `timeout`/3 while no NVLog file is free, or while a CP is being
    /// received and storage gets on with it (Spec 4.3): progress.
    Wait {
        /// The session.
        epoch: Epoch,
    },
    /// Source → destination: begins a session (Spec 6.2, 7.1). Repeated every `reconnect` until it is
    /// answered.
    Hello {
        /// The session to be; above every earlier one.
        epoch: Epoch,
        /// The source's reign.
        generation: Generation,
        /// The source's life.
        incarnation: Incarnation,
        /// The last CP of the reign before that the source has; what the destination committed beyond
        /// it, it committed alone (Spec 7.7).
        base: CpId,
        /// Entries that never became durable at the source, of lives the destination may not know to
        /// be over: it discards them durably before it answers.
        voids: Vec<Void>,
    },
    /// Destination → source: the session lives.
    Welcome {
        /// The session.
        epoch: Epoch,
        /// The destination's life.
        incarnation: Incarnation,
        /// The image that both have: what resynchronization starts from (Spec 6.5).
        committed: CpId,
        /// Blocks that the destination changed alone after it, in an earlier reign of its own
        /// (Spec 7.7).
        diverged: Vec<BlockAddress>,
    },
    /// Destination → source: a newer reign has begun, the sender of HELLO is no source any more
    /// (Spec 7.7).
    Deposed {
        /// The session that is refused.
        epoch: Epoch,
        /// The newest reign the destination knows.
        generation: Generation,
    },
    /// Destination → source, after a restart: every session before is over (Spec 6.2, 7.3).
    Restarted {
        /// The newest session it knows of.
        epoch: Epoch,
        /// The destination's new life.
        incarnation: Incarnation,
    },
    /// Source → destination: the `ack` rule holds again for every write acknowledged (Spec 6.1, 6.6).
    InSync {
        /// The session.
        epoch: Epoch,
    },
    /// Destination → source: it durably knows that the mirror is in sync.
    InSyncNoted {
        /// The session.
        epoch: Epoch,
    },
    /// Source → destination, where a witness decides, four times in a lease: whoever answers it gives
    /// the source a lease that begins with its sending (Spec 7.6).
    Heartbeat {
        /// The session.
        epoch: Epoch,
        /// Counts from 1 in each life of the source.
        number: u64,
    },
    /// Destination → source: it will ask for no promotion until the lease is over (Spec 7.6).
    HeartbeatAnswer {
        /// The session.
        epoch: Epoch,
        /// The heartbeat that is answered.
        number: u64,
    },
    /// Destination → source, under `dedup`: blocks of a CP whose contents it does not have (Spec 10).
    Want {
        /// The session.
        epoch: Epoch,
        /// The CP.
        cp: CpId,
        /// The blocks.
        addresses: Vec<BlockAddress>,
    },
    /// Source → destination: blocks that were wanted, in full, as they were frozen.
    Wanted {
        /// The session.
        epoch: Epoch,
        /// The CP.
        cp: CpId,
        /// The blocks.
        blocks: Vec<(BlockAddress, Contents)>,
    },
}

/// Why the blocks of a CP are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Both sides reach the CP together.
    ConsistencyPoint,
    /// A pass of resynchronization: the source has committed the CP long since (Spec 6.5).
    Resync,
    /// A snapshot: what changed since the destination's image (Spec 10, `snapshot-delta`).
    Snapshot,
}

/// Entries that never became durable in the source's NVRAM: those after `after` and before the first
/// entry of the life `until` (Spec 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Void {
    /// The last entry that survived.
    pub after: Lsn,
    /// Before the first entry of the next life.
    pub until: Lsn,
}

impl Void {
    /// Whether the entry is one of these.
    #[must_use]
    pub fn contains(&self, lsn: Lsn) -> bool {
        self.after < lsn && lsn < self.until
    }
}

impl Message {
    /// The session the message belongs to, or speaks of.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        match self {
            Self::Transfer(transfer) => transfer.header.epoch,
            Self::CpBegin { epoch, .. }
            | Self::CpData { epoch, .. }
            | Self::CpEnd { epoch, .. }
            | Self::NakAnswer { epoch, .. }
            | Self::Want { epoch, .. }
            | Self::Wanted { epoch, .. }
            | Self::LogAck { epoch, .. }
            | Self::CpAck { epoch, .. }
            | Self::Nak { epoch, .. }
            | Self::Wait { epoch }
            | Self::Hello { epoch, .. }
            | Self::Welcome { epoch, .. }
            | Self::Deposed { epoch, .. }
            | Self::Restarted { epoch, .. }
            | Self::InSync { epoch }
            | Self::InSyncNoted { epoch }
            | Self::Heartbeat { epoch, .. }
            | Self::HeartbeatAnswer { epoch, .. } => *epoch,
        }
    }
}

/// Transfer IDs in the order they were given, which may pass the wrap (Spec 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferRange {
    /// The first.
    pub first: TransferId,
    /// The last; equal to `first` for one transfer.
    pub last: TransferId,
}

impl TransferRange {
    /// Whether `id` was given from `first` on and not after `last`.
    #[must_use]
    pub const fn contains(self, id: TransferId) -> bool {
        let (first, last) = (self.first.0, self.last.0);
        if first <= last { first <= id.0 && id.0 <= last } else { id.0 >= first || id.0 <= last }
    }

    /// How many IDs were given from `first` to `last`, where an ID has so many bits.
    #[must_use]
    pub fn count(self, bits: u32) -> u64 {
        let mask = u32::MAX >> (32 - bits);
        u64::from(self.last.0.wrapping_sub(self.first.0) & mask) + 1
    }
}

/// A data transfer (Spec 3.4): header; entry headers; block area; fragment area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Who it is.
    pub header: TransferHeader,
    /// The entries, or parts of entries, it carries; in LSN order, never empty.
    pub entries: Vec<EntryHeader>,
    /// The block area: wholly covered blocks, in entry order, then address order. A block's index
    /// here is its block number, whatever the alignment of its write.
    pub blocks: Vec<Runs>,
    /// The fragment area: partly covered bytes, in the same order.
    pub fragments: Vec<Runs>,
}

/// The header of a data transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferHeader {
    /// The session.
    pub epoch: Epoch,
    /// Its name within the session.
    pub id: TransferId,
    /// The CP of the NVRAM half its entries lie in; a transfer never mixes halves.
    pub cp: CpId,
    /// The LSN of its first entry.
    pub first_lsn: Lsn,
}

/// A log entry, or in a transfer the part of one that the transfer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryHeader {
    /// Its place in the log.
    pub lsn: Lsn,
    /// The entry before it (Spec 3.1).
    pub predecessor: Lsn,
    /// The client's write.
    pub write: WriteId,
    /// All bytes of the write.
    pub range: WriteRange,
    /// First byte carried here, counted from the start of the write.
    pub part_start: u64,
    /// Bytes carried here; all of them in NVRAM.
    pub part_length: u64,
}

impl EntryHeader {
    /// The pieces carried here, in address order.
    pub fn pieces(&self, size: BlockSize) -> impl Iterator<Item = Piece> {
        self.range.part(self.part_start, self.part_length, size)
    }
}

/// One block of a consistency point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The block.
    pub address: BlockAddress,
    /// Its contents, or where they already are.
    pub body: ItemBody,
}

/// How a block of a CP is sent: exactly one of these (Spec 5.3; Claims 9, 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemBody {
    /// The block in full: partially modified, metadata, or its reference is void.
    Full(Contents),
    /// Where the destination already has it.
    Reference(Reference),
    /// The hash of its contents, which stand for themselves (Spec 10).
    Hash(Runs),
    /// Where the destination already has every part of it (Spec 10, `extents`).
    Pieces(Pieces),
}

/// Names a block that was sent before: the transfer and the place within it (Claims 3, 4, 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The data transfer.
    pub transfer: TransferId,
    /// The place in its block area.
    pub number: BlockNumber,
}

/// Names all that a block is put together from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces {
    /// What lies under the fragments.
    pub base: PieceBase,
    /// What was written over it, in LSN order. None is covered wholly by those after it.
    pub fragments: Vec<FragmentReference>,
}

/// What the fragments of a block lie on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PieceBase {
    /// The block in the destination's own committed image; not read where the fragments cover it all.
    Image,
    /// A block of a transfer.
    Block(Reference),
}

/// Names a fragment that was sent before. The entry headers of its transfer, which the destination
/// has, say to which bytes of which block it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FragmentReference {
    /// The data transfer.
    pub transfer: TransferId,
    /// The place in its fragment area.
    pub number: FragmentNumber,
}

impl Pieces {
    /// The block of the log that a reference names: there is nothing to put together.
    #[must_use]
    pub const fn one(reference: Reference) -> Self {
        Self { base: PieceBase::Block(reference), fragments: Vec::new() }
    }
}
