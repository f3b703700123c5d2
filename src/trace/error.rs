//! Why a trace cannot be read: which line, which column, its value, the rule.

use super::canonical::HEADER;
use super::lines::LONGEST_LINE;
use std::fmt;
use std::io;

/// A column of the canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Microseconds from the beginning of the recording.
    Time,
    /// What was written to.
    Target,
    /// First byte.
    Offset,
    /// Number of bytes.
    Length,
    /// Whether the record makes something durable.
    Fsync,
}

impl fmt::Display for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Time => "time_us",
            Self::Target => "target",
            Self::Offset => "offset",
            Self::Length => "length",
            Self::Fsync => "fsync",
        })
    }
}

/// Why a trace cannot be read. Lines count from 1, as editors count them.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The input failed, or its compressed data is damaged.
    #[error("{}{source}", after(*line))]
    Unreadable {
        /// The last line that was read whole.
        line: u64,
        /// What the input said.
        source: io::Error,
    },
    /// The gzip stream has no end.
    #[error("{}the gzip data stops early, so the file is incomplete", after(*line))]
    Truncated {
        /// The last line that was read whole.
        line: u64,
    },
    /// The file ends before the header.
    #[error("the trace ends without its header `{HEADER}`")]
    NoHeader,
    /// Something else stands where the header must.
    #[error("line {line}: {found:?} stands where the header `{HEADER}` must")]
    NotTheHeader {
        /// Where.
        line: u64,
        /// What stands there.
        found: String,
    },
    /// A line with too few or too many fields.
    #[error("line {line} has {found} fields, not 5 (`{HEADER}`)")]
    Fields {
        /// Where.
        line: u64,
        /// How many fields.
        found: usize,
    },
    /// A value that its column does not take.
    #[error("line {line}: {column} {value:?} {rule}")]
    Value {
        /// Where.
        line: u64,
        /// Which column.
        column: Column,
        /// What stands there.
        value: String,
        /// The rule, as the end of the sentence: "is not a number of bytes".
        rule: &'static str,
    },
    /// A record whose values do not go together.
    #[error("line {line}: {rule}")]
    Record {
        /// Where.
        line: u64,
        /// The rule.
        rule: &'static str,
    },
    /// A line beyond any sense: the file is most likely not a trace.
    #[error("line {line} is longer than {LONGEST_LINE} bytes, so this is no trace")]
    LongLine {
        /// Where.
        line: u64,
    },
    /// A byte that text does not hold.
    #[error("line {line} holds the control character {byte:#04x}, so this is no text")]
    ControlCharacter {
        /// Where.
        line: u64,
        /// The byte.
        byte: u8,
    },
    /// Bytes that are no text.
    #[error("line {line} is not UTF-8 text")]
    NotText {
        /// Where.
        line: u64,
    },
    /// A quoted field without its second quote.
    #[error("line {line} opens a quote that it does not close")]
    OpenQuote {
        /// Where.
        line: u64,
    },
}

/// How far the input was read, if it was at all.
fn after(line: u64) -> String {
    if line == 0 { String::new() } else { format!("after line {line}: ") }
}
