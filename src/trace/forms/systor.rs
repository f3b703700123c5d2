//! Systor '17: the header `Timestamp,Response,IOType,LUN,Offset,Size`; seconds with nine decimals,
//! bytes. Many lines are out of order, some have no response or no type.

use super::columns::{Numbered, SECOND, columns, is_header, letter};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::{bytes, time};
use crate::trace::parse::{Parse, Request, Requests};

const HEADER: &str = "timestamp,response,iotype,lun,offset,size";
const COLUMNS: &str = "6 (`Timestamp,Response,IOType,LUN,Offset,Size`)";

/// Reads lines; a target is a LUN, `LUN0`.
#[derive(Debug, Default)]
pub(in crate::trace) struct Systor {
    target: Numbered,
}

impl Parse for Systor {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        if is_header(line, HEADER) {
            return Ok(());
        }
        let [timestamp, _, operation, lun, offset, size] = columns(line, COLUMNS)?;
        let time = time("Timestamp", timestamp, SECOND, "is not a number of seconds")?;
        let target = self.target.name("LUN", "LUN", lun)?;
        let (offset, length) = (bytes("Offset", offset)?, bytes("Size", size)?);
        if operation.is_empty() {
            out.leave_out("requests without a type", time, length);
            return Ok(());
        }
        let kind = RecordKind::Write;
        letter("IOType", operation)?.tell(Request { time, target, offset, length, kind }, out)
    }
}

#[cfg(test)]
mod tests {
    use crate::trace::forms::testing::{faults, told};

    #[test]
    fn lines_are_read() {
        let (records, tally) = told(
            "systor17",
            "Timestamp,Response,IOType,LUN,Offset,Size\n\
             1455591804.029201001,0.000806000,W,0,327229440,32768\n\
             1455591804.029200000,,W,4,0,1\n\
             1455591803,0.1,R,0,899056122368,131072\n\
             1455591804.5,,,0,4096,512\n",
        );
        assert_eq!(records, ["1029200000 LUN4 0+1 write", "1029201001 LUN0 327229440+32768 write"]);
        assert_eq!(tally.left_out["reads"], (1, 131_072));
        assert_eq!(tally.left_out["requests without a type"], (1, 512));
    }

    #[test]
    fn each_broken_line_is_named() {
        faults(
            "systor17",
            &[
                ("1455591804.0,0.1,W,0,0", "has 5 fields, not 6 (`Timestamp,Response,IOType,LUN"),
                (",0.1,W,0,0,1", "Timestamp \"\" is not a number of seconds"),
                ("-1.5,0.1,W,0,0,1", "Timestamp \"-1.5\" is not a number of seconds"),
                ("1.4e9,0.1,W,0,0,1", "Timestamp \"1.4e9\" is not a number of seconds"),
                ("18446744074.0,0.1,W,0,0,1", "Timestamp \"18446744074.0\" is later than 2^64 ns"),
                ("1.0,0.1,X,0,0,1", "IOType \"X\" is neither R nor W"),
                ("1.0,0.1,W,,0,1", "LUN \"\" is no number"),
                ("1.0,0.1,W,0,,1", "Offset \"\" is not a number of bytes"),
                ("1.0,0.1,W,0,0,", "Size \"\" is not a number of bytes"),
                ("1.0,0.1,W,0,0,0", "a write has at least one byte"),
                ("1.0,0.1,W,0,18446744073709551615,2", "goes beyond 2^64"),
            ],
        );
    }
}
