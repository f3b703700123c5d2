//! `mirrorsim trace`: recorded traces, checked, sorted, converted, described.

mod remarks;

use super::Context;
use super::arguments::{Format, TraceArguments};
use super::exit::{Exit, Failure};
use super::input;
use super::output::Output;
use crate::report::text::{bytes, count, span};
use crate::trace::{self, Import, TraceStats, WriteSizes};
use crate::units::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use std::io;
use std::path::Path;

/// Name and version of the format of a trace's numbers as JSON.
pub(super) const STATS_FORMAT: &str = "mirrorsim-trace-stats/1";

/// Writes the trace in the canonical form, or its numbers.
pub(super) fn run(arguments: &TraceArguments, context: &Context) -> Result<Exit, Failure> {
    if arguments.block_size == Bytes::ZERO {
        return Err(Failure::new(Exit::Usage, "--block-size 0B: a block has at least one byte"));
    }
    let output = Output::open(arguments.output.as_deref())?;
    let import = input::import(&arguments.file, arguments.from)?;
    remarks::tell(&import, &input::name(&arguments.file), context);
    if arguments.stats {
        let trace =
            import.into_trace().map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
        let stats = trace.stats(arguments.block_size.get());
        let words = match Format::choose(arguments.format, arguments.output.as_deref()) {
            Format::Text => described(&stats, arguments.block_size),
            Format::Json => as_json(&stats, arguments.block_size),
        };
        output.write(words.as_bytes())?;
        return Ok(Exit::Expected);
    }
    let zip = |path: &Path| path.extension().is_some_and(|extension| extension == "gz");
    let zip = arguments.output.as_deref().is_some_and(zip);
    convert(import, output, if zip { Packing::Gzip } else { Packing::Plain })?;
    Ok(Exit::Expected)
}

/// How the canonical form is written.
enum Packing {
    Plain,
    Gzip,
}

/// Writes the canonical form record by record.
fn convert(import: Import, output: Output, packing: Packing) -> Result<(), Failure> {
    let comments = remarks::comments(&import);
    let mut stream = output.replace()?;
    let written = match packing {
        Packing::Plain => trace::export(import, comments, stream.writer()),
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(stream.writer(), Compression::default());
            let written = trace::export(import, comments, &mut encoder);
            written.and_then(|()| encoder.finish().map(|_| ()))
        }
    };
    match written {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            Err(Failure::new(Exit::Usage, error.to_string()))
        }
        written => stream.finish(written),
    }
}

fn described(stats: &TraceStats, block_size: Bytes) -> String {
    let sizes = stats.sizes.map(|WriteSizes { min, median, max }| {
        let [min, median, max] = [min, median, max].map(|size| bytes(size.get()));
        format!(", {min} to {max}, half of them up to {median}")
    });
    let rows = [
        ("duration", span(stats.duration.as_nanos())),
        ("targets", count(stats.targets)),
        ("writes", count(stats.writes) + &sizes.unwrap_or_default()),
        ("with FUA", count(stats.through_writes)),
        ("flushes", count(stats.flushes)),
        ("written", bytes(stats.bytes_written.get())),
        ("in whole blocks", format!("{} (blocks of {block_size})", bytes(stats.whole_bytes.get()))),
        ("blocks touched", count(stats.blocks_touched)),
    ];
    let lines = rows.map(|(name, value)| format!("{name:<16} {value}\n"));
    lines.concat()
}

/// Bytes and nanoseconds are integers; `sizes` is null where nothing is written.
fn as_json(stats: &TraceStats, block_size: Bytes) -> String {
    let sizes = stats.sizes.map(
        |WriteSizes { min, median, max }| json!({ "min": min.get(), "median": median.get(), "max": max.get() }),
    );
    let value = json!({
        "format": STATS_FORMAT,
        "block_size": block_size.get(),
        "duration_ns": stats.duration.as_nanos(),
        "targets": stats.targets,
        "writes": stats.writes,
        "through_writes": stats.through_writes,
        "flushes": stats.flushes,
        "bytes_written": stats.bytes_written.get(),
        "whole_bytes": stats.whole_bytes.get(),
        "blocks_touched": stats.blocks_touched,
        "sizes": sizes,
    });
    format!("{value:#}\n")
}
