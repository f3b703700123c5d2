//! `mirrorsim check`: every scenario with every seed, all properties, on all cores.

mod asides;
mod baseline;
pub(super) mod cases;
pub(super) mod ceiling;
mod export;
mod failures;
pub(super) mod parts;
mod teller;

pub(super) use crate::results::Seeds;
pub(super) use asides::Asides;
pub(super) use export::FORMAT;
pub(super) use teller::Teller;

use super::Context;
use super::arguments::{CheckArguments, Format};
use super::exit::{Exit, Failure};
use super::interrupt::Interrupt;
use super::output::{Output, Stream};
use super::progress::Many;
use super::shard::{self, Keeper};
use crate::batch::{self, Flow, Repeat, Trouble};
use crate::explain::{self, TakeOut};
use crate::results::chunk::Numbered;
use crate::results::saved::Saved;
use crate::results::{Finding, Plan, Row, Run, Word};
use baseline::NewBaseline;
use cases::Case;
use ceiling::Ceiling;
use export::{Export, Page, Rows};
use failures::{Cured, Folder};
use std::io::{self, Write as _};
use std::num::{NonZeroU64, NonZeroUsize};
use std::thread::available_parallelism;

/// What this command is called where its results are kept.
pub(super) const COMMAND: &str = "check";

