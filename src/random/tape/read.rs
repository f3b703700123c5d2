//! Reading a tape.

use super::super::Key;
use super::{Asked, FORMAT, Heading, Line};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, BufRead, Read as _};

/// Decisions on a tape at most: each is in memory while it is replayed.
pub const MOST_DECISIONS: u64 = 1 << 24;

/// Bytes of a line at most; a decision takes far fewer.
const LONGEST_LINE: u64 = 1 << 12;

/// A tape that was read: every decision by what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tape {
    /// Its first line.
    pub heading: Heading,
    pub(super) decisions: BTreeMap<Key, (Asked, u64)>,
}

/// Why a file is no tape, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The device or the compression fails.
    #[error("line {line} cannot be read: {reason}")]
    Unreadable {
        /// The line, from 1.
        line: u64,
        /// What the reader says.
        reason: io::Error,
    },
    /// What is read is no tape.
    #[error("line {line}: {rule}")]
    Broken {
        /// The line, from 1.
        line: u64,
        /// The rule it breaks.
        rule: String,
    },
}

impl Tape {
    /// Reads a tape to its end. No line is longer than any tape has, and decisions are bounded
    /// ([`MOST_DECISIONS`]), so memory is, whatever the input.
    ///
    /// # Errors
    /// The first line that is none of a tape: no heading, cut off, not of the form, a decision that
    /// stands twice and not the same, a value that its choice does not allow.
    pub fn read(input: impl BufRead) -> Result<Self, TapeError> {
        Self::read_up_to(input, MOST_DECISIONS)
    }

    pub(super) fn read_up_to(input: impl BufRead, most: u64) -> Result<Self, TapeError> {
        let mut lines = Lines { input, number: 0, bytes: Vec::new() };
        let first = lines.next()?.map(serde_json::from_slice::<Heading>);
        let heading = match first {
            Some(Ok(heading)) if heading.format == FORMAT => heading,
            Some(_) | None => return Err(lines.refuse(format!("not a tape ({FORMAT})"))),
        };
        let mut decisions = BTreeMap::new();
        while let Some(text) = lines.next()? {
            let line = serde_json::from_slice::<Line>(text);
            let line = line.map_err(|error| lines.refuse(format!("no decision: {error}")))?;
            if lines.number - 2 == most {
                return Err(lines.refuse(format!("a tape holds at most {most} decisions")));
            }
            add(line, &mut decisions).map_err(|rule| lines.refuse(rule))?;
        }
        Ok(Self { heading, decisions })
    }

    /// How many decisions it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.decisions.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty()
    }
}

/// Puts a decision with the others. It may stand there already, since a run may ask again for what is
/// decided: a flush goes to the volume of the write before it.
fn add(line: Line, to: &mut BTreeMap<Key, (Asked, u64)>) -> Result<(), String> {
    let Line { purpose, entity, index, choice, value } = line;
    if entity >= 1 << 48 {
        return Err(format!("entity {entity}: entities are below 2^48"));
    }
    if !choice.allows(value) {
        return Err(format!("value {value} is none that {} comes to", told(&choice)));
    }
    match to.entry(line.key()) {
        Entry::Vacant(place) => {
            place.insert((choice, value));
            Ok(())
        }
        Entry::Occupied(place) if *place.get() == (choice, value) => Ok(()),
        Entry::Occupied(_) => {
            let purpose = told(&purpose);
            Err(format!(
                "decision {purpose} {entity}/{index} stands on the tape already, not as here"
            ))
        }
    }
}

/// A part of a line as the line has it.
pub(super) fn told(part: &impl serde::Serialize) -> String {
    serde_json::to_string(part).expect("it is plain data").replace('"', "")
}

/// Lines of a bounded length, each ended.
struct Lines<R> {
    input: R,
    number: u64,
    bytes: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// The next line; none at the end.
    fn next(&mut self) -> Result<Option<&[u8]>, TapeError> {
        self.number += 1;
        self.bytes.clear();
        let read = self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.bytes);
        let read = read.map_err(|reason| TapeError::Unreadable { line: self.number, reason })?;
        match self.bytes.split_last() {
            None => Ok(None),
            Some((b'\n', _)) => Ok(Some(&self.bytes[..read - 1])),
            Some(_) if read as u64 == LONGEST_LINE => {
                Err(self.refuse(format!("longer than {LONGEST_LINE} bytes: no line of a tape is")))
            }
            Some(_) => Err(self.refuse("cut off in the middle".to_owned())),
        }
    }

    fn refuse(&self, rule: String) -> TapeError {
        TapeError::Broken { line: self.number, rule }
    }
}
