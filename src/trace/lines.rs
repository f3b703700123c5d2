//! The lines of a trace file, each checked before the CSV reader sees it, so that no broken file
//! costs more memory than its longest sensible line.

use super::error::TraceError;
use std::io::{self, BufRead, Read};

/// The most bytes in a line, its end included.
pub(super) const LONGEST_LINE: u64 = 65_536;

/// Hands out one line at a time and keeps the comments.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    line: Vec<u8>,
    /// Bytes of `line` handed out.
    given: usize,
    /// Lines read.
    count: u64,
    /// Comments so far, without their `#`.
    comments: Vec<String>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, line: Vec::new(), given: 0, count: 0, comments: Vec::new() }
    }

    /// Lines handed out. The CSV reader asks for the next only when it is done with the last, so
    /// after a record this is the record's line (its own count stops short before comments).
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The comments met so far.
    pub(super) fn into_comments(self) -> Vec<String> {
        self.comments
    }

    /// Reads the next line; leaves an empty one at the end of the input.
    fn advance(&mut self) -> Result<(), TraceError> {
        self.line.clear();
        self.given = 0;
        let mut bounded = (&mut self.input).take(LONGEST_LINE + 1);
        let read = bounded.read_until(b'\n', &mut self.line);
        read.map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => TraceError::Truncated { line: self.count },
            _ => TraceError::Unreadable { line: self.count, source },
        })?;
        if self.line.is_empty() {
            return Ok(());
        }
        self.count += 1;
        self.check()
    }

    /// Refuses what no trace holds, and keeps a comment.
    fn check(&mut self) -> Result<(), TraceError> {
        let line = self.count;
        if self.line.len() as u64 > LONGEST_LINE {
            return Err(TraceError::LongLine { line });
        }
        let ended = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let content = ended.strip_suffix(b"\r").unwrap_or(ended);
        let control = content.iter().find(|&&byte| byte < b' ' && byte != b'\t');
        if let Some(&byte) = control {
            return Err(TraceError::ControlCharacter { line, byte });
        }
        let text = std::str::from_utf8(content).map_err(|_| TraceError::NotText { line })?;
        let text = if line == 1 { text.trim_start_matches('\u{feff}') } else { text };
        if let Some(comment) = text.strip_prefix('#') {
            self.comments.push(comment.strip_prefix(' ').unwrap_or(comment).to_owned());
        } else if text.bytes().filter(|&byte| byte == b'"').count() % 2 == 1 {
            return Err(TraceError::OpenQuote { line });
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Lines<R> {
    /// At most one line; a [`TraceError`] travels inside the error.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.line.len() {
            self.advance().map_err(io::Error::other)?;
        }
        let left = &self.line[self.given..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}
