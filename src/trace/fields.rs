//! Numbers and words on a line: what readers of text share.

use super::error::Fault;

/// Bytes of a sector, in which many forms count.
pub(super) const SECTOR: u64 = 512;

/// The fields of a line between `separator`s, without blanks around them, if there are `COUNT`.
///
/// # Errors
/// How many there are; `wanted` says how many there must be, and which.
pub(super) fn exactly<'a, const COUNT: usize>(
    line: &'a [u8],
    separator: u8,
    wanted: &'static str,
) -> Result<[&'a [u8]; COUNT], Fault> {
    let (fields, found) = split(line, separator);
    if found == COUNT { Ok(fields) } else { Err(Fault::Fields { found, wanted }) }
}

/// The first `COUNT` fields of a line between `separator`s, without blanks around them; more may
/// follow.
///
/// # Errors
/// How many there are, if too few.
pub(super) fn at_least<'a, const COUNT: usize>(
    line: &'a [u8],
    separator: u8,
    wanted: &'static str,
) -> Result<[&'a [u8]; COUNT], Fault> {
    let (fields, found) = split(line, separator);
    if found >= COUNT { Ok(fields) } else { Err(Fault::Fields { found, wanted }) }
}

fn split<const COUNT: usize>(line: &[u8], separator: u8) -> ([&[u8]; COUNT], usize) {
    let (mut fields, mut found): ([&[u8]; COUNT], _) = ([&[]; COUNT], 0);
    let mut begin = 0;
    let ends = line.iter().enumerate().filter(|(_, byte)| **byte == separator).map(|(at, _)| at);
    for end in ends.chain([line.len()]) {
        if let Some(place) = fields.get_mut(found) {
            *place = line[begin..end].trim_ascii();
        }
        begin = end + 1;
        found += 1;
    }
    (fields, found)
}

/// The first `COUNT` words of a line; more may follow.
///
/// # Errors
/// How many there are, if too few.
pub(super) fn first_words<'a, const COUNT: usize>(
    line: &'a [u8],
    wanted: &'static str,
) -> Result<[&'a [u8]; COUNT], Fault> {
    let (mut fields, mut found): ([&[u8]; COUNT], _) = ([&[]; COUNT], 0);
    for (place, word) in fields.iter_mut().zip(every_word(line)) {
        *place = word;
        found += 1;
    }
    if found == COUNT { Ok(fields) } else { Err(Fault::Fields { found, wanted }) }
}

/// The words of a line, between any number of blanks and tabs.
pub(super) fn every_word(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// Decimal digits only: no sign, no blank.
pub(super) fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|&digit| digit < 10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Hexadecimal digits, after `0x` or without.
pub(super) fn hexadecimal(text: &[u8]) -> Option<u64> {
    let digits = text.strip_prefix(b"0x").or(text.strip_prefix(b"0X")).unwrap_or(text);
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, &byte| {
        let digit = char::from(byte).to_digit(16)?;
        sum.checked_mul(16)?.checked_add(u64::from(digit))
    })
}

/// Two bytes of a record, little-endian.
pub(super) fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(part(record, at))
}

/// Four bytes of a record, little-endian.
pub(super) fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(part(record, at))
}

/// Eight bytes of a record, little-endian.
pub(super) fn u64_at(record: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(part(record, at))
}

/// Eight bytes of a record, little-endian, with a sign.
pub(super) fn i64_at(record: &[u8], at: usize) -> i64 {
    i64::from_le_bytes(part(record, at))
}

fn part<const SIZE: usize>(record: &[u8], at: usize) -> [u8; SIZE] {
    *record[at..].first_chunk().expect("records are whole, and fields lie in them")
}

/// A number of bytes.
///
/// # Errors
/// That it is none, or 2⁶⁴ or more.
pub(super) fn bytes(column: &'static str, text: &[u8]) -> Result<u64, Fault> {
    digits(text).ok_or_else(|| Fault::value(column, text, "is not a number of bytes"))
}

