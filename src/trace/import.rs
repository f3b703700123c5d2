//! Reading a trace of any form: decompressed, its form detected, its lines or records read one at a
//! time, sorted by time.

use super::detect::{self, HEAD};
use super::error::{Fault, Item, TraceError};
use super::form::{Epoch, Form};
use super::items::{Framing, Items};
use super::parse::{Parse, Parts, Requests, Tally};
use super::sort::Sorted;
use super::spread::Spread;
use super::{Record, Trace, renumbered};
use crate::units::SimTime;
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Read as _};

/// Records that are kept in memory while a trace is sorted: 32 MiB.
const ROOM: usize = 1 << 20;

/// A trace that was read, whose records come one at a time, sorted by time.
#[derive(Debug)]
pub struct Import {
    /// What it was read as.
    pub form: Form,
    /// Comment lines without their `#`.
    pub comments: Vec<String>,
    /// Names of what was written to; records name them by their place.
    pub targets: Vec<String>,
    /// What became of its lines or records.
    pub tally: Tally,
    records: Sorted,
    /// What is 0 from now on.
    origin: u64,
    spread: Option<Spread>,
}

/// Reads a trace of this form, plain or gzipped; of no form: of the one that its beginning tells.
/// What does not fit into memory is sorted in a temporary file.
///
/// Lines or records that break a rule of the form are counted; in our own form the first of them is
/// one too many.
///
/// # Errors
/// What the input or the temporary file says, that no form fits, or more than one, and that most of
/// the file is bad.
pub fn import(input: impl BufRead, form: Option<Form>) -> Result<Import, TraceError> {
    import_with(input, form, ROOM)
}

/// The same with another room.
pub(super) fn import_with(
    mut input: impl BufRead,
    form: Option<Form>,
    room: usize,
) -> Result<Import, TraceError> {
    const LONGEST_MAGIC: u64 = 6;
    let start = head_of(&mut input, LONGEST_MAGIC)?;
    match compression(&start) {
        Some("gzip") => text_or_records(
            BufReader::with_capacity(
                1 << 16,
                MultiGzDecoder::new(io::Cursor::new(start).chain(input)),
            ),
            form,
            room,
        ),
        Some(other) => Err(TraceError::Compressed(other)),
        None => text_or_records(io::Cursor::new(start).chain(input), form, room),
    }
}

fn text_or_records(
    mut input: impl BufRead,
    form: Option<Form>,
    room: usize,
) -> Result<Import, TraceError> {
    if let Some(form) = form {
        return read(input, form, room);
    }
    let head = head_of(&mut input, HEAD)?;
    let form = detect::form(&head, (head.len() as u64) < HEAD)?;
    read(io::Cursor::new(head).chain(input), form, room)
}

/// The first bytes, so many if there are.
fn head_of(input: &mut impl BufRead, most: u64) -> Result<Vec<u8>, TraceError> {
    let mut head = Vec::new();
    let last = Item::Line(0);
    input.by_ref().take(most).read_to_end(&mut head).map_err(|source| match source.kind() {
        io::ErrorKind::UnexpectedEof => TraceError::Truncated { last },
        _ => TraceError::Unreadable { last, source },
    })?;
    Ok(head)
}

/// What the first bytes say the file is compressed with: the name of the program.
fn compression(start: &[u8]) -> Option<&'static str> {
    // The method of gzip is always 8, and three of its flags are never set: so no binary trace whose
    // first time is one of this century is taken for it.
    if let [0x1f, 0x8b, 8, flags, ..] = start
        && flags & 0xe0 == 0
    {
        return Some("gzip");
    }
    const MAGIC: [(&[u8], &str); 4] = [
        (&[0x28, 0xb5, 0x2f, 0xfd], "zstd"),
        (b"BZh", "bzip2"),
        (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xz"),
        (&[0x04, 0x22, 0x4d, 0x18], "lz4"),
    ];
    MAGIC.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, name)| *name)
}

/// Whether a line is empty or a comment.
pub(super) fn says_nothing(line: &[u8]) -> bool {
    line.first().is_none_or(|&first| first == b'#') || line.trim_ascii().is_empty()
}

