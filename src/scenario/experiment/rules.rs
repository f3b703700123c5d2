//! The rules of experiments: what makes no sense is refused before the first run.

use super::model::{AxisText, Document};
use super::{Design, Experiment, Keep};
use crate::scenario::{Problem, Seeds};
use crate::units::Span;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Runs of an experiment, at most.
pub const MOST_RUNS: u64 = 5_000_000;

/// Seeds that a point has before its intervals are looked at: whoever stops as soon as an interval
/// is narrow stops too soon where there are few, as the variance of a few is often too small by chance.
pub const FEWEST_SEEDS: u64 = 30;

/// Columns that rows have beside the axes.
const COLUMNS: [&str; 6] = ["point", "policy", "seed", "word", "scenario_hash", "digest"];

fn problem<T>(
    key: impl Into<String>,
    value: &impl Serialize,
    rule: impl Into<String>,
) -> Result<T, Problem> {
    let value = serde_json::to_string(value).expect("a key's value is plain JSON");
    Err(Problem { key: key.into(), value, rule: rule.into() })
}

/// Every rule but the number of runs.
pub(super) fn check(document: &Document) -> Result<(), Problem> {
    match &document.scenario {
        Value::String(path) if path.is_empty() => {
            return problem("scenario", &document.scenario, "a file is named by a path");
        }
        Value::String(_) | Value::Object(_) => {}
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => {
            let rule = "expected the path of a scenario file, or the scenario as an object";
            return problem("scenario", other, rule);
        }
    }
    let mut used = Used::default();
    used.take("set", &document.set)?;
    axes(document, &mut used)?;
    policies(document, &used)?;
    stopping(document)?;
    keep(document)
}

/// Keys that were set so far, and who set them.
#[derive(Default)]
struct Used<'a>(Vec<(&'a str, String)>);

impl<'a> Used<'a> {
    /// Refuses a key that was set before, or a part or the whole of one.
    fn refuse(&self, path: &str, key: &str, value: &Value) -> Result<(), Problem> {
        if key.split('.').any(str::is_empty) {
            let rule = "a value is set for a key, such as `wan.propagation`";
            return problem(path.trim_end_matches('.'), value, rule);
        }
        if meet(key, "policy") {
            return problem(path, value, "policies stand in `policies`");
        }
        match self.0.iter().find(|(other, _)| meet(key, other)) {
            Some((_, owner)) => problem(path, value, format!("{owner} sets this key too")),
            None => Ok(()),
        }
    }

    /// Takes the keys of an object that stands at `path`.
    fn take(&mut self, path: &str, set: &'a Map<String, Value>) -> Result<(), Problem> {
        for (key, value) in set {
            self.refuse(&format!("{path}.{key}"), key, value)?;
        }
        self.0.extend(set.keys().map(|key| (key.as_str(), format!("`{path}`"))));
        Ok(())
    }
}

/// Whether two keys are the same, or one is a part of what the other stands for.
pub(super) fn meet(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    within(one, other) || within(other, one)
}

fn axes<'a>(document: &'a Document, used: &mut Used<'a>) -> Result<(), Problem> {
    let mut names = BTreeSet::new();
    let first = document.axes.first().map_or(0, |axis| axis.values.len());
    for (number, axis) in document.axes.iter().enumerate() {
        let path = format!("axes[{number}]");
        axis_alone(axis, &path)?;
        let name = axis.called().unwrap_or_default();
        if COLUMNS.contains(&name) {
            return problem(format!("{path}.name"), &name, "rows have a column of this name");
        }
        if !names.insert(name) {
            return problem(path, &name, "an axis before has the same name");
        }
        if document.design == Design::List && axis.values.len() != first {
            let rule =
                format!("a list takes the same number of values from every axis, here {first}");
            return problem(format!("{path}.values"), &axis.values, rule);
        }
        if let Some(key) = &axis.key {
            used.refuse(&format!("{path}.key"), key, &Value::from(key.as_str()))?;
            used.0.push((key, format!("`{path}`")));
        }
        let before = used.0.len();
        for (place, set) in axis.set.iter().flatten().enumerate() {
            // Values of one axis are no rivals.
            let own = used.0.split_off(before);
            used.take(&format!("{path}.set[{place}]"), set)?;
            used.0.extend(own);
        }
    }
    Ok(())
}

