//! Spec 2.3: memory grows with blocks written and writes in flight, never with addresses.
//!
//! Everything is measured in one test: the allocator counts for the whole process, so two tests at a
//! time would count each other.

#![allow(unsafe_code, reason = "an allocator that counts is unsafe by its interface")]

mod support;

use mirrorsim::workload::Traces;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{assert_passes, beginning, recorded, replay, run, traces};

/// The system's allocator, with a count of bytes in use and the most there ever were.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn grown(bytes: usize) {
    let now = NOW.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(now, Ordering::Relaxed);
}

// SAFETY: every call goes to the system's allocator unchanged; counting touches no memory of its.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: the caller keeps the promises that `alloc` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from `alloc` above, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const MIB: usize = 1 << 20;

/// The most bytes that a run took on top of what there was.
fn peak_of(shift: &str, sets: &[(&str, &str)], traces: &Traces) -> usize {
    let mut sets = sets.to_vec();
    sets.push(("clients.0.workload.offset_shift", shift));
    let scenario = replay("recorded", &sets);
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let outcome = run(&scenario, traces);
    assert_passes(&outcome);
    PEAK.load(Ordering::Relaxed) - before
}

#[test]
fn memory_does_not_grow_with_addresses() {
    let short = traces(beginning("pgbench_block", 4000));
    let plain = [("source.consistency_point.every", "10s")];
    let tree = [("source.consistency_point.every", "10s"), ("metadata", "tree")];
    for (name, sets) in [("no metadata", plain.as_slice()), ("metadata tree", tree.as_slice())] {
        let near = peak_of("16GiB", sets, &short);
        let far = peak_of("16TiB", sets, &short);
        let differ = near.abs_diff(far);
        assert!(differ * 100 < near, "{name}: {near} B at 16 GiB, {far} B at 16 TiB");
    }
    let whole = traces(recorded("pgbench_block"));
    let peak = peak_of("0B", &plain, &whole);
    println!("the whole PostgreSQL run takes {peak} B at most");
    assert!(peak > MIB / 2, "the allocator counts: {peak} B");
    assert!(peak < 200 * MIB, "the whole PostgreSQL run takes {peak} B");
}
