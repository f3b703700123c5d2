//! One case for each rule of the reader, then mutated and generated files.

use super::*;
use crate::trace::{Builder, Measures, Record};
use crate::units::{SimTime, Span};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

const GOOD: &str = "# made: by hand\ntime_us,target,offset,length,fsync\n# here too\n\
                    20,b,4096,8192,1\n10,a,0,512,0\n20,a,9,0,1\n";

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn message(body: &[u8]) -> String {
    let mut text = format!("# one\n\n{HEADER}\r\n# four\n").into_bytes();
    text.extend_from_slice(body);
    read(text.as_slice()).expect_err("a broken trace").to_string()
}

#[test]
fn a_good_trace_is_read() {
    let trace = read(GOOD.as_bytes()).expect("a good trace");
    assert_eq!(trace.comments, ["made: by hand", "here too"]);
    assert_eq!(trace.targets, ["a", "b"]);
    let at = SimTime::from_nanos;
    let record = |time, target, offset, length, kind| Record { time, target, offset, length, kind };
    assert_eq!(
        trace.records,
        [
            record(at(10_000), 0, 0, 512, RecordKind::Write),
            record(at(20_000), 1, 4096, 8192, RecordKind::WriteThrough),
            record(at(20_000), 0, 0, 0, RecordKind::Flush),
        ]
    );
    let zipped = gzipped(GOOD.as_bytes());
    assert_eq!(read(zipped.as_slice()).expect("gzip is detected"), trace);
    let bom = format!("\u{feff}{GOOD}").replace('\n', "\r\n");
    assert_eq!(read(bom.as_bytes()).expect("a file from elsewhere"), trace);
}

#[test]
fn each_broken_line_is_named() {
    let cases: [(&[u8], &str); 19] = [
        (b"1,v,x,4,0", "line 5: offset \"x\" is not a number of bytes"),
        (b"1,v,+1,4,0", "line 5: offset \"+1\" is not a number of bytes"),
        (b"1,v,1,4,0\n\n1,v,0,-4,0", "line 7: length \"-4\" is not a number of bytes"),
        (b"1,v,,4,0", "line 5: offset \"\" is not a number of bytes"),
        (b"1,v,99999999999999999999,4,0", "line 5: offset \"99999999999999999999\" is not a numbe"),
        (b"a,v,0,4,0", "line 5: time_us \"a\" is not a number of microseconds"),
        (b"1.,v,0,4,0", "line 5: time_us \"1.\" is not a number of microseconds"),
        (b"1.2345,v,0,4,0", "line 5: time_us \"1.2345\" is not a number of microseconds"),
        (b".5,v,0,4,0", "line 5: time_us \".5\" is not a number of microseconds"),
        (b"18446744073709552,v,0,4,0", "time_us \"18446744073709552\" is later than 2^64 ns"),
        (b"99999999999999999999999,v,0,4,0", "is later than 2^64 ns"),
        (b"1,,0,4,0", "line 5: target \"\" is no name"),
        (b"1,v,0,4,2", "line 5: fsync \"2\" is neither 0 nor 1"),
        (b"1,v,0,0,0", "line 5: length 0 without fsync asks for nothing"),
        (b"1,v,18446744073709551615,1,0", "line 5: offset + length goes beyond 2^64"),
        (b"1,v,0,4", "line 5 has 4 fields, not 5"),
        (b"1,v,0,4,0,9", "line 5 has 6 fields, not 5"),
        (b"1,\"v,0,4,0\n", "line 5 opens a quote that it does not close"),
        (b"1,\xff,0,4,0", "line 5 is not UTF-8 text"),
    ];
    for (body, expected) in cases {
        let found = message(body);
        assert!(found.contains(expected), "{found:?} lacks {expected:?}");
    }
    assert!(message(b"1,v,0,4\0,0").contains("line 5 holds the control character 0x00"));
    assert!(message("1".repeat(70_000).as_bytes()).contains("line 5 is longer than 65536 bytes"));
}

#[test]
fn a_header_is_needed() {
    for (text, expected) in [
        ("", "the trace ends without its header"),
        ("# only this\n", "the trace ends without its header"),
        ("# a\n1,v,0,4,0\n", "line 2: \"1,v,0,4,0\" stands where the header"),
        ("time,target,offset,length,fsync\n", "line 1: \"time,target,offset"),
    ] {
        let found = read(text.as_bytes()).expect_err("no header").to_string();
        assert!(found.contains(expected), "{found:?} lacks {expected:?}");
    }
}

