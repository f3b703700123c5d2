//! `mirrorsim trace`: what goes in comes out, sorted, and described.

use crate::support::{Place, trace};
use serde_json::Value;
use std::path::Path;

const ROWS: &str = "time_us,target,offset,length,fsync\n\
    5,\"b,1\",0,8192,1\n\
    3.5,a,512,4096,0\n\
    # said in between\n\
    6,a,0,0,1\n";

#[test]
fn a_trace_converts_to_gzip_and_back() {
    let place = Place::new();
    place.write("t.csv", ROWS);
    place.run(&["trace", "t.csv", "-o", "t.csv.gz"]).expect(0);
    let plain = place.run(&["trace", "t.csv.gz"]).expect(0).stdout;
    let expected = "# said in between\ntime_us,target,offset,length,fsync\n\
        3.500,a,512,4096,0\n5,\"b,1\",0,8192,1\n6,a,0,0,1\n";
    assert_eq!(plain, expected);
    assert_eq!(place.run_with(&["trace", "-"], plain.as_bytes()).expect(0).stdout, plain);
    let named = ["trace", "t.csv", "--from", "mirrorsim-csv", "-o", "u.csv"];
    place.run(&named).expect(0);
    assert_eq!(place.read("u.csv"), plain);
    let recorded = trace("pgbench_block.csv.gz");
    let words = [Path::new("trace"), &recorded, Path::new("-o"), Path::new("pg.csv")];
    place.run(&words).expect(0);
    place.run(&["trace", "pg.csv", "-o", "pg.csv.gz"]).expect(0);
    assert_eq!(place.run(&["trace", "pg.csv.gz"]).expect(0).stdout, place.read("pg.csv"));
}

/// By hand: 8192 bytes fill two blocks; 4096 bytes from 512 on touch two and fill none.
#[test]
fn a_trace_is_described_in_words_and_as_json() {
    let place = Place::new();
    place.write("t.csv", ROWS);
    let text = place.run(&["trace", "t.csv", "--stats"]).expect(0).stdout;
    let row = "in whole blocks  8.00 KiB (blocks of 4KiB)\nblocks touched   4\n";
    assert!(text.ends_with(row), "{text}");
    let json = |words: &[&str]| {
        let text = place.run(&[&["trace", "t.csv", "--stats"], words].concat()).expect(0).stdout;
        serde_json::from_str::<Value>(&text).expect("numbers as JSON")
    };
    let numbers = json(&["--format", "json"]);
    for (key, value) in [
        ("block_size", 4096),
        ("duration_ns", 2500),
        ("targets", 2),
        ("writes", 2),
        ("through_writes", 1),
        ("flushes", 1),
        ("bytes_written", 12_288),
        ("whole_bytes", 8192),
        ("blocks_touched", 4),
    ] {
        assert_eq!(numbers[key], value, "{key}");
    }
    assert_eq!(numbers["format"], "mirrorsim-trace-stats/1");
    assert_eq!(numbers["sizes"]["median"], 4096);
    assert_eq!(json(&["--format", "json", "--block-size", "512B"])["whole_bytes"], 12_288);
    place.run(&["trace", "t.csv", "--stats", "-o", "stats.json"]).expect(0);
    let written: Value = serde_json::from_str(&place.read("stats.json")).expect("JSON");
    assert_eq!(written, numbers);
}

#[test]
fn an_unknown_form_names_the_known_ones() {
    let place = Place::new();
    let refused = place.run(&["trace", "t.csv", "--from", "blktrace"]).expect(2);
    assert!(refused.stderr.contains("possible values: mirrorsim-csv"), "{}", refused.stderr);
    place.run(&["trace", "t.csv", "--format", "json"]).expect(2);
    place.run(&["trace", "t.csv", "--stats", "--block-size", "0B"]).expect(2);
}

#[test]
fn a_trace_that_cannot_be_read_is_told_from_one_that_is_broken() {
    let place = Place::new();
    let refused = |words: &[&str], code| place.run(words).expect(code).stderr;
    let missing = refused(&["trace", "none.csv"], 74);
    assert!(missing.contains("none.csv cannot be read: No such file"), "{missing}");
    assert!(refused(&["trace", "."], 74).contains(". cannot be read: Is a directory"));
    place.write("t.csv", "time_us,target,offset,length,fsync\n1,v,0,-1,0\n");
    let broken = refused(&["trace", "t.csv"], 2);
    assert!(broken.contains("t.csv: line 2: length \"-1\" is not a number of bytes"), "{broken}");
    place.write("t.gz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    assert!(refused(&["trace", "t.gz"], 2).contains("t.gz: "));
}
