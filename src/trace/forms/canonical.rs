//! The canonical form of a trace: reader and writer.

use crate::trace::error::{Fault, TraceError, shortened};
use crate::trace::fields::{bytes, digits};
use crate::trace::form::Form;
use crate::trace::import::import;
use crate::trace::items::LONGEST_LINE;
use crate::trace::parse::{Parse, Request, Requests};
use crate::trace::{Record, RecordKind, Trace};
use std::io::{self, BufRead, Write};

/// The first line that is no comment.
pub(in crate::trace) const HEADER: &str = "time_us,target,offset,length,fsync";

/// Reads a trace in the canonical form, plain or gzipped: its first bytes tell which.
///
/// # Errors
/// The first rule that the input breaks, with its line, column and value.
pub fn read(input: impl BufRead) -> Result<Trace, TraceError> {
    import(input, Some(Form::MirrorsimCsv))?.into_trace()
}

/// Reads lines, the header among them.
#[derive(Debug, Default)]
pub(in crate::trace) struct Canonical {
    header: Option<()>,
}

impl Parse for Canonical {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        let text = std::str::from_utf8(line).map_err(|_| Fault::NotText)?;
        if self.header.is_some() {
            return row(text, out);
        }
        if text != HEADER {
            return Err(Fault::NotTheHeader { found: shortened(line), header: HEADER });
        }
        self.header = Some(());
        Ok(())
    }

    fn end(&mut self, _out: &mut Requests) -> Result<(), Fault> {
        self.header.ok_or(Fault::NoHeader(HEADER))
    }
}

fn row(line: &str, out: &mut Requests) -> Result<(), Fault> {
    if !line.contains('"') {
        let (mut five, mut found) = ([""; 5], 0);
        for field in line.split(',') {
            if let Some(place) = five.get_mut(found) {
                *place = field;
            }
            found += 1;
        }
        return if found == 5 { fields(five, out) } else { Err(too_many_or_few(found)) };
    }
    if line.bytes().filter(|&byte| byte == b'"').count() % 2 == 1 {
        return Err(Fault::OpenQuote);
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let mut quoted = csv::StringRecord::new();
    if !matches!(reader.read_record(&mut quoted), Ok(true)) {
        return Err(Fault::Rule("is no line of CSV"));
    }
    match quoted.iter().collect::<Vec<_>>()[..] {
        [time, target, offset, length, fsync] => fields([time, target, offset, length, fsync], out),
        _ => Err(too_many_or_few(quoted.len())),
    }
}

const fn too_many_or_few(found: usize) -> Fault {
    Fault::Fields { found, wanted: "5 (`time_us,target,offset,length,fsync`)" }
}

fn fields(fields: [&str; 5], out: &mut Requests) -> Result<(), Fault> {
    let [time, target, offset, length, fsync] = fields.map(str::as_bytes);
    let value = time_in(time).map_err(|rule| Fault::value("time_us", time, rule))?;
    if target.is_empty() {
        return Err(Fault::value("target", target, "is no name"));
    }
    let (offset, length) = (bytes("offset", offset)?, bytes("length", length)?);
    let kind = match (fsync, length) {
        (b"0", 0) => return Err(Fault::Rule("length 0 without fsync asks for nothing")),
        (b"0", _) => RecordKind::Write,
        (b"1", 0) => RecordKind::Flush,
        (b"1", _) => RecordKind::WriteThrough,
        _ => return Err(Fault::value("fsync", fsync, "is neither 0 nor 1")),
    };
    out.take(Request { time: value, target, offset, length, kind })
}

/// Microseconds with up to three decimals, which hold the nanoseconds of finer recordings.
fn time_in(text: &[u8]) -> Result<u64, &'static str> {
    const SHAPE: &str = "is not a number of microseconds (with at most 3 decimals)";
    let point = text.iter().position(|&byte| byte == b'.');
    let (whole, decimals) = point.map_or((text, &b"0"[..]), |at| (&text[..at], &text[at + 1..]));
    if decimals.is_empty() || decimals.len() > 3 {
        return Err(SHAPE);
    }
    let all_digits = whole.iter().all(u8::is_ascii_digit) && !whole.is_empty();
    let nanos = digits(decimals).ok_or(SHAPE)? * [1, 100, 10, 1][decimals.len()];
    match digits(whole).and_then(|micros| micros.checked_mul(1000)?.checked_add(nanos)) {
        Some(total) => Ok(total),
        None if all_digits => Err("is later than 2^64 ns"),
        None => Err(SHAPE),
    }
}

