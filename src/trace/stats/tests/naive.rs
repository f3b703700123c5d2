//! The numbers of a short trace, each counted by itself, byte by byte and pair by pair.

use super::*;
use std::collections::BTreeSet;

type Block = (u32, u64);

struct Writes<'a> {
    records: Vec<&'a Record>,
    size: u64,
    point: u64,
}

impl Writes<'_> {
    /// Blocks that hold a byte of a write.
    fn blocks(&self, write: &Record) -> BTreeSet<Block> {
        let bytes = write.offset..write.offset + write.length;
        bytes.map(|byte| (write.target, byte / self.size)).collect()
    }

    fn covers(&self, write: &Record, block: Block) -> bool {
        let mut bytes = block.1 * self.size..(block.1 + 1) * self.size;
        bytes.all(|byte| (write.offset..write.offset + write.length).contains(&byte))
    }

    /// Every block write, with the next one of its block.
    fn pairs(&self) -> Vec<(&Record, Block, Option<&Record>)> {
        let mut pairs = Vec::new();
        for (place, write) in self.records.iter().enumerate() {
            for block in self.blocks(write) {
                let mut later = self.records[place + 1..].iter();
                let next = later.find(|later| self.blocks(later).contains(&block));
                pairs.push((*write, block, next.copied()));
            }
        }
        pairs
    }

    fn point(&self, write: &Record) -> u64 {
        write.time.as_nanos() / self.point
    }
}

/// Lengths in order, one for each write.
fn lengths(writes: &Writes<'_>) -> Vec<u64> {
    let mut lengths: Vec<_> = writes.records.iter().map(|write| write.length).collect();
    lengths.sort_unstable();
    lengths
}

fn sizes(writes: &Writes<'_>) -> Option<WriteSizes> {
    let lengths = lengths(writes);
    let last = lengths.len().checked_sub(1)?;
    let distinct: BTreeSet<_> = lengths.iter().copied().collect();
    let how_many = |length| lengths.iter().filter(|other| **other == length).count() as u64;
    let mut commonest: Vec<_> =
        distinct.into_iter().map(|length| (how_many(length), length)).collect();
    commonest.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    let named = commonest.into_iter().take(5).map(|(count, length)| (Bytes::new(length), count));
    let at = |place: usize| Bytes::new(lengths[place]);
    Some(WriteSizes {
        min: at(0),
        median: at(last / 2),
        p90: at((lengths.len() * 9).div_ceil(10) - 1),
        max: at(last),
        commonest: named.collect(),
        rounded: 0,
    })
}

fn whole(writes: &Writes<'_>, shift: u64) -> Bytes {
    let moved = |write: &Record| Record { offset: write.offset + shift, ..*write };
    let of = |write: &&Record| {
        let moved = moved(write);
        let covered =
            writes.blocks(&moved).into_iter().filter(|block| writes.covers(&moved, *block));
        covered.count() as u64 * writes.size
    };
    Bytes::new(writes.records.iter().map(of).sum())
}

fn aligned(writes: &Writes<'_>, grid: u64) -> Aligned {
    let fits = |write: &&&Record| write.offset % grid + (write.offset + write.length) % grid == 0;
    let fitting: Vec<_> = writes.records.iter().filter(fits).collect();
    let bytes = Bytes::new(fitting.iter().map(|write| write.length).sum());
    Aligned { grid: Bytes::new(grid), writes: fitting.len() as u64, bytes }
}

fn common_offset(writes: &Writes<'_>) -> Option<CommonOffset> {
    let begins = |place: u64| {
        let there = writes.records.iter().filter(|write| write.offset % writes.size == place);
        there.count()
    };
    let offset = (1..writes.size).find(|&place| 2 * begins(place) > writes.records.len())?;
    let shift = writes.size - offset;
    Some(CommonOffset {
        offset: Bytes::new(offset),
        writes: begins(offset) as u64,
        shift: Bytes::new(shift),
        whole_bytes: whole(writes, shift),
        uncounted: 0,
    })
}

