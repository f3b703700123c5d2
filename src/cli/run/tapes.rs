//! Tapes as files.

use super::super::exit::{Exit, Failure};
use super::super::input;
use crate::random::tape::{Tape, TapeError};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

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
