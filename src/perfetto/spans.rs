//! What lasts: requests, messages, works, consistency points, spells, pleas.

use super::places::{Arriving, Group, Places, Process, ends_of, left, length, over};
use super::text::{Edge, Event, Flow, Value, Writer};
use crate::facts::Direction;
use crate::protocol::block::{BlockAddress, VolumeId, WriteRange};
use crate::protocol::witness::Ruling;
use crate::protocol::{CpId, MessageKind, Operation, Purpose, WriteId};
use crate::timeline::{Condition, MessageSpan, Round, SpellKind, Timeline, WorkEnd, words};
use crate::units::SimTime;
use std::io;

/// One end of a client's request.
pub(super) fn request(
    timeline: &Timeline,
    place: usize,
    edge: Edge,
    at: u64,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let request = &timeline.requests[place];
    let name = words::operation(&request.operation);
    let thread = (Process::Clients, Group::Own, request.id.client.0);
    let event = Event::end(edge, name, "request", Process::Clients, at).on(thread);
    let event = event.with_id(request.id.to_string());
    if edge == Edge::End {
        return writer.event(&event, &[("answer", Value::Text(words::answer(request.answer)))]);
    }
    let (VolumeId(volume), range) = match request.operation {
        Operation::Write(range) | Operation::Read(range) => (range.volume, Some(range)),
        Operation::Flush(volume) => (volume, None),
    };
    let of_range = |number: fn(&WriteRange) -> u64| number_of(range.as_ref().map(number));
    let arguments = [
        ("volume", Value::Number(u64::from(volume))),
        ("offset", of_range(|range| range.offset)),
        ("length", of_range(|range| range.length)),
        ("repeated", some(request.repeated)),
        ("unheard", some(request.unheard)),
    ];
    writer.event(&event, &arguments)
}

/// A message at its sender: until its last byte left.
pub(super) fn sends(
    timeline: &Timeline,
    places: &Places,
    place: usize,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let message = &timeline.messages[place];
    let (sender, _) = ends_of(message.direction);
    let thread = (Process::of(sender), Group::Sends, places.sends[place]);
    let (at, length) = (message.sent.as_nanos(), length(message.sent, left(message)));
    let title = title(message);
    let event = Event::slice(&title, "message", thread, at, length);
    let event = event.with_flow(Flow::Out, flow_of(message));
    let carries = &message.carries;
    let again = match message.round {
        Round::First => Value::None,
        Round::Again => Value::Text("again".to_owned()),
    };
    let arguments = [
        ("message", Value::Number(message.number)),
        ("bytes", Value::Number(message.bytes)),
        ("round", again),
        ("cp", cp_of(carries.cp)),
        ("purpose", purpose_of(carries.purpose)),
        ("writes", range_of(carries.writes, |write: WriteId| write.to_string())),
        ("entries", some(carries.entries)),
        ("blocks", range_of(carries.blocks, block)),
        ("block_count", some(carries.block_count)),
        ("fragments", some(carries.fragments)),
        ("references", some(carries.references)),
        ("through", carries.through.map_or(Value::None, |lsn| Value::Text(lsn.to_string()))),
    ];
    writer.event(&event, &arguments)
}

/// A message at its receiver.
pub(super) fn arrives(
    timeline: &Timeline,
    arriving: &Arriving,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let message = &timeline.messages[arriving.message];
    let (_, receiver) = ends_of(message.direction);
    let thread = (Process::of(receiver), Group::Arrivals, arriving.lane);
    let title = title(message);
    let at = arriving.at.as_nanos();
    let event = Event::slice(&title, "message", thread, at, length(arriving.at, arriving.at));
    let event = event.with_flow(Flow::In, flow_of(message));
    let condition = match message.arrivals[arriving.nth].condition {
        Condition::Intact => Value::None,
        damaged @ Condition::Damaged => Value::Text(words::condition(damaged).to_owned()),
    };
    writer.event(&event, &[("message", Value::Number(message.number)), ("condition", condition)])
}

/// One end of a transfer on the link.
pub(super) fn transfer(
    timeline: &Timeline,
    place: usize,
    edge: Edge,
    at: u64,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let message = &timeline.messages[place];
    let event = Event::end(edge, "transfer", "wan", Process::of_link(message.direction), at);
    let event = event.with_id(format!("0x{:x}", flow_of(message)));
    if edge == Edge::End {
        let end = match (message.arrivals.is_empty(), message.lost) {
            (false, _) => Value::None,
            (true, Some((_, cause))) => Value::Text(format!("lost: {}", words::loss(cause))),
            (true, None) => Value::Text("under way".to_owned()),
        };
        return writer.event(&event, &[("end", end)]);
    }
    let id = message.carries.transfers.map(|range| u64::from(range.first.0));
    let arguments = [("transfer", number_of(id)), ("cp", cp_of(message.carries.cp))];
    writer.event(&event, &arguments)
}

