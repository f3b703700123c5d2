//! Requests of clients as columns, a group for each kind.

use super::super::columns::Columns;
use crate::protocol::Operation;
use crate::protocol::block::WriteRange;
use crate::timeline::{Answer, RequestSpan};
use serde_json::Value;
use std::collections::BTreeMap;

/// Columns: client, op, volume, offset, length, asked, how long until the answer, 1 where it was
/// refused, how often it was repeated, how often nobody heard it.
pub(super) fn data(requests: &[&RequestSpan]) -> Value {
    let mut groups: BTreeMap<&str, Vec<(&RequestSpan, WriteRange)>> = BTreeMap::new();
    for request in requests {
        let (kind, range) = match request.operation {
            Operation::Write(range) => ("write", range),
            Operation::Read(range) => ("read", range),
            Operation::Flush(volume) => ("flush", WriteRange { volume, offset: 0, length: 0 }),
        };
        groups.entry(kind).or_default().push((request, range));
    }
    groups.into_iter().map(|(kind, group)| columns(kind, &group)).collect()
}

fn columns(kind: &str, group: &[(&RequestSpan, WriteRange)]) -> Value {
    let spans = || group.iter().map(|(span, _)| *span);
    let ranges = || group.iter().map(|(_, range)| *range);
    let refused = |span: &RequestSpan| match span.answer {
        Some(Answer::Refused(_)) => 1,
        Some(Answer::Written | Answer::Flushed | Answer::Read) | None => 0,
    };
    Columns::new(group.len())
        .said("kind", kind)
        .with("client", spans().map(|span| u64::from(span.id.client.0)))
        .with("op", spans().map(|span| span.id.op.0))
        .with("volume", ranges().map(|range| u64::from(range.volume.0)))
        .with("offset", ranges().map(|range| range.offset))
        .with("length", ranges().map(|range| range.length))
        .with("at", spans().map(|span| span.asked.as_nanos()))
        .with("took", spans().map(|span| Some(span.answered?.since(span.asked).as_nanos())))
        .with("refused", spans().map(refused))
        .with("repeated", spans().map(|span| span.repeated))
        .with("unheard", spans().map(|span| span.unheard))
        .into_value()
}
