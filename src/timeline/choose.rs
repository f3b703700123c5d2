//! Where to look, if nobody said.

use super::{Timeline, Window};
use crate::units::{SimTime, Span};

/// The window to show of a run of which a first timeline is known, with room for about `most`
/// requests, messages and works. `violated`: when the first property broke. `within`: what it is a
/// part of, [`Window::ALL`] or what was asked for.
///
/// - If all of that has room, it is that.
/// - Else it lies around the first thing that went wrong: the first violation; if there is none, the
///   first of: a message lost, a fault felt, a crash, a promotion.
/// - Else, where nothing went wrong, it begins with the first whole consistency point, and lies
///   around that if there is room.
/// - Else it begins with the run.
///
/// Where that lies outside of `within`, its nearer end stands for it. It grows to both sides by halves,
/// as far as there is room and the run and `within` go. Only the first
/// timeline's density and firsts are read, so it may come of [`Window::NOTHING`].
#[must_use]
pub fn choose(first: &Timeline, violated: Option<SimTime>, most: usize, within: Window) -> Window {
    let most = most as u64;
    let density = &first.density;
    if density.within(within) <= most {
        return within;
    }
    let (begin, end) = (within.from, within.to.min(first.ended).max(within.from));
    let inside = |moment: SimTime| moment.clamp(begin, end);
    let firsts = &first.firsts;
    let wrong = [firsts.lost, firsts.felt, firsts.crashed, firsts.promoted];
    let wrong = violated.or_else(|| wrong.into_iter().flatten().min());
    let (from, to) = match (wrong, firsts.point) {
        (Some(moment), _) => (moment, moment),
        (None, Some(point)) => point,
        (None, None) => (SimTime::ZERO, SimTime::ZERO),
    };
    let (from, to) = (inside(from), inside(to));
    if density.within(Window { from, to }) > most {
        let length = longest(from.since(to), to.since(from), |length| {
            density.within(Window { from, to: from.after(length) }) <= most
        });
        return Window { from, to: from.after(length) };
    }
    let around =
        |margin| Window { from: inside(before(from, margin)), to: inside(to.after(margin)) };
    let margin =
        longest(Span::ZERO, end.since(begin), |margin| density.within(around(margin)) <= most);
    around(margin)
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
