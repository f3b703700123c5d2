//! Pages of small runs.

use super::super::{COARSE, FINE, Page, interval, render};
use crate::batch;
use crate::facts::{Fact, Sink};
use crate::metrics::{Curves, write_latency};
use crate::report::Report;
use crate::scenario::Scenario;
use crate::timeline::{Collector, Timeline, Window};
use crate::units::SimTime;
use crate::workload::Traces;

/// A run with an outage and several consistency points.
pub const LOSSY: &str = r#"{ "name": "lossy", "description": "A link that loses.",
    "clients": [ { "name": "pg", "workload": { "count": 300, "reads": "10%" } } ],
    "source": { "consistency_point": { "every": "100ms" } },
    "faults": [ { "kind": "partition", "at": "200ms", "for": "20s" } ] }"#;

/// A page, and what it was made of.
pub struct Made {
    pub report: Report,
    pub timeline: Timeline,
    pub html: String,
}

struct All {
    fine: Curves,
    coarse: Curves,
    timeline: Collector,
}

impl Sink for All {
    fn take(&mut self, fact: &Fact) {
        self.fine.take(fact);
        self.coarse.take(fact);
        self.timeline.take(fact);
    }
}

/// The page of a run of a scenario that shows this window, of which a timeline keeps so many spans.
pub fn page(text: &str, window: Window, most: usize) -> Made {
    let scenario = Scenario::parse(text, &[]).expect("it makes sense");
    let traces = Traces::default();
    let first = batch::run(&scenario, 7, &traces, None, &mut |_, _| {}).expect("it runs");
    let simulated = SimTime::from_nanos(first.report(&scenario, 7).simulated_ns);
    let mut all = All {
        fine: Curves::new(&scenario, interval(simulated, FINE)),
        coarse: Curves::new(&scenario, interval(simulated, COARSE)),
        timeline: Collector::new(&scenario, window, most),
    };
    let outcome = batch::run(&scenario, 7, &traces, Some(&mut all), &mut |_, _| {});
    let outcome = outcome.expect("it runs again");
    let report = outcome.report(&scenario, 7);
    let timeline = all.timeline.finish();
    let html = render(&Page {
        report: &report,
        scenario: scenario.canonical(),
        line: "mirrorsim run a.json --seed 7 -o run.html",
        another: "mirrorsim run a.json --seed 7 --window FROM..TO -o run.html",
        version: "0.0.0",
        curves: &all.fine.finish(),
        series: &all.coarse.finish()["series"],
        latency: &write_latency(&outcome.figures),
        timeline: &timeline,
    });
    Made { report, timeline, html }
}

impl Made {
    /// What stands between two texts, the first time.
    pub fn between(&self, from: &str, to: &str) -> &str {
        let begin = self.html.find(from).unwrap_or_else(|| panic!("{from} is there")) + from.len();
        let length = self.html[begin..].find(to).unwrap_or_else(|| panic!("{to} is there"));
        &self.html[begin..begin + length]
    }

    /// What the script draws.
    pub fn data(&self) -> serde_json::Value {
        let json = self.between("<script type=\"application/json\" id=\"data\">", "</script>");
        serde_json::from_str(json).expect("it is JSON")
    }

    /// The rows of the table under a caption, heads first.
    pub fn table(&self, caption: &str) -> Vec<Vec<String>> {
        let table = self.between(&format!("<caption>{caption}</caption>"), "</table>");
        let rows = table.split("<tr>").skip(1);
        rows.map(|row| row.split("</t").filter_map(cell).collect()).collect()
    }
}

/// The words of a cell: what stands after its last tag.
fn cell(part: &str) -> Option<String> {
    let begin = part.rfind("<th scope=").or_else(|| part.rfind("<td>"))?;
    let words = &part[begin..];
    words.split_once('>').map(|(_, words)| words.to_owned())
}
