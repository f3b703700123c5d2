//! What a run showed, in sentences.

use super::super::{Report, WriteCounts};
use super::{bytes, count, percent, span};
use crate::checker::Place;
use crate::facts::{EndReason, Role};
use serde_json::Value;

/// What references saved, or cost: `References saved 1000 B: 20.0 % of the WAN.`
#[must_use]
pub fn saving(report: &Report) -> String {
    let saved = report.saved;
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
        format!("{who} saved nothing at consistency points.")
    } else {
        format!("{who} {does} {magnitude}{of}.")
    }
}

/// Writes that were never stored: what the figures leave out (Spec 2.1). `None`: there are none.
#[must_use]
pub fn refusals(report: &Report) -> Option<String> {
    let WriteCounts { requested, refused, .. } = report.writes;
    let words = format!(
        "{} of {} writes REFUSED: an NVRAM half (`source.nvram_half`) has no room for so long a \
         write. They were not stored, and no other figure counts them.",
        count(refused),
        count(requested)
    );
    (refused > 0).then_some(words)
}

/// Where a violation showed: `source, in_sync, wrong_bytes`.
#[must_use]
pub fn place(place: &Place) -> String {
    let role = match place.role {
        Role::Source => "source",
        Role::Destination => "destination",
    };
    format!("{role}, {}, {}", place.state, place.kind)
}

/// What clients asked for and got.
#[must_use]
pub fn clients(report: &Report) -> String {
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
    [vec![written], extra].concat().join(", ")
}

/// What failures exposed. `None`: nothing failed.
#[must_use]
pub fn exposure(report: &Report) -> Option<String> {
    let (exposure, failures) = (report.exposure, &report.recovery.failures);
    let words = format!(
        "out of sync {}: {} writes acknowledged meanwhile ({})",
        span(exposure.out_of_sync_ns),
        count(exposure.writes),
        bytes(exposure.bytes)
    );
    (!failures.is_empty() || exposure.out_of_sync_ns > 0).then_some(words)
}

/// How long the run was, and why it ended.
#[must_use]
pub fn ending(report: &Report) -> String {
    let ended = match report.ended {
        EndReason::Done => "nothing was left to do",
        EndReason::WorkloadDone => "the workload was done",
        EndReason::TimeLimit => "stopped by its limit on simulated time",
        EndReason::EventLimit => "stopped by its limit on events",
        EndReason::Overload => "stopped: clients ask far faster than they are answered",
    };
    format!("{}, {} events, {ended}", span(report.simulated_ns), count(report.events))
}
