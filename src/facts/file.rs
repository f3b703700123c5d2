//! Facts as a file: one JSON object a line, the first naming the format.

use super::{Fact, Sink};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Write};

/// The name and version of the format.
pub const FORMAT: &str = "mirrorsim-facts/1";

#[derive(Serialize, Deserialize)]
struct Heading {
    format: String,
}

/// Writes facts as they come. The first error is kept and told by [`FactWriter::finish`].
#[derive(Debug)]
pub struct FactWriter<W: Write> {
    out: W,
    error: Option<io::Error>,
}

impl<W: Write> FactWriter<W> {
    /// Writes the heading.
    ///
    /// # Errors
    /// What `out` says.
    pub fn new(mut out: W) -> io::Result<Self> {
        serde_json::to_writer(&mut out, &Heading { format: FORMAT.to_owned() })?;
        out.write_all(b"\n")?;
        Ok(Self { out, error: None })
    }

    /// Flushes, and tells whether everything was written.
    ///
    /// # Errors
    /// The first error of `out`.
    pub fn finish(mut self) -> io::Result<()> {
        self.error.map_or_else(|| self.out.flush(), Err)
    }

    fn write(&mut self, fact: &Fact) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, fact)?;
        self.out.write_all(b"\n")
    }
}

impl<W: Write> Sink for FactWriter<W> {
    fn take(&mut self, fact: &Fact) {
        if self.error.is_none() {
            self.error = self.write(fact).err();
        }
    }
}

/// Reads facts back, one at a time.
#[derive(Debug)]
pub struct FactReader<R: BufRead> {
    input: R,
    line: u64,
}

impl<R: BufRead> FactReader<R> {
    /// Reads the heading.
    ///
    /// # Errors
    /// Where `input` fails or is no file of facts.
    pub fn new(mut input: R) -> io::Result<Self> {
        let mut line = String::new();
        input.read_line(&mut line)?;
        let heading = serde_json::from_str::<Heading>(&line).ok();
        if heading.is_none_or(|heading| heading.format != FORMAT) {
            return Err(invalid(format!("line 1: not a file of facts ({FORMAT})")));
        }
        Ok(Self { input, line: 1 })
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

impl<R: BufRead> Iterator for FactReader<R> {
    type Item = io::Result<Fact>;

    fn next(&mut self) -> Option<io::Result<Fact>> {
        let mut text = String::new();
        self.line += 1;
        match self.input.read_line(&mut text) {
            Ok(0) => None,
            Ok(_) => Some(
                serde_json::from_str(&text)
                    .map_err(|error| invalid(format!("line {}: {error}", self.line))),
            ),
            Err(error) => Some(Err(error)),
        }
    }
}
