//! What tools print that record. Requests of odd targets are printed in another way.

use super::{Ask, Operation, Writer};
use std::io::Write as _;

const SECTOR: u64 = 512;
const MICROSECOND: u64 = 1000;
const SECOND: u64 = 1_000_000_000;

/// The first second of 2020, in nanoseconds since 1970.
const NEW_YEAR_2020: u64 = 1_577_836_800 * SECOND;

const ALL: &[Operation] =
    &[Operation::Read, Operation::Write, Operation::WriteThrough, Operation::Flush];

/// Formats a line onto the end of a file in memory.
macro_rules! line {
    ($out:expr, $($format:tt)*) => {
        writeln!($out, $($format)*).expect("memory takes it")
    };
}

const fn is_odd(ask: &Ask) -> bool {
    ask.target % 2 == 1
}

pub const BLKPARSE: Writer = Writer {
    header: "",
    finest: 1,
    begin: SECOND,
    offsets: SECTOR,
    lengths: SECTOR,
    targets: 5,
    operations: ALL,
    write: |ask, out| {
        let Ask { time, target, operation, .. } = *ask;
        let rwbs = match operation {
            Operation::Read => "RAM",
            Operation::Write => "WS",
            Operation::WriteThrough => "WFSM",
            Operation::Flush => "FWS",
        };
        let (whole, part) = (time / SECOND, time % SECOND);
        let (sector, count) = (ask.offset / SECTOR, ask.length / SECTOR);
        let place = format!("{sector} + {count} [kworker/u8:1 + x]");
        if is_odd(ask) {
            let who = "kworker/u8:1-17 [001] d..1.";
            line!(out, "{who} {whole}.{part:09}: block_bio_queue: 8,{target} {rwbs} {place}");
            return;
        }
        for action in ["Q", "G", "D", "C"] {
            line!(out, "  8,{target}  1  7  {whole}.{part:09}  17 {action:>2} {rwbs:>3} {place}");
        }
    },
};

pub const FIO: Writer = Writer {
    header: "fio version 3 iolog\n5 /data/a 0 add\n6 /data/a 0 open\n",
    finest: MICROSECOND,
    begin: 0,
    offsets: 1,
    lengths: 1,
    targets: 5,
    operations: &[Operation::Read, Operation::Write, Operation::Flush],
    write: |ask, out| {
        let Ask { time, target, offset, length, operation } = *ask;
        let action = match operation {
            Operation::Read => "read",
            Operation::Write | Operation::WriteThrough => "write",
            Operation::Flush if is_odd(ask) => "sync",
            Operation::Flush => "datasync",
        };
        line!(out, "{} /data/a {target} {action} {offset} {length}", time / MICROSECOND);
    },
};

/// With `-y`; calls of odd targets are interrupted.
pub const STRACE: Writer = Writer {
    header: "",
    finest: MICROSECOND,
    begin: NEW_YEAR_2020,
    offsets: 1,
    lengths: 1,
    targets: 5,
    operations: ALL,
    write: |ask, out| {
        let Ask { time, target, offset, length, operation } = *ask;
        let (name, arguments, result) = match operation {
            Operation::Read => ("pread64", format!(", \"\"..., {length}, {offset}"), length),
            Operation::Write => ("pwrite64", format!(", \") = 5\"..., {length}, {offset}"), length),
            Operation::WriteThrough => {
                let vector = format!("[{{iov_base=\"\"..., iov_len={length}}}]");
                ("pwritev2", format!(", {vector}, 1, {offset}, RWF_DSYNC"), length)
            }
            Operation::Flush => ("fdatasync", String::new(), 0),
        };
        let clock = format!("{}.{:06}", time / SECOND, time % SECOND / MICROSECOND);
        let (call, end) = (format!("{name}(7</data/a ({target}>{arguments}"), "<0.000123>");
        if is_odd(ask) {
            line!(out, "{target} {clock} {call} <unfinished ...>");
            line!(out, "{target} {clock} <... {name} resumed>) = {result} {end}");
        } else {
            line!(out, "{target} {clock} {call}) = {result} {end}");
        }
    },
};

/// Odd targets are written with zeros.
pub const NBDKIT: Writer = Writer {
    header: "2020-01-01 00:00:00.000000 Ready thread_model=3\n\
             2020-01-01 00:00:00.000001 connection=10 Connect export=\"disk 0\" tls=0 size=0x1000\n\
             2020-01-01 00:00:00.000002 connection=11 Connect export=\"disk 1\" tls=0 size=0x1000\n\
             2020-01-01 00:00:00.000003 connection=12 Connect export=\"disk 2\" tls=0 size=0x1000\n",
    finest: MICROSECOND,
    begin: NEW_YEAR_2020,
    offsets: 1,
    lengths: 1,
    targets: 3,
    operations: ALL,
    write: |ask, out| {
        let Ask { time, target, offset, length, operation } = *ask;
        let (name, more) = match operation {
            Operation::Read => ("Read", ""),
            Operation::Write if is_odd(ask) => ("Zero", " trim=0 fua=0 fast=0"),
            Operation::Write => ("Write", " fua=0"),
            Operation::WriteThrough if is_odd(ask) => ("Zero", " trim=0 fua=1 fast=0"),
            Operation::WriteThrough => ("Write", " fua=1"),
            Operation::Flush => ("Flush", ""),
        };
        let place = match operation {
            Operation::Flush => String::new(),
            Operation::Read | Operation::Write | Operation::WriteThrough => {
                format!(" offset={offset:#x} count={length:#x}")
            }
        };
        let begin = format!("{} connection=1{target}", local(time));
        line!(out, "{begin} {name} id=3{place}{more} ...");
        line!(out, "{begin} ...{name} id=3 return=0");
    },
};

/// Nanoseconds since 1970 as `2026-11-22 11:00:17.426688`, found by counting days down.
fn local(time: u64) -> String {
    const DAY: u64 = 86_400;
    let seconds = time / SECOND;
    let (mut year, mut month, mut days) = (1970, 1, seconds / DAY);
    let every = |year: u64, years| year.is_multiple_of(years);
    let is_leap = |year| every(year, 4) && (!every(year, 100) || every(year, 400));
    let length = |year: u64, month: u64| match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    while days >= length(year, month) {
        days -= length(year, month);
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
    let part = time % SECOND / MICROSECOND;
    format!("{year}-{month:02}-{:02} {hour:02}:{minute:02}:{second:02}.{part:06}", days + 1)
}