/// Writes `trace` in the canonical form, plain; [`read()`] gives back an equal trace.
///
/// # Errors
/// What the output says, or a comment or target that does not fit on a line of text.
pub fn write(trace: &Trace, output: impl Write) -> io::Result<()> {
    let Trace { comments, targets, records } = trace;
    rows(comments, targets, records.iter().copied().map(Ok), output)
}

/// Writes what is read in the canonical form, record by record.
///
/// # Errors
/// What the output or the temporary file says, or a comment that does not fit on a line of text.
pub fn export(
    comments: &[String],
    targets: &[String],
    records: impl Iterator<Item = Result<Record, TraceError>>,
    output: impl Write,
) -> io::Result<()> {
    rows(comments, targets, records.map(|record| record.map_err(io::Error::other)), output)
}

fn rows(
    comments: &[String],
    targets: &[String],
    records: impl Iterator<Item = io::Result<Record>>,
    mut output: impl Write,
) -> io::Result<()> {
    for text in comments.iter().chain(targets) {
        check_text(text)?;
    }
    for comment in comments {
        writeln!(output, "# {comment}")?;
    }
    writeln!(output, "{HEADER}")?;
    let targets = targets.iter().map(|target| quoted(target)).collect::<io::Result<Vec<_>>>()?;
    let mut line = Vec::new();
    for record in records {
        let record = record?;
        line.clear();
        put_row(&record, &targets[record.target as usize], &mut line);
        output.write_all(&line)?;
    }
    output.flush()
}

/// A record as a line. Traces have many, so no format string is followed for each.
fn put_row(record: &Record, target: &str, line: &mut Vec<u8>) {
    let nanos = record.time.as_nanos();
    put_digits(nanos / 1000, 1, line);
    if !nanos.is_multiple_of(1000) {
        line.push(b'.');
        put_digits(nanos % 1000, 3, line);
    }
    line.push(b',');
    line.extend_from_slice(target.as_bytes());
    for number in [record.offset, record.length] {
        line.push(b',');
        put_digits(number, 1, line);
    }
    line.extend_from_slice(match record.kind {
        RecordKind::Write => b",0\n",
        RecordKind::WriteThrough | RecordKind::Flush => b",1\n",
    });
}

/// A number in at least `width` digits.
fn put_digits(mut number: u64, width: usize, line: &mut Vec<u8>) {
    /// Digits of 2⁶⁴ - 1.
    const MOST: usize = 20;
    let (mut digits, mut begin) = ([b'0'; MOST], MOST);
    while number > 0 {
        begin -= 1;
        digits[begin] = b"0123456789"[(number % 10) as usize];
        number /= 10;
    }
    line.extend_from_slice(&digits[begin.min(MOST - width)..]);
}

/// A name as a field of CSV.
fn quoted(name: &str) -> io::Result<String> {
    let mut field = csv::Writer::from_writer(Vec::new());
    field.write_record([name])?;
    let bytes = field.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
}

fn check_text(text: &str) -> io::Result<()> {
    let plain = text.bytes().all(|byte| byte >= b' ' || byte == b'\t');
    // Quotes may double a name, and four numbers stand beside it.
    if plain && text.len() as u64 <= LONGEST_LINE / 4 {
        return Ok(());
    }
    let message = format!("{:?} does not fit on a line of a trace", shortened(text.as_bytes()));
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

#[cfg(test)]
mod tests;
