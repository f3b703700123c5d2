//! `mirrorsim check`: every scenario with every seed, all properties, on all cores.

mod asides;
pub(super) mod cases;
pub(super) mod ceiling;
mod export;
mod teller;

pub(super) use crate::results::Seeds;
pub(super) use export::FORMAT;

use super::Context;
use super::arguments::{CheckArguments, Format};
use super::exit::{Exit, Failure};
use super::output::{Output, Stream};
use super::progress::Many;
use crate::batch::{self, Flow, Repeat, Trouble};
use crate::results::{Finding, Plan, Row, Run, Word};
use asides::Asides;
use cases::Case;
use ceiling::Ceiling;
use export::{Export, Page, Rows};
use std::io::{self, Write as _};
use std::num::{NonZeroU64, NonZeroUsize};
use std::thread::available_parallelism;
use teller::Teller;

/// Makes every run, writes what they came to, and tells whether all were as expected.
pub(super) fn run(arguments: &CheckArguments, context: &Context) -> Result<Exit, Failure> {
    let ceiling = Ceiling::of(arguments);
    let cases = cases::read(&arguments.paths, &arguments.set, ceiling)?;
    let files = cases.iter().map(|case| case.input.name.clone()).collect();
    let plan = Plan { files, seeds: arguments.seeds };
    let progress = Many::new(context.progress, plan.runs());
    let export = export(arguments, context, &plan);
    let (asides, others) = Asides::open(arguments, &plan)?;
    let mut check = Check {
        ceiling,
        max_fail: arguments.max_fail.map_or(u64::MAX, NonZeroU64::get),
        teller: Teller::new(plan, export, others),
        stream: Output::open(None)?.stream()?,
        written: Ok(()),
        progress,
        refusal: None,
    };
    let threads = arguments.jobs.or_else(|| available_parallelism().ok());
    let done = batch::run_all(
        jobs(&cases, arguments),
        threads.unwrap_or(NonZeroUsize::MIN),
        Row::of,
        |(case, seed), result| check.take(case, seed, result),
    );
    done.map_err(|error| Failure::new(Exit::Usage, format!("--jobs: {error}")))?;
    check.finish(asides)
}

fn export(arguments: &CheckArguments, context: &Context, plan: &Plan) -> Box<dyn Export> {
    match arguments.format {
        Format::Text => Box::new(Page::new(context.colour, plan, arguments.show)),
        Format::Json => Box::new(Rows),
    }
}

/// Every run in order, each under its scenario and seed.
fn jobs<'a>(
    cases: &'a [Case],
    arguments: &'a CheckArguments,
) -> impl Iterator<Item = ((&'a Case, u64), batch::Job)> {
    cases.iter().flat_map(move |case| {
        let seeds = arguments.seeds.iter();
        seeds.map(move |seed| {
            ((case, seed), case.job(seed, repeat(arguments.seeds, arguments.twice, seed)))
        })
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
    teller: Teller,
    stream: Stream,
    written: io::Result<()>,
    progress: Many,
    /// A scenario that should not have been run.
    refusal: Option<Failure>,
}

impl Check {
    /// Takes the next run.
    fn take(&mut self, case: &Case, seed: u64, result: Result<Row, Trouble>) -> Flow {
        let finding = match Finding::of(result, || case.hash(seed)) {
            Ok(finding) => finding,
            Err(problem) => {
                self.refusal = Some(case.input.refuse(&problem));
                return Flow::Break;
            }
        };
        let run = judged(case, seed, finding, self.ceiling);
        let text = self.teller.take(&run);
        self.write(&text);
        let totals = self.teller.totals();
        self.progress.tell(totals.runs, totals.failed);
        // Who reads a closed pipe has had enough; a full disk takes no more.
        let more = self.written.is_ok() && totals.failed < self.max_fail;
        if more { Flow::Continue } else { Flow::Break }
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

    fn finish(mut self, asides: Asides) -> Result<Exit, Failure> {
        if let Some(refusal) = self.refusal {
            return Err(refusal);
        }
        let text = self.teller.summary();
        self.write(&text);
        self.progress.finish();
        self.stream.finish(self.written)?;
        asides.write(self.teller.asides())?;
        self.teller.exit()
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
