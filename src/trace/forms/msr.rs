//! Microsoft Research Cambridge: no header, `Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime`.
//! Times are Windows file times, ticks of 100 ns since 1601; offsets and sizes are bytes.

use super::columns::{columns, is_header};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::{bytes, digits};
use crate::trace::parse::{Parse, Request, Requests};

const HEADER: &str = "timestamp,hostname,disknumber,type,offset,size,responsetime";
const COLUMNS: &str = "7 (`Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime`)";

/// Reads lines; a target is a disk of a host, `usr.0`.
#[derive(Debug, Default)]
pub(in crate::trace) struct Msr {
    target: Vec<u8>,
}

impl Parse for Msr {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        const TICK: u64 = 100;
        if is_header(line, HEADER) {
            return Ok(());
        }
        let [time, host, disk, operation, offset, size, _] = columns(line, COLUMNS)?;
        let ticks = digits(time).and_then(|ticks| ticks.checked_mul(TICK));
        let rule = "is not a Windows file time before 2185";
        let time = ticks.ok_or_else(|| Fault::value("Timestamp", time, rule))?;
        let (offset, length) = (bytes("Offset", offset)?, bytes("Size", size)?);
        if operation.eq_ignore_ascii_case(b"read") {
            out.leave_out("reads", time, length);
            return Ok(());
        }
        if !operation.eq_ignore_ascii_case(b"write") {
            return Err(Fault::value("Type", operation, "is neither Read nor Write"));
        }
        if host.is_empty() {
            return Err(Fault::value("Hostname", host, "is no name"));
        }
        if digits(disk).is_none() {
            return Err(Fault::value("DiskNumber", disk, "is no number"));
        }
        self.target.clear();
        self.target.extend_from_slice(host);
        self.target.push(b'.');
        self.target.extend_from_slice(disk);
        let target = &self.target;
        out.take(Request { time, target, offset, length, kind: RecordKind::Write })
    }
}

#[cfg(test)]
mod tests {
    use crate::trace::forms::testing::{faults, told};

    #[test]
    fn lines_are_read() {
        let (records, tally) = told(
            "msr",
            "128166372003061629,usr,1,Write,8192,4096,41286\n\
             Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime\n\
             128166372003061639,usr,1,Read,0,512,1,\n\
             128166372003061619,hm,0,write,512,1024,9\n",
        );
        assert_eq!(records, ["0 hm.0 512+1024 write", "1000 usr.1 8192+4096 write"]);
        assert_eq!(tally.left_out["reads"], (1, 512));
    }

    #[test]
    fn each_broken_line_is_named() {
        faults(
            "msr",
            &[
                ("1,usr,1,Write,8192", "has 5 fields, not 7"),
                ("-1,usr,1,Write,0,1,0", "Timestamp \"-1\" is not a Windows file time"),
                ("184467440737095517,usr,1,Write,0,1,0", "is not a Windows file time before 2185"),
                ("1,usr,1,Trim,0,1,0", "Type \"Trim\" is neither Read nor Write"),
                ("1,,1,Write,0,1,0", "Hostname \"\" is no name"),
                ("1,usr,C,Write,0,1,0", "DiskNumber \"C\" is no number"),
                ("1,usr,1,Write,0,0,0", "a write has at least one byte"),
                ("1,usr,1,Write,18446744073709551615,1,0", "goes beyond 2^64"),
                ("1,usr,1,Write,1e3,1,0", "Offset \"1e3\" is not a number of bytes"),
            ],
        );
    }
}
