//! An experiment: one description, and from it an ordered list of runs.
//!
//! A scenario is varied along axes. A value on each axis makes a point; every point is run under
//! every policy with every seed, so that trials of one point and seed differ in the policy only and
//! may be compared in pairs. Runs go in the order point (the last axis fastest), policy, seed.
//!
//! As with scenarios, [`Experiment::parse`] is the only way to one, and an error names the key, its
//! value and the rule, and points at the line.

mod model;
mod rules;

use super::file::error::{FileError, Part};
use super::file::{read, typed};
use super::{Problem, Seeds};
use crate::units::Span;
use model::{Document, PolicyText};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

pub use rules::{FEWEST_SEEDS, MOST_RUNS};

/// A description of runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// A few words for tables and figures.
    pub name: String,
    /// What it is to show, in sentences; may be empty.
    pub description: String,
    /// The scenario that is varied.
    pub base: Base,
    /// What varies.
    pub axes: Vec<Axis>,
    /// How values of the axes go together.
    pub design: Design,
    /// What every point is run under; never empty.
    pub policies: Vec<Choice>,
    /// The seeds of every point and policy, or the first of them (`until`).
    pub seeds: Seeds,
    /// Whether more seeds follow.
    pub until: Option<Until>,
    /// The curves that rows keep.
    pub keep: Vec<Keep>,
    /// The time between two rows of a series.
    pub every: Span,
    /// When the steady state begins, where one is meant.
    pub warm_up: Option<Span>,
    /// Keys that are set in every run.
    set: Vec<Setting>,
}

/// A key of the scenario and its value, as JSON text.
type Setting = (String, String);

/// The scenario that is varied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// A file, by its path from the folder of the experiment.
    File(String),
    /// The text of one that stands in the experiment, in its lines.
    Within(String),
}

/// What varies: values, and what each of them sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it is called in rows.
    pub name: String,
    /// Its values, in order; never none.
    pub values: Vec<Value>,
    /// What each of them sets.
    set: Vec<Vec<Setting>>,
}

/// How values of the axes go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// Each value of an axis with each of all others.
    #[default]
    Factorial,
    /// The first values of all axes together, then the second ones, and so on.
    List,
}

/// A policy, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it is called in rows.
    pub name: String,
    /// What it sets, the policy first.
    set: Vec<Setting>,
}

/// When a point has seeds enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Until {
    /// Figures, and the half width that the interval of each mean may have.
    pub widths: BTreeMap<String, f64>,
    /// Seeds of a point at most, whatever its intervals are.
    pub at_most: u64,
}

/// Curves that rows keep.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// How the latencies of writes are distributed.
    Latency,
    /// What was in use over time, and when consistency points, faults and outages were.
    Series,
}

