//! The page around its sections.

use super::{LONGEST, Page, assets, charts, figures, hash, html, resolved, timeline, verdict};
use crate::units::SimTime;
use serde_json::{Value, json};

/// The whole page. Scenario and timeline have what room the rest leaves.
pub(super) fn render(page: &Page) -> String {
    let (style, script) = (assets::style(), assets::script());
    let (above, below) = (above(page), charts::section(page));
    let charts = charts::data(page);
    let rest = head(page, &style, &script).len() + style.len() + script.len() + above.len();
    let room =
        LONGEST - FRAME - (rest + below.len() + charts.to_string().len()).min(LONGEST - FRAME);
    let scenario = resolved::section(page.scenario, room / 3);
    let room = room.saturating_sub(scenario.len());
    let violated = page.report.violations.first().map(|line| SimTime::from_nanos(line.at_ns));
    let kept = timeline::fit(page.timeline, violated, room, |kept| {
        timeline::section(page, kept).len() + embedded(&timeline::data(page.timeline, kept)).len()
    });
    let data = embedded(&data(page, charts, timeline::data(page.timeline, &kept)));
    format!(
        "{}<style>{style}</style>\n</head>\n<body>\n{SKIP}{above}{}{below}{scenario}</main>\n{FOOT}\
         <script type=\"application/json\" id=\"data\">{data}</script>\n\
         <script>{script}</script>\n</body>\n</html>\n",
        head(page, &style, &script),
        timeline::section(page, &kept),
    )
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

/// All that stands before the style. What the page may do is said first (CSP level 3): run this one
/// script, take this one style, and load nothing.
fn head(page: &Page, style: &str, script: &str) -> String {
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash::source(script),
        hash::source(style)
    );
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n",
        verdict::title(page.report)
    )
}

fn data(page: &Page, charts: Value, timeline: Value) -> Value {
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

/// JSON that cannot end the element it stands in.
fn embedded(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}
