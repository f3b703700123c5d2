//! Messages as columns, a group for each kind, direction and round, so that what a kind does not
//! carry takes no room.

use super::super::columns::Columns;
use super::words::{area, word};
use crate::protocol::Purpose;
use crate::timeline::{Arrival, Condition, MessageSpan, Round, words};
use crate::units::SimTime;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the messages of a group have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    kind: &'static str,
    /// 1: towards the node that began as source.
    back: u8,
    /// 1: sent before.
    again: u8,
    /// Why they were lost; empty: they were not.
    cause: &'static str,
    /// What the consistency point is for; empty: a consistency point.
    purpose: String,
}

impl Name {
    fn of(message: &MessageSpan) -> Self {
        let again = match message.round {
            Round::First => 0,
            Round::Again => 1,
        };
        let purpose = match message.carries.purpose {
            Some(Purpose::ConsistencyPoint) | None => String::new(),
            Some(purpose @ (Purpose::Resync | Purpose::Snapshot)) => word(&purpose),
        };
        let cause = message.lost.map(|(_, cause)| words::loss(cause)).unwrap_or_default();
        let (kind, back) = (message.kind.word(), message.direction as u8);
        Self { kind, back, again, cause, purpose }
    }
}

/// The groups.
pub(super) fn data(messages: &[&MessageSpan]) -> Value {
    let mut groups: BTreeMap<Name, Vec<&MessageSpan>> = BTreeMap::new();
    for message in messages {
        groups.entry(Name::of(message)).or_default().push(message);
    }
    let group = |(Name { kind, back, again, cause, purpose }, spans): (Name, Vec<_>)| {
        let columns = Columns::new(spans.len()).said("kind", kind).said("back", back);
        let columns = columns.said("again", again).said("cause", cause).said("purpose", purpose);
        carried(journey(columns, &spans), &spans).into_value()
    };
    groups.into_iter().map(group).collect()
}

/// When it was sent; how long after that it had left, arrived, was lost; a second arrival.
fn journey(columns: Columns, spans: &[&MessageSpan]) -> Columns {
    let all = || spans.iter();
    let after = |span: &MessageSpan, at: Option<SimTime>| Some(at?.since(span.sent).as_nanos());
    let arrival = |span: &MessageSpan, place: usize| span.arrivals.get(place).copied();
    let damaged = |arrival: Option<Arrival>| match arrival.map(|arrival| arrival.condition) {
        Some(Condition::Damaged) => 1,
        Some(Condition::Intact) | None => 0,
    };
    columns
        .with("number", all().map(|span| span.number))
        .with("at", all().map(|span| span.sent.as_nanos()))
        .with("departed", all().map(|span| after(span, span.departed)))
        .with("bytes", all().map(|span| span.bytes))
        .with("arrived", all().map(|span| after(span, arrival(span, 0).map(|a| a.at))))
        .with("damaged", all().map(|span| damaged(arrival(span, 0))))
        .with("twice", all().map(|span| after(span, arrival(span, 1).map(|a| a.at))))
        .with("lost", all().map(|span| after(span, span.lost.map(|(at, _)| at))))
}

/// What it carries.
fn carried(columns: Columns, spans: &[&MessageSpan]) -> Columns {
    let all = || spans.iter().map(|span| &span.carries);
    let some = |number: u64| (number > 0).then_some(number);
    columns
        .with("epoch", all().map(|carries| carries.epoch.0))
        .with("cp", all().map(|carries| Some(carries.cp?.number.0)))
        .with("first", all().map(|carries| Some(u64::from(carries.transfers?.first.0))))
        .with("last", all().map(|carries| Some(u64::from(carries.transfers?.last.0))))
        .with("client", all().map(|carries| Some(u64::from(carries.writes?.0.client.0))))
        .with("op", all().map(|carries| Some(carries.writes?.0.op.0)))
        .with("until_client", all().map(|carries| Some(u64::from(carries.writes?.1.client.0))))
        .with("until_op", all().map(|carries| Some(carries.writes?.1.op.0)))
        .with("entries", all().map(|carries| some(carries.entries)))
        .with("volume", all().map(|carries| Some(u64::from(carries.blocks?.0.volume.0))))
        .with("block", all().map(|carries| Some(carries.blocks?.0.index)))
        .with("until_block", all().map(|carries| Some(carries.blocks?.1.index)))
        .with("blocks", all().map(|carries| some(carries.block_count)))
        .with("fragments", all().map(|carries| some(carries.fragments)))
        .with("references", all().map(|carries| some(carries.references)))
        .with("through", all().map(|carries| Some(carries.through?.sequence)))
        .with("generation", all().map(|carries| Some(u64::from(carries.generation?.0))))
        .with("heartbeat", all().map(|carries| carries.number))
        .with("area", all().map(|carries| area(carries.blocks?.0)))
}
