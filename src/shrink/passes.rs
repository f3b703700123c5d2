//! Ways to make a failing scenario smaller, tried again and again until none helps.
//!
//! First, roughly, what makes runs long: faults, operations, bounds that must be full before anything
//! happens. Then what there is: faults, operations, both in pairs, several writes as one. Then what is
//! said about it: keys go back to their defaults, numbers and sizes get smaller, times earlier and round.

mod keys;
mod numbers;
mod operations;
mod pace;
mod times;

use super::bench::Bench;
use super::ddmin::{fewest, without_pairs};
use super::draft;
use serde_json::{Value, json};

/// Rounds at most: each makes something smaller, so that there is a last one anyway.
const MOST_ROUNDS: u32 = 12;

/// Makes the best candidate smaller until nothing helps, or no more runs are to be made.
pub(super) fn reduce(bench: &mut Bench) {
    settle(bench);
    faults(bench);
    operations::far_fewer(bench);
    keys::trigger(bench);
    numbers::lower_bounds(bench);
    for _ in 0..MOST_ROUNDS {
        let before = bench.best().clone();
        settle(bench);
        faults(bench);
        operations::fewer(bench);
        pairs(bench);
        joined_faults(bench);
        slower_disks(bench);
        operations::joined(bench);
        pace::slower(bench);
        pace::proportional(bench);
        keys::dropped(bench);
        numbers::smaller(bench);
        operations::smaller(bench);
        times::earlier(bench);
        times::rounder(bench);
        if *bench.best() == before || bench.is_over() {
            return;
        }
    }
}

/// Leaves nothing to chance, if that is possible: the least of everything, or the most.
fn settle(bench: &mut Bench) {
    for draws in ["least", "most"] {
        if bench.best().get("draws").is_none_or(|draws| draws == "seed") {
            bench.takes(&draft::with(bench.best(), "/draws", json!(draws)));
        }
    }
}

fn faults(bench: &mut Bench) {
    let base = bench.best().clone();
    let places: Vec<usize> = (0..).zip(0..draft::faults(&base)).map(|(place, _)| place).collect();
    fewest(places, |kept| bench.takes(&draft::with_faults(&base, kept)));
}

/// What is left of faults and operations: there are few enough to try all pairs.
const MOST_PAIRED: usize = 14;

/// Leaves out two at a time.
fn pairs(bench: &mut Bench) {
    let base = bench.best().clone();
    let faults = (0..).zip(0..draft::faults(&base)).map(|(place, _)| Part::Fault(place));
    let operations = draft::operations(&base).into_iter().map(Part::Operation);
    let parts: Vec<_> = faults.chain(operations).collect();
    if parts.len() <= MOST_PAIRED {
        without_pairs(parts, |kept| bench.takes(&with_parts(&base, kept)));
    }
}

/// Makes one fault of two of a kind: one that is less choosy does for both.
fn joined_faults(bench: &mut Bench) {
    let faults = |draft: &Value| draft["faults"].as_array().cloned().unwrap_or_default();
    let mut first = 0;
    while first < faults(bench.best()).len().min(MOST_PAIRED) {
        let list = faults(bench.best());
        let same = |(place, other): &(usize, &Value)| {
            *place != first && other["kind"] == list[first]["kind"]
        };
        let others: Vec<usize> =
            list.iter().enumerate().filter(same).map(|(place, _)| place).collect();
        let taken = others.into_iter().any(|other| {
            let places: Vec<_> = (0..list.len()).filter(|place| *place != other).collect();
            let place = places.iter().position(|place| *place == first).unwrap_or(0);
            let mut wider = draft::with_faults(bench.best(), &places);
            // One choice after the other is given up.
            ["message", "times", "direction", "for"].iter().any(|key| {
                wider = draft::without(&wider, &format!("/faults/{place}/{key}"));
                bench.takes(&wider)
            })
        });
        if !taken {
            first += 1;
        }
    }
}

/// Faults that are easily pictured together.
const FEW_FAULTS: u64 = 2;

/// Where there are more, does a slow disk for one of them: what lasts longer needs no help to last.
fn slower_disks(bench: &mut Bench) {
    for place in (0..draft::faults(bench.best())).rev() {
        if draft::faults(bench.best()) <= FEW_FAULTS {
            return;
        }
        let kept = (0..draft::faults(bench.best())).filter(|kept| *kept != place);
        let kept: Vec<usize> = kept.filter_map(|kept| usize::try_from(kept).ok()).collect();
        let spared = draft::with_faults(bench.best(), &kept);
        let slow = ["source", "destination"]
            .into_iter()
            .flat_map(|node| ["100ms", "500ms"].map(|latency| (format!("/{node}/disk"), latency)));
        for (disk, latency) in slow {
            let disks = json!({ "kind": "fixed", "latency": latency });
            if bench.takes(&draft::with(&spared, &disk, disks)) {
                break;
            }
        }
    }
}

/// A fault or an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Fault(usize),
    Operation(draft::Place),
}

fn with_parts(base: &Value, kept: &[Part]) -> Value {
    let (mut faults, mut operations) = (Vec::new(), Vec::new());
    for part in kept {
        match part {
            Part::Fault(place) => faults.push(*place),
            Part::Operation(place) => operations.push(*place),
        }
    }
    draft::with_operations(&draft::with_faults(base, &faults), &operations)
}
