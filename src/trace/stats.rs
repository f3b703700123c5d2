//! What a trace asks for in all.

use super::{Record, RecordKind, Trace};
use crate::units::{Bytes, Span};

/// A trace in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Distinct blocks that any write touches.
    pub blocks_touched: u64,
    /// Targets.
    pub targets: u64,
    /// From the first record to the last.
    pub duration: Span,
    /// How long writes are; `None`: there are none.
    pub sizes: Option<WriteSizes>,
}

/// How long the writes of a trace are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteSizes {
    /// The shortest.
    pub min: Bytes,
    /// Half of them are at most this long.
    pub median: Bytes,
    /// The longest.
    pub max: Bytes,
}

impl Trace {
    /// The trace in numbers, for blocks of `block_size` bytes.
    ///
    /// # Panics
    /// If `block_size` is 0.
    #[must_use]
    pub fn stats(&self, block_size: u64) -> TraceStats {
        assert!(block_size > 0, "a block has at least one byte");
        let count = |kind| self.records.iter().filter(|record| record.kind == kind).count() as u64;
        let through_writes = count(RecordKind::WriteThrough);
        let sum = |bytes: fn(&Record, u64) -> u64| {
            let each = self.writes().map(|record| bytes(record, block_size));
            Bytes::new(each.fold(0, u64::saturating_add))
        };
        let end = |record: Option<&Record>| record.map(|record| record.time).unwrap_or_default();
        TraceStats {
            writes: count(RecordKind::Write) + through_writes,
            through_writes,
            flushes: count(RecordKind::Flush),
            bytes_written: sum(|record, _| record.length),
            whole_bytes: sum(whole_bytes),
            blocks_touched: self.blocks_touched(block_size),
            targets: self.targets.len() as u64,
            duration: end(self.records.last()).since(end(self.records.first())),
            sizes: self.sizes(),
        }
    }

    /// The records that write.
    pub fn writes(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| record.kind != RecordKind::Flush)
    }

    /// Distinct blocks, from ranges of blocks: a set of blocks could be far larger than the trace.
    fn blocks_touched(&self, block_size: u64) -> u64 {
        let range = |record: &Record| {
            let last = record.offset + (record.length - 1);
            (record.target, record.offset / block_size, last / block_size)
        };
        let mut ranges: Vec<_> = self.writes().map(range).collect();
        ranges.sort_unstable();
        let mut touched: u64 = 0;
        let mut covered = None;
        for (target, first, last) in ranges {
            let new = match covered {
                Some((before, upto)) if before == target && upto >= first => {
                    last.saturating_sub(upto)
                }
                // A block of one byte reaches 2⁶⁴ of them, one more than u64 holds.
                Some(_) | None => (last - first).saturating_add(1),
            };
            touched = touched.saturating_add(new);
            let upto = covered.filter(|&(before, _)| before == target).map(|(_, upto)| upto);
            covered = Some((target, upto.map_or(last, |upto: u64| upto.max(last))));
        }
        touched
    }

    fn sizes(&self) -> Option<WriteSizes> {
        let mut lengths: Vec<_> = self.writes().map(|record| record.length).collect();
        lengths.sort_unstable();
        let at = |place: usize| lengths.get(place).copied().map(Bytes::new);
        let last = lengths.len().checked_sub(1)?;
        Some(WriteSizes { min: at(0)?, median: at(last / 2)?, max: at(last)? })
    }
}

/// Bytes of `record` in blocks that it covers wholly.
fn whole_bytes(record: &Record, block_size: u64) -> u64 {
    let first = record.offset.div_ceil(block_size);
    let end = (record.offset + record.length) / block_size;
    end.saturating_sub(first) * block_size
}

#[cfg(test)]
mod tests {
    use crate::trace::read;
    use crate::units::{Bytes, Span};

    /// By hand: blocks of 10; write 0..25 covers two blocks and touches a third; 20..30 one; 5..15
    /// none; another target's 0..10 one.
    #[test]
    fn a_trace_in_numbers() {
        let text = "time_us,target,offset,length,fsync\n1,a,0,25,0\n2,a,20,10,1\n2,a,0,0,1\n\
                    3,a,5,10,0\n9,b,0,10,0\n";
        let stats = read(text.as_bytes()).expect("a good trace").stats(10);
        assert_eq!((stats.writes, stats.through_writes, stats.flushes), (4, 1, 1));
        assert_eq!((stats.bytes_written, stats.whole_bytes), (Bytes::new(55), Bytes::new(40)));
        assert_eq!((stats.blocks_touched, stats.targets), (4, 2));
        assert_eq!(stats.duration, Span::from_micros(8));
        let sizes = stats.sizes.expect("there are writes");
        assert_eq!([sizes.min, sizes.median, sizes.max].map(Bytes::get), [10, 10, 25]);
    }

    #[test]
    fn an_empty_trace_has_numbers_too() {
        let trace = read("time_us,target,offset,length,fsync\n".as_bytes()).expect("a good trace");
        let stats = trace.stats(4096);
        assert_eq!((stats.writes, stats.blocks_touched, stats.sizes), (0, 0, None));
    }

    #[test]
    fn the_end_of_the_address_space_is_counted() {
        let text = format!("time_us,target,offset,length,fsync\n0,a,0,{},0\n", u64::MAX);
        let stats = read(text.as_bytes()).expect("a good trace").stats(1);
        assert_eq!((stats.blocks_touched, stats.whole_bytes.get()), (u64::MAX, u64::MAX));
    }
}
