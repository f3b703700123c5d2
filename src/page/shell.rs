//! The page around its sections.

use super::document::{Document, embedded, head};
use super::{LONGEST, Page, assets, charts, figures, html, resolved, timeline, verdict};
use crate::units::SimTime;
use serde_json::{Value, json};

/// The whole page. Scenario and timeline have what room the rest leaves.
pub(super) fn render(page: &Page) -> String {
    let (style, script) = (assets::style(), assets::script());
    let title = &verdict::title(page.report);
    let (above, below) = (above(page), charts::section(page));
    let charts = charts::data(page);
    let rest = head(title, &style, &script).len() + style.len() + script.len() + above.len();
    let room =
        LONGEST - FRAME - (rest + below.len() + charts.to_string().len()).min(LONGEST - FRAME);
    let scenario = resolved::section(page.scenario, room / 3);
    let room = room.saturating_sub(scenario.len());
    let violated = page.report.violations.first().map(|line| SimTime::from_nanos(line.at_ns));
    let kept = timeline::fit(page.timeline, violated, room, |kept| {
        timeline::section(page, kept).len() + embedded(&timeline::data(page.timeline, kept)).len()
    });
    let data = &data(page, &charts, &timeline::data(page.timeline, &kept));
    let middle = timeline::section(page, &kept);
    let body = &format!("{SKIP}{above}{middle}{below}{scenario}</main>\n{FOOT}");
    Document { title, style: &style, body, data, script: &script }.html()
}

/// Bytes of what is not counted by itself: tags around the parts, and keys of the data.
const FRAME: usize = 2_000;

fn above(page: &Page) -> String {
    format!("{}<main>\n{}", verdict::section(page), figures::section(page.report))
}

const SKIP: &str = "<a class=\"skip\" href=\"#timeline\">Skip to the timeline</a>\n\
    <noscript><p class=\"note\">Scripts are off: tables stand in for the timeline and the charts.\
    </p></noscript>\n";

const FOOT: &str = "<footer><p>Simulated by mirrorsim: the same scenario and seed give the same run, \
    byte for byte. Charts are drawn by uPlot (MIT).</p></footer>\n";

fn data(page: &Page, charts: &Value, timeline: &Value) -> Value {
    let violations = page.report.violations.iter().map(|line| {
        let what = format!("{}: {}", line.property, line.message);
        json!({ "at": line.at_ns, "what": html::plain(&what, 400) })
    });
    json!({
        "simulated_ns": page.report.simulated_ns,
        "violations": violations.take(verdict::MOST).collect::<Vec<_>>(),
        "charts": charts,
        "timeline": timeline,
    })
}
