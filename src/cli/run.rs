//! `mirrorsim run`: one run and its report.

mod page;
mod sinks;
mod tapes;
mod view;
mod zipped;

use super::arguments::{ReportForm, RunArguments};
use super::engine::Ran;
use super::exit::{Exit, Failure};
use super::input::Input;
use super::output::{Output, is_same, is_standard};
use super::progress::Progress;
use super::{Context, engine, input};
use crate::facts::Sink;
use crate::random::tape::{Heading, Recording, Replay, Tape};
use crate::random::{Decisions, GENERATOR, Seeded};
use crate::report::expect::Expected;
use crate::report::{Host, ReplaySummary, Report, VerdictWord, json, text};
use crate::scenario::Scenario;
use crate::timeline::Collector;
use crate::units::Span;
use crate::workload::Traces;
use page::Drawing;
use sinks::Sinks;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;
use view::View;
use zipped::Zipped;

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
    let record = arguments.tape.record.as_deref().map(Zipped::open).transpose()?;
    let perfetto = arguments.view.perfetto.as_deref();
    let view = perfetto.map(|path| View::open(path, &arguments.view)).transpose()?;
    let tape = arguments.tape.replay.as_deref().map(tapes::read).transpose()?;
    let traces =
        input::traces(&arguments.scenario, &input, &mut input::Shelf::new(context.remarks))?;
    let seed = arguments.seed.or(tape.as_ref().map(|tape| tape.heading.seed)).unwrap_or(0);
    let run = Run { input: &input, traces: &traces, context, seed, tape: tape.as_ref() };
    let form = ReportForm::choose(arguments.format, arguments.output.as_deref());
    let mut drawing = Drawing::of(form, arguments, run)?;
    let mut seen = view.as_ref().map(|view| run.seen_by(view)).transpose()?;
    let mut others: Vec<&mut dyn Sink> = Vec::new();
    others.extend(seen.iter_mut().map(|seen| seen as &mut dyn Sink));
    others.extend(drawing.iter_mut().map(|drawing| drawing as &mut dyn Sink));
    let (ran, took) = sinks.during(&input.scenario, others, |sink| match record {
        None => run.once(sink),
        Some(record) => record.during(|out| run.recorded(out, sink)),
    })?;
    let Ran { mut report, latency, drawn } = ran;
    if let (Some(view), Some(seen)) = (view, seen) {
        view.write(seen, &report, context)?;
    }
    run.remark(&report);
    let page = drawing.map(|drawing| {
        let scenario = drawn.as_ref().unwrap_or(&input.scenario);
        let [line, another] = page::lines(arguments, seed);
        drawing.page(&report, &latency, scenario, [&line, &another])
    });
    report.host = Some(host(context, took));
    let text = page.unwrap_or_else(|| rendered(&report, form, context));
    output.write(text.as_bytes())?;
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
    if is_standard(&arguments.scenario) && arguments.tape.replay.as_deref() == Some(standard) {
        let message = "the scenario and --replay both come from standard input: it is read once";
        return Err(Failure::new(Exit::Usage, message));
    }
    view::check(arguments)?;
    let outputs = [
        ("--facts", arguments.facts.as_deref()),
        ("--series", arguments.series.as_deref()),
        ("--record", arguments.tape.record.as_deref()),
        ("--perfetto", arguments.view.perfetto.as_deref()),
        ("the report", Some(arguments.output.as_deref().unwrap_or(standard))),
    ];
    for (place, (name, path)) in outputs.iter().enumerate() {
        if path.is_some_and(|path| !is_standard(path) && is_same(path, &arguments.scenario)) {
            let message = format!("{name} would replace the scenario: give it a file of its own");
            return Err(Failure::new(Exit::Usage, message));
        }
        let same = |(_, other): &&(&str, Option<&Path>)| {
            path.zip(*other).is_some_and(|(path, other)| is_same(path, other))
        };
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
    input: &'a Input,
    traces: &'a Traces,
    context: &'a Context,
    seed: u64,
    /// What answers before the seed does.
    tape: Option<&'a Tape>,
}

