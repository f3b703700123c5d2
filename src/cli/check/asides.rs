//! What is written beside the output of a check: a `JUnit` file, and what GitHub Actions shows.

use super::super::exit::Failure;
use super::super::output::Output;
use super::export::{Annotations, Export, JobPage, Junit};
use crate::results::Plan;
use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Bytes that GitHub takes as the page of a step.
const LONGEST_PAGE: u64 = 1 << 20;

/// Where the text of a form goes.
enum Target {
    File(Output),
    /// Standard error, where GitHub reads commands too; standard output may hold rows.
    Commands,
    /// What is appended to.
    Page(PathBuf),
}

/// Forms of the output that are written at the end, each with its target.
pub(in crate::cli) struct Asides(Vec<Target>);

impl Asides {
    /// What the environment asks for, and a `JUnit` file if one is named, checked to be writable.
    pub fn open(
        junit: Option<&Path>,
        plan: &Plan,
    ) -> Result<(Self, Vec<Box<dyn Export>>), Failure> {
        let (mut targets, mut exports): (Vec<_>, Vec<Box<dyn Export>>) = (Vec::new(), Vec::new());
        if let Some(path) = junit {
            targets.push(Target::File(Output::open(Some(path))?));
            exports.push(Box::new(Junit::new(plan)));
        }
        if env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
            targets.push(Target::Commands);
            exports.push(Box::new(Annotations::default()));
            if let Some(path) = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
                let path = PathBuf::from(path);
                exports.push(Box::new(JobPage::new(room(&path))));
                targets.push(Target::Page(path));
            }
        }
        Ok((Self(targets), exports))
    }

    /// Writes the texts, which come in the order of the forms.
    pub fn write(self, texts: impl Iterator<Item = String>) -> Result<(), Failure> {
        for (target, text) in self.0.into_iter().zip(texts) {
            match target {
                Target::File(output) => output.write(text.as_bytes())?,
                Target::Commands => remark(&text),
                Target::Page(path) => {
                    if let Err(error) = append(&path, &text) {
                        // No argument names it: the check is no worse for it.
                        remark(&format!("{} cannot be written: {error}\n", path.display()));
                    }
                }
            }
        }
        Ok(())
    }
}

/// What is left of a page; other commands of the step may have written to it.
fn room(path: &Path) -> usize {
    let taken = path.metadata().map_or(0, |found| found.len());
    usize::try_from(LONGEST_PAGE.saturating_sub(taken + 1)).unwrap_or(0)
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn remark(text: &str) {
    // There is nobody left to tell if this fails.
    let _ = io::stderr().write_all(text.as_bytes());
}
