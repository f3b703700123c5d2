//! Moments that come earlier, in round steps from one to the next.

use super::numbers;
use crate::shrink::bench::Bench;
use crate::shrink::draft;
use crate::units::Span;
use serde_json::{Value, json};

/// Gaps between two moments, the shortest first.
const GAPS: [Span; 8] = [
    Span::ZERO,
    Span::from_millis(1),
    Span::from_millis(10),
    Span::from_millis(20),
    Span::from_millis(100),
    Span::from_millis(200),
    Span::from_secs(1),
    Span::from_secs(2),
];

/// More moments than these are moved together only.
const MOST: usize = 40;

/// Shortens the gap before each moment, with all that comes later.
pub(super) fn earlier(bench: &mut Bench) {
    for place in 0..draft::moments(bench.best()).len().min(MOST) {
        let moments = draft::moments(bench.best());
        let Some((_, at)) = moments.get(place) else { return };
        let before = place.checked_sub(1).map_or(Span::ZERO, |before| moments[before].1);
        let gap = at.as_nanos() - before.as_nanos();
        let round = numbers::rounder(Span::from_nanos(gap));
        let shorter = GAPS.into_iter().filter(|new| new.as_nanos() < gap);
        for new in shorter.chain(round) {
            let by = i128::from(new.as_nanos()) - i128::from(gap);
            if bench.takes(&moved(bench.best(), &moments[place..], by)) {
                break;
            }
        }
    }
}

/// The draft with these moments so many nanoseconds later.
fn moved(draft: &Value, moments: &[(String, Span)], by: i128) -> Value {
    let mut draft = draft.clone();
    for (pointer, at) in moments {
        let nanos = i128::from(at.as_nanos()) + by;
        let at = Span::from_nanos(u64::try_from(nanos).unwrap_or(0));
        draft = draft::with(&draft, pointer, json!(at));
    }
    draft
}

/// Rounds each moment alone; one that is not written is as short as can be.
pub(super) fn rounder(bench: &mut Bench) {
    for (pointer, at) in draft::moments(bench.best()).into_iter().take(MOST) {
        if bench.best().pointer(&pointer).is_none() {
            continue;
        }
        for new in numbers::rounder(at) {
            if bench.takes(&draft::with(bench.best(), &pointer, json!(new))) {
                break;
            }
        }
    }
}
