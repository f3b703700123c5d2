//! The rows that a figure is made of, by axis.

use super::names::advice;
use super::request::{Refusal, Request, Rows, misuse, nothing};
use super::value::Axis;
use crate::results::Word;
use crate::results::trial::Trial;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The name of the axis that every experiment has.
pub(super) const POLICY: &str = "policy";

/// Rows with their places on the axes.
pub(super) struct Set<'a> {
    pub experiment: Option<&'a str>,
    /// Those of the experiment by name, then the policy.
    pub axes: Vec<Axis>,
    /// The rows that are drawn: runs that came out as expected.
    pub rows: Vec<Row<'a>>,
    /// The others.
    pub left_out: Vec<Row<'a>>,
}

/// A row and its place: for each axis, which value.
#[derive(Clone)]
pub(super) struct Row<'a> {
    pub trial: &'a Trial,
    pub at: Vec<usize>,
}

impl<'a> Set<'a> {
    /// The rows that the request is about.
    pub fn new(rows: &'a Rows, request: &Request) -> Result<Self, Refusal> {
        let Some(first) = rows.trials.first() else {
            return nothing("there are no rows: nothing to draw");
        };
        alike(first, &rows.trials)?;
        let mut trials: Vec<&Trial> = rows.trials.iter().collect();
        for (name, text) in &request.only {
            let axis = find(&axes(first, &trials), name).cloned()?;
            let Some(tick) = axis.meant(text) else {
                let values: Vec<_> = axis.values.iter().map(|tick| tick.label.as_str()).collect();
                let advice = advice(text, &values, "its values");
                return misuse(format!(
                    "axis {:?} has no value {text:?}\n  = help: {advice}",
                    axis.name
                ));
            };
            trials.retain(|trial| value(trial, &axis.name) == tick.value);
        }
        if trials.is_empty() {
            return nothing("no row has all the values that --where asks for");
        }
        let axes = axes(first, &trials);
        let (kept, left_out) = placed(&axes, &trials);
        if kept.is_empty() {
            return nothing(format!(
                "none of the {} runs came out as expected: nothing to draw",
                left_out.len()
            ));
        }
        let experiment = rows.experiment.as_deref();
        Ok(Self { experiment, axes, rows: kept, left_out })
    }

    /// The number of the axis with this name.
    pub fn axis(&self, name: &str) -> Result<usize, Refusal> {
        let axis = find(&self.axes, name)?;
        Ok(self.number(axis))
    }

    fn number(&self, wanted: &Axis) -> usize {
        let mut places = self.axes.iter().enumerate();
        let (place, _) = places.find(|(_, axis)| axis.name == wanted.name).expect("it is ours");
        place
    }

    /// Each of the words is the name of an axis, or names with commas between them.
    pub fn split(&self, words: &[String]) -> Vec<String> {
        let mut names = Vec::new();
        for word in words {
            if self.axes.iter().any(|axis| axis.name == *word) {
                names.push(word.clone());
            } else {
                names.extend(word.split(',').map(|name| name.trim().to_owned()));
            }
        }
        names
    }

    /// Numbers of the axes that have more than one value.
    pub fn varying(&self) -> Vec<usize> {
        let varies = |number: &usize| self.axes[*number].varies();
        (0..self.axes.len()).filter(varies).collect()
    }

    /// Axes that have a line for each value: those asked for, or all that vary besides the one that
    /// lines run along.
    pub fn lines_by(&self, request: &Request, along: Option<usize>) -> Result<Vec<usize>, Refusal> {
        let besides: Vec<_> =
            self.varying().into_iter().filter(|other| Some(*other) != along).collect();
        if request.by.is_empty() {
            return Ok(besides);
        }
        let by: Vec<_> = request.by.iter().map(|name| self.axis(name)).collect::<Result<_, _>>()?;
        if let Some(along) = along.filter(|along| by.contains(along)) {
            return misuse(format!("lines run over {:?}: --by another", self.axes[along].name));
        }
        if let Some(other) = besides.iter().find(|other| !by.contains(other)) {
            let other = &self.axes[*other];
            let values: Vec<_> = other.values.iter().map(|tick| tick.label.as_str()).collect();
            return misuse(format!(
                "{:?} has {} values besides, which must not be mixed: add --by {:?}, or --where \
                 '{}=VALUE'\n  = help: its values: {}",
                other.name,
                values.len(),
                other.name,
                other.name,
                values.join(", ")
            ));
        }
        Ok(by)
    }

