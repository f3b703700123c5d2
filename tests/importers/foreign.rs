//! The same 200 writes of ours in the published formats: each file gives them back as far as its
//! format tells them.

use flate2::Compression;
use flate2::write::GzEncoder;
use mirrorsim::trace::{self, Form, Import, Record, RecordKind, Trace, TraceError};
use std::fs::File;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};

const MICROSECOND: u64 = 1000;
const SECOND: u64 = 1_000_000_000;
const PIECE: u64 = 4096;

/// A sample: its file, its form, whether that is detected, the finest time it tells, its target.
const SAMPLES: [(&str, Form, Detected, u64, &str); 13] = [
    ("msr.csv", Form::Msr, Detected::Yes, MICROSECOND, "own.0"),
    ("msr.csv.gz", Form::Msr, Detected::Yes, MICROSECOND, "own.0"),
    ("spc.spc", Form::Spc, Detected::Yes, MICROSECOND, "ASU0"),
    ("alibaba.csv", Form::Alibaba, Detected::Yes, MICROSECOND, "device7"),
    ("tencent.csv", Form::Tencent, Detected::Yes, SECOND, "volume1063"),
    ("systor17.csv", Form::Systor, Detected::Yes, MICROSECOND, "LUN0"),
    ("fiu.txt", Form::Fiu, Detected::Yes, MICROSECOND, "8:0"),
    ("disksim.ascii", Form::DiskSim, Detected::TwoFit, MICROSECOND, "device0"),
    ("mqsim.trace", Form::MqSim, Detected::TwoFit, MICROSECOND, "device0"),
    ("cloudphysics.csv", Form::CloudPhysics, Detected::Yes, SECOND, "disk"),
    ("vscsi1.bin", Form::Vscsi1, Detected::Yes, MICROSECOND, "disk"),
    ("vscsi2.bin", Form::Vscsi2, Detected::Yes, MICROSECOND, "disk"),
    ("oracleGeneral.bin", Form::OracleGeneral, Detected::Yes, SECOND, "objects"),
];

/// What the beginning of a file tells.
#[derive(Clone, Copy, PartialEq)]
enum Detected {
    Yes,
    /// DiskSim and MQSim have the same columns.
    TwoFit,
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces/foreign").join(name)
}

fn opened(name: &str, form: Option<Form>) -> Result<Import, TraceError> {
    trace::import(BufReader::new(File::open(sample(name)).expect("the sample is there")), form)
}

/// Time, offset and length of the first 200 writes of whole sectors of a recording.
fn reference() -> Vec<(u64, u64, u64)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/traces/pgbench_block.csv.gz");
    let file = File::open(path).expect("the recording is there");
    let recorded = trace::read(BufReader::new(file)).expect("it is read");
    let whole = |record: &&Record| {
        record.kind != RecordKind::Flush
            && record.offset.is_multiple_of(512)
            && record.length.is_multiple_of(512)
    };
    let writes = recorded.records.iter().filter(whole).take(200);
    let writes = writes.map(|write| (write.time.as_nanos(), write.offset, write.length));
    let writes: Vec<_> = writes.collect();
    assert_eq!(writes.len(), 200);
    writes
}

/// The writes as a form tells them.
fn expected(form: Form) -> Vec<(u64, u64, u64)> {
    if form != Form::Fiu {
        return reference();
    }
    let pieces = |(time, offset, length): (u64, u64, u64)| {
        assert!(length.is_multiple_of(PIECE), "pieces are whole");
        (0..length / PIECE).map(move |piece| (time, offset + piece * PIECE, PIECE))
    };
    reference().into_iter().flat_map(pieces).collect()
}

#[test]
fn each_sample_gives_the_writes_back() {
    for (name, form, _, finest, target) in SAMPLES {
        let import = opened(name, Some(form)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (tally, expected) = (import.tally.clone(), expected(form));
        assert_eq!(
            (tally.bad, tally.flushes, tally.left_out.len()),
            (0, 0, 0),
            "{name}: {tally:?}"
        );
        assert_eq!(tally.writes, expected.len() as u64, "{name}");
        let bytes: u64 = reference().iter().map(|(_, _, length)| length).sum();
        assert_eq!(tally.bytes_written, bytes, "{name}");
        let Trace { targets, records, .. } = import.into_trace().expect("it is read");
        assert_eq!(targets, [target], "{name}");
        assert_eq!(records.len(), expected.len(), "{name}");
        for (record, (time, offset, length)) in records.iter().zip(expected) {
            assert_eq!((record.offset, record.length), (offset, length), "{name} {record:?}");
            assert_eq!(record.time.as_nanos() / finest, time / finest, "{name} {record:?}");
            assert_eq!(record.kind, RecordKind::Write, "{name} {record:?}");
        }
    }
}

#[test]
fn each_form_is_told_by_its_beginning() {
    for (name, form, detected, ..) in SAMPLES {
        match (opened(name, None), detected) {
            (Ok(import), Detected::Yes) => assert_eq!(import.form, form, "{name}"),
            (Err(TraceError::Ambiguous { forms }), Detected::TwoFit) => {
                assert_eq!(forms, [Form::DiskSim, Form::MqSim], "{name}");
            }
            (Ok(import), Detected::TwoFit) => panic!("{name}: it is taken for {}", import.form),
            (Err(error), _) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn the_wrong_form_is_refused() {
    for (name, right, ..) in SAMPLES {
        for form in Form::ALL.into_iter().filter(|form| *form != right) {
            let error = match opened(name, Some(form)) {
                // Whole nanoseconds are whole milliseconds too: that is why one is asked for.
                Ok(_) if right == Form::MqSim && form == Form::DiskSim => continue,
                Ok(import) => panic!("{name} is read as {form}: {:?}", import.tally),
                Err(error) => error,
            };
            let refused = matches!(error, TraceError::MostlyBad { .. } | TraceError::Bad { .. });
            assert!(refused, "{name} as {form}: {error}");
        }
    }
}

#[test]
fn gzip_changes_nothing_and_half_of_it_is_refused() {
    for (name, form, ..) in SAMPLES.into_iter().filter(|(name, ..)| *name != "msr.csv.gz") {
        let plain = opened(name, Some(form)).expect("it is read").into_trace();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&std::fs::read(sample(name)).expect("it is there")).expect("memory");
        let zipped = encoder.finish().expect("memory takes it");
        let read = trace::import(&zipped[..], Some(form)).expect("it is read").into_trace();
        assert_eq!(read.expect("it is read"), plain.expect("it is read"), "{name}");
        let half = trace::import(&zipped[..zipped.len() / 2], Some(form));
        let error = half.expect_err("its end is missing").to_string();
        assert!(error.contains("the gzip data stops early"), "{name}: {error}");
    }
}