#[test]
fn broken_gzip_is_named() {
    let row = |i| format!("{i},v,{},512,0", i * 7919 % 10007);
    let rows = (0..3000).map(row).collect::<Vec<_>>().join(
        "
",
    );
    let whole = gzipped(format!("{HEADER}\n{rows}\n").as_bytes());
    let short = read(&whole[..whole.len() / 2]).expect_err("half of it is missing").to_string();
    assert!(short.contains("stops early"), "{short}");
    let mut bad = whole.clone();
    let last = bad.len() - 5;
    bad[last] ^= 1;
    let damaged = read(bad.as_slice()).expect_err("the checksum is wrong").to_string();
    assert!(damaged.contains("after line 3001"), "{damaged}");
    let mut twice = whole.clone();
    twice.extend(gzipped(b"9999,v,0,1,0\n"));
    assert_eq!(read(twice.as_slice()).expect("gzip files can be joined").records.len(), 3001);
}

#[test]
fn nanoseconds_survive() {
    let mut builder = Builder::default();
    let end = SimTime::from_nanos(u64::MAX);
    for time in [SimTime::from_nanos(1), SimTime::from_nanos(12_340), end] {
        builder.add(time, "a,\"b\"", (3, 4), RecordKind::Write).expect("a good write");
    }
    let trace = builder.finish();
    let mut text = Vec::new();
    write(&trace, &mut text).expect("memory takes it");
    assert_eq!(read(text.as_slice()).expect("our own text"), trace);
}

#[test]
fn what_fits_no_line_is_not_written() {
    for target in ["a\nb".to_owned(), "\0".to_owned(), "x".repeat(70_000)] {
        let mut builder = Builder::default();
        builder.add(SimTime::ZERO, &target, (0, 1), RecordKind::Write).expect("a good write");
        assert!(write(&builder.finish(), io::sink()).is_err());
    }
}

#[test]
fn the_recorded_traces_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/traces");
    for (name, writes, barriers, whole_percent) in [
        ("pgbench_block", 11_236, 7_271, 100),
        ("sqlite_wal_files", 25_146, 3_041, 32),
        ("fio_mix_files", 32_895, 6_433, 68),
        ("untar_git_block", 54_654, 7_313, 100),
    ] {
        let file = std::fs::File::open(folder.join(format!("{name}.csv.gz"))).expect("it is there");
        let trace = read(io::BufReader::new(file)).expect("a good trace");
        let consistency_point = Span::from_secs(10);
        let stats = trace.stats(Measures { block_size: 4096, consistency_point });
        let percent = (stats.whole_bytes.get() * 200 / stats.bytes_written.get()).div_ceil(2);
        let found = (stats.writes, stats.flushes + stats.through_writes, percent);
        assert_eq!(found, (writes, barriers, whole_percent), "{name} {stats:?}");
    }
}

fn record() -> impl Strategy<Value = (u64, String, u64, u64, u8)> {
    (any::<u64>(), "[a-c,\"#é ]{1,4}", 0..u64::MAX / 2, 1..u64::MAX / 2, 0..3u8)
}

proptest! {
    #[test]
    fn valid_traces_read_back(
        records in proptest::collection::vec(record(), 0..30),
        comments in proptest::collection::vec("[ #a-z,\"]{0,8}", 0..3),
    ) {
        let mut builder = Builder::default();
        for comment in comments {
            builder.comment(comment);
        }
        for (time, target, offset, length, kind) in records {
            let kinds = [RecordKind::Write, RecordKind::WriteThrough, RecordKind::Flush];
            let (time, kind) = (SimTime::from_nanos(time), kinds[usize::from(kind)]);
            builder.add(time, &target, (offset, length), kind).expect("a good record");
        }
        let trace = builder.finish();
        let mut text = Vec::new();
        write(&trace, &mut text).expect("memory takes it");
        prop_assert_eq!(&read(text.as_slice()).expect("our own text"), &trace);
        prop_assert_eq!(&read(gzipped(&text).as_slice()).expect("our own text"), &trace);
    }

    #[test]
    fn no_input_makes_the_reader_panic(
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
        cut in any::<usize>(),
    ) {
        for mut bytes in [GOOD.as_bytes().to_vec(), gzipped(GOOD.as_bytes())] {
            for &(place, byte) in &changes {
                let place = place % bytes.len();
                bytes[place] = byte;
            }
            let end = cut % (bytes.len() + 1);
            let _ = read(&bytes[..end]);
            let _ = read(bytes.as_slice());
        }
    }
}
