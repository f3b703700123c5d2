//! fio's iolog, what `write_iolog` writes: a first line `fio version N iolog`, then version 3 has
//! `time file action [offset length]` with microseconds since the log began, and version 2 has
//! `file action [offset length]` with lines `file wait N 0` between. A target is a file.
//!
//! fio's manual calls N of `wait` microseconds since the `wait` before; every fio that reads version
//! 2 takes it for the *milliseconds since it began*, and goes on at once when they are over. That is
//! what is done here. Logs put behind each other (`cat *.iolog`) are read as of one beginning.

use crate::trace::RecordKind;
use crate::trace::error::{Fault, shortened};
use crate::trace::fields::{bytes, digits, every_word};
use crate::trace::parse::{Parse, Request, Requests};

const HEADER: &str = "fio version 3 iolog";

/// Reads lines.
#[derive(Debug, Default)]
pub(in crate::trace) struct Fio {
    version: Option<Version>,
    /// Of version 2: nanoseconds until now.
    now: u64,
    /// Requests of version 2 that no `wait` stands before.
    timeless: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Two,
    Three,
}

impl Parse for Fio {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        if let Some(version) = header(line) {
            (self.version, self.now) = (Some(version?), 0);
            return Ok(());
        }
        match self.version {
            None => Err(Fault::NotTheHeader { found: shortened(line), header: HEADER }),
            Some(Version::Two) => self.two(line, out),
            Some(Version::Three) => three(line, out),
        }
    }

    fn end(&mut self, out: &mut Requests) -> Result<(), Fault> {
        if self.timeless > 1 {
            let count = self.timeless;
            out.note(format!(
                "{count} requests have no time (version 2 before any `wait`): they come at once, at 0"
            ));
        }
        self.version.map(|_| ()).ok_or(Fault::NoHeader(HEADER))
    }
}

impl Fio {
    fn two(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        const MILLISECOND: u64 = 1_000_000;
        let Some(asked) = asked(line)? else { return Ok(()) };
        if asked.action != b"wait" {
            self.timeless += u64::from(self.now == 0);
            return asked.tell(self.now, out);
        }
        let until = digits(asked.offset).and_then(|until| until.checked_mul(MILLISECOND));
        let rule = "is not a number of milliseconds below 2^64 ns";
        let until = until.ok_or_else(|| Fault::value("wait", asked.offset, rule))?;
        self.now = self.now.max(until);
        Ok(())
    }
}

fn three(line: &[u8], out: &mut Requests) -> Result<(), Fault> {
    const MICROSECOND: u64 = 1000;
    let line = line.trim_ascii_start();
    let end = line.iter().position(|&byte| byte == b' ').unwrap_or(line.len());
    let (time, rest) = line.split_at(end);
    let at = digits(time).and_then(|time| time.checked_mul(MICROSECOND));
    let rule = "is not a number of microseconds below 2^64 ns";
    let at = at.ok_or_else(|| Fault::value("time", time, rule))?;
    match asked(rest)? {
        None => Ok(()),
        Some(asked) if asked.action == b"wait" => {
            Err(Fault::Rule("`wait` belongs to version 2; in version 3 each line has its time"))
        }
        Some(asked) => asked.tell(at, out),
    }
}

/// The version, if this is the first line of a log.
fn header(line: &[u8]) -> Option<Result<Version, Fault>> {
    let number = line.strip_prefix(b"fio version ")?.trim_ascii_end().strip_suffix(b" iolog")?;
    Some(match number {
        b"2" => Ok(Version::Two),
        b"3" => Ok(Version::Three),
        _ => Err(Fault::value("version", number, "is neither 2 nor 3")),
    })
}

/// What is asked of a file.
struct Asked<'a> {
    file: &'a [u8],
    action: &'a [u8],
    offset: &'a [u8],
    length: &'a [u8],
}

/// `file action offset length`; `None`: `file action` of those that ask for nothing. The name of a
/// file may hold blanks, so the line is read from its end.
fn asked(line: &[u8]) -> Result<Option<Asked<'_>>, Fault> {
    const WANTED: &str = "a file, an action (then offset and length, if it reads or writes)";
    let (before, last) = last_word(line);
    if matches!(last, b"add" | b"open" | b"close" | b"unlink") && !before.is_empty() {
        return Ok(None);
    }
    let (before, offset) = last_word(before);
    let (file, action) = last_word(before);
    if file.is_empty() {
        return Err(Fault::Fields { found: every_word(line).count(), wanted: WANTED });
    }
    Ok(Some(Asked { file, action, offset, length: last }))
}

/// A line without its last word and the blanks around it; and that word.
fn last_word(line: &[u8]) -> (&[u8], &[u8]) {
    let line = line.trim_ascii();
    let begin = line.iter().rposition(|&byte| byte == b' ').map_or(0, |at| at + 1);
    let (before, word) = line.split_at(begin);
    (before.trim_ascii(), word)
}

impl Asked<'_> {
    fn tell(&self, time: u64, out: &mut Requests) -> Result<(), Fault> {
        let (offset, length) = (bytes("offset", self.offset)?, bytes("length", self.length)?);
        let kind = match self.action {
            b"write" => RecordKind::Write,
            b"sync" | b"datasync" | b"syncfs" => RecordKind::Flush,
            b"read" => {
                out.leave_out("reads", time, length);
                return Ok(());
            }
            b"trim" => {
                out.leave_out("discards", time, length);
                return Ok(());
            }
            // It starts writing and waits, but makes nothing durable.
            b"sync_file_range" => {
                out.leave_out("syncs of ranges (which make nothing durable)", time, 0);
                return Ok(());
            }
            other => return Err(Fault::value("action", other, "is no action of fio")),
        };
        out.take(Request { time, target: self.file, offset, length, kind })
    }
}

#[cfg(test)]
mod tests;