/// The rules of an axis by itself.
fn axis_alone(axis: &AxisText, path: &str) -> Result<(), Problem> {
    if axis.values.is_empty() {
        return problem(format!("{path}.values"), &axis.values, "an axis has a value, or several");
    }
    for (place, value) in axis.values.iter().enumerate() {
        if axis.values[..place].contains(value) {
            let rule = "this value stands before: rows could not tell one from the other";
            return problem(format!("{path}.values[{place}]"), value, rule);
        }
    }
    match (&axis.key, &axis.set) {
        (Some(_), None) => Ok(()),
        (Some(_), Some(_)) => {
            problem(format!("{path}.set"), &axis.set, "`key` says already what a value sets")
        }
        (None, None) => problem(path, axis, "an axis has a `key`, or a `set` for each value"),
        (None, Some(set)) if set.len() != axis.values.len() => {
            let rule = format!("there are {} values: each has its `set`", axis.values.len());
            problem(format!("{path}.set"), set, rule)
        }
        (None, Some(_)) if axis.name.is_none() => {
            problem(path, axis, "an axis of a `set` has a name")
        }
        (None, Some(_)) => Ok(()),
    }
}

fn policies(document: &Document, used: &Used) -> Result<(), Problem> {
    if document.policies.is_empty() {
        return problem("policies", &document.policies, "a run has a policy: name at least one");
    }
    let mut names = BTreeSet::new();
    for (number, choice) in document.policies.iter().enumerate() {
        let path = format!("policies[{number}]");
        if !names.insert(&choice.name) {
            let rule = "a policy before has the same name: give this one a `name` of its own";
            return problem(path, &choice.name, rule);
        }
        // What every run sets may be another under a policy; what an axis sets may not.
        let axes = Used(used.0.iter().filter(|(_, owner)| owner != "`set`").cloned().collect());
        for (key, value) in &choice.set {
            axes.refuse(&format!("{path}.set.{key}"), key, value)?;
        }
    }
    Ok(())
}

fn stopping(document: &Document) -> Result<(), Problem> {
    for (figure, width) in &document.until {
        if !(width.is_finite() && *width > 0.0) {
            let rule = "half the width of an interval is a number above 0";
            return problem(format!("until.{figure}"), width, rule);
        }
    }
    if document.until.is_empty() {
        return match document.at_most {
            Some(most) => problem("at_most", &most, "there is no `until` that could go on"),
            None => Ok(()),
        };
    }
    seeds(document.seeds.0, Some(document.at_most.unwrap_or(1000)))
}

/// Whether `seeds` are enough to begin with, and no more than are allowed.
pub(super) fn seeds(seeds: Seeds, at_most: Option<u64>) -> Result<(), Problem> {
    let Some(at_most) = at_most else { return Ok(()) };
    let count = seeds.count();
    if count < FEWEST_SEEDS {
        let rule = format!(
            "`until` looks at intervals from {FEWEST_SEEDS} seeds on: with fewer it would stop too soon"
        );
        return problem("seeds", &seeds.to_string(), rule);
    }
    if at_most < count {
        return problem("at_most", &at_most, format!("`seeds` has {count} already"));
    }
    if seeds.first().checked_add(at_most).is_none() {
        return problem("at_most", &at_most, "there are not so many seeds from the first one on");
    }
    Ok(())
}

fn keep(document: &Document) -> Result<(), Problem> {
    let kept: BTreeSet<_> = document.keep.iter().collect();
    if kept.len() < document.keep.len() {
        return problem("keep", &document.keep, "a curve stands twice");
    }
    match document.every {
        Some(Span::ZERO) => problem("every", &document.every, "time passes between two rows"),
        Some(_) if !kept.contains(&Keep::Series) => {
            problem("every", &document.every, "`keep` does not ask for a `series`")
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses more runs than anybody waits for.
pub(super) fn size(experiment: &Experiment) -> Result<(), Problem> {
    let seeds = experiment.until.as_ref().map_or(experiment.seeds.count(), |until| until.at_most);
    let policies = experiment.policies.len() as u64;
    let runs = experiment.points().saturating_mul(policies).saturating_mul(seeds);
    if runs <= MOST_RUNS {
        return Ok(());
    }
    let points = experiment.points();
    let value = format!("{points} points, {policies} policies, {seeds} seeds");
    let rule = format!("these are {runs} runs, more than {MOST_RUNS}");
    Err(Problem { key: "axes".to_owned(), value, rule })
}
