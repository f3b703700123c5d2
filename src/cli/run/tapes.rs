//! Tapes as files.

use super::super::exit::{Exit, Failure};
use super::super::input;
use super::super::output::Output;
use crate::random::tape::{Tape, TapeError};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// Where a tape goes.
pub(super) struct Record {
    output: Output,
    form: Form,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Plain,
    Gzip,
}

impl Record {
    /// Checks that the file can be written.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let zipped = path.extension().is_some_and(|extension| extension == "gz");
        let form = if zipped { Form::Gzip } else { Form::Plain };
        Ok(Self { output: Output::open(Some(path))?, form })
    }

    /// Does `work`, which is given where to write and tells whether everything went in.
    pub fn during<T>(
        self,
        work: impl FnOnce(&mut dyn Write) -> Result<(T, io::Result<()>), Failure>,
    ) -> Result<T, Failure> {
        let mut stream = self.output.stream()?;
        let (result, written) = match self.form {
            Form::Plain => work(stream.writer())?,
            Form::Gzip => {
                let mut encoder = GzEncoder::new(stream.writer(), Compression::default());
                let (result, written) = work(&mut encoder)?;
                (result, written.and_then(|()| encoder.finish().map(|_| ())))
            }
        };
        stream.finish(written)?;
        Ok(result)
    }
}

/// Reads a tape, plain or gzipped: its first bytes tell which. `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Tape, Failure> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let name = input::name(path);
    let unreadable = |error: io::Error| Failure::file(&name, "read", &error);
    let mut file = input::open(path).map_err(unreadable)?;
    let zipped = file.fill_buf().map_err(unreadable)?.starts_with(&GZIP);
    let tape = if zipped {
        Tape::read(BufReader::new(MultiGzDecoder::new(file)))
    } else {
        Tape::read(file)
    };
    tape.map_err(|error| match error {
        TapeError::Unreadable { reason, .. } if !is_broken(&reason) => unreadable(reason),
        error @ (TapeError::Unreadable { .. } | TapeError::Broken { .. }) => {
            Failure::new(Exit::Usage, format!("{name}: {error}"))
        }
    })
}

/// Whether the data is at fault and not the device it lies on.
fn is_broken(error: &io::Error) -> bool {
    input::is_broken(error) || error.kind() == io::ErrorKind::UnexpectedEof
}
