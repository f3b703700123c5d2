//! Whole and partial blocks counted straight from the recorded traces, and compared with what a run
//! sent as a reference and in full.
//!
//! The count shares nothing with the simulator: it unzips and splits the CSV itself.

mod support;

use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use support::{assert_passes, recorded, replay, run, trace_file, traces};

const BLOCK: u128 = 4096;
const TIB: u128 = 1 << 40;

/// One write: target, offset, length.
type Write = (usize, u128, u128);

/// The writes of a trace, in the order of their times.
fn writes_of(name: &str) -> Vec<Write> {
    let mut text = String::new();
    let file = File::open(trace_file(name)).expect("the trace is kept in the repository");
    GzDecoder::new(file).read_to_string(&mut text).expect("gzipped text");
    let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut targets: BTreeMap<String, usize> = BTreeMap::new();
    let mut writes = Vec::new();
    for row in rows {
        let fields: Vec<_> = row.split(',').collect();
        let [time, target, offset, length, _] = fields[..] else { panic!("five fields: {row}") };
        let number = targets.len();
        let target = *targets.entry(target.to_owned()).or_insert(number);
        let length: u128 = length.parse().expect("a length");
        if length > 0 {
            let offset: u128 = offset.parse().expect("an offset");
            writes.push((nanoseconds(time), (target, offset, length)));
        }
    }
    writes.sort_by_key(|(time, _)| *time);
    writes.into_iter().map(|(_, write)| write).collect()
}

/// `"17.25"` microseconds.
fn nanoseconds(time: &str) -> u128 {
    let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
    let digits = format!("{whole}{fraction:0<3}");
    digits.parse().expect("a time with at most three decimals")
}

/// Blocks whose newest write of the CP covers them wholly, and blocks where it does not, summed over
/// CPs of `entries` writes each.
fn count(writes: &[Write], entries: usize, shift: u128) -> (u64, u64) {
    let (mut whole, mut partial) = (0, 0);
    for point in writes.chunks(entries) {
        let mut newest: BTreeMap<(usize, u128), bool> = BTreeMap::new();
        for (target, offset, length) in point {
            let (start, end) = (offset + shift, offset + shift + length);
            for block in start / BLOCK..end.div_ceil(BLOCK) {
                let covered = start <= block * BLOCK && (block + 1) * BLOCK <= end;
                newest.insert((*target, block), covered);
            }
        }
        let covered = newest.values().filter(|covered| **covered).count() as u64;
        whole += covered;
        partial += newest.len() as u64 - covered;
    }
    (whole, partial)
}

/// Replays the trace in CPs of `entries` writes and compares.
fn compare(name: &str, pairs: &[(usize, u128)]) {
    let writes = writes_of(name);
    let traces = traces(recorded(name));
    let mut seen = (0, 0);
    for (entries, shift) in pairs {
        let (number, bytes) = (entries.to_string(), format!("{shift}B"));
        let sets = [
            ("source.consistency_point.entries", number.as_str()),
            ("source.nvram_half", "4GiB"),
            ("clients.0.workload.offset_shift", bytes.as_str()),
        ];
        let outcome = run(&replay("serial", &sets), &traces);
        assert_passes(&outcome);
        let points = outcome.figures.synchronization;
        let (whole, partial) = count(&writes, *entries, *shift);
        seen = (seen.0 + whole, seen.1 + partial);
        let found = (points.blocks_referenced, points.blocks_full);
        assert_eq!(found, (whole, partial), "{name}, {entries} writes a CP, shifted by {shift} B");
        let expected = writes.len().div_ceil(*entries) as u64;
        assert_eq!(points.consistency_points, expected, "{name}, {entries} writes a CP");
    }
    assert!(seen.0 > 0 && seen.1 > 0, "{name}: both kinds of blocks were compared: {seen:?}");
}

#[test]
fn pgbench() {
    compare("pgbench_block", &[(100, 0), (1000, 32256), (7, 512), (2500, 16 * TIB + 700)]);
}

#[test]
fn sqlite() {
    compare("sqlite_wal_files", &[(500, 0), (64, 512), (3000, 16 * TIB + 700)]);
}

#[test]
fn fio() {
    compare("fio_mix_files", &[(1000, 0), (333, 32256)]);
}

#[test]
fn untar_and_git() {
    compare("untar_git_block", &[(1000, 512), (20_000, 32256)]);
}
