//! The canonical form of a trace: reader and writer.

use super::error::{Column, TraceError};
use super::lines::{LONGEST_LINE, Lines};
use super::{Builder, RecordKind, Trace};
use crate::units::SimTime;
use csv::{ErrorKind, StringRecord};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Read, Write};

/// The first line that is no comment.
pub(super) const HEADER: &str = "time_us,target,offset,length,fsync";

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a trace in the canonical form, plain or gzipped: its first bytes tell which.
///
/// # Errors
/// The first rule that the input breaks, with its line, column and value.
pub fn read(mut input: impl BufRead) -> Result<Trace, TraceError> {
    let mut start = Vec::new();
    let peeked = input.by_ref().take(GZIP.len() as u64).read_to_end(&mut start);
    peeked.map_err(|source| TraceError::Unreadable { line: 0, source })?;
    let zipped = start == GZIP;
    let whole = io::Cursor::new(start).chain(input);
    if zipped { read_text(BufReader::new(MultiGzDecoder::new(whole))) } else { read_text(whole) }
}

fn read_text(input: impl BufRead) -> Result<Trace, TraceError> {
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .from_reader(Lines::new(input));
    let mut builder = Builder::default();
    let mut row = StringRecord::new();
    if !rows.read_record(&mut row).map_err(unwrap_csv)? {
        return Err(TraceError::NoHeader);
    }
    if row.iter().ne(HEADER.split(',')) {
        let found = row.iter().collect::<Vec<_>>().join(",");
        let line = rows.get_ref().count();
        return Err(TraceError::NotTheHeader { line, found: shortened(&found) });
    }
    while rows.read_record(&mut row).map_err(unwrap_csv)? {
        read_row(rows.get_ref().count(), &row, &mut builder)?;
    }
    for comment in rows.into_inner().into_comments() {
        builder.comment(comment);
    }
    Ok(builder.finish())
}

/// The error of ours that travelled through the CSV reader.
fn unwrap_csv(error: csv::Error) -> TraceError {
    let line = error.position().map_or(0, csv::Position::line);
    let source = match error.into_kind() {
        ErrorKind::Io(source) => source,
        other => io::Error::other(format!("{other:?}")),
    };
    source.downcast().unwrap_or_else(|source| TraceError::Unreadable { line, source })
}

/// `value` as far as a message needs it.
fn shortened(value: &str) -> String {
    const ENOUGH: usize = 60;
    let mut kept: String = value.chars().take(ENOUGH).collect();
    if kept.len() < value.len() {
        kept.push('…');
    }
    kept
}

fn read_row(line: u64, row: &StringRecord, builder: &mut Builder) -> Result<(), TraceError> {
    let mut fields = row.iter();
    let five: [Option<&str>; 5] = std::array::from_fn(|_| fields.next());
    let (5, [Some(time), Some(target), Some(offset), Some(length), Some(fsync)]) =
        (row.len(), five)
    else {
        return Err(TraceError::Fields { line, found: row.len() });
    };
    let refuse = |column, value: &str, rule| {
        let value = shortened(value);
        TraceError::Value { line, column, value, rule }
    };
    let time = time_in(time).map_err(|rule| refuse(Column::Time, time, rule))?;
    if target.is_empty() {
        return Err(refuse(Column::Target, target, "is no name"));
    }
    let bytes =
        |column, text| number(text).ok_or_else(|| refuse(column, text, "is not a number of bytes"));
    let range = (bytes(Column::Offset, offset)?, bytes(Column::Length, length)?);
    let kind = match (fsync, range.1) {
        ("0", 0) => {
            let rule = "length 0 without fsync asks for nothing";
            return Err(TraceError::Record { line, rule });
        }
        ("0", _) => RecordKind::Write,
        ("1", 0) => RecordKind::Flush,
        ("1", _) => RecordKind::WriteThrough,
        _ => return Err(refuse(Column::Fsync, fsync, "is neither 0 nor 1")),
    };
    builder.add(time, target, range, kind).map_err(|rule| TraceError::Record { line, rule })
}

/// Digits only: what `str::parse` takes beyond them (`+1`) is no number here.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Microseconds with up to three decimals, which hold the nanoseconds of finer recordings.
fn time_in(text: &str) -> Result<SimTime, &'static str> {
    const SHAPE: &str = "is not a number of microseconds (with at most 3 decimals)";
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if decimals.is_empty() || decimals.len() > 3 {
        return Err(SHAPE);
    }
    let all_digits = whole.bytes().all(|byte| byte.is_ascii_digit()) && !whole.is_empty();
    let micros = number(whole);
    let scale = [1, 100, 10, 1][decimals.len()];
    let nanos = number(decimals).ok_or(SHAPE)? * scale;
    match micros.and_then(|micros| micros.checked_mul(1000)?.checked_add(nanos)) {
        Some(total) => Ok(SimTime::from_nanos(total)),
        None if all_digits => Err("is later than 2^64 ns"),
        None => Err(SHAPE),
    }
}

/// Writes `trace` in the canonical form, plain; [`read()`] gives back an equal trace.
///
/// # Errors
/// What the output says, or a comment or target that does not fit on a line of text.
pub fn write(trace: &Trace, mut output: impl Write) -> io::Result<()> {
    for text in trace.comments.iter().chain(&trace.targets) {
        check_text(text)?;
    }
    for comment in &trace.comments {
        writeln!(output, "# {comment}")?;
    }
    writeln!(output, "{HEADER}")?;
    let mut rows = csv::Writer::from_writer(output);
    for record in &trace.records {
        let nanos = record.time.as_nanos();
        let time = match (nanos / 1000, nanos % 1000) {
            (micros, 0) => micros.to_string(),
            (micros, rest) => format!("{micros}.{rest:03}"),
        };
        let target = trace.targets[record.target as usize].as_str();
        let (offset, length) = (record.offset.to_string(), record.length.to_string());
        let fsync = match record.kind {
            RecordKind::Write => "0",
            RecordKind::WriteThrough | RecordKind::Flush => "1",
        };
        rows.write_record([time.as_str(), target, &offset, &length, fsync])?;
    }
    rows.flush()
}

fn check_text(text: &str) -> io::Result<()> {
    let plain = text.bytes().all(|byte| byte >= b' ' || byte == b'\t');
    // Quotes may double a name, and four numbers stand beside it.
    if plain && text.len() as u64 <= LONGEST_LINE / 4 {
        return Ok(());
    }
    let message = format!("{:?} does not fit on a line of a trace", shortened(text));
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

#[cfg(test)]
mod tests;
