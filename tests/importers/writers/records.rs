//! Forms of records.

use super::{Ask, Operation, Writer};

const SECTOR: u64 = 512;
const MICROSECOND: u64 = 1000;
const SECOND: u64 = 1_000_000_000;

const SCSI: Writer = Writer {
    header: "",
    finest: MICROSECOND,
    begin: 5_633_898 * SECOND,
    offsets: SECTOR,
    lengths: 1,
    targets: 1,
    operations: &[Operation::Read, Operation::Write, Operation::Flush],
    write: |_, _| {},
};

const fn command(ask: &Ask) -> u16 {
    match ask.operation {
        Operation::Read => 0x88,
        Operation::Write | Operation::WriteThrough => 0x8a,
        Operation::Flush => 0x91,
    }
}

fn short(length: u64) -> u32 {
    u32::try_from(length).expect("lengths of requests are small")
}

pub const VSCSI1: Writer = Writer {
    write: |ask, out| {
        for word in [7, short(ask.length), 1] {
            out.extend(word.to_le_bytes());
        }
        for half in [command(ask), 0x0100] {
            out.extend(half.to_le_bytes());
        }
        for long in [ask.offset / SECTOR, ask.time / MICROSECOND] {
            out.extend(long.to_le_bytes());
        }
    },
    ..SCSI
};

pub const VSCSI2: Writer = Writer {
    write: |ask, out| {
        for half in [command(ask), 0x0200] {
            out.extend(half.to_le_bytes());
        }
        for word in [7, short(ask.length), 1] {
            out.extend(word.to_le_bytes());
        }
        for long in [ask.offset / SECTOR, ask.time / MICROSECOND, 300] {
            out.extend(long.to_le_bytes());
        }
    },
    ..SCSI
};

pub const ORACLE: Writer = Writer {
    finest: SECOND,
    begin: 1_577_836_800 * SECOND,
    operations: &[Operation::Write],
    write: |ask, out| {
        let time = u32::try_from(ask.time / SECOND).expect("it lies before 2106");
        out.extend(time.to_le_bytes());
        out.extend((ask.offset / SECTOR).to_le_bytes());
        out.extend(short(ask.length).to_le_bytes());
        out.extend((-1_i64).to_le_bytes());
    },
    ..SCSI
};
