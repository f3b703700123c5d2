//! oracleGeneral of libCacheSim: records of 24 bytes, little-endian, `u32 clock_time, u64 obj_id,
//! u32 obj_size, i64 next_access_vtime`. Times are whole seconds. It knows no operations, so each
//! record is taken for a write of `obj_size` bytes, and objects for sectors, which they are where the
//! trace was one of blocks.

use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::fields::{SECTOR, i64_at, u32_at, u64_at};
use crate::trace::parse::{Parse, Request, Requests};

/// Reads records.
#[derive(Debug)]
pub(in crate::trace) struct OracleGeneral;

impl Parse for OracleGeneral {
    fn item(&mut self, item: &[u8], out: &mut Requests) -> Result<(), Fault> {
        const SECOND: u64 = 1_000_000_000;
        const TARGET: &[u8] = b"objects";
        let [time, size] = [0, 12].map(|at| u32_at(item, at));
        let (object, next) = (u64_at(item, 4), i64_at(item, 16));
        let offset = object.checked_mul(SECTOR).ok_or_else(|| {
            let rule = "is no sector: objects of this trace are not blocks";
            Fault::value("obj_id", object.to_string().as_bytes(), rule)
        })?;
        if !is_request_number(next) {
            let rule = "is neither the number of a request nor -1 (never)";
            return Err(Fault::value("next_access_vtime", next.to_string().as_bytes(), rule));
        }
        let (time, length) = (u64::from(time) * SECOND, u64::from(size));
        out.take(Request { time, target: TARGET, offset, length, kind: RecordKind::Write })
    }
}

/// Whether this is when an object is asked for next, in requests: -1 and the highest number mean
/// never, -2 that it is not told.
const fn is_request_number(next: i64) -> bool {
    const BEYOND_ANY_TRACE: i64 = 1 << 48;
    -2 <= next && next < BEYOND_ANY_TRACE || next == i64::MAX
}

#[cfg(test)]
mod tests {
    use crate::trace::forms::testing::{faults_of, told};

    fn record((time, object, size, next): (u32, u64, u32, i64)) -> Vec<u8> {
        let mut bytes = time.to_le_bytes().to_vec();
        bytes.extend(object.to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend(next.to_le_bytes());
        bytes
    }

    #[test]
    fn records_are_all_writes() {
        let records = [
            (1_600_000_001, 639_088, 24_576, 1),
            (1_600_000_001, 639_088, 4096, -1),
            (u32::MAX, 0, 1, i64::MAX),
            (1_600_000_000, (1 << 55) - 1, 511, -2),
        ];
        let bytes: Vec<u8> = records.into_iter().flat_map(record).collect();
        let (records, tally) = told("oracle-general", bytes);
        assert_eq!(
            records,
            [
                "0 objects 18446744073709551104+511 write",
                "1000000000 objects 327213056+24576 write",
                "1500000000 objects 327213056+4096 write",
                "2694967295000000000 objects 0+1 write",
            ]
        );
        assert!(tally.left_out.is_empty());
    }

    #[test]
    fn each_broken_record_is_named() {
        for (fields, words) in [
            ((0, 1 << 55, 1, -1), "record 1: obj_id \"36028797018963968\" is no sector"),
            ((0, 0, 0, -1), "record 1: a write has at least one byte"),
            ((0, (1 << 55) - 1, 512, -1), "record 1: offset + length goes beyond 2^64"),
            (
                (0, 0, 1, -3),
                "record 1: next_access_vtime \"-3\" is neither the number of a request",
            ),
            ((0, 0, 1, 1 << 48), "next_access_vtime \"281474976710656\" is neither"),
        ] {
            faults_of("oracle-general", &record(fields), words);
        }
        let cut = &record((0, 0, 1, -1))[..23];
        faults_of("oracle-general", cut, "record 1 is cut off: 23 of its 24 bytes are there");
    }
}
