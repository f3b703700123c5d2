//! Writes a trace of any size in any form to standard output, to measure its reader by:
//! `cargo run --release --example generate_trace -- msr 20000000 > big.csv`. Without a form it lists
//! those that it can write.
//!
//! Requests come ten microseconds apart but for one in eight, which comes late; one in four reads.

#[path = "writers.rs"]
mod writers;

use mirrorsim::trace::Form;
use std::env;
use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;
use writers::{Ask, Operation, Writer};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let output = io::stdout().lock();
    let outcome = match &words[..] {
        [] => list(output),
        [form, count] => match Form::named(form).and_then(Writer::of).zip(count.parse().ok()) {
            Some((writer, count)) => write(&writer, count, output),
            None => Err(io::Error::other("no form that can be written, or no count")),
        },
        _ => Err(io::Error::other("usage: generate_trace [FORM COUNT]")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn list(mut output: impl io::Write) -> io::Result<()> {
    let written = Form::ALL.into_iter().filter(|form| Writer::of(*form).is_some());
    written.map(Form::name).try_for_each(|name| writeln!(output, "{name}"))
}

fn write(writer: &Writer, count: u64, output: impl io::Write) -> io::Result<()> {
    let mut output = BufWriter::with_capacity(1 << 20, output);
    output.write_all(writer.header.as_bytes())?;
    let mut line = Vec::new();
    for number in 0..count {
        line.clear();
        (writer.write)(&writer.fitted(ask(number)), &mut line);
        output.write_all(&line)?;
    }
    output.flush()
}

/// The request of this number; scattered by a multiplication, always the same.
fn ask(number: u64) -> Ask {
    let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let late = if scattered.is_multiple_of(8) { 250_000 } else { 0 };
    Ask {
        time: (number * 10_000).saturating_sub(late),
        target: (scattered % 5) as u32,
        offset: (scattered >> 8) % (1 << 28) * 4096,
        length: 4096 * (1 + (scattered >> 3) % 16),
        operation: if (scattered >> 4).is_multiple_of(4) {
            Operation::Read
        } else {
            Operation::Write
        },
    }
}
