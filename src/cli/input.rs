//! Files that are read: scenarios, the traces they name, reports.

mod counted;

use super::Remarks;
use super::exit::{Exit, Failure};
use crate::report::text::count;
use crate::scenario::file::{self, FileError};
use crate::scenario::{Problem, Scenario, Workload};
use crate::trace::{self, Form, Import, Trace, TraceError};
use crate::workload::Traces;
use counted::Counted;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A scenario and the traces it names.
pub(super) struct Input {
    /// The file's name in messages.
    pub name: String,
    /// What it says.
    pub scenario: Scenario,
    text: String,
    overrides: Vec<(String, String)>,
}

impl Input {
    /// What a text says with these overrides.
    pub fn of(
        name: String,
        text: String,
        overrides: Vec<(String, String)>,
    ) -> Result<Self, FileError> {
        let scenario = Scenario::parse(&text, &overrides)?;
        Ok(Self { name, scenario, text, overrides })
    }

    /// The same file with further overrides.
    pub fn with(self, more: Vec<(String, String)>) -> Result<Self, Failure> {
        let Self { name, text, mut overrides, .. } = self;
        overrides.extend(more);
        let input = Self::of(name.clone(), text, overrides);
        input.map_err(|error| Failure::new(Exit::Usage, error.render(&name)))
    }

    /// Keys that the command line sets.
    pub fn overrides(&self) -> &[(String, String)] {
        &self.overrides
    }

    /// A rule that the scenario breaks together with its traces, with the line that is about it.
    pub fn refuse(&self, problem: &Problem) -> Failure {
        let error = file::locate(&self.text, &self.overrides, problem);
        Failure::new(Exit::Usage, error.render(&self.name))
    }
}

/// Bytes of a scenario file at most.
const LONGEST_SCENARIO: u64 = 1 << 28;

/// Reads a scenario file; `-` is standard input.
pub(super) fn scenario(path: &Path, overrides: &[(String, String)]) -> Result<Input, Failure> {
    let (name, text) = (name(path), text(path)?);
    let input = Input::of(name.clone(), text, overrides.to_vec());
    input.map_err(|error| Failure::new(Exit::Usage, error.render(&name)))
}

/// Reads a file that people write; `-` is standard input.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let name = name(path);
    let mut bytes = Vec::new();
    let read = open(path).and_then(|file| file.take(LONGEST_SCENARIO + 1).read_to_end(&mut bytes));
    read.map_err(|error| Failure::file(&name, "read", &error))?;
    if bytes.len() as u64 > LONGEST_SCENARIO {
        let message = format!("{name} is longer than {LONGEST_SCENARIO} bytes: no scenario is");
        return Err(Failure::new(Exit::Usage, message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::new(
            Exit::Usage,
            format!("{name} is not UTF-8 text: byte {at} begins no character"),
        )
    })
}

/// Traces that were read, by file and form: scenarios share them.
pub(super) struct Shelf {
    traces: BTreeMap<(PathBuf, Option<Form>), Arc<Trace>>,
    remarks: Remarks,
}

impl Shelf {
    /// Nothing read yet; what is to be said of a trace is said once.
    pub const fn new(remarks: Remarks) -> Self {
        Self { traces: BTreeMap::new(), remarks }
    }

    fn trace(&mut self, file: PathBuf, form: Option<Form>) -> Result<Arc<Trace>, String> {
        if let Some(trace) = self.traces.get(&(file.clone(), form)) {
            return Ok(Arc::clone(trace));
        }
        let trace = Arc::new(trace_file(&file, form, self.remarks)?);
        self.traces.insert((file, form), Arc::clone(&trace));
        Ok(trace)
    }
}

