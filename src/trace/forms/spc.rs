//! Storage Performance Council: `ASU,LBA,Size,Opcode,Timestamp`, and any more fields; sectors within
//! the application storage unit, bytes, seconds with decimals. Published files have bad lines.

use super::columns::{Numbered, SECOND, is_header, letter};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::{at_least, bytes, sectors, time};
use crate::trace::parse::{Parse, Request, Requests};

const HEADER: &str = "asu,lba,size,opcode,timestamp";
const COLUMNS: &str = "5 or more (`ASU,LBA,Size,Opcode,Timestamp`)";

/// Reads lines; a target is an application storage unit, `ASU0`.
#[derive(Debug, Default)]
pub(in crate::trace) struct Spc {
    target: Numbered,
}

impl Parse for Spc {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        if is_header(line, HEADER) {
            return Ok(());
        }
        let [unit, address, size, opcode, timestamp] = at_least(line, b',', COLUMNS)?;
        let target = self.target.name("ASU", "ASU", unit)?;
        let (offset, length) = (sectors("LBA", address)?, bytes("Size", size)?);
        let operation = letter("Opcode", opcode)?;
        let time = time("Timestamp", timestamp, SECOND, "is not a number of seconds")?;
        let kind = RecordKind::Write;
        operation.tell(Request { time, target, offset, length, kind }, out)
    }
}

#[cfg(test)]
mod tests {
    use crate::trace::forms::testing::{faults, told};

    #[test]
    fn lines_are_read() {
        let (records, tally) = told(
            "spc",
            "0,20941264,8192,W,0.551706\n\
             1, 240840, 4097, w, 0.000000,x,,y\n\
             0,0,512,r,7\n\
             23,36028797018963967,511,W,18446744073.709551615\n",
        );
        assert_eq!(
            records,
            [
                "0 ASU1 123310080+4097 write",
                "551706000 ASU0 10721927168+8192 write",
                "18446744073709551615 ASU23 18446744073709551104+511 write",
            ]
        );
        assert_eq!(tally.left_out["reads"], (1, 512));
    }

    #[test]
    fn each_broken_line_is_named() {
        faults(
            "spc",
            &[
                ("0,1,512,W", "has 4 fields, not 5 or more (`ASU,LBA,Size,Opcode,Timestamp`)"),
                ("-1,1,512,W,0.0", "ASU \"-1\" is no number"),
                ("0,1.5,512,W,0.0", "LBA \"1.5\" is not a number of sectors of 512 bytes"),
                ("0,36028797018963968,1,W,0", "LBA \"36028797018963968\" is not a number of sect"),
                ("0,1,0x200,W,0.0", "Size \"0x200\" is not a number of bytes"),
                ("0,1,512,T,0.0", "Opcode \"T\" is neither R nor W"),
                ("0,1,512,W,", "Timestamp \"\" is not a number of seconds"),
                ("0,1,512,W,1e-05", "Timestamp \"1e-05\" is not a number of seconds"),
                ("0,1,512,W,18446744074", "Timestamp \"18446744074\" is later than 2^64 ns"),
                ("0,1,0,W,0.0", "a write has at least one byte"),
                ("0,36028797018963967,512,W,0", "goes beyond 2^64"),
            ],
        );
    }
}
