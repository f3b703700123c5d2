//! Why a trace cannot be read: which line or record, which column, its value, the rule.

use super::form::Form;
use super::items::LONGEST_LINE;
use std::fmt;
use std::io;

/// Why a trace cannot be read. Lines and records count from 1, as editors count lines.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The input failed, or its compressed data is damaged.
    #[error("{}{source}", after(last))]
    Unreadable {
        /// What was read whole last.
        last: Item,
        /// What the input said.
        source: io::Error,
    },
    /// The gzip stream has no end.
    #[error("{}the gzip data stops early, so the file is incomplete", after(last))]
    Truncated {
        /// What was read whole last.
        last: Item,
    },
    /// Compressed in a way that is not read here.
    #[error("this is compressed with {0}: read it with `{0} -dc FILE | mirrorsim trace -`")]
    Compressed(&'static str),
    /// Nothing there.
    #[error("there is nothing in it")]
    Empty,
    /// No form fits.
    #[error(
        "no known form of trace begins with {found}\n  = help: {known} are known; if it is one of \
         them, `--from` says which, and what is wrong with it will be told",
        known = Form::names()
    )]
    UnknownForm {
        /// What it begins with.
        found: String,
    },
    /// More than one form fits.
    #[error(
        "its columns are those of {}, which only differ in what they mean\n  = help: say which: {}",
        listed(forms, " and "),
        options(forms)
    )]
    Ambiguous {
        /// Those that fit.
        forms: Vec<Form>,
    },
    /// A line or record breaks a rule.
    #[error("{item}{fault}")]
    Bad {
        /// Where.
        item: Item,
        /// Which rule.
        fault: Fault,
    },
    /// So much is wrong with it that it is most likely something else.
    #[error(
        "{bad} of {all} {unit}s are bad, so this is no {form}; the first: {first}",
        form = form.title(), unit = first_unit(first)
    )]
    MostlyBad {
        /// What it was read as.
        form: Form,
        /// How many are bad.
        bad: u64,
        /// Of how many.
        all: u64,
        /// What is wrong with the first.
        first: Box<TraceError>,
    },
    /// What does not fit into memory is sorted in a temporary file, which failed.
    #[error("the temporary file for sorting failed: {0}")]
    Sorting(io::Error),
}

/// A place in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A line of text.
    Line(u64),
    /// A record of a binary form.
    Record(u64),
}

impl Item {
    const fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Record(number) => number,
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::Line(_) => "line",
            Self::Record(_) => "record",
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.unit(), self.number())
    }
}

/// What is wrong with a line or record. As text it goes on where the place ends: `line 5` + `: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too few or too many fields.
    #[error(" has {found} fields, not {wanted}")]
    Fields {
        /// How many.
        found: usize,
        /// How many there must be, and which.
        wanted: &'static str,
    },
    /// A value that its column does not take.
    #[error(": {column} {value:?} {rule}")]
    Value {
        /// Which column.
        column: &'static str,
        /// What stands there, shortened.
        value: String,
        /// The rule, as the end of the sentence: "is not a number of bytes".
        rule: &'static str,
    },
    /// Values that do not go together, or no shape that the form has.
    #[error(": {0}")]
    Rule(&'static str),
    /// Something else stands where the header must.
    #[error(": {found:?} stands where the header `{header}` must")]
    NotTheHeader {
        /// What stands there.
        found: String,
        /// What must.
        header: &'static str,
    },
    /// The file ends before the header.
    #[error(": the trace ends without its header `{0}`")]
    NoHeader(&'static str),
    /// A line beyond any sense: the file is most likely not a trace.
    #[error(" is longer than {LONGEST_LINE} bytes, so this is no trace")]
    LongLine,
    /// A byte that text does not hold.
    #[error(" holds the control character {0:#04x}, so this is no text")]
    ControlCharacter(u8),
    /// Bytes that are no text.
    #[error(" is not UTF-8 text")]
    NotText,
    /// A quoted field without its second quote.
    #[error(" opens a quote that it does not close")]
    OpenQuote,
    /// A record of a binary form that the file cuts off.
    #[error(" is cut off: {found} of its {size} bytes are there")]
    CutOff {
        /// Bytes that are there.
        found: usize,
        /// Bytes of a record.
        size: usize,
    },
}

impl Fault {
    /// `column` holds `value`, which breaks `rule`.
    pub(super) fn value(column: &'static str, value: &[u8], rule: &'static str) -> Self {
        Self::Value { column, value: shortened(value), rule }
    }
}

/// `value` as far as a message needs it.
pub(super) fn shortened(value: &[u8]) -> String {
    const ENOUGH: usize = 60;
    // Four bytes a character at most, and one that may be cut.
    let begin = String::from_utf8_lossy(&value[..value.len().min(4 * ENOUGH + 4)]);
    let mut kept: String = begin.chars().take(ENOUGH).collect();
    if kept.len() < begin.len() {
        kept.push('…');
    }
    kept
}

/// How far the input was read, if it was at all.
fn after(last: &Item) -> String {
    if last.number() == 0 { String::new() } else { format!("after {last}: ") }
}

fn listed(forms: &[Form], between: &str) -> String {
    forms.iter().map(|form| form.title()).collect::<Vec<_>>().join(between)
}

fn options(forms: &[Form]) -> String {
    let option = |form: &Form| format!("`--from {}` ({})", form.name(), form.meaning());
    forms.iter().map(option).collect::<Vec<_>>().join(" or ")
}

fn first_unit(first: &TraceError) -> &'static str {
    match first {
        TraceError::Bad { item, .. } => item.unit(),
        _ => "line",
    }
}
