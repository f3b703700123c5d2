//! What stands between the parentheses of a call, and behind them.

use crate::trace::error::Fault;
use crate::trace::fields::digits;

/// Arguments that are looked at; further ones are counted as the last.
const MOST: usize = 8;

/// Arguments and result of a call, as text.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    fields: [&'a [u8]; MOST],
    /// All of them.
    pub text: &'a [u8],
    pub outcome: Outcome<'a>,
}

/// What a call returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome<'a> {
    /// A number, and with `-y` the path of the descriptor that it is.
    Value(u64, Option<&'a [u8]>),
    /// `-1 ENOENT (…)`.
    Failed,
    /// `?`: it did not return, or is begun again.
    Nothing,
}

/// A descriptor, `3` or with `-y` `3</a/path>`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Descriptor {
    pub number: u32,
    pub path: Option<Path>,
}

/// What `-y` says a descriptor is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// `/a/path`, or `pipe:[123]`.
    pub name: Vec<u8>,
    /// What `-yy` says of a device.
    pub device: Option<Device>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Device {
    Block,
    Character,
}

impl<'a> Arguments<'a> {
    /// Reads what follows `name(`.
    pub(super) fn read(text: &'a [u8]) -> Result<Self, Fault> {
        let (mut fields, mut count): ([&[u8]; MOST], _) = ([&[]; MOST], 0);
        let (mut begin, mut at, mut depth) = (0, 0, 0_usize);
        let end = loop {
            let byte =
                *text.get(at).ok_or(Fault::Rule("is cut off: a call ends with `) = result`"))?;
            match byte {
                b'"' => at = end_of_string(text, at)?,
                b'<' => at = end_of_path(text, at)?,
                b'/' if text[at..].starts_with(b"/*") => at = end_of(text, at, b"*/")?,
                b'(' | b'[' | b'{' => depth += 1,
                b')' if depth == 0 => break at,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b',' if depth == 0 && count + 1 < MOST => {
                    fields[count] = text[begin..at].trim_ascii();
                    (count, begin) = (count + 1, at + 1);
                }
                _ => {}
            }
            at += 1;
        };
        fields[count] = text[begin..end].trim_ascii();
        Ok(Self { fields, text: &text[..end], outcome: outcome(&text[end + 1..])? })
    }

    /// One of them; empty if there are fewer.
    pub(super) fn get(&self, place: usize) -> &'a [u8] {
        self.fields[place]
    }

    /// The descriptor at this place, if it is one.
    pub(super) fn descriptor(&self, place: usize) -> Option<Descriptor> {
        let field = self.fields[place];
        let end = field.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(field.len());
        let number = u32::try_from(digits(&field[..end])?).ok()?;
        let path = path(&field[end..]);
        (path.is_some() || end == field.len()).then_some(Descriptor { number, path })
    }

    /// Where the process stands, if this place is `AT_FDCWD</a/path>`.
    pub(super) fn working_directory(&self, place: usize) -> Option<Path> {
        path(self.fields[place].strip_prefix(b"AT_FDCWD")?)
    }

    /// A number of bytes at this place.
    pub(super) fn bytes(&self, place: usize, column: &'static str) -> Result<u64, Fault> {
        let field = self.fields[place];
        digits(field).ok_or_else(|| Fault::value(column, field, "is not a number of bytes"))
    }

    /// The string at this place, without its quotes.
    pub(super) fn string(&self, place: usize) -> Option<Vec<u8>> {
        let quoted = self.fields[place].strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        Some(unescaped(quoted))
    }
}

/// `</a/path>` and what follows it: `(deleted)`, or with `-yy` what a device is.
pub(super) fn path(text: &[u8]) -> Option<Path> {
    let inner = text.strip_suffix(b"(deleted)").unwrap_or(text);
    let inner = inner.strip_prefix(b"<")?.strip_suffix(b">")?;
    let inner = inner.strip_suffix(b" (deleted)").unwrap_or(inner);
    let (name, device) = match inner.iter().position(|&byte| byte == b'<') {
        Some(at) if inner[at..].starts_with(b"<block") => (&inner[..at], Some(Device::Block)),
        Some(at) if inner[at..].starts_with(b"<char") => (&inner[..at], Some(Device::Character)),
        _ => (inner, None),
    };
    Some(Path { name: unescaped(name), device })
}

/// ` = 3</a/path> <0.000123>` behind the parenthesis.
fn outcome(text: &[u8]) -> Result<Outcome<'_>, Fault> {
    let wrong = || Fault::value("result", text, "is not `= value`");
    let value = text.trim_ascii().strip_prefix(b"=").ok_or_else(wrong)?.trim_ascii_start();
    if value.starts_with(b"?") {
        return Ok(Outcome::Nothing);
    }
    if let Some(minus) = value.strip_prefix(b"-") {
        return if minus.first().is_some_and(u8::is_ascii_digit) {
            Ok(Outcome::Failed)
        } else {
            Err(wrong())
        };
    }
    if let Some(hexadecimal) = value.strip_prefix(b"0x") {
        let end = hexadecimal.iter().position(|byte| !byte.is_ascii_hexdigit());
        let number = number_of_hexadecimal(&hexadecimal[..end.unwrap_or(hexadecimal.len())]);
        return number.map(|number| Outcome::Value(number, None)).ok_or_else(wrong);
    }
    let end = value.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    let number = digits(&value[..end]).ok_or_else(wrong)?;
    let path = match value.get(end) {
        Some(b'<') => Some(&value[end..=end_of_path(value, end)?]),
        Some(b' ') | None => None,
        Some(_) => return Err(wrong()),
    };
    Ok(Outcome::Value(number, path))
}

