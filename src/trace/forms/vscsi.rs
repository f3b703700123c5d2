//! CloudPhysics vscsi: records of SCSI commands, little-endian; `lbn` counts sectors, `ts` and `rt`
//! microseconds.
//!
//! Version 1 has 32 bytes: `u32 sn, u32 len, u32 nSG, u16 cmd, u16 ver, u64 lbn, u64 ts`; version 2
//! has 40: `u16 cmd, u16 ver, u32 sn, u32 len, u32 nSG, u64 lbn, u64 ts, u64 rt`. The high byte of
//! `ver` is the version.

use super::cloudphysics::TARGET;
use super::scsi::{Command, command};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::{SECTOR, u16_at, u32_at, u64_at};
use crate::trace::parse::{Parse, Request, Requests};

/// Reads records of version 1.
#[derive(Debug)]
pub(in crate::trace) struct Vscsi1;

impl Parse for Vscsi1 {
    fn item(&mut self, item: &[u8], out: &mut Requests) -> Result<(), Fault> {
        let version = u16_at(item, 14);
        if version >> 8 != 1 {
            return Err(wrong(version, "is not version 1 (0x01..)"));
        }
        let [lbn, ts] = [16, 24].map(|at| u64_at(item, at));
        take(u16_at(item, 12), u32_at(item, 4), lbn, ts, out)
    }
}

/// Reads records of version 2.
#[derive(Debug)]
pub(in crate::trace) struct Vscsi2;

impl Parse for Vscsi2 {
    fn item(&mut self, item: &[u8], out: &mut Requests) -> Result<(), Fault> {
        let version = u16_at(item, 2);
        if version >> 8 != 2 {
            return Err(wrong(version, "is not version 2 (0x02..)"));
        }
        let [lbn, ts] = [16, 24].map(|at| u64_at(item, at));
        take(u16_at(item, 0), u32_at(item, 8), lbn, ts, out)
    }
}

fn wrong(version: u16, rule: &'static str) -> Fault {
    Fault::value("ver", format!("{version:#06x}").as_bytes(), rule)
}

fn take(cmd: u16, len: u32, lbn: u64, ts: u64, out: &mut Requests) -> Result<(), Fault> {
    const MICROSECOND: u64 = 1000;
    let value = |column, value: u64, rule| Fault::value(column, value.to_string().as_bytes(), rule);
    let code = u8::try_from(cmd).map_err(|_| {
        let code = format!("{cmd:#06x}");
        Fault::value("cmd", code.as_bytes(), "is no SCSI operation code")
    })?;
    let offset = lbn.checked_mul(SECTOR);
    let offset =
        offset.ok_or_else(|| value("lbn", lbn, "is not a number of sectors of 512 bytes"))?;
    let time = ts.checked_mul(MICROSECOND);
    let time = time.ok_or_else(|| value("ts", ts, "is later than 2^64 ns"))?;
    let length = u64::from(len);
    let kind = match command(code) {
        Command::LeftOut(what) => {
            out.leave_out(what, time, length);
            return Ok(());
        }
        Command::Flush => RecordKind::Flush,
        Command::Write => RecordKind::Write,
    };
    out.take(Request { time, target: TARGET, offset, length, kind })
}

#[cfg(test)]
mod tests;