/// Works of a device.
pub(super) fn work(
    timeline: &Timeline,
    places: &Places,
    place: usize,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let work = &timeline.works[place];
    let thread = (Process::of(work.role), Group::of(work.kind.device()), places.works[place]);
    let word = words::work(work.kind);
    let name = if work.count > 1 { format!("{} × {word}", work.count) } else { word.to_owned() };
    let length = length(work.began, over(work, timeline.ended));
    let event = Event::slice(&name, "work", thread, work.began.as_nanos(), length);
    let end = match work.end {
        WorkEnd::Done(_) => Value::None,
        WorkEnd::CutShort(_) => Value::Text("cut short".to_owned()),
        WorkEnd::Untold => Value::Text("not told".to_owned()),
    };
    let arguments = [
        ("cp", cp_of(work.cp)),
        ("bytes", some(work.bytes)),
        ("writes", range_of(work.writes, |write: WriteId| write.to_string())),
        (
            "transfers",
            range_of(work.transfers.map(|all| (all.first, all.last)), |id| id.to_string()),
        ),
        ("file", number_of(work.file.map(|file| u64::from(file.0)))),
        ("blocks", range_of(work.blocks, block)),
        ("end", end),
    ];
    writer.event(&event, &arguments)
}

/// One end of a consistency point of a side.
pub(super) fn point(
    timeline: &Timeline,
    place: usize,
    edge: Edge,
    at: u64,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let point = &timeline.points[place];
    let event = Event::end(edge, "CP", "point", Process::of(point.role), at);
    let event = event.with_id(format!("cp {place}"));
    if edge == Edge::End {
        let committed = point.committed.map(SimTime::as_nanos);
        return writer.event(&event, &[("committed_ns", number_of(committed))]);
    }
    let trigger =
        point.trigger.map_or(Value::None, |trigger| Value::Text(trigger.key().to_owned()));
    let purpose = purpose_of(Some(point.purpose));
    let arguments = [("cp", cp_of(Some(point.cp))), ("trigger", trigger), ("purpose", purpose)];
    writer.event(&event, &arguments)
}

/// One end of a time in which something was wrong.
pub(super) fn spell(
    timeline: &Timeline,
    place: usize,
    edge: Edge,
    at: u64,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let spell = &timeline.spells[place];
    let process = match spell.kind {
        SpellKind::Fault(_) => Process::Run,
        SpellKind::Mirror(role, _) | SpellKind::Down(role) => Process::of(role),
        SpellKind::WitnessDown => Process::Witness,
    };
    let name = words::spell(timeline, spell.kind);
    let event = Event::end(edge, &name, "spell", process, at);
    writer.event(&event.with_id(format!("spell {place}")), &[])
}

/// One end of what a node asked the witness.
pub(super) fn plea(
    timeline: &Timeline,
    place: usize,
    edge: Edge,
    at: u64,
    writer: &mut Writer<'_>,
) -> io::Result<()> {
    let plea = &timeline.pleas[place];
    let event = Event::end(edge, words::plea(plea.request.plea), "plea", Process::Witness, at);
    let event = event.with_id(format!("plea {place}"));
    if edge == Edge::End {
        let ruling = match plea.answered {
            Some((_, Ruling::Granted)) => "granted",
            Some((_, Ruling::Refused)) => "refused",
            None => "not answered",
        };
        return writer.event(&event, &[("ruling", Value::Text(ruling.to_owned()))]);
    }
    let by = Value::Text(words::side(plea.role).to_owned());
    writer.event(&event, &[("by", by), ("repeated", some(plea.repeated))])
}

/// The name of a message's arrow: no other message of either direction has it.
fn flow_of(message: &MessageSpan) -> u64 {
    let way = match message.direction {
        Direction::ToDestination => 0,
        Direction::ToSource => 1,
    };
    (message.number << 1 | way) + 1
}

/// A message in a word or two: `transfer 17`.
fn title(message: &MessageSpan) -> String {
    let word = message.kind.word();
    match (message.kind, message.carries.transfers) {
        (MessageKind::Transfer, Some(range)) => format!("{word} {}", range.first),
        _ => word.to_owned(),
    }
}

/// A number, if there is any.
const fn some(number: u64) -> Value {
    if number == 0 { Value::None } else { Value::Number(number) }
}

fn number_of(number: Option<u64>) -> Value {
    number.map_or(Value::None, Value::Number)
}

fn cp_of(cp: Option<CpId>) -> Value {
    let text = |CpId { generation, number }| Value::Text(format!("{generation}.{number}"));
    cp.map_or(Value::None, text)
}

/// Why blocks are sent, where it is not for a consistency point of both sides.
fn purpose_of(purpose: Option<Purpose>) -> Value {
    match purpose {
        Some(Purpose::Resync) => Value::Text("resync".to_owned()),
        Some(Purpose::Snapshot) => Value::Text("snapshot".to_owned()),
        Some(Purpose::ConsistencyPoint) | None => Value::None,
    }
}

fn block(address: BlockAddress) -> String {
    address.to_string()
}

/// First and last in words.
fn range_of<T: PartialEq + Copy>(range: Option<(T, T)>, words: impl Fn(T) -> String) -> Value {
    match range {
        Some((first, last)) if first == last => Value::Text(words(first)),
        Some((first, last)) => Value::Text(format!("{} … {}", words(first), words(last))),
        None => Value::None,
    }
}
