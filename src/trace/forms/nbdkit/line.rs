//! One line of the log.

use super::date;
use crate::trace::error::Fault;
use crate::trace::fields::{digits, every_word};

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A client came for this export.
    Connected { connection: u64, export: Vec<u8> },
    /// It went.
    Disconnected { connection: u64 },
    /// It asks for something.
    Asked { connection: u64, asked: Asked },
    /// It is answered.
    Answered { connection: u64, id: u64, answer: Answer },
    /// Nothing of a request.
    Silent,
}

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    /// Nanoseconds since 1970, local time.
    pub time: u64,
    /// Its number in its connection.
    pub id: u64,
    pub operation: Operation,
    /// First byte; 0 for a flush.
    pub offset: u64,
    /// Bytes; 0 for a flush.
    pub length: u64,
    pub fua: Fua,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Read,
    Write,
    /// A write of zeros.
    Zero,
    Flush,
    Trim,
}

/// Whether it is durable when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fua {
    Asked,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Failed,
}

/// Reads a line.
pub(super) fn read(line: &[u8]) -> Result<Line, Fault> {
    const UNKNOWN: Fault =
        Fault::Rule("is no line of nbdkit's log: `date time [connection=N] event`");
    let mut words = every_word(line);
    let (Some(date), Some(clock)) = (words.next(), words.next()) else { return Err(UNKNOWN) };
    let time = date::nanoseconds(date, clock)?;
    let mut word = words.next().ok_or(UNKNOWN)?;
    let mut connection = 0;
    if let Some(number) = word.strip_prefix(b"connection=") {
        connection = decimal("connection", number)?;
        word = words.next().ok_or(UNKNOWN)?;
    }
    let fields = Fields { line };
    if let Some(answered) = word.strip_prefix(b"...") {
        if operation(answered).is_none() {
            return Ok(Line::Silent);
        }
        let answer = if fields.wanted("return")? == b"0" { Answer::Done } else { Answer::Failed };
        return Ok(Line::Answered { connection, id: decimal("id", fields.wanted("id")?)?, answer });
    }
    match word {
        b"Connect" => Ok(Line::Connected { connection, export: fields.export() }),
        b"Disconnect" => Ok(Line::Disconnected { connection }),
        _ => match operation(word) {
            Some(operation) => {
                Ok(Line::Asked { connection, asked: fields.asked(time, operation)? })
            }
            None if word[0].is_ascii_uppercase() => Ok(Line::Silent),
            None => Err(Fault::value("event", word, "is none that nbdkit logs")),
        },
    }
}

fn operation(word: &[u8]) -> Option<Operation> {
    match word {
        b"Read" => Some(Operation::Read),
        b"Write" => Some(Operation::Write),
        b"Zero" => Some(Operation::Zero),
        b"Flush" => Some(Operation::Flush),
        b"Trim" => Some(Operation::Trim),
        _ => None,
    }
}

/// `name=value` on a line.
struct Fields<'a> {
    line: &'a [u8],
}

impl<'a> Fields<'a> {
    fn value(&self, name: &str) -> Option<&'a [u8]> {
        every_word(self.line)
            .find_map(|word| word.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
    }

    fn wanted(&self, name: &'static str) -> Result<&'a [u8], Fault> {
        self.value(name).ok_or_else(|| Fault::value(name, b"", "is missing"))
    }

    fn asked(&self, time: u64, operation: Operation) -> Result<Asked, Fault> {
        let id = decimal("id", self.wanted("id")?)?;
        let (offset, length) = match operation {
            Operation::Flush => (0, 0),
            Operation::Read | Operation::Write | Operation::Zero | Operation::Trim => {
                (self.number("offset")?, self.number("count")?)
            }
        };
        if offset.checked_add(length).is_none() {
            return Err(Fault::Rule("offset + length goes beyond 2^64 - 1"));
        }
        if length == 0 && matches!(operation, Operation::Write | Operation::Zero) {
            return Err(Fault::Rule("a write has at least one byte"));
        }
        let fua = match self.value("fua") {
            Some(b"1") => Fua::Asked,
            Some(b"0") | None => Fua::Not,
            Some(other) => return Err(Fault::value("fua", other, "is neither 0 nor 1")),
        };
        Ok(Asked { time, id, operation, offset, length, fua })
    }

    /// Bytes, `0x1000` or `4096`.
    fn number(&self, name: &'static str) -> Result<u64, Fault> {
        let text = self.wanted(name)?;
        let value = match text.strip_prefix(b"0x") {
            None => digits(text),
            Some(hexadecimal) => of_hexadecimal(hexadecimal),
        };
        value.ok_or_else(|| Fault::value(name, text, "is not a number of bytes"))
    }

    /// The name between quotes, in which `\"` is a quote.
    fn export(&self) -> Vec<u8> {
        const BEGIN: &[u8] = b"export=\"";
        let begin = self.line.windows(BEGIN.len()).position(|window| window == BEGIN);
        let Some(begin) = begin else { return self.value("export").unwrap_or_default().to_vec() };
        let (mut name, mut escaped) = (Vec::new(), None);
        for &byte in &self.line[begin + BEGIN.len()..] {
            match (escaped.take(), byte) {
                (None, b'"') => break,
                (None, b'\\') => escaped = Some(()),
                (_, byte) => name.push(byte),
            }
        }
        name
    }
}

fn decimal(name: &'static str, text: &[u8]) -> Result<u64, Fault> {
    digits(text).ok_or_else(|| Fault::value(name, text, "is not a number"))
}

fn of_hexadecimal(text: &[u8]) -> Option<u64> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(u64::from);
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(16)?.checked_add(digit(byte)?))
}
