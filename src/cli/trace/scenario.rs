//! A scenario that replays a trace, to begin with: the keys that are changed most, with bounds that
//! the trace does not reach.

use super::super::arguments::TraceArguments;
use super::super::exit::{Exit, Failure};
use super::super::input;
use super::super::output::{Output, is_same, is_standard};
use super::super::progress::Progress;
use super::super::way::way;
use super::surveyed;
use crate::protocol::wire;
use crate::report::text::{bytes, count, span};
use crate::scenario::Scenario;
use crate::scenario::file::laid_out;
use crate::trace::{Import, Measures, TraceStats};
use crate::units::{Bytes, Rate, Span};
use serde_json::{Value, json};
use std::path::Path;

/// Refuses what no scenario could name or hold.
pub(super) fn check(arguments: &TraceArguments) -> Result<(), Failure> {
    let TraceArguments { file, output, block_size, .. } = arguments;
    if output.as_deref().is_some_and(|output| is_same(file, output)) {
        let message =
            format!("--scenario would replace the trace that it replays: {}", file.display());
        return Err(Failure::new(Exit::Usage, message));
    }
    let size = block_size.get();
    if !size.is_power_of_two() || !(512..=1 << 30).contains(&size) {
        let message =
            format!("--block-size {block_size}: a scenario takes a power of two from 512B to 1GiB");
        return Err(Failure::new(Exit::Usage, message));
    }
    if is_standard(file) {
        let message = "--scenario names the trace it replays, and standard input has no name: write \
                       the trace to a file first (`mirrorsim trace - -o trace.csv.gz`)";
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(())
}

/// Writes the scenario.
pub(super) fn write(
    arguments: &TraceArguments,
    import: Import,
    measures: Measures,
    output: Output,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let name = input::name(&arguments.file);
    if let Some(words) = input::too_long(&import) {
        return Err(Failure::new(Exit::Usage, format!("{name}: {words}")));
    }
    let described = super::remarks::counted(&import);
    let (_, stats) = surveyed(import, measures, progress)?;
    if stats.writes == 0 {
        let message = format!("{name}: nothing in it writes, so there is nothing to replay");
        return Err(Failure::new(Exit::Usage, message));
    }
    let trace = path(arguments).map_err(|error| Failure::file(&name, "found", &error))?;
    let mut workload = json!({ "trace": trace });
    if let Some(form) = arguments.from {
        workload["from"] = form.name().into();
    }
    let title = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    let said = description(&title, &described, &stats);
    let text = text(&title, &said, &workload, &stats, measures);
    // What the arguments make of it may not be a scenario: a block of 3 B.
    Scenario::parse(&text, &[])
        .map_err(|error| Failure::new(Exit::Usage, error.render("the scenario")))?;
    output.write(text.as_bytes())
}

/// The trace as the scenario names it: from the folder of its file, else from the working directory.
fn path(arguments: &TraceArguments) -> std::io::Result<String> {
    let output = arguments.output.as_deref().filter(|path| !is_standard(path));
    let folder = output.and_then(Path::parent).filter(|folder| *folder != Path::new(""));
    way(folder.unwrap_or(Path::new(".")), &arguments.file)
}

/// Where it comes from, and what is to be known of it.
fn description(title: &str, described: &str, stats: &TraceStats) -> String {
    let mut text = format!(
        "Replays {title}: {described}, in {}, at the recorded times. Written by `mirrorsim trace \
         --scenario`: the NVRAM halves hold what is written between two consistency points, the link \
         carries the busiest second twice over.",
        span(stats.duration.as_nanos())
    );
    if let Some(common) =
        stats.common_offset.filter(|common| common.whole_bytes > stats.whole_bytes)
    {
        let (offset, shift) = (count(common.offset.get()), common.shift);
        text += &format!(
            " Most writes begin {offset} B into a block: with `offset_shift` {shift} references \
             would cover {} instead of {}.",
            bytes(common.whole_bytes.get()),
            bytes(stats.whole_bytes.get())
        );
    }
    text
}

fn text(
    title: &str,
    said: &str,
    workload: &Value,
    stats: &TraceStats,
    measures: Measures,
) -> String {
    let every = measures.consistency_point.to_string();
    // As a list: the keys of a JSON object would stand in the order of the alphabet.
    let keys = [
        ("name", json!(format!("Replay of {title}"))),
        ("description", json!(said)),
        ("policy", json!("references")),
        ("ack", json!("logged")),
        ("block_size", json!(Bytes::new(measures.block_size).to_string())),
        ("clients", json!([{ "name": "trace", "workload": workload }])),
        (
            "source",
            json!({
                "nvram_half": nvram_half(stats).to_string(),
                "disk": { "kind": "ssd" },
                "consistency_point": { "every": every },
            }),
        ),
        ("wan", json!({ "bandwidth": bandwidth(stats).to_string(), "propagation": "20ms" })),
        (
            "destination",
            json!({ "log": { "kind": "fixed", "latency": "100us" }, "disk": { "kind": "ssd" } }),
        ),
        ("limits", json!({ "simulated": simulated(stats).to_string() })),
        (
            "expect",
            json!({
                "verdict": "pass",
                "writes.acknowledged": stats.writes,
                "writes.bytes": stats.bytes_written.get(),
            }),
        ),
    ];
    let keys: Vec<_> = keys.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    laid_out(&format!("{{{}}}", keys.join(",")))
}

/// A power of two from 64 MiB, with room for everything between two consistency points; but no more
/// than 1 TiB, and a write that does not fit is refused then.
fn nvram_half(stats: &TraceStats) -> Bytes {
    let headers = stats.peak_point.writes.saturating_mul(wire::ENTRY_HEADER);
    let needed = stats.peak_point.bytes.get().saturating_add(headers);
    Bytes::new(needed.clamp(64 << 20, 1 << 40).next_power_of_two())
}

/// 1 Gbit/s, or ten times as much, until the busiest second leaves half of it free.
fn bandwidth(stats: &TraceStats) -> Rate {
    let busiest = stats.peak_second.get().saturating_mul(8);
    let rates = [1, 10, 100, 1000].map(|gigabits| gigabits * 1_000_000_000);
    let enough = rates.into_iter().find(|rate| rate / 2 >= busiest);
    Rate::bits_per_second(enough.unwrap_or(1_000_000_000_000))
}

/// A day, or the time until the last request and as much again: replay begins at time 0, whenever the
/// first one comes.
fn simulated(stats: &TraceStats) -> Span {
    let twice = stats.ended.as_nanos().saturating_mul(2);
    Span::from_nanos(twice.max(Span::from_secs(24 * 3600).as_nanos()))
}
