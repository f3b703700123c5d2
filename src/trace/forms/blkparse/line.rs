//! One line of blkparse or of a block tracepoint.

use crate::trace::error::Fault;
use crate::trace::fields::{digits, every_word, sectors, time};
use std::fmt;

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Of a request, where it stands on its way.
    Of(Action, Event),
    /// That so many events were lost.
    Lost(u64),
    /// Nothing of a request, or the same again.
    Silent,
}

/// Where a request stands on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Q: handed to the block layer.
    Queued,
    /// D: handed to the driver, merged with its neighbours.
    Issued,
    /// C: done.
    Completed,
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Queued => "what was queued (Q)",
            Self::Issued => "what was issued (D)",
            Self::Completed => "what was completed (C)",
        })
    }
}

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    /// Nanoseconds.
    pub time: u64,
    /// Major and minor number.
    pub device: (u64, u64),
    pub operation: Operation,
    /// Whether the device flushes first (F before the operation).
    pub flush: bool,
    /// FUA (F behind the operation).
    pub through: bool,
    /// Bytes.
    pub offset: u64,
    /// Bytes; 0 for a flush alone.
    pub length: u64,
}

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Read,
    Write,
    Discard,
    /// Neither: a flush alone, or zeros that the device writes by itself.
    Other,
}

/// Reads a line.
pub(super) fn read(line: &[u8]) -> Result<Line, Fault> {
    let mut words = every_word(line);
    let first = words.next().unwrap_or_default();
    if first.first().is_some_and(u8::is_ascii_digit) && first.contains(&b',') {
        return traced(device_of(first)?, words);
    }
    if let Some(lost) = lost(line) {
        return Ok(Line::Lost(lost));
    }
    if let Some(found) = tracepoint(line) {
        return found;
    }
    if is_summary(line.trim_ascii_start()) { Ok(Line::Silent) } else { Err(UNKNOWN) }
}

/// What follows the device on a line of blkparse: `cpu seq s.ns pid action` and the rest.
fn traced<'a>(
    device: (u64, u64),
    mut words: impl Iterator<Item = &'a [u8]>,
) -> Result<Line, Fault> {
    let mut next = || words.next().ok_or(SHORT);
    let (_cpu, _sequence, at, _process, action) = (next()?, next()?, next()?, next()?, next()?);
    let at = seconds(at)?;
    let Some(action) = action_of(action)? else { return Ok(Line::Silent) };
    event(at, device, words).map(|event| Line::Of(action, event))
}

const UNKNOWN: Fault = Fault::Rule("is no event of blkparse or of a block tracepoint");

const SHORT: Fault = Fault::Rule(
    "is cut off: `maj,min cpu sequence time pid action rwbs sector + count` belong to it",
);

/// Lines of a tracepoint end with ` name: ` and what it says.
fn tracepoint(line: &[u8]) -> Option<Result<Line, Fault>> {
    let at = find(line, b": block_").or_else(|| find(line, b":block_"))?;
    let name_begin = at + find(&line[at..], b"block_")?;
    let name_end = name_begin + find(&line[name_begin..], b": ")?;
    let action = match &line[name_begin..name_end] {
        b"block_bio_queue" => Action::Queued,
        b"block_rq_issue" => Action::Issued,
        b"block_rq_complete" => Action::Completed,
        _ => return Some(Ok(Line::Silent)),
    };
    // perf says ` s.us: block:block_bio_queue: `, the others ` s.us: block_bio_queue: `.
    let before = &line[..at];
    let before = before.strip_suffix(b": block").unwrap_or(before);
    let clock = before.rsplit(|&byte| byte == b' ').next().unwrap_or(before);
    let mut words = every_word(&line[name_end + 2..]);
    let parts = words.next().ok_or(SHORT).and_then(device_of);
    let event = parts.and_then(|device| event(seconds(clock)?, device, words));
    Some(event.map(|event| Line::Of(action, event)))
}

