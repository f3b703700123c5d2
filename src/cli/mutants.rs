//! `mirrorsim mutants`: how many seeds until each wrong protocol is caught by its property.

use super::Context;
use super::arguments::{MutantsArguments, RowFormat};
use super::check::cases::{self, Case};
use super::check::ceiling::Ceiling;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::progress::Many;
use crate::batch::{Flow, Job, Panicked, Repeat, Trouble, each_in_order};
use crate::mutants::{self, Row, Search};
use crate::protocol::Sabotage;
use crate::scenario::Problem;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

/// The folder that is meant if nothing is named.
const DEFAULT: &str = "scenarios/sabotage";

/// A wrong protocol and the scenario that is to show it.
struct Mutant<'a> {
    case: &'a Case,
    sabotage: Sabotage,
    row: Row,
}

/// Searches from every first seed, writes the table, and tells whether every search found something.
pub(super) fn run(arguments: &MutantsArguments, context: &Context) -> Result<Exit, Failure> {
    let cases = cases::read(&paths(arguments)?, &arguments.set, Ceiling::default())?;
    let mut rows = cases.iter().map(mutant).collect::<Result<Vec<_>, _>>()?;
    let output = Output::open(arguments.output.as_deref())?;
    let trouble = search(arguments, context, &mut rows)?;
    if let Some((place, trouble)) = trouble {
        return Err(failed(&rows[place], &trouble));
    }
    let text = match arguments.format {
        RowFormat::Text => table(&rows),
        RowFormat::Csv => csv(&rows),
    };
    output.write(text.as_bytes())?;
    let missed: Vec<_> = rows.iter().filter(|mutant| !mutant.row.is_caught()).collect();
    let names = missed.iter().map(|mutant| mutant.sabotage.key()).collect::<Vec<_>>().join(", ");
    match missed.len() {
        0 => Ok(Exit::Expected),
        count => {
            let most = arguments.seeds;
            let message = format!("{count} not always caught within {most} seeds: {names}");
            Err(Failure::new(Exit::Violated, message))
        }
    }
}

fn paths(arguments: &MutantsArguments) -> Result<Vec<PathBuf>, Failure> {
    if !arguments.paths.is_empty() {
        return Ok(arguments.paths.clone());
    }
    if Path::new(DEFAULT).is_dir() {
        return Ok(vec![PathBuf::from(DEFAULT)]);
    }
    let message = format!("nothing to run: no path is given, and there is no folder {DEFAULT:?}");
    Err(Failure::new(Exit::Nothing, message))
}

fn mutant(case: &Case) -> Result<Mutant<'_>, Failure> {
    let sabotage = case.input.scenario.parameters.sabotage.ok_or_else(|| {
        let rule = "a mutant is a wrong protocol: its scenario names one".to_owned();
        case.input.refuse(&Problem { key: "sabotage".into(), value: "null".into(), rule })
    })?;
    Ok(Mutant { case, sabotage, row: Row::default() })
}

type Failed = (usize, Result<Trouble, Panicked>);

/// Makes every search; gives the first that came to nothing, with the place of its mutant.
fn search(
    arguments: &MutantsArguments,
    context: &Context,
    rows: &mut [Mutant],
) -> Result<Option<Failed>, Failure> {
    let (starts, most) = (arguments.starts.get(), arguments.seeds.get());
    let threads = arguments.jobs.or_else(|| available_parallelism().ok());
    let jobs: Vec<(usize, (Job, &'static str))> = rows
        .iter()
        .enumerate()
        .flat_map(|(place, mutant)| {
            let property = mutant.sabotage.property();
            let job = |start| mutant.case.job(start * mutants::STRIDE, Repeat::Once);
            (0..starts).map(move |start| (place, (job(start), property)))
        })
        .collect();
    let mut progress = Many::new(context.progress, jobs.len() as u64);
    let mut done = 0;
    let mut trouble = None;
    let finished = each_in_order(
        jobs,
        threads.unwrap_or(NonZeroUsize::MIN),
        |(job, property)| mutants::search(&job, property, most),
        |place, result: Result<Result<Search, Trouble>, Panicked>| {
            done += 1;
            progress.tell(done, 0);
            trouble = match result {
                Ok(Ok(found)) => {
                    rows[place].row.add(found);
                    return Flow::Continue;
                }
                Ok(Err(trouble)) => Some((place, Ok(trouble))),
                Err(panicked) => Some((place, Err(panicked))),
            };
            Flow::Break
        },
    );
    progress.finish();
    finished.map_err(|error| Failure::new(Exit::Usage, format!("--jobs: {error}")))?;
    Ok(trouble)
}

fn failed(mutant: &Mutant, trouble: &Result<Trouble, Panicked>) -> Failure {
    let name = mutant.sabotage.key();
    match trouble {
        Ok(Trouble::Refused(problem)) => mutant.case.input.refuse(problem),
        Ok(trouble) => Failure::new(Exit::Bug, format!("{name}: {trouble}")),
        Err(panicked) => Failure::new(Exit::Bug, format!("{name}: a run panicked: {panicked}")),
    }
}

fn figure(seeds: Option<u64>) -> String {
    seeds.map_or_else(|| "-".to_owned(), |seeds| seeds.to_string())
}

fn table(rows: &[Mutant]) -> String {
    let head = ["wrong protocol", "property", "median", "worst", "caught", "also seen"];
    let [slug, property, median, worst, caught, also] = head;
    let mut text = format!("{slug:<30}{property:<10}{median:>6}{worst:>7}{caught:>8}  {also}\n");
    for Mutant { sabotage, row, .. } in rows {
        let (slug, property) = (sabotage.key(), sabotage.property());
        let (median, worst) = (figure(row.median()), figure(row.worst()));
        let caught = format!("{}/{}", row.caught(), row.searches());
        let line = format!("{slug:<30}{property:<10}{median:>6}{worst:>7}{caught:>8}  ");
        let line = line + &row.also();
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn csv(rows: &[Mutant]) -> String {
    let mut text = "sabotage,property,median_seeds,worst_seeds,caught,starts,also\n".to_owned();
    for Mutant { sabotage, row, .. } in rows {
        let number = |seeds: Option<u64>| seeds.map(|seeds| seeds.to_string()).unwrap_or_default();
        let (median, worst) = (number(row.median()), number(row.worst()));
        let (slug, property) = (sabotage.key(), sabotage.property());
        let (caught, starts, also) = (row.caught(), row.searches(), row.also());
        let _ = writeln!(text, "{slug},{property},{median},{worst},{caught},{starts},{also}");
    }
    text
}
