//! Recorded write traces: what some application once asked of its storage.
//!
//! The canonical form is CSV with a header, `time_us,target,offset,length,fsync`, plain or
//! gzipped; lines that begin with `#` are comments. `length` above 0 is a write, and `fsync` 1 makes
//! it one that returns when it is durable (FUA); `length` 0 with `fsync` 1 is a flush of the target.
//! [`read()`] and [`write()`] know that form; [`import()`] reads any [`Form`], however long it is.
//!
//! A form is a reader of lines or records (`forms`), which tells requests; what is common to all
//! is written once: decompression, detection, limits, counting, sorting, times from 0.

mod detect;
mod error;
mod fields;
mod form;
mod forms;
mod import;
mod items;
mod parse;
mod sort;
mod spread;
mod stats;

pub use error::{Fault, Item, TraceError};
pub use form::Form;
pub use forms::canonical::{export, read, write};
pub use import::{Import, import};
pub use parse::Tally;
pub use stats::{
    Aligned, CommonOffset, Lengths, Measures, Overwrites, PeakPoint, Survey, TraceStats, WriteSizes,
};

use crate::units::SimTime;
use std::collections::BTreeMap;

/// What a record asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RecordKind {
    /// A write that a later flush makes durable.
    Write,
    /// A write that is durable when it returns (FUA).
    WriteThrough,
    /// Returns when every earlier write of the target is durable.
    Flush,
}

/// One request of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// When it was asked for, from the beginning of the recording.
    pub time: SimTime,
    /// The place of its target in [`Trace::targets`].
    pub target: u32,
    /// First byte written; 0 for a flush.
    pub offset: u64,
    /// Bytes written, more than 0; 0 for a flush. `offset + length` fits u64.
    pub length: u64,
    /// What it asks for.
    pub kind: RecordKind,
}

/// A recorded trace. [`read()`] and [`Builder::finish`] make them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// Comment lines without their `#`, wherever they stood in the file.
    pub comments: Vec<String>,
    /// Names of what was written to (a volume, a file), in the order in which the records name them.
    pub targets: Vec<String>,
    /// The requests, sorted by time; those of one time in the order of the file.
    pub records: Vec<Record>,
}

/// The most records a trace holds.
const MOST_RECORDS: u32 = u32::MAX;

/// Puts a trace together from records in any order.
#[derive(Debug, Default)]
pub struct Builder {
    trace: Trace,
    numbers: BTreeMap<String, u32>,
}

impl Builder {
    /// Adds a comment.
    pub fn comment(&mut self, text: String) {
        self.trace.comments.push(text);
    }

    /// Adds a record that writes `length` bytes from `offset`; for a flush both are ignored.
    ///
    /// # Errors
    /// Says what is wrong: no length, an end beyond 2⁶⁴, too many records.
    pub fn add(
        &mut self,
        time: SimTime,
        target: &str,
        (offset, length): (u64, u64),
        kind: RecordKind,
    ) -> Result<(), &'static str> {
        if length == 0 && kind != RecordKind::Flush {
            return Err("a write has at least one byte");
        }
        let (offset, length) = if kind == RecordKind::Flush { (0, 0) } else { (offset, length) };
        if offset.checked_add(length).is_none() {
            return Err("offset + length goes beyond 2^64 - 1");
        }
        if self.trace.records.len() >= MOST_RECORDS as usize {
            return Err("a trace holds at most 2^32 - 1 records");
        }
        let target = self.number(target);
        self.trace.records.push(Record { time, target, offset, length, kind });
        Ok(())
    }

    /// The number of the target called `name`; neighbouring records mostly share theirs.
    fn number(&mut self, name: &str) -> u32 {
        let last = self.trace.records.last().map(|record| record.target);
        if let Some(last) = last.filter(|&last| self.trace.targets[last as usize] == name) {
            return last;
        }
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = u32::try_from(self.trace.targets.len()).expect("no more targets than records");
        self.trace.targets.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// The trace: records sorted by time, targets numbered as the sorted records name them first.
    #[must_use]
    pub fn finish(mut self) -> Trace {
        self.trace.records.sort_by_key(|record| record.time);
        renumbered(self.trace)
    }
}

/// The trace with its targets numbered as its records name them first; those that none names go.
fn renumbered(mut trace: Trace) -> Trace {
    let old = std::mem::take(&mut trace.targets);
    let mut renumbered: Vec<Option<u32>> = vec![None; old.len()];
    for record in &mut trace.records {
        let place = record.target as usize;
        record.target = *renumbered[place].get_or_insert_with(|| {
            let targets = &mut trace.targets;
            targets.push(old[place].clone());
            u32::try_from(targets.len() - 1).expect("no more targets than before")
        });
    }
    trace
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> SimTime {
        SimTime::from_nanos(nanos)
    }

    #[test]
    fn records_are_sorted_and_targets_follow_them() {
        let mut builder = Builder::default();
        let mut add = |time, target: &str, offset| {
            builder.add(at(time), target, (offset, 1), RecordKind::Write).expect("a good write");
        };
        add(5, "late", 0);
        add(3, "early", 1);
        add(5, "late", 2);
        add(5, "early", 3);
        let trace = builder.finish();
        assert_eq!(trace.targets, ["early", "late"]);
        let order: Vec<_> = trace.records.iter().map(|r| (r.target, r.offset)).collect();
        assert_eq!(order, [(0, 1), (1, 0), (1, 2), (0, 3)]);
    }

    #[test]
    fn a_flush_has_no_place() {
        let mut builder = Builder::default();
        builder.add(at(0), "v", (77, 0), RecordKind::Flush).expect("offsets do not matter");
        let record = builder.finish().records[0];
        assert_eq!((record.offset, record.length), (0, 0));
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let mut builder = Builder::default();
        let mut write =
            |offset, length| builder.add(at(0), "v", (offset, length), RecordKind::WriteThrough);
        assert!(write(0, 0).is_err());
        assert!(write(u64::MAX, 1).is_err());
        assert!(write(u64::MAX - 1, 1).is_ok());
    }
}
