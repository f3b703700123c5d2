//! Where to look, if nobody said.

use super::{Timeline, Window};
use crate::units::{SimTime, Span};

/// The window to show of a run of which a first timeline is known, with room for about `most`
/// requests, messages and works. `violated`: when the first property broke.
///
/// - If the whole run has room, it is the whole run.
/// - Else it lies around the first thing that went wrong: the first violation; if there is none, the
///   first of: a message lost, a fault felt, a crash, a promotion.
/// - Else, where nothing went wrong, it begins with the first whole consistency point, and lies
///   around that if there is room.
/// - Else it begins with the run.
///
/// It grows to both sides by halves, as far as there is room and the run goes. Only the first
/// timeline's density and firsts are read, so it may come of [`Window::NOTHING`].
#[must_use]
pub fn choose(first: &Timeline, violated: Option<SimTime>, most: usize) -> Window {
    let most = most as u64;
    let density = &first.density;
    if density.total() <= most {
        return Window::ALL;
    }
    let firsts = &first.firsts;
    let wrong = [firsts.lost, firsts.felt, firsts.crashed, firsts.promoted];
    let wrong = violated.or_else(|| wrong.into_iter().flatten().min());
    let (from, to) = match (wrong, firsts.point) {
        (Some(moment), _) => (moment, moment),
        (None, Some(point)) => point,
        (None, None) => (SimTime::ZERO, SimTime::ZERO),
    };
    if density.within(Window { from, to }) > most {
        let length = longest(from.since(to), to.since(from), |length| {
            density.within(Window { from, to: from.after(length) }) <= most
        });
        return Window { from, to: from.after(length) };
    }
    let around = |margin| Window { from: before(from, margin), to: to.after(margin) };
    let margin = longest(Span::ZERO, first.ended.since(SimTime::ZERO), |margin| {
        density.within(around(margin)) <= most
    });
    let Window { from, to } = around(margin);
    Window { from, to: to.min(first.ended) }
}

/// The longest span between `short` and `long` that fits, to the nanosecond; a longer one fits only
/// if a shorter one does.
fn longest(short: Span, long: Span, fits: impl Fn(Span) -> bool) -> Span {
    let (mut low, mut high) = (short.as_nanos(), long.as_nanos());
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if fits(Span::from_nanos(middle)) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Span::from_nanos(low)
}

fn before(at: SimTime, margin: Span) -> SimTime {
    SimTime::from_nanos(at.as_nanos().saturating_sub(margin.as_nanos()))
}
