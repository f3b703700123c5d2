//! Drives the program as a shell would.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Eight writes, one at a time, by one client; a CP at the end.
pub const SCENARIO: &str = r#"{ "name": "small", "clients": [
    { "name": "a", "workload": { "count": 8, "span": "64KiB", "sizes": [ { "size": "8KiB", "weight": 1 } ] } } ],
  "expect": { "verdict": "pass", "writes.acknowledged": 8 } }
"#;

/// What a process left behind.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Ended {
    /// Fails the test unless the process answered `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// A directory of its own for each test.
pub struct Place(TempDir);

impl Place {
    /// An empty directory that holds `small.json`.
    pub fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a directory to write to"));
        place.write("small.json", SCENARIO);
        place
    }

    /// Where a file of this name lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("a file can be written");
    }

    /// What a file holds.
    pub fn read(&self, name: &str) -> String {
        let text = fs::read_to_string(self.path(name));
        text.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names of the files here, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("it can be listed");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<_> = entries.map(|entry| name(entry.expect("an entry"))).collect();
        names.sort();
        names
    }

    /// The program, in this directory, with a plain environment.
    pub fn command<S: AsRef<OsStr>>(&self, words: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mirrorsim"));
        command.args(words).current_dir(self.0.path()).stdin(Stdio::null());
        let colours = ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"];
        for name in colours.into_iter().chain(["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"]) {
            command.env_remove(name);
        }
        command
    }

    /// Runs the program here.
    pub fn run<S: AsRef<OsStr>>(&self, words: &[S]) -> Ended {
        ended(&mut self.command(words))
    }

    /// Runs the program here with this on standard input.
    pub fn run_with<S: AsRef<OsStr>>(&self, words: &[S], input: &[u8]) -> Ended {
        let mut command = self.command(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("it was asked for");
        // The program may refuse the input before it has read all of it.
        let _ = stdin.write_all(input);
        drop(stdin);
        gathered(&child.wait_with_output().expect("it ends"))
    }
}

/// Runs a command to its end.
pub fn ended(command: &mut Command) -> Ended {
    gathered(&command.output().expect("the program starts"))
}

fn gathered(output: &std::process::Output) -> Ended {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it writes UTF-8");
    Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// A recorded trace of this repository.
pub fn trace(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/traces").join(name)
}
