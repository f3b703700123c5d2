//! The lives of writes, consistency points, transfers and messages, a line each.

use super::Line;
use super::history::{Carried, History, message};
use super::words::{self, moment};
use crate::facts::{Direction, Fact, LossCause, Role, What};
use crate::protocol::block::{BlockAddress, BlockSize};
use crate::protocol::{
    CpId, EntryHeader, Message, Note, Operation, Outcome, Refusal, Transfer, WriteId,
};

/// The life of an operation: what was asked, where its entry went, whether it was answered. `block`
/// says which block of it matters.
pub(super) fn write(
    history: &History,
    size: BlockSize,
    id: WriteId,
    block: Option<BlockAddress>,
) -> Option<Line> {
    let (asked, request) = history.request(id)?;
    let mut text = format!("{id} {}", what(&request.operation, size, block));
    if let Some(logged) = history.logged(id) {
        let lsn = logged.entry.lsn;
        text += &format!("; {lsn} of {}", logged.cp);
        let of_entry = |carried: &Carried| carried.transfer.entries.iter().any(|e| e.lsn == lsn);
        let carried: Vec<_> = history.transfers().filter(of_entry).collect();
        let mut parts = carried.iter();
        match parts.find(|part| block.is_none_or(|block| carries(part.transfer, block, size))) {
            Some(part) => text += &format!(", {}", carriage(history, part, block, size)),
            None if carried.is_empty() => text += ", not sent",
            None => {}
        }
    }
    text += &match history.newest(|fact| answered(fact, id)) {
        Some((fact, Outcome::Refused(why))) => format!("; refused {} ({why:?})", moment(fact.at)),
        Some((fact, _)) => format!("; answered {}", moment(fact.at)),
        None => "; not answered".to_owned(),
    };
    Some(Line::of(asked, text))
}

fn answered(fact: &Fact, id: WriteId) -> Option<(&Fact, &Outcome)> {
    match &fact.what {
        What::Answered(_, answered, outcome) if *answered == id => Some((fact, outcome)),
        _ => None,
    }
}

/// What an operation is about: its part of the block, or its bytes.
fn what(operation: &Operation, size: BlockSize, block: Option<BlockAddress>) -> String {
    let (verb, range) = match operation {
        Operation::Write(range) => ("writes", range),
        Operation::Read(range) => ("reads", range),
        Operation::Flush(volume) => return format!("flushes volume {}", volume.0),
    };
    let (offset, end) = (range.offset, range.offset.saturating_add(range.length));
    let mut pieces = range.end().map(|_| range.pieces(size)).into_iter().flatten();
    match pieces.find(|piece| Some(piece.address) == block) {
        Some(piece) if piece.is_whole(size) => format!("{verb} all of {}", piece.address),
        Some(piece) => format!("{verb} bytes {}..{} of {}", piece.start, piece.end, piece.address),
        None => format!("{verb} bytes {offset}..{end} of volume {}", range.volume.0),
    }
}

fn carries(transfer: &Transfer, block: BlockAddress, size: BlockSize) -> bool {
    transfer.entries.iter().any(|entry| entry.pieces(size).any(|piece| piece.address == block))
}

/// Where a block lies in a transfer's block area, by the layout of Spec 3.4: its number, and the
/// entry it is of.
pub(super) fn places(
    transfer: &Transfer,
    size: BlockSize,
) -> impl Iterator<Item = (BlockAddress, EntryHeader)> {
    let whole = transfer.entries.iter().flat_map(move |entry| {
        let pieces = entry.pieces(size).filter(move |piece| piece.is_whole(size));
        pieces.map(move |piece| (piece.address, *entry))
    });
    whole.collect::<Vec<_>>().into_iter()
}

/// How a part of an entry went, and how far.
fn carriage(
    history: &History,
    carried: &Carried,
    block: Option<BlockAddress>,
    size: BlockSize,
) -> String {
    let header = carried.transfer.header;
    let number = places(carried.transfer, size).position(|(address, _)| Some(address) == block);
    let place = match number {
        Some(number) => format!("block {number} of transfer {}", header.id),
        None => format!("in transfer {}", header.id),
    };
    let stored = history.newest(|fact| match &fact.what {
        What::LogWritten(_, file, stored) if *stored == header => Some((fact.at, *file)),
        _ => None,
    });
    match stored {
        Some((at, file)) => format!("{place}, in NVLog file {file} {}", moment(at)),
        None => format!("{place}, {}", fate(history, carried.direction, carried.number)),
    }
}