    /// Rows by their values on some axes, in the order of those values.
    pub fn grouped(&self, axes: &[usize]) -> BTreeMap<Vec<usize>, Vec<&Row<'a>>> {
        let mut groups: BTreeMap<Vec<usize>, Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            let key = axes.iter().map(|axis| row.at[*axis]).collect();
            groups.entry(key).or_default().push(row);
        }
        groups
    }

    /// Whether a run that is left out has these values on these axes.
    pub fn lost(&self, axes: &[usize], values: &[usize]) -> bool {
        let there =
            |row: &Row| axes.iter().zip(values).all(|(axis, value)| row.at[*axis] == *value);
        self.left_out.iter().any(there)
    }

    /// Values on these axes in words: `references, 4 KiB`.
    pub fn words(&self, axes: &[usize], values: &[usize]) -> String {
        let label = |(axis, value): (&usize, &usize)| self.axes[*axis].values[*value].label.clone();
        axes.iter().zip(values).map(label).collect::<Vec<_>>().join(", ")
    }

    /// Every key of the figures of the rows that are drawn.
    pub fn keys(&self) -> BTreeSet<&str> {
        self.rows.iter().flat_map(|row| row.trial.figures.keys().map(String::as_str)).collect()
    }

    /// The seeds that are drawn.
    pub fn seeds(&self) -> BTreeSet<u64> {
        self.rows.iter().map(|row| row.trial.seed).collect()
    }
}

/// Refuses rows of different experiments, and a run that is there twice.
fn alike(first: &Trial, trials: &[Trial]) -> Result<(), Refusal> {
    let names = |trial: &Trial| trial.at.keys().cloned().collect::<Vec<_>>();
    let mut seen = BTreeSet::new();
    for trial in trials {
        if names(trial) != names(first) {
            let axes = |trial| format!("{:?}", names(trial));
            return misuse(format!(
                "these are rows of different experiments: the axes of one are {}, of another {}",
                axes(first),
                axes(trial)
            ));
        }
        let Trial { point, policy, seed, .. } = trial;
        if !seen.insert((point, policy, seed)) {
            return misuse(format!(
                "point {point} with {policy:?} and seed {seed} is there twice: are these results of \
                 different experiments, or the same results twice?"
            ));
        }
    }
    if first.at.contains_key(POLICY) {
        return misuse("an axis is called \"policy\", as the policies themselves are");
    }
    Ok(())
}

/// The value of a row on an axis.
fn value(trial: &Trial, axis: &str) -> Value {
    if axis == POLICY {
        return Value::String(trial.policy.clone());
    }
    trial.at.get(axis).cloned().expect("all rows have the same axes")
}

fn axes(first: &Trial, trials: &[&Trial]) -> Vec<Axis> {
    let names = first.at.keys().map(String::as_str).chain([POLICY]);
    let axis = |name: &str| {
        let values: Vec<_> = trials.iter().map(|trial| value(trial, name)).collect();
        match name {
            POLICY => Axis::of_words(name, values.iter()),
            _ => Axis::new(name, values.iter()),
        }
    };
    names.map(axis).collect()
}

fn find<'a>(axes: &'a [Axis], name: &str) -> Result<&'a Axis, Refusal> {
    axes.iter().find(|axis| axis.name == name).ok_or_else(|| {
        let names: Vec<_> = axes.iter().map(|axis| axis.name.as_str()).collect();
        let advice = advice(name, &names, "axes");
        Refusal::Misuse(format!("there is no axis {name:?}\n  = help: {advice}"))
    })
}

fn placed<'a>(axes: &[Axis], trials: &[&'a Trial]) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    let row = |trial: &&'a Trial| {
        let place = |axis: &Axis| axis.find(&value(trial, &axis.name)).expect("it is among them");
        Row { trial, at: axes.iter().map(place).collect() }
    };
    trials.iter().map(row).partition(|row| match row.trial.word {
        Word::Pass => true,
        Word::Fail | Word::Differs | Word::Bug => false,
    })
}
