//! Whether a CP of so many entries fits an NVRAM half (Spec 5.1).

use super::{Traces, trace_of};
use crate::protocol::{ClientId, Operation, wire};
use crate::scenario::{
    Client, PlannedOperation, Problem, Replay, Scenario, Synthetic, TraceReplay, Workload,
};
use crate::units::{Bytes, Ratio};

/// Entries of one length in NVRAM, and how many there are.
type Share = (u64, u64);

/// Refuses `consistency_point.entries: N` where N entries may not fit a half.
///
/// A single client that replays a trace in order is judged by every N consecutive writes; with
/// several clients, barriers or drawn writes any N may meet, so the N longest are taken. A write
/// that no half can hold makes no entry (Spec 2.1) and is left out.
///
/// # Errors
/// How many bytes a half would need; or a trace that is not in `traces`.
pub fn check_entries(scenario: &Scenario, traces: &Traces) -> Result<(), Problem> {
    let Some(entries) = scenario.parameters.entries else { return Ok(()) };
    let half = scenario.parameters.nvram_half;
    let needed = bytes_needed(entries, half, &scenario.clients, traces)?;
    if needed <= u128::from(half.get()) { Ok(()) } else { Err(too_many(entries, half, needed)) }
}

/// `entries` entries may need more than a half has; says what would do.
fn too_many(entries: u64, half: Bytes, needed: u128) -> Problem {
    let mend = match u64::try_from(needed) {
        Ok(needed) => {
            let needed = Bytes::new(needed);
            format!("allow fewer entries, or make `source.nvram_half` at least {needed}")
        }
        Err(_) => "allow fewer entries".to_owned(),
    };
    let half = half.get();
    let rule =
        format!("so many entries can take {needed} B of NVRAM, and a half has {half} B; {mend}");
    let key = "source.consistency_point.entries".to_owned();
    Problem { key, value: entries.to_string(), rule }
}

/// The most bytes that `entries` entries in one half may take.
fn bytes_needed(
    entries: u64,
    half: Bytes,
    clients: &[Client],
    traces: &Traces,
) -> Result<u128, Problem> {
    if let [Client { workload: Workload::Trace(replay), .. }] = clients {
        match replay.replay {
            Replay::Recorded | Replay::Serial => {
                let entries_in_order = trace_entries(ClientId(0), replay, half, traces)?;
                return Ok(largest_window(&entries_in_order, entries));
            }
            Replay::Barriers => {}
        }
    }
    let mut shares: Vec<Share> = Vec::new();
    for (number, client) in (0..).zip(clients) {
        match &client.workload {
            Workload::Trace(replay) => {
                let each = trace_entries(ClientId(number), replay, half, traces)?;
                shares.extend(each.into_iter().map(|bytes| (bytes, 1)));
            }
            Workload::Synthetic(synthetic) => shares.extend(synthetic_entries(synthetic, half)),
            Workload::Operations(list) => shares.extend(listed_entries(list, half)),
        }
    }
    Ok(largest(shares, entries))
}

/// The entry that a write of `length` bytes makes, if any half can hold it.
fn entry(length: u64, half: Bytes) -> Option<u64> {
    let bytes = wire::entry_in_nvram(length);
    (bytes <= half.get()).then_some(bytes)
}

/// The entries of a trace, in its order.
fn trace_entries(
    client: ClientId,
    replay: &TraceReplay,
    half: Bytes,
    traces: &Traces,
) -> Result<Vec<u64>, Problem> {
    let trace = trace_of(client, replay, traces)?;
    Ok(trace.writes().filter_map(|record| entry(record.length, half)).collect())
}

/// As if every operation drew the longest size that fits.
fn synthetic_entries(synthetic: &Synthetic, half: Bytes) -> Option<Share> {
    let drawn = synthetic.sizes.iter().filter(|share| share.weight > 0);
    let longest = drawn.filter_map(|share| entry(share.size.get(), half)).max()?;
    (synthetic.reads != Ratio::ONE).then_some((longest, synthetic.operations))
}

fn listed_entries(list: &[PlannedOperation], half: Bytes) -> Vec<Share> {
    let written = list.iter().filter_map(|planned| match planned.operation {
        Operation::Write(range) => entry(range.length, half),
        Operation::Read(_) | Operation::Flush(_) => None,
    });
    written.map(|bytes| (bytes, 1)).collect()
}

/// The largest sum of `count` neighbours, or of all where there are fewer.
fn largest_window(entries: &[u64], count: u64) -> u128 {
    let width = usize::try_from(count).unwrap_or(usize::MAX).min(entries.len());
    let mut sum: u128 = entries[..width].iter().copied().map(u128::from).sum();
    let mut largest = sum;
    for (entering, leaving) in entries[width..].iter().zip(entries) {
        sum = sum + u128::from(*entering) - u128::from(*leaving);
        largest = largest.max(sum);
    }
    largest
}

/// The sum of the `count` longest, or of all where there are fewer.
fn largest(mut shares: Vec<Share>, count: u64) -> u128 {
    shares.sort_unstable_by(|a, b| b.cmp(a));
    let mut left = count;
    let mut sum = 0;
    for (bytes, copies) in shares {
        let taken = copies.min(left);
        sum += u128::from(bytes) * u128::from(taken);
        left -= taken;
    }
    sum
}

#[cfg(test)]
mod tests;
