//! `mirrorsim mutants`: how many seeds until each wrong protocol is caught by its property.

use super::Context;
use super::arguments::{MutantsArguments, RowFormat};
use super::check::cases::{self, Case};
use super::check::ceiling::Ceiling;
use super::exit::{Exit, Failure};
use super::input;
use super::output::Output;
use super::progress::Many;
use crate::batch::{Flow, Job, Panicked, Repeat, Trouble, each_in_order};
use crate::mutants::{self, Against, Change, Length, Needed, Row, Search};
use crate::protocol::Sabotage;
use crate::report::text::{count, span};
use crate::scenario::Problem;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

/// The folder that is meant if nothing is named.
const DEFAULT: &str = "scenarios/sabotage";

/// Runs that shrinking one run may take.
const RUNS: u64 = 4000;

/// A wrong protocol and the scenario that is to show it.
struct Mutant<'a> {
    case: &'a Case,
    sabotage: Sabotage,
    row: Row,
}

/// Searches from every first seed, writes the table, and tells whether every search found something,
/// and no less than in the table that was kept.
pub(super) fn run(arguments: &MutantsArguments, context: &Context) -> Result<Exit, Failure> {
    let cases = cases::read(&paths(arguments)?, &arguments.set, Ceiling::default(), context)?;
    let mut rows = cases.iter().map(mutant).collect::<Result<Vec<_>, _>>()?;
    let output = Output::open(arguments.output.as_deref())?;
    let against = arguments.against.as_deref().map(kept).transpose()?;
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
    let mut wrong = Vec::new();
    if !missed.is_empty() {
        let (count, most) = (missed.len(), arguments.seeds);
        wrong.push(format!("{count} not always caught within {most} seeds: {names}"));
    }
    if let Some(against) = against {
        wrong.extend(weaker(&against, &rows, arguments, context));
    }
    if wrong.is_empty() {
        Ok(Exit::Expected)
    } else {
        Err(Failure::new(Exit::Violated, wrong.join("\n")))
    }
}

/// Reads the table that was kept.
fn kept(path: &Path) -> Result<Against, Failure> {
    let name = input::name(path);
    let bytes = input::read(path).map_err(|error| Failure::file(&name, "read", &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(Exit::Usage, format!("{name} is not UTF-8 text")))?;
    Against::parse(&text)
        .map_err(|reason| Failure::new(Exit::Usage, format!("{name} is no such table: {reason}")))
}

/// What is weaker than in the table that was kept, a line each; remarks on what is stronger or new.
fn weaker(
    against: &Against,
    rows: &[Mutant],
    arguments: &MutantsArguments,
    context: &Context,
) -> Vec<String> {
    let mut weaker = Vec::new();
    for Mutant { sabotage, row, .. } in rows {
        let (name, property) = (sabotage.key(), sabotage.property());
        match against.compare(name, property, row) {
            Change::None => {}
            Change::Weaker(words) => weaker.push(format!("weaker: {name}: {words}")),
            Change::Stronger(words) => context.remark(&format!("stronger: {name}: {words}")),
            Change::New => context.remark(&format!("new: {name} does not stand in the table")),
        }
    }
    let present: Vec<_> = rows.iter().map(|mutant| mutant.sabotage.key()).collect();
    // Whoever names some has not asked for the others.
    if arguments.paths.is_empty() {
        let missing = against.missing(&present);
        weaker.extend(missing.map(|name| format!("weaker: {name}: no scenario shows it")));
    }
    weaker
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
    let shrink = arguments.shrink;
    let jobs: Vec<(usize, (Job, &'static str, Length))> = rows
        .iter()
        .enumerate()
        .flat_map(|(place, mutant)| {
            let property = mutant.sabotage.property();
            let job = |start| mutant.case.job(start * mutants::STRIDE, Repeat::Once);
            let length = move |start| {
                if start < shrink { Length::Shrunk(RUNS) } else { Length::NotAsked }
            };
            (0..starts).map(move |start| (place, (job(start), property, length(start))))
        })
        .collect();
    let mut progress = Many::new(context.progress, jobs.len() as u64);
    let mut done = 0;
    let mut trouble = None;
    let finished = each_in_order(
        jobs,
        threads.unwrap_or(NonZeroUsize::MIN),
        |(job, property, length)| mutants::search(&job, property, most, length),
        |place, result: Result<Result<Search, Trouble>, Panicked>| {
            done += 1;
            progress.tell(done, 0, 0);
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

fn figure(needed: Option<Needed>) -> String {
    match needed {
        Some(Needed::Runs(runs)) => runs.to_string(),
        Some(Needed::More) => ">".to_owned(),
        None => "-".to_owned(),
    }
}

fn table(rows: &[Mutant]) -> String {
    let head =
        ["wrong protocol", "property", "median", "95 %", "worst", "caught", "simulated", "writes"];
    let [slug, property, median, interval, worst, caught, simulated, writes] = head;
    let mut text = format!(
        "{slug:<30}{property:<10}{median:>6}{interval:>8}{worst:>7}{caught:>8}{simulated:>11}{writes:>8}  also seen\n"
    );
    for Mutant { sabotage, row, .. } in rows {
        let (slug, property) = (sabotage.key(), sabotage.property());
        let (median, low, high) = middle(row);
        let (median, worst) = (figure(median), figure(row.worst()));
        let interval = format!("{}..{}", figure(low), figure(high));
        let caught = format!("{}/{}", row.caught(), row.searches());
        let simulated = row.median_ns().map_or_else(|| "-".to_owned(), span);
        let writes = row.median_shrunk().map_or_else(|| "-".to_owned(), count);
        let line = format!(
            "{slug:<30}{property:<10}{median:>6}{interval:>8}{worst:>7}{caught:>8}{simulated:>11}{writes:>8}  {}",
            row.also()
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The median, and the interval for it.
fn middle(row: &Row) -> (Option<Needed>, Option<Needed>, Option<Needed>) {
    let found = row.median();
    let interval = found.and_then(|found| found.interval);
    (found.map(|found| found.median), interval.map(|(low, _)| low), interval.map(|(_, high)| high))
}

/// Columns are named, and never change their meaning; `sabotage` is the key that other tables share.
fn csv(rows: &[Mutant]) -> String {
    let mut text =
        "sabotage,property,median_seeds,low_seeds,high_seeds,worst_seeds,runs,caught,starts,\
        median_simulated_ns,median_shrunk_writes,also\n"
            .to_owned();
    for Mutant { sabotage, row, .. } in rows {
        let number = |needed| match needed {
            Some(Needed::Runs(runs)) => runs.to_string(),
            Some(Needed::More) | None => String::new(),
        };
        let (median, low, high) = middle(row);
        let seeds = [median, low, high, row.worst()].map(number).join(",");
        let (slug, property, runs) = (sabotage.key(), sabotage.property(), row.runs());
        let (caught, starts, also) = (row.caught(), row.searches(), row.also());
        let word = |number: Option<u64>| number.map(|n| n.to_string()).unwrap_or_default();
        let (simulated, shrunk) = (word(row.median_ns()), word(row.median_shrunk()));
        let _ = writeln!(
            text,
            "{slug},{property},{seeds},{runs},{caught},{starts},{simulated},{shrunk},{also}"
        );
    }
    text
}
