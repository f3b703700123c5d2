//! Each line or record of a file, whatever it holds, is counted: it asks for something, is bad, or is
//! one that asks for nothing, as headers do.

use mirrorsim::trace::{self, Form, Tally, TraceError};
use proptest::prelude::*;

/// Bytes of a line at most, its end included.
const LONGEST: usize = 65_536;

/// Reads a file as this form and compares the counts with those of the file.
pub fn check(form: Form, file: &[u8]) -> Result<(), TestCaseError> {
    let items = items(form, file);
    match trace::import(file, Some(form)) {
        Ok(import) => {
            let tally = import.tally.clone();
            prop_assert_eq!(tally.items, items, "{:?}", tally);
            prop_assert!(tally.bad <= tally.items / 2, "{:?}", tally);
            accounted(form, file, &tally)?;
            let read = import.into_trace().expect("memory gives it back");
            prop_assert_eq!(read.records.len() as u64, tally.writes + tally.flushes);
            prop_assert!(read.records.is_sorted_by_key(|record| record.time));
        }
        Err(TraceError::MostlyBad { bad, all, .. }) => {
            // A file may end too early, too.
            prop_assert!(all == items || all == items + 1, "{} of {}", all, items);
            prop_assert!(bad * 2 > all);
        }
        // What we write ourselves is whole; and some bytes are those of a compressed file.
        Err(TraceError::Bad { .. }) => prop_assert_eq!(form, Form::MirrorsimCsv),
        Err(TraceError::Compressed(_)) => {}
        Err(TraceError::Truncated { .. } | TraceError::Unreadable { .. }) => {
            prop_assert!(file.starts_with(&[0x1f, 0x8b]));
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    }
    Ok(())
}

fn accounted(form: Form, file: &[u8], tally: &Tally) -> Result<(), TestCaseError> {
    let asking = tally.items - tally.silent - tally.bad;
    prop_assert_eq!(tally.first_bad.len() as u64, tally.bad.min(5));
    match form {
        // Each line or record is one request; only headers are silent.
        Form::MirrorsimCsv
        | Form::Msr
        | Form::CloudPhysics
        | Form::Vscsi1
        | Form::Vscsi2
        | Form::DiskSim
        | Form::MqSim
        | Form::Spc
        | Form::Alibaba
        | Form::Tencent
        | Form::Systor
        | Form::Fiu
        | Form::OracleGeneral => {
            prop_assert_eq!(tally.requests(), asking, "{:?}", tally);
            prop_assert!(tally.silent <= headers(file), "{:?}", tally);
        }
        // A line may tell several requests, or one that it ends.
        Form::Blkparse | Form::Fio | Form::Strace | Form::Nbdkit => {
            prop_assert!(tally.requests() >= asking, "{:?}", tally);
        }
    }
    Ok(())
}

/// Lines that hold no digit but letters: what headers look like.
fn headers(file: &[u8]) -> u64 {
    let lines = file.split(|&byte| byte == b'\n');
    let header = |line: &&[u8]| {
        line.iter().any(u8::is_ascii_alphabetic) && !line.iter().any(u8::is_ascii_digit)
    };
    lines.filter(header).count() as u64
}

/// Lines that are neither empty nor comments, or records.
fn items(form: Form, file: &[u8]) -> u64 {
    if let Some(size) = record_size(form) {
        return file.len().div_ceil(size) as u64;
    }
    let lines = file.split_inclusive(|&byte| byte == b'\n').enumerate();
    lines.filter(|(number, line)| says_something(line, *number)).count() as u64
}

fn says_something(line: &[u8], number: usize) -> bool {
    let content = line.strip_suffix(b"\n").unwrap_or(line);
    let content = content.strip_suffix(b"\r").unwrap_or(content);
    let mark = "\u{feff}".as_bytes();
    let content = if number == 0 { content.strip_prefix(mark).unwrap_or(content) } else { content };
    if line.len() > LONGEST || content.iter().any(|&byte| byte < b' ' && byte != b'\t') {
        return true;
    }
    match content.first() {
        None => false,
        Some(b'#') => std::str::from_utf8(content).is_err(),
        Some(_) => content.iter().any(|&byte| byte != b' ' && byte != b'\t'),
    }
}

/// Bytes of a form's records.
fn record_size(form: Form) -> Option<usize> {
    match form {
        Form::Vscsi1 => Some(32),
        Form::Vscsi2 => Some(40),
        Form::OracleGeneral => Some(24),
        Form::MirrorsimCsv
        | Form::Msr
        | Form::Blkparse
        | Form::Fio
        | Form::Strace
        | Form::CloudPhysics
        | Form::DiskSim
        | Form::MqSim
        | Form::Spc
        | Form::Alibaba
        | Form::Tencent
        | Form::Systor
        | Form::Fiu
        | Form::Nbdkit => None,
    }
}
