//! What a trace asks for in all, and what decides how much references save: sizes, alignment, how soon
//! what is written is written again.
//!
//! A [`Survey`] takes records as they come and keeps what a bound allows, so that a trace of any length
//! needs the memory of a small one. What is beyond a bound is told beside the figure.

mod alignment;
mod blocks;
mod lengths;
mod peak;
mod ranges;
mod sample;

pub use alignment::{Aligned, CommonOffset};
pub use blocks::Overwrites;
pub use lengths::{Lengths, WriteSizes};
pub use peak::PeakPoint;

use super::{Record, RecordKind, Trace};
use crate::units::{Bytes, SimTime, Span};
use alignment::Alignment;
use blocks::Blocks;
use peak::Peak;

/// A trace in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceStats {
    /// Writes, those with FUA among them.
    pub writes: u64,
    /// Writes that are durable when they return (FUA).
    pub through_writes: u64,
    /// Flushes.
    pub flushes: u64,
    /// Bytes of all writes, overwritten ones counted again.
    pub bytes_written: Bytes,
    /// Of these, bytes in blocks that their write covers wholly (Claim 7): what references can save.
    pub whole_bytes: Bytes,
    /// Distinct blocks that any write touches; where `overwrites` is a sample, an estimate.
    pub blocks_touched: u64,
    /// Targets.
    pub targets: u64,
    /// From the first record to the last.
    pub duration: Span,
    /// The time of the last record.
    pub ended: SimTime,
    /// The most bytes written in one second; seconds count from time 0.
    pub peak_second: Bytes,
    /// The most that is written between two consistency points.
    pub peak_point: PeakPoint,
    /// How long writes are; `None`: there are none.
    pub sizes: Option<WriteSizes>,
    /// The same, length by length.
    pub lengths: Lengths,
    /// How many begin and end at multiples of 512 B, 4 KiB and the block.
    pub aligned: Vec<Aligned>,
    /// Where in a block most writes begin, if that is not its beginning.
    pub common_offset: Option<CommonOffset>,
    /// How soon blocks are written again.
    pub overwrites: Overwrites,
}

/// What a trace is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measures {
    /// Bytes in a block, above 0.
    pub block_size: u64,
    /// Consistency points come at multiples of this, which takes time.
    pub consistency_point: Span,
}

/// Blocks whose last write is remembered, at most; 2²¹ of them take some 80 MB.
const MOST_BLOCKS: usize = 1 << 21;

/// Takes the records of a trace, sorted by time.
#[derive(Debug)]
pub struct Survey {
    measures: Measures,
    writes: u64,
    through_writes: u64,
    flushes: u64,
    bytes_written: u64,
    whole_bytes: u64,
    targets: u64,
    ends: Option<(SimTime, SimTime)>,
    seconds: Peak,
    points: Peak,
    lengths: Lengths,
    alignment: Alignment,
    blocks: Blocks,
}

impl Survey {
    /// Nothing taken yet.
    ///
    /// # Panics
    /// If a measure is 0.
    #[must_use]
    pub fn new(measures: Measures) -> Self {
        Self::with_room(measures, MOST_BLOCKS)
    }

    /// The same with another bound on the blocks that are remembered.
    fn with_room(measures: Measures, room: usize) -> Self {
        assert!(measures.block_size > 0, "a block has at least one byte");
        assert!(measures.consistency_point > Span::ZERO, "an interval takes time");
        Self {
            measures,
            writes: 0,
            through_writes: 0,
            flushes: 0,
            bytes_written: 0,
            whole_bytes: 0,
            targets: 0,
            ends: None,
            seconds: Peak::new(Span::from_secs(1)),
            points: Peak::new(measures.consistency_point),
            lengths: Lengths::default(),
            alignment: Alignment::new(measures.block_size),
            blocks: Blocks::new(measures, room),
        }
    }

    /// Takes the next record.
    pub fn take(&mut self, record: &Record) {
        let first = self.ends.map_or(record.time, |(first, _)| first);
        self.ends = Some((first, record.time));
        self.targets = self.targets.max(u64::from(record.target) + 1);
        match record.kind {
            RecordKind::Flush => {
                self.flushes += 1;
                return;
            }
            RecordKind::Write => {}
            RecordKind::WriteThrough => self.through_writes += 1,
        }
        self.writes += 1;
        self.bytes_written = self.bytes_written.saturating_add(record.length);
        let whole = whole_bytes(record.offset, record.length, self.measures.block_size);
        self.whole_bytes = self.whole_bytes.saturating_add(whole);
        self.seconds.add(record);
        self.points.add(record);
        self.lengths.add(record.length);
        self.alignment.add(record.offset, record.length);
        self.blocks.add(record);
    }

    /// All in numbers.
    #[must_use]
    pub fn finish(self) -> TraceStats {
        let (first, last) = self.ends.unwrap_or_default();
        let (blocks_touched, overwrites) = self.blocks.finish();
        TraceStats {
            writes: self.writes,
            through_writes: self.through_writes,
            flushes: self.flushes,
            bytes_written: Bytes::new(self.bytes_written),
            whole_bytes: Bytes::new(self.whole_bytes),
            blocks_touched,
            targets: self.targets,
            duration: last.since(first),
            ended: last,
            peak_second: self.seconds.most().bytes,
            peak_point: self.points.most(),
            sizes: self.lengths.sizes(),
            lengths: self.lengths,
            aligned: self.alignment.grids(),
            common_offset: self.alignment.common_offset(),
            overwrites,
        }
    }
}

impl Trace {
    /// The trace in numbers.
    ///
    /// # Panics
    /// If a measure is 0.
    #[must_use]
    pub fn stats(&self, measures: Measures) -> TraceStats {
        let mut survey = Survey::new(measures);
        self.records.iter().for_each(|record| survey.take(record));
        survey.finish()
    }

    /// The records that write.
    pub fn writes(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| record.kind != RecordKind::Flush)
    }
}

/// Bytes of a write in blocks that it covers wholly.
fn whole_bytes(offset: u64, length: u64, block_size: u64) -> u64 {
    let first = offset.div_ceil(block_size);
    let end = (offset + length) / block_size;
    end.saturating_sub(first) * block_size
}

#[cfg(test)]
mod tests;
