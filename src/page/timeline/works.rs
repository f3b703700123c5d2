//! Works of devices as columns, a group for each side and kind.

use super::super::columns::Columns;
use super::run::Run;
use crate::timeline::{WorkKind, WorkSpan};
use serde_json::Value;
use std::collections::BTreeMap;

/// Groups, each with `kind` and `side` (0: the node that began as source).
pub(super) fn data(works: &[WorkSpan]) -> Value {
    let group = |((side, kind), runs): ((u8, &str), Vec<_>)| {
        let columns = Columns::new(runs.len()).said("kind", kind).said("side", side);
        told(when(columns, &runs), &runs).into_value()
    };
    runs(works).into_iter().map(group).collect()
}

/// How many bars they are drawn as.
pub(super) fn bars(works: &[WorkSpan]) -> usize {
    runs(works).values().map(Vec::len).sum()
}

/// Works of a side and kind, as runs.
fn runs(works: &[WorkSpan]) -> BTreeMap<(u8, &'static str), Vec<Run>> {
    let mut groups: BTreeMap<(u8, &str), Vec<&WorkSpan>> = BTreeMap::new();
    for work in works {
        groups.entry((work.role as u8, kind(work.kind))).or_default().push(work);
    }
    groups.into_iter().map(|(name, group)| (name, Run::all(&group))).collect()
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

fn when(columns: Columns, runs: &[Run]) -> Columns {
    let all = || runs.iter();
    columns
        .with("at", all().map(|run| run.began.as_nanos()))
        .with("took", all().map(|run| Some(run.ended?.since(run.began).as_nanos())))
        .with("cut", all().map(|run| u64::from(run.cut)))
        .with("count", all().map(|run| run.count))
}

/// What it is about.
fn told(columns: Columns, runs: &[Run]) -> Columns {
    let all = || runs.iter().map(|run| &run.about);
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
        .with("until_block", all().map(|about| about.until_block))
        .with("area", all().map(|about| about.area))
}
