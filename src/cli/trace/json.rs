//! The numbers of a trace as JSON. Bytes, nanoseconds and counts are integers, shares 0 to 1 or null;
//! keys never change their meaning.

use super::estimate::{Estimate, share};
use crate::trace::{CommonOffset, Measures, Overwrites, Tally, TraceStats, WriteSizes};
use crate::units::Bytes;
use serde_json::{Value, json};

/// Name and version of the format.
pub(in crate::cli) const FORMAT: &str = "mirrorsim-trace-stats/1";

/// The numbers; `sizes` is null where nothing is written.
pub(super) fn of(stats: &TraceStats, tally: &Tally, measures: Measures) -> String {
    let mut value = json!({
        "format": FORMAT,
        "block_size": measures.block_size,
        "duration_ns": stats.duration.as_nanos(),
        "targets": stats.targets,
        "writes": stats.writes,
        "through_writes": stats.through_writes,
        "flushes": stats.flushes,
        "bytes_written": stats.bytes_written.get(),
        "whole_bytes": stats.whole_bytes.get(),
        "blocks_touched": stats.blocks_touched,
        "peak_second_bytes": stats.peak_second.get(),
        "sizes": stats.sizes.as_ref().map(sizes),
    });
    let further = [
        ("whole_share", json!(share(stats.whole_bytes.get(), stats.bytes_written.get()))),
        ("aligned", aligned(stats)),
        ("common_offset", json!(stats.common_offset.as_ref().map(|common| offset(common, stats)))),
        ("overwrites", overwrites(&stats.overwrites)),
        ("consistency_points", points(stats, measures)),
        ("left_out", left_out(tally)),
        ("bad", json!(tally.bad)),
        ("estimate", json!(Estimate::of(stats, measures).as_ref().map(estimate))),
    ];
    for (key, further) in further {
        value[key] = further;
    }
    format!("{value:#}\n")
}

fn sizes(sizes: &WriteSizes) -> Value {
    let WriteSizes { min, median, p90, max, commonest, rounded } = sizes;
    let each = |(size, writes): &(Bytes, u64)| json!({ "size": size.get(), "writes": writes });
    json!({
        "min": min.get(), "median": median.get(), "p90": p90.get(), "max": max.get(),
        "commonest": commonest.iter().map(each).collect::<Vec<_>>(), "rounded": rounded,
    })
}

fn aligned(stats: &TraceStats) -> Value {
    let each = stats.aligned.iter().map(|aligned| {
        json!({
            "grid": aligned.grid.get(), "writes": aligned.writes, "bytes": aligned.bytes.get(),
            "of_writes": share(aligned.writes, stats.writes),
            "of_bytes": share(aligned.bytes.get(), stats.bytes_written.get()),
        })
    });
    each.collect()
}

/// Where most writes begin; `whole_share`: what it would be, were all moved by `offset_shift`.
fn offset(common: &CommonOffset, stats: &TraceStats) -> Value {
    let CommonOffset { offset, writes, shift, whole_bytes, uncounted } = common;
    json!({
        "offset": offset.get(), "writes": writes, "offset_shift": shift.get(),
        "whole_bytes": whole_bytes.get(),
        "whole_share": share(whole_bytes.get(), stats.bytes_written.get()),
        "uncounted": uncounted,
    })
}

/// Block writes and how many of them are overwritten soon; of a sample where `one_in` is above 1.
fn overwrites(overwrites: &Overwrites) -> Value {
    let Overwrites { block_writes, .. } = *overwrites;
    json!({
        "all_block_writes": overwrites.all_block_writes,
        "one_in": overwrites.one_in,
        "block_writes": block_writes,
        "within_1s": share(overwrites.within_second, block_writes),
        "within_10s": share(overwrites.within_ten_seconds, block_writes),
        "within_consistency_point": share(overwrites.within_point, block_writes),
        "long_writes": overwrites.long_writes,
        "long_block_writes": overwrites.long_block_writes,
        "unplaced_writes": overwrites.unplaced_writes,
    })
}

/// What consistency points have to send.
fn points(stats: &TraceStats, measures: Measures) -> Value {
    let Overwrites { points, whole_at_points, partial_at_points, block_writes, .. } =
        stats.overwrites;
    json!({
        "every_ns": measures.consistency_point.as_nanos(),
        "points": points,
        "whole_blocks": whole_at_points,
        "partial_blocks": partial_at_points,
        "blocks_per_block_write": share(whole_at_points + partial_at_points, block_writes),
        "most_bytes": stats.peak_point.bytes.get(),
        "most_writes": stats.peak_point.writes,
    })
}

/// Requests and bytes by what was left out.
fn left_out(tally: &Tally) -> Value {
    let each = tally.left_out.iter().map(|(what, (requests, bytes))| {
        ((*what).to_owned(), json!({ "requests": requests, "bytes": bytes }))
    });
    Value::Object(each.collect())
}

/// What is expected on the link; see `estimate`.
fn estimate(estimate: &Estimate) -> Value {
    let Estimate { full_blocks, references, to_source } = estimate;
    json!({
        "full_blocks_to_destination": full_blocks,
        "references_to_destination": references,
        "to_source": to_source,
        "saved_of_wan": estimate.saved(),
    })
}
