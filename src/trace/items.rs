//! The lines or records of a trace file, one at a time, so that no broken file costs more memory
//! than its longest sensible line.

use super::error::{Fault, Item, TraceError};
use std::io::{self, BufRead, Read as _};

/// The most bytes in a line, its end included.
pub(super) const LONGEST_LINE: u64 = 65_536;

/// How a file is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Lines of text.
    Lines,
    /// Records of so many bytes.
    Records(usize),
}

/// Hands out one line or record at a time.
#[derive(Debug)]
pub(super) struct Items<R> {
    input: R,
    framing: Framing,
    item: Vec<u8>,
    count: u64,
}

impl<R: BufRead> Items<R> {
    pub(super) const fn new(input: R, framing: Framing) -> Self {
        Self { input, framing, item: Vec::new(), count: 0 }
    }

    /// The place of what was handed out last.
    pub(super) const fn place(&self) -> Item {
        match self.framing {
            Framing::Lines => Item::Line(self.count),
            Framing::Records(_) => Item::Record(self.count),
        }
    }

    /// The next line without its end, or record; or what makes it none. `None` at the end.
    ///
    /// # Errors
    /// What the input says.
    pub(super) fn next(&mut self) -> Result<Option<Result<&[u8], Fault>>, TraceError> {
        self.item.clear();
        match self.framing {
            Framing::Lines => self.next_line(),
            Framing::Records(size) => self.next_record(size),
        }
    }

    fn next_line(&mut self) -> Result<Option<Result<&[u8], Fault>>, TraceError> {
        let mut bounded = (&mut self.input).take(LONGEST_LINE + 1);
        let read = bounded.read_until(b'\n', &mut self.item);
        read.map_err(|source| self.unreadable(source))?;
        if self.item.is_empty() {
            return Ok(None);
        }
        if self.item.len() as u64 > LONGEST_LINE {
            if self.item.last() != Some(&b'\n') {
                self.input.skip_until(b'\n').map_err(|source| self.unreadable(source))?;
            }
            self.count += 1;
            return Ok(Some(Err(Fault::LongLine)));
        }
        self.count += 1;
        Ok(Some(line(&self.item, self.count)))
    }

    fn next_record(&mut self, size: usize) -> Result<Option<Result<&[u8], Fault>>, TraceError> {
        let mut bounded = (&mut self.input).take(size as u64);
        let read = bounded.read_to_end(&mut self.item);
        read.map_err(|source| self.unreadable(source))?;
        if self.item.is_empty() {
            return Ok(None);
        }
        self.count += 1;
        let found = self.item.len();
        let whole =
            if found == size { Ok(&self.item[..]) } else { Err(Fault::CutOff { found, size }) };
        Ok(Some(whole))
    }

    fn unreadable(&self, source: io::Error) -> TraceError {
        let last = self.place();
        match source.kind() {
            io::ErrorKind::UnexpectedEof => TraceError::Truncated { last },
            _ => TraceError::Unreadable { last, source },
        }
    }
}

/// A line without its end, if it is text.
fn line(bytes: &[u8], number: u64) -> Result<&[u8], Fault> {
    const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
    let ended = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let content = ended.strip_suffix(b"\r").unwrap_or(ended);
    // Without an early exit many bytes are looked at at once; nearly every line has none of these.
    if content.iter().fold(false, |found, &byte| found | is_control(byte)) {
        let control = content.iter().copied().find(|&byte| is_control(byte));
        return Err(Fault::ControlCharacter(control.expect("one was found")));
    }
    Ok(if number == 1 { content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content) } else { content })
}

/// Whether text does not hold this byte.
const fn is_control(byte: u8) -> bool {
    byte < b' ' && byte != b'\t'
}
