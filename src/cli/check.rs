//! `mirrorsim check`: every scenario with every seed, all properties, on all cores.

mod asides;
pub(super) mod cases;
pub(super) mod ceiling;
mod export;
mod failures;
mod keeper;
mod teller;

pub(super) use crate::results::Seeds;
pub(super) use export::FORMAT;

use super::Context;
use super::arguments::{CheckArguments, Format};
use super::exit::{Exit, Failure};
use super::interrupt::Interrupt;
use super::output::{Output, Stream};
use super::progress::Many;
use crate::batch::{self, Flow, Repeat, Trouble};
use crate::results::saved::Saved;
use crate::results::{Finding, Plan, Row, Run, Word};
use asides::Asides;
use cases::Case;
use ceiling::Ceiling;
use export::{Export, Page, Rows};
use failures::{Cured, Folder};
use keeper::Keeper;
use std::io::{self, Write as _};
use std::num::{NonZeroU64, NonZeroUsize};
use std::thread::available_parallelism;
use teller::Teller;

/// Makes every run, writes what they came to, and tells whether all were as expected.
pub(super) fn run(arguments: &CheckArguments, context: &Context) -> Result<Exit, Failure> {
    let ceiling = Ceiling::of(arguments);
    let cases = cases::read(&arguments.paths, &arguments.set, ceiling)?;
    let folder = folder(arguments)?;
    let failures = folder.as_ref().map_or(Ok(Vec::new()), |folder| folder.read(ceiling))?;
    let files = cases.iter().map(|case| case.input.name.clone()).collect();
    let plan = Plan { files, seeds: arguments.seeds };
    let saved = failures.len() as u64;
    let progress = Many::new(context.progress, plan.runs().saturating_add(saved));
    let export = export(arguments, context, &plan);
    let (asides, others) = Asides::open(arguments, &plan)?;
    let keeper = Keeper::open(arguments)?;
    let comparison = keeper::comparison(arguments, &plan)?;
    let mut teller = Teller::new(plan, export, others);
    teller.expect_saved(saved);
    if let Some(comparison) = comparison {
        teller.compare(comparison);
    }
    let mut check = Check {
        ceiling,
        max_fail: arguments.max_fail.map_or(u64::MAX, NonZeroU64::get),
        folder,
        keeper,
        teller,
        stream: Output::open(None)?.stream()?,
        written: Ok(()),
        progress,
        interrupt: Interrupt::watch()?,
        stopped: None,
    };
    let threads = arguments.jobs.or_else(|| available_parallelism().ok());
    let done = batch::run_all(
        jobs(&failures, &cases, arguments),
        threads.unwrap_or(NonZeroUsize::MIN),
        Row::of,
        |made, result| check.take(&made, result),
    );
    done.map_err(|error| Failure::new(Exit::Usage, format!("--jobs: {error}")))?;
    check.finish(asides, context)
}

fn folder(arguments: &CheckArguments) -> Result<Option<Folder>, Failure> {
    let cured = if arguments.remove_cured { Cured::Removed } else { Cured::Kept };
    arguments.save_failures.as_ref().map(|path| Folder::open(path, cured)).transpose()
}

fn export(arguments: &CheckArguments, context: &Context, plan: &Plan) -> Box<dyn Export> {
    match arguments.format {
        Format::Text => Box::new(Page::new(context.colour, plan, arguments.show)),
        Format::Json => Box::new(Rows),
    }
}

/// A run, by what it is for.
enum Made<'a> {
    /// A failure of an earlier check.
    Again(&'a Case, &'a Saved),
    /// A seed of the plan.
    Planned(&'a Case, u64),
}

/// Every run in order: what failed before, then each scenario with each seed.
fn jobs<'a>(
    failures: &'a [(Case, Saved)],
    cases: &'a [Case],
    arguments: &'a CheckArguments,
) -> impl Iterator<Item = (Made<'a>, batch::Job)> {
    let again =
        failures.iter().map(|(case, saved)| (Made::Again(case, saved), failures::job(case, saved)));
    let planned = cases.iter().flat_map(move |case| {
        let seeds = arguments.seeds.iter();
        seeds.map(move |seed| {
            let job = case.job(seed, repeat(arguments.seeds, arguments.twice, seed));
            (Made::Planned(case, seed), job)
        })
    });
    again.chain(planned)
}

/// Whether the run with this seed is made twice: every so many runs of a scenario, from the first.
fn repeat(seeds: Seeds, every: Option<NonZeroU64>, seed: u64) -> Repeat {
    match every {
        Some(every) if seeds.before(seed).is_multiple_of(every.get()) => Repeat::Twice,
        Some(_) | None => Repeat::Once,
    }
}

