//! `mirrorsim coverage`: how often 95 % intervals hold a mean that is known in closed form. A proof of
//! the statistics, and no part of the face: it is hidden from the help.

use super::Context;
use super::arguments::CoverageArguments;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::progress::Many;
use crate::batch::{Flow, each_in_order};
use crate::results::coverage::{Coverage, RULES, Rule, experiment, known_mean, scenario};
use crate::results::table;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

/// Coverage that intervals of 95 % are to have.
const WANTED: std::ops::RangeInclusive<f64> = 0.93..=0.97;

/// Makes every experiment, writes the table, and tells whether the intervals of fixed numbers of seeds
/// cover as often as they say.
pub(super) fn run(arguments: &CoverageArguments, context: &Context) -> Result<Exit, Failure> {
    let output = Output::open(arguments.output.as_deref())?;
    let (scenario, all) = (scenario(), arguments.experiments.get());
    let threads = arguments.jobs.or_else(|| available_parallelism().ok());
    let mut progress = Many::new(context.progress, all);
    let (mut found, mut done, mut broken) = ([Coverage::default(); RULES.len()], 0, None);
    let finished = each_in_order(
        (0..all).map(|number| ((), number)),
        threads.unwrap_or(NonZeroUsize::MIN),
        |number| experiment(&scenario, number, &RULES),
        |(), result| {
            done += 1;
            progress.tell(done, 0, 0);
            match result {
                Ok(Ok(experiment)) => {
                    let pairs = found.iter_mut().zip(experiment);
                    pairs.for_each(|(coverage, found)| coverage.add(found));
                    return Flow::Continue;
                }
                Ok(Err(problem)) => broken = Some(problem.to_string()),
                Err(panicked) => broken = Some(panicked.to_string()),
            }
            Flow::Break
        },
    );
    progress.finish();
    finished.map_err(|error| Failure::new(Exit::Usage, format!("--jobs: {error}")))?;
    if let Some(words) = broken {
        return Err(Failure::new(Exit::Bug, words));
    }
    output.write(csv(&found).as_bytes())?;
    verdict(&found)
}

fn verdict(found: &[Coverage]) -> Result<Exit, Failure> {
    for (rule, coverage) in RULES.iter().zip(found) {
        let share = coverage.share().map_or(0.0, |(_, share, _)| share);
        match rule {
            Rule::Fixed(n) if !WANTED.contains(&share) => {
                let message =
                    format!("intervals of {n} seeds cover {share}: they are to cover 93 to 97 %");
                return Err(Failure::new(Exit::Violated, message));
            }
            // What early stopping costs is reported; no rule says what it may.
            Rule::Fixed(_) | Rule::Until(_) => {}
        }
    }
    Ok(Exit::Expected)
}

/// A line for each rule.
fn csv(found: &[Coverage]) -> String {
    let mut text = table::line([
        "rule",
        "half_width",
        "experiments",
        "mean_n",
        "known_mean",
        "expected",
        "covered",
        "low",
        "high",
    ]);
    for (rule, coverage) in RULES.iter().zip(found) {
        let (rule, width) = match rule {
            Rule::Fixed(n) => (format!("n = {n}"), String::new()),
            Rule::Until(width) => ("until".to_owned(), width.to_string()),
        };
        let (low, share, high) = coverage.share().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "seeds are few")]
        let mean_n = coverage.seeds as f64 / coverage.experiments as f64;
        let shares = [share, low, high].map(|share| format!("{share:.4}"));
        let fields = [rule, width, coverage.experiments.to_string(), format!("{mean_n:.1}")];
        let known = [known_mean().to_string(), "0.95".to_owned()];
        text += &table::line(fields.into_iter().chain(known).chain(shares));
    }
    text
}
