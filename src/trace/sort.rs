//! An external merge sort by time: as many records as there is room for are sorted in memory and
//! put into a temporary file, run after run; then all runs are merged. Records of one time keep
//! their order. However long a trace is, memory holds `room` records.

use super::{Record, RecordKind};
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;

/// Runs in the file at most: more are merged into one, so that the merge's buffers stay few.
const MOST_RUNS: usize = 512;

/// Bytes of a record in the file.
const SIZE: usize = 29;

/// Records that a run's buffer holds while runs are merged.
const BUFFERED: usize = 1024;

/// Takes records in any order.
#[derive(Debug)]
pub(super) struct Sorter {
    run: Vec<Record>,
    room: usize,
    spilled: Option<Spilled>,
}

/// Sorted runs in a file that nobody else sees, and that goes when it is closed.
#[derive(Debug)]
struct Spilled {
    file: File,
    runs: Vec<Range<u64>>,
}

impl Sorter {
    /// Sorts in memory what fits into `room` records.
    pub(super) const fn new(room: usize) -> Self {
        Self { run: Vec::new(), room, spilled: None }
    }

    /// Takes a record.
    ///
    /// # Errors
    /// What the temporary file says.
    pub(super) fn push(&mut self, record: Record) -> io::Result<()> {
        if self.run.len() >= self.room {
            self.spill()?;
        }
        self.run.push(record);
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.run.sort_by_key(|record| record.time);
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => none.insert(Spilled { file: tempfile::tempfile()?, runs: Vec::new() }),
        };
        if spilled.runs.len() >= MOST_RUNS {
            let merged = self.spilled.take().map(Spilled::merged).transpose()?;
            self.spilled = merged;
        }
        let spilled = self.spilled.as_mut().expect("it was made above");
        spilled.append(self.run.drain(..).map(Ok))
    }

    /// Everything, sorted.
    ///
    /// # Errors
    /// What the temporary file says.
    pub(super) fn finish(mut self) -> io::Result<Sorted> {
        if self.spilled.is_some() {
            self.spill()?;
            self.run = Vec::new();
        }
        self.run.sort_by_key(|record| record.time);
        match self.spilled {
            None => Ok(Sorted::InMemory(self.run.into_iter())),
            Some(spilled) => Ok(Sorted::Merged(spilled.merge()?)),
        }
    }
}

impl Spilled {
    /// Writes a run behind the last.
    fn append(&mut self, records: impl Iterator<Item = io::Result<Record>>) -> io::Result<()> {
        let begin = self.runs.last().map_or(0, |run| run.end);
        self.file.seek(SeekFrom::Start(begin))?;
        let mut out = BufWriter::with_capacity(1 << 16, &self.file);
        let mut end = begin;
        for record in records {
            out.write_all(&encoded(&record?))?;
            end += SIZE as u64;
        }
        out.flush()?;
        self.runs.push(begin..end);
        Ok(())
    }

    /// All runs as one.
    fn merged(self) -> io::Result<Self> {
        let mut one = Self { file: tempfile::tempfile()?, runs: Vec::new() };
        one.append(self.merge()?)?;
        Ok(one)
    }

    fn merge(self) -> io::Result<Merge> {
        let cursor = |left: Range<u64>| Cursor { left, buffer: Vec::new(), place: 0 };
        let mut merge = Merge {
            cursors: self.runs.into_iter().map(cursor).collect(),
            file: self.file,
            next: BinaryHeap::new(),
            failed: false,
        };
        for run in 0..merge.cursors.len() {
            merge.advance(run)?;
        }
        Ok(merge)
    }
}

/// All records, sorted by time.
#[derive(Debug)]
pub(super) enum Sorted {
    InMemory(std::vec::IntoIter<Record>),
    Merged(Merge),
}

impl Iterator for Sorted {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::InMemory(records) => records.next().map(Ok),
            Self::Merged(merge) => merge.next(),
        }
    }
}

/// Runs on their way to one.
#[derive(Debug)]
pub(super) struct Merge {
    file: File,
    cursors: Vec<Cursor>,
    /// The first record of each run by time, then by run: earlier runs hold what came earlier.
    next: BinaryHeap<Reverse<Head>>,
    failed: bool,
}

/// The first record of a run.
#[derive(Debug)]
struct Head {
    run: usize,
    record: Record,
}

impl Head {
    const fn key(&self) -> (u64, usize) {
        (self.record.time.as_nanos(), self.run)
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// What is left of a run.
#[derive(Debug)]
struct Cursor {
    /// In the file.
    left: Range<u64>,
    buffer: Vec<u8>,
    /// Bytes of the buffer that are used up.
    place: usize,
}

impl Merge {
    /// Puts the next record of a run among the first ones.
    fn advance(&mut self, run: usize) -> io::Result<()> {
        let cursor = &mut self.cursors[run];
        if cursor.place == cursor.buffer.len() {
            let rest = usize::try_from(cursor.left.end - cursor.left.start).unwrap_or(usize::MAX);
            cursor.buffer.resize(rest.min(BUFFERED * SIZE), 0);
            cursor.place = 0;
            self.file.seek(SeekFrom::Start(cursor.left.start))?;
            self.file.read_exact(&mut cursor.buffer)?;
            cursor.left.start += cursor.buffer.len() as u64;
        }
        let bytes = &cursor.buffer[cursor.place..];
        let Some(bytes) = bytes.first_chunk::<SIZE>() else { return Ok(()) };
        cursor.place += SIZE;
        self.next.push(Reverse(Head { run, record: decoded(bytes) }));
        Ok(())
    }
}

impl Iterator for Merge {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let Reverse(Head { run, record }) = self.next.pop()?;
        match self.advance(run) {
            Ok(()) => Some(Ok(record)),
            Err(error) => {
                self.failed = true;
                Some(Err(error))
            }
        }
    }
}

fn encoded(record: &Record) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    bytes[..8].copy_from_slice(&record.time.as_nanos().to_le_bytes());
    bytes[8..16].copy_from_slice(&record.offset.to_le_bytes());
    bytes[16..24].copy_from_slice(&record.length.to_le_bytes());
    bytes[24..28].copy_from_slice(&record.target.to_le_bytes());
    bytes[28] = match record.kind {
        RecordKind::Write => 0,
        RecordKind::WriteThrough => 1,
        RecordKind::Flush => 2,
    };
    bytes
}

fn decoded(bytes: &[u8; SIZE]) -> Record {
    let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|place| bytes[at + place]));
    Record {
        time: SimTime::from_nanos(long(0)),
        offset: long(8),
        length: long(16),
        target: u32::from_le_bytes(std::array::from_fn(|place| bytes[24 + place])),
        kind: match bytes[28] {
            0 => RecordKind::Write,
            1 => RecordKind::WriteThrough,
            _ => RecordKind::Flush,
        },
    }
}

#[cfg(test)]
mod tests;
