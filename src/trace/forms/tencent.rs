//! Tencent Cloud Block Storage: `Timestamp,Offset,Size,IOType,VolumeID`, without that header; whole
//! seconds since 1970, sectors, 0 reads and **1 writes**.

use super::columns::{Numbered, columns, is_header, whole_seconds};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::sectors;
use crate::trace::parse::{Parse, Request, Requests};

const HEADER: &str = "timestamp,offset,size,iotype,volumeid";
const COLUMNS: &str = "5 (`Timestamp,Offset,Size,IOType,VolumeID`)";

/// Reads lines; a target is a volume, `volume1063`.
#[derive(Debug, Default)]
pub(in crate::trace) struct Tencent {
    target: Numbered,
}

impl Parse for Tencent {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        if is_header(line, HEADER) {
            return Ok(());
        }
        let [time, offset, size, operation, volume] = columns(line, COLUMNS)?;
        let time = whole_seconds("Timestamp", time)?;
        let (offset, length) = (sectors("Offset", offset)?, sectors("Size", size)?);
        let target = self.target.name("volume", "VolumeID", volume)?;
        match operation {
            b"0" => {
                out.leave_out("reads", time, length);
                Ok(())
            }
            b"1" => out.take(Request { time, target, offset, length, kind: RecordKind::Write }),
            _ => {
                let rule = "is neither 0 (read) nor 1 (write)";
                Err(Fault::value("IOType", operation, rule))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::trace::forms::testing::{faults, told};

    #[test]
    fn lines_are_read_and_share_their_second() {
        let (records, tally) = told(
            "tencent",
            "1538323201,12910952,128,0,1063\n\
             1538323201,6338688,8,1,1627\n\
             1538323200,1904106400,384,1,1360\n\
             1538323201,0,1,1,1627\n",
        );
        assert_eq!(
            records,
            [
                "0 volume1360 974902476800+196608 write",
                "1000000000 volume1627 3245408256+4096 write",
                "1500000000 volume1627 0+512 write",
            ]
        );
        assert_eq!(tally.left_out["reads"], (1, 65_536));
    }

    #[test]
    fn each_broken_line_is_named() {
        faults(
            "tencent",
            &[
                (
                    "1538323200,0,8,1",
                    "has 4 fields, not 5 (`Timestamp,Offset,Size,IOType,VolumeID`",
                ),
                ("1538323200.5,0,8,1,3", "Timestamp \"1538323200.5\" is not a whole number of sec"),
                ("99999999999,0,8,1,3", "is not a whole number of seconds below 2^64 ns"),
                ("1538323200,x,8,1,3", "Offset \"x\" is not a number of sectors of 512 bytes"),
                (
                    "1538323200,0,36028797018963968,1,3",
                    "Size \"36028797018963968\" is not a number",
                ),
                ("1538323200,0,8,2,3", "IOType \"2\" is neither 0 (read) nor 1 (write)"),
                ("1538323200,0,8,1,", "VolumeID \"\" is no number"),
                ("1538323200,0,0,1,3", "a write has at least one byte"),
                ("1538323200,36028797018963967,1,1,3", "goes beyond 2^64"),
            ],
        );
    }
}
