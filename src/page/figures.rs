//! Key figures: what the text report says, as tables.

use super::html;
use crate::report::Report;
use crate::report::text::{Table, bytes, count, percent, sentences, span, tables};
use std::fmt::Write as _;

/// Failures that are shown at most.
const MOST_FAILURES: usize = 30;

/// The section of key figures.
pub(super) fn section(report: &Report) -> String {
    let clients = sentences::clients(report);
    let mut page = format!(
        "<section id=\"figures\" aria-labelledby=\"figures-title\">\n\
         <h2 id=\"figures-title\">Key figures</h2>\n{}",
        keys(report)
    );
    page.push_str("<div class=\"beside\">\n");
    page.push_str(&html::table("Bytes on the WAN", &tables::wan(report)));
    page.push_str("<div>\n");
    if report.latency.write.count + report.latency.read.count > 0 {
        page.push_str(&html::table("How long clients waited", &tables::latency(report)));
    }
    let _ = writeln!(page, "<p class=\"note\">{}.</p>", html::text(&clients));
    page.push_str(&html::table("Consistency points", &tables::synchronization(report)));
    page.push_str(&html::table("The run", &known(report)));
    page.push_str("</div>\n</div>\n");
    page.push_str(&failures(report));
    page.push_str("</section>\n");
    page
}

/// The few numbers that most are after.
fn keys(report: &Report) -> String {
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), percent);
    let write = report.latency.write;
    let wait = |nanos: u64| if write.count > 0 { span(nanos) } else { "–".to_owned() };
    let keys = [
        ("saved of synchronization", share(report.saved.of_synchronization)),
        ("saved of the WAN", share(report.saved.of_wan)),
        ("a write waited, median", wait(write.p50_ns)),
        ("a write waited, 99 %", wait(write.p99_ns)),
        ("to the destination", bytes(report.wan.to_destination.total)),
        ("consistency points", count(report.synchronization.consistency_points)),
        ("at risk, at most", span(report.rpo.max_ns)),
    ];
    let keys = keys.iter().map(|(name, figure)| {
        format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", html::text(figure))
    });
    format!("<dl class=\"keys\">\n{}</dl>\n", keys.collect::<String>())
}

/// The rows of the run's identity that do not stand at the top of the page.
fn known(report: &Report) -> Table {
    const ABOVE: [&str; 3] = ["digest", "scenario", "reproduce"];
    tables::identity(report).without(&ABOVE)
}

fn failures(report: &Report) -> String {
    let Some(words) = sentences::exposure(report) else { return String::new() };
    let mut page = format!("<p class=\"note\">{}.</p>\n", html::text(&words));
    let table = tables::failures(report);
    let shown = table.rows().iter().take(MOST_FAILURES).map(Vec::as_slice);
    if !table.rows().is_empty() {
        page.push_str(&html::rows_under(
            "What failures cost",
            html::Cells::Numbers,
            table.heads(),
            shown,
        ));
    }
    let more = table.rows().len().saturating_sub(MOST_FAILURES);
    if more > 0 {
        let _ = writeln!(page, "<p class=\"note\">and {} more failures</p>", count(more as u64));
    }
    page
}
