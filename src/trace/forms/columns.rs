//! What forms of columns share: headers, letters for reads and writes, numbered targets.

use crate::trace::error::Fault;
use crate::trace::fields::{digits, exactly};
use crate::trace::parse::{Request, Requests};

/// Nanoseconds of a second.
pub(in crate::trace) const SECOND: u64 = 1_000_000_000;

/// The columns of a line of CSV, if there are `COUNT`; an empty one may follow, since some tools
/// end each line with a comma.
///
/// # Errors
/// How many there are; `wanted` says how many there must be, and which.
pub(in crate::trace) fn columns<'a, const COUNT: usize>(
    line: &'a [u8],
    wanted: &'static str,
) -> Result<[&'a [u8]; COUNT], Fault> {
    exactly(line, b',', wanted).or_else(|fault| match line.trim_ascii_end().strip_suffix(b",") {
        Some(shorter) => exactly(shorter, b',', wanted).map_err(|_| fault),
        None => Err(fault),
    })
}

/// Whether a line is the header of its form: files that are published without one get one from
/// those who convert them, and files put together have it in their middle. `header` is in small
/// letters.
pub(in crate::trace) fn is_header(line: &[u8], header: &str) -> bool {
    if line.first().is_none_or(u8::is_ascii_digit) {
        return false;
    }
    let letters = line.iter().filter(|byte| !matches!(byte, b' ' | b'\t' | b'"'));
    letters.map(u8::to_ascii_lowercase).eq(header.bytes())
}

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::trace) enum Operation {
    Read,
    Write,
}

impl Operation {
    /// Tells of the request that does this; a read is left out.
    ///
    /// # Errors
    /// A rule that it breaks as a write.
    pub(in crate::trace) fn tell(
        self,
        request: Request<'_>,
        out: &mut Requests,
    ) -> Result<(), Fault> {
        match self {
            Self::Read => {
                out.leave_out("reads", request.time, request.length);
                Ok(())
            }
            Self::Write => out.take(request),
        }
    }
}

/// An operation as one letter.
///
/// # Errors
/// That it is another one.
pub(in crate::trace) fn letter(column: &'static str, text: &[u8]) -> Result<Operation, Fault> {
    match text {
        b"R" | b"r" => Ok(Operation::Read),
        b"W" | b"w" => Ok(Operation::Write),
        _ => Err(Fault::value(column, text, "is neither R nor W")),
    }
}

/// A time of whole seconds, in nanoseconds.
///
/// # Errors
/// That it is none, or too late.
pub(in crate::trace) fn whole_seconds(column: &'static str, text: &[u8]) -> Result<u64, Fault> {
    let time = digits(text).and_then(|seconds| seconds.checked_mul(SECOND));
    time.ok_or_else(|| Fault::value(column, text, "is not a whole number of seconds below 2^64 ns"))
}

/// The name of a target that its form only numbers.
#[derive(Debug, Default)]
pub(in crate::trace) struct Numbered(Vec<u8>);

impl Numbered {
    /// `kind` and the number.
    ///
    /// # Errors
    /// That it is no number.
    pub(in crate::trace) fn name(
        &mut self,
        kind: &str,
        column: &'static str,
        number: &[u8],
    ) -> Result<&[u8], Fault> {
        if digits(number).is_none() {
            return Err(Fault::value(column, number, "is no number"));
        }
        self.0.clear();
        self.0.extend_from_slice(kind.as_bytes());
        self.0.extend_from_slice(number);
        Ok(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_in_any_dress() {
        for header in ["a,bc", "A,Bc", "\"a\",\"bc\"", " a, BC "] {
            assert!(is_header(header.as_bytes(), "a,bc"), "{header}");
        }
        for other in ["", "a,b", "a,bcd", "1,2", "# a,bc"] {
            assert!(!is_header(other.as_bytes(), "a,bc"), "{other}");
        }
    }

    #[test]
    fn one_comma_may_follow() {
        assert_eq!(columns::<2>(b"a,b,", "2"), Ok([&b"a"[..], b"b"]));
        assert_eq!(columns::<2>(b"a,", "2"), Ok([&b"a"[..], b""]));
        let found = |found| Err(Fault::Fields { found, wanted: "2" });
        assert_eq!(columns::<2>(b"a,b,,", "2"), found(4));
        assert_eq!(columns::<2>(b"a,b,c", "2"), found(3));
        assert_eq!(columns::<2>(b"a", "2"), found(1));
    }
}