fn overwrites(writes: &Writes<'_>) -> Overwrites {
    let pairs = writes.pairs();
    let again = |fits: &dyn Fn(&Record, &Record) -> bool| {
        pairs.iter().filter(|(write, _, next)| next.is_some_and(|next| fits(write, next))).count()
            as u64
    };
    let gap = |write: &Record, next: &Record| next.time.as_nanos() - write.time.as_nanos();
    let same = |write: &Record, next: &Record| writes.point(write) == writes.point(next);
    let newest = |covered: bool| {
        let last = pairs.iter().filter(|(write, block, next)| {
            next.is_none_or(|next| !same(write, next)) && writes.covers(write, *block) == covered
        });
        last.count() as u64
    };
    let points: BTreeSet<_> = writes.records.iter().map(|write| writes.point(write)).collect();
    Overwrites {
        all_block_writes: pairs.len() as u64,
        one_in: 1,
        block_writes: pairs.len() as u64,
        within_second: again(&|write, next| gap(write, next) <= 1_000_000_000),
        within_ten_seconds: again(&|write, next| gap(write, next) <= 10_000_000_000),
        within_point: again(&same),
        whole_at_points: newest(true),
        partial_at_points: newest(false),
        points: points.len() as u64,
        long_writes: 0,
        long_block_writes: 0,
        unplaced_writes: 0,
    }
}

fn most_in_a_point(writes: &Writes<'_>) -> PeakPoint {
    let points: BTreeSet<_> = writes.records.iter().map(|write| writes.point(write)).collect();
    let of = |point: u64| writes.records.iter().filter(move |write| writes.point(write) == point);
    let bytes = points.iter().map(|&point| of(point).map(|write| write.length).sum()).max();
    let count = points.iter().map(|&point| of(point).count() as u64).max();
    PeakPoint { bytes: Bytes::new(bytes.unwrap_or(0)), writes: count.unwrap_or(0) }
}

pub(super) fn stats(records: &[Record], measures: Measures) -> TraceStats {
    let is_write = |record: &&Record| record.length > 0;
    let (size, point) = (measures.block_size, measures.consistency_point.as_nanos());
    let writes = Writes { records: records.iter().filter(is_write).collect(), size, point };
    let second = |write: &Record| write.time.as_nanos() / 1_000_000_000;
    let in_second = |at: u64| writes.records.iter().filter(move |write| second(write) == at);
    let peaks = (0..=40).map(|at| in_second(at).map(|write| write.length).sum());
    let touched: BTreeSet<_> =
        writes.records.iter().flat_map(|write| writes.blocks(write)).collect();
    let mut counted = Lengths::default();
    lengths(&writes).into_iter().for_each(|length| counted.add(length));
    let grids: BTreeSet<_> = [512, 4096, size].into();
    let through = records.iter().filter(|record| record.kind == RecordKind::WriteThrough);
    let times = records.iter().map(|record| record.time.as_nanos());
    TraceStats {
        writes: writes.records.len() as u64,
        through_writes: through.count() as u64,
        flushes: (records.len() - writes.records.len()) as u64,
        bytes_written: Bytes::new(lengths(&writes).iter().sum()),
        whole_bytes: whole(&writes, 0),
        blocks_touched: touched.len() as u64,
        targets: records.iter().map(|record| u64::from(record.target) + 1).max().unwrap_or(0),
        duration: Span::from_nanos(times.clone().max().unwrap_or(0) - times.min().unwrap_or(0)),
        ended: records.iter().map(|record| record.time).max().unwrap_or_default(),
        peak_point: most_in_a_point(&writes),
        peak_second: Bytes::new(peaks.max().unwrap_or(0)),
        sizes: sizes(&writes),
        lengths: counted,
        aligned: grids.into_iter().map(|grid| aligned(&writes, grid)).collect(),
        common_offset: common_offset(&writes),
        overwrites: overwrites(&writes),
    }
}
