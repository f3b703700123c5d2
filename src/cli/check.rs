//! `mirrorsim check`: every scenario with every seed, all properties, on all cores.

pub(super) mod cases;
mod export;
mod finding;
mod seeds;

pub(super) use export::FORMAT;
pub(super) use seeds::Seeds;

use super::Context;
use super::arguments::{CheckArguments, Format};
use super::exit::{Exit, Failure};
use super::output::{Output, Stream};
use super::progress::Many;
use crate::batch::{self, Flow, Repeat, Trouble};
use cases::Case;
use export::{Export, Page, Rows, Run};
use finding::{Finding, Row, Totals, Word};
use std::io::{self, Write as _};
use std::num::{NonZeroU64, NonZeroUsize};
use std::thread::available_parallelism;

/// Makes every run, writes what they came to, and tells whether all were as expected.
pub(super) fn run(arguments: &CheckArguments, context: &Context) -> Result<Exit, Failure> {
    let cases = cases::read(&arguments.paths, &arguments.set)?;
    let total = arguments.seeds.count().saturating_mul(cases.len() as u64);
    let mut check = Check {
        arguments,
        cases: &cases,
        export: export(arguments, context, &cases),
        stream: Output::open(None)?.stream()?,
        written: Ok(()),
        progress: Many::new(context.progress, total),
        scenario: Totals::default(),
        totals: Totals::default(),
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
    check.finish()
}

fn export(arguments: &CheckArguments, context: &Context, cases: &[Case]) -> Box<dyn Export> {
    match arguments.format {
        Format::Text => {
            let files = cases.iter().map(|case| case.input.name.as_str());
            Box::new(Page::new(context.colour, files, arguments.max_fail))
        }
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
struct Check<'a> {
    arguments: &'a CheckArguments,
    cases: &'a [Case],
    export: Box<dyn Export>,
    stream: Stream,
    written: io::Result<()>,
    progress: Many,
    /// The runs of the scenario at hand.
    scenario: Totals,
    /// All runs.
    totals: Totals,
    /// A scenario that should not have been run.
    refusal: Option<Failure>,
}

impl Check<'_> {
    /// Takes the next run.
    fn take(&mut self, case: &Case, seed: u64, result: Result<Row, Trouble>) -> Flow {
        let finding = match Finding::of(result) {
            Ok(finding) => finding,
            Err(problem) => {
                self.refusal = Some(case.input.refuse(&problem));
                return Flow::Break;
            }
        };
        self.scenario.add(&finding);
        self.totals.add(&finding);
        let repeat = match finding.word() {
            Word::Differs => Repeat::Twice,
            Word::Pass | Word::Fail | Word::Bug => Repeat::Once,
        };
        let reproduce = case.reproduce(seed, &self.arguments.set, repeat);
        let file = case.input.name.as_str();
        let run = Run { file, seed, finding: &finding, reproduce: &reproduce };
        let mut text = self.export.run(&run);
        if seed == self.arguments.seeds.last() {
            text += &self.export.scenario(file, &self.scenario);
            self.scenario = Totals::default();
        }
        self.write(&text);
        self.progress.tell(self.totals.runs, self.totals.failed);
        // Who reads a closed pipe has had enough; a full disk takes no more.
        if self.written.is_ok() { Flow::Continue } else { Flow::Break }
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

    fn finish(mut self) -> Result<Exit, Failure> {
        if let Some(refusal) = self.refusal {
            return Err(refusal);
        }
        let text = self.export.summary(self.cases.len() as u64, &self.totals);
        self.write(&text);
        self.progress.finish();
        self.stream.finish(self.written)?;
        let Totals { runs, failed, differing, bugs, .. } = self.totals;
        let exit = match (bugs, differing, failed) {
            (0, 0, 0) => return Ok(Exit::Expected),
            (0, 0, _) => Exit::Violated,
            (0, _, _) => Exit::Differs,
            (_, _, _) => Exit::Bug,
        };
        Err(Failure::new(exit, format!("{failed} of {runs} runs failed")))
    }
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
