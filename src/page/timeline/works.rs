//! Works of devices as columns, a group for each side and kind.

use super::super::columns::Columns;
use super::words::area;
use crate::timeline::{WorkEnd, WorkKind, WorkSpan, words};
use serde_json::Value;
use std::collections::BTreeMap;

/// Groups, each with `kind`, `words` for it, and `side` (0: the node that began as source).
pub(super) fn data(works: &[&WorkSpan]) -> Value {
    let mut groups: BTreeMap<(u8, WorkKind), Vec<&WorkSpan>> = BTreeMap::new();
    for work in works {
        groups.entry((work.role as u8, work.kind)).or_default().push(work);
    }
    let group = |((side, kind), spans): ((u8, WorkKind), Vec<_>)| {
        let columns = Columns::new(spans.len()).said("kind", key(kind)).said("side", side);
        told(when(columns.said("words", words::work(kind)), &spans), &spans).into_value()
    };
    groups.into_iter().map(group).collect()
}

/// What the script tells kinds apart by.
const fn key(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Append => "append",
        WorkKind::LogWrite => "log-write",
        WorkKind::LogRead => "log-read",
        WorkKind::PageWrite => "page-write",
        WorkKind::PageRead => "page-read",
        WorkKind::PinnedRead => "pinned-read",
    }
}

fn when(columns: Columns, spans: &[&WorkSpan]) -> Columns {
    let all = || spans.iter();
    let cut = |span: &WorkSpan| match span.end {
        WorkEnd::CutShort(_) => 1,
        WorkEnd::Done(_) | WorkEnd::Untold => 0,
    };
    columns
        .with("at", all().map(|span| span.began.as_nanos()))
        .with("took", all().map(|span| Some(span.ended()?.since(span.began).as_nanos())))
        .with("cut", all().map(|span| cut(span)))
        .with("count", all().map(|span| span.count))
        .with("told", all().map(|span| span.told))
}

/// What they are about.
fn told(columns: Columns, spans: &[&WorkSpan]) -> Columns {
    let all = || spans.iter();
    let some = |number: u64| (number > 0).then_some(number);
    columns
        .with("cp", all().map(|span| Some(span.cp?.number.0)))
        .with("bytes", all().map(|span| some(span.bytes)))
        .with("client", all().map(|span| Some(u64::from(span.writes?.0.client.0))))
        .with("op", all().map(|span| Some(span.writes?.0.op.0)))
        .with("until_client", all().map(|span| Some(u64::from(span.writes?.1.client.0))))
        .with("until_op", all().map(|span| Some(span.writes?.1.op.0)))
        .with("first", all().map(|span| Some(u64::from(span.transfers?.first.0))))
        .with("last", all().map(|span| Some(u64::from(span.transfers?.last.0))))
        .with("file", all().map(|span| Some(u64::from(span.file?.0))))
        .with("volume", all().map(|span| Some(u64::from(span.blocks?.0.volume.0))))
        .with("block", all().map(|span| Some(span.blocks?.0.index)))
        .with("until_block", all().map(|span| Some(span.blocks?.1.index)))
        .with("area", all().map(|span| area(span.blocks?.0)))
}
