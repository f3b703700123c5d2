//! `mirrorsim trace`: recorded traces, checked, sorted, converted, described, made into scenarios.

mod estimate;
mod json;
mod page;
mod remarks;
mod scenario;

pub(super) use remarks::tell;

use super::Context;
use super::arguments::{Format, TraceArguments};
use super::exit::{Exit, Failure};
use super::input;
use super::output::Output;
use super::progress::Progress;
use crate::report::text::{bytes, count};
use crate::trace::{self, Import, Measures, Record, Survey, Tally, TraceError, TraceStats};
use crate::units::{Bytes, Span};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io;
use std::path::Path;

pub(super) use json::FORMAT as STATS_FORMAT;

/// Writes the trace in the canonical form, or its numbers, or a scenario that replays it.
pub(super) fn run(arguments: &TraceArguments, context: &Context) -> Result<Exit, Failure> {
    let measures = measures(arguments)?;
    if arguments.scenario {
        scenario::check(arguments)?;
    }
    let output = Output::open(arguments.output.as_deref())?;
    let mut progress = Progress::new(context.progress);
    let import = input::import(&arguments.file, arguments.from, &mut |read| {
        progress.tell_words(|| format!("{} read", bytes(read)));
    })?;
    remarks::tell(&import, &input::name(&arguments.file), context.remarks);
    let written = if arguments.stats {
        let (tally, stats) = surveyed(import, measures, &mut progress)?;
        let words = match Format::choose(arguments.format, arguments.output.as_deref()) {
            Format::Text => page::of(&stats, &tally, measures),
            Format::Json => json::of(&stats, &tally, measures),
        };
        output.write(words.as_bytes())
    } else if arguments.scenario {
        scenario::write(arguments, import, measures, output, &mut progress)
    } else {
        convert(import, output, packing(arguments.output.as_deref()), &mut progress)
    };
    progress.finish();
    written.map(|()| Exit::Expected)
}

fn measures(arguments: &TraceArguments) -> Result<Measures, Failure> {
    let TraceArguments { block_size, cp_every, .. } = arguments;
    if *block_size == Bytes::ZERO {
        return Err(Failure::new(Exit::Usage, "--block-size 0B: a block has at least one byte"));
    }
    if *cp_every == Span::ZERO {
        return Err(Failure::new(Exit::Usage, "--cp-every 0ns: an interval takes time"));
    }
    Ok(Measures { block_size: block_size.get(), consistency_point: *cp_every })
}

/// The numbers of a trace, which is read record by record.
fn surveyed(
    import: Import,
    measures: Measures,
    progress: &mut Progress,
) -> Result<(Tally, TraceStats), Failure> {
    let tally = import.tally.clone();
    let mut survey = Survey::new(measures);
    for record in told(import, "counted", progress) {
        let record = record.map_err(|error| Failure::new(Exit::File, error.to_string()))?;
        survey.take(&record);
    }
    Ok((tally, survey.finish()))
}

/// The records, and how far they are.
fn told<'a>(
    import: Import,
    done: &'static str,
    progress: &'a mut Progress,
) -> impl Iterator<Item = Result<Record, TraceError>> + 'a {
    /// Records between two looks at the clock.
    const STEP: u64 = 1 << 14;
    let all = import.tally.writes + import.tally.flushes;
    (0_u64..).zip(import).map(move |(number, record)| {
        if number.is_multiple_of(STEP) {
            progress.tell_words(|| format!("{} of {} requests {done}", count(number), count(all)));
        }
        record
    })
}

/// How the canonical form is written.
#[derive(Clone, Copy)]
enum Packing {
    Plain,
    Gzip,
}

fn packing(path: Option<&Path>) -> Packing {
    let zipped = |path: &Path| path.extension().is_some_and(|extension| extension == "gz");
    if path.is_some_and(zipped) { Packing::Gzip } else { Packing::Plain }
}

/// Writes the canonical form record by record.
fn convert(
    mut import: Import,
    output: Output,
    packing: Packing,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let mut comments = remarks::comments(&import);
    comments.append(&mut import.comments);
    let targets = std::mem::take(&mut import.targets);
    let mut stream = output.replace()?;
    let records = told(import, "written", progress);
    let written = match packing {
        Packing::Plain => trace::export(&comments, &targets, records, stream.writer()),
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(stream.writer(), Compression::default());
            let written = trace::export(&comments, &targets, records, &mut encoder);
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
