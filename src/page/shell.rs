//! The page around its sections, and what all our pages are: [`Document`].

use super::{Page, assets, charts, figures, hash, resolved, verdict};
use serde_json::{Value, json};

/// The whole page.
pub(super) fn render(page: &Page) -> String {
    let (style, script) = (assets::style(), assets::script());
    let sections = [
        verdict::section(page),
        "<main>\n".to_owned(),
        figures::section(page.report),
        charts::section(page),
        resolved::section(page.scenario),
        "</main>\n".to_owned(),
    ];
    let body = format!("{SKIP}{}{FOOT}", sections.concat());
    let (title, data) = (&verdict::title(page.report), &data(page));
    Document { title, style: &style, body: &body, data, script: &script }.html()
}

/// An HTML file that needs nothing else.
pub(crate) struct Document<'a> {
    /// Of the window, as HTML.
    pub title: &'a str,
    pub style: &'a str,
    /// What is seen, as HTML.
    pub body: &'a str,
    /// What the script finds in the element `data`.
    pub data: &'a Value,
    pub script: &'a str,
}

impl Document<'_> {
    /// The file.
    pub fn html(&self) -> String {
        let Self { style, body, script, .. } = self;
        format!(
            "{}<style>{style}</style>\n</head>\n<body>\n{body}\
             <script type=\"application/json\" id=\"data\">{}</script>\n\
             <script>{script}</script>\n</body>\n</html>\n",
            self.head(),
            embedded(self.data),
        )
    }

    /// All that stands before the style. What the page may do is said first (CSP level 3): run this
    /// one script, take this one style, and load nothing.
    fn head(&self) -> String {
        let policy = format!(
            "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
            hash::source(self.script),
            hash::source(self.style)
        );
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{}</title>\n",
            self.title
        )
    }
}

const SKIP: &str = "<a class=\"skip\" href=\"#timeline\">Skip to the timeline</a>\n\
    <noscript><p class=\"note\">Scripts are off: tables stand in for the timeline and the charts.\
    </p></noscript>\n";

const FOOT: &str = "<footer><p>Simulated by mirrorsim: the same scenario and seed give the same run, \
    byte for byte. Charts are drawn by uPlot (MIT).</p></footer>\n";

fn data(page: &Page) -> Value {
    json!({
        "simulated_ns": page.report.simulated_ns,
        "violations": page.report.violations.iter().map(|line| line.at_ns).collect::<Vec<_>>(),
        "charts": charts::data(page),
    })
}

/// JSON that cannot end the element it stands in.
fn embedded(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}
