//! A run as an HTML page: what is gathered while it happens.

use super::super::arguments::{ReportForm, RunArguments};
use super::super::exit::{Exit, Failure};
use super::super::quote;
use super::Run;
use crate::facts::{Fact, Sink};
use crate::metrics::{Curve, Curves};
use crate::page::{self, Page};
use crate::report::Report;
use crate::scenario::Scenario;
use crate::timeline::{self, Collector, Window};
use crate::units::SimTime;
use std::ffi::OsString;

/// What a page is drawn from.
pub(super) struct Drawing {
    fine: Curves,
    coarse: Curves,
    timeline: Collector,
}

impl Drawing {
    /// For a report of this form; `None`: it is no page. A run is made once before, to know how long
    /// it is and where to look.
    pub fn of(
        form: ReportForm,
        arguments: &RunArguments,
        run: Run,
    ) -> Result<Option<Self>, Failure> {
        match form {
            ReportForm::Text | ReportForm::Json => return Ok(None),
            ReportForm::Html => {}
        }
        let drawn = run.drawn()?;
        let scenario = drawn.as_ref().unwrap_or(&run.input.scenario);
        let mut first = Collector::new(scenario, Window::NOTHING, 0);
        let (ran, _) = run.once(Some(&mut first))?;
        let violated = ran.report.violations.first().map(|line| SimTime::from_nanos(line.at_ns));
        let first = first.finish();
        let asked = arguments.view.window.unwrap_or(Window::ALL);
        let has_room =
            arguments.view.window.is_some() && first.density.within(asked) <= page::KEPT as u64;
        let window =
            if has_room { asked } else { timeline::choose(&first, violated, page::SPANS, asked) };
        let simulated = SimTime::from_nanos(ran.report.simulated_ns);
        if asked.from > simulated {
            let message = format!("--window {asked}: the run is over at {simulated}");
            return Err(Failure::new(Exit::Usage, message));
        }
        let curves = |most| Curves::new(scenario, page::interval(simulated, most));
        Ok(Some(Self {
            fine: curves(page::FINE),
            coarse: curves(page::COARSE),
            timeline: Collector::new(scenario, window, page::KEPT),
        }))
    }

    /// The page.
    pub fn page(
        self,
        report: &Report,
        latency: &Curve,
        scenario: &Scenario,
        [line, another]: [&str; 2],
    ) -> String {
        let timeline = self.timeline.finish();
        let (curves, mut coarse) = (self.fine.finish(), self.coarse.finish());
        page::render(&Page {
            report,
            scenario: scenario.canonical(),
            line,
            another,
            version: env!("CARGO_PKG_VERSION"),
            curves: &curves,
            series: &coarse.remove("series").unwrap_or_default(),
            latency,
            timeline: &timeline,
        })
    }
}

impl Sink for Drawing {
    fn take(&mut self, fact: &Fact) {
        let Self { fine, coarse, timeline } = self;
        fine.take(fact);
        coarse.take(fact);
        timeline.take(fact);
    }
}

/// The line that makes the page again, wherever it was written to, and one for another window.
pub(super) fn lines(arguments: &RunArguments, seed: u64) -> [String; 2] {
    let mut words: Vec<OsString> = vec!["mirrorsim".into(), "run".into()];
    words.push(arguments.scenario.clone().into());
    words.extend(["--seed".into(), seed.to_string().into()]);
    for (key, value) in &arguments.set {
        words.extend(["--set".into(), format!("{key}={value}").into()]);
    }
    if let Some(tape) = &arguments.tape.replay {
        words.extend(["--replay".into(), tape.clone().into()]);
    }
    let line = quote(&words);
    let another = format!("{line} --window FROM..TO -o run.html");
    let line = match arguments.view.window {
        Some(window) => format!("{line} --window {window} -o run.html"),
        None => format!("{line} -o run.html"),
    };
    [line, another]
}
