//! Files that are gzipped if their name asks for it.

use super::super::exit::Failure;
use super::super::output::Output;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};
use std::path::Path;

/// Where data will go, plain or gzipped: a name that ends in `.gz` asks for it.
pub(super) struct Zipped {
    output: Output,
    form: Form,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Plain,
    Gzip,
}

impl Zipped {
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
