//! Forms of lines. Requests of odd targets are written in the other way that a form allows.

use super::{Ask, Operation, Writer};
use std::io::Write as _;

const SECTOR: u64 = 512;
const MICROSECOND: u64 = 1000;
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

/// The first second of 2020, in nanoseconds since 1970.
const NEW_YEAR_2020: u64 = 1_577_836_800 * SECOND;

const READS_AND_WRITES: &[Operation] = &[Operation::Read, Operation::Write];

/// What most forms share.
const PLAIN: Writer = Writer {
    header: "",
    finest: 1,
    begin: 0,
    offsets: SECTOR,
    lengths: 1,
    targets: 5,
    operations: READS_AND_WRITES,
    write: |_, _| {},
};

const fn is_read(ask: &Ask) -> bool {
    matches!(ask.operation, Operation::Read)
}

/// Whether this one is written in the other way.
const fn is_odd(ask: &Ask) -> bool {
    ask.target % 2 == 1
}

const fn letter(ask: &Ask) -> char {
    match (is_read(ask), is_odd(ask)) {
        (true, false) => 'R',
        (true, true) => 'r',
        (false, false) => 'W',
        (false, true) => 'w',
    }
}

/// Formats a line onto the end of a file in memory.
macro_rules! line {
    ($out:expr, $($format:tt)*) => {
        writeln!($out, $($format)*).expect("memory takes it")
    };
}

pub const CANONICAL: Writer = Writer {
    header: "time_us,target,offset,length,fsync\n",
    offsets: 1,
    operations: &[Operation::Write, Operation::WriteThrough, Operation::Flush],
    write: |ask, out| {
        let (whole, part) = (ask.time / MICROSECOND, ask.time % MICROSECOND);
        let fsync = u8::from(ask.operation != Operation::Write);
        let Ask { target, offset, length, .. } = ask;
        line!(out, "{whole}.{part:03},volume {target},{offset},{length},{fsync}");
    },
    ..PLAIN
};

pub const MSR: Writer = Writer {
    finest: 100,
    begin: 13_200_000_000 * SECOND,
    offsets: 1,
    write: |ask, out| {
        let operation = match (is_read(ask), is_odd(ask)) {
            (true, false) => "Read",
            (true, true) => "read",
            (false, false) => "Write",
            (false, true) => "WRITE",
        };
        let Ask { time, target, offset, length, .. } = ask;
        line!(out, "{},usr,{target},{operation},{offset},{length},41286", time / 100);
    },
    ..PLAIN
};

pub const CLOUDPHYSICS: Writer = Writer {
    header: "version,time,op,size,lbn\n",
    finest: SECOND,
    begin: 5_633_898 * SECOND,
    targets: 1,
    operations: &[Operation::Read, Operation::Write, Operation::Flush],
    write: |ask, out| {
        let op = match ask.operation {
            Operation::Read => "28",
            Operation::Write | Operation::WriteThrough => "2a",
            Operation::Flush => "35",
        };
        let Ask { time, offset, length, .. } = ask;
        line!(out, "1,{},{op},{length},{}", time / SECOND, offset / SECTOR);
    },
    ..PLAIN
};

pub const DISKSIM: Writer = Writer {
    lengths: SECTOR,
    write: |ask, out| {
        let (whole, part) = (ask.time / MILLISECOND, ask.time % MILLISECOND);
        let (block, count) = (ask.offset / SECTOR, ask.length / SECTOR);
        let flags = u8::from(is_read(ask)) + if is_odd(ask) { 0x1a } else { 0 };
        line!(out, "{whole}.{part:06} {} {block} {count} {flags:x}", ask.target);
    },
    ..PLAIN
};

pub const MQSIM: Writer = Writer {
    lengths: SECTOR,
    write: |ask, out| {
        let (address, size) = (ask.offset / SECTOR, ask.length / SECTOR);
        let read = u8::from(is_read(ask));
        line!(out, "{} {} {address} {size} {read}", ask.time, ask.target);
    },
    ..PLAIN
};

pub const SPC: Writer = Writer {
    write: |ask, out| {
        let (whole, part) = (ask.time / SECOND, ask.time % SECOND);
        let (address, more) = (ask.offset / SECTOR, if is_odd(ask) { ",x" } else { "" });
        let Ask { target, length, .. } = ask;
        line!(out, "{target},{address},{length},{},{whole}.{part:09}{more}", letter(ask));
    },
    ..PLAIN
};

pub const ALIBABA: Writer = Writer {
    finest: MICROSECOND,
    begin: NEW_YEAR_2020,
    offsets: 1,
    write: |ask, out| {
        let Ask { time, target, offset, length, .. } = ask;
        line!(out, "{target},{},{offset},{length},{}", letter(ask), time / MICROSECOND);
    },
    ..PLAIN
};

pub const TENCENT: Writer = Writer {
    finest: SECOND,
    begin: NEW_YEAR_2020,
    lengths: SECTOR,
    write: |ask, out| {
        let (offset, size) = (ask.offset / SECTOR, ask.length / SECTOR);
        let write = u8::from(!is_read(ask));
        line!(out, "{},{offset},{size},{write},{}", ask.time / SECOND, ask.target);
    },
    ..PLAIN
};

pub const SYSTOR: Writer = Writer {
    header: "Timestamp,Response,IOType,LUN,Offset,Size\n",
    begin: NEW_YEAR_2020,
    offsets: 1,
    write: |ask, out| {
        let (whole, part) = (ask.time / SECOND, ask.time % SECOND);
        let response = if is_odd(ask) { "" } else { "0.000806000" };
        let Ask { target, offset, length, .. } = ask;
        line!(out, "{whole}.{part:09},{response},{},{target},{offset},{length}", letter(ask));
    },
    ..PLAIN
};

pub const FIU: Writer = Writer {
    begin: NEW_YEAR_2020,
    lengths: SECTOR,
    write: |ask, out| {
        let (lba, size) = (ask.offset / SECTOR, ask.length / SECTOR);
        let (process, hash) = if is_odd(ask) {
            ("kworker/0:1 H", "")
        } else {
            ("gzip", " 56f11b711d91a065a2b6458eca924523")
        };
        let Ask { time, target, .. } = ask;
        line!(out, "{time} 207 {process} {lba} {size} {} 8 {target}{hash}", letter(ask));
    },
    ..PLAIN
};
