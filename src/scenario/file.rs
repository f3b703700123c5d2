//! The JSON of scenarios: read, located, typed, resolved, written out.
//!
//! Text becomes a JSON value, overrides (`--set`) are applied to it, then it is typed key by key
//! (`model`), and `resolve` fills in what was left out, checks every rule and builds the
//! [`Scenario`]. An error names the key, its value and the rule, points at the line and suggests
//! what was probably meant. Defaults stand in `model` where they are constants, in
//! `resolve::bounds` where they derive from other keys.

pub(in crate::scenario) mod error;
mod expectation;
pub(in crate::scenario) mod locate;
mod model;
mod overrides;
mod print;
mod resolve;
pub(in crate::scenario) mod typed;

pub use error::FileError;

use super::{Problem, Scenario};
use error::{Part, span_of};
use locate::Places;
use model::Document;
use overrides::Applied;
use serde_json::Value;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_128;

impl Scenario {
    /// Reads a scenario. Each override is a key and its value, `("wan.propagation", "40ms")`: JSON
    /// if it reads as JSON, else a string; items of lists go by number, `clients.0.name`.
    ///
    /// # Errors
    /// Text that is no JSON, a key that is unknown or stands twice, a value that its key does not
    /// take, or a rule that is broken.
    pub fn parse(text: &str, overrides: &[(String, String)]) -> Result<Self, FileError> {
        let (value, origins) = read(text, overrides)?;
        let document = typed::read(&value, "the scenario")
            .map_err(|wrong| origins.point(wrong.error, &wrong.path, wrong.part))?;
        resolve::scenario(document)
            .map_err(|problem| origins.point(FileError::rule(&problem), &problem.key, Part::Value))
    }

    /// A name of everything a scenario says: 32 hexadecimal digits, equal for equal scenarios.
    #[must_use]
    pub fn hash(&self) -> String {
        format!("{:032x}", xxh3_128(self.canonical().as_bytes()))
    }
}

/// Lays out compact JSON as people write it: what fits on a line stays on a line.
#[must_use]
pub fn laid_out(compact: &str) -> String {
    print::lay_out(compact)
}

/// The words of all kinds of faults, in the order of the schema.
pub fn fault_words() -> impl Iterator<Item = &'static str> {
    model::KindWord::ALL.iter().map(|kind| kind.word())
}

/// Where the words of `text` stand that break a rule found after it was read: a trace that is
/// missing, or that does not go with the rest. `text` and `overrides` are those of the scenario.
#[must_use]
pub fn locate(text: &str, overrides: &[(String, String)], problem: &Problem) -> FileError {
    let error = FileError::rule(problem);
    match read(text, overrides) {
        Ok((_, origins)) => origins.point(error, &problem.key, Part::Value),
        Err(_) => error,
    }
}

/// The text as a value with the overrides applied, and where its words come from.
pub(in crate::scenario) fn read<'a>(
    text: &'a str,
    overrides: &[(String, String)],
) -> Result<(Value, Origins<'a>), FileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut value = syntax(text)?;
    let mut origins = Origins { text, places: Places::of(text), overrides: Vec::new() };
    if let Some((path, span)) = origins.places.repeated.take() {
        return Err(FileError::whole(format!("`{path}` stands twice")).at(text, span));
    }
    for (key, words) in overrides {
        origins.overrides.push(overrides::apply(&mut value, key, words)?);
    }
    Ok((value, origins))
}

/// The JSON Schema of scenario files, as pretty JSON.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    format!("{text}\n")
}

fn syntax(text: &str) -> Result<Value, FileError> {
    if text.trim().is_empty() {
        let help = "`mirrorsim init` writes a scenario to start from";
        return Err(FileError::whole("the file is empty").with_help(help));
    }
    serde_json::from_str(text).map_err(|error| {
        let words = error.to_string();
        let reason = words.split(" at line ").next().unwrap_or(&words);
        let start = offset_of(text, error.line(), error.column());
        FileError::whole(format!("not JSON: {reason}")).at(text, start..start)
    })
}

/// The byte at a line and column as `serde_json` counts them: lines from 1, columns in bytes from 1.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = text.len().min(before + column.saturating_sub(1));
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Where the words of a scenario come from.
pub(in crate::scenario) struct Origins<'a> {
    text: &'a str,
    places: Places,
    overrides: Vec<Applied>,
}

impl<'a> Origins<'a> {
    /// The text.
    pub(in crate::scenario) const fn text(&self) -> &'a str {
        self.text
    }

    /// The bytes of the value at `path`, if it stands in the text.
    pub(in crate::scenario) fn span(&self, path: &str) -> Option<Range<usize>> {
        span_of(&self.places, path, Part::Value)
    }

    /// Says where the value at `path` comes from: the last override that set it, else the text; a
    /// value that stands nowhere is a default.
    pub(in crate::scenario) fn point(&self, error: FileError, path: &str, part: Part) -> FileError {
        let sets = |applied: &&Applied| {
            let rest = path.strip_prefix(applied.path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        if let Some(applied) = self.overrides.iter().rev().find(sets) {
            return error.in_override(&applied.words);
        }
        match span_of(&self.places, path, part) {
            Some(span) if path.is_empty() => error.at(self.text, span.start..span.start + 1),
            Some(span) => error.at(self.text, span),
            None => error.with_help(format!("`{path}` is not in the file: this is its default")),
        }
    }
}

#[cfg(test)]
mod tests;
