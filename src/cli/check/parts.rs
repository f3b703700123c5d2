//! A check in parts: what its results are, for whoever keeps them, and how to submit it to Slurm.

use super::super::Context;
use super::super::arguments::CheckArguments;
use super::super::exit::{Exit, Failure};
use super::super::output::Output;
use super::super::shard::{self, Keeper};
use super::super::slurm::Submission;
use super::COMMAND;
use super::cases::Case;
use crate::results::{Manifest, Named, Plan, Run, Subject};
use crate::trace::{self, Trace};
use serde_json::Value;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::Path;
use xxhash_rust::xxh3::xxh3_128;

/// Who keeps the runs of the plan, if a folder is given.
pub(super) fn keeper(
    arguments: &CheckArguments,
    cases: &[Case],
    plan: &Plan,
    context: &Context,
) -> Result<Option<Keeper<Run>>, Failure> {
    let Some(folder) = &arguments.parts.output else { return Ok(None) };
    let manifest = manifest(arguments, cases, plan);
    Keeper::open(folder, &manifest, plan.shard, context).map(Some)
}

/// The manifest of these runs.
fn manifest(arguments: &CheckArguments, cases: &[Case], plan: &Plan) -> Manifest {
    let subject = Subject {
        command: COMMAND,
        scenarios: cases.iter().map(named).collect(),
        seeds: plan.seeds,
        settings: settings(arguments).into_iter().map(setting).collect(),
        experiment: None,
    };
    Manifest::new(subject, shard::layout(&arguments.parts, plan.shard, plan.all_runs()))
}

/// Options beside the seeds that decide what rows are, with their values.
fn settings(arguments: &CheckArguments) -> Vec<(&'static str, Vec<String>)> {
    let CheckArguments { set, twice, limit_simulated, limit_events, .. } = arguments;
    let set = set.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let settings = [
        ("set", set),
        ("twice", twice.iter().map(ToString::to_string).collect()),
        ("limit-simulated", limit_simulated.iter().map(ToString::to_string).collect()),
        ("limit-events", limit_events.iter().map(ToString::to_string).collect()),
    ];
    settings.into_iter().filter(|(_, values): &(_, Vec<_>)| !values.is_empty()).collect()
}

fn setting((option, values): (&str, Vec<String>)) -> (String, Value) {
    (option.to_owned(), Value::from(values))
}

fn named(case: &Case) -> Named {
    let (scenario, traces) = case.parts();
    let digests = traces.iter().map(|(name, trace)| (name.clone(), digest(trace)));
    Named { file: case.input.name.clone(), hash: scenario.hash(), traces: digests.collect() }
}

/// A digest of the trace in its canonical form.
pub(in crate::cli) fn digest(trace: &Trace) -> String {
    let mut text = Vec::new();
    trace::write(trace, &mut text).expect("memory takes a trace that was read");
    format!("{:032x}", xxh3_128(&text))
}

/// Writes the script that submits the check to Slurm.
pub(super) fn submit(
    arguments: &CheckArguments,
    plan: &Plan,
    file: Option<&Path>,
    context: &Context,
) -> Result<(), Failure> {
    let parts = &arguments.parts;
    let (Some(shards), Some(folder)) = (parts.shards, &parts.output) else {
        unreachable!("--slurm asks for both");
    };
    if arguments.paths.iter().any(|path| path == Path::new("-")) {
        let message = "--slurm: a shard has no standard input to read a scenario from";
        return Err(Failure::new(Exit::Usage, message));
    }
    let submission = Submission {
        line: &context.line,
        command: COMMAND,
        runs: plan.all_runs(),
        shards,
        cores: arguments.jobs.unwrap_or(NonZeroUsize::MIN),
        folder: folder.clone().into(),
        worker: worker_words(arguments),
        merge: Vec::new(),
    };
    Output::open(file)?.write(submission.script().as_bytes())
}

/// The words that give the same runs.
fn worker_words(arguments: &CheckArguments) -> Vec<OsString> {
    let mut words: Vec<OsString> = arguments.paths.iter().map(Into::into).collect();
    words.extend(["--seeds".into(), arguments.seeds.to_string().into()]);
    for (option, values) in settings(arguments) {
        words.extend(values.into_iter().map(|value| format!("--{option}={value}").into()));
    }
    words.extend(["--chunk".into(), arguments.parts.chunk().to_string().into()]);
    words
}