/// What became of a message so far.
pub(super) fn fate(history: &History, direction: Direction, number: u64) -> String {
    let Some(fact) = history.fates(direction, number).last() else {
        return "still on its way".to_owned();
    };
    match &fact.what {
        What::Lost(_, _, cause) => format!("lost {} ({})", moment(fact.at), loss(*cause)),
        What::Damaged(..) => format!("arrived damaged {}", moment(fact.at)),
        _ => match refusal(history, fact) {
            Some(why) => format!("refused {} ({why:?})", moment(fact.at)),
            None => format!("arrived {}", moment(fact.at)),
        },
    }
}

/// Whether a message arrived whole, and was not turned away.
fn is_taken(history: &History, direction: Direction, number: u64) -> bool {
    let last = history.fates(direction, number).last();
    last.is_some_and(|fact| {
        matches!(fact.what, What::Arrived(..)) && refusal(history, fact).is_none()
    })
}

/// Why what arrived with this fact was turned away, if it was.
pub(super) fn refusal(history: &History, arrival: &Fact) -> Option<Refusal> {
    history.before().iter().find_map(|fact| match &fact.what {
        What::Refused(_, why) if fact.cause == Some(arrival.number) => Some(*why),
        _ => None,
    })
}

const fn loss(cause: LossCause) -> &'static str {
    match cause {
        LossCause::Link => "by the link",
        LossCause::Corruption => "corrupted",
        LossCause::Partition => "partition",
        LossCause::TakenBack => "taken back by its sender",
        LossCause::Reset => "connection broken",
        LossCause::NodeDown => "nobody there",
    }
}

/// The life of a consistency point: why it began, what it held, who committed it.
pub(super) fn consistency_point(history: &History, cp: CpId) -> Option<Line> {
    let began = history.first(|fact| match &fact.what {
        What::Noted(_, Note::CpStarted(begun, trigger)) if *begun == cp => {
            Some((fact, trigger.key()))
        }
        _ => None,
    });
    let announced = history.first(|fact| match message(fact)? {
        (fact, _, _, Message::CpBegin { cp: begun, last_lsn, .. }) if *begun == cp => {
            Some((fact, *last_lsn))
        }
        _ => None,
    });
    let (fact, mut text) = match (began, announced) {
        (Some((fact, trigger)), _) => {
            (fact, format!("{cp} begins ({})", trigger.replace('_', " ")))
        }
        (None, Some((fact, _))) => (fact, format!("{cp} is sent")),
        (None, None) => return None,
    };
    if let Some((fact, last)) = announced {
        text += &format!(", up to {last}, announced {}", moment(fact.at));
    }
    text += &committed(history, cp);
    Some(Line::of(fact, text))
}

/// Who committed the CP, and when.
fn committed(history: &History, cp: CpId) -> String {
    let by = |side: Role| {
        history.first(|fact| match &fact.what {
            What::Committed(done, which, _) if (*done, *which) == (side, cp) => Some(fact.at),
            _ => None,
        })
    };
    let sides = [Role::Source, Role::Destination].map(|side| (words::role(side), by(side)));
    if sides.iter().all(|(_, at)| at.is_none()) {
        return ", committed by neither side".to_owned();
    }
    let told = sides.map(|(side, at)| match at {
        Some(at) => format!(", {side} committed {}", moment(at)),
        None => format!(", {side} has not committed"),
    });
    told.concat()
}

/// Messages about a CP that did not get through: `CP_END, lost 1.2 s (by the link)`.
pub(super) fn missing_messages(history: &History, cp: CpId) -> Vec<Line> {
    let of_cp = |sent: &Message| match sent {
        Message::CpBegin { cp: of, .. }
        | Message::CpData { cp: of, .. }
        | Message::CpEnd { cp: of, .. }
        | Message::NakAnswer { cp: of, .. }
        | Message::Want { cp: of, .. }
        | Message::Wanted { cp: of, .. }
        | Message::CpAck { cp: of, .. }
        | Message::Nak { cp: of, .. } => *of == cp,
        Message::Transfer(transfer) => transfer.header.cp == cp,
        _ => false,
    };
    let sent = history.before().iter().filter_map(message).filter(|(.., sent)| of_cp(sent));
    let missing = sent.filter_map(|(fact, direction, number, sent)| {
        let fate = fate(history, direction, number);
        let text = format!("{} (message {number}): {fate}", words::message(sent));
        (!is_taken(history, direction, number)).then(|| Line::of(fact, text))
    });
    missing.collect()
}
