//! Tests of the reader of block devices' requests.

use crate::trace::forms::testing::{faults, told};

#[test]
fn what_was_queued_is_taken_once() {
    let (records, tally) = told(
        "blkparse",
        "  8,0    3        1     0.000000000   697  Q  WS 8 + 8 [kworker/u8:1]\n\
           8,0    3        2     0.000000829   697  G  WS 8 + 8 [kworker/u8:1]\n\
           8,0    3        3     0.000001000   697  P   N [kworker/u8:1]\n\
           8,0    3        0     0.000001500     0  m   N cfq697S / add 5 + 6\n\
           8,0    3        4     0.000002000   697 UT   N [kworker/u8:1] 1\n\
           8,0    3        5     0.000002500   697  D  WS 8 + 8 [kworker/u8:1]\n\
           8,0    3        6     0.000003000     0  C  WS 8 + 8 [0]\n\
           8,0    3        7     0.000004000   697  A   W 100 + 8 <- (8,1) 92\n\
           8,16   1        8     0.000005001   698  Q  WM 16 + 1 [a [b] + c]\n\
           8,0    0        9     1.000000000   699  Q   R 0 + 16 [cat]\n\
           8,0    0       10     1.500000000   699  Q  DS 0 + 32 [fstrim]\n\
           8,0    0       11     2.000000000   699  Q   N 64 + 2 [blkdiscard]\n",
    );
    assert_eq!(records, ["0 8:0 4096+4096 write", "5001 8:16 8192+512 write"]);
    assert_eq!(tally.left_out["reads"], (1, 8192));
    assert_eq!(tally.left_out["discards"], (1, 16384));
    assert_eq!(tally.left_out["requests of other kinds (N, Z)"], (1, 1024));
    assert_eq!((tally.bad, tally.notes.len()), (0, 0));
}

#[test]
fn flushes_stand_before_their_write_and_fua_behind_it() {
    let (records, _) = told(
        "blkparse",
        "  7,1    1        0     0.1 28438  Q FWFSM 524352 + 8 [(null)]\n  \
           7,1    1        0     0.2 28438  Q FWS [(null)]\n  \
           7,1    1        0     0.3 28438  Q FN 0 + 0 [jbd2]\n  \
           7,1    1        0     0.4 28438  Q WFS 1 + 1 [jbd2]\n  \
           7,1    1        0     0.5 28438  Q WSM 2 + 1 [jbd2]\n  \
           7,1    1        0     0.6 28438  Q FWS 3 + 1 [jbd2]\n",
    );
    let expected = [
        "0 7:1 0+0 flush",
        "0 7:1 268468224+4096 write through",
        "100000000 7:1 0+0 flush",
        "200000000 7:1 0+0 flush",
        "300000000 7:1 512+512 write through",
        "400000000 7:1 1024+512 write",
        "500000000 7:1 0+0 flush",
        "500000000 7:1 1536+512 write",
    ];
    assert_eq!(records, expected);
}

#[test]
fn the_summary_is_silent_but_for_what_was_lost() {
    let event = "  8,0 0 1 0.5 697 Q W 8 + 8 [x]\n";
    let summary = "CPU0 (loop1):\n Reads Queued:           5,       20KiB\t Writes Queued:  1,  4KiB\n \
                   Read depth:             3        \t Write depth:             7\n \
                   IO unplugs:            16        \t Timer unplugs:          16\n\n\
                   Total (loop1):\n Reads Requeued: 0\t\t Writes Requeued: 0\n\n\
                   Throughput (R/W): 10KiB/s / 314675KiB/s\nEvents (loop1): 705 entries\n\
                   Skips: 2 forward (1,234 -   0.4%)\nInput file loop1.blktrace.0 added\n";
    let (records, tally) = told("blkparse", format!("{event}{summary}"));
    assert_eq!((records.len(), tally.bad), (1, 0));
    assert_eq!(tally.notes, ["the recorder lost 1234 events: its buffers were too small"]);
    let none = summary.replace("2 forward (1,234 -", "0 forward (0 -");
    assert!(told("blkparse", format!("{event}{none}")).1.notes.is_empty());
}

#[test]
fn without_q_the_next_action_is_taken() {
    let line =
        |action: &str, at: u32| format!("8,0 0 {at} 0.00000000{at} 5 {action} W {at} + 1 [0]\n");
    let of = |actions: &[&str]| {
        let text: String = actions.iter().zip(0..).map(|(action, at)| line(action, at)).collect();
        let (records, tally) = told("blkparse", text);
        (records, tally.notes)
    };
    let (records, notes) = of(&["C", "C"]);
    assert_eq!(records, ["0 8:0 0+512 write", "1 8:0 512+512 write"]);
    assert_eq!(
        notes,
        ["nothing was queued (Q) in this recording, so what was completed (C) is taken"]
    );
    let (records, notes) = of(&["C", "D", "C"]);
    assert_eq!(records, ["0 8:0 512+512 write"]);
    assert_eq!(
        notes,
        ["nothing was queued (Q) in this recording, so what was issued (D) is taken"]
    );
    // A recording that begins in the middle of work completes first what it did not see queued.
    let (records, notes) = of(&["C", "D", "C", "Q", "D", "C"]);
    assert_eq!((records, notes.len()), (vec!["0 8:0 1536+512 write".to_owned()], 0));
}

