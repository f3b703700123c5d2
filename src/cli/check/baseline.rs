//! The baseline of a check: read and held against it, or written anew.

use super::super::arguments::CheckArguments;
use super::super::exit::{Exit, Failure};
use super::super::input;
use super::super::output::Output;
use super::cases;
use crate::results::baseline::{Baseline, Comparison};
use crate::results::{Plan, Run};
use std::path::{Path, PathBuf};

/// A baseline that is to be written.
pub(super) struct NewBaseline {
    output: Output,
    baseline: Baseline,
}

impl NewBaseline {
    /// The baseline that the arguments want written, if any; its file is checked to be writable.
    pub fn open(arguments: &CheckArguments) -> Result<Option<Self>, Failure> {
        let path = arguments.baseline.as_ref().filter(|_| arguments.update_baseline);
        let Some(path) = path else { return Ok(None) };
        Ok(Some(Self { output: Output::open(Some(path))?, baseline: Baseline::default() }))
    }

    /// Keeps a run.
    pub fn take(&mut self, run: &Run) {
        self.baseline.add(run);
    }

    /// Writes the file; gives the number of its runs.
    pub fn write(self) -> Result<u64, Failure> {
        self.output.write(self.baseline.render().as_bytes())?;
        Ok(self.baseline.count())
    }
}

/// The baseline that the arguments want the runs of the plan held against, if any.
pub(super) fn comparison(
    arguments: &CheckArguments,
    plan: &Plan,
) -> Result<Option<Comparison>, Failure> {
    let path = arguments.baseline.as_ref().filter(|_| !arguments.update_baseline);
    let Some(path) = path else { return Ok(None) };
    let baseline = read(path)?;
    let folders = cases::folders(&arguments.paths);
    let named = |file: &str| folders.iter().any(|folder| lies_in(file, folder));
    Ok(Some(Comparison::new(baseline, &plan.files, named)))
}

fn read(path: &Path) -> Result<Baseline, Failure> {
    let name = input::name(path);
    let bytes = input::read(path).map_err(|error| Failure::file(&name, "read", &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(Exit::Usage, format!("{name} is not UTF-8 text")))?;
    let baseline = Baseline::parse(&text)
        .map_err(|reason| Failure::new(Exit::Usage, format!("{name} is no baseline: {reason}")))?;
    if let Some(reason) = baseline.foreign() {
        let message = format!("{name} says nothing of these runs: {reason}");
        return Err(Failure::new(Exit::Differs, message));
    }
    Ok(baseline)
}

/// Whether a file would be among the scenarios of a folder.
fn lies_in(file: &str, folder: &Path) -> bool {
    let plain = |path: &Path| path.components().collect::<PathBuf>();
    let folder = folder.strip_prefix(".").unwrap_or(folder);
    Path::new(file).parent().is_some_and(|parent| plain(parent) == plain(folder))
}
