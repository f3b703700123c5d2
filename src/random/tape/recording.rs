//! Writing a tape.

use super::super::{Choice, Decisions, Key};
use super::{Asked, Heading, Line};
use crate::units::SimTime;
use serde::Serialize;
use std::io::{self, Write};

/// Decisions of another source, each written down as it is made. The first error is kept and told by
/// [`Recording::finish`]; the run goes on.
#[derive(Debug)]
pub struct Recording<D, W> {
    decisions: D,
    out: W,
    error: Option<io::Error>,
    lines: u64,
    /// Reused between lines.
    line: Vec<u8>,
}

impl<D: Decisions, W: Write> Recording<D, W> {
    /// Writes the heading. What is decided comes from `decisions`.
    pub fn new(decisions: D, heading: &Heading, mut out: W) -> Self {
        let mut line = Vec::new();
        let error = write(&mut out, &mut line, heading).err();
        Self { decisions, out, error, lines: 0, line }
    }

    /// Gives back where it wrote, not flushed, and how many decisions it wrote.
    ///
    /// # Errors
    /// The first error of `out`.
    pub fn finish(self) -> io::Result<(W, u64)> {
        self.error.map_or(Ok((self.out, self.lines)), Err)
    }
}

/// Writes a line, at once: `out` may be a compressor.
fn write<W: Write>(out: &mut W, text: &mut Vec<u8>, line: &impl Serialize) -> io::Result<()> {
    text.clear();
    serde_json::to_writer(&mut *text, line)?;
    text.push(b'\n');
    out.write_all(text)
}

impl<D: Decisions, W: Write> Decisions for Recording<D, W> {
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64 {
        let value = self.decisions.decide(key, choice);
        let Key { purpose, entity, index } = key;
        let line = Line { purpose, entity, index, choice: Asked::from(choice), value };
        if self.error.is_none() {
            self.error = write(&mut self.out, &mut self.line, &line).err();
            self.lines += 1;
        }
        value
    }

    fn reach(&mut self, now: SimTime) {
        self.decisions.reach(now);
    }
}