/// Reads every trace that the scenario names and that is not on the shelf yet. Paths are relative to
/// the scenario file, those of a scenario from standard input to the working directory.
pub(super) fn traces(path: &Path, input: &Input, shelf: &mut Shelf) -> Result<Traces, Failure> {
    let mut traces = Traces::new();
    for (number, client) in input.scenario.clients.iter().enumerate() {
        let Workload::Trace(replay) = &client.workload else { continue };
        let file = path.parent().unwrap_or(Path::new("")).join(&replay.trace);
        let trace = shelf.trace(file, replay.from).map_err(|reason| {
            let key = format!("clients[{number}].workload.trace");
            let value = format!("{:?}", replay.trace);
            input.refuse(&Problem { key, value, rule: reason })
        })?;
        traces.insert(replay.trace.clone(), trace);
    }
    Ok(traces)
}

fn trace_file(path: &Path, form: Option<Form>, remarks: Remarks) -> Result<Trace, String> {
    let shown = path.display();
    let file = File::open(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let read = || {
        let import = trace::import(BufReader::new(file), form)?;
        super::trace::tell(&import, &name(path), remarks);
        fits_memory(&import)?;
        import.into_trace().map_err(Unfit::Broken)
    };
    read().map_err(|unfit| match unfit {
        Unfit::TooLong(words) => format!("{shown}: {words}"),
        Unfit::Broken(TraceError::Ambiguous { forms }) => {
            let form =
                |form: &Form| format!("`\"from\": \"{}\"` ({})", form.name(), form.meaning());
            let forms = forms.iter().map(form).collect::<Vec<_>>().join(" or ");
            format!("{shown}: its columns mean one thing or another; beside `trace`, say {forms}")
        }
        Unfit::Broken(TraceError::UnknownForm { found }) => format!(
            "{shown}: no known form of trace begins with {found}; beside `trace`, `from` says which \
             it is (`mirrorsim trace --help` lists them), and what is wrong with it will be told"
        ),
        Unfit::Broken(error) => format!("{shown}: {error}"),
    })
}

/// Why a trace cannot be replayed.
enum Unfit {
    Broken(TraceError),
    TooLong(String),
}

impl From<TraceError> for Unfit {
    fn from(error: TraceError) -> Self {
        Self::Broken(error)
    }
}

/// Refuses what is too long to be replayed.
fn fits_memory(import: &Import) -> Result<(), Unfit> {
    too_long(import).map_or(Ok(()), |words| Err(Unfit::TooLong(words)))
}

/// Says so where a trace is too long to be replayed: a run keeps all of it in memory.
pub(super) fn too_long(import: &Import) -> Option<String> {
    /// Some 10 GiB of them.
    const MOST: u64 = 1 << 28;
    let requests = import.tally.writes + import.tally.flushes;
    (requests > MOST).then(|| {
        let (requests, most) = (count(requests), count(MOST));
        format!(
            "it holds {requests} writes and flushes, and a run keeps all of them in memory: at most \
             {most}; `mirrorsim trace FILE | head -n {MOST}` is a beginning that fits"
        )
    })
}

/// Reads a trace named on the command line; `-` is standard input. `tell` is told how many bytes were
/// read, now and then.
pub(super) fn import(
    path: &Path,
    form: Option<Form>,
    tell: &mut dyn FnMut(u64),
) -> Result<Import, Failure> {
    let name = name(path);
    let file = open(path).map_err(|error| Failure::file(&name, "read", &error))?;
    trace::import(Counted::new(file, tell), form).map_err(|error| match error {
        TraceError::Unreadable { source, .. } if !is_broken(&source) => {
            Failure::file(&name, "read", &source)
        }
        TraceError::Sorting(source) => {
            Failure::file("the temporary file for sorting", "used", &source)
        }
        error => Failure::new(Exit::Usage, format!("{name}: {error}")),
    })
}

/// Whether the data is at fault and not the device it lies on.
pub(super) fn is_broken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
}

/// What a path is called in messages.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// Reads a whole file; `-` is standard input.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(BufReader::new(File::open(path)?)))
}
