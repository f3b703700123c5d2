//! The report as a page of text, at most 100 columns wide.

mod quantity;
pub mod sentences;
mod table;
pub mod tables;

pub use quantity::{bytes, count, percent, span};
pub use table::Table;

use super::{Report, VerdictWord, ViolationLine};
use std::fmt::Write as _;

/// Columns of a page.
const WIDTH: usize = 100;

/// The page.
#[must_use]
pub fn render(report: &Report) -> String {
    let sections = [
        headline(report),
        wrapped(sentences::refusals(report)),
        violations(report),
        expectations(report),
        tables::latency(report).render() + &wrap(&sentences::clients(report), ""),
        tables::wan(report).render(),
        tables::synchronization(report).render(),
        failures(report),
        tables::identity(report).render(),
    ];
    let sections: Vec<_> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    sections.join("\n")
}

/// The word of the verdict, as the page begins.
#[must_use]
pub const fn verdict(report: &Report) -> &'static str {
    match report.verdict {
        VerdictWord::Pass => "PASS",
        VerdictWord::Violation => "VIOLATION",
    }
}

fn headline(report: &Report) -> String {
    let (word, name, seed) = (verdict(report), report.name(), report.seed);
    format!("{word}  {name}  (seed {seed})\n{}\n", sentences::saving(report))
}

fn violations(report: &Report) -> String {
    let mut text = String::new();
    for ViolationLine { property, at_ns, place, message, fact } in &report.violations {
        let (at, place, fact) = (span(*at_ns), sentences::place(place), count(*fact));
        let _ = writeln!(text, "{property} at {at}, {place} (fact {fact})");
        text.push_str(&wrap(message, "   "));
    }
    if report.further_violations > 0 {
        let _ = writeln!(text, "and {} more", count(report.further_violations));
    }
    text
}

fn expectations(report: &Report) -> String {
    let lines = &report.expectations;
    let missed: Vec<_> = lines.iter().filter(|line| !line.met).collect();
    if missed.is_empty() {
        return String::new();
    }
    let mut text = format!("{} of {} expectations missed\n", missed.len(), lines.len());
    for line in missed {
        text.push_str(&wrap(&line.message(), "   "));
    }
    text
}

fn failures(report: &Report) -> String {
    let exposure = sentences::exposure(report).map(|words| words + "\n");
    exposure.map_or_else(String::new, |words| words + &tables::failures(report).render())
}

fn wrapped(words: Option<String>) -> String {
    words.map_or_else(String::new, |words| wrap(&words, ""))
}

/// Lines of words, each after `indent`, each at most [`WIDTH`] columns where words allow it.
fn wrap(words: &str, indent: &str) -> String {
    let mut text = String::new();
    let mut line = indent.to_owned();
    for word in words.split_whitespace() {
        let begun = line.len() > indent.len();
        if begun && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(text, "{line}");
            indent.clone_into(&mut line);
        } else if begun {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(text, "{line}");
    text
}
