//! Samples that tools wrote: blkparse, fio, strace, nbdkit. What each must give was counted by hand
//! or with a line of awk that knows nothing of the readers.

use mirrorsim::trace::{self, Form, Import, RecordKind};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// What a sample holds.
struct Counted {
    file: &'static str,
    form: Form,
    writes: u64,
    bytes: u64,
    /// Writes that are durable when they return.
    through: usize,
    flushes: u64,
    /// What is left out, how often, its bytes.
    left_out: &'static [(&'static str, u64, u64)],
    /// The time of the last request since the first, in microseconds.
    duration: u64,
    targets: &'static [&'static str],
}

const SAMPLES: [Counted; 6] = [
    // awk '$6=="Q"' and then: $7~/^F?W/ && $10>0 (writes, $10*512 bytes; with FUA: /^F?WF/), /^F/
    // (flushes), /^R/ (reads), /^D/ (discards).
    Counted {
        file: "blkparse_default.txt",
        form: Form::Blkparse,
        writes: 137,
        bytes: 10_711_040,
        through: 10,
        flushes: 14,
        left_out: &[("discards", 15, 601_198_592), ("reads", 5, 20_480)],
        duration: 1_898_241,
        targets: &["7:1"],
    },
    // awk '$(NF-2)=="write"' (writes, $NF bytes), '$(NF-2)~/sync/' (flushes).
    Counted {
        file: "fio_v2.iolog",
        form: Form::Fio,
        writes: 60,
        bytes: 180_000,
        through: 0,
        flushes: 7,
        left_out: &[],
        duration: 295_000,
        targets: &["/data/ftest"],
    },
    Counted {
        file: "fio_v3.iolog",
        form: Form::Fio,
        writes: 60,
        bytes: 180_000,
        through: 0,
        flushes: 7,
        left_out: &[],
        duration: 294_936,
        targets: &["/data/ftest"],
    },
    // By hand: each successful pwrite64 to a file below /data; fdatasync of /data itself is one of a
    // directory; the last write goes to /dev/null.
    Counted {
        file: "strace_y.txt",
        form: Form::Strace,
        writes: 22,
        bytes: 29_332,
        through: 0,
        flushes: 9,
        left_out: &[
            ("syncs of directories", 2, 0),
            ("truncations", 2, 0),
            ("writes to no file", 1, 4),
        ],
        duration: 3_800,
        targets: &["/data/s.db-journal", "/data/s.db", "/data/s.db-shm", "/data/s.db-wal"],
    },
    // The only write is to descriptor 1, which the shell had from its beginning.
    Counted {
        file: "strace_noy.txt",
        form: Form::Strace,
        writes: 14,
        bytes: 25_640,
        through: 0,
        flushes: 6,
        left_out: &[
            ("syncs of directories", 2, 0),
            ("writes to files opened before the recording", 1, 3),
        ],
        duration: 28_828,
        targets: &["/data/s2.db-journal", "/data/s2.db"],
    },
    // By hand: four writes, one of zeros; two flushes; one trim.
    Counted {
        file: "nbdkit_log.txt",
        form: Form::Nbdkit,
        writes: 5,
        bytes: 0xbb8 + 0x200 + 0x10000 + 0x1000 + 0x1000,
        through: 5,
        flushes: 2,
        left_out: &[("discards", 1, 4096)],
        duration: 9_518,
        targets: &["nbd"],
    },
];

fn opened(name: &str, form: Option<Form>) -> Import {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces").join(name);
    let file = File::open(path).expect("the sample is there");
    trace::import(BufReader::new(file), form).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn each_sample_gives_what_was_counted() {
    for counted in SAMPLES {
        let name = counted.file;
        let import = opened(name, None);
        assert_eq!(import.form, counted.form, "{name}");
        let tally = import.tally.clone();
        assert_eq!((tally.bad, &tally.notes), (0, &Vec::new()), "{name}: {:?}", tally.first_bad);
        let told = (tally.writes, tally.bytes_written, tally.flushes);
        assert_eq!(told, (counted.writes, counted.bytes, counted.flushes), "{name}");
        let left_out: Vec<_> =
            tally.left_out.iter().map(|(what, (a, b))| (*what, *a, *b)).collect();
        assert_eq!(left_out, counted.left_out, "{name}");
        let trace = import.into_trace().expect("it is read");
        let through = |record: &&trace::Record| record.kind == RecordKind::WriteThrough;
        assert_eq!(trace.records.iter().filter(through).count(), counted.through, "{name}");
        let time = |record: Option<&trace::Record>| record.expect("there is one").time.as_nanos();
        let duration = time(trace.records.last()) - time(trace.records.first());
        assert_eq!(duration / 1000, counted.duration, "{name}");
        assert_eq!(trace.targets, counted.targets, "{name}");
    }
}

#[test]
fn both_iologs_are_of_one_run() {
    let [two, three] = ["fio_v2.iolog", "fio_v3.iolog"].map(|name| {
        let trace = opened(name, Some(Form::Fio)).into_trace().expect("it is read");
        let fields = |record: &trace::Record| (record.offset, record.length, record.kind);
        let places: Vec<_> = trace.records.iter().map(fields).collect();
        let times: Vec<_> = trace.records.iter().map(|record| record.time.as_nanos()).collect();
        (places, times)
    });
    assert_eq!(two.0, three.0);
    // A wait is in whole milliseconds, and those below one are not written.
    for (two, three) in two.1.iter().zip(&three.1) {
        assert!(three.abs_diff(*two) < 2_000_000, "{two} {three}");
    }
}

#[test]
fn no_sample_is_of_another_form() {
    for counted in SAMPLES {
        for form in Form::ALL.into_iter().filter(|form| *form != counted.form) {
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces").join(counted.file);
            let file = File::open(path).expect("the sample is there");
            let read = trace::import(BufReader::new(file), Some(form));
            assert!(read.is_err(), "{} is read as {form}", counted.file);
        }
    }
}
