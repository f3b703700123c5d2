//! `mirrorsim run`: one run and its report.

use super::arguments::{Format, RunArguments};
use super::exit::{Exit, Failure};
use super::input::Input;
use super::output::Output;
use super::progress::Progress;
use super::{Context, engine, input};
use crate::facts::{FactWriter, Sink};
use crate::report::{Host, Report, VerdictWord, json, text};
use crate::workload::Traces;
use std::path::Path;
use std::time::Duration;

/// Runs the scenario, writes the report, and tells whether all came out as expected.
pub(super) fn run(arguments: &RunArguments, context: &Context) -> Result<Exit, Failure> {
    let to_stdout = |path: &Option<std::path::PathBuf>| {
        path.as_deref().is_some_and(|path| path == Path::new("-"))
    };
    if to_stdout(&arguments.facts) && (arguments.output.is_none() || to_stdout(&arguments.output)) {
        let message = "facts and report cannot both go to standard output: give one a file";
        return Err(Failure::new(Exit::Usage, message));
    }
    let input = input::scenario(&arguments.scenario, &arguments.set)?;
    let output = Output::open(arguments.output.as_deref())?;
    if arguments.dry_run {
        output.write(input.scenario.canonical())?;
        return Ok(Exit::Expected);
    }
    let traces = input::traces(&arguments.scenario, &input)?;
    let (mut report, took) = first(arguments, &input, &traces, context)?;
    report.host = Some(host(context, took));
    output.write(&rendered(&report, arguments, context))?;
    if arguments.twice {
        again(arguments, &input, &traces, &report.digest, context)?;
    }
    if report.is_as_expected() {
        return Ok(Exit::Expected);
    }
    Err(Failure::new(Exit::Violated, disappointment(&report)))
}

/// The run whose report is written, with its facts if they are wanted.
fn first(
    arguments: &RunArguments,
    input: &Input,
    traces: &Traces,
    context: &Context,
) -> Result<(Report, Duration), Failure> {
    let Some(path) = &arguments.facts else {
        return once(arguments, input, traces, None, context);
    };
    let mut output = Output::open(Some(path))?;
    let mut writer = match FactWriter::new(output.writer()) {
        Ok(writer) => writer,
        Err(error) => return Err(output.finish(Err(error)).err().unwrap_or_else(closed)),
    };
    let result = once(arguments, input, traces, Some(&mut writer), context)?;
    let written = writer.finish();
    output.finish(written)?;
    Ok(result)
}

/// Whoever read the facts has had enough before the run began.
fn closed() -> Failure {
    Failure::new(Exit::Expected, "")
}

fn once(
    arguments: &RunArguments,
    input: &Input,
    traces: &Traces,
    sink: Option<&mut dyn Sink>,
    context: &Context,
) -> Result<(Report, Duration), Failure> {
    let mut progress = Progress::new(context.progress);
    let mut tell = |now, events| progress.tell(now, events);
    let report = engine::run(&input.scenario, arguments.seed, traces, sink, &mut tell);
    let took = progress.finish();
    let report = report
        .map_err(|problem| Failure::new(Exit::Usage, format!("{problem}\n  --> {}", input.name)))?;
    Ok((report, took))
}

/// Runs again and compares.
fn again(
    arguments: &RunArguments,
    input: &Input,
    traces: &Traces,
    digest: &str,
    context: &Context,
) -> Result<(), Failure> {
    let (second, _) = once(arguments, input, traces, None, context)?;
    if second.digest == digest {
        return Ok(());
    }
    let message =
        format!("the second run gave another digest: {} instead of {digest}", second.digest);
    Err(Failure::new(Exit::Differs, message))
}

fn host(context: &Context, took: Duration) -> Host {
    Host {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: context.line.clone(),
        wall_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    }
}

fn rendered(report: &Report, arguments: &RunArguments, context: &Context) -> String {
    let is_json = |path: &Path| path.extension().is_some_and(|extension| extension == "json");
    let named = arguments.output.as_deref().is_some_and(is_json);
    let told = if named { Format::Json } else { Format::Text };
    match arguments.format.unwrap_or(told) {
        Format::Json => json::render(report),
        Format::Text => {
            let (page, word) = (text::render(report), text::verdict(report));
            let painted = match report.verdict {
                VerdictWord::Pass => context.colour.good(word),
                VerdictWord::Violation => context.colour.bad(word),
            };
            page.strip_prefix(word).map(|rest| painted + rest).unwrap_or(page)
        }
    }
}

/// What was not as expected, in a few lines.
fn disappointment(report: &Report) -> String {
    let violations =
        report.violations.iter().map(|line| format!("{}: {}", line.property, line.message));
    let missed = report.expectations.iter().filter(|line| !line.met).map(|line| line.message());
    let lines: Vec<_> = missed.chain(violations.take(3)).collect();
    lines.join("\n  ")
}
