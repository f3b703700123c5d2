//! The scenarios to be checked, read and found to make sense before the first run.

use super::super::Context;
use super::super::exit::{Exit, Failure};
use super::super::input::{self, Input, Shelf};
use super::super::quote;
use super::ceiling::Ceiling;
use crate::batch::{self, Job, Repeat};
use crate::scenario::Scenario;
use crate::workload::Traces;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A scenario to be checked.
pub(in crate::cli) struct Case {
    /// How the command line names its file.
    pub path: PathBuf,
    /// The file, for messages about it.
    pub input: Input,
    scenario: Arc<Scenario>,
    traces: Arc<Traces>,
}

impl Case {
    /// The run with this seed.
    pub fn job(&self, seed: u64, repeat: Repeat) -> Job {
        let (scenario, traces) = (Arc::clone(&self.scenario), Arc::clone(&self.traces));
        Job { scenario, traces, seed, repeat }
    }

    /// The hash of what is run with this seed.
    pub fn hash(&self, seed: u64) -> String {
        let drawn = batch::draw(&self.scenario, seed).ok().flatten();
        drawn.map_or_else(|| self.scenario.hash(), |drawn| drawn.hash())
    }

    /// What is run, and what it replays.
    pub fn parts(&self) -> (&Scenario, &Traces) {
        (&self.scenario, &self.traces)
    }

    /// The line that makes the run with this seed alone.
    pub fn reproduce(&self, seed: u64, repeat: Repeat) -> String {
        let mut words = self.words("run", "--seed", seed);
        match repeat {
            Repeat::Once => {}
            Repeat::Twice => words.push("--twice".into()),
        }
        quote(&words)
    }

    /// The line that checks this seed alone under the same bounds.
    pub fn check_again(&self, seed: u64, ceiling: Ceiling) -> String {
        let mut words = self.words("check", "--seeds", seed);
        words.extend(ceiling.words().into_iter().map(OsString::from));
        quote(&words)
    }

    fn words(&self, command: &str, option: &str, seed: u64) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec!["mirrorsim".into(), command.into()];
        words.push(self.path.clone().into());
        words.extend([option.into(), seed.to_string().into()]);
        for (key, value) in self.input.overrides() {
            words.extend(["--set".into(), format!("{key}={value}").into()]);
        }
        words
    }
}

/// The folder that is meant if nothing is named.
const DEFAULT: &str = "scenarios";

/// The folders among what is named.
pub(super) fn folders(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() {
        return vec![PathBuf::from(DEFAULT)];
    }
    paths.iter().filter(|path| path.is_dir()).cloned().collect()
}

/// Reads every scenario that `paths` name, with its traces, under these bounds; each trace is
/// read once.
pub(in crate::cli) fn read(
    paths: &[PathBuf],
    sets: &[(String, String)],
    ceiling: Ceiling,
    context: &Context,
) -> Result<Vec<Case>, Failure> {
    let mut shelf = Shelf::new(context.remarks);
    let files = if paths.is_empty() { default_files()? } else { named_files(paths)? };
    files.into_iter().map(|path| case(path, sets, ceiling, &mut shelf)).collect()
}

fn default_files() -> Result<Vec<PathBuf>, Failure> {
    let folder = Path::new(DEFAULT);
    if folder.is_dir() {
        return files_of(folder);
    }
    let message = format!("nothing to run: no path is given, and there is no folder {DEFAULT:?}");
    Err(Failure::new(Exit::Nothing, message))
}

fn named_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if paths.iter().filter(|path| *path == Path::new("-")).count() > 1 {
        return Err(Failure::new(Exit::Usage, "`-` is given twice: standard input is read once"));
    }
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(files_of(path)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// The scenarios directly inside a folder, by name; what lies in folders inside it is something else.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let name = input::name(folder);
    let listed = list(folder).map_err(|error| Failure::file(&name, "read", &error))?;
    if listed.is_empty() {
        let message = format!("nothing to run: no file of {name} ends in .json");
        return Err(Failure::new(Exit::Nothing, message));
    }
    Ok(listed)
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json") && !path.is_dir());
    paths.sort();
    Ok(paths)
}

/// Reads one scenario with its traces.
pub(super) fn case(
    path: PathBuf,
    sets: &[(String, String)],
    ceiling: Ceiling,
    shelf: &mut Shelf,
) -> Result<Case, Failure> {
    let input = input::scenario(&path, sets)?;
    let lower = ceiling.overrides(input.scenario.limits);
    let input = if lower.is_empty() { input } else { input.with(lower)? };
    let traces = input::traces(&path, &input, shelf)?;
    batch::admit(&input.scenario, &traces).map_err(|problem| input.refuse(&problem))?;
    let scenario = Arc::new(input.scenario.clone());
    Ok(Case { path, input, scenario, traces: Arc::new(traces) })
}
