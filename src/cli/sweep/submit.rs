//! A sweep in parts: what its results are, for whoever keeps them; how to submit it to Slurm; and what
//! it would run.

use super::super::Context;
use super::super::arguments::SweepArguments;
use super::super::exit::{Exit, Failure};
use super::super::output::Output;
use super::super::shard::{self, Keeper};
use super::super::slurm::Submission;
use super::COMMAND;
use super::means::aligned;
use super::plan::Plan;
use crate::report::text::count;
use crate::results::table::plain;
use crate::results::trial::Trial;
use crate::results::{Manifest, Named, Shard, Subject};
use serde_json::Value;
use std::ffi::OsString;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::Path;

/// Who keeps the rows, if a folder is given.
pub(super) fn keeper(
    arguments: &SweepArguments,
    plan: &Plan,
    named: Named,
    shard: Shard,
    context: &Context,
) -> Result<Option<Keeper<Vec<Trial>>>, Failure> {
    let Some(folder) = &arguments.parts.output else { return Ok(None) };
    let seeds = plan.experiment.seeds;
    let set = arguments.set.iter().map(|(key, value)| format!("{key}={value}"));
    let set = Value::from(set.collect::<Vec<_>>());
    let given = !arguments.set.is_empty();
    let subject = Subject {
        command: COMMAND,
        scenarios: vec![named],
        seeds,
        settings: given.then(|| ("set".to_owned(), set)).into_iter().collect(),
        experiment: Some(plan.outline.clone()),
    };
    let mut layout = shard::layout(&arguments.parts, shard, plan.outline.lots(seeds));
    if plan.outline.is_open() {
        // A point takes long enough to be kept alone.
        layout.chunk = arguments.parts.chunk.unwrap_or(NonZeroU64::MIN);
    }
    Keeper::open(folder, &Manifest::new(subject, layout), shard, context).map(Some)
}

/// Writes the script that submits the sweep to Slurm.
pub(super) fn submit(
    arguments: &SweepArguments,
    plan: &Plan,
    file: Option<&Path>,
    context: &Context,
) -> Result<(), Failure> {
    let parts = &arguments.parts;
    let (Some(shards), Some(folder)) = (parts.shards, &parts.output) else {
        unreachable!("--slurm asks for both");
    };
    if arguments.experiment == Path::new("-") {
        let message = "--slurm: a shard has no standard input to read an experiment from";
        return Err(Failure::new(Exit::Usage, message));
    }
    let submission = Submission {
        line: &context.line,
        command: COMMAND,
        runs: plan.outline.lots(plan.experiment.seeds),
        shards,
        cores: arguments.jobs.unwrap_or(NonZeroUsize::MIN),
        folder: folder.clone().into(),
        worker: worker_words(arguments),
        merge: Vec::new(),
    };
    Output::open(file)?.write(submission.script().as_bytes())
}

/// The words that give the same runs.
fn worker_words(arguments: &SweepArguments) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![arguments.experiment.clone().into()];
    if let Some(seeds) = arguments.seeds {
        words.extend(["--seeds".into(), seeds.to_string().into()]);
    }
    for (key, value) in &arguments.set {
        words.push(format!("--set={key}={value}").into());
    }
    if let Some(chunk) = arguments.parts.chunk {
        words.extend(["--chunk".into(), chunk.to_string().into()]);
    }
    words
}

/// Points, policies, seeds and the number of runs.
pub(super) fn listing(plan: &Plan) -> String {
    let (experiment, outline) = (&plan.experiment, &plan.outline);
    let mut rows = vec![vec!["point".to_owned()]];
    rows[0].extend(outline.axes.iter().map(|axis| axis.name.clone()));
    for point in 0..outline.points {
        let at = experiment.at(point);
        let values = outline.axes.iter().map(|axis| plain(&at[&axis.name]));
        rows.push(std::iter::once(point.to_string()).chain(values).collect());
    }
    let (seeds, policies) = (experiment.seeds, outline.policies.len() as u64);
    let fewest = outline.points * policies * seeds.count();
    let runs = match outline.at_most {
        None => format!("{} runs", count(fewest)),
        Some(at_most) => {
            let most = outline.points.saturating_mul(policies).saturating_mul(at_most);
            format!("{} to {} runs", count(fewest), count(most))
        }
    };
    let names = outline.policies.join(", ");
    let points = count(outline.points);
    format!(
        "{}\n{}\npolicies: {names}\nseeds: {seeds}\n{points} points, {policies} policies, {runs}\n",
        outline.name,
        aligned(&rows, outline.axes.len() + 1),
    )
}
