//! Smaller counts and bounds, rounder spans: all that is neither an operation nor a moment.

use crate::shrink::bench::Bench;
use crate::shrink::draft;
use crate::units::{Bytes, Span};
use serde_json::{Value, json};

/// Bounds that have to be full before something happens, in the order in which others derive from
/// them.
const BOUNDS: [&str; 7] = [
    "/source/nvram_half",
    "/source/buffers",
    "/source/dirty_high_water",
    "/source/consistency_point/entries",
    "/transfer/id_bits",
    "/transfer/ids",
    "/destination/cache",
];

/// Lowers bounds as far as it goes, so that fewer operations fill them.
pub(super) fn lower_bounds(bench: &mut Bench) {
    for pointer in BOUNDS {
        let mut patience = 16;
        while patience > 0 && better(bench, pointer) {
            patience -= 1;
        }
    }
}

/// Makes every number, length and span that is still written smaller or rounder.
pub(super) fn smaller(bench: &mut Bench) {
    for pointer in draft::pointers(bench.best()) {
        if is_elsewhere(&pointer) {
            continue;
        }
        let mut patience = 8;
        while patience > 0 && better(bench, &pointer) {
            patience -= 1;
        }
    }
}

/// Whether the key is seen to in another pass, or bounds the run itself.
fn is_elsewhere(pointer: &str) -> bool {
    let moment = pointer.ends_with("/at");
    let kept = ["/limits", "/expect", "/name", "/description"];
    moment || pointer.contains("/operations/") || kept.iter().any(|key| pointer.starts_with(key))
}

/// Takes the first better value that fails in the same way; tells whether there was one.
fn better(bench: &mut Bench, pointer: &str) -> bool {
    let Some(old) = bench.best().pointer(pointer).cloned() else { return false };
    candidates(&old).into_iter().any(|new| bench.takes(&draft::with(bench.best(), pointer, new)))
}

fn candidates(old: &Value) -> Vec<Value> {
    match old {
        Value::Number(number) => {
            let old = number.as_u64().unwrap_or(0);
            below(old).into_iter().map(|new| json!(new)).collect()
        }
        Value::String(text) => {
            if let Ok(span) = text.parse::<Span>() {
                rounder(span).into_iter().map(|new| json!(new)).collect()
            } else if let Ok(bytes) = text.parse::<Bytes>() {
                let halves = [16, 4, 2].map(|part| bytes.get() / part);
                let halves = halves.into_iter().filter(|half| *half > 0);
                halves.map(|half| json!(Bytes::new(half))).collect()
            } else {
                Vec::new()
            }
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Vec::new(),
    }
}

/// Smaller counts, the smallest first.
fn below(old: u64) -> Vec<u64> {
    let mut smaller = vec![0, 1, 2, old / 2, old.saturating_sub(1)];
    smaller.retain(|new| *new < old);
    smaller.dedup();
    smaller
}

/// Rounder spans: one significant digit, then two, then three; down, then up.
pub(super) fn rounder(old: Span) -> Vec<Span> {
    let nanos = old.as_nanos();
    let mut found = Vec::new();
    let mut unit = 10u64.pow(nanos.checked_ilog10().unwrap_or(0));
    for _ in 0..3 {
        let down = nanos / unit * unit;
        found.extend([down, down.saturating_add(unit)]);
        if unit < 10 {
            break;
        }
        unit /= 10;
    }
    found.retain(|new| *new > 0 && digits(*new) < digits(nanos));
    found.into_iter().map(Span::from_nanos).collect()
}

/// Significant digits.
fn digits(number: u64) -> usize {
    number.to_string().trim_end_matches('0').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_spans_are_shorter_to_write() {
        let round = |text: &str| {
            let span: Span = text.parse().expect("a span");
            rounder(span).iter().map(Span::to_string).collect::<Vec<_>>()
        };
        assert_eq!(round("387ms"), ["300ms", "400ms", "380ms", "390ms"]);
        assert_eq!(round("1234567ns"), ["1ms", "2ms", "1200us", "1300us", "1230us", "1240us"]);
        assert_eq!(round("1s"), Vec::<String>::new());
        assert_eq!(below(16), [0, 1, 2, 8, 15]);
        assert_eq!(below(1), [0]);
    }
}
