//! Trials as a table: a line for each, under a line of keys.

use super::trial::Trial;
use serde_json::Value;
use std::collections::BTreeSet;

pub use crate::scenario::experiment::plain;

/// Columns that every line has, beside axes and figures.
const BEFORE: [&str; 1] = ["point"];
const AFTER: [&str; 5] = ["policy", "seed", "word", "scenario_hash", "digest"];

/// The columns of a table: where a trial stands, and every figure that some trial has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    axes: Vec<String>,
    figures: BTreeSet<String>,
}

impl Columns {
    /// Those of trials with these axes, and no figure yet.
    #[must_use]
    pub const fn new(axes: Vec<String>) -> Self {
        Self { axes, figures: BTreeSet::new() }
    }

    /// Adds the figures of a trial.
    pub fn add(&mut self, trial: &Trial) {
        for figure in trial.figures.keys() {
            if !self.figures.contains(figure) {
                self.figures.insert(figure.clone());
            }
        }
    }

    /// The line of keys.
    #[must_use]
    pub fn head(&self) -> String {
        let axes = self.axes.iter().map(String::as_str);
        let before = BEFORE.into_iter().chain(axes).chain(AFTER);
        line(before.chain(self.figures.iter().map(String::as_str)))
    }

    /// The line of a trial; empty where it has no number.
    #[must_use]
    pub fn line(&self, trial: &Trial) -> String {
        let Trial { point, at, policy, seed, word, scenario_hash, digest, figures, .. } = trial;
        let axes = self.axes.iter().map(|axis| at.get(axis).map(plain).unwrap_or_default());
        let word = serde_json::to_value(word).expect("a word is plain JSON");
        let after = [policy.clone(), seed.to_string(), plain(&word)];
        let after = after.into_iter().chain([scenario_hash.clone(), digest.clone()]);
        let number = |figure: &String| match figures.get(figure) {
            Some(Some(number)) => number.to_string(),
            Some(None) | None => String::new(),
        };
        let numbers = self.figures.iter().map(number);
        let fields = std::iter::once(point.to_string()).chain(axes).chain(after).chain(numbers);
        line(fields)
    }
}

/// A line of CSV.
#[must_use]
pub fn line<Field: AsRef<str>>(fields: impl IntoIterator<Item = Field>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fields: Vec<_> = fields.into_iter().collect();
    writer
        .write_record(fields.iter().map(|field| field.as_ref().as_bytes()))
        .expect("memory takes it");
    let bytes = writer.into_inner().expect("memory takes it");
    String::from_utf8(bytes).expect("fields are text")
}

/// A trial as a line of JSON.
#[must_use]
pub fn json(trial: &Trial) -> String {
    serde_json::to_string(trial).expect("a trial is plain JSON") + "\n"
}

/// A trial of a line of JSON.
///
/// # Errors
/// A sentence about what is none.
pub fn read(line: &str) -> Result<Trial, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    serde_json::from_value(value).map_err(|error| error.to_string())
}
