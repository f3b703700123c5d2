//! The numbers of a trace as a page of text.

use super::estimate::{Estimate, share};
use crate::report::text::{bytes, count, percent, span};
use crate::trace::{Measures, Overwrites, Tally, TraceStats, WriteSizes};
use crate::units::{Bytes, Span};

/// The page: what there is, where it lies, how soon it is written again, what that makes of the link.
pub(super) fn of(stats: &TraceStats, tally: &Tally, measures: Measures) -> String {
    let size = Bytes::new(measures.block_size);
    let sections = [totals(stats, tally, size), shape(stats), again(stats, measures)];
    let sections: Vec<_> = sections.into_iter().filter(|rows| !rows.is_empty()).collect();
    sections.iter().map(|rows| laid_out(rows)).collect::<Vec<_>>().join("\n")
}

type Row = (&'static str, String);

fn laid_out(rows: &[Row]) -> String {
    let lines: Vec<_> = rows.iter().map(|(name, value)| format!("{name:<16} {value}\n")).collect();
    lines.concat()
}

fn part(part: u64, whole: u64) -> String {
    share(part, whole).map_or_else(|| "-".to_owned(), percent)
}

fn totals(stats: &TraceStats, tally: &Tally, block_size: Bytes) -> Vec<Row> {
    let sizes = stats.sizes.as_ref().map(|WriteSizes { min, median, max, .. }| {
        let [min, median, max] = [min, median, max].map(|size| bytes(size.get()));
        format!(", {min} to {max}, half of them up to {median}")
    });
    let whole = bytes(stats.whole_bytes.get());
    let mut rows = vec![
        ("duration", span(stats.duration.as_nanos())),
        ("targets", count(stats.targets)),
        ("writes", count(stats.writes) + &sizes.unwrap_or_default()),
        ("with FUA", count(stats.through_writes)),
        ("flushes", count(stats.flushes)),
        ("written", bytes(stats.bytes_written.get())),
        ("in whole blocks", format!("{whole} (blocks of {block_size})")),
        ("blocks touched", count(stats.blocks_touched) + &touched(stats, block_size)),
    ];
    for (what, (requests, sum)) in &tally.left_out {
        let words = format!("{} {what} ({})", count(*requests), bytes(*sum));
        rows.push((
            "left out",
            format!("{words}: {} of all requests", part(*requests, tally.requests())),
        ));
    }
    if tally.bad > 0 {
        rows.push((
            "bad",
            format!("{} of {} lines or records", count(tally.bad), count(tally.items)),
        ));
    }
    rows
}

/// What they are in bytes, and whether that was counted.
fn touched(stats: &TraceStats, block_size: Bytes) -> String {
    let Overwrites { one_in, unplaced_writes, .. } = stats.overwrites;
    let sum = bytes(stats.blocks_touched.saturating_mul(block_size.get()));
    let estimated =
        if one_in > 1 { format!(", estimated from one in {one_in}") } else { String::new() };
    let without = match unplaced_writes {
        0 => String::new(),
        more => format!(", without those of {} long writes", count(more)),
    };
    if stats.writes == 0 { String::new() } else { format!(" ({sum}{estimated}{without})") }
}

/// Rate, sizes, alignment.
fn shape(stats: &TraceStats) -> Vec<Row> {
    let Some(sizes) = &stats.sizes else { return Vec::new() };
    let named = sizes
        .commonest
        .iter()
        .map(|(size, writes)| format!("{} {}", bytes(size.get()), part(*writes, stats.writes)));
    let rounded = match sizes.rounded {
        0 => String::new(),
        rounded => format!("; {} rounded down by less than 2 %", count(rounded)),
    };
    let named = named.collect::<Vec<_>>().join(", ");
    let mut rows = vec![
        ("rate", rate(stats)),
        ("sizes", format!("nine of ten up to {}; {named}{rounded}", bytes(sizes.p90.get()))),
    ];
    for (place, aligned) in stats.aligned.iter().enumerate() {
        let (writes, sum) = (
            part(aligned.writes, stats.writes),
            part(aligned.bytes.get(), stats.bytes_written.get()),
        );
        let words = format!("to {}: {writes} of writes, {sum} of bytes", aligned.grid);
        rows.push((if place == 0 { "aligned" } else { "" }, words));
    }
    let whole = part(stats.whole_bytes.get(), stats.bytes_written.get());
    rows.push(("whole blocks", format!("{whole} of bytes: what references can save")));
    rows.extend(shift(stats).map(|words| ("", words)));
    rows
}

fn rate(stats: &TraceStats) -> String {
    let second = Span::from_secs(1).as_nanos();
    let nanos = stats.duration.as_nanos();
    if nanos < second {
        return "over in less than a second".to_owned();
    }
    let each = |number: u64| {
        let a_second = u128::from(number) * u128::from(second) / u128::from(nanos);
        u64::try_from(a_second).expect("no more than in all")
    };
    let (mean, writes, peak) =
        (each(stats.bytes_written.get()), each(stats.writes), stats.peak_second.get());
    let times =
        share(peak, mean).map_or_else(String::new, |times| format!(", {times:.1} times the mean"));
    format!(
        "{}/s, {} writes/s; at most {} in a second{times}",
        bytes(mean),
        count(writes),
        bytes(peak)
    )
}

/// What a shift would do, if it does anything.
fn shift(stats: &TraceStats) -> Option<String> {
    let common = stats.common_offset.filter(|common| common.whole_bytes > stats.whole_bytes)?;
    let shares = [stats.whole_bytes, common.whole_bytes].map(|whole| {
        share(whole.get(), stats.bytes_written.get())
            .map_or_else(String::new, |share| format!("{share:.2}"))
    });
    let [now, then] = shares;
    let (offset, shift) = (common.offset.get(), common.shift);
    Some(format!(
        "{} of writes begin {} B into a block: a partition that is not aligned;\n{:17}`offset_shift` \
         {shift} would raise the share from {now} to {then}",
        part(common.writes, stats.writes),
        count(offset),
        ""
    ))
}

/// How soon blocks are written again, and what that makes of the link.
fn again(stats: &TraceStats, measures: Measures) -> Vec<Row> {
    let Some(estimate) = Estimate::of(stats, measures) else { return Vec::new() };
    let overwrites = &stats.overwrites;
    let of = |number| part(number, overwrites.block_writes);
    let every = measures.consistency_point;
    let mut rows = vec![
        (
            "written again",
            format!(
                "within 1s {}, within 10s {} of block writes",
                of(overwrites.within_second),
                of(overwrites.within_ten_seconds)
            ),
        ),
        (
            "",
            format!(
                "within a CP (every {every}) {}: the more, the less a CP has to send",
                of(overwrites.within_point)
            ),
        ),
    ];
    if overwrites.one_in > 1 {
        rows.push(("", format!("estimated from one in {} blocks", overwrites.one_in)));
    }
    if overwrites.long_writes > 0 {
        rows.push((
            "",
            format!("without {} writes of more than 4,096 blocks", count(overwrites.long_writes)),
        ));
    }
    let sent = overwrites.whole_at_points + overwrites.partial_at_points;
    rows.push((
        "CPs",
        format!(
            "{} send {} of what was written to blocks, {} of it whole",
            count(overwrites.points),
            of(sent),
            part(overwrites.whole_at_points, sent)
        ),
    ));
    let each = |sum: u64| {
        share(sum, stats.bytes_written.get())
            .map_or_else(String::new, |share| format!("{share:.3} B"))
    };
    let (full, references) = (each(estimate.full_blocks), each(estimate.references));
    rows.push((
        "expected",
        format!("full-blocks {full}, references {references} on the WAN for each byte written"),
    ));
    let saved = estimate.saved().map_or_else(String::new, percent);
    rows.push(("", format!("references save {saved} of the WAN, if only the timer starts CPs")));
    rows
}
