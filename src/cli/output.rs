//! Files that are written: checked before work starts. What is written at once is complete or not
//! there at all; what is streamed grows as it comes.

use super::exit::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Where data will go.
pub(super) struct Output {
    name: String,
    target: Target,
}

enum Target {
    Standard,
    /// A terminal, a pipe: what cannot be replaced.
    Device(File),
    File(PathBuf),
}

/// Data on its way.
pub(super) struct Stream {
    name: String,
    writer: BufWriter<Box<dyn Write>>,
    /// Where it is written, and whose place it takes in the end.
    replaces: Option<(PathBuf, PathBuf)>,
}

impl Output {
    /// Checks that `path` can be written; none or `-` is standard output. An existing file stays as
    /// it is for now.
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| !is_standard(path)) else {
            return Ok(Self { name: "standard output".into(), target: Target::Standard });
        };
        let name = path.display().to_string();
        let target = check(path).map_err(|error| Failure::file(&name, "written", &error))?;
        Ok(Self { name, target })
    }

    /// Writes everything at once.
    pub fn write(self, bytes: &[u8]) -> Result<(), Failure> {
        let Target::File(path) = &self.target else {
            let mut stream = self.stream()?;
            let written = stream.writer().write_all(bytes);
            return stream.finish(written);
        };
        let partial = partial(path);
        let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
        written.map_err(|error| {
            // What is left of an unfinished file is of no use; if it stays, so be it.
            let _ = fs::remove_file(&partial);
            Failure::file(&self.name, "written", &error)
        })
    }

    /// Begins to write; an existing file is lost.
    pub fn stream(self) -> Result<Stream, Failure> {
        let writer: Box<dyn Write> = match self.target {
            Target::Standard => Box::new(io::stdout()),
            Target::Device(file) => Box::new(file),
            Target::File(path) => {
                let file = File::create(path);
                Box::new(file.map_err(|error| Failure::file(&self.name, "written", &error))?)
            }
        };
        Ok(Stream { name: self.name, writer: BufWriter::new(writer), replaces: None })
    }

    /// Begins to write what is too much for memory; it takes the place of an existing file when it is
    /// complete.
    pub fn replace(self) -> Result<Stream, Failure> {
        let Target::File(path) = self.target else { return self.stream() };
        let partial = partial(&path);
        let file = File::create(&partial);
        let file = file.map_err(|error| Failure::file(&self.name, "written", &error))?;
        let writer = BufWriter::new(Box::new(file) as Box<dyn Write>);
        Ok(Stream { name: self.name, writer, replaces: Some((partial, path)) })
    }
}

impl Stream {
    /// Where to write.
    pub fn writer(&mut self) -> &mut impl Write {
        &mut self.writer
    }

    /// Ends. `written`: whether everything went in. A closed pipe is no failure: whoever read from
    /// it has had enough.
    pub fn finish(mut self, written: io::Result<()>) -> Result<(), Failure> {
        let mut ended = written.and_then(|()| self.writer.flush());
        if ended.is_ok()
            && let Some((partial, path)) = self.replaces.take()
        {
            ended = fs::rename(partial, path);
        }
        match ended {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            ended => ended.map_err(|error| Failure::file(&self.name, "written", &error)),
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some((partial, _)) = &self.replaces {
            // What is left of an unfinished file is of no use; if it stays, so be it.
            let _ = fs::remove_file(partial);
        }
    }
}

/// Whether a path stands for standard output.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Whether two paths lead to the same file, which may not be there yet.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    one == other || resolved(one).is_some_and(|one| resolved(other) == Some(one))
}

fn resolved(path: &Path) -> Option<PathBuf> {
    if is_standard(path) {
        return None;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside =
        || Some(fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?.join(path.file_name()?));
    fs::canonicalize(path).ok().or_else(beside)
}

/// Where a path leads, if it can be written.
fn check(path: &Path) -> io::Result<Target> {
    let path = match fs::metadata(path) {
        Ok(found) => {
            let file = OpenOptions::new().write(true).open(path)?;
            if !found.is_file() {
                return Ok(Target::Device(file));
            }
            fs::canonicalize(path)?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    if path.file_name().is_none() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let partial = partial(&path);
    File::create(&partial)?;
    fs::remove_file(&partial)?;
    Ok(Target::File(path))
}

/// The name under which a file is written before it takes its place.
fn partial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.partial", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_checked_and_then_replaced_at_once() {
        let directory = tempfile::tempdir().expect("a directory to write to");
        let path = directory.path().join("report.json");
        let open = |path: &Path| Output::open(Some(path)).map_err(|failure| failure.message);
        let read = || fs::read_to_string(&path).ok();
        drop(open(&path).expect("it can be written"));
        assert_eq!(read(), None);
        for text in ["one", "two"] {
            let output = open(&path).expect("it can be written");
            output.write(text.as_bytes()).map_err(|f| f.message).expect("it is written");
            assert_eq!(read().as_deref(), Some(text));
        }
        assert_eq!(fs::read_dir(directory.path()).map(Iterator::count).ok(), Some(1));
        assert!(open(&directory.path().join("no/such/place")).is_err());
        assert!(open(directory.path()).is_err());
    }
}
