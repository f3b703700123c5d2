//! `mirrorsim trace`: what goes in comes out, sorted, and described.

use crate::support::{Place, trace};
use serde_json::{Value, json};
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
    for row in [
        "writes           2, 4.00 KiB to 8.00 KiB, half of them up to 4.00 KiB",
        "in whole blocks  8.00 KiB (blocks of 4KiB)",
        "blocks touched   4 (16.0 KiB)",
        "rate             over in less than a second",
        "sizes            nine of ten up to 8.00 KiB; 4.00 KiB 50.0 %, 8.00 KiB 50.0 %",
        "aligned          to 512B: 100.0 % of writes, 100.0 % of bytes",
        "                 to 4KiB: 50.0 % of writes, 66.7 % of bytes",
        "whole blocks     66.7 % of bytes: what references can save",
        "written again    within 1s 0.0 %, within 10s 0.0 % of block writes",
        "CPs              1 send 100.0 % of what was written to blocks, 50.0 % of it whole",
    ] {
        assert!(text.lines().any(|line| line == row), "{row}\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
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
    assert_eq!(numbers["sizes"]["commonest"][0], json!({ "size": 4096, "writes": 1 }));
    assert_eq!(numbers["overwrites"]["block_writes"], 4);
    assert_eq!(numbers["overwrites"]["one_in"], 1);
    assert_eq!(numbers["consistency_points"]["whole_blocks"], 2);
    assert_eq!(numbers["consistency_points"]["partial_blocks"], 2);
    assert_eq!(numbers["peak_second_bytes"], 12_288);
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
    place.run(&["trace", "t.csv", "--stats", "--cp-every", "0s"]).expect(2);
    place.run(&["trace", "t.csv", "--cp-every", "1s"]).expect(2);
    place.run(&["trace", "t.csv", "--stats", "--scenario"]).expect(2);
    let help = place.run(&["trace", "--help"]).expect(0).stdout;
    assert!(help.contains("disksim:"), "{help}");
    assert!(help.contains("DiskSim ASCII: times in ms, sectors"), "{help}");
    place.run(&["man", "."]).expect(0);
    let manual = place.read("mirrorsim-trace.1");
    assert!(manual.contains("MSR Cambridge CSV: Windows file times, bytes"), "{manual}");
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

/// Two writes and a read by MSR Cambridge, and a line that is none.
pub const FOREIGN: &str = "128166372003061629,usr,1,Write,8192,4096,9\n\
    128166372003061639,usr,1,Read,0,512,1\n\
    128166372003061659,usr,1,Trim,0,512,1\n\
    128166372013061629,usr,1,Write,8192,8192,9\n\
    128166372013061639,usr,2,Write,0,512,9\n";

/// What was left out and what is bad stands in the result, whatever is hidden on the screen.
#[test]
fn a_foreign_trace_says_what_was_left_out() {
    let place = Place::new();
    place.write("usr.csv", FOREIGN);
    let told = place.run(&["trace", "usr.csv"]).expect(0);
    let words = "read as MSR Cambridge CSV (Windows file times, bytes): 3 writes (12.5 KiB), \
        0 flushes, 1 reads (512 B) left out, 1 of 5 lines bad";
    assert!(told.stdout.starts_with(&format!("# {words}\ntime_us,")), "{}", told.stdout);
    assert!(told.stdout.contains("\n1000000,usr.1,8192,8192,0\n"), "{}", told.stdout);
    assert!(told.stderr.contains(words), "{}", told.stderr);
    let bad = "line 3: Type \"Trim\" is neither Read nor Write";
    assert!(told.stderr.contains(bad), "{}", told.stderr);
    let quiet = place.run(&["trace", "usr.csv", "--quiet"]).expect(0);
    assert_eq!((quiet.stdout, quiet.stderr.as_str()), (told.stdout, ""));
    let page = place.run(&["trace", "usr.csv", "--stats"]).expect(0).stdout;
    for row in [
        "left out         1 reads (512 B): 25.0 % of all requests",
        "bad              1 of 5 lines or records",
    ] {
        assert!(page.lines().any(|line| line == row), "{row}\n{page}");
    }
}

/// By hand: 63 sectors into the disk every block lies 3,584 B into a block of the mirror.
#[test]
fn a_shift_is_advised() {
    let place = Place::new();
    let rows = (0..8).map(|n| format!("{n},a,{},4096,0\n", 32_256 + n * 4096));
    let rows = rows.collect::<Vec<_>>().concat();
    place.write("t.csv", format!("time_us,target,offset,length,fsync\n{rows}"));
    let page = place.run(&["trace", "t.csv", "--stats"]).expect(0).stdout;
    let words = "100.0 % of writes begin 3,584 B into a block: a partition that is not aligned;";
    assert!(page.contains(words), "{page}");
    let words = "`offset_shift` 512B would raise the share from 0.00 to 1.00\n";
    assert!(page.contains(words), "{page}");
}

/// A conversion that fails half-way, here for a file may not be longer, leaves what was there.
#[cfg(unix)]
#[test]
fn a_conversion_that_fails_leaves_the_file_that_was_there() {
    use crate::support::ended;
    let place = Place::new();
    place.write("out.csv", "precious");
    let recorded = trace("pgbench_block.csv.gz");
    let line = "trap '' XFSZ; ulimit -f 16; exec \"$0\" trace \"$1\" -o out.csv";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", line, env!("CARGO_BIN_EXE_mirrorsim")]).arg(&recorded);
    let failed = ended(shell.current_dir(place.path("."))).expect(74);
    assert!(failed.stderr.contains("out.csv cannot be written"), "{}", failed.stderr);
    assert_eq!(place.read("out.csv"), "precious");
    assert_eq!(place.names(), ["out.csv", "small.json"]);
}
