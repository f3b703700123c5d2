//! Flags of calls, as words or as numbers.

use super::arguments::number_of_hexadecimal;
use crate::trace::fields::digits;

/// What `open` was asked for, as far as it matters here; Linux's bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct OpenFlags(u64);

impl OpenFlags {
    pub(super) const CREATE: Self = Self(0o100);
    pub(super) const EXCLUSIVE: Self = Self(0o200);
    pub(super) const TRUNCATE: Self = Self(0o1000);
    pub(super) const APPEND: Self = Self(0o2000);
    /// `O_DSYNC`, which `O_SYNC` includes.
    pub(super) const DURABLE: Self = Self(0o10_000);
    pub(super) const DIRECTORY: Self = Self(0o200_000);
    /// `O_TMPFILE`: a new file without a name, in the directory that is named.
    pub(super) const TEMPORARY: Self = Self(0o20_200_000);
    pub(super) const CLOSES_ON_EXEC: Self = Self(0o2_000_000);

    /// `O_WRONLY|O_CREAT|0x800`, or a number alone.
    pub(super) fn read(text: &[u8]) -> Self {
        let bits = text.split(|&byte| byte == b'|').map(|word| match word.trim_ascii() {
            b"O_CREAT" => Self::CREATE.0,
            b"O_EXCL" => Self::EXCLUSIVE.0,
            b"O_TRUNC" => Self::TRUNCATE.0,
            b"O_APPEND" => Self::APPEND.0,
            b"O_SYNC" | b"O_DSYNC" | b"O_RSYNC" => Self::DURABLE.0,
            b"O_DIRECTORY" => Self::DIRECTORY.0,
            b"O_TMPFILE" => Self::TEMPORARY.0,
            b"O_CLOEXEC" => Self::CLOSES_ON_EXEC.0,
            other => number(other),
        });
        Self(bits.fold(0, |sum, bits| sum | bits))
    }

    pub(super) const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 == flag.0
    }

    /// These, with `flag` as in `other`.
    pub(super) const fn taking(self, flag: Self, other: Self) -> Self {
        Self((self.0 & !flag.0) | (other.0 & flag.0))
    }
}

/// What one write was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WriteFlags(u64);

impl WriteFlags {
    const DATA_DURABLE: Self = Self(2);
    const DURABLE: Self = Self(4);
    const APPEND: Self = Self(16);

    /// `RWF_DSYNC|RWF_APPEND`, or a number.
    pub(super) fn read(text: &[u8]) -> Self {
        let bits = text.split(|&byte| byte == b'|').map(|word| match word.trim_ascii() {
            b"RWF_DSYNC" => Self::DATA_DURABLE.0,
            b"RWF_SYNC" => Self::DURABLE.0,
            b"RWF_APPEND" => Self::APPEND.0,
            other => number(other),
        });
        Self(bits.fold(0, |sum, bits| sum | bits))
    }

    pub(super) const fn is_durable(self) -> bool {
        self.0 & (Self::DATA_DURABLE.0 | Self::DURABLE.0) != 0
    }

    pub(super) const fn appends(self) -> bool {
        self.0 & Self::APPEND.0 != 0
    }
}

/// A number as C writes it; 0 for a word that does not matter.
fn number(text: &[u8]) -> u64 {
    let value = match text {
        [b'0', b'x', hexadecimal @ ..] => number_of_hexadecimal(hexadecimal),
        [b'0', octal @ ..] if !octal.is_empty() => octal.iter().try_fold(0_u64, |sum, byte| {
            let digit = byte.checked_sub(b'0').filter(|&digit| digit < 8)?;
            sum.checked_mul(8)?.checked_add(u64::from(digit))
        }),
        decimal => digits(decimal),
    };
    value.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_words_or_numbers() {
        let read = |text: &str| OpenFlags::read(text.as_bytes());
        assert!(read("O_RDWR|O_CREAT|0x400").has(OpenFlags::APPEND));
        assert!(read("0x101001").has(OpenFlags::DURABLE));
        assert!(read("02001").has(OpenFlags::APPEND));
        assert!(read("O_WRONLY|O_SYNC").has(OpenFlags::DURABLE));
        assert!(!read("O_RDWR|O_CREAT|O_NOFOLLOW").has(OpenFlags::TRUNCATE));
        let appends = read("O_RDWR|O_SYNC").taking(OpenFlags::APPEND, read("O_APPEND"));
        assert!(appends.has(OpenFlags::APPEND) && appends.has(OpenFlags::DURABLE));
        assert!(WriteFlags::read(b"RWF_NOWAIT|RWF_SYNC").is_durable());
        assert!(!WriteFlags::read(b"RWF_HIPRI").is_durable());
        assert!(WriteFlags::read(b"0x10").appends());
    }
}
