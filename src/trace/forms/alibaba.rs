//! Alibaba block traces: `device_id,opcode,offset,length,timestamp`, without that header; bytes, and
//! microseconds since 1970.

use super::columns::{Numbered, columns, is_header, letter};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::{bytes, digits};
use crate::trace::parse::{Parse, Request, Requests};

const HEADER: &str = "device_id,opcode,offset,length,timestamp";
const COLUMNS: &str = "5 (`device_id,opcode,offset,length,timestamp`)";

/// Reads lines; a target is a virtual device, `device7`.
#[derive(Debug, Default)]
pub(in crate::trace) struct Alibaba {
    target: Numbered,
}

impl Parse for Alibaba {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        const MICROSECOND: u64 = 1000;
        if is_header(line, HEADER) {
            return Ok(());
        }
        let [device, opcode, offset, length, time] = columns(line, COLUMNS)?;
        let target = self.target.name("device", "device_id", device)?;
        let operation = letter("opcode", opcode)?;
        let (offset, length) = (bytes("offset", offset)?, bytes("length", length)?);
        let nanos = digits(time).and_then(|micros| micros.checked_mul(MICROSECOND));
        let rule = "is not a number of microseconds below 2^64 ns";
        let time = nanos.ok_or_else(|| Fault::value("timestamp", time, rule))?;
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
            "alibaba",
            "419,W,8792731648,16384,1577808144360767\r\n\
             725,R,59110326272,360448,1577808144360813\r\n\
             12,w,0,1,1577808144360700,\r\n\
             device_id,opcode,offset,length,timestamp\r\n\
             725,r,0,0,1577808144360699\r\n",
        );
        assert_eq!(records, ["1000 device12 0+1 write", "68000 device419 8792731648+16384 write"]);
        assert_eq!(tally.left_out["reads"], (2, 360_448));
    }

    #[test]
    fn each_broken_line_is_named() {
        faults(
            "alibaba",
            &[
                ("7,W,0,4096", "has 4 fields, not 5 (`device_id,opcode,offset,length,timestamp`)"),
                ("x,W,0,4096,1", "device_id \"x\" is no number"),
                ("7,D,0,4096,1", "opcode \"D\" is neither R nor W"),
                ("7,Write,0,4096,1", "opcode \"Write\" is neither R nor W"),
                ("7,W,-4096,4096,1", "offset \"-4096\" is not a number of bytes"),
                ("7,W,0,,1", "length \"\" is not a number of bytes"),
                ("7,W,0,0,1", "a write has at least one byte"),
                ("7,W,18446744073709551615,1,1", "goes beyond 2^64"),
                ("7,W,0,1,1.5", "timestamp \"1.5\" is not a number of microseconds"),
                ("7,W,0,1,18446744073709552", "is not a number of microseconds below 2^64 ns"),
                ("7,R,0,1,", "timestamp \"\" is not a number of microseconds"),
            ],
        );
    }
}