/// A check that goes on.
struct Check {
    ceiling: Ceiling,
    /// Failing runs after which it stops.
    max_fail: u64,
    folder: Option<Folder>,
    keeper: Option<Keeper>,
    teller: Teller,
    stream: Stream,
    written: io::Result<()>,
    progress: Many,
    interrupt: Interrupt,
    /// Why it cannot go on.
    stopped: Option<Failure>,
}

impl Check {
    /// Takes the next run.
    fn take(&mut self, made: &Made, result: Result<Row, Trouble>) -> Flow {
        if let Err(failure) = self.tell(made, result) {
            self.stopped = Some(failure);
            return Flow::Break;
        }
        let (runs, failed) = self.teller.so_far();
        self.progress.tell(runs, failed);
        // Who reads a closed pipe has had enough; a full disk takes no more.
        let more = self.written.is_ok() && failed < self.max_fail;
        if self.interrupt.came() {
            self.teller.interrupt();
            return Flow::Break;
        }
        if more { Flow::Continue } else { Flow::Break }
    }

    fn tell(&mut self, made: &Made, result: Result<Row, Trouble>) -> Result<(), Failure> {
        let (case, seed) = match made {
            Made::Again(case, saved) => (case, saved.seed),
            Made::Planned(case, seed) => (case, *seed),
        };
        let finding = Finding::of(result, || case.hash(seed));
        let finding = finding.map_err(|problem| case.input.refuse(&problem))?;
        let run = judged(case, seed, finding, self.ceiling);
        let passed = run.finding.word() == Word::Pass;
        let text = match (made, &mut self.folder) {
            (Made::Planned(..), None) => self.teller.take(&run),
            (Made::Planned(..), Some(folder)) => {
                if !passed {
                    folder.save(case, &run)?;
                }
                self.teller.take(&run)
            }
            (Made::Again(_, saved), Some(folder)) => {
                if passed {
                    folder.cure(saved)?;
                }
                self.teller.take_saved(&folder.name(), &run, saved)
            }
            (Made::Again(..), None) => unreachable!("a saved failure lies in a folder"),
        };
        if let (Made::Planned(..), Some(keeper)) = (made, &mut self.keeper) {
            keeper.take(&run);
        }
        self.write(&text);
        Ok(())
    }

    /// Writes at once, so that an interrupt keeps what is finished.
    fn write(&mut self, text: &str) {
        if text.is_empty() || self.written.is_err() {
            return;
        }
        let writer = self.stream.writer();
        let written =
            self.progress.aside(|| writer.write_all(text.as_bytes()).and_then(|()| writer.flush()));
        self.written = written;
    }

    fn finish(mut self, asides: Asides, context: &Context) -> Result<Exit, Failure> {
        if let Some(failure) = self.stopped {
            return Err(failure);
        }
        let text = self.teller.summary();
        self.write(&text);
        self.progress.finish();
        self.stream.finish(self.written)?;
        asides.write(self.teller.asides())?;
        let left_out = self.folder.as_ref().map_or(0, Folder::left_out);
        if left_out > 0 {
            context.remark(&format!("{left_out} failing runs more were not saved"));
        }
        let exit = self.teller.exit()?;
        // Whoever closed the pipe has not seen all that would be kept.
        if let Some(keeper) = self.keeper.filter(|_| self.teller.is_complete()) {
            context.remark(&format!("the baseline holds {} runs", keeper.write()?));
        }
        Ok(exit)
    }
}

/// The run with its finding, which fails if the run was not over at a bound of the command line, and
/// the line that makes it alone.
fn judged(case: &Case, seed: u64, mut finding: Finding, ceiling: Ceiling) -> Run {
    let repeat = match finding.word() {
        Word::Differs => Repeat::Twice,
        Word::Pass | Word::Fail | Word::Bug => Repeat::Once,
    };
    let mut reproduce = case.reproduce(seed, repeat);
    if let Finding::Judged(row) = &mut finding
        && let Some(reason) = ceiling.exceeded(row, case.input.scenario.limits)
    {
        // Alone the run would be as expected: its scenario expects a violation.
        if row.word == Word::Pass {
            reproduce = case.check_again(seed, ceiling);
        }
        row.fail(reason);
    }
    Run { file: case.input.name.clone(), seed, finding, reproduce }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_so_many_runs_are_made_twice_from_the_first() {
        let seeds: Seeds = "5..12".parse().expect("a range");
        let twice = |every| {
            let chosen = |seed: &u64| repeat(seeds, every, *seed) == Repeat::Twice;
            seeds.iter().filter(chosen).collect::<Vec<_>>()
        };
        assert_eq!(twice(NonZeroU64::new(3)), [5, 8, 11]);
        assert_eq!(twice(NonZeroU64::new(1)).len(), 7);
        assert!(twice(None).is_empty());
    }
}
