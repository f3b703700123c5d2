//! What nodes say for the sake of knowing how far they were tried: the state of the destination's
//! session, and rare branches. Nothing depends on any of it, and no property trusts it.

use super::{Effect, Note};
use serde::{Deserialize, Serialize};

/// Whether the destination takes messages, as it says itself (Spec 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// It waits for HELLO.
    None,
    /// HELLO came; the new session is being made durable.
    Saving,
    /// It is durable; a commit or a scan under way is waited for.
    Durable,
    /// What this side changed alone is being listed (Spec 7.7).
    Listing,
    /// It takes messages.
    Live,
}

/// A rare branch that a node took, where no other fact tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A transfer arrived for a CP that is committed (Spec 4.2).
    TransferAfterCommit,
    /// Blocks of a CP arrived before its `CP_BEGIN` (Spec 5.4).
    ItemsBeforeBegin,
    /// `CP_END` arrived before all blocks had.
    EndBeforeItems,
    /// Blocks of a CP arrived a second time.
    ItemsRepeated,
    /// A NAK was answered that was answered before.
    NakAnsweredAgain,
    /// A write to log storage was done when its session was over (Spec 6.2).
    LogWriteOfOldSession,
    /// A shadow page was durable when its CP had been given up.
    PageOfDroppedCp,
    /// A reference was read back when its CP had been given up.
    LogReadOfDroppedCp,
    /// HELLO arrived while a CP was being committed: the commit goes on.
    HelloDuringCommit,
    /// HELLO of an epoch that is over.
    HelloOfOldEpoch,
    /// Entries that never became durable at the source were discarded (Spec 7.1).
    VoidDiscarded,
    /// A session ended while transfers waited for a file (Spec 4.3).
    WaitingTransfersDropped,
    /// A client asked again for what an earlier life had logged (Spec 3.1).
    AskedAgain,
    /// A block was read when the session that it was to be sent in was over.
    ReadOfOldSession,
    /// The images were the same and no entry waited: in sync without a CP in full (Spec 6.1).
    CaughtUpAtRest,
    /// The destination had heard HELLO in an earlier life: another epoch begins.
    GreetedAnew,
    /// A block that the destination missed was newer in the CP that goes in full (Spec 6.5).
    MissingBlockOverwritten,
    /// A block changed again while a pass sent it (Spec 6.4).
    ChangedDuringPass,
    /// The base of a partial write was damaged, and the block was wholly overwritten meanwhile
    /// (Spec 8.2).
    DamagedBaseNotNeeded,
}

/// Says that a rare branch was taken.
pub(super) fn sometimes(mark: Mark, effects: &mut Vec<Effect>) {
    effects.push(Effect::Note(Note::Sometimes(mark)));
}