/// What follows the action: `rwbs sector + count [process]`. Between the first two the tracepoints of
/// requests have more, and a count of 0 may be missing.
fn event<'a>(
    time: u64,
    device: (u64, u64),
    mut words: impl Iterator<Item = &'a [u8]>,
) -> Result<Event, Fault> {
    let flags = words.next().ok_or(SHORT)?;
    let (flush, operation, through) = rwbs(flags)?;
    let (mut before, mut place) = (None, None);
    while let Some(word) = words.next() {
        if word == b"+" {
            place = Some((before.ok_or(SHORT)?, words.next().ok_or(SHORT)?));
            break;
        }
        before = Some(word);
    }
    let length = place.map_or(Ok(0), |(_, count)| sectors("count", count))?;
    let offset = match place {
        Some((sector, _)) if length > 0 => sectors("sector", sector)?,
        // A flush has no place: some write it as the last sector that numbers reach.
        Some((sector, _)) if digits(sector).is_none() => {
            return Err(Fault::value("sector", sector, "is not a number of sectors of 512 bytes"));
        }
        None if !flush && operation != Operation::Other && before.is_none() => return Err(SHORT),
        Some(_) | None => 0,
    };
    if offset.checked_add(length).is_none() {
        return Err(Fault::Rule("offset + length goes beyond 2^64 - 1"));
    }
    Ok(Event { time, device, operation, flush, through, offset, length })
}

/// `[F](R|W|D|N|F)[F][A][S][M]…`: flush before, operation, FUA; the rest is of no account here.
fn rwbs(text: &[u8]) -> Result<(bool, Operation, bool), Fault> {
    let rule = "is no RWBS: one of R, W, D, N with F before it (flush) or behind it (FUA)";
    if text.is_empty() || !text.iter().all(u8::is_ascii_uppercase) {
        return Err(Fault::value("rwbs", text, rule));
    }
    let (flush, body) = text.strip_prefix(b"F").map_or((false, text), |body| (true, body));
    let (operation, rest) = match body {
        // Zeros that the device writes by itself; newer kernels show them as a kind of write.
        [b'W', b'Z', rest @ ..] | [b'N', rest @ ..] => (Operation::Other, rest),
        [b'R', rest @ ..] => (Operation::Read, rest),
        [b'W', rest @ ..] => (Operation::Write, rest),
        [b'D', rest @ ..] => (Operation::Discard, rest),
        [b'Z', rest @ ..] => (Operation::Other, rest),
        [b'F', ..] | [] if flush => (Operation::Other, &[][..]),
        _ => return Err(Fault::value("rwbs", text, rule)),
    };
    Ok((flush, operation, rest.contains(&b'F')))
}

/// One of blkparse's actions; `None`: it tells nothing new of a request.
fn action_of(text: &[u8]) -> Result<Option<Action>, Fault> {
    match text {
        b"Q" => Ok(Some(Action::Queued)),
        b"D" => Ok(Some(Action::Issued)),
        b"C" => Ok(Some(Action::Completed)),
        b"A" | b"B" | b"F" | b"G" | b"I" | b"M" | b"P" | b"R" | b"S" | b"T" | b"U" | b"UT"
        | b"X" | b"m" => Ok(None),
        _ => Err(Fault::value("action", text, "is no action of blkparse")),
    }
}

fn device_of(text: &[u8]) -> Result<(u64, u64), Fault> {
    let comma = text.iter().position(|&byte| byte == b',');
    let both = comma.and_then(|at| digits(&text[..at]).zip(digits(&text[at + 1..])));
    both.ok_or_else(|| Fault::value("device", text, "is not `major,minor`"))
}

fn seconds(text: &[u8]) -> Result<u64, Fault> {
    time("time", text, 1_000_000_000, "is not a number of seconds with decimals")
}

/// `CPU:0 [LOST 345 EVENTS]` of tracefs, `[345 EVENTS DROPPED]` of trace-cmd, and blkparse's
/// `Skips: 3 forward (345 -   0.1%)`.
fn lost(line: &[u8]) -> Option<u64> {
    let number = |word: &[u8]| digits(word.trim_ascii());
    if let Some(rest) = line.strip_prefix(b"Skips: ") {
        let begin = rest.iter().position(|&byte| byte == b'(')? + 1;
        let end = begin + rest[begin..].iter().position(|&byte| byte == b'-')?;
        let plain: Vec<u8> =
            rest[begin..end].iter().copied().filter(|&byte| byte != b',').collect();
        return number(&plain);
    }
    let bracket = line.strip_prefix(b"CPU:")?;
    let bracket = &bracket[bracket.iter().position(|&byte| byte == b'[')? + 1..];
    let mut words = every_word(bracket.strip_suffix(b"]")?);
    match (words.next()?, words.next()?, words.next()?) {
        (b"LOST", count, b"EVENTS") | (count, b"EVENTS", b"DROPPED") => number(count),
        _ => None,
    }
}

/// What blkparse prints behind the events, and `trace-cmd report` before them.
fn is_summary(line: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 11] = [
        b"CPU",
        b"Reads ",
        b"Read ",
        b"PC ",
        b"IO unplugs:",
        b"Total (",
        b"Throughput (",
        b"Events (",
        b"Skips:",
        b"Input file ",
        b"cpus=",
    ];
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
