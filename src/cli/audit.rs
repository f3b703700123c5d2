//! `mirrorsim audit`: are all properties, faults, states and rare branches alive?

use super::Context;
use super::arguments::{AuditArguments, Format};
use super::check::Seeds;
use super::check::cases::{self, Case};
use super::check::ceiling::Ceiling;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::progress::Many;
use crate::audit::{self, Audit, Life, Observation, Row};
use crate::batch::{Flow, Job, Panicked, Repeat, Trouble, each_in_order};
use crate::scenario::Swarm;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

/// The folders that are meant if nothing is named.
const DEFAULT: [&str; 2] = ["scenarios", "scenarios/sabotage"];

/// Makes every run, writes the rows, and tells whether all are alive.
pub(super) fn run(arguments: &AuditArguments, context: &Context) -> Result<Exit, Failure> {
    let cases = cases::read(&paths(arguments)?, &arguments.set, Ceiling::default(), context)?;
    let output = Output::open(arguments.output.as_deref())?;
    let audit = make(arguments, context, &cases)?;
    let rows = audit::rows(&audit);
    let text = match arguments.format {
        Format::Text => audit::page(&rows),
        Format::Json => audit::json(&rows),
    };
    output.write(text.as_bytes())?;
    let dead = rows.iter().filter(|row| row.life() == Life::Dead);
    let titles: Vec<_> = dead.map(Row::title).collect();
    match titles.len() {
        0 => Ok(Exit::Expected),
        count => {
            let (all, runs) = (rows.len(), audit.runs);
            let names = titles.join(", ");
            let message = format!("{count} of {all} rows are dead after {runs} runs: {names}");
            Err(Failure::new(Exit::Violated, message))
        }
    }
}

fn paths(arguments: &AuditArguments) -> Result<Vec<PathBuf>, Failure> {
    if !arguments.paths.is_empty() {
        return Ok(arguments.paths.clone());
    }
    if let Some(missing) = DEFAULT.iter().find(|folder| !Path::new(folder).is_dir()) {
        let message =
            format!("nothing to run: no path is given, and there is no folder {missing:?}");
        return Err(Failure::new(Exit::Nothing, message));
    }
    Ok(DEFAULT.map(PathBuf::from).to_vec())
}

/// A scenario with a swarm is run with so many times as many seeds: each is another scenario.
const SWARM_TIMES: u64 = 30;

fn seeds_of(case: &Case, arguments: &AuditArguments) -> Seeds {
    match case.input.scenario.swarm {
        Swarm::On => arguments.seeds.times(SWARM_TIMES),
        Swarm::Off => arguments.seeds,
    }
}

type Seen = Result<Result<Observation, Trouble>, Panicked>;

/// Makes the runs. The first of each scenario is made twice: the same seed gives the same facts.
fn make(arguments: &AuditArguments, context: &Context, cases: &[Case]) -> Result<Audit, Failure> {
    let jobs: Vec<_> = cases
        .iter()
        .enumerate()
        .flat_map(|(place, case)| {
            seeds_of(case, arguments).iter().map(move |seed| {
                let first = seed == arguments.seeds.first();
                let repeat = if first { Repeat::Twice } else { Repeat::Once };
                ((place, seed), case.job(seed, repeat))
            })
        })
        .collect();
    let mut progress = Many::new(context.progress, jobs.len() as u64);
    let threads = arguments.jobs.or_else(|| available_parallelism().ok());
    let (mut audit, mut trouble) = (Audit::default(), None);
    let done = each_in_order(
        jobs,
        threads.unwrap_or(NonZeroUsize::MIN),
        |job: Job| audit::observe(&job),
        |(place, seed), seen: Seen| {
            let Ok(Ok(observation)) = &seen else {
                trouble = Some(failed(&cases[place], seed, seen));
                return Flow::Break;
            };
            audit.add(place, observation);
            progress.tell(audit.runs, 0, 0);
            Flow::Continue
        },
    );
    progress.finish();
    done.map_err(|error| Failure::new(Exit::Usage, format!("--jobs: {error}")))?;
    trouble.map_or(Ok(audit), Err)
}

/// Why a run showed nothing.
fn failed(case: &Case, seed: u64, seen: Seen) -> Failure {
    let bug = |words: String| {
        let line = case.reproduce(seed, Repeat::Once);
        Failure::new(Exit::Bug, format!("{words}\nthe run: {line}"))
    };
    match seen {
        Ok(Ok(_)) => unreachable!("only what failed is looked at"),
        Ok(Err(Trouble::Refused(problem))) => case.input.refuse(&problem),
        Ok(Err(trouble)) => bug(trouble.to_string()),
        Err(panicked) => bug(format!("a run panicked: {panicked}")),
    }
}
