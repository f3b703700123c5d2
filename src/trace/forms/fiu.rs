//! Florida International University: words, `ts_ns pid process lba size W|R major minor md5`;
//! sectors. A write is cut into pieces, mostly of 4 KiB, each with the MD5 of its contents. Names of
//! processes may hold blanks; some files have no MD5.

use super::columns::letter;
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::{digits, every_word, sectors};
use crate::trace::parse::{Parse, Request, Requests};

const COLUMNS: &str =
    "8 or more (`time pid process lba size W|R major minor`, mostly an MD5 after them)";

/// The words behind the name of the process.
const BEHIND: usize = 5;

/// Reads lines; a target is a device by its numbers, `8:0`.
#[derive(Debug, Default)]
pub(in crate::trace) struct Fiu {
    target: Vec<u8>,
}

impl Parse for Fiu {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        let Ends { before: [timestamp, pid], behind } = ends(line)?;
        let [lba, size, operation, major, minor] = behind;
        let time = digits(timestamp).ok_or_else(|| {
            Fault::value("time", timestamp, "is not a number of nanoseconds below 2^64")
        })?;
        for (column, number) in [("pid", pid), ("major", major), ("minor", minor)] {
            digits(number).ok_or_else(|| Fault::value(column, number, "is no number"))?;
        }
        let (offset, length) = (sectors("lba", lba)?, sectors("size", size)?);
        self.target.clear();
        self.target.extend_from_slice(major);
        self.target.push(b':');
        self.target.extend_from_slice(minor);
        let (target, kind) = (&self.target[..], RecordKind::Write);
        letter("operation", operation)?.tell(Request { time, target, offset, length, kind }, out)
    }
}

/// The words before the name of the process, and those behind it.
struct Ends<'a> {
    before: [&'a [u8]; 2],
    behind: [&'a [u8]; BEHIND],
}

fn ends(line: &[u8]) -> Result<Ends<'_>, Fault> {
    let (line, hashes) = match without_md5(line) {
        Some(shorter) => (shorter, 1),
        None => (line, 0),
    };
    let Ends { mut before, mut behind } =
        Ends { before: Default::default(), behind: Default::default() };
    let mut found = 0;
    for word in every_word(line) {
        if let Some(place) = before.get_mut(found) {
            *place = word;
        }
        behind.rotate_left(1);
        behind[BEHIND - 1] = word;
        found += 1;
    }
    if found < before.len() + 1 + BEHIND {
        return Err(Fault::Fields { found: found + hashes, wanted: COLUMNS });
    }
    Ok(Ends { before, behind })
}

/// The line without the MD5 at its end, if one is there.
fn without_md5(line: &[u8]) -> Option<&[u8]> {
    const DIGITS: usize = 32;
    let line = line.trim_ascii_end();
    let (rest, last) = line.split_at_checked(line.len().checked_sub(DIGITS)?)?;
    let apart = rest.last().is_some_and(u8::is_ascii_whitespace);
    (apart && last.iter().all(u8::is_ascii_hexdigit)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use crate::trace::forms::testing::{faults, told};

    #[test]
    fn lines_are_read() {
        let (records, tally) = told(
            "fiu",
            "89968195792462 20782 gzip 283193184 8 R 6 0 56f11b711d91a065a2b6458eca924523\n\
             89968195792562 123 dsmd admin 0 8 W 8 17 56F11B711D91A065A2B6458ECA924523 \n\
             89968195792461 9 (sd-pam) 16\t1 w 8 0\r\n\
             89968195792563 9 kworker/0:1 H 36028797018963966 1 W 8 0\n",
        );
        assert_eq!(
            records,
            [
                "0 8:0 8192+512 write",
                "101 8:17 0+4096 write",
                "102 8:0 18446744073709550592+512 write",
            ]
        );
        assert_eq!(tally.left_out["reads"], (1, 4096));
    }

    #[test]
    fn each_broken_line_is_named() {
        const MD5: &str = "56f11b711d91a065a2b6458eca924523";
        let cases = [
            ("1 2 own 3 8 W 8", "has 7 fields, not 8 or more (`time pid process lba size W|R"),
            ("1 2 3 8 W 8 0 #", "has 8 fields, not 8 or more"),
            ("-1 2 own 3 8 W 8 0 #", "time \"-1\" is not a number of nanoseconds below 2^64"),
            ("18446744073709551616 2 own 3 8 W 8 0 #", "is not a number of nanoseconds below 2^64"),
            ("1 x own 3 8 W 8 0 #", "pid \"x\" is no number"),
            ("1 2 own x 8 W 8 0 #", "lba \"x\" is not a number of sectors of 512 bytes"),
            ("1 2 own 3 99999999999999999999 W 8 0 #", "size \"99999999999999999999\" is not a"),
            ("1 2 own 3 8 D 8 0 #", "operation \"D\" is neither R nor W"),
            ("1 2 own 3 8 W x 0 #", "major \"x\" is no number"),
            ("1 2 own 3 8 W 8 56f11b", "minor \"56f11b\" is no number"),
            ("1 2 own 3 0 W 8 0 #", "a write has at least one byte"),
            ("1 2 own 36028797018963967 1 W 8 0 #", "goes beyond 2^64"),
        ];
        let cases = cases.map(|(line, words)| (line.replace('#', MD5), words));
        faults("fiu", &cases.each_ref().map(|(line, words)| (line.as_str(), *words)));
    }
}
