//! `mirrorsim trace`: recorded traces, read, converted, described.

use super::arguments::TraceArguments;
use super::exit::{Exit, Failure};
use super::input;
use super::output::Output;
use crate::report::text::{bytes, count, span};
use crate::trace::{self, Trace, TraceStats, WriteSizes};
use crate::units::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io;
use std::path::Path;

/// Writes the trace in the canonical form, or its numbers.
pub(super) fn run(arguments: &TraceArguments) -> Result<Exit, Failure> {
    if arguments.block_size == Bytes::ZERO {
        return Err(Failure::new(Exit::Usage, "--block-size 0B: a block has at least one byte"));
    }
    let mut output = Output::open(arguments.output.as_deref())?;
    let trace = input::trace(&arguments.file)?;
    if arguments.stats {
        output.write(&described(&trace.stats(arguments.block_size.get()), arguments.block_size))?;
        return Ok(Exit::Expected);
    }
    let zip = |path: &Path| path.extension().is_some_and(|extension| extension == "gz");
    let written = if arguments.output.as_deref().is_some_and(zip) {
        zipped(&trace, output.writer())
    } else {
        trace::write(&trace, output.writer())
    };
    output.finish(written)?;
    Ok(Exit::Expected)
}

fn zipped(trace: &Trace, output: &mut impl io::Write) -> io::Result<()> {
    let mut encoder = GzEncoder::new(output, Compression::default());
    trace::write(trace, &mut encoder)?;
    encoder.finish().map(|_| ())
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
        ("in whole blocks", format!("{} of {block_size}", bytes(stats.whole_bytes.get()))),
        ("blocks touched", count(stats.blocks_touched)),
    ];
    let lines = rows.map(|(name, value)| format!("{name:<16} {value}\n"));
    lines.concat()
}
