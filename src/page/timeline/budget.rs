//! How much of a timeline a page has room for.

use crate::timeline::Timeline;
use crate::units::SimTime;

/// Clients, points, spells, pleas, marks, that a page shows at most.
pub(super) const MOST_CLIENTS: usize = 64;
pub(super) const MOST_POINTS: usize = 200;
pub(super) const MOST_SPELLS: usize = 200;
pub(super) const MOST_PLEAS: usize = 100;
pub(super) const MOST_MARKS: usize = 250;

/// How many requests, messages and works are shown: those that began first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Kept {
    pub requests: usize,
    pub messages: usize,
    pub works: usize,
    /// When the first began that the page has no room for.
    pub full_at: Option<SimTime>,
}

impl Kept {
    /// All that the timeline has.
    pub fn all(timeline: &Timeline) -> Self {
        let Timeline { requests, messages, works, .. } = timeline;
        let [requests, messages, works] = [requests.len(), messages.len(), works.len()];
        Self { requests, messages, works, full_at: None }
    }

    /// Those that began before a moment.
    fn before(timeline: &Timeline, at: SimTime) -> Self {
        Self {
            requests: timeline.requests.partition_point(|span| span.asked < at),
            messages: timeline.messages.partition_point(|span| span.sent < at),
            works: timeline.works.partition_point(|span| span.began < at),
            full_at: Some(at),
        }
    }

    /// How many in all.
    pub const fn total(&self) -> usize {
        self.requests + self.messages + self.works
    }

    /// From when to when the timeline shows, in nanoseconds: all of the window that is complete.
    pub fn shown(&self, timeline: &Timeline) -> (u64, u64) {
        let ended = timeline.ended.as_nanos();
        let full = [self.full_at, timeline.left_out.full_at].into_iter().flatten().min();
        let last = full.map_or(ended, |full| full.as_nanos().min(ended));
        let from = timeline.window.from.as_nanos().min(last);
        (from, timeline.window.to.as_nanos().min(last).max(from + 1))
    }
}

/// What has room where `length` tells how long the page gets.
pub(in super::super) fn fit(
    timeline: &Timeline,
    room: usize,
    length: impl Fn(&Kept) -> usize,
) -> Kept {
    let mut kept = Kept::all(timeline);
    let mut begins: Vec<_> = timeline.requests.iter().map(|span| span.asked).collect();
    begins.extend(timeline.messages.iter().map(|span| span.sent));
    begins.extend(timeline.works.iter().map(|span| span.began));
    begins.sort_unstable();
    let mut fewer = kept.total();
    loop {
        let taken = length(&kept);
        if taken <= room || fewer == 0 {
            return kept;
        }
        // A little less than the share that would fit if all were equally long.
        fewer = (fewer * room / taken).min(fewer - 1) * 31 / 32;
        kept = Kept::before(timeline, begins[fewer]);
    }
}
