//! The report as a page of text, at most 100 columns wide.

mod quantity;
mod recovery;
mod table;

pub use quantity::{bytes, count, percent, span};

use super::{DurationSummary, LatencySummary, Report, VerdictWord, ViolationLine, WriteCounts};
use crate::facts::EndReason;
use crate::protocol::wire::Category;
use serde_json::Value;
use std::fmt::Write as _;
use table::Table;

/// Columns of a page.
const WIDTH: usize = 100;

/// The page.
#[must_use]
pub fn render(report: &Report) -> String {
    let sections = [
        headline(report),
        refusals(report),
        violations(report),
        expectations(report),
        clients(report),
        wan(report),
        synchronization(report),
        recovery::section(report),
        identity(report),
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
    let saved = report.saved;
    let mut text = format!("{}  {}  (seed {})\n", verdict(report), report.name(), report.seed);
    let shares = [(saved.of_synchronization, "of synchronization"), (saved.of_wan, "of the WAN")];
    let shares: Vec<_> = shares
        .iter()
        .filter_map(|(share, what)| Some(format!("{} {what}", percent((*share)?))))
        .collect();
    let magnitude = bytes(saved.bytes.unsigned_abs());
    let policy = report.scenario.get("policy").and_then(Value::as_str).unwrap_or_default();
    let who = match policy {
        "" | "references" => "References".to_owned(),
        other => format!("Policy {other}"),
    };
    let does = if saved.bytes < 0 { "cost" } else { "saved" };
    let of = if shares.is_empty() { String::new() } else { format!(": {}", shares.join(", ")) };
    if saved.bytes == 0 {
        let _ = writeln!(text, "{who} saved nothing at consistency points.");
    } else {
        let _ = writeln!(text, "{who} {does} {magnitude}{of}.");
    }
    text
}

/// Writes that were never stored: what the figures leave out (Spec 2.1).
fn refusals(report: &Report) -> String {
    let WriteCounts { requested, refused, .. } = report.writes;
    if refused == 0 {
        return String::new();
    }
    let words = format!(
        "{} of {} writes REFUSED: an NVRAM half (`source.nvram_half`) has no room for so long a \
         write. They were not stored, and no other figure counts them.",
        count(refused),
        count(requested)
    );
    wrap(&words, "")
}

fn violations(report: &Report) -> String {
    let mut text = String::new();
    for ViolationLine { property, at_ns, place, message, fact } in &report.violations {
        let role = match place.role {
            crate::facts::Role::Source => "source",
            crate::facts::Role::Destination => "destination",
        };
        let (at, fact) = (span(*at_ns), count(*fact));
        let _ = writeln!(
            text,
            "{property} at {at}, {role}, {}, {} (fact {fact})",
            place.state, place.kind
        );
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

fn clients(report: &Report) -> String {
    let heads = ["latency", "count", "mean", "p50", "p90", "p99", "p99.9", "max"];
    let mut table = Table::new(&heads);
    let kinds = [("writes", report.latency.write), ("reads", report.latency.read)];
    for (kind, summary) in kinds {
        if summary.count > 0 {
            table.row(latency_row(kind, summary));
        }
    }
    let writes = report.writes;
    let mut extra = Vec::new();
    if writes.acknowledged < writes.requested {
        extra.push(format!("of {} requested", count(writes.requested)));
    }
    if writes.refused > 0 {
        extra.push(format!("{} refused", count(writes.refused)));
    }
    if report.operations.reads > 0 {
        let read = bytes(report.operations.read_bytes);
        extra.push(format!("{} reads ({read})", count(report.operations.reads)));
    }
    if report.operations.flushes > 0 {
        extra.push(format!("{} flushes", count(report.operations.flushes)));
    }
    let written =
        format!("{} writes acknowledged ({})", count(writes.acknowledged), bytes(writes.bytes));
    let words = [vec![written], extra].concat().join(", ");
    format!("{}{}", table.render(), wrap(&words, ""))
}

fn latency_row(kind: &str, summary: LatencySummary) -> Vec<String> {
    let LatencySummary { count: number, mean_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns } =
        summary;
    let spans = [mean_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns].map(span);
    [vec![kind.to_owned(), count(number)], spans.to_vec()].concat()
}

fn wan(report: &Report) -> String {
    let (to, back) = (&report.wan.to_destination, &report.wan.to_source);
    let mut table = Table::new(&["WAN", "to destination", "share", "to source", "share"]);
    let share = |part: u64, whole: u64| match (part, whole) {
        (0, _) | (_, 0) => String::new(),
        (part, whole) => percent(ratio(part, whole)),
    };
    let amount = |part: u64| if part == 0 { "-".to_owned() } else { bytes(part) };
    for category in Category::ALL {
        let (there, here) = (to.get(category), back.get(category));
        if there + here > 0 {
            table.row(vec![
                category.title().to_owned(),
                amount(there),
                share(there, to.total),
                amount(here),
                share(here, back.total),
            ]);
        }
    }
    table.row(vec![
        "total".to_owned(),
        bytes(to.total),
        share(to.total, to.total),
        bytes(back.total),
        share(back.total, back.total),
    ]);
    let messages = report.messages;
    table.row(both("messages", count(messages.to_destination), count(messages.to_source)));
    let written = report.writes.bytes;
    if written > 0 {
        let per_byte = |bytes: u64| format!("{:.3}", ratio(bytes, written));
        table.row(both("bytes per byte written", per_byte(to.total), per_byte(back.total)));
    }
    table.render()
}

/// A row of what has no share.
fn both(name: &str, there: String, here: String) -> Vec<String> {
    vec![name.to_owned(), there, String::new(), here]
}

fn ratio(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    let ratio = part as f64 / whole as f64;
    ratio
}

fn synchronization(report: &Report) -> String {
    let points = &report.synchronization;
    let started = list(points.by_trigger.iter().map(|(key, n)| (key.as_str(), count(*n))));
    let waits = list(report.waits.iter().map(|(key, waited)| {
        let mean = span(waited.ns / waited.writes.max(1));
        (key.as_str(), format!("({} writes, {mean} each)", count(waited.writes)))
    }));
    let blocks = format!(
        "{} as references, {} in full, {} of metadata, {} NAKs",
        count(points.blocks_referenced),
        count(points.blocks_full),
        count(points.metadata_blocks),
        count(points.naks)
    );
    let mut table = Table::facts();
    table.row(vec!["consistency points".into(), count(points.consistency_points) + &started]);
    let DurationSummary { count: ended, p50_ns, max_ns, .. } = points.duration;
    if ended > 0 {
        let words = format!("median {}, at most {}", span(p50_ns), span(max_ns));
        table.row(vec!["duration".into(), words]);
    }
    table.row(vec!["blocks".into(), blocks]);
    if !waits.is_empty() {
        let stalled = span(points.stalled_ns);
        table.row(vec!["waits".into(), format!("stalled for {stalled}{waits}")]);
    }
    let rpo = report.rpo;
    if rpo.max_ns > 0 {
        let [median, tail, most] = [rpo.p50_ns, rpo.p99_ns, rpo.max_ns].map(span);
        let words = format!("{median} half of the time, {tail} for 99 % of it, at most {most}");
        table.row(vec!["at risk".into(), words]);
    }
    table.render()
}

/// `: timer 3, half full 2`; empty where there is nothing.
fn list<'a>(items: impl Iterator<Item = (&'a str, String)>) -> String {
    let words: Vec<_> =
        items.map(|(key, what)| format!("{} {what}", key.replace('_', " "))).collect();
    if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) }
}

fn identity(report: &Report) -> String {
    let ended = match report.ended {
        EndReason::Done => "nothing was left to do",
        EndReason::WorkloadDone => "the workload was done",
        EndReason::TimeLimit => "stopped by its limit on simulated time",
        EndReason::EventLimit => "stopped by its limit on events",
        EndReason::Overload => "stopped: clients ask far faster than they are answered",
    };
    let time = span(report.simulated_ns);
    let mut table = Table::facts();
    table
        .row(vec!["simulated".into(), format!("{time}, {} events, {ended}", count(report.events))]);
    let same = if report.images.source == report.images.destination { "equal" } else { "differ" };
    table.row(vec!["images".into(), format!("{same} at the end")]);
    table.row(vec!["digest".into(), report.digest.clone()]);
    table.row(vec!["scenario".into(), report.scenario_hash.clone()]);
    if let Some(replay) = &report.replay {
        table.row(vec!["replay".into(), replay.words()]);
        if let Some(drift) = &replay.first_drift {
            table.row(vec!["first drift".into(), drift.words()]);
        }
    }
    if let Some(host) = &report.host {
        table.row(vec!["reproduce".into(), host.command.clone()]);
    }
    table.render()
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
