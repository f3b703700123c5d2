//! Facts in a few words, for the line of causes.

use crate::facts::{Fact, Role, Spot, What};
use crate::protocol::witness::WitnessRequest;
use crate::protocol::{Message, Note, Operation, Outcome, Timer};
use crate::units::SimTime;

/// What happened, in a few words; `None`: it only passes on what led to it.
pub(super) fn of(fact: &Fact) -> Option<String> {
    asked(&fact.what)
        .or_else(|| told(&fact.what))
        .or_else(|| stored(&fact.what))
        .or_else(|| happened(&fact.what))
}

/// A time to the microsecond: `1.204000 s`; the exact one stands with the violation.
pub(super) fn moment(at: SimTime) -> String {
    let micros = (u128::from(at.as_nanos()) + 500) / 1000;
    format!("{}.{:06} s", micros / 1_000_000, micros % 1_000_000)
}

/// The name of a part.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Source => "source",
        Role::Destination => "destination",
    }
}

/// What a message is, in a word or two.
pub(super) fn message(message: &Message) -> String {
    match message {
        Message::Transfer(transfer) => format!("transfer {}", transfer.header.id),
        Message::CpBegin { cp, .. } => format!("CP_BEGIN of {cp}"),
        Message::CpData { cp, .. } => format!("CP_DATA of {cp}"),
        Message::CpEnd { cp, .. } => format!("CP_END of {cp}"),
        Message::NakAnswer { cp, .. } => format!("NAK answer of {cp}"),
        Message::Want { cp, .. } => format!("WANT of {cp}"),
        Message::Wanted { cp, .. } => format!("WANTED of {cp}"),
        Message::LogAck { through, .. } => format!("LOG_ACK up to {through}"),
        Message::CpAck { cp, .. } => format!("CP_ACK of {cp}"),
        Message::Nak { cp, .. } => format!("NAK of {cp}"),
        Message::Wait { .. } => "WAIT".to_owned(),
        Message::Hello { epoch, .. } => format!("HELLO of session {epoch}"),
        Message::Welcome { epoch, .. } => format!("WELCOME of session {epoch}"),
        Message::Deposed { generation, .. } => format!("DEPOSED by reign {generation}"),
        Message::Restarted { .. } => "RESTARTED".to_owned(),
        Message::InSync { .. } => "IN_SYNC".to_owned(),
        Message::InSyncNoted { .. } => "IN_SYNC_NOTED".to_owned(),
        Message::Heartbeat { number, .. } => format!("heartbeat {number}"),
        Message::HeartbeatAnswer { number, .. } => format!("answer to heartbeat {number}"),
    }
}

fn operation(operation: &Operation) -> &'static str {
    match operation {
        Operation::Write(_) => "write",
        Operation::Read(_) => "read",
        Operation::Flush(_) => "flush",
    }
}

/// Of clients, operators and the witness.
fn asked(what: &What) -> Option<String> {
    Some(match what {
        What::Requested(request) => format!("{} {}", operation(&request.operation), request.id),
        What::Repeated(request) => format!("{} asked again", request.id),
        What::Answered(_, id, Outcome::Refused(_)) => format!("{id} refused"),
        What::Answered(_, id, _) => format!("{id} answered"),
        What::OperatorAsked => "operator's consistency point".to_owned(),
        What::PromotionOrdered(..) => "promotion ordered".to_owned(),
        What::WitnessAsked(side, WitnessRequest { .. }) => {
            format!("{} asks the witness", role(*side))
        }
        What::WitnessSaved(_) => "witness's ruling".to_owned(),
        What::WitnessTold(side, _) => format!("witness's answer to the {}", role(*side)),
        What::WitnessCrashed => "witness crashed".to_owned(),
        What::WitnessRestarted => "witness restarted".to_owned(),
        _ => return None,
    })
}

/// Of messages.
fn told(what: &What) -> Option<String> {
    Some(match what {
        What::Sent(_, _, sent) => format!("{} sent", message(sent)),
        What::Resent(_, _, sent) => format!("{} sent again", message(sent)),
        What::Arrived(_, number) => format!("message {number} arrived"),
        What::Damaged(_, number) => format!("message {number} arrived damaged"),
        What::Lost(_, number, _) => format!("message {number} lost"),
        What::Refused(side, refusal) => format!("refused by the {}: {refusal:?}", role(*side)),
        What::ConnectionReset => "connection broken".to_owned(),
        _ => return None,
    })
}

/// Of logs and disks.
fn stored(what: &What) -> Option<String> {
    Some(match what {
        What::Appended(_, _, cp, entry) => format!("{} logged in {cp}", entry.lsn),
        What::NvramDurable(_, lsn) => format!("{lsn} durable in NVRAM"),
        What::HalfFreed(..) => "half freed".to_owned(),
        What::VolumeWritten(side, cp, address) => {
            format!("{address} of {cp} written by the {}", role(*side))
        }
        What::VolumeWriteAsked(side, cp, address, _) => {
            format!("{address} of {cp} to be written by the {}", role(*side))
        }
        What::Committed(side, cp, _) => format!("{cp} committed by the {}", role(*side)),
        What::LogWritten(_, file, header) => format!("transfer {} in file {file}", header.id),
        What::LogWriteAsked(_, file, offset, _, header) => {
            format!("transfer {} to be put into file {file} at {offset}", header.id)
        }
        What::LogReadAsked(_, file, offset) | What::FragmentReadAsked(_, file, offset, _) => {
            format!("file {file} read at {offset}")
        }
        What::LogFreed(_, file) => format!("file {file} freed"),
        What::Flushed(side) => format!("{} flushed", role(*side)),
        What::Replayed(_, _, cp, entry) => format!("{} replayed into {cp}", entry.lsn),
        What::Spoiled(_, Spot::Volume(address)) => format!("{address} spoiled on its disk"),
        What::Spoiled(_, Spot::Log(file, offset, length)) => {
            format!("bytes {offset}..{} of file {file} spoiled", offset + length)
        }
        What::CheckFailed(side, _) => format!("check failed at the {}", role(*side)),
        What::StateSaved(side, _) => format!("state of the {} durable", role(*side)),
        _ => return None,
    })
}

/// Of nodes and faults.
fn happened(what: &What) -> Option<String> {
    Some(match what {
        What::TimerFired(side, timer) => {
            format!("{} timer of the {}", timer_name(*timer), role(*side))
        }
        What::Noted(_, Note::CpStarted(cp, trigger)) => format!("{cp} begun ({})", trigger.key()),
        What::Crashed(side) => format!("{} crashed", role(*side)),
        What::Restarted(side) => format!("{} restarted", role(*side)),
        What::FaultBegan(fault) => format!("fault {fault} began"),
        What::FaultEnded(fault) => format!("fault {fault} over"),
        What::Serves(side) => format!("{} serves", role(*side)),
        What::ChangedPart(side, part) => format!("{} is {part:?} now", role(*side)).to_lowercase(),
        What::Ended(_) => "end of the run".to_owned(),
        _ => return None,
    })
}

const fn timer_name(timer: Timer) -> &'static str {
    match timer {
        Timer::ConsistencyPoint => "consistency point",
        Timer::TransferDelay => "transfer delay",
        Timer::Flush => "flush",
        Timer::Wait => "WAIT",
        Timer::Progress => "progress",
        Timer::Reconnect => "reconnect",
        Timer::Retransmit => "retransmit",
        Timer::Heartbeat => "heartbeat",
        Timer::Lease => "lease",
        Timer::Witness => "witness",
        Timer::Snapshot => "snapshot",
    }
}
