//! Spec 9.4: bytes on the WAN and what references save, against sums worked out by hand.
//!
//! The widths below are written as numbers on purpose: they are what the wire format says, not what
//! `protocol::wire` computes.

mod support;

use mirrorsim::protocol::wire::Category;
use mirrorsim::workload::Traces;
use support::{assert_passes, listed, run};

/// B: bytes in a block.
const B: u64 = 4096;
/// H: headers per write. A transfer's: 16 message + 8 epoch + 4 ID + 12 CP + 16 first LSN + 4 count;
/// an entry's: 16 LSN + 16 predecessor + 12 write + 20 range + 16 part.
const H: u64 = 60 + 80;
/// C: what stands before a block in full: 14 address + 2 kind + 8 checksum.
const C: u64 = 24;
/// R: a reference: 14 address + 2 kind + 4 transfer ID + 4 block number.
const R: u64 = 24;
/// `CP_BEGIN`: 16 message + 8 epoch + 12 CP + 8 range + 16 LSN; `CP_END`: 16 + 8 + 12 + 8.
const BEGIN_AND_END: u64 = 60 + 44;
/// The header of a `CP_DATA` message: 16 message + 8 epoch + 12 CP + 4 count.
const DATA: u64 = 40;
/// A `LOG_ACK`: 16 message + 8 epoch + 4 incarnation + 16 LSN; a `CP_ACK`: 16 + 8 + 12.
const ACKS: (u64, u64) = (44, 36);

/// Blocks per CP, and CPs.
const N: u64 = 20;
const POINTS: u64 = 3;

/// Bytes that a run put on the wire: towards the destination, towards the source, saved, and those
/// of the log and of the blocks of CPs.
#[derive(Debug)]
struct Sums {
    to_destination: u64,
    to_source: u64,
    saved: i64,
    log: u64,
    blocks: u64,
}

/// Every CP overwrites each of `N` blocks `w` times.
fn overwrites(w: u64, policy: &str, message_bytes: &str) -> Sums {
    let round = || (0..N).map(|block| (block * B, B));
    let writes: Vec<_> = (0..POINTS * w).flat_map(|_| round()).collect();
    let entries = (N * w).to_string();
    let sets = [
        ("policy", policy),
        ("wan.packet_overhead", "0B"),
        ("cp.message_bytes", message_bytes),
        ("source.consistency_point.entries", &entries),
    ];
    let outcome = run(&listed(&writes, &sets), &Traces::new());
    assert_passes(&outcome);
    let figures = outcome.figures;
    assert_eq!(figures.synchronization.consistency_points, POINTS);
    let [towards, back] = figures.wan;
    let sum = |categories: &[Category]| categories.iter().map(|one| towards.get(*one)).sum();
    Sums {
        to_destination: towards.total(),
        to_source: back.total(),
        saved: figures.saved.bytes,
        log: sum(&[Category::LogHeaders, Category::LogBlocks, Category::LogFragments]),
        blocks: sum(&[Category::CpBlocks, Category::CpReferences, Category::CpMetadata]),
    }
}

/// Bytes towards the destination: each write once, then each block once as `item` bytes in
/// `messages` messages.
fn expected(w: u64, item: u64, messages: u64) -> u64 {
    POINTS * (N * w * (H + B) + BEGIN_AND_END + messages * DATA + N * item)
}

#[test]
fn wan_bytes_are_the_sum_of_their_parts() {
    for w in [1, 2, 4, 8] {
        // A message of 65,536 B holds (65,536 − 40) / (24 + 4,096) = 15 blocks in full: two messages.
        let with = overwrites(w, "references", "64KiB");
        assert_eq!(with.to_destination, expected(w, R, 1), "w = {w}");
        let without = overwrites(w, "full-blocks", "64KiB");
        assert_eq!(without.to_destination, expected(w, B + C, 2), "w = {w}");
        // Every entry is acknowledged by itself, every CP once.
        let back = POINTS * (N * w * ACKS.0 + ACKS.1);
        assert_eq!((with.to_source, without.to_source), (back, back), "w = {w}");
    }
}

#[test]
fn a_reference_saves_a_block_and_its_header_but_for_its_own_length() {
    for w in [1, 2, 4, 8] {
        let with = overwrites(w, "references", "1MiB");
        let without = overwrites(w, "full-blocks", "1MiB");
        let saved = POINTS * N * (B + C - R);
        assert_eq!(without.to_destination - with.to_destination, saved, "w = {w}");
        assert_eq!(with.saved, i64::try_from(saved).expect("a small run"), "w = {w}");
        assert_eq!(without.saved, 0, "nothing is saved without references");
        // The message boundaries of Spec 9.3: two messages in full at 64 KiB, one by reference.
        let packed = overwrites(w, "references", "64KiB");
        let boundary = i64::try_from(POINTS * DATA).expect("a small number");
        assert_eq!(packed.saved, with.saved + boundary, "w = {w}");
    }
}

/// saving = (B + C − R) / (w(B + H) + B + C), as fractions: a/b = c/d where a·d = c·b.
#[test]
fn the_share_saved_is_the_closed_form() {
    for w in [1, 2, 4, 8] {
        let with = overwrites(w, "references", "1MiB");
        let without = overwrites(w, "full-blocks", "1MiB");
        let sent_in_full = without.log + without.blocks;
        let saved = sent_in_full - with.log - with.blocks;
        let (top, bottom) = (B + C - R, w * (B + H) + B + C);
        assert_eq!(saved * bottom, top * sent_in_full, "w = {w}");
        let percent = 100 * saved / sent_in_full;
        let known = [(1, 49), (2, 32), (4, 19), (8, 10)];
        assert!(known.contains(&(w, percent)), "w = {w} saves {percent} %");
    }
}

/// Writes of s ≥ B bytes at every offset of a cycle on a grid g that divides s and B cover
/// (s − B + g)/B blocks wholly and touch (s + B − g)/B, on average.
#[test]
fn unaligned_writes_cover_and_touch_as_many_blocks_as_the_closed_form_says() {
    let cases = [
        (4096, 512),
        (4096, 4096),
        (4608, 512),
        (6144, 2048),
        (8192, 256),
        (12288, 1024),
        (20480, 512),
        (65536, 2048),
        (98304, 1024),
    ];
    for (s, g) in cases {
        let cycle = B / g;
        // Every write is a CP of its own, and a MiB away from the one before.
        let writes: Vec<_> = (0..cycle).map(|place| ((place << 20) + place * g, s)).collect();
        let sets = [("source.consistency_point.entries", "1")];
        let outcome = run(&listed(&writes, &sets), &Traces::new());
        assert_passes(&outcome);
        let points = outcome.figures.synchronization;
        let (whole, touched) =
            (points.blocks_referenced, points.blocks_referenced + points.blocks_full);
        assert_eq!(whole * B, cycle * (s - B + g), "whole blocks of s = {s}, g = {g}");
        assert_eq!(touched * B, cycle * (s + B - g), "touched blocks of s = {s}, g = {g}");
    }
}
