//! Which facts are marks.

use super::{MarkKind, Place};
use crate::facts::{Role, Spot, What};
use crate::protocol::{MirrorState, Note};

/// The mark that a fact makes, if any.
pub(super) fn of(what: &What) -> Option<(Place, MarkKind)> {
    let spot = |role, spot: &Spot| match spot {
        Spot::Volume(_) => Place::Volume(role),
        Spot::Log(..) => Place::Log(role),
    };
    Some(match what {
        What::Crashed(role) => (Place::Node(*role), MarkKind::Crashed),
        What::Restarted(role) => (Place::Node(*role), MarkKind::Restarted),
        What::WitnessCrashed => (Place::Witness, MarkKind::Crashed),
        What::WitnessRestarted => (Place::Witness, MarkKind::Restarted),
        What::OperatorAsked => (Place::Operator, MarkKind::PointAsked),
        What::PromotionOrdered(role, order) => {
            (Place::Node(*role), MarkKind::PromotionOrdered(*order))
        }
        What::ChangedPart(role, part) => (Place::Node(*role), MarkKind::ChangedPart(*part)),
        What::Serves(role) => (Place::Node(*role), MarkKind::Serves),
        What::ConnectionReset => (Place::Link, MarkKind::ConnectionReset),
        What::HalfFreed(role, half) => (Place::Nvram(*role), MarkKind::HalfFreed(*half)),
        What::LogFreed(role, file) => (Place::Log(*role), MarkKind::LogFreed(*file)),
        What::Refused(role, refusal) => (Place::Node(*role), MarkKind::Refused(*refusal)),
        What::Spoiled(role, at) => (spot(*role, at), MarkKind::Spoiled(*at)),
        What::CheckFailed(role, at) => (spot(*role, at), MarkKind::CheckFailed(*at)),
        What::Noted(role, note) => return noted(*role, note),
        What::Requested(_)
        | What::Answered(..)
        | What::Appended(..)
        | What::NvramDurable(..)
        | What::Sent(..)
        | What::Departed(..)
        | What::Arrived(..)
        | What::VolumeReadAsked(..)
        | What::VolumeWriteAsked(..)
        | What::VolumeWritten(..)
        | What::Committed(..)
        | What::LogWriteAsked(..)
        | What::LogWritten(..)
        | What::LogReadAsked(..)
        | What::Flushed(_)
        | What::TimerFired(..)
        | What::Ended(_)
        | What::Repeated(_)
        | What::Unheard(_)
        | What::HalfAssigned(..)
        | What::Resent(..)
        | What::Lost(..)
        | What::Damaged(..)
        | What::LinkResent(..)
        | What::ShadowDropped(..)
        | What::StateSaved(..)
        | What::Survived(..)
        | What::FaultBegan(_)
        | What::FaultEnded(_)
        | What::FaultFelt(_)
        | What::Replayed(..)
        | What::PinnedReadAsked(..)
        | What::ImageFound(..)
        | What::Began(_)
        | What::WitnessAsked(..)
        | What::WitnessHeard(..)
        | What::WitnessSaved(_)
        | What::WitnessAnswered(..)
        | What::WitnessTold(..)
        | What::WitnessUnheard(_)
        | What::FragmentReadAsked(..) => return None,
    })
}

/// The mark that a node's word makes, if any.
fn noted(role: Role, note: &Note) -> Option<(Place, MarkKind)> {
    let kind = match *note {
        Note::SessionLost(end) => MarkKind::SessionLost(end),
        Note::Mirror(MirrorState::InSync) => MarkKind::InSync,
        Note::Deposed(generation) => MarkKind::Deposed(generation),
        Note::Diverged(blocks) => MarkKind::Diverged(blocks),
        Note::NvramLost => return Some((Place::Nvram(role), MarkKind::NvramLost)),
        Note::LogReplayed(replayed, beyond) => MarkKind::LogReplayed(replayed, beyond),
        Note::ResyncDoesNotConverge => MarkKind::DoesNotConverge,
        Note::ResyncPass(pass, cp, blocks) => MarkKind::ResyncPass(pass, cp, blocks),
        Note::WriteWaits(id, cause) => {
            return Some((Place::Client(id.client), MarkKind::WriteWaits(id, cause)));
        }
        Note::DestinationWaits => MarkKind::DestinationWaits,
        Note::Resolved(_, from) => MarkKind::Resolved(from),
        Note::Held(_) => MarkKind::Held,
        Note::CpStarted(..)
        | Note::CpEnded(_)
        | Note::Mirror(MirrorState::OutOfSync | MirrorState::Resync | MirrorState::CpForwarding)
        | Note::Restarted(..)
        | Note::LogDamaged(..)
        | Note::PromotionDecided(_)
        | Note::BlockDamaged(_)
        | Note::Session(_)
        | Note::Sometimes(_) => return None,
    };
    Some((Place::Node(role), kind))
}
