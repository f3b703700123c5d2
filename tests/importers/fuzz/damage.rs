//! What happens to files.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// Numbers and words that no column wants, or the last that it takes.
const EXTREMES: &[&str] = &[
    "",
    "0",
    "-1",
    "+1",
    "1.5",
    ".",
    "1e9",
    "0x",
    "18446744073709551615",
    "18446744073709551616",
    "36028797018963967",
    "36028797018963968",
    "99999999999999999999999999999999999999999999999999",
    "NaN",
    "\u{0}",
    "٣",
    "\"",
    ",,,,",
];

/// One thing that happens to a file.
#[derive(Debug, Clone)]
enum Hurt {
    Change(Index, u8),
    Insert(Index, Vec<u8>),
    Delete(Index, usize),
    Cut(Index),
    SwapLines(Index, Index),
    Double(Index),
    Number(Index, &'static str),
}

/// Several of them.
#[derive(Debug, Clone)]
pub struct Damage(Vec<Hurt>);

/// Any of it.
pub fn any() -> impl Strategy<Value = Damage> {
    let place = proptest::arbitrary::any::<Index>;
    let byte = proptest::arbitrary::any::<u8>;
    let hurt = prop_oneof![
        (place(), byte()).prop_map(|(at, byte)| Hurt::Change(at, byte)),
        (place(), vec(byte(), 1..9)).prop_map(|(at, bytes)| Hurt::Insert(at, bytes)),
        (place(), 1..40_usize).prop_map(|(at, count)| Hurt::Delete(at, count)),
        place().prop_map(Hurt::Cut),
        (place(), place()).prop_map(|(one, other)| Hurt::SwapLines(one, other)),
        place().prop_map(Hurt::Double),
        (place(), proptest::sample::select(EXTREMES)).prop_map(|(at, text)| Hurt::Number(at, text)),
    ];
    vec(hurt, 1..6).prop_map(Damage)
}

/// Bytes of no meaning.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(proptest::arbitrary::any::<u8>(), 0..400)
}

/// Text of what traces are made of.
pub fn text() -> impl Strategy<Value = Vec<u8>> {
    const PARTS: &[&str] = &[
        ",",
        " ",
        "\n",
        "\r\n",
        "\t",
        "#",
        "W",
        "R",
        "Write",
        "Read",
        "0",
        "1",
        "7",
        "512",
        "4096",
        ".",
        "-",
        "\"",
        "\0",
        "2a",
        "35",
        "8:0",
        "+",
        "[",
        "]",
        "=",
        "F",
        "FWS",
        "(",
        ")",
        "<",
        ">",
        "write",
        "fsync",
        "1577836800",
        "132000000000000000",
        "time_us,target,offset,length,fsync",
    ];
    vec(proptest::sample::select(PARTS), 0..120).prop_map(|parts| parts.concat().into_bytes())
}

impl Damage {
    /// The file after it.
    pub fn of(&self, mut file: Vec<u8>) -> Vec<u8> {
        for hurt in &self.0 {
            if !file.is_empty() {
                file = hurt.of(file);
            }
        }
        file
    }
}

impl Hurt {
    fn of(&self, mut file: Vec<u8>) -> Vec<u8> {
        let size = file.len();
        match self {
            Self::Change(at, byte) => file[at.index(size)] = *byte,
            Self::Insert(at, bytes) => {
                let at = at.index(size);
                file.splice(at..at, bytes.iter().copied());
            }
            Self::Delete(at, count) => {
                let at = at.index(size);
                file.drain(at..size.min(at + count));
            }
            Self::Cut(at) => file.truncate(at.index(size)),
            Self::SwapLines(one, other) => {
                let mut lines: Vec<_> = file.split_inclusive(|&byte| byte == b'\n').collect();
                let count = lines.len();
                lines.swap(one.index(count), other.index(count));
                file = lines.concat();
            }
            Self::Double(at) => {
                let mut lines: Vec<_> = file.split_inclusive(|&byte| byte == b'\n').collect();
                let at = at.index(lines.len());
                lines.insert(at, lines[at]);
                file = lines.concat();
            }
            Self::Number(at, text) => {
                let from = at.index(size);
                let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
                let start = file[from..].iter().position(is_part).map_or(from, |more| from + more);
                let count = file[start..].iter().take_while(|byte| is_part(byte)).count();
                file.splice(start..start + count, text.bytes());
            }
        }
        file
    }
}