/// A number of sectors as bytes.
///
/// # Errors
/// That it is none, or 2⁶⁴ bytes or more.
pub(super) fn sectors(column: &'static str, text: &[u8]) -> Result<u64, Fault> {
    let count = digits(text).and_then(|count| count.checked_mul(SECTOR));
    count.ok_or_else(|| Fault::value(column, text, "is not a number of sectors of 512 bytes"))
}

/// A time in units of `unit` nanoseconds, with decimals or without, in nanoseconds; what is finer
/// than one is dropped.
///
/// # Errors
/// `rule`, if it is none (no digits on either side of the point, a sign); or that it is too late.
pub(super) fn time(
    column: &'static str,
    text: &[u8],
    unit: u64,
    rule: &'static str,
) -> Result<u64, Fault> {
    let point = text.iter().position(|&byte| byte == b'.').unwrap_or(text.len());
    let (whole, rest) = text.split_at(point);
    let decimals = rest.strip_prefix(b".").unwrap_or(b"0");
    let numeric = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !numeric(whole) || !numeric(decimals) {
        return Err(Fault::value(column, text, rule));
    }
    let late = || Fault::value(column, text, "is later than 2^64 ns");
    let whole = digits(whole).and_then(|whole| whole.checked_mul(unit)).ok_or_else(late)?;
    let (mut scale, mut part) = (unit, 0);
    for digit in decimals {
        scale /= 10;
        part += u64::from(digit - b'0') * scale;
    }
    whole.checked_add(part).ok_or_else(late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_are_numbers() {
        for none in ["", "-1", "+1", " 1", "1 ", "1.5", "0x1", "18446744073709551616", "١"] {
            assert_eq!(digits(none.as_bytes()), None, "{none:?}");
        }
        assert_eq!(digits(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(digits(b"007"), Some(7));
    }

    #[test]
    fn hexadecimal_goes_with_a_prefix_or_without() {
        for none in ["", "0x", "x1", "-1", "1g", "10000000000000000"] {
            assert_eq!(hexadecimal(none.as_bytes()), None, "{none:?}");
        }
        assert_eq!(hexadecimal(b"0xFFFFffffFFFFffff"), Some(u64::MAX));
        assert_eq!(hexadecimal(b"2a"), Some(42));
    }

    #[test]
    fn times_keep_every_nanosecond() {
        let seconds = |text: &str| time("t", text.as_bytes(), 1_000_000_000, "is no time");
        assert_eq!(seconds("1.000000001"), Ok(1_000_000_001));
        assert_eq!(seconds("18446744073.709551615"), Ok(u64::MAX));
        assert_eq!(seconds("0.1234567899"), Ok(123_456_789));
        assert_eq!(seconds("12"), Ok(12_000_000_000));
        for none in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "1e3",
            "1.2.3",
            "18446744073.709551616",
            "9".repeat(40).as_str(),
        ] {
            assert!(seconds(none).is_err(), "{none:?}");
        }
    }

    #[test]
    fn fields_are_counted_and_trimmed() {
        assert_eq!(exactly::<2>(b" a , b\t", b',', "2"), Ok([&b"a"[..], b"b"]));
        assert_eq!(exactly::<2>(b"a", b',', "2"), Err(Fault::Fields { found: 1, wanted: "2" }));
        assert_eq!(exactly::<2>(b"a,b,", b',', "2"), Err(Fault::Fields { found: 3, wanted: "2" }));
        assert_eq!(at_least::<2>(b"a,b,c", b',', "2"), Ok([&b"a"[..], b"b"]));
        assert_eq!(first_words::<2>(b"\t a   b c", "2"), Ok([&b"a"[..], b"b"]));
        assert_eq!(first_words::<2>(b" a ", "2"), Err(Fault::Fields { found: 1, wanted: "2" }));
    }
}
