//! What a run showed, in tables.

use super::super::{DurationSummary, FailureLine, LatencySummary, Report};
use super::{Table, bytes, count, percent, sentences, span};
use crate::protocol::wire::Category;

/// How long clients waited: a row for each kind of operation there was.
#[must_use]
pub fn latency(report: &Report) -> Table {
    let heads = ["latency", "count", "mean", "p50", "p90", "p99", "p99.9", "max"];
    let mut table = Table::new(&heads);
    let kinds = [("writes", report.latency.write), ("reads", report.latency.read)];
    for (kind, summary) in kinds {
        if summary.count > 0 {
            table.row(latency_row(kind, summary));
        }
    }
    table
}

fn latency_row(kind: &str, summary: LatencySummary) -> Vec<String> {
    let LatencySummary { count: number, mean_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns } =
        summary;
    let spans = [mean_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns].map(span);
    [vec![kind.to_owned(), count(number)], spans.to_vec()].concat()
}

/// Bytes on the WAN by category (Spec 9.2), in both directions.
#[must_use]
pub fn wan(report: &Report) -> Table {
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
    table
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

/// Consistency points, what waited for them, and what was at risk meanwhile.
#[must_use]
pub fn synchronization(report: &Report) -> Table {
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
    table
}

/// `: timer 3, half full 2`; empty where there is nothing.
fn list<'a>(items: impl Iterator<Item = (&'a str, String)>) -> String {
    let words: Vec<_> =
        items.map(|(key, what)| format!("{} {what}", key.replace('_', " "))).collect();
    if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) }
}

/// What each failure cost.
#[must_use]
pub fn failures(report: &Report) -> Table {
    let heads =
        ["failure", "at", "detect", "decide", "replay", "serve", "resync", "lost writes", "lost"];
    let mut table = Table::new(&heads);
    for failure in &report.recovery.failures {
        table.row(failure_row(failure));
    }
    table
}

fn failure_row(failure: &FailureLine) -> Vec<String> {
    let step = |nanos: Option<u64>| nanos.map_or_else(|| "-".to_owned(), span);
    vec![
        failure.kind.clone(),
        span(failure.at_ns),
        step(failure.detect_ns),
        step(failure.decide_ns),
        step(failure.replay_ns),
        step(failure.serve_ns),
        step(failure.resync_ns),
        count(failure.lost_writes),
        bytes(failure.lost_bytes),
    ]
}

/// What a run is known by, and what makes it again.
#[must_use]
pub fn identity(report: &Report) -> Table {
    let mut table = Table::facts();
    table.row(vec!["simulated".into(), sentences::ending(report)]);
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
    table
}
