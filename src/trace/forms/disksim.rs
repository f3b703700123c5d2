//! DiskSim ASCII: words, `time device block count flags`; milliseconds, sectors, flags in hex, of
//! which bit 0 **reads**. MQSim has the same columns with whole nanoseconds, and 0 for a write and 1
//! for a read. More words may follow.

use super::columns::Numbered;
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::{digits, first_words, hexadecimal, sectors, time};
use crate::trace::parse::{Parse, Request, Requests};

/// Reads lines of DiskSim; a target is a device, `device0`.
#[derive(Debug, Default)]
pub(in crate::trace) struct DiskSim {
    target: Numbered,
}

impl Parse for DiskSim {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        const MILLISECOND: u64 = 1_000_000;
        let [at, device, block, count, flags] =
            first_words(line, "5 or more (`time device block count flags`)")?;
        let time = time("time", at, MILLISECOND, "is not a number of milliseconds")?;
        let target = self.target.name("device", "device", device)?;
        let (offset, length) = (sectors("block", block)?, sectors("count", count)?);
        let bits = hexadecimal(flags)
            .ok_or_else(|| Fault::value("flags", flags, "is no hexadecimal number"))?;
        if bits & 1 == 1 {
            out.leave_out("reads", time, length);
            return Ok(());
        }
        out.take(Request { time, target, offset, length, kind: RecordKind::Write })
    }
}

/// Reads lines of MQSim; a target is a device, `device0`.
#[derive(Debug, Default)]
pub(in crate::trace) struct MqSim {
    target: Numbered,
}

impl Parse for MqSim {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        let [at, device, address, size, operation] =
            first_words(line, "5 or more (`time device address size type`)")?;
        let rule = "is not a whole number of nanoseconds below 2^64";
        let time = digits(at).ok_or_else(|| Fault::value("time", at, rule))?;
        let target = self.target.name("device", "device", device)?;
        let (offset, length) = (sectors("address", address)?, sectors("size", size)?);
        match operation {
            b"0" => out.take(Request { time, target, offset, length, kind: RecordKind::Write }),
            b"1" => {
                out.leave_out("reads", time, length);
                Ok(())
            }
            _ => Err(Fault::value("type", operation, "is neither 0 (write) nor 1 (read)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::trace::forms::testing::{faults, told};
    use crate::trace::{TraceError, import};

    #[test]
    fn lines_of_disksim_are_read() {
        let (records, tally) = told(
            "disksim",
            "0.000000 0 639088 48 0\n\
             29.2010005\t1 7 1 2 and more\n\
             \x20 29.2 0 0 8 3\n\
             1 3 36028797018963966 1 F0\n",
        );
        assert_eq!(
            records,
            [
                "0 device0 327213056+24576 write",
                "1000000 device3 18446744073709550592+512 write",
                "29201000 device1 3584+512 write",
            ]
        );
        assert_eq!(tally.left_out["reads"], (1, 4096));
    }

    #[test]
    fn lines_of_mqsim_are_read() {
        let (records, tally) = told(
            "mqsim",
            "4851300 1 524288 16 0\n4864300 1 524304 16 1\n18446744073709551615 2 0 1 0\n",
        );
        assert_eq!(
            records,
            ["4851300 device1 268435456+8192 write", "18446744073709551615 device2 0+512 write"]
        );
        assert_eq!(tally.left_out["reads"], (1, 8192));
    }

    #[test]
    fn each_broken_line_of_disksim_is_named() {
        faults(
            "disksim",
            &[
                ("0.0 0 8 8", "has 4 fields, not 5 or more (`time device block count flags`)"),
                ("-0.1 0 8 8 0", "time \"-0.1\" is not a number of milliseconds"),
                ("1e-05 0 8 8 0", "time \"1e-05\" is not a number of milliseconds"),
                ("18446744073710 0 8 8 0", "time \"18446744073710\" is later than 2^64 ns"),
                ("0.0 sda 8 8 0", "device \"sda\" is no number"),
                ("0.0 0 -8 8 0", "block \"-8\" is not a number of sectors of 512 bytes"),
                ("0.0 0 8 36028797018963968 0", "count \"36028797018963968\" is not a number"),
                ("0.0 0 8 8 W", "flags \"W\" is no hexadecimal number"),
                ("0.0 0 8 0 0", "a write has at least one byte"),
                ("0.0 0 36028797018963967 1 0", "goes beyond 2^64"),
            ],
        );
    }

    #[test]
    fn each_broken_line_of_mqsim_is_named() {
        faults(
            "mqsim",
            &[
                ("1 0 8 8", "has 4 fields, not 5 or more (`time device address size type`)"),
                ("29.201 0 8 8 0", "time \"29.201\" is not a whole number of nanoseconds"),
                ("18446744073709551616 0 8 8 0", "is not a whole number of nanoseconds below 2^64"),
                ("1 x 8 8 0", "device \"x\" is no number"),
                ("1 0 x 8 0", "address \"x\" is not a number of sectors of 512 bytes"),
                ("1 0 8 x 0", "size \"x\" is not a number of sectors of 512 bytes"),
                ("1 0 8 8 2", "type \"2\" is neither 0 (write) nor 1 (read)"),
                ("1 0 8 0 0", "a write has at least one byte"),
            ],
        );
    }

    #[test]
    fn the_unit_is_asked_for() {
        for text in ["0.000 0 639088 48 0\n29.201 0 8 8 1\n", "29201000 0 8 8 0\n", "1 0 8 8 3\n"] {
            let error = import(text.as_bytes(), None).expect_err("the unit is not in the file");
            assert!(matches!(error, TraceError::Ambiguous { .. }), "{error}");
            assert_eq!(
                error.to_string(),
                "its columns are those of DiskSim ASCII and MQSim ASCII, which only differ in what \
                 they mean\n  = help: say which: `--from disksim` (times in ms, sectors) or `--from \
                 mqsim` (times in ns, sectors)"
            );
        }
    }
}
