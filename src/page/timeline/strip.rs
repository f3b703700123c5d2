//! Levels within the window and counts of the whole run, as columns.

use super::super::columns::Columns;
use crate::timeline::{Bucket, Level, Timeline};
use serde_json::Value;

/// Levels that are drawn, at most: the last of each of so many equal parts of the window.
const MOST_LEVELS: u64 = 300;

/// What was in use in the window from `from` to `to`, in nanoseconds.
pub(super) fn levels(timeline: &Timeline, from: u64, to: u64) -> Value {
    // What lies before and behind is one part each.
    let part = |level: &Level| {
        let since = u128::from(level.at.as_nanos().saturating_sub(from));
        (since * u128::from(MOST_LEVELS) / u128::from(to - from)).min(u128::from(MOST_LEVELS))
    };
    let mut kept: Vec<&Level> = Vec::new();
    for level in &timeline.levels {
        match kept.last_mut() {
            Some(last) if part(last) == part(level) => *last = level,
            Some(_) | None => kept.push(level),
        }
    }
    let all = || kept.iter();
    Columns::new(kept.len())
        .with("at", all().map(|level| level.at.as_nanos()))
        .with("nvram", all().map(|level| level.nvram_bytes))
        .with("nvlog", all().map(|level| level.nvlog_bytes))
        .with("queue", all().map(|level| level.link_queue_bytes))
        .into_value()
}

/// Counts of the whole run; `every`: the length of a bucket in nanoseconds.
pub(super) fn buckets(timeline: &Timeline) -> Value {
    let all = || timeline.buckets.list.iter();
    let wire = |bucket: &Bucket, way: usize| bucket.bytes[way] + bucket.resent_bytes[way];
    Columns::new(all().count())
        .said("every", timeline.buckets.every.as_nanos())
        .with("requests", all().map(|bucket| bucket.requests))
        .with("there", all().map(|bucket| wire(bucket, 0)))
        .with("back", all().map(|bucket| wire(bucket, 1)))
        .with("lost", all().map(|bucket| bucket.lost.iter().sum::<u64>()))
        .into_value()
}
