//! What readers of lines and records share: what they tell, and to whom.

use super::error::{Fault, TraceError};
use super::items::LONGEST_LINE;
use super::sort::Sorter;
use super::spread::Spread;
use super::{Record, RecordKind};
use crate::units::SimTime;
use std::collections::BTreeMap;
use std::io;

/// Reads lines or records of one form. A line that says something else than a request is taken in
/// silence; one that the form does not have is a fault.
pub(super) trait Parse {
    /// Reads one; of a line the end is gone.
    ///
    /// # Errors
    /// Which rule it breaks; then it told of no request.
    fn item(&mut self, item: &[u8], out: &mut Requests) -> Result<(), Fault>;

    /// The file is over.
    ///
    /// # Errors
    /// What is missing.
    fn end(&mut self, _out: &mut Requests) -> Result<(), Fault> {
        Ok(())
    }
}

/// One request as a form tells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    /// Nanoseconds since the epoch of the form.
    pub time: u64,
    /// What it goes to: a disk, a file. Not empty.
    pub target: &'a [u8],
    /// First byte; of no meaning for a flush.
    pub offset: u64,
    /// Bytes; 0 for a flush.
    pub length: u64,
    /// What it asks for.
    pub kind: RecordKind,
}

/// Bytes that names of targets may take in all.
const MOST_NAMES: usize = 1 << 26;

/// Takes what is told of a trace: requests that write are kept, in any number; what is left out is
/// counted by what it is.
#[derive(Debug)]
pub(super) struct Requests {
    /// Where records go.
    sorter: Sorter,
    /// The first error of the sorter; nothing is kept after it.
    failed: Option<io::Error>,
    targets: Vec<String>,
    numbers: BTreeMap<Vec<u8>, u32>,
    last: Option<(Vec<u8>, u32)>,
    names: usize,
    comments: Vec<String>,
    earliest: Option<u64>,
    spread: Option<Spread>,
    /// Requests that were told.
    told: u64,
    tally: Tally,
}

/// What became of a file's lines or records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines or records, without empty lines and comments.
    pub items: u64,
    /// Of these, those that ask for nothing: headers, and what else the form tells. Every other one
    /// asks for something or is bad.
    pub silent: u64,
    /// Writes, those with FUA among them.
    pub writes: u64,
    /// Their bytes.
    pub bytes_written: u64,
    /// Flushes.
    pub flushes: u64,
    /// Requests that were left out, since they change nothing on disk or tell no bytes: how many,
    /// and how many bytes, by what they are in the plural (`reads`, `discards`).
    pub left_out: BTreeMap<&'static str, (u64, u64)>,
    /// Lines or records that break a rule of the form.
    pub bad: u64,
    /// The first of these, as sentences.
    pub first_bad: Vec<String>,
    /// What else there is to know of the recording, as sentences without their full stop: that its
    /// recorder lost events, that its times are missing. A reader says each at most once.
    pub notes: Vec<String>,
}

impl Tally {
    /// Requests: those that are kept and those that are left out.
    #[must_use]
    pub fn requests(&self) -> u64 {
        let left_out: u64 = self.left_out.values().map(|(count, _)| count).sum();
        self.writes + self.flushes + left_out
    }

    /// Counts a bad line.
    pub(super) fn bad(&mut self, error: &TraceError) {
        const SHOWN: usize = 5;
        self.bad += 1;
        if self.first_bad.len() < SHOWN {
            self.first_bad.push(error.to_string());
        }
    }
}

impl Requests {
    /// Keeps at most `room` records in memory; `spread` counts them by their seconds.
    pub(super) fn new(room: usize, spread: Option<Spread>) -> Self {
        Self {
            sorter: Sorter::new(room),
            failed: None,
            targets: Vec::new(),
            numbers: BTreeMap::new(),
            last: None,
            names: 0,
            comments: Vec::new(),
            earliest: None,
            spread,
            told: 0,
            tally: Tally::default(),
        }
    }

