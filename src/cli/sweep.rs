//! `mirrorsim sweep`: an experiment, every point under every policy with every seed, on all cores.

mod gather;
mod lots;
mod make;
mod means;
mod plan;
mod submit;
mod teller;

use super::Context;
use super::arguments::{Format, MergeArguments, SweepArguments, SweepFormat};
use super::exit::{Exit, Failure};
use super::interrupt::Interrupt;
use super::output::{Output, Stream};
use super::progress::Many;
use super::shard::{self, Keeper, told};
use super::shelf::Shelf;
use crate::batch::Flow;
use crate::results::chunk::{Numbered, RowsDigest};
use crate::results::trial::Trial;
use crate::results::until::Stopping;
use crate::results::{Outline, Shard, Word};
use lots::{Bench, Taker};
use make::Made;
use plan::Plan;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use teller::Teller;

pub(super) use gather::ROWS;
pub(super) use means::{aligned, value};
pub(super) use teller::FIGURES;

/// What this command is called where its results are kept.
pub(super) const COMMAND: &str = "sweep";

/// Failing runs that are named; all are counted.
const NAMED: u64 = 10;

/// Makes every run, writes what is asked for, and tells whether all were as expected.
pub(super) fn run(arguments: &SweepArguments, context: &Context) -> Result<Exit, Failure> {
    let (plan, cases, named) = Plan::read(arguments, context)?;
    if arguments.dry_run {
        Output::open(None)?.write(submit::listing(&plan).as_bytes())?;
        return Ok(Exit::Expected);
    }
    let shard = shard::chosen(&arguments.parts)?;
    let seeds = plan.experiment.seeds;
    if let Some(script) = &arguments.parts.slurm {
        submit::submit(arguments, &plan, script.as_deref(), context)?;
        return Ok(Exit::Expected);
    }
    let keeper = submit::keeper(arguments, &plan, named, shard, context)?;
    let shares = shard.share(plan.outline.lots(seeds));
    let numbers: Box<dyn Iterator<Item = u64>> = match &keeper {
        Some(keeper) => Box::new(keeper.to_make()),
        None => Box::new((0..shares).map(|place| shard.run(place))),
    };
    let mut sweep = Sweep {
        plan: &plan,
        keeper,
        teller: Teller::new(&plan.outline, arguments.format, &arguments.figure),
        stream: Output::open(None)?.stream()?,
        written: Ok(()),
        progress: Many::new(context.progress, most_runs(&plan, shares)),
        heard: 0,
        interrupt: Interrupt::watch()?,
        context,
    };
    let threads = arguments.jobs.or_else(|| available_parallelism().ok());
    let bench = Bench { plan: &plan, cases, threads: threads.unwrap_or(NonZeroUsize::MIN) };
    match Stopping::of(&plan.outline, seeds.count()) {
        None => bench.runs(numbers, &mut sweep)?,
        Some(stopping) => bench.points(numbers, &stopping, &mut sweep)?,
    }
    let exit = sweep.finish()?;
    if let Some(folder) = arguments.parts.output.as_ref().filter(|_| shard == Shard::WHOLE) {
        gather::publish(&Shelf::open(std::slice::from_ref(folder))?, &plan.outline)?;
    }
    exit
}

/// Runs of so many lots, at most.
fn most_runs(plan: &Plan, lots: u64) -> u64 {
    let policies = plan.outline.policies.len() as u64;
    plan.outline.at_most.map_or(lots, |seeds| lots.saturating_mul(policies).saturating_mul(seeds))
}

/// A sweep that goes on.
struct Sweep<'a> {
    plan: &'a Plan,
    /// Who keeps rows, if a folder is given.
    keeper: Option<Keeper<Vec<Trial>>>,
    teller: Teller,
    stream: Stream,
    written: io::Result<()>,
    progress: Many,
    /// Runs of the lot at hand.
    heard: u64,
    interrupt: Interrupt,
    context: &'a Context,
}

impl Taker for Sweep<'_> {
    fn take(&mut self, number: u64, lot: Vec<Made>) -> Result<Flow, Failure> {
        if self.interrupt.came() {
            return Ok(Flow::Break);
        }
        self.heard = 0;
        self.resume()?;
        if self.keeper.as_ref().is_some_and(|keeper| keeper.flow() == Flow::Break) {
            return Ok(Flow::Break);
        }
        for Made { trial, why } in &lot {
            self.tell(trial, why.as_deref());
        }
        let row = lot.into_iter().map(|made| made.trial).collect();
        match &mut self.keeper {
            Some(keeper) => keeper.keep(Numbered { run: number, row }),
            // Who reads a closed pipe has had enough; a full disk takes no more. A folder does.
            None if self.written.is_err() => Ok(Flow::Break),
            None => Ok(Flow::Continue),
        }
    }

    fn hear(&mut self) -> Flow {
        self.heard += 1;
        self.show_progress();
        if self.interrupt.came() { Flow::Break } else { Flow::Continue }
    }
}

