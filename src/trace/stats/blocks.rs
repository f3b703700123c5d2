//! How soon blocks are written again, and how the last write of each consistency point leaves them.

use super::Measures;
use super::ranges::Ranges;
use super::sample::{LEVELS, Sample};
use crate::trace::Record;
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// How soon what is written is written again.
///
/// A *block write* is a write together with a block that it touches. It is overwritten within a time
/// if the next write that touches its block comes no later than that after it, and within a
/// consistency point if that write falls into the same interval, `[k × every, (k + 1) × every)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overwrites {
    /// Block writes of all writes.
    pub all_block_writes: u64,
    /// The share of the blocks that the figures below are of: one in so many, chosen by a hash of
    /// their address; 1: of all of them.
    pub one_in: u64,
    /// Block writes of these blocks, those of `long_writes` left out.
    pub block_writes: u64,
    /// Overwritten within a second.
    pub within_second: u64,
    /// Overwritten within ten seconds.
    pub within_ten_seconds: u64,
    /// Overwritten within the same consistency point: what it need not send.
    pub within_point: u64,
    /// Blocks at the end of a consistency point, summed over all, whose newest write covers them
    /// wholly: these can go as references (Claim 7).
    pub whole_at_points: u64,
    /// Blocks at the end of a consistency point whose newest write covers a part of them.
    pub partial_at_points: u64,
    /// Consistency points that have anything to do.
    pub points: u64,
    /// Writes of more than 4,096 blocks: they count as bytes, as block writes of all and as blocks
    /// touched, and not as writes that overwrite or are overwritten.
    pub long_writes: u64,
    /// Their block writes.
    pub long_block_writes: u64,
    /// Of these writes, those whose blocks are not counted as touched either: they lie in too many places.
    pub unplaced_writes: u64,
}

/// Blocks of a write that are looked at one by one, at most.
const LONGEST: u64 = 4096;

/// What is counted of the blocks of a level.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    block_writes: u64,
    within_second: u64,
    within_ten_seconds: u64,
    within_point: u64,
    /// Whole and partial block writes that no later write of their point touches.
    whole: u64,
    partial: u64,
}

/// The newest write of a block.
#[derive(Debug, Clone, Copy)]
struct Newest {
    time: SimTime,
    cover: Cover,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cover {
    Whole,
    Partial,
}

/// Remembers the newest write of blocks.
#[derive(Debug)]
pub(super) struct Blocks {
    measures: Measures,
    room: usize,
    newest: BTreeMap<(u32, u64), Newest>,
    sample: Sample,
    levels: [Counts; LEVELS],
    all_block_writes: u64,
    long: Ranges,
    long_writes: u64,
    long_block_writes: u64,
    unplaced_writes: u64,
    points: u64,
    last_point: Option<u64>,
}

impl Blocks {
    pub(super) fn new(measures: Measures, room: usize) -> Self {
        Self {
            measures,
            room,
            newest: BTreeMap::new(),
            sample: Sample::default(),
            levels: [Counts::default(); LEVELS],
            all_block_writes: 0,
            long: Ranges::default(),
            long_writes: 0,
            long_block_writes: 0,
            unplaced_writes: 0,
            points: 0,
            last_point: None,
        }
    }

    /// Takes a write.
    pub(super) fn add(&mut self, write: &Record) {
        let point = Some(self.point(write.time));
        self.points += u64::from(self.last_point != point);
        self.last_point = point;
        let size = self.measures.block_size;
        let end = write.offset + write.length;
        let (first, last) = (write.offset / size, (end - 1) / size);
        let blocks = (last - first).saturating_add(1);
        self.all_block_writes = self.all_block_writes.saturating_add(blocks);
        if blocks > LONGEST {
            self.long_writes += 1;
            self.long_block_writes = self.long_block_writes.saturating_add(blocks);
            let placed = self.long.add(write.target, first, last);
            self.unplaced_writes += u64::from(!placed);
            return;
        }
        let (whole, upto) = (write.offset.div_ceil(size), end / size);
        for block in first..=last {
            let covered = whole <= block && block < upto;
            let cover = if covered { Cover::Whole } else { Cover::Partial };
            self.touch((write.target, block), Newest { time: write.time, cover });
        }
    }

    fn touch(&mut self, block: (u32, u64), newest: Newest) {
        let level = Sample::level(block.0, block.1);
        if !self.sample.takes(level) {
            return;
        }
        let before = self.newest.insert(block, newest);
        let again =
            before.map(|before| (before, self.point(before.time) == self.point(newest.time)));
        let counts = &mut self.levels[level as usize];
        counts.block_writes += 1;
        *counts.newest(newest.cover) += 1;
        if let Some((before, same_point)) = again {
            let gap = newest.time.since(before.time);
            counts.within_second += u64::from(gap <= Span::from_secs(1));
            counts.within_ten_seconds += u64::from(gap <= Span::from_secs(10));
            counts.within_point += u64::from(same_point);
            *counts.newest(before.cover) -= u64::from(same_point);
        }
        while self.newest.len() > self.room {
            self.sample.halve();
            let sample = self.sample;
            self.newest.retain(|(target, block), _| sample.takes(Sample::level(*target, *block)));
        }
    }

    const fn point(&self, time: SimTime) -> u64 {
        time.as_nanos() / self.measures.consistency_point.as_nanos()
    }

    /// Blocks touched, and the rest.
    pub(super) fn finish(self) -> (u64, Overwrites) {
        let outside = |(target, block): &&(u32, u64)| !self.long.holds(*target, *block);
        let outside = self.newest.keys().filter(outside).count() as u64;
        let one_in = self.sample.one_in();
        let touched = outside.saturating_mul(one_in).saturating_add(self.long.blocks());
        let sum = |of: fn(&Counts) -> u64| self.levels[self.sample.levels()].iter().map(of).sum();
        let overwrites = Overwrites {
            all_block_writes: self.all_block_writes,
            one_in,
            block_writes: sum(|counts| counts.block_writes),
            within_second: sum(|counts| counts.within_second),
            within_ten_seconds: sum(|counts| counts.within_ten_seconds),
            within_point: sum(|counts| counts.within_point),
            whole_at_points: sum(|counts| counts.whole),
            partial_at_points: sum(|counts| counts.partial),
            points: self.points,
            long_writes: self.long_writes,
            long_block_writes: self.long_block_writes,
            unplaced_writes: self.unplaced_writes,
        };
        (touched, overwrites)
    }
}

impl Counts {
    const fn newest(&mut self, cover: Cover) -> &mut u64 {
        match cover {
            Cover::Whole => &mut self.whole,
            Cover::Partial => &mut self.partial,
        }
    }
}