    /// Takes a request that writes or flushes.
    ///
    /// # Errors
    /// A rule that it breaks: no length, an end beyond 2⁶⁴, a name that is none.
    pub(super) fn take(&mut self, request: Request<'_>) -> Result<(), Fault> {
        let Request { time, target, offset, length, kind } = request;
        let (offset, length) = match kind {
            RecordKind::Flush => (0, 0),
            RecordKind::Write | RecordKind::WriteThrough => (offset, length),
        };
        if length == 0 && kind != RecordKind::Flush {
            return Err(Fault::Rule("a write has at least one byte"));
        }
        if offset.checked_add(length).is_none() {
            return Err(Fault::Rule("offset + length goes beyond 2^64 - 1"));
        }
        let target = self.number(target)?;
        self.see(time);
        if let Some(spread) = &mut self.spread {
            spread.count(time);
        }
        match kind {
            RecordKind::Flush => self.tally.flushes += 1,
            RecordKind::Write | RecordKind::WriteThrough => {
                self.tally.writes += 1;
                self.tally.bytes_written = self.tally.bytes_written.saturating_add(length);
            }
        }
        if self.failed.is_none() {
            let time = SimTime::from_nanos(time);
            self.failed = self.sorter.push(Record { time, target, offset, length, kind }).err();
        }
        Ok(())
    }

    /// Counts a request that is left out: what it is in the plural (`reads`), and its bytes.
    pub(super) fn leave_out(&mut self, what: &'static str, time: u64, bytes: u64) {
        self.see(time);
        let (count, sum) = self.tally.left_out.entry(what).or_default();
        *count += 1;
        *sum = sum.saturating_add(bytes);
    }

    /// Says something of the recording as a whole.
    pub(super) fn note(&mut self, sentence: String) {
        self.tally.notes.push(sentence);
    }

    /// Keeps a comment.
    pub(super) fn comment(&mut self, text: String) -> Result<(), Fault> {
        self.names += text.len() + 1;
        if self.names > MOST_NAMES {
            return Err(Fault::Rule("names and comments take more than 64 MiB"));
        }
        self.comments.push(text);
        Ok(())
    }

    /// Requests that were told, those that are left out among them.
    pub(super) const fn told(&self) -> u64 {
        self.told
    }

    /// The time of the earliest of them.
    pub(super) const fn earliest(&self) -> Option<u64> {
        self.earliest
    }

    fn see(&mut self, time: u64) {
        self.told += 1;
        self.earliest = Some(self.earliest.map_or(time, |earliest| earliest.min(time)));
    }

    /// The number of the target called `name`; neighbours mostly share theirs.
    fn number(&mut self, name: &[u8]) -> Result<u32, Fault> {
        if let Some((last, number)) = &self.last
            && last == name
        {
            return Ok(*number);
        }
        let number = match self.numbers.get(name) {
            Some(&number) => number,
            None => self.new_number(name)?,
        };
        self.last = Some((name.to_vec(), number));
        Ok(number)
    }

    fn new_number(&mut self, name: &[u8]) -> Result<u32, Fault> {
        let shown: String = String::from_utf8_lossy(name)
            .chars()
            .map(|letter| if letter.is_control() { '?' } else { letter })
            .collect();
        // Quotes may double a name, and four numbers stand beside it on a line.
        if name.is_empty() || shown.len() as u64 > LONGEST_LINE / 4 {
            return Err(Fault::value("target", name, "is no name"));
        }
        self.names += name.len() + shown.len();
        let number = u32::try_from(self.targets.len()).ok().filter(|_| self.names <= MOST_NAMES);
        let number = number.ok_or(Fault::Rule("names and comments take more than 64 MiB"))?;
        self.targets.push(shown);
        self.numbers.insert(name.to_vec(), number);
        Ok(number)
    }

    /// Counts a line or record.
    pub(super) const fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }

    /// The error of the sorter, if it had one.
    pub(super) const fn failed(&mut self) -> Option<io::Error> {
        self.failed.take()
    }

    pub(super) fn into_parts(self) -> Parts {
        let Self { sorter, targets, comments, earliest, spread, tally, .. } = self;
        Parts { sorter, targets, comments, earliest, spread, tally }
    }
}

/// All that was told.
#[derive(Debug)]
pub(super) struct Parts {
    pub sorter: Sorter,
    pub targets: Vec<String>,
    pub comments: Vec<String>,
    /// The time of the earliest request, those that are left out among them.
    pub earliest: Option<u64>,
    pub spread: Option<Spread>,
    pub tally: Tally,
}
