//! A run to look at: what happened in it, as a trace for Perfetto.

use super::super::Context;
use super::super::arguments::{ReportForm, RunArguments, ViewArguments};
use super::super::exit::{Exit, Failure};
use super::zipped::Zipped;
use crate::perfetto::{self, Origin};
use crate::report::Report;
use crate::scenario::Scenario;
use crate::timeline::{Collector, Timeline, Window};
use std::path::Path;

/// Requests, messages and works that a trace shows at most.
const MOST: usize = 1_000_000;

/// Where a trace goes, and what it shows.
pub(super) struct View {
    name: String,
    output: Zipped,
    window: Window,
}

/// Refuses a window that nothing shows.
pub(super) fn check(arguments: &RunArguments) -> Result<(), Failure> {
    let ViewArguments { perfetto, window } = &arguments.view;
    let page = match ReportForm::choose(arguments.format, arguments.output.as_deref()) {
        ReportForm::Html => true,
        ReportForm::Text | ReportForm::Json => false,
    };
    match window {
        Some(window) if perfetto.is_none() && !page => {
            let message = format!(
                "--window {window}: nothing is shown; give --perfetto FILE or -o FILE.html"
            );
            Err(Failure::new(Exit::Usage, message))
        }
        Some(_) | None => Ok(()),
    }
}

impl View {
    /// Checks that the trace can be written.
    pub fn open(path: &Path, arguments: &ViewArguments) -> Result<Self, Failure> {
        let window = arguments.window.unwrap_or(Window::ALL);
        Ok(Self { name: super::input::name(path), output: Zipped::open(path)?, window })
    }

    /// What reads the facts of a run of this scenario.
    pub fn collector(&self, scenario: &Scenario) -> Collector {
        Collector::new(scenario, self.window, MOST)
    }

    /// Writes the trace of what was read, and tells what it leaves out for want of room.
    pub fn write(self, seen: Collector, report: &Report, context: &Context) -> Result<(), Failure> {
        let timeline = seen.finish();
        let origin = origin(report, context);
        self.output.during(|out| Ok(((), perfetto::write(&timeline, &origin, out))))?;
        if let Some(words) = left_out(&timeline) {
            context.remark(&format!("{}: {words}", self.name));
        }
        Ok(())
    }
}

fn origin(report: &Report, context: &Context) -> Origin {
    let name = report.scenario.get("name").and_then(serde_json::Value::as_str);
    Origin {
        scenario: name.unwrap_or_default().to_owned(),
        scenario_hash: report.scenario_hash.clone(),
        seed: report.seed,
        generator: report.generator.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: report.digest.clone(),
        reproduce: context.line.clone(),
    }
}

/// What a trace leaves out of its window for want of room, in a sentence.
fn left_out(timeline: &Timeline) -> Option<String> {
    let left = &timeline.left_out;
    let full_at = left.full_at?;
    let (requests, messages, works) =
        (left.requests.beyond, left.messages.beyond, left.works.beyond);
    Some(format!(
        "more than {} requests, messages and works: left out, from {full_at} on, {requests} requests, \
         {messages} messages and {works} works; --window shows another stretch",
        timeline.most
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, Sink, What};
    use crate::units::SimTime;

    #[test]
    fn what_has_no_room_is_told() {
        let scenario = Scenario::parse(r#"{ "clients": [{}] }"#, &[]).expect("a scenario");
        let mut collector = Collector::new(&scenario, Window::ALL, 0);
        let request = crate::protocol::Request {
            id: crate::protocol::WriteId {
                client: crate::protocol::ClientId(0),
                op: crate::protocol::OpNumber(1),
            },
            operation: crate::protocol::Operation::Flush(crate::protocol::block::VolumeId(0)),
        };
        let at = SimTime::from_nanos(1_500_000_000);
        assert_eq!(left_out(&Collector::new(&scenario, Window::ALL, 0).finish()), None);
        collector.take(&Fact { number: 0, cause: None, at, what: What::Requested(request) });
        let words = left_out(&collector.finish()).expect("one is left out");
        assert!(words.contains("more than 0 requests"), "{words}");
        assert!(words.contains("from 1.500 s on, 1 requests, 0 messages and 0 works"), "{words}");
    }
}
