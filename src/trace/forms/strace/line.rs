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
    /// `+++ superseded by execve in pid 101 +++`: that thread has this process's number from now on.
    Superseded(u32),
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

/// `[pid 123] ` or `123 `, with blanks before it that make columns; with `-Y` the process has the
/// name of its program behind it, `123<program> `.
fn process(line: &[u8]) -> Result<(Option<u32>, &[u8]), Fault> {
    let line = line.trim_ascii_start();
    let number = |text: &[u8]| {
        let number = digits(text).and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| Fault::value("process", text, "is no number of a process"))
    };
    if let Some(rest) = line.strip_prefix(b"[pid ") {
        let end = rest.iter().position(|&byte| byte == b']');
        let end = end.ok_or(Fault::Rule("opens `[pid ` without its `]`"))?;
        let (process, _) = without_program(rest[..end].trim_ascii());
        return Ok((Some(number(process)?), &rest[end + 1..]));
    }
    if let (process, Some(rest)) = without_program(line) {
        return Ok((Some(number(process)?), rest));
    }
    let (first, rest) = word(line);
    if first.is_empty() || !first.iter().all(u8::is_ascii_digit) {
        return Ok((None, line));
    }
    Ok((Some(number(first)?), rest))
}

/// The number of `123<program>` and what follows; a program's name may hold blanks.
fn without_program(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (number, program) = text.split_at(end);
    if number.is_empty() || !program.starts_with(b"<") {
        return (text, None);
    }
    let end = program.iter().position(|&byte| byte == b'>');
    end.map_or((text, None), |end| (number, Some(&program[end + 1..])))
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
    const UNKNOWN: Fault = Fault::Rule("is no call: `name(arguments) = result`");
    if let Some(thread) = rest.strip_prefix(b"+++ superseded by execve in pid ") {
        let end = thread.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(thread.len());
        let thread = digits(&thread[..end]).and_then(|thread| u32::try_from(thread).ok());
        return thread.map(Says::Superseded).ok_or(UNKNOWN);
    }
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
    Ok(match unfinished(rest.trim_ascii_end()) {
        Some(begin) => Says::Unfinished { name, begin },
        None => Says::Call { name, rest },
    })
}

/// What was said of a call that goes on later, maybe as another process: `<pid changed to 100 ...>`.
fn unfinished(rest: &[u8]) -> Option<&[u8]> {
    const CHANGED: &[u8] = b"<pid changed to ";
    if let Some(begin) = rest.strip_suffix(b"<unfinished ...>") {
        return Some(begin);
    }
    let numbered = rest.strip_suffix(b" ...>")?;
    let end = numbered.iter().rposition(|byte| !byte.is_ascii_digit())? + 1;
    (end < numbered.len()).then_some(&numbered[..end])?.strip_suffix(CHANGED)
}
