//! Keys that go back to their defaults, and are not written any more.

use crate::shrink::bench::Bench;
use crate::shrink::draft;
use serde_json::{Value, json};

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

/// A CP that begins after so many entries says more than one that begins by the clock, or when a half
/// of some length is full.
pub(super) fn trigger(bench: &mut Bench) {
    let Some(Value::Object(source)) = bench.best().get("source").cloned() else { return };
    let points = source.get("consistency_point");
    let counts = points.is_some_and(|point| point["entries"].is_u64());
    if counts || !["consistency_point", "nvram_half"].iter().any(|key| source.contains_key(*key)) {
        return;
    }
    for entries in ENTRIES {
        let mut whole = source.clone();
        whole.insert("consistency_point".into(), json!({ "entries": entries }));
        let mut plain = whole.clone();
        plain.remove("nvram_half");
        for source in [plain, whole] {
            if bench.takes(&draft::with(bench.best(), "/source", Value::Object(source))) {
                return;
            }
        }
    }
}
