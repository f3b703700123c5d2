//! Tests of the reader of iologs.

use crate::trace::forms::testing::{faults, told};
use crate::trace::import::import_with;

#[test]
fn version_3_has_a_time_on_each_line() {
    let (records, tally) = told(
        "fio",
        "fio version 3 iolog\n21 /data/a file add\n143 /data/a file open\n\
         151 /data/a file write 126305 3000\n160 /data/a file read 0 512\n\
         5092 /data/a file datasync 126305 0\n5093 /data/b open sync 0 0\n\
         5094 /data/b trim 0 4096\n5095 /data/b sync_file_range 0 4096\n9000 /data/b close\n",
    );
    let expected = [
        "151000 /data/a file 126305+3000 write",
        "5092000 /data/a file 0+0 flush",
        "5093000 /data/b open 0+0 flush",
    ];
    assert_eq!(records, expected);
    assert_eq!(tally.left_out["reads"], (1, 512));
    assert_eq!(tally.left_out["discards"], (1, 4096));
    assert_eq!(tally.left_out["syncs of ranges (which make nothing durable)"], (1, 0));
    assert_eq!((tally.bad, tally.notes.len()), (0, 0));
}

/// As fio replays it: `wait 500`, `wait 600`, `wait 1000` take one second in all, and a `wait` that
/// is over takes no time.
#[test]
fn waits_of_version_2_are_milliseconds_since_the_beginning() {
    let (records, tally) = told(
        "fio",
        "fio version 2 iolog\n/f add\n/f open\n/f write 0 512\n/f wait 500 0\n/f write 512 512\n\
         /f wait 600 0\n/f write 1024 512\n/f wait 100 0\n/f sync 0 0\n/f wait 1000 0\n/f write 0 1\n/f close\n",
    );
    let expected = [
        "0 /f 0+512 write",
        "500000000 /f 512+512 write",
        "600000000 /f 1024+512 write",
        "600000000 /f 0+0 flush",
        "1000000000 /f 0+1 write",
    ];
    assert_eq!(records, expected);
    assert!(tally.notes.is_empty(), "one request at the beginning is no surprise");
}

#[test]
fn a_log_without_times_says_so() {
    let (records, tally) =
        told("fio", "fio version 2 iolog\n/f add\n/f write 0 512\n/f write 512 512\n");
    assert_eq!(records.len(), 2);
    assert!(tally.notes[0].starts_with("2 requests have no time"), "{:?}", tally.notes);
}

#[test]
fn logs_behind_each_other_have_one_beginning() {
    let (records, _) = told(
        "fio",
        "fio version 3 iolog\n10 /a write 0 1\n30 /a write 1 1\nfio version 3 iolog\n20 /b write 0 1\n",
    );
    assert_eq!(records, ["10000 /a 0+1 write", "20000 /b 0+1 write", "30000 /a 1+1 write"]);
}

#[test]
fn a_log_without_its_first_line_is_none() {
    let fio = crate::trace::Form::named("fio");
    let error = import_with(&b"10 /a write 0 1\n"[..], fio, 8).expect_err("no header");
    assert!(error.to_string().contains("stands where the header `fio version 3 iolog` must"));
    let error = import_with(&b"fio version 4 iolog\n"[..], fio, 8).expect_err("no such version");
    assert!(error.to_string().contains("version \"4\" is neither 2 nor 3"), "{error}");
    let error = import_with(&b"fio version 1 iolog\n1 /a write 0 1\n"[..], fio, 8);
    assert!(error.expect_err("no such version").to_string().contains("\"1\" is neither 2 nor 3"));
}

#[test]
fn each_broken_line_is_named() {
    let broken = [
        ("-5 /a write 0 1", "time \"-5\" is not a number of microseconds"),
        ("18446744073709552 /a write 0 1", "below 2^64 ns"),
        ("5 /a write 0", "has 3 fields, not a file, an action"),
        ("5 write 0 1", "has 3 fields"),
        ("5", "has 0 fields"),
        ("5 /a write 0 0", "a write has at least one byte"),
        ("5 /a write 18446744073709551615 1", "goes beyond 2^64"),
        ("5 /a write -1 1", "offset \"-1\" is not a number of bytes"),
        ("5 /a write 1 99999999999999999999", "length \"9999"),
        ("5 /a scribble 1 1", "action \"scribble\" is no action of fio"),
        ("5 /a wait 1 0", "`wait` belongs to version 2"),
        ("5 /a wr\0ite 1 1", "holds the control character"),
    ];
    for (line, words) in broken {
        let good = "1 /a write 0 1\n2 /a write 0 1\n";
        let (_, tally) =
            told("fio", format!("fio version 3 iolog\n{good}{good}{good}{good}{line}\n"));
        let said = tally.first_bad.concat();
        assert!(said.contains("line 10") && said.contains(words), "{said:?} lacks {words:?}");
    }
    faults("fio", &[("/a write 0 1", "stands where the header")]);
    let (_, tally) = told(
        "fio",
        "fio version 2 iolog\n/a add\n/a wait 18446744073710 0\n/a wait x 0\n/a write 0 1\n"
            .to_owned()
            + &"/a write 0 1\n".repeat(20),
    );
    assert_eq!(tally.bad, 2);
    assert!(tally.first_bad[0].contains("wait \"18446744073710\" is not a number of milliseconds"));
}
