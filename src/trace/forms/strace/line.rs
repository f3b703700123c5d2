//! One line of strace: whose it is, when, and whether it is a call, a part of one, or something else.

use crate::trace::error::Fault;
use crate::trace::fields::{digits, time};

/// A line that tells something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// `None`: strace does not say.
    pub process: Option<u32>,
    /// Nanoseconds since 1970.
    pub time: u64,
    pub says: Says<'a>,
}

/// What it tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Says<'a> {
    /// `name(rest`, a call and its result.
    Call { name: &'a [u8], rest: &'a [u8] },
    /// `name(begin <unfinished ...>`: it goes on later.
    Unfinished { name: &'a [u8], begin: &'a [u8] },
    /// `<... name resumed>rest`: it goes on here.
    Resumed { name: &'a [u8], rest: &'a [u8] },
    /// `+++ exited with 0 +++`: the process is gone.
    Gone,
    /// `--- SIGCHLD … ---`: a signal.
    Signal,
}

/// Reads a line; `None`: strace speaks of itself.
pub(super) fn read(line: &[u8]) -> Result<Option<Line<'_>>, Fault> {
    if line.starts_with(b"strace: ") || line.starts_with(b"Process ") {
        return Ok(None);
    }
    let (process, rest) = process(line)?;
    let (clock, rest) = word(rest);
    let time = since_1970(clock)?;
    Ok(Some(Line { process, time, says: says(rest)? }))
}

/// `[pid 123] ` or `123 `, with blanks before it that make columns.
fn process(line: &[u8]) -> Result<(Option<u32>, &[u8]), Fault> {
    let line = line.trim_ascii_start();
    let number = |text: &[u8]| {
        let number = digits(text).and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| Fault::value("process", text, "is no number of a process"))
    };
    if let Some(rest) = line.strip_prefix(b"[pid ") {
        let end = rest.iter().position(|&byte| byte == b']');
        let end = end.ok_or(Fault::Rule("opens `[pid ` without its `]`"))?;
        return Ok((Some(number(rest[..end].trim_ascii())?), &rest[end + 1..]));
    }
    let (first, rest) = word(line);
    if first.is_empty() || !first.iter().all(u8::is_ascii_digit) {
        return Ok((None, line));
    }
    Ok((Some(number(first)?), rest))
}

/// The first word, and what follows the blanks behind it.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|&byte| byte == b' ').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, rest.trim_ascii_start())
}

fn since_1970(clock: &[u8]) -> Result<u64, Fault> {
    const SECOND: u64 = 1_000_000_000;
    /// September 2001.
    const FIRST: u64 = 1_000_000_000 * SECOND;
    let numeric = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    if clock.contains(&b':') {
        return Err(Fault::value("time", clock, "is a time of day: record with `strace -f -ttt`"));
    }
    if !clock.iter().all(numeric) {
        return Err(Fault::value("time", clock, "stands where the time must: record with `-ttt`"));
    }
    let rule = "is not a number of seconds since 1970: record with `strace -f -ttt`";
    let value = time("time", clock, SECOND, rule)?;
    if value < FIRST {
        let rule = "is a time since the last call: record with `strace -f -ttt`";
        return Err(Fault::value("time", clock, rule));
    }
    Ok(value)
}

fn says(rest: &[u8]) -> Result<Says<'_>, Fault> {
    const UNFINISHED: &[u8] = b"<unfinished ...>";
    const UNKNOWN: Fault = Fault::Rule("is no call: `name(arguments) = result`");
    if rest.starts_with(b"+++ ") {
        return Ok(Says::Gone);
    }
    if rest.starts_with(b"--- ") {
        return Ok(Says::Signal);
    }
    if let Some(rest) = rest.strip_prefix(b"<... ") {
        let (name, rest) = word(rest);
        let rest = rest.strip_prefix(b"resumed>").ok_or(UNKNOWN)?;
        return Ok(Says::Resumed { name, rest });
    }
    let open = rest.iter().position(|&byte| byte == b'(').ok_or(UNKNOWN)?;
    let (name, rest) = (&rest[..open], &rest[open + 1..]);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'?');
    if name.is_empty() || !name.iter().all(is_name) {
        return Err(UNKNOWN);
    }
    Ok(match rest.trim_ascii_end().strip_suffix(UNFINISHED) {
        Some(begin) => Says::Unfinished { name, begin },
        None => Says::Call { name, rest },
    })
}