#[test]
fn what_is_held_has_a_bound() {
    let completed = |at| format!("8,0 0 {at} {at}.0 5 C W {at} + 1 [0]\n");
    let completed = (0..super::HELD + 5).map(completed).collect::<Vec<_>>().concat();
    let queued = "8,0 0 1 99999.0 5 Q W 0 + 1 [late]\n";
    let (records, tally) = told("blkparse", completed + queued);
    assert_eq!((records.len(), tally.notes.len()), (super::HELD + 5, 1), "no request counts twice");
}

#[test]
fn block_tracepoints_are_read_as_every_tool_prints_them() {
    let tracefs = "   kworker/u8:1-123     [000] ..... 34510.058611: block_bio_queue: 7,1 WS 16 + 8 [kw r]\n \
                   opt c3s [1]-32177   [001] d.s1. 34510.058612: block_bio_queue: 7,1 FWFSM 24 + 8 [a]\n\
                   CPU:0 [LOST 345 EVENTS]\n   \
                   kworker/u8:1-123     [000] ..... 34510.058613: block_rq_insert: 7,1 WS 4096 () 16 + 8 be,0,4 [k]\n   \
                   kworker/u8:1-123     [000] ..... 34510.058613: block_rq_issue: 7,1 WS 4096 () 16 + 8 be,0,4 [k]\n  \
                   ksoftirqd/0-14      [000] ..s.. 34510.21606: block_rq_complete: 7,1 FF () 18446744073709551615 + 0 none,0,0 [0]\n";
    let (records, tally) = told("blkparse", tracefs);
    let expected =
        ["0 7:1 8192+4096 write", "1000 7:1 0+0 flush", "1000 7:1 12288+4096 write through"];
    assert_eq!(records, expected);
    assert_eq!(tally.notes, ["the recorder lost 345 events: its buffers were too small"]);

    let perf = "kworker/u8:1-ev   123 [000]    34.058611: block:block_bio_queue: 7,1 WS 16 + 8 [kworker/u8:1]\n";
    assert_eq!(told("blkparse", perf).0, ["0 7:1 8192+4096 write"]);
    let trace_cmd = "cpus=2\n  dd-123   [000]    34.058611: block_bio_queue:      7,1 WS 16 + 8 [dd]\n\
                     CPU:1 [2 EVENTS DROPPED]\n";
    let (records, tally) = told("blkparse", trace_cmd);
    assert_eq!((records.len(), tally.notes.len()), (1, 1));
    let completed = "  a-14 [000] ..s.. 3.5: block_rq_complete: 7,1 FF () 18446744073709551615 + 0 none,0,0 [0]\n  \
                     a-14 [000] ..s.. 3.6: block_rq_complete: 7,1 WS () 0 + 0 none,0,0 [0]\n  \
                     a-14 [000] ..s.. 3.7: block_rq_complete: 7,1 WS () 8 + 8 none,0,0 [0]\n";
    let (records, _) = told("blkparse", completed);
    assert_eq!(records, ["0 7:1 0+0 flush", "200000000 7:1 4096+4096 write"]);
}

#[test]
fn each_broken_line_is_named() {
    faults(
        "blkparse",
        &[
            ("8,0 3 1 0.0 697 Q", "is cut off"),
            ("8,0 3 1 0.0 697 Q W", "is cut off"),
            ("8,0 3 1 0.0 697 Q W 8 +", "is cut off"),
            ("8-0 3 1 0.0 697 Q W 8 + 8 [x]", "is no event of blkparse"),
            ("8,-0 3 1 0.0 697 Q W 8 + 8 [x]", "device \"8,-0\" is not `major,minor`"),
            ("8,0 3 1 -0.5 697 Q W 8 + 8 [x]", "time \"-0.5\" is not a number of seconds"),
            ("8,0 3 1 99999999999.0 697 Q W 8 + 8 [x]", "is later than 2^64 ns"),
            ("8,0 3 1 0.5 697 Y W 8 + 8 [x]", "action \"Y\" is no action of blkparse"),
            ("8,0 3 1 0.5 697 Q X 8 + 8 [x]", "rwbs \"X\" is no RWBS"),
            ("8,0 3 1 0.5 697 Q W -8 + 8 [x]", "sector \"-8\" is not a number of sectors"),
            ("8,0 3 1 0.5 697 Q W 8 + 99999999999999999999 [x]", "count \"9999"),
            ("8,0 3 1 0.5 697 Q W 36028797018963967 + 8 [x]", "goes beyond 2^64"),
            ("8,0 3 1 0.5 697 Q FW 36028797018963967 + 8 [x]", "goes beyond 2^64"),
            ("8,0 3 1 0.5 697 Q W 8\0 + 8 [x]", "holds the control character"),
            ("a-1 [000] ..... 5: block_bio_queue: 7,1", "is cut off"),
            ("a-1 [000] ..... x: block_bio_queue: 7,1 W 1 + 1 [a]", "time \"x\" is not"),
            ("is this a trace", "is no event of blkparse"),
        ],
    );
}