impl Experiment {
    /// Reads an experiment.
    ///
    /// # Errors
    /// Text that is no JSON, a key that is unknown or stands twice, a value that its key does not
    /// take, or a rule that is broken.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let (value, origins) = read(text, &[])?;
        let document: Document = typed::read(&value, "the experiment")
            .map_err(|wrong| origins.point(wrong.error, &wrong.path, wrong.part))?;
        let refuse =
            |problem: Problem| origins.point(FileError::rule(&problem), &problem.key, Part::Value);
        rules::check(&document).map_err(refuse)?;
        let within = || origins.span("scenario").map(|span| in_its_lines(origins.text(), span));
        let base = match &document.scenario {
            Value::String(path) => Base::File(path.clone()),
            _ => Base::Within(within().expect("a scenario that was read stands in the text")),
        };
        let experiment = Self::resolve(document, base);
        rules::size(&experiment).map_err(refuse)?;
        Ok(experiment)
    }

    fn resolve(document: Document, base: Base) -> Self {
        let until = Until { widths: document.until, at_most: document.at_most.unwrap_or(1000) };
        Self {
            name: document.name,
            description: document.description,
            base,
            axes: document.axes.into_iter().map(model::AxisText::resolve).collect(),
            design: document.design,
            policies: document.policies.into_iter().map(PolicyText::resolve).collect(),
            seeds: document.seeds.0,
            until: (!until.widths.is_empty()).then_some(until),
            keep: document.keep,
            every: document.every.unwrap_or(Span::from_secs(1)),
            warm_up: document.warm_up,
            set: settings(&document.set),
        }
    }

    /// The same experiment with further keys set in every run.
    ///
    /// # Errors
    /// A key that an axis or a policy sets.
    pub fn with(mut self, set: &[(String, String)]) -> Result<Self, Problem> {
        for (key, value) in set {
            let meets = self.sets_beside(key);
            if let Some(owner) = meets {
                let rule = format!("{owner} sets this key");
                return Err(Problem { key: key.clone(), value: value.clone(), rule });
            }
            self.set.push((key.clone(), value.clone()));
        }
        Ok(self)
    }

    /// The same experiment with other seeds.
    ///
    /// # Errors
    /// So few or so many that a rule is broken.
    pub fn with_seeds(mut self, seeds: Seeds) -> Result<Self, Problem> {
        self.seeds = seeds;
        rules::seeds(seeds, self.until.as_ref().map(|until| until.at_most))?;
        rules::size(&self)?;
        Ok(self)
    }

    /// Who sets this key, or a part or the whole of it, beside what is set in every run.
    fn sets_beside(&self, key: &str) -> Option<String> {
        let meets = |set: &[Setting]| set.iter().any(|(other, _)| rules::meet(key, other));
        let axis = self.axes.iter().find(|axis| axis.set.iter().any(|set| meets(set)));
        let axis = axis.map(|axis| format!("axis {:?}", axis.name));
        let policy = self.policies.iter().find(|choice| meets(&choice.set));
        axis.or_else(|| policy.map(|choice| format!("policy {:?}", choice.name)))
    }

    /// How many points there are. At most [`MOST_RUNS`].
    #[must_use]
    pub fn points(&self) -> u64 {
        let lengths = self.axes.iter().map(|axis| axis.values.len() as u64);
        match self.design {
            Design::Factorial => lengths.fold(1, u64::saturating_mul),
            Design::List => lengths.max().unwrap_or(1),
        }
    }

    /// Which value of each axis a point, from 0, has.
    fn places(&self, point: u64) -> Vec<usize> {
        let mut left = point;
        let place = |axis: &Axis| match self.design {
            Design::Factorial => {
                let length = axis.values.len() as u64;
                let place = left % length;
                left /= length;
                place
            }
            Design::List => left,
        };
        let mut places: Vec<_> = self.axes.iter().rev().map(place).collect();
        places.reverse();
        places.into_iter().map(|place| usize::try_from(place).expect("a place in a list")).collect()
    }

    /// Where a point lies: the value of each axis by its name.
    #[must_use]
    pub fn at(&self, point: u64) -> BTreeMap<String, Value> {
        let places = self.places(point).into_iter();
        let value = |(axis, place): (&Axis, usize)| (axis.name.clone(), axis.values[place].clone());
        self.axes.iter().zip(places).map(value).collect()
    }

    /// Where a point lies, in words, in the order of the axes; empty if there are none.
    #[must_use]
    pub fn words(&self, point: u64) -> String {
        let places = self.places(point).into_iter();
        let value = |(axis, place): (&Axis, usize)| {
            format!("{} = {}", axis.name, plain(&axis.values[place]))
        };
        self.axes.iter().zip(places).map(value).collect::<Vec<_>>().join(", ")
    }

    /// What a point sets in its scenario under a policy, by its number, in the order in which it is
    /// set.
    #[must_use]
    pub fn overrides(&self, point: u64, policy: usize) -> Vec<(String, String)> {
        let places = self.places(point).into_iter();
        let axes = self.axes.iter().zip(places).flat_map(|(axis, place)| &axis.set[place]);
        self.set.iter().chain(axes).chain(&self.policies[policy].set).cloned().collect()
    }
}

/// A value as people write it: a string without its quotes.
#[must_use]
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Keys and values as overrides take them.
fn settings(map: &serde_json::Map<String, Value>) -> Vec<Setting> {
    map.iter().map(|(key, value)| (key.clone(), value.to_string())).collect()
}

/// The part of a text, with blanks before it, so that its lines and columns stay what they are.
fn in_its_lines(text: &str, span: std::ops::Range<usize>) -> String {
    let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
    text[..span.start].chars().map(blank).chain(text[span].chars()).collect()
}

/// The JSON Schema of experiment files, as pretty JSON.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    format!("{text}\n")
}

#[cfg(test)]
mod tests;
