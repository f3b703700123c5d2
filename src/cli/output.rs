//! Files that are written: checked before work starts, complete or not there at all.

use super::exit::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Where data goes.
pub(super) struct Output {
    name: String,
    writer: BufWriter<Box<dyn Write>>,
    /// A file under a name of its own until it is complete.
    pending: Option<Pending>,
}

struct Pending {
    partial: PathBuf,
    path: PathBuf,
}

impl Output {
    /// Opens `path` for writing; none or `-` is standard output. An existing file stays as it is
    /// until [`Output::finish`].
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            let writer: Box<dyn Write> = Box::new(io::stdout());
            return Ok(Self {
                name: "standard output".into(),
                writer: BufWriter::new(writer),
                pending: None,
            });
        };
        let name = path.display().to_string();
        let (file, pending) =
            Self::open_file(path).map_err(|error| Failure::file(&name, "written", &error))?;
        Ok(Self { name, writer: BufWriter::new(Box::new(file)), pending })
    }

    fn open_file(path: &Path) -> io::Result<(File, Option<Pending>)> {
        let path = match fs::metadata(path) {
            Ok(found) => {
                // Whoever may not write to the file may not replace it; devices cannot be replaced.
                let file = OpenOptions::new().write(true).open(path)?;
                if !found.is_file() {
                    return Ok((file, None));
                }
                fs::canonicalize(path)?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(error),
        };
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_string_lossy();
        let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        let file = File::create(&partial)?;
        Ok((file, Some(Pending { partial, path })))
    }

    /// Where to write.
    pub fn writer(&mut self) -> &mut impl Write {
        &mut self.writer
    }

    /// Writes `text` and finishes.
    pub fn write(mut self, text: &str) -> Result<(), Failure> {
        let written = self.writer.write_all(text.as_bytes());
        self.finish(written)
    }

    /// Puts the complete file in its place. `written`: whether everything went in. A closed pipe is
    /// no failure: whoever read from it has had enough.
    pub fn finish(mut self, written: io::Result<()>) -> Result<(), Failure> {
        let placed = written.and_then(|()| self.writer.flush()).and_then(|()| self.place());
        match placed {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            placed => placed.map_err(|error| Failure::file(&self.name, "written", &error)),
        }
    }

    fn place(&mut self) -> io::Result<()> {
        match &self.pending {
            Some(Pending { partial, path }) => fs::rename(partial, path)?,
            None => return Ok(()),
        }
        self.pending = None;
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(Pending { partial, .. }) = &self.pending {
            // What is left of an unfinished file is of no use; if it stays, so be it.
            let _ = fs::remove_file(partial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_complete_or_not_there() {
        let directory = tempfile::tempdir().expect("a directory to write to");
        let path = directory.path().join("report.json");
        let open = || Output::open(Some(&path)).map_err(|failure| failure.message);
        drop(open().expect("it can be written"));
        assert!(!path.exists());
        open().expect("it can be written").write("one").map_err(|f| f.message).expect("written");
        drop(open().expect("it can be written"));
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), Some("one"));
        assert_eq!(fs::read_dir(directory.path()).map(Iterator::count).ok(), Some(1));
        assert!(Output::open(Some(&directory.path().join("no/such/place"))).is_err());
        assert!(Output::open(Some(directory.path())).is_err());
    }
}
