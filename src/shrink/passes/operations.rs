//! Fewer operations, and simpler ones.

use crate::shrink::bench::Bench;
use crate::shrink::ddmin::{fewest, fewest_by};
use crate::shrink::draft::{self, Place};
use crate::units::Bytes;
use serde_json::{Value, json};

/// Of many operations, steps in which they are left out at first.
const STEPS: usize = 16;

/// Leaves out operations in large steps: how few there can be depends on much else.
pub(super) fn far_fewer(bench: &mut Bench) {
    let base = bench.best().clone();
    let places = draft::operations(&base);
    let finest = places.len() / STEPS;
    fewest_by(places, finest, |kept| bench.takes(&draft::with_operations(&base, kept)));
}

/// Leaves out operations, of all clients together.
pub(super) fn fewer(bench: &mut Bench) {
    let base = bench.best().clone();
    fewest(draft::operations(&base), |kept| bench.takes(&draft::with_operations(&base, kept)));
    flushes(bench);
}

/// A request that only has to be there need not write.
fn flushes(bench: &mut Bench) {
    for place in draft::operations(bench.best()) {
        let pointer = pointer(place);
        let operation = bench.best().pointer(&pointer).cloned().unwrap_or_default();
        if operation.get("flush").is_some() {
            continue;
        }
        let mut flush = json!({ "flush": 0 });
        if let Some(at) = operation.get("at") {
            flush["at"] = at.clone();
        }
        bench.takes(&draft::with(bench.best(), &pointer, flush.clone()));
        bench.takes(&replaced(bench.best(), place, flush));
    }
}

fn pointer((client, place): Place) -> String {
    format!("/clients/{client}/workload/operations/{place}")
}

/// The draft with another operation in this place.
fn replaced(draft: &Value, place: Place, operation: Value) -> Value {
    let mut draft = draft.clone();
    if let Some(old) = draft.pointer_mut(&pointer(place)) {
        *old = operation;
    }
    draft
}

/// No joined write is longer.
const LONGEST: u64 = 1 << 20;

/// Makes one write of two, where its length is what matters.
pub(super) fn joined(bench: &mut Bench) {
    let mut places = draft::operations(bench.best());
    let mut at = 0;
    while at + 1 < places.len() {
        let [first, second] = [places[at], places[at + 1]];
        let lengths = [first, second].map(|place| length(bench.best(), place));
        let taken = match lengths {
            [Some(one), Some(other)] if one + other <= LONGEST => {
                let together = json!(Bytes::new(one + other));
                let longer = draft::with(
                    bench.best(),
                    &format!("{}/write/length", pointer(first)),
                    together,
                );
                let kept: Vec<_> =
                    places.iter().copied().filter(|place| *place != second).collect();
                bench.takes(&draft::with_operations(&longer, &kept))
            }
            [_, _] => false,
        };
        if taken {
            places = draft::operations(bench.best());
        } else {
            at += 1;
        }
    }
}

fn length(draft: &Value, place: Place) -> Option<u64> {
    bytes(draft.pointer(&format!("{}/write/length", pointer(place)))?)
}

fn bytes(value: &Value) -> Option<u64> {
    value.as_str()?.parse().ok().map(Bytes::get)
}

/// Makes lengths blocks, and offsets small.
pub(super) fn smaller(bench: &mut Bench) {
    let block = bench.best().get("block_size").and_then(bytes).unwrap_or(4096);
    shifted(bench, block);
    for place in draft::operations(bench.best()) {
        for kind in ["write", "read"] {
            let range = format!("{}/{kind}", pointer(place));
            if bench.best().pointer(&range).is_some() {
                simplify(bench, &format!("{range}/length"), |old| lengths(old, block));
                simplify(bench, &format!("{range}/offset"), |old| offsets(old, block));
            }
        }
    }
}

/// Takes the first of simpler values that fails in the same way.
fn simplify(bench: &mut Bench, pointer: &str, simpler: impl Fn(u64) -> Vec<u64>) {
    let Some(old) = bench.best().pointer(pointer).and_then(bytes) else { return };
    for new in simpler(old) {
        if bench.takes(&draft::with(bench.best(), pointer, json!(Bytes::new(new)))) {
            return;
        }
    }
}

/// Simpler lengths, the simplest first: a block, half a block, whole blocks.
fn lengths(old: u64, block: u64) -> Vec<u64> {
    let mut simpler = vec![block];
    if old != block {
        simpler.extend([old / 4 / block * block, old / 2 / block * block]);
        simpler.extend([old / block * block, block / 2]);
    }
    simpler.retain(|new| *new > 0 && *new != old && (*new < old || old < block));
    if old == block / 2 {
        simpler.retain(|new| *new == block);
    }
    simpler
}

/// Simpler offsets: none, the first block, halfway, whole blocks.
fn offsets(old: u64, block: u64) -> Vec<u64> {
    let mut simpler = vec![0, old % block, old / 4 / block * block, old / 2 / block * block];
    simpler.extend([old / block * block, old / block * block + block / 2]);
    simpler.retain(|new| *new < old);
    simpler
}

/// Moves all ranges towards the beginning together.
fn shifted(bench: &mut Bench, block: u64) {
    let mut found = Vec::new();
    for place in draft::operations(bench.best()) {
        for kind in ["write", "read"] {
            let offset = format!("{}/{kind}/offset", pointer(place));
            if let Some(old) = bench.best().pointer(&offset).and_then(bytes) {
                found.push((offset, old));
            }
        }
    }
    let least = found.iter().map(|(_, old)| old / block * block).min().unwrap_or(0);
    if least > 0 {
        let mut moved = bench.best().clone();
        for (offset, old) in found {
            moved = draft::with(&moved, &offset, json!(Bytes::new(old - least)));
        }
        bench.takes(&moved);
    }
}