impl Run<'_> {
    /// What reads the facts for a view: of a scenario with a swarm, of what is drawn of it.
    fn seen_by(self, view: &View) -> Result<Collector, Failure> {
        let drawn = self.drawn()?;
        Ok(view.collector(drawn.as_ref().unwrap_or(&self.input.scenario)))
    }

    /// What is run instead of a scenario with a swarm.
    fn drawn(self) -> Result<Option<Scenario>, Failure> {
        let mut seeded = Seeded::new(self.seed);
        let mut replay = self.tape.map(|tape| Replay::new(tape, self.seed));
        let decisions = replay.as_mut().map_or(&mut seeded as &mut dyn Decisions, |tape| tape);
        let drawn = engine::draw(&self.input.scenario, self.seed, decisions);
        drawn.map_err(|problem| self.input.refuse(&problem))
    }

    fn once(self, sink: Option<&mut dyn Sink>) -> Result<(Ran, Duration), Failure> {
        let Some(tape) = self.tape else {
            return self.decided_by(&mut Seeded::new(self.seed), sink);
        };
        let mut replay = Replay::new(tape, self.seed);
        let (mut ran, took) = self.decided_by(&mut replay, sink)?;
        ran.report.replay = Some(ReplaySummary::of(&tape.heading.scenario, &replay.tally()));
        Ok((ran, took))
    }

    /// Once, with every decision written to `out`; and whether all of them were.
    fn recorded(
        self,
        out: &mut dyn Write,
        sink: Option<&mut dyn Sink>,
    ) -> Result<((Ran, Duration), io::Result<()>), Failure> {
        let heading = Heading::new(self.input.scenario.hash(), self.seed);
        let Some(tape) = self.tape else {
            let mut recording = Recording::new(Seeded::new(self.seed), &heading, out);
            let done = self.decided_by(&mut recording, sink)?;
            return Ok((done, recording.finish().map(|_| ())));
        };
        let mut replay = Replay::new(tape, self.seed);
        let mut recording = Recording::new(&mut replay, &heading, out);
        let (mut ran, took) = self.decided_by(&mut recording, sink)?;
        let written = recording.finish().map(|_| ());
        ran.report.replay = Some(ReplaySummary::of(&tape.heading.scenario, &replay.tally()));
        Ok(((ran, took), written))
    }

    fn decided_by(
        self,
        decisions: &mut dyn Decisions,
        sink: Option<&mut dyn Sink>,
    ) -> Result<(Ran, Duration), Failure> {
        let mut progress = Progress::new(self.context.progress);
        let mut tell = |now, events| progress.tell(now, events);
        let scenario = &self.input.scenario;
        let ran = engine::run(scenario, self.seed, decisions, self.traces, sink, &mut tell);
        let took = progress.finish();
        let ran = ran.map_err(|problem| self.input.refuse(&problem))?;
        Ok((ran, took))
    }

    /// Runs again and compares.
    fn again(self, digest: &str) -> Result<(), Failure> {
        let (second, _) = self.once(None)?;
        let second = second.report.digest;
        if second == digest {
            return Ok(());
        }
        let message = format!("the second run gave another digest: {second} instead of {digest}");
        Err(Failure::new(Exit::Differs, message))
    }

    /// Says where a tape does not fit.
    fn remark(self, report: &Report) {
        let (Some(tape), Some(replay)) = (self.tape, &report.replay) else { return };
        let Heading { generator, scenario, .. } = &tape.heading;
        if *scenario != self.input.scenario.hash() {
            self.context.remark(&format!("the tape is of another scenario: {scenario}"));
        }
        if generator != GENERATOR {
            let words = "the tape is of another generator: what is missing is drawn by";
            self.context.remark(&format!("{words} {GENERATOR}, not {generator}"));
        }
        if replay.missing + replay.extra + replay.drifted > 0 {
            self.context.remark(&format!("the tape does not fit: {}", replay.words()));
        }
        if let Some(drift) = &replay.first_drift {
            self.context.remark(&format!("first drift: {}", drift.words()));
        }
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

/// The report where it is no page.
fn rendered(report: &Report, form: ReportForm, context: &Context) -> String {
    match form {
        ReportForm::Json => json::render(report),
        ReportForm::Text | ReportForm::Html => {
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
