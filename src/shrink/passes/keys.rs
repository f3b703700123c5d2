//! Keys that go back to their defaults, and are not written any more.

use crate::shrink::bench::Bench;
use crate::shrink::draft;
use serde_json::json;

/// Keys that say what the scenario is, or are seen to elsewhere.
const KEPT: [&str; 6] = ["/name", "/description", "/expect", "/sabotage", "/draws", "/clients"];

/// Leaves out every key whose default fails in the same way, an object before the keys in it.
pub(super) fn dropped(bench: &mut Bench) {
    for pointer in draft::pointers(bench.best()) {
        if KEPT.contains(&pointer.as_str()) || is_kept(&pointer) {
            continue;
        }
        if bench.best().pointer(&pointer).is_some() {
            let shorter = draft::without(bench.best(), &pointer);
            if !bench.takes_words(&shorter) {
                bench.takes(&shorter);
            }
        }
    }
    trigger(bench);
}

/// Whether the key holds operations, which have their own pass, or lines of `expect`.
fn is_kept(pointer: &str) -> bool {
    let holds = pointer.ends_with("/workload") || pointer.ends_with("/operations");
    holds || pointer.starts_with("/expect/")
}

/// Entries of a half that are tried.
const ENTRIES: [u64; 4] = [1, 2, 3, 4];

/// A CP that begins after so many entries says more than one that begins by the clock.
fn trigger(bench: &mut Bench) {
    let point = "/source/consistency_point";
    let Some(old) = bench.best().pointer(point).cloned() else { return };
    if old.get("entries").is_some() {
        return;
    }
    for entries in ENTRIES {
        let candidate = draft::with(bench.best(), point, json!({ "entries": entries }));
        if bench.takes(&candidate) {
            return;
        }
    }
}
