//! Moments.

mod marked;

use super::budget::{Budget, Left};
use crate::facts::{Fact, Role, Spot};
use crate::protocol::{
    ClientId, CpId, Generation, Half, LogFile, Part, PromotionOrder, Refusal, ResolvedFrom,
    SessionEnd, WaitCause, WriteId,
};
use crate::units::SimTime;

/// A moment at which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: SimTime,
    /// Where.
    pub place: Place,
    /// What.
    pub kind: MarkKind,
    /// How often at that moment.
    pub count: u64,
}

/// Where something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// At a client.
    Client(ClientId),
    /// At a node.
    Node(Role),
    /// In a node's NVRAM.
    Nvram(Role),
    /// On a node's log storage.
    Log(Role),
    /// On a node's volume disks.
    Volume(Role),
    /// On the link, both directions.
    Link,
    /// At the witness.
    Witness,
    /// Outside of all.
    Operator,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// A node crashed.
    Crashed,
    /// A node's new life begins.
    Restarted,
    /// The operator asked for a consistency point.
    PointAsked,
    /// The operator ordered a node to become the source.
    PromotionOrdered(PromotionOrder),
    /// A node plays another part from now on.
    ChangedPart(Part),
    /// A promoted source serves clients from now on.
    Serves,
    /// The connection is gone.
    ConnectionReset,
    /// A session is over.
    SessionLost(SessionEnd),
    /// The mirror is in sync again.
    InSync,
    /// The source learned of a newer reign.
    Deposed(Generation),
    /// Blocks that this side had changed alone were set aside.
    Diverged(u64),
    /// The source's NVRAM was lost or damaged.
    NvramLost,
    /// Entries of the log that were replayed, and entries beyond them that were not.
    LogReplayed(u64, u64),
    /// Passes of resynchronization go on without shrinking.
    DoesNotConverge,
    /// A pass of resynchronization begins: its number, its CP, its blocks.
    ResyncPass(u64, CpId, u64),
    /// A half of the NVRAM was freed.
    HalfFreed(Half),
    /// An `NVLog` file was emptied.
    LogFreed(LogFile),
    /// What was given to a node was turned away.
    Refused(Refusal),
    /// A client's write has to wait.
    WriteWaits(WriteId, WaitCause),
    /// The destination has no free `NVLog` file.
    DestinationWaits,
    /// References were resolved.
    Resolved(ResolvedFrom),
    /// References name transfers that are still on their way.
    Held,
    /// A medium does not hold what was written there last.
    Spoiled(Spot),
    /// What a read found fails its check.
    CheckFailed(Spot),
}

impl MarkKind {
    /// Whether it is among the few that are kept of the whole run, wherever the window is.
    #[must_use]
    pub const fn is_landmark(&self) -> bool {
        match self {
            Self::Crashed
            | Self::Restarted
            | Self::PointAsked
            | Self::PromotionOrdered(_)
            | Self::ChangedPart(_)
            | Self::Serves
            | Self::ConnectionReset
            | Self::SessionLost(_)
            | Self::InSync
            | Self::Deposed(_)
            | Self::Diverged(_)
            | Self::NvramLost
            | Self::LogReplayed(..)
            | Self::DoesNotConverge => true,
            Self::ResyncPass(..)
            | Self::HalfFreed(_)
            | Self::LogFreed(_)
            | Self::Refused(_)
            | Self::WriteWaits(..)
            | Self::DestinationWaits
            | Self::Resolved(_)
            | Self::Held
            | Self::Spoiled(_)
            | Self::CheckFailed(_) => false,
        }
    }
}

/// Marks kept.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub kept: Vec<Mark>,
    pub left: Left,
}

impl Marks {
    /// `landmarks` has room for those of the whole run.
    pub fn take(&mut self, fact: &Fact, budget: &mut Budget, landmarks: &mut Budget) {
        let Some((place, kind)) = marked::of(&fact.what) else { return };
        let budget = if kind.is_landmark() { landmarks } else { budget };
        let same = self.kept.iter_mut().rev().take_while(|mark| mark.at == fact.at);
        if let Some(mark) = { same }.find(|mark| (mark.place, mark.kind) == (place, kind)) {
            mark.count += 1;
        } else if budget.admits(fact.at, fact.at, &mut self.left) {
            self.kept.push(Mark { at: fact.at, place, kind, count: 1 });
        }
    }
}
