//! The folder of failing runs: each is kept as a scenario file that fails alone, and is run again at
//! the beginning of the next check that names the folder.
//!
//! A file holds the resolved scenario, with what a swarm's seed drew written out; paths of traces lead
//! from the folder. The index beside the files says with which seed each failed, and how. A failure
//! that is cured leaves the folder only if that is asked for.

use super::super::Remarks;
use super::super::exit::{Exit, Failure};
use super::super::input::{self, Shelf};
use super::super::output::Output;
use super::super::way::way;
use super::cases::{self, Case};
use super::ceiling::Ceiling;
use crate::batch::{self, Job, Repeat};
use crate::results::saved::{self, Saved};
use crate::results::{Run, Word};
use crate::scenario::{Scenario, Workload};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The index; it is no scenario, so its name does not end like one.
const INDEX: &str = "failures.jsonl";
/// Failures that a check adds to the folder, at most.
const MOST_SAVED: usize = 100;

/// What becomes of a failure that no longer fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cured {
    /// It stays, and is run again next time.
    Kept,
    /// Its file is removed.
    Removed,
}

/// A folder of failing runs.
pub(super) struct Folder {
    path: PathBuf,
    cured: Cured,
    index: Vec<Saved>,
    /// How many were added.
    added: usize,
    /// How many were not, as enough were.
    left_out: u64,
}

impl Folder {
    /// Reads a folder, made if it is not there, and checks that it can be written to.
    pub fn open(path: &Path, cured: Cured) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| Failure::file(&name(path), "made", &error))?;
        let index = path.join(INDEX);
        Output::open(Some(&index))?;
        let index = match fs::read_to_string(&index) {
            Ok(text) => saved::from_lines(&text).map_err(|(line, reason)| {
                Failure::new(Exit::Usage, format!("{}:{line}: {reason}", name(&index)))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Failure::file(&name(&index), "read", &error)),
        };
        Ok(Self { path: path.to_owned(), cured, index, added: 0, left_out: 0 })
    }

    /// What it is called.
    pub fn name(&self) -> String {
        name(&self.path)
    }

    /// The failures that are there, each with its scenario.
    pub fn read(&self, ceiling: Ceiling, remarks: Remarks) -> Result<Vec<(Case, Saved)>, Failure> {
        let mut shelf = Shelf::new(remarks);
        let read = |saved: &Saved| {
            let case = cases::case(self.path.join(&saved.file), &[], ceiling, &mut shelf)?;
            Ok((case, saved.clone()))
        };
        self.index.iter().map(read).collect()
    }

    /// Keeps a run that failed.
    pub fn save(&mut self, case: &Case, run: &Run) -> Result<(), Failure> {
        let saved = Saved::of(run);
        if self.index.iter().any(|known| known.file == saved.file) {
            return Ok(());
        }
        if self.added == MOST_SAVED {
            self.left_out += 1;
            return Ok(());
        }
        let file = self.path.join(&saved.file);
        let text = resolved(case, run.seed, &self.path)
            .map_err(|reason| Failure::new(Exit::File, format!("{}: {reason}", name(&file))))?;
        Output::open(Some(&file))?.write(text.as_bytes())?;
        self.index.push(saved);
        self.added += 1;
        self.write_index()
    }

    /// A failure that no longer fails.
    pub fn cure(&mut self, saved: &Saved) -> Result<(), Failure> {
        match self.cured {
            Cured::Kept => return Ok(()),
            Cured::Removed => {}
        }
        self.index.retain(|known| known != saved);
        self.write_index()?;
        let file = self.path.join(&saved.file);
        fs::remove_file(&file).map_err(|error| Failure::file(&name(&file), "removed", &error))
    }

    /// Failures that were not added, as enough were.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    fn write_index(&self) -> Result<(), Failure> {
        let index = Output::open(Some(&self.path.join(INDEX)))?;
        index.write(saved::to_lines(&self.index).as_bytes())
    }
}

/// The run of a saved failure, made as it was when it failed.
pub(super) fn job(case: &Case, saved: &Saved) -> Job {
    let repeat = match saved.outcome {
        Word::Differs => Repeat::Twice,
        Word::Pass | Word::Fail | Word::Bug => Repeat::Once,
    };
    case.job(saved.seed, repeat)
}

fn name(path: &Path) -> String {
    input::name(path)
}

/// What was run with this seed, as a scenario file that lies in `folder`.
fn resolved(case: &Case, seed: u64, folder: &Path) -> Result<String, String> {
    let scenario = &case.input.scenario;
    let drawn = batch::draw(scenario, seed).map_err(|problem| problem.to_string())?;
    let scenario = drawn.as_ref().unwrap_or(scenario);
    let mut moved = Vec::new();
    for (number, client) in scenario.clients.iter().enumerate() {
        let Workload::Trace(replay) = &client.workload else { continue };
        let trace = case.path.parent().unwrap_or(Path::new("")).join(&replay.trace);
        let path = way(folder, &trace).map_err(|error| format!("{}: {error}", trace.display()))?;
        let value = serde_json::Value::from(path).to_string();
        moved.push((format!("clients.{number}.workload.trace"), value));
    }
    let scenario =
        Scenario::parse(scenario.canonical(), &moved).map_err(|error| error.to_string())?;
    Ok(scenario.canonical().to_owned())
}
