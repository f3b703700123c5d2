//! What survives a crash, as a node reads and writes it (Spec 1.2, 1.3): the commit record, the small
//! state, the records of the log.

use super::{CpId, Epoch, Generation, Incarnation, LogFile, Lsn, Transfer, Void, WriteId};
use crate::units::SimTime;
use serde::{Deserialize, Serialize};

/// What is written with a commit, atomically (Spec 1.2, 1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRecord {
    /// The CP.
    pub cp: CpId,
    /// Its last entry: the image is the original and every entry up to here.
    pub last_lsn: Lsn,
    /// Writes in the image that may not have been answered: one asked for again is known (Spec 3.1).
    pub unanswered: Vec<WriteId>,
}

impl CommitRecord {
    /// The original image.
    pub const ORIGINAL: Self =
        Self { cp: CpId::ORIGINAL, last_lsn: Lsn::ORIGIN, unanswered: Vec::new() };
}

/// The small state that survives a crash beside image and log (Spec 1.2, 1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedState {
    /// The newest reign known.
    pub generation: Generation,
    /// The node's life.
    pub incarnation: Incarnation,
    /// The newest session begun or taken part in.
    pub epoch: Epoch,
    /// Whether the mirror was in sync as far as the node knows.
    pub mirror: SavedMirror,
    /// The part that the node plays.
    pub part: Part,
    /// The last CP of the reign before that the present source had on disk when its own began; what
    /// another node committed beyond it, it committed alone (Spec 7.7).
    pub base: CpId,
    /// Whether a source that was promoted has been in sync since.
    pub reign: Reign,
    /// Entries that never became durable at the source (Spec 7.1). Source: not yet known to the
    /// destination. Destination: not to be replayed.
    pub voids: Vec<Void>,
}

impl SavedState {
    /// At the start of a run: in sync, both images original (Spec 6.1).
    pub const FIRST: Self = Self {
        generation: Generation(1),
        incarnation: Incarnation(1),
        epoch: Epoch(1),
        mirror: SavedMirror::InSync,
        part: Part::Source,
        base: CpId::ORIGINAL,
        reign: Reign::Mirrored,
        voids: Vec::new(),
    };
}

/// The part that a node plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Serves clients.
    Source,
    /// Receives from the source only.
    Destination,
    /// A destination that is about to serve clients: its log is still to be replayed (Spec 7.4).
    Promoted,
}

/// Whether a source has a mirror (Spec 6.3, 7.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reign {
    /// It has, or had.
    Mirrored,
    /// It was promoted to go on alone, and was not in sync since.
    Alone,
}

/// Whether a promotion heeds what the destination knows of the mirror (Spec 7.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromotionOrder {
    /// Refused unless the mirror is in sync as far as is durably known.
    Guarded,
    /// Done whatever is lost.
    Forced,
}

/// Whether the mirror is in sync, as far as a node durably knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedMirror {
    /// In sync.
    InSync,
    /// Out of sync since then.
    OutOfSync(SimTime),
}

/// A record found in log storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The file.
    pub file: LogFile,
    /// Where in the file it begins.
    pub offset: u64,
    /// What it is; `None`: it fails its check.
    pub transfer: Option<Transfer>,
}
