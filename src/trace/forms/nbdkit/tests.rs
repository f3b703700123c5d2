//! Tests of the reader of nbdkit's log.

use super::{MOST_WAITING, Nbdkit};
use crate::trace::forms::testing::{faults, told};
use crate::trace::parse::{Parse as _, Requests};

/// A log of these events, a millisecond apart.
fn log(events: &[&str]) -> String {
    let line = |(at, event): (usize, &&str)| format!("2026-12-31 23:59:59.{at:03}000 {event}\n");
    events.iter().enumerate().map(line).collect()
}

#[test]
fn requests_are_read() {
    let (records, tally) = told(
        "nbdkit",
        log(&[
            "Ready thread_model=3",
            "Preconnect id=1 readonly=0 ...",
            "...Preconnect id=1 return=0",
            "connection=1 Connect export=\"a \\\"disk\\\"\" tls=0 size=0x1000000 write=1",
            "connection=1 Write id=1 offset=0xfa000 count=0xbb8 fua=1 ...",
            "connection=1 Write id=2 offset=0x10000 count=0x10000 fua=0 ...",
            "connection=1 ...Write id=2 return=0",
            "connection=1 ...Write id=1 return=0",
            "connection=1 Flush id=3 ...",
            "connection=1 ...Flush id=3 return=0",
            "connection=1 Zero id=4 offset=0x2000 count=0x1000 trim=0 fua=1 fast=0 ...",
            "connection=1 Zero id=5 offset=0x3000 count=0x1000 trim=1 fua=0 fast=0 ...",
            "connection=1 Trim id=6 offset=0x2000 count=0x1000 fua=0 ...",
            "connection=1 Read id=7 offset=0x2000 count=0x200 ...",
            "connection=1 Extents id=8 offset=0x0 count=0x1000 req_one=0 ...",
            "connection=1 ...Extents id=8 extents=[{ offset=0, length=1 }] return=0",
            "connection=2 Connect export=\"\" tls=0 size=0x1000000",
            "connection=2 Write id=1 offset=0x0 count=0x1 fua=0 ...",
            "connection=1 Disconnect transactions=8",
        ]),
    );
    let expected = [
        "4000000 a \"disk\" 1024000+3000 write through",
        "5000000 a \"disk\" 65536+65536 write",
        "8000000 a \"disk\" 0+0 flush",
        "10000000 a \"disk\" 8192+4096 write through",
        "11000000 a \"disk\" 12288+4096 write",
        "17000000 nbd 0+1 write",
    ];
    // What comes first of all requests is 0; events that are none do not count.
    let shifted: Vec<_> = expected
        .iter()
        .map(|line| {
            let (time, rest) = line.split_once(' ').expect("a time and more");
            format!("{} {rest}", time.parse::<u64>().expect("a time") - 4_000_000)
        })
        .collect();
    assert_eq!(records, shifted);
    assert_eq!(tally.left_out["discards"], (1, 4096));
    assert_eq!(tally.left_out["reads"], (1, 512));
    assert_eq!(tally.bad, 0);
}

#[test]
fn what_failed_is_left_out_and_what_was_not_answered_counts() {
    let (records, tally) = told(
        "nbdkit",
        log(&[
            "connection=1 Write id=1 offset=0x0 count=0x200 fua=0 ...",
            "connection=2 Write id=1 offset=0x200 count=0x200 fua=0 ...",
            "connection=1 Flush id=2 ...",
            "connection=1 ...Write id=1 return=-1 error=EIO",
            "connection=1 ...Flush id=2 return=-1 error=EIO",
        ]),
    );
    assert_eq!(records, ["1000000 nbd 512+512 write"]);
    assert_eq!(tally.left_out["failed requests"], (2, 512));
}

#[test]
fn one_that_is_never_answered_holds_up_no_more_than_the_bound() {
    let (mut reader, mut out) = (Nbdkit::default(), Requests::new(usize::MAX, None));
    let mut read = |event: String| {
        let line = format!("2026-12-31 23:59:58.000000 {event}");
        reader.item(line.as_bytes(), &mut out).expect("a good line");
        reader.waiting.len()
    };
    for id in 0..2 * MOST_WAITING {
        let waiting = read(format!("Write id={id} offset=0x0 count=0x1 fua=0 ..."));
        assert!(waiting <= MOST_WAITING, "{waiting}");
        if id > 0 {
            read(format!("...Write id={id} return=0"));
        }
    }
    assert_eq!(out.tally().writes, 2 * MOST_WAITING as u64, "the first went, and so all behind it");
}

#[test]
fn each_broken_line_is_named() {
    let line = |event: &str| format!("2026-12-31 23:59:59.000001 connection=1 {event}");
    let broken = [
        ("Write id=1 offset=0x0 count=0x1 fua=2 ...", "fua \"2\" is neither 0 nor 1"),
        ("Write id=1 offset=0x0 fua=0 ...", "count \"\" is missing"),
        ("Write id=x offset=0x0 count=0x1 fua=0 ...", "id \"x\" is not a number"),
        ("Write id=1 offset=-1 count=0x1 fua=0 ...", "offset \"-1\" is not a number of bytes"),
        ("Write id=1 offset=0x count=0x1 fua=0 ...", "offset \"0x\" is not a number of bytes"),
        ("Write id=1 offset=0x10000000000000000 count=0x1 fua=0 ...", "is not a number of bytes"),
        ("Write id=1 offset=0xffffffffffffffff count=0x1 fua=0 ...", "goes beyond 2^64"),
        ("Zero id=1 offset=0x0 count=0x0 fua=0 ...", "a write has at least one byte"),
        ("...Write id=1", "return \"\" is missing"),
        ("scribble", "event \"scribble\" is none that nbdkit logs"),
        ("", "is no line of nbdkit's log"),
        ("Wri\0te id=1", "holds the control character"),
    ];
    for (event, words) in broken {
        faults("nbdkit", &[(&line(event), words)]);
    }
    faults(
        "nbdkit",
        &[
            ("2026-02-30 00:00:00.0 Ready", "date \"2026-02-30\" is not a date"),
            ("2026-02-03 24:00:00.0 Ready", "time \"24:00:00.0\" is not a time of day"),
            ("2026-02-03 20:00:00.0 connection=-1 Ready", "connection \"-1\" is not a number"),
            ("2026-02-03", "is no line of nbdkit's log"),
        ],
    );
}
