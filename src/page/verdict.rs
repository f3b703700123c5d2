//! The top of the page: how the run came out, what it is, and how to get it again.

use super::Page;
use super::html::{clipped, moment, text};
use crate::report::text::{count, sentences, verdict};
use crate::report::{Report, VerdictWord, ViolationLine};
use serde_json::Value;
use std::fmt::Write as _;

/// Bytes of a name, of a description, of a message, of the line, at most.
const NAME: usize = 400;
const DESCRIPTION: usize = 3_000;
const MESSAGE: usize = 600;
const LINE: usize = 2_000;
/// Violations, and missed expectations, that are shown at most.
pub(super) const MOST: usize = 8;

/// The head of the page.
pub(super) fn section(page: &Page) -> String {
    let report = page.report;
    let (word, class) = match report.verdict {
        VerdictWord::Pass => (verdict(report), "pass"),
        VerdictWord::Violation => (verdict(report), "violation"),
    };
    let mut html = format!(
        "<header id=\"verdict\" data-verdict=\"{class}\">\n\
         <p class=\"word {class}\">{word}</p>\n<h1>{}</h1>\n<p class=\"lead\">{}</p>\n",
        clipped(report.name(), NAME),
        text(&sentences::saving(report))
    );
    for words in description(report) {
        let _ = writeln!(html, "<p class=\"description\">{words}</p>");
    }
    if let Some(words) = sentences::refusals(report) {
        let _ = writeln!(html, "<p class=\"refused\">{}</p>", text(&words));
    }
    html.push_str(&violations(report));
    html.push_str(&expectations(report));
    html.push_str(&reproduce(page));
    html.push_str("</header>\n");
    html
}

/// What is wrong where something is, for the title of the page.
pub(super) fn title(report: &Report) -> String {
    format!("{} · {} · mirrorsim", verdict(report), clipped(report.name(), NAME))
}

/// The paragraphs of the scenario's description.
fn description(report: &Report) -> Vec<String> {
    let words = report.scenario.get("description").and_then(Value::as_str).unwrap_or_default();
    let words = clipped(words.trim(), DESCRIPTION);
    words.split("\n\n").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn violations(report: &Report) -> String {
    let mut html = String::new();
    for ViolationLine { property, at_ns, place, message, fact } in
        report.violations.iter().take(MOST)
    {
        let _ = writeln!(
            html,
            "<li data-at=\"{at_ns}\"><b>{}</b> at {}, {} (fact {})<br>{}</li>",
            text(property),
            moment(*at_ns),
            text(&sentences::place(place)),
            count(*fact),
            clipped(message, MESSAGE)
        );
    }
    let unseen = report.violations.len().saturating_sub(MOST) as u64 + report.further_violations;
    if unseen > 0 {
        let _ = writeln!(html, "<li>and {} more</li>", count(unseen));
    }
    let clauses = "Each property is a promise of the specification, section 11. <code>mirrorsim explain</code> with the \
                   same scenario and seed names the rule of the protocol that was broken.";
    if html.is_empty() {
        return html;
    }
    format!(
        "<section id=\"violations\" aria-labelledby=\"violations-title\">\n\
         <h2 id=\"violations-title\">What was broken</h2>\n<ol>\n{html}</ol>\n\
         <p class=\"note\">{clauses}</p></section>\n"
    )
}

fn expectations(report: &Report) -> String {
    let missed: Vec<_> = report.expectations.iter().filter(|line| !line.met).collect();
    if missed.is_empty() {
        return String::new();
    }
    let mut items = String::new();
    for line in missed.iter().take(MOST) {
        let _ = writeln!(items, "<li>{}</li>", clipped(&line.message(), MESSAGE));
    }
    if missed.len() > MOST {
        let _ = writeln!(items, "<li>and {} more</li>", count((missed.len() - MOST) as u64));
    }
    let all = report.expectations.len();
    format!(
        "<section id=\"missed\"><h2>{} of {all} expectations missed</h2>\n<ul>\n{items}</ul></section>\n",
        missed.len()
    )
}

/// The line that makes the run again, and what the run is known by.
fn reproduce(page: &Page) -> String {
    let report = page.report;
    let known = [
        ("seed", report.seed.to_string()),
        ("scenario", report.scenario_hash.clone()),
        ("digest of all facts", report.digest.clone()),
        ("mirrorsim", page.version.to_owned()),
        ("generator", report.generator.clone()),
    ];
    let known = known.iter().map(|(name, what)| {
        format!("<div><dt>{name}</dt><dd><code>{}</code></dd></div>\n", text(what))
    });
    format!(
        "<section id=\"reproduce\" aria-labelledby=\"reproduce-title\">\n\
         <h2 id=\"reproduce-title\">How to get this run again</h2>\n\
         <div class=\"line\"><code id=\"line\" tabindex=\"0\">{}</code>\
         <button type=\"button\" id=\"copy\" hidden>Copy</button>\
         <span id=\"copied\" role=\"status\"></span></div>\n\
         <dl class=\"known\">\n{}</dl></section>\n",
        clipped(page.line, LINE),
        known.collect::<String>()
    )
}
