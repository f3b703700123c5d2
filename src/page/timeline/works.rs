//! Works of devices as columns, a group for each side and kind.

use super::super::columns::Columns;
use super::words::area;
use crate::protocol::block::BlockAddress;
use crate::timeline::{WorkEnd, WorkKind, WorkSpan};
use serde_json::Value;
use std::collections::BTreeMap;

/// Groups, each with `kind` and `side` (0: the node that began as source).
pub(super) fn data(works: &[WorkSpan]) -> Value {
    let mut groups: BTreeMap<(u8, &str), Vec<&WorkSpan>> = BTreeMap::new();
    for work in works {
        groups.entry((work.role as u8, kind(work.kind))).or_default().push(work);
    }
    let group = |((side, kind), spans): ((u8, &str), Vec<_>)| {
        let columns = Columns::new(spans.len()).said("kind", kind).said("side", side);
        told(when(columns, &spans), &spans).into_value()
    };
    groups.into_iter().map(group).collect()
}

const fn kind(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Append(..) => "append",
        WorkKind::LogWrite(..) => "log write",
        WorkKind::LogRead(..) => "log read",
        WorkKind::PageWrite(..) => "page write",
        WorkKind::PageRead(_) => "page read",
        WorkKind::PinnedRead(_) => "pinned read",
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
}

/// What it is about.
fn told(columns: Columns, spans: &[&WorkSpan]) -> Columns {
    let all = || spans.iter().map(|span| About::of(span.kind));
    columns
        .with("lsn", all().map(|about| about.lsn))
        .with("client", all().map(|about| about.client))
        .with("op", all().map(|about| about.op))
        .with("cp", all().map(|about| about.cp))
        .with("transfer", all().map(|about| about.transfer))
        .with("file", all().map(|about| about.file))
        .with("offset", all().map(|about| about.offset))
        .with("bytes", all().map(|about| about.bytes))
        .with("volume", all().map(|about| about.volume))
        .with("block", all().map(|about| about.block))
        .with("area", all().map(|about| about.area))
}

/// The numbers of a work; those that its kind does not have are none.
#[derive(Default)]
struct About {
    lsn: Option<u64>,
    client: Option<u64>,
    op: Option<u64>,
    cp: Option<u64>,
    transfer: Option<u64>,
    file: Option<u64>,
    offset: Option<u64>,
    bytes: Option<u64>,
    volume: Option<u64>,
    block: Option<u64>,
    area: Option<u64>,
}

impl About {
    fn of(kind: WorkKind) -> Self {
        match kind {
            WorkKind::Append(lsn, write, cp, bytes) => Self {
                lsn: Some(lsn.sequence),
                client: Some(u64::from(write.client.0)),
                op: Some(write.op.0),
                cp: Some(cp.number.0),
                bytes: Some(bytes),
                ..Self::default()
            },
            WorkKind::LogWrite(transfer, cp, file, bytes) => Self {
                transfer: Some(u64::from(transfer.0)),
                cp: Some(cp.number.0),
                file: Some(u64::from(file.0)),
                bytes: Some(bytes),
                ..Self::default()
            },
            WorkKind::LogRead(file, offset, bytes) => Self {
                file: Some(u64::from(file.0)),
                offset: Some(offset),
                bytes,
                ..Self::default()
            },
            WorkKind::PageWrite(cp, address) => Self { cp: Some(cp.number.0), ..Self::at(address) },
            WorkKind::PageRead(address) | WorkKind::PinnedRead(address) => Self::at(address),
        }
    }

    fn at(address: BlockAddress) -> Self {
        Self {
            volume: Some(u64::from(address.volume.0)),
            block: Some(address.index),
            area: area(address),
            ..Self::default()
        }
    }
}
