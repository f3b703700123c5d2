//! What stands on a timeline, in a few words: for hovers, tables and traces.

use super::{Answer, Condition, MarkKind, SpellKind, Timeline, WorkKind};
use crate::facts::{LossCause, Role, Spot};
use crate::protocol::witness::Plea;
use crate::protocol::{MirrorState, Operation, Part, PromotionOrder, SessionEnd};

/// The name of a side.
#[must_use]
pub const fn side(role: Role) -> &'static str {
    match role {
        Role::Source => "source",
        Role::Destination => "destination",
    }
}

/// What is asked: `write`.
#[must_use]
pub const fn operation(operation: &Operation) -> &'static str {
    match operation {
        Operation::Write(_) => "write",
        Operation::Read(_) => "read",
        Operation::Flush(_) => "flush",
    }
}

/// How it was answered: `written`, `refused: not in sync`; `None`: not at all.
#[must_use]
pub fn answer(answer: Option<Answer>) -> String {
    match answer {
        Some(Answer::Written) => "written".to_owned(),
        Some(Answer::Flushed) => "flushed".to_owned(),
        Some(Answer::Read) => "read".to_owned(),
        Some(Answer::Refused(refusal)) => format!("refused: {}", key(&refusal)),
        None => "not answered".to_owned(),
    }
}

/// Why a message does not arrive: `partition`.
#[must_use]
pub const fn loss(cause: LossCause) -> &'static str {
    match cause {
        LossCause::Link => "on the link",
        LossCause::Corruption => "corrupted on the link",
        LossCause::Partition => "partition",
        LossCause::TakenBack => "taken back",
        LossCause::Reset => "connection reset",
        LossCause::NodeDown => "receiver down",
    }
}

/// In which condition a message arrives.
#[must_use]
pub const fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::Intact => "intact",
        Condition::Damaged => "damaged",
    }
}

/// What a device does: `page write`.
#[must_use]
pub const fn work(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Append => "log entry",
        WorkKind::LogWrite => "transfer write",
        WorkKind::LogRead => "log read",
        WorkKind::PageWrite => "page write",
        WorkKind::PageRead => "page read",
        WorkKind::PinnedRead => "pinned read",
    }
}

/// What a node asks the witness for.
#[must_use]
pub const fn plea(plea: Plea) -> &'static str {
    match plea {
        Plea::Alone => "to go on alone",
        Plea::Together => "in sync again",
        Plea::Promotion => "promotion",
    }
}

/// What is wrong: `partition`, `source down`, `resync`.
#[must_use]
pub fn spell(timeline: &Timeline, kind: SpellKind) -> String {
    match kind {
        SpellKind::Fault(id) => {
            let place = usize::try_from(id.0).unwrap_or(usize::MAX);
            let word = timeline.faults.get(place).copied();
            word.map_or_else(|| format!("fault {id}"), str::to_owned)
        }
        SpellKind::Mirror(_, state) => mirror(state).to_owned(),
        SpellKind::Down(role) => format!("{} down", side(role)),
        SpellKind::WitnessDown => "witness down".to_owned(),
    }
}

const fn mirror(state: MirrorState) -> &'static str {
    match state {
        MirrorState::InSync => "in sync",
        MirrorState::OutOfSync => "out of sync",
        MirrorState::Resync => "resynchronization",
        MirrorState::CpForwarding => "CP forwarding",
    }
}

/// What happened at a moment.
#[must_use]
pub fn mark(kind: &MarkKind) -> String {
    match kind {
        MarkKind::Crashed => "crash".to_owned(),
        MarkKind::Restarted => "restart".to_owned(),
        MarkKind::PointAsked => "consistency point asked for".to_owned(),
        MarkKind::PromotionOrdered(PromotionOrder::Guarded) => "promotion ordered".to_owned(),
        MarkKind::PromotionOrdered(PromotionOrder::Forced) => {
            "promotion ordered by force".to_owned()
        }
        MarkKind::ChangedPart(Part::Source) => "is the source now".to_owned(),
        MarkKind::ChangedPart(Part::Destination) => "is the destination now".to_owned(),
        MarkKind::ChangedPart(Part::Promoted) => "is promoted".to_owned(),
        MarkKind::Serves => "serves clients".to_owned(),
        MarkKind::ConnectionReset => "connection reset".to_owned(),
        MarkKind::SessionLost(end) => format!("session over: {}", session_end(*end)),
        MarkKind::InSync => "in sync".to_owned(),
        MarkKind::Deposed(generation) => format!("deposed by reign {generation}"),
        MarkKind::Diverged(blocks) => format!("{blocks} diverged blocks set aside"),
        MarkKind::NvramLost => "NVRAM lost".to_owned(),
        MarkKind::LogReplayed(replayed, beyond) => {
            format!("{replayed} entries replayed, {beyond} beyond a gap")
        }
        MarkKind::DoesNotConverge => "resynchronization does not converge".to_owned(),
        MarkKind::ResyncPass(pass, cp, blocks) => format!("pass {pass}: {blocks} blocks of {cp}"),
        MarkKind::HalfFreed(half) => format!("{} half freed", key(half)),
        MarkKind::LogFreed(file) => format!("file {file} freed"),
        MarkKind::Refused(refusal) => format!("refused: {}", key(refusal)),
        MarkKind::WriteWaits(id, cause) => format!("{id} waits: {}", cause.key().replace('_', " ")),
        MarkKind::DestinationWaits => "no free log file".to_owned(),
        MarkKind::Resolved(from) => format!("reference resolved from {}", key(from)),
        MarkKind::Held => "reference held: its transfer is on its way".to_owned(),
        MarkKind::Spoiled(spot) => format!("{} spoiled", place(spot)),
        MarkKind::CheckFailed(spot) => format!("{} fails its check", place(spot)),
    }
}

const fn session_end(end: SessionEnd) -> &'static str {
    match end {
        SessionEnd::NoProgress => "no progress",
        SessionEnd::ConnectionLost => "connection lost",
        SessionEnd::DestinationRestarted => "destination restarted",
        SessionEnd::SourceRestarted => "source restarted",
        SessionEnd::Promoted => "promoted",
        SessionEnd::BlockDamaged => "block damaged",
        SessionEnd::LeaseLost => "lease lost",
    }
}

fn place(spot: &Spot) -> String {
    match spot {
        Spot::Volume(address) => address.to_string(),
        Spot::Log(file, offset, length) => {
            format!("bytes {offset}..{} of file {file}", offset.saturating_add(*length))
        }
    }
}

/// The name of a variant in plain words: `NotInSync` is `not in sync`.
fn key(variant: &impl std::fmt::Debug) -> String {
    let name = format!("{variant:?}");
    let spaced = name.chars().enumerate().flat_map(|(place, letter)| {
        let space = (place > 0 && letter.is_uppercase()).then_some(' ');
        space.into_iter().chain(letter.to_lowercase())
    });
    spaced.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Half, Refusal, ResolvedFrom};

    #[test]
    fn words_are_plain() {
        assert_eq!(answer(Some(Answer::Refused(Refusal::NotInSync))), "refused: not in sync");
        assert_eq!(mark(&MarkKind::HalfFreed(Half::Second)), "second half freed");
        let resolved = MarkKind::Resolved(ResolvedFrom::LogStorage);
        assert_eq!(mark(&resolved), "reference resolved from log storage");
        let spot = Spot::Log(crate::protocol::LogFile(1), u64::MAX, 4);
        assert_eq!(
            mark(&MarkKind::Spoiled(spot)),
            format!("bytes {0}..{0} of file 1 spoiled", u64::MAX)
        );
    }
}