impl Sweep<'_> {
    /// Tells the lots that were kept before and come next.
    fn resume(&mut self) -> Result<(), Failure> {
        while let Some(keeper) = &mut self.keeper
            && let Some(lots) = keeper.resumed()?
        {
            for trial in lots.iter().flat_map(|lot| &lot.row) {
                self.tell(trial, None);
            }
        }
        Ok(())
    }

    fn tell(&mut self, trial: &Trial, why: Option<&str>) {
        let text = self.teller.take(trial);
        if trial.word != Word::Pass && self.teller.so_far().failed <= NAMED {
            let words = self.named(trial, why);
            self.progress.aside(|| self.context.remark(&words));
        }
        self.show_progress();
        self.write(&text);
    }

    /// A run that failed, why, and the line that makes it.
    fn named(&self, trial: &Trial, why: Option<&str>) -> String {
        let policies = &self.plan.outline.policies;
        let policy = policies.iter().position(|name| *name == trial.policy).unwrap_or(0);
        let place = self.plan.place(trial.point, policy);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let line = self.plan.reproduce(trial.point, policy, trial.seed);
        format!("failed: {place}, seed {}{why}\n  reproduce: {line}", trial.seed)
    }

    fn show_progress(&mut self) {
        let counts = self.teller.so_far();
        self.progress.tell(counts.runs + self.heard, counts.violations, counts.failed);
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

    /// Tells the rest. The outer failure: it came to no end; the inner one: some run failed.
    fn finish(mut self) -> Result<Result<Exit, Failure>, Failure> {
        let interrupted = self.interrupt.came();
        if !interrupted {
            self.resume()?;
        }
        if let Some(keeper) = self.keeper.as_ref().filter(|_| !interrupted) {
            keeper.check_complete()?;
        }
        let text = self.teller.summary();
        self.write(&text);
        self.progress.finish();
        self.stream.finish(self.written)?;
        if interrupted {
            let runs = self.teller.so_far().runs;
            let message = format!("interrupted after {runs} runs");
            return Err(Failure::new(Exit::Interrupted, message));
        }
        if let Some(keeper) = &self.keeper {
            keeper.remark(self.context);
        }
        self.teller.doubts().iter().for_each(|words| self.context.remark(words));
        Ok(self.teller.exit())
    }
}

/// Tells the rows of folders that hold all of them, and writes their files to the first one.
pub(super) fn merge(
    shelf: &Shelf,
    arguments: &MergeArguments,
    context: &Context,
) -> Result<Exit, Failure> {
    let outline: Option<&Outline> = shelf.manifest.experiment.as_ref();
    let Some(outline) = outline else {
        return Err(Failure::new(Exit::Usage, "the manifest names no experiment"));
    };
    if arguments.junit.is_some() {
        let message = "--junit: the runs of an experiment are no cases of a test";
        return Err(Failure::new(Exit::Usage, message));
    }
    shelf.check_complete::<Vec<Trial>>(context)?;
    gather::publish(shelf, outline)?;
    let format = match arguments.format {
        Format::Text => SweepFormat::Text,
        Format::Json => SweepFormat::Jsonl,
    };
    let mut teller = Teller::new(outline, format, &[]);
    let mut stream = Output::open(None)?.stream()?;
    let (mut digest, mut written) = (RowsDigest::default(), Ok(()));
    let mut write = |text: String| -> io::Result<()> { stream.writer().write_all(text.as_bytes()) };
    gather::each_lot(shelf, |lot| {
        digest.add(&lot);
        for trial in lot.row {
            let text = teller.take(&trial);
            if trial.word != Word::Pass && teller.so_far().failed <= NAMED {
                let at = outline.words(&trial.at);
                let (point, policy, seed) = (trial.point, &trial.policy, trial.seed);
                context
                    .remark(&format!("failed: point {point} ({at}), policy {policy}, seed {seed}"));
            }
            if written.is_ok() {
                written = write(text);
            }
        }
        Ok(())
    })?;
    let written = written.and_then(|()| write(teller.summary()));
    stream.finish(written)?;
    context.remark(&told(&digest));
    teller.doubts().iter().for_each(|words| context.remark(words));
    teller.exit()
}
