//! `mirrorsim run`: one run and its report.

mod sinks;

use super::arguments::{Format, RunArguments};
use super::exit::{Exit, Failure};
use super::input::Input;
use super::output::{Output, is_standard};
use super::progress::Progress;
use super::{Context, engine, input};
use crate::facts::Sink;
use crate::report::expect::Expected;
use crate::report::{Host, Report, VerdictWord, json, text};
use crate::units::Span;
use crate::workload::Traces;
use sinks::Sinks;
use std::path::Path;
use std::time::Duration;

/// Runs the scenario, writes the report, and tells whether all came out as expected.
pub(super) fn run(arguments: &RunArguments, context: &Context) -> Result<Exit, Failure> {
    check(arguments)?;
    let input = input::scenario(&arguments.scenario, &arguments.set)?;
    let output = Output::open(arguments.output.as_deref())?;
    if arguments.dry_run {
        output.write(input.scenario.canonical().as_bytes())?;
        return Ok(Exit::Expected);
    }
    let sinks = Sinks::open(arguments)?;
    let traces = input::traces(&arguments.scenario, &input, &mut input::Shelf::new())?;
    let run = Run { arguments, input: &input, traces: &traces, context };
    let (mut report, took) = sinks.during(&input.scenario, |sink| run.once(sink))?;
    report.host = Some(host(context, took));
    output.write(rendered(&report, arguments, context).as_bytes())?;
    if arguments.twice {
        run.again(&report.digest)?;
    }
    if report.is_as_expected() {
        return Ok(Exit::Expected);
    }
    Err(Failure::new(Exit::Violated, disappointment(&report)))
}

/// Refuses arguments that do not go together.
fn check(arguments: &RunArguments) -> Result<(), Failure> {
    if arguments.series_every == Span::ZERO {
        return Err(Failure::new(Exit::Usage, "--series-every 0ns: an interval takes time"));
    }
    let standard = Path::new("-");
    let outputs = [
        ("--facts", arguments.facts.as_deref()),
        ("--series", arguments.series.as_deref()),
        ("the report", Some(arguments.output.as_deref().unwrap_or(standard))),
    ];
    for (place, (name, path)) in outputs.iter().enumerate() {
        let same = |(_, other): &&(&str, Option<&Path>)| path.is_some() && other == path;
        if let (Some((other, _)), Some(path)) = (outputs[..place].iter().find(same), path) {
            let target =
                if is_standard(path) { "standard output".into() } else { path.to_string_lossy() };
            let message = format!("{other} and {name} both go to {target}: give each its own file");
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    Ok(())
}

/// Everything a run depends on.
#[derive(Clone, Copy)]
struct Run<'a> {
    arguments: &'a RunArguments,
    input: &'a Input,
    traces: &'a Traces,
    context: &'a Context,
}

impl Run<'_> {
    fn once(self, sink: Option<&mut dyn Sink>) -> Result<(Report, Duration), Failure> {
        let mut progress = Progress::new(self.context.progress);
        let mut tell = |now, events| progress.tell(now, events);
        let (scenario, seed) = (&self.input.scenario, self.arguments.seed);
        let report = engine::run(scenario, seed, self.traces, sink, &mut tell);
        let took = progress.finish();
        let report = report.map_err(|problem| self.input.refuse(&problem))?;
        Ok((report, took))
    }

    /// Runs again and compares.
    fn again(self, digest: &str) -> Result<(), Failure> {
        let (second, _) = self.once(None)?;
        if second.digest == digest {
            return Ok(());
        }
        let message =
            format!("the second run gave another digest: {} instead of {digest}", second.digest);
        Err(Failure::new(Exit::Differs, message))
    }
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
    match Format::choose(arguments.format, arguments.output.as_deref()) {
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
    let missed = report.expectations.iter().filter(|line| !line.met).map(Expected::message);
    let lines: Vec<_> = missed.chain(violations.take(3)).collect();
    lines.join("\n  ")
}
