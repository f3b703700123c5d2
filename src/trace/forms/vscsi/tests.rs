//! Records by hand, of both versions.

use crate::trace::forms::testing::{faults_of, told};
use crate::trace::{Form, import};

/// Operation code, bytes, sector, microseconds.
type Fields = (u16, u32, u64, u64);

fn first((cmd, len, lbn, ts): Fields, version: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    [7, len, 1].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
    [cmd, version].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
    [lbn, ts].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
    bytes
}

fn second((cmd, len, lbn, ts): Fields, version: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    [cmd, version].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
    [7, len, 1].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
    [lbn, ts, 300].iter().for_each(|word| bytes.extend(word.to_le_bytes()));
    bytes
}

const LAST_SECTOR: u64 = u64::MAX / 512;

const GOOD: [Fields; 6] = [
    (0x2a, 24_576, 639_088, 5_633_898_000_010),
    (0x8a, 1, LAST_SECTOR, 5_633_898_000_009),
    (0x28, 512, 8, 5_633_898_000_008),
    (0x35, 0, 0, 5_633_898_000_011),
    (0x00, 0, 0, 5_633_898_000_012),
    (0x2e, 512, 0, 5_633_898_000_013),
];

#[test]
fn records_of_both_versions_are_read() {
    let one: Vec<u8> = GOOD.iter().flat_map(|fields| first(*fields, 0x0100)).collect();
    let two: Vec<u8> = GOOD.iter().flat_map(|fields| second(*fields, 0x0201)).collect();
    for (name, bytes) in [("vscsi1", one), ("vscsi2", two)] {
        let (records, tally) = told(name, bytes);
        assert_eq!(
            records,
            [
                "1000 disk 18446744073709551104+1 write",
                "2000 disk 327213056+24576 write",
                "3000 disk 0+0 flush",
                "5000 disk 0+512 write",
            ]
        );
        assert_eq!(tally.left_out["reads"], (1, 512));
        assert_eq!(tally.left_out["other commands"], (1, 0));
    }
}

const BAD: [(Fields, &str); 5] = [
    ((0x12a, 1, 0, 0), "record 1: cmd \"0x012a\" is no SCSI operation code"),
    ((0x2a, 0, 0, 0), "record 1: a write has at least one byte"),
    ((0x2a, 1, LAST_SECTOR + 1, 0), "record 1: lbn \"36028797018963968\" is not a number of sect"),
    ((0x2a, 513, LAST_SECTOR, 0), "record 1: offset + length goes beyond 2^64"),
    ((0x2a, 1, 0, 18_446_744_073_709_552), "record 1: ts \"18446744073709552\" is later than 2^64"),
];

#[test]
fn each_broken_record_is_named() {
    for (fields, words) in BAD {
        faults_of("vscsi1", &first(fields, 0x0100), words);
        faults_of("vscsi2", &second(fields, 0x0200), words);
    }
    let version = "record 1: ver \"0x0300\" is not version";
    faults_of("vscsi1", &first(GOOD[0], 0x0300), version);
    faults_of("vscsi2", &second(GOOD[0], 0x0300), version);
    faults_of("vscsi1", &[0; 32], "ver \"0x0000\" is not version 1");
}

#[test]
fn a_cut_off_record_is_bad_and_the_others_are_read() {
    for (name, record, size) in
        [("vscsi1", first(GOOD[0], 0x0100), 32), ("vscsi2", second(GOOD[0], 0x0200), 40)]
    {
        let form = Form::named(name).expect("a known form");
        let mut bytes = record.repeat(20);
        bytes.extend(&record[..size - 1]);
        for form in [Some(form), None] {
            let import = import(&bytes[..], form).expect("all but one are good");
            assert_eq!((import.tally.writes, import.tally.bad), (20, 1), "{name}");
            let words = format!("record 21 is cut off: {} of its {size} bytes are there", size - 1);
            assert_eq!(import.tally.first_bad, [words]);
        }
    }
}