fn read(input: impl BufRead, form: Form, room: usize) -> Result<Import, TraceError> {
    let mut items = Items::new(input, form.framing());
    let mut reading = Reading {
        form,
        parser: form.parser(),
        out: Requests::new(room, form.tells_whole_seconds().then(Spread::default)),
        first_bad: None,
    };
    while let Some(item) = items.next()? {
        let said = item.and_then(|item| reading.take(item));
        reading.count(said, || items.place())?;
    }
    let end = reading.parser.end(&mut reading.out).map(|()| Said::Nothing);
    reading.count(end, || items.place())?;
    import_of(reading)
}

/// A file that is being read.
struct Reading {
    form: Form,
    parser: Box<dyn Parse>,
    out: Requests,
    first_bad: Option<TraceError>,
}

/// What a line or record said.
enum Said {
    /// It is empty, or a comment.
    Nothing,
    /// Something that asks for nothing, as a header does.
    NoRequest,
    /// One request or more.
    Requests,
}

impl Reading {
    fn take(&mut self, item: &[u8]) -> Result<Said, Fault> {
        if self.form.framing() == Framing::Lines && says_nothing(item) {
            return comment(item, &mut self.out).map(|()| Said::Nothing);
        }
        let told = self.out.told();
        self.parser.item(item, &mut self.out)?;
        Ok(if self.out.told() == told { Said::NoRequest } else { Said::Requests })
    }

    fn count(
        &mut self,
        said: Result<Said, Fault>,
        place: impl FnOnce() -> Item,
    ) -> Result<(), TraceError> {
        let tally = self.out.tally();
        match said {
            Ok(Said::Nothing) => {}
            Ok(Said::NoRequest) => {
                tally.items += 1;
                tally.silent += 1;
            }
            Ok(Said::Requests) => tally.items += 1,
            Err(fault) => {
                let error = TraceError::Bad { item: place(), fault };
                if self.form.is_strict() {
                    return Err(error);
                }
                tally.items += 1;
                tally.bad(&error);
                self.first_bad.get_or_insert(error);
            }
        }
        self.out.failed().map_or(Ok(()), |error| Err(TraceError::Sorting(error)))
    }
}

fn comment(line: &[u8], out: &mut Requests) -> Result<(), Fault> {
    let Some(text) = line.strip_prefix(b"#") else { return Ok(()) };
    let text = text.strip_prefix(b" ").unwrap_or(text);
    out.comment(String::from_utf8(text.to_vec()).map_err(|_| Fault::NotText)?)
}

fn import_of(reading: Reading) -> Result<Import, TraceError> {
    let Reading { form, out, first_bad, .. } = reading;
    let Parts { sorter, targets, comments, earliest, spread, tally } = out.into_parts();
    if let Some(first) = first_bad.filter(|_| tally.bad > tally.items / 2) {
        let (bad, all, first) = (tally.bad, tally.items, Box::new(first));
        return Err(TraceError::MostlyBad { form, bad, all, first });
    }
    let origin = match form.epoch() {
        Epoch::Recording => 0,
        Epoch::Day => earliest.unwrap_or(0),
    };
    let records = sorter.finish().map_err(TraceError::Sorting)?;
    Ok(Import { form, comments, targets, tally, records, origin, spread })
}

impl Import {
    /// The whole trace, in memory.
    ///
    /// # Errors
    /// What the temporary file says.
    pub fn into_trace(mut self) -> Result<Trace, TraceError> {
        let mut records = Vec::new();
        for record in self.by_ref() {
            records.push(record?);
        }
        let (targets, comments) = (self.targets, self.comments);
        Ok(renumbered(Trace { comments, targets, records }))
    }
}

impl Iterator for Import {
    type Item = Result<Record, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.records.next()?.map_err(TraceError::Sorting).map(|record| {
            let record = match &mut self.spread {
                None => record,
                Some(spread) => spread.placed(record),
            };
            let time = SimTime::from_nanos(record.time.as_nanos().saturating_sub(self.origin));
            Record { time, ..record }
        }))
    }
}

#[cfg(test)]
mod tests;
