//! How much of a timeline a page has room for.

use crate::timeline::{MessageSpan, RequestSpan, Timeline, Window, WorkSpan};
use crate::units::{SimTime, Span};

/// Clients, points, spells, pleas, marks, that a page shows at most.
pub(super) const MOST_CLIENTS: usize = 64;
pub(super) const MOST_POINTS: usize = 200;
pub(super) const MOST_SPELLS: usize = 200;
pub(super) const MOST_PLEAS: usize = 100;
pub(super) const MOST_MARKS: usize = 250;

/// What is shown: everything that touches a window, as far as the timeline is complete.
#[derive(Debug, Clone)]
pub(in super::super) struct Kept<'a> {
    pub window: Window,
    pub requests: Vec<&'a RequestSpan>,
    pub messages: Vec<&'a MessageSpan>,
    pub works: Vec<&'a WorkSpan>,
}

impl<'a> Kept<'a> {
    fn all(timeline: &'a Timeline, window: Window) -> Self {
        let Timeline { requests, messages, works, .. } = timeline;
        Self {
            window,
            requests: requests.iter().collect(),
            messages: messages.iter().collect(),
            works: works.iter().collect(),
        }
    }

    fn within(timeline: &'a Timeline, window: Window) -> Self {
        let ended = timeline.ended;
        let touches = |began, ended| window.touches(began, ended);
        let requests = timeline.requests.iter();
        let messages = timeline.messages.iter();
        let works = timeline.works.iter();
        Self {
            window,
            requests: requests.filter(|r| touches(r.asked, r.answered.unwrap_or(ended))).collect(),
            messages: messages.filter(|message| touches(message.sent, message.ended())).collect(),
            works: works.filter(|w| touches(w.began, w.ended().unwrap_or(w.began))).collect(),
        }
    }

    /// How many in all.
    pub fn total(&self) -> usize {
        self.requests.len() + self.messages.len() + self.works.len()
    }

    /// From when to when that is, in nanoseconds; never nothing.
    pub fn shown(&self) -> (u64, u64) {
        let from = self.window.from.as_nanos();
        (from, self.window.to.as_nanos().max(from + 1))
    }
}

/// How many the timeline has.
pub(super) fn total(timeline: &Timeline) -> usize {
    timeline.requests.len() + timeline.messages.len() + timeline.works.len()
}

/// What has room where `length` tells how long the page gets: all of the window, or a stretch of it
/// around what matters most. `violated`: when the first property broke.
pub(in super::super) fn fit<'a>(
    timeline: &'a Timeline,
    violated: Option<SimTime>,
    room: usize,
    length: impl Fn(&Kept) -> usize,
) -> Kept<'a> {
    const WHOLE: u64 = 1 << 32;
    let whole = complete(timeline);
    let focus = focus(timeline, violated).clamp(whole.from, whole.to);
    let mut share = WHOLE;
    loop {
        let kept = if share == WHOLE && timeline.left_out.full_at.is_none() {
            Kept::all(timeline, whole)
        } else {
            Kept::within(timeline, around(focus, whole, share, WHOLE))
        };
        let taken = length(&kept);
        if taken <= room || share == 0 {
            return kept;
        }
        // A little less than would fit if all stretches were equally full.
        let fitting = u128::from(share) * room as u128 / taken as u128 * 31 / 32;
        share = u64::try_from(fitting).unwrap_or(WHOLE).min(share - 1);
    }
}

/// The window, as far as the run goes and nothing is missing.
fn complete(timeline: &Timeline) -> Window {
    let full = timeline.left_out.full_at.unwrap_or(timeline.ended);
    let last = full.min(timeline.ended);
    let from = timeline.window.from.min(last);
    Window { from, to: timeline.window.to.min(last).max(from) }
}

/// What matters most: what went wrong first, else the first consistency point.
fn focus(timeline: &Timeline, violated: Option<SimTime>) -> SimTime {
    let firsts = &timeline.firsts;
    let wrong = [firsts.lost, firsts.felt, firsts.crashed, firsts.promoted];
    let wrong = violated.or_else(|| wrong.into_iter().flatten().min());
    wrong.or(firsts.point.map(|(begun, _)| begun)).unwrap_or(SimTime::ZERO)
}

/// A stretch of a window around a moment: so many of `of` parts of what lies on either side.
fn around(moment: SimTime, window: Window, share: u64, of: u64) -> Window {
    let part = |span: Span| {
        let part = u128::from(span.as_nanos()) * u128::from(share) / u128::from(of);
        u64::try_from(part).expect("it is a part")
    };
    let (before, after) = (part(moment.since(window.from)), part(window.to.since(moment)));
    let from = SimTime::from_nanos(moment.as_nanos() - before);
    Window { from, to: SimTime::from_nanos(moment.as_nanos() + after) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_shrinks_towards_its_moment() {
        let at = SimTime::from_nanos;
        let window = Window { from: at(100), to: at(300) };
        let stretch = |moment, share| around(at(moment), window, share, 4);
        assert_eq!(stretch(200, 4), window);
        assert_eq!(stretch(200, 2), Window { from: at(150), to: at(250) });
        assert_eq!(stretch(300, 1), Window { from: at(250), to: at(300) });
        assert_eq!(stretch(120, 0), Window { from: at(120), to: at(120) });
    }
}
