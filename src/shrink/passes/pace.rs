//! Fewer operations at another pace: where what matters is how long something takes, or how much has
//! happened by a moment, operations cannot be spared while all else stays as it is.

use crate::shrink::bench::Bench;
use crate::shrink::draft::{self, Place};
use crate::units::{Bytes, Rate, Span};
use serde_json::{Value, json};

/// Fewer operations than these are few enough.
const FEW: usize = 5;

/// The first so many operations, and the last.
fn parts(places: &[Place], count: usize) -> [&[Place]; 2] {
    [&places[..count], &places[places.len() - count..]]
}

/// Ten times as long, or twice, for half of the operations; also with half as much NVRAM, so that
/// they fill it.
pub(super) fn slower(bench: &mut Bench) {
    for pointer in draft::pointers(bench.best()) {
        let hardware = ["/source/", "/destination/", "/wan/"];
        if !hardware.iter().any(|part| pointer.starts_with(part)) {
            continue;
        }
        for times in [10, 2] {
            while half_of_them(bench, &pointer, times) {}
        }
    }
}

/// Whether half of the operations do if what stands at the pointer takes so many times as long.
fn half_of_them(bench: &mut Bench, pointer: &str, times: u64) -> bool {
    let places = draft::operations(bench.best());
    let longer = bench.best().pointer(pointer).and_then(|old| slowed(old, times));
    let Some(longer) = longer.filter(|_| places.len() > FEW) else { return false };
    let slow = draft::with(bench.best(), pointer, longer);
    let nvram = "/source/nvram_half";
    let half = slow.pointer(nvram).and_then(Value::as_str).and_then(|text| text.parse().ok());
    let less = half.map(|half: Bytes| draft::with(&slow, nvram, json!(Bytes::new(half.get() / 2))));
    std::iter::once(slow).chain(less).any(|draft| {
        let parts = parts(&places, places.len().div_ceil(2));
        parts.into_iter().any(|kept| bench.takes(&draft::with_operations(&draft, kept)))
    })
}

/// A span so many times as long, a rate so many times as low.
fn slowed(old: &Value, times: u64) -> Option<Value> {
    let text = old.as_str()?;
    if let Ok(span) = text.parse::<Span>() {
        return Some(json!(Span::from_nanos(span.as_nanos().saturating_mul(times))));
    }
    let rate = text.parse::<Rate>().ok()?;
    Some(json!(Rate::bits_per_second(rate.get() / times)))
}

/// How far a moment may lie from where it should, in quarters of the time that an operation takes.
const QUARTERS: [i128; 5] = [0, -1, 1, -2, 2];

/// Fewer operations, and the moments of faults and of the operator as much earlier.
pub(super) fn proportional(bench: &mut Bench) {
    let mut less = draft::operations(bench.best()).len() / 2;
    while less > 0 {
        let places = draft::operations(bench.best());
        if places.len() <= FEW || less >= places.len() {
            return;
        }
        let left = places.len() - less;
        let taken = QUARTERS.iter().any(|quarter| {
            let draft = scaled(bench.best(), left, places.len(), *quarter);
            let parts = parts(&places, left);
            parts.into_iter().any(|kept| bench.takes(&draft::with_operations(&draft, kept)))
        });
        if !taken {
            less /= 2;
        }
    }
}

/// The draft with its moments, those of operations aside, at `left` parts of `all` of their time, and
/// so many quarters of a part later.
fn scaled(draft: &Value, left: usize, all: usize, quarter: i128) -> Value {
    let (left, all) = (left as i128, all as i128);
    let moments = draft::moments(draft).into_iter();
    let moments = moments.filter(|(pointer, _)| !pointer.contains("/operations/"));
    moments.fold(draft.clone(), |draft, (pointer, at)| {
        let nanos = i128::from(at.as_nanos());
        let moved = nanos * left / all + quarter * nanos / (4 * all);
        let at = Span::from_nanos(u64::try_from(moved).unwrap_or(0));
        draft::with(&draft, &pointer, json!(at))
    })
}