pub(super) fn number_of_hexadecimal(text: &[u8]) -> Option<u64> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(u64::from);
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(16)?.checked_add(digit(byte)?))
}

/// Where the string that begins at `at` has its second quote.
fn end_of_string(text: &[u8], at: usize) -> Result<usize, Fault> {
    let mut next = at + 1;
    while let Some(&byte) = text.get(next) {
        match byte {
            b'"' => return Ok(next),
            b'\\' => next += 2,
            _ => next += 1,
        }
    }
    Err(Fault::OpenQuote)
}

/// Where the path of `-y` that begins at `at` ends; at `at` where none begins: `1<<3`. In a path `<`
/// and `>` are escaped, but `-yy` puts `<char 1:3>` behind one, and `->` between addresses.
fn end_of_path(text: &[u8], at: usize) -> Result<usize, Fault> {
    let before = at.checked_sub(1).map(|before| text[before]);
    if !before.is_some_and(|byte| byte.is_ascii_digit() || byte == b'D') {
        return Ok(at);
    }
    if text[at..].starts_with(b"<<") {
        return Ok(at + 1);
    }
    let (mut depth, mut last) = (0_usize, b'<');
    for (place, &byte) in text.iter().enumerate().skip(at) {
        match byte {
            b'<' => depth += 1,
            b'>' if last != b'-' && last != b'=' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(place);
        }
        last = byte;
    }
    Err(Fault::Rule("is cut off within the path of a descriptor"))
}

fn end_of(text: &[u8], at: usize, what: &[u8]) -> Result<usize, Fault> {
    let found = text[at..].windows(what.len()).position(|window| window == what);
    Ok(at + found.ok_or(Fault::Rule("is cut off within a remark"))? + what.len() - 1)
}

/// A string without strace's escapes, which are those of C.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let (mut plain, mut rest) = (Vec::with_capacity(text.len()), text);
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'\\' {
            plain.push(*byte);
            continue;
        }
        let [escape, after @ ..] = rest else { break };
        rest = after;
        plain.push(match escape {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 11,
            b'f' => 12,
            b'0'..=b'7' => {
                let more =
                    rest.iter().take(2).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                let value = rest[..more]
                    .iter()
                    .fold(u32::from(escape - b'0'), |sum, byte| sum * 8 + u32::from(byte - b'0'));
                rest = &rest[more..];
                u8::try_from(value).unwrap_or(b'?')
            }
            b'x' => {
                let more = rest.iter().take(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
                let value = number_of_hexadecimal(&rest[..more]);
                rest = &rest[more..];
                value.and_then(|value| u8::try_from(value).ok()).unwrap_or(b'?')
            }
            other => *other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Arguments<'_> {
        Arguments::read(text.as_bytes()).expect("a whole call")
    }

    #[test]
    fn strings_and_paths_may_hold_anything() {
        let call = read("3</a (b), \\\"c\\76>, \"x\\\") = 5, {[(\"..., 9, 0) = 7 <0.000123>");
        let path = call.descriptor(0).and_then(|descriptor| descriptor.path).expect("a path");
        assert_eq!(String::from_utf8_lossy(&path.name), "/a (b), \"c>");
        assert_eq!(call.get(2), b"9");
        assert_eq!(call.outcome, Outcome::Value(7, None));
        let call = read("[{iov_base=\"a)\", iov_len=2}, {iov_base=\"\"..., iov_len=9}], 2) = 11");
        assert_eq!((call.get(1), call.outcome), (&b"2"[..], Outcome::Value(11, None)));
        let call = read("\"a\\tb\\303\\244\\x41\\\\\", O_RDONLY) = 3</x>(deleted)");
        assert_eq!(call.string(0), Some("a\tb\u{e4}A\\".as_bytes().to_vec()));
        let call = read("0x7f /* 2 ) vars, \" */, 1<<3) = 0");
        assert_eq!(call.get(1), b"1<<3");
    }

    #[test]
    fn descriptors_say_what_they_are() {
        let of = |text: &str| {
            read(&format!("{text}) = 0")).descriptor(0).map(|found| {
                let path = found.path.map(|path| String::from_utf8_lossy(&path.name).into_owned());
                (found.number, path)
            })
        };
        assert_eq!(of("3"), Some((3, None)));
        assert_eq!(of("3</a>(deleted)"), Some((3, Some("/a".to_owned()))));
        assert_eq!(of("3</a (deleted)>"), Some((3, Some("/a".to_owned()))));
        assert_eq!(of("3</dev/pts/0<char 136:0>>"), Some((3, Some("/dev/pts/0".to_owned()))));
        let address = "TCP:[127.0.0.1:1->127.0.0.1:2]";
        assert_eq!(of(&format!("3<{address}>")), Some((3, Some(address.to_owned()))));
        for none in ["AT_FDCWD</a>", "-1", "4294967296", "NULL", "3x", ""] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn results_are_told_apart() {
        let of = |text: &'static str| outcome(text.as_bytes());
        assert_eq!(of(" = -1 ENOENT (No such file) <0.1>"), Ok(Outcome::Failed));
        assert_eq!(of("    = ?"), Ok(Outcome::Nothing));
        assert_eq!(of(" = ? ERESTARTSYS (To be restarted)"), Ok(Outcome::Nothing));
        assert_eq!(of(" = 0x7f00 (flags O_RDWR)"), Ok(Outcome::Value(0x7f00, None)));
        assert_eq!(of(" = 3</a> <0.1>"), Ok(Outcome::Value(3, Some(b"</a>"))));
        for wrong in
            ["", " = ", " = x", " = -x", " = 3x", " 3", " = 18446744073709551616", " = 3</a"]
        {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
