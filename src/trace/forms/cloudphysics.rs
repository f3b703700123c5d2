//! CloudPhysics as CSV: the header `version,time,op,size,lbn`; `op` is a SCSI operation code in hex
//! without `0x`, `size` counts bytes, `lbn` sectors; times are whole seconds.

use super::columns::{columns, is_header, whole_seconds};
use super::scsi::{Command, command};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::{bytes, hexadecimal, sectors};
use crate::trace::parse::{Parse, Request, Requests};

const HEADER: &str = "version,time,op,size,lbn";
const COLUMNS: &str = "5 (`version,time,op,size,lbn`)";

/// A file is a trace of one virtual disk, which it does not name.
pub(super) const TARGET: &[u8] = b"disk";

/// Reads lines.
#[derive(Debug)]
pub(in crate::trace) struct CloudPhysics;

impl Parse for CloudPhysics {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        if is_header(line, HEADER) {
            return Ok(());
        }
        let [version, time, op, size, lbn] = columns(line, COLUMNS)?;
        if !matches!(version, b"1" | b"2") {
            return Err(Fault::value("version", version, "is neither 1 nor 2"));
        }
        let time = whole_seconds("time", time)?;
        let code = hexadecimal(op).and_then(|code| u8::try_from(code).ok());
        let code =
            code.ok_or_else(|| Fault::value("op", op, "is no SCSI operation code in hex"))?;
        let (length, offset) = (bytes("size", size)?, sectors("lbn", lbn)?);
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
}

#[cfg(test)]
mod tests {
    use crate::trace::forms::testing::{faults, told};

    #[test]
    fn lines_are_read() {
        let (records, tally) = told(
            "cloudphysics",
            "version,time,op,size,lbn\n\
             1,5633898,2a,24576,639088\n\
             1,5633898,8A,512,0\n\
             1,5633899,35,0,0\n\
             1,5633899,28,4096,8\n\
             1,5633899,0x91,0,7\n\
             2,5633899,aa,1,36028797018963967\n\
             1,5633897,12,36,0\n\
             1,5633899,42,24,0\n",
        );
        assert_eq!(
            records,
            [
                "1000000000 disk 327213056+24576 write",
                "1500000000 disk 0+512 write",
                "2000000000 disk 0+0 flush",
                "2333333333 disk 0+0 flush",
                "2666666666 disk 18446744073709551104+1 write",
            ]
        );
        assert_eq!(tally.left_out["reads"], (1, 4096));
        assert_eq!(tally.left_out["other commands"], (1, 36));
        assert_eq!(tally.left_out["unmaps"], (1, 24));
    }

    #[test]
    fn each_broken_line_is_named() {
        faults(
            "cloudphysics",
            &[
                ("1,5633898,2a,24576", "has 4 fields, not 5 (`version,time,op,size,lbn`)"),
                ("3,5633898,2a,24576,1", "version \"3\" is neither 1 nor 2"),
                ("1,1.5,2a,24576,1", "time \"1.5\" is not a whole number of seconds"),
                ("1,18446744074,2a,24576,1", "is not a whole number of seconds below 2^64 ns"),
                ("1,5633898,zz,24576,1", "op \"zz\" is no SCSI operation code in hex"),
                ("1,5633898,12a,24576,1", "op \"12a\" is no SCSI operation code in hex"),
                ("1,5633898,,24576,1", "op \"\" is no SCSI operation code in hex"),
                ("1,5633898,2a,-1,1", "size \"-1\" is not a number of bytes"),
                ("1,5633898,2a,0,1", "a write has at least one byte"),
                ("1,5633898,2a,1,36028797018963968", "lbn \"36028797018963968\" is not a number"),
                ("1,5633898,2a,513,36028797018963967", "goes beyond 2^64"),
                ("1,5633898,2a,1\0,1", "control character 0x00"),
            ],
        );
    }
}
