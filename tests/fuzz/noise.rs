//! Damage to the bytes of a file.

use proptest::prelude::*;
use proptest::sample::Index;

/// What happens to some bytes.
#[derive(Debug, Clone)]
pub enum Noise {
    Change(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
    Nest(Index, u32),
}

impl Noise {
    pub fn any() -> impl Strategy<Value = Self> {
        let at = any::<Index>;
        let bytes = prop_oneof![
            prop::collection::vec(any::<u8>(), 1..4),
            prop::sample::select(vec![
                &b"\0"[..],
                b"\xff\xfe",
                b"\"",
                b"{",
                b"]",
                b",",
                b"-",
                b"1e999",
                b"\\u0000",
                b"\\ud800"
            ])
            .prop_map(<[u8]>::to_vec),
        ];
        prop_oneof![
            (at(), any::<u8>()).prop_map(|(place, byte)| Self::Change(place, byte)),
            (at(), bytes).prop_map(|(place, bytes)| Self::Insert(place, bytes)),
            (at(), 1..40_usize).prop_map(|(place, length)| Self::Remove(place, length)),
            (at(), 1..40_usize).prop_map(|(place, length)| Self::Repeat(place, length)),
            at().prop_map(Self::Cut),
            (at(), 1..20_000_u32).prop_map(|(place, depth)| Self::Nest(place, depth)),
        ]
    }

    pub fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Change(place, byte) => {
                let at = place.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Insert(place, new) => {
                let at = place.index(bytes.len());
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Remove(place, length) => {
                let at = place.index(bytes.len());
                bytes.drain(at..bytes.len().min(at + length));
            }
            Self::Repeat(place, length) => {
                let at = place.index(bytes.len());
                let part = bytes[at..bytes.len().min(at + length)].to_vec();
                bytes.splice(at..at, part);
            }
            Self::Cut(place) => bytes.truncate(place.index(bytes.len())),
            Self::Nest(place, depth) => {
                let at = place.index(bytes.len());
                let open = if depth.is_multiple_of(2) { b'[' } else { b'{' };
                bytes.splice(at..at, (0..*depth).map(|_| open));
            }
        }
    }
}
