//! Traces of other forms through the program: what it writes, what it says, what it refuses.

use mirrorsim::trace::{self, Trace};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn mirrorsim(words: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces/foreign");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mirrorsim"));
    command.args(words).current_dir(folder).stdin(Stdio::null());
    command.output().expect("the program starts")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("it writes UTF-8")
}

#[test]
fn a_trace_is_read_told_of_and_written() {
    let output = mirrorsim(&["trace", "msr.csv.gz"]);
    assert_eq!(output.status.code(), Some(0));
    let said = "msr.csv.gz: read as MSR Cambridge CSV (Windows file times, bytes): 200 writes \
                (5.84 MiB), 0 flushes\n";
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(stderr.ends_with(said), "{stderr}");
    let comment = "# read as MSR Cambridge CSV (Windows file times, bytes): 200 writes (5.84 MiB), 0 \
                   flushes\ntime_us,target,offset,length,fsync\n0,own.0,327213056,24576,0\n";
    assert!(stdout.starts_with(comment), "{stdout}");
    assert_eq!(stdout.lines().count(), 202);
}

#[test]
fn quiet_says_nothing() {
    let output = mirrorsim(&["--quiet", "trace", "fiu.txt"]);
    assert_eq!((output.status.code(), text(output.stderr).as_str()), (Some(0), ""));
}

#[test]
fn oracles_know_no_reads_and_that_is_said() {
    let output = mirrorsim(&["trace", "oracleGeneral.bin"]);
    let stderr = text(output.stderr);
    assert!(stderr.contains("it tells no reads from writes, so all are writes"), "{stderr}");
}

#[test]
fn the_unit_of_disksim_and_mqsim_is_asked_for() {
    let output = mirrorsim(&["trace", "mqsim.trace"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let stderr = text(output.stderr);
    assert!(stderr.contains("`--from disksim` (times in ms, sectors)"), "{stderr}");
    assert!(stderr.contains("`--from mqsim` (times in ns, sectors)"), "{stderr}");
    let told = |words: &[&str]| -> Trace {
        let output = mirrorsim(words);
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        let trace = trace::read(&output.stdout[..]).expect("it writes the canonical form");
        Trace { comments: Vec::new(), ..trace }
    };
    let mqsim = told(&["trace", "mqsim.trace", "--from", "mqsim"]);
    assert_eq!(told(&["trace", "disksim.ascii", "--from", "disksim"]), mqsim);
    let wrong = told(&["trace", "mqsim.trace", "--from", "disksim"]);
    let last = |trace: &Trace| trace.records.last().map(|record| record.time.as_nanos());
    assert_eq!(last(&wrong), last(&mqsim).map(|nanos| nanos * 1_000_000));
}

#[test]
fn the_wrong_form_is_refused_with_its_first_line() {
    let output = mirrorsim(&["trace", "alibaba.csv", "--from", "spc"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let stderr = text(output.stderr);
    let words = "alibaba.csv: 200 of 200 lines are bad, so this is no SPC trace; the first: line 1: \
                 LBA \"W\" is not a number of sectors of 512 bytes";
    assert!(stderr.contains(words), "{stderr}");
    let output = mirrorsim(&["trace", "../README.md"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(output.stderr);
    assert!(stderr.contains("no known form of trace begins with"), "{stderr}");
}
