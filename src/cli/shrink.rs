//! `mirrorsim shrink`: the smallest scenario that still fails in the same way; or a table of how small
//! many become.

use super::Context;
use super::arguments::ShrinkArguments;
use super::check::cases::{self, Case};
use super::check::ceiling::Ceiling;
use super::exit::{Exit, Failure};
use super::input::{self, Input};
use super::interrupt::Interrupt;
use super::output::Output;
use super::progress::{Many, Mode, Progress, remark};
use crate::batch::{Flow, Panicked, Repeat, each_in_order};
use crate::report::text::count;
use crate::scenario::Problem;
use crate::shrink::{Failing, HEAD, Row, SEEDS, Shrunk, Step};
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread::available_parallelism;

/// Shrinks one run, or many for a table.
pub(super) fn run(arguments: &ShrinkArguments, context: &Context) -> Result<Exit, Failure> {
    if arguments.table {
        return table(arguments, context);
    }
    let [scenario] = arguments.scenarios.as_slice() else {
        let message = "one scenario is shrunk at a time; --table takes many";
        return Err(Failure::new(Exit::Usage, message));
    };
    one(scenario, arguments, context)
}

fn one(path: &Path, arguments: &ShrinkArguments, context: &Context) -> Result<Exit, Failure> {
    let input = input::scenario(path, &arguments.set)?;
    let output = Output::open(arguments.output.as_deref())?;
    let traces = input::traces(path, &input, &mut input::Shelf::new(context.remarks))?;
    let seed = arguments.seed;
    let failing = Failing { scenario: &input.scenario, seed, traces: &traces };
    let mut progress = Progress::new(context.progress);
    let interrupt = Interrupt::watch()?;
    let shrunk = failing.shrink(arguments.runs.get(), &mut |step| {
        progress.tell_words(|| words(step));
        if interrupt.came() { Flow::Break } else { Flow::Continue }
    });
    progress.finish();
    let shrunk = shrunk.map_err(|problem| input.refuse(&problem))?;
    let Some(shrunk) = shrunk else { return Err(nothing(&input, seed)) };
    output.write(shrunk.text.as_bytes())?;
    if shrunk.slipped {
        let message = "the result fails in another way than the original: a bug of the simulator";
        return Err(Failure::new(Exit::Bug, message));
    }
    match context.progress {
        Mode::Never => {}
        Mode::Bar | Mode::Plain => remark(&summary(&shrunk)),
    }
    if interrupt.came() {
        return Err(Failure::new(Exit::Interrupted, "interrupted: the best so far is written"));
    }
    Ok(Exit::Expected)
}

fn nothing(input: &Input, seed: u64) -> Failure {
    let name = &input.name;
    let message = format!("nothing to shrink: {name} with seed {seed} keeps every property");
    Failure::new(Exit::Nothing, message)
}

fn words(step: &Step) -> String {
    let (runs, writes, faults) = (count(step.runs), count(step.writes), count(step.faults));
    format!("{runs} runs, {writes} writes and {faults} faults left")
}

fn summary(shrunk: &Shrunk) -> String {
    let Shrunk { fingerprint, runs, writes, faults, seeds, .. } = shrunk;
    let (property, kind) = (&fingerprint.property, fingerprint.place.kind.replace('_', " "));
    let (runs, writes, faults) = (count(*runs), count(*writes), count(*faults));
    let mut text = format!("{property}, {kind}: {writes} writes, {faults} faults, {runs} runs");
    if !shrunk.finished {
        text += "; stopped before it was as small as can be";
    }
    if !shrunk.needs_no_seed() {
        text += &format!("; something is left to chance: it fails with {seeds} of {SEEDS} seeds");
    }
    text
}

type Found = Result<Option<Shrunk>, Problem>;

/// Shrinks every scenario with every seed.
fn table(arguments: &ShrinkArguments, context: &Context) -> Result<Exit, Failure> {
    let cases = cases::read(&arguments.scenarios, &arguments.set, Ceiling::default(), context)?;
    let output = Output::open(arguments.output.as_deref())?;
    let jobs: Vec<_> = cases
        .iter()
        .enumerate()
        .flat_map(|(place, case)| {
            let job = |seed| case.job(seed, Repeat::Once);
            arguments.seeds.iter().map(move |seed| ((place, seed), job(seed)))
        })
        .collect();
    let mut progress = Many::new(context.progress, jobs.len() as u64);
    let (mut done, mut failure) = (0, None);
    let mut rows = vec![Row::default(); cases.len()];
    let threads = arguments.jobs.or_else(|| available_parallelism().ok());
    let finished = each_in_order(
        jobs,
        threads.unwrap_or(NonZeroUsize::MIN),
        |job| {
            let (scenario, traces) = (&*job.scenario, &*job.traces);
            let failing = Failing { scenario, seed: job.seed, traces };
            failing.shrink(arguments.runs.get(), &mut |_| Flow::Continue)
        },
        |(place, seed), result: Result<Found, Panicked>| {
            done += 1;
            progress.tell(done, 0, 0);
            match result {
                Ok(Ok(Some(shrunk))) => rows[place].add(&shrunk),
                Ok(Ok(None)) => {}
                Ok(Err(problem)) => failure = Some(cases[place].input.refuse(&problem)),
                Err(panicked) => failure = Some(broken(&cases[place], seed, &panicked)),
            }
            if failure.is_none() { Flow::Continue } else { Flow::Break }
        },
    );
    progress.finish();
    finished.map_err(|error| Failure::new(Exit::Usage, format!("--jobs: {error}")))?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    let named = cases.iter().zip(&rows).map(|(case, row)| row.csv(&name(case)));
    let lines: Vec<_> = std::iter::once(HEAD.to_owned()).chain(named).collect();
    output.write((lines.join("\n") + "\n").as_bytes())?;
    Ok(Exit::Expected)
}

/// The wrong protocol that the scenario runs, or its file.
fn name(case: &Case) -> String {
    let sabotage = case.input.scenario.parameters.sabotage;
    sabotage.map_or_else(|| case.input.name.clone(), |sabotage| sabotage.key().to_owned())
}

fn broken(case: &Case, seed: u64, panicked: &Panicked) -> Failure {
    let name = &case.input.name;
    Failure::new(Exit::Bug, format!("{name} with seed {seed}: a run panicked: {panicked}"))
}