/// Makes every run, writes what they came to, and tells whether all were as expected.
pub(super) fn run(arguments: &CheckArguments, context: &Context) -> Result<Exit, Failure> {
    let ceiling = Ceiling::of(arguments);
    let cases = cases::read(&arguments.paths, &arguments.set, ceiling, context)?;
    let folder = folder(arguments)?;
    let failures =
        folder.as_ref().map_or(Ok(Vec::new()), |folder| folder.read(ceiling, context.remarks))?;
    let files = cases.iter().map(|case| case.input.name.clone()).collect();
    let shard = shard::chosen(&arguments.parts)?;
    let plan = Plan { files, seeds: arguments.seeds, shard };
    if let Some(script) = &arguments.parts.slurm {
        parts::submit(arguments, &plan, script.as_deref(), context)?;
        return Ok(Exit::Expected);
    }
    let keeper = parts::keeper(arguments, &cases, &plan, context)?;
    let numbers = numbers(&plan, keeper.as_ref());
    let saved = failures.len() as u64;
    let progress = Many::new(context.progress, plan.runs().saturating_add(saved));
    let export = export(arguments.format, arguments.show, context, &plan);
    let (asides, others) = Asides::open(arguments.junit.as_deref(), &plan)?;
    let new_baseline = NewBaseline::open(arguments)?;
    let comparison = baseline::comparison(arguments, &plan)?;
    let mut teller = Teller::new(plan.clone(), export, others);
    teller.expect_saved(saved);
    if let Some(comparison) = comparison {
        teller.compare(comparison);
    }
    let mut check = Check {
        ceiling,
        max_fail: arguments.max_fail.map_or(u64::MAX, NonZeroU64::get),
        left_to_explain: if arguments.explain { arguments.show } else { 0 },
        folder,
        keeper,
        new_baseline,
        teller,
        stream: Output::open(None)?.stream()?,
        written: Ok(()),
        progress,
        interrupt: Interrupt::watch()?,
        stopped: None,
    };
    let threads = arguments.jobs.or_else(|| available_parallelism().ok());
    let planned = planned(numbers, &plan, &cases, arguments.twice);
    let done = batch::run_all(
        again(&failures).chain(planned),
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

/// The form of the output.
pub(super) fn export(format: Format, show: u64, context: &Context, plan: &Plan) -> Box<dyn Export> {
    match format {
        Format::Text => Box::new(Page::new(context.colour, plan, show)),
        Format::Json => Box::new(Rows),
    }
}

/// The runs of the plan that are to be made, by number.
fn numbers(plan: &Plan, keeper: Option<&Keeper<Run>>) -> Box<dyn Iterator<Item = u64>> {
    if let Some(keeper) = keeper {
        return Box::new(keeper.to_make());
    }
    let shard = plan.shard;
    Box::new((0..plan.runs()).map(move |place| shard.run(place)))
}

/// A run, by what it is for.
enum Made<'a> {
    /// A failure of an earlier check.
    Again(&'a Case, &'a Saved),
    /// A run of the plan, by its number, with a seed.
    Planned(u64, &'a Case, u64),
}

/// What failed before.
fn again(failures: &[(Case, Saved)]) -> impl Iterator<Item = (Made<'_>, batch::Job)> {
    failures.iter().map(|(case, saved)| (Made::Again(case, saved), failures::job(case, saved)))
}

/// The runs of these numbers.
fn planned<'a>(
    numbers: impl Iterator<Item = u64> + 'a,
    plan: &'a Plan,
    cases: &'a [Case],
    twice: Option<NonZeroU64>,
) -> impl Iterator<Item = (Made<'a>, batch::Job)> {
    numbers.map(move |number| {
        let (file, seed) = plan.run(number);
        let case = &cases[file];
        let job = case.job(seed, repeat(plan.seeds, twice, seed));
        (Made::Planned(number, case, seed), job)
    })
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
    /// Failing runs that are to be explained, at most and yet to come.
    left_to_explain: u64,
    /// Where failures are saved.
    folder: Option<Folder>,
    /// Who keeps what runs came to.
    keeper: Option<Keeper<Run>>,
    /// The baseline that is to be written.
    new_baseline: Option<NewBaseline>,
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
        let flow = self.attend(made, result).unwrap_or_else(|failure| {
            self.stopped = Some(failure);
            Flow::Break
        });
        // Who reads a closed pipe has had enough; a full disk takes no more. A folder does.
        let heard = self.written.is_ok() || self.keeper.is_some();
        let more = heard && self.teller.so_far().1 < self.max_fail;
        if self.interrupt.came() {
            self.teller.interrupt();
            return Flow::Break;
        }
        if more { flow } else { Flow::Break }
    }

    fn attend(&mut self, made: &Made, result: Result<Row, Trouble>) -> Result<Flow, Failure> {
        let (case, seed) = match made {
            Made::Again(case, saved) => (case, saved.seed),
            Made::Planned(_, case, seed) => (case, *seed),
        };
        let finding = Finding::of(result, || case.hash(seed));
        let finding = finding.map_err(|problem| case.input.refuse(&problem))?;
        let mut run = judged(case, seed, finding, self.ceiling);
        let passed = run.finding.word() == Word::Pass;
        if !passed && self.left_to_explain > 0 && run.finding.has_violation() {
            self.left_to_explain -= 1;
            run.why = why(case, seed);
        }
        let text = match (made, &mut self.folder) {
            (Made::Planned(number, ..), None) => return self.keep(*number, run),
            (Made::Planned(..), Some(folder)) => {
                if !passed {
                    folder.save(case, &run)?;
                }
                self.take_planned(&run)
            }
            (Made::Again(_, saved), Some(folder)) => {
                if passed {
                    folder.cure(saved)?;
                }
                self.teller.take_saved(&folder.name(), &run, saved)
            }
            (Made::Again(..), None) => unreachable!("a saved failure lies in a folder"),
        };
        self.write(&text);
        Ok(Flow::Continue)
    }

    /// Tells a run, and keeps it if that is wanted.
    fn keep(&mut self, number: u64, row: Run) -> Result<Flow, Failure> {
        self.resume()?;
        if self.keeper.as_ref().is_some_and(|keeper| keeper.flow() == Flow::Break) {
            return Ok(Flow::Break);
        }
        self.tell(&row);
        match &mut self.keeper {
            Some(keeper) => keeper.keep(Numbered { run: number, row }),
            None => Ok(Flow::Continue),
        }
    }

    /// Tells the runs that were kept before and come next.
    fn resume(&mut self) -> Result<(), Failure> {
        while let Some(keeper) = &mut self.keeper
            && let Some(rows) = keeper.resumed()?
        {
            for Numbered { row, .. } in rows {
                self.tell(&row);
            }
        }
        Ok(())
    }

    fn tell(&mut self, run: &Run) {
        let text = self.take_planned(run);
        self.write(&text);
    }

    /// Takes a run of the plan; gives what is to be written of it.
    fn take_planned(&mut self, run: &Run) -> String {
        if let Some(baseline) = &mut self.new_baseline {
            baseline.take(run);
        }
        self.teller.take(run)
    }

    /// Writes at once, so that an interrupt keeps what is finished.
    fn write(&mut self, text: &str) {
        let (runs, failed) = self.teller.so_far();
        self.progress.tell(runs, self.teller.violations(), failed);
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
        self.resume()?;
        // An interrupt is told as for any check.
        if let Some(keeper) = self.keeper.as_ref().filter(|_| !self.interrupt.came()) {
            keeper.check_complete()?;
        }
        let text = self.teller.summary();
        self.write(&text);
        self.progress.finish();
        self.stream.finish(self.written)?;
        asides.write(self.teller.asides())?;
        if let Some(keeper) = self.keeper.as_ref().filter(|keeper| keeper.is_complete()) {
            keeper.remark(context);
        }
        let left_out = self.folder.as_ref().map_or(0, Folder::left_out);
        if left_out > 0 {
            context.remark(&format!("{left_out} failing runs more were not saved"));
        }
        let exit = self.teller.exit()?;
        // Whoever closed the pipe has not seen all that would be kept.
        if let Some(baseline) = self.new_baseline.filter(|_| self.teller.is_complete()) {
            context.remark(&format!("the baseline holds {} runs", baseline.write()?));
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
    Run { file: case.input.name.clone(), seed, finding, reproduce, why: Vec::new() }
}

/// Why the run violates a property, in lines; none if it does not.
fn why(case: &Case, seed: u64) -> Vec<String> {
    let (scenario, traces) = case.parts();
    let explained = explain::explain(scenario, seed, traces, None, TakeOut::Each);
    let text = explained.ok().flatten().map(|explanation| explain::render(&explanation));
    text.unwrap_or_default().lines().map(str::to_owned).collect()
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
