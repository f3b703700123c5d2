//! What wrong protocols replay of the log at a failover (Spec 12). The right one: `reign`.

use super::super::{LogFile, Lsn, Scanned, Void};
use super::reign::{Replay, pieced};
use std::collections::BTreeSet;

/// Entries in the order in which their last part came, whatever their LSNs: CP by CP, and within a
/// file by offset. So none is known to be missing.
pub(super) fn in_arrival_order(found: &[Scanned], after: Lsn, voids: &[Void]) -> Replay {
    let all = pieced(found, voids);
    let mut transfers: Vec<_> = found.iter().filter_map(|held| held.transfer.as_ref()).collect();
    transfers.sort_by_key(|transfer| transfer.header.cp);
    let mut arrived: Vec<Lsn> = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in transfers.iter().rev().flat_map(|transfer| transfer.entries.iter().rev()) {
        if entry.lsn > after && seen.insert(entry.lsn) {
            arrived.push(entry.lsn);
        }
    }
    let whole = arrived.iter().rev().filter_map(|lsn| all.get(lsn).filter(|it| it.is_complete()));
    let entries: Vec<_> = whole.map(|pieced| pieced.entry).collect();
    let left = (arrived.len() - entries.len()) as u64;
    Replay { entries, left }
}

/// The records of the file that holds the newest entry.
pub(super) fn newest_file(found: &[Scanned]) -> Vec<Scanned> {
    let newest = found.iter().filter_map(|held| Some((newest_of(held)?, held.file))).max();
    let kept = |file: LogFile| newest.is_some_and(|(_, newest)| newest == file);
    found.iter().filter(|held| kept(held.file)).cloned().collect()
}

fn newest_of(held: &Scanned) -> Option<Lsn> {
    held.transfer.as_ref()?.entries.last().map(|entry| entry.lsn)
}

/// What the right protocol replays, and after it what files of committed CPs hold.
pub(super) fn committed_last(found: &[Scanned], after: Lsn, voids: &[Void]) -> Replay {
    let mut replay = Replay::of(found, after, voids);
    let all = pieced(found, voids).into_values();
    let committed = all.filter(|pieced| pieced.entry.lsn <= after && pieced.is_complete());
    replay.entries.extend(committed.map(|pieced| pieced.entry));
    replay
}
