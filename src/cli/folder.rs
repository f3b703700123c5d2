//! A folder of results: a manifest and chunks, each a file that is published at once or not at all.
//!
//! A file is written under a temporary name that no other process uses, brought to the disk, and then
//! renamed. So a worker that is killed leaves no half of a chunk, and two workers that make the same
//! chunk do each other no harm. A temporary file that a killed worker left counts as nothing.

use super::exit::{Exit, Failure};
use crate::results::{Manifest, Place};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

const MANIFEST: &str = "manifest.json";

/// A folder of results.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder for these results, which is made if it is not there, as is its manifest.
    pub fn create(path: &Path, manifest: &Manifest) -> Result<Self, Failure> {
        let folder = Self { path: path.to_owned() };
        let made = fs::create_dir_all(path);
        made.map_err(|error| Failure::file(&path.display().to_string(), "written", &error))?;
        if folder.bytes(MANIFEST)?.is_none() {
            folder.publish(MANIFEST, manifest.render().as_bytes())?;
        }
        // Read back: another worker may have come first, with something else in mind.
        let there = folder.manifest()?;
        folder.compare(&there, manifest)?;
        Ok(folder)
    }

    /// A folder that is there, and its manifest.
    pub fn open(path: &Path) -> Result<(Self, Manifest), Failure> {
        let folder = Self { path: path.to_owned() };
        let manifest = folder.manifest()?;
        Ok((folder, manifest))
    }

    /// Refuses what is meant if the folder holds something else.
    pub fn compare(&self, there: &Manifest, meant: &Manifest) -> Result<(), Failure> {
        let lines = there.differences(meant);
        if lines.is_empty() {
            return Ok(());
        }
        let (name, lines) = (self.name(MANIFEST), lines.join("\n  "));
        let message =
            format!("{name} is about other results, which would not go together:\n  {lines}");
        Err(Failure::new(Exit::Usage, message))
    }

    fn manifest(&self) -> Result<Manifest, Failure> {
        let name = self.name(MANIFEST);
        let Some(bytes) = self.bytes(MANIFEST)? else {
            return Err(Failure::file(&name, "read", &io::ErrorKind::NotFound.into()));
        };
        let parsed = Manifest::parse(&bytes);
        parsed.map_err(|rule| Failure::new(Exit::Usage, format!("{name} is no manifest: {rule}")))
    }

    /// The file of a chunk, if it is there.
    pub fn chunk(&self, place: Place) -> Result<Option<Vec<u8>>, Failure> {
        self.bytes(&place.file_name())
    }

    /// Publishes a chunk.
    pub fn keep(&self, place: Place, text: &str) -> Result<(), Failure> {
        self.publish(&place.file_name(), text.as_bytes())
    }

    /// How messages name a file of the folder.
    pub fn name(&self, file: &str) -> String {
        self.path.join(file).display().to_string()
    }

    fn bytes(&self, file: &str) -> Result<Option<Vec<u8>>, Failure> {
        match fs::read(self.path.join(file)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::file(&self.name(file), "read", &error)),
        }
    }

    fn publish(&self, file: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.publish_by(file, |file| file.write(bytes))
    }

    /// Publishes a file that `fill` writes piece by piece.
    pub fn publish_by(
        &self,
        file: &str,
        fill: impl FnOnce(&mut Filling) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let partial = self.path.join(format!(".{file}.{}.{}.partial", host(), std::process::id()));
        let name = self.name(file);
        let unwritten = |error: &io::Error| Failure::file(&name, "written", error);
        let filled = File::create(&partial).map_err(|error| unwritten(&error)).and_then(|opened| {
            let mut filling = Filling { name: name.clone(), writer: BufWriter::new(opened) };
            fill(&mut filling)?;
            let synced = filling.writer.flush().and_then(|()| filling.writer.get_ref().sync_all());
            let moved = synced.and_then(|()| fs::rename(&partial, self.path.join(file)));
            moved.and_then(|()| settle(&self.path)).map_err(|error| unwritten(&error))
        });
        filled.inspect_err(|_| {
            // What is left of an unfinished file is of no use; if it stays, so be it.
            let _ = fs::remove_file(&partial);
        })
    }
}

/// A file that is being written.
pub(super) struct Filling {
    name: String,
    writer: BufWriter<File>,
}

impl Filling {
    /// Writes the next piece.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.writer.write_all(bytes);
        written.map_err(|error| Failure::file(&self.name, "written", &error))
    }
}

/// Brings the names in a folder to the disk.
#[cfg(unix)]
fn settle(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a rename is durable, or cannot be made so.
#[cfg(not(unix))]
fn settle(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The name of this machine, as far as it makes a name of a file; processes of several machines may
/// have the same number.
fn host() -> String {
    let told = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = told.or_else(|| std::env::var("HOSTNAME").ok());
    let told = told.or_else(|| std::env::var("COMPUTERNAME").ok()).unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String = told.trim().chars().filter(plain).take(64).collect();
    if name.is_empty() { "host".to_owned() } else { name }
}
