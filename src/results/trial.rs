//! A trial: one run of an experiment, as a row that figures, comparisons and tables are made of.

use super::{Word, short};
use crate::metrics::Curve;
use crate::report::{Report, json};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use std::collections::BTreeMap;

/// One run of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The number of its point among those of the experiment, from 0. Trials of one point differ in
    /// policy and seed only.
    pub point: u64,
    /// Where the point lies: the value of each axis, by the name of the axis.
    pub at: BTreeMap<String, Value>,
    /// The name of the policy, as the experiment calls it.
    pub policy: String,
    /// The seed. Trials of one point and seed have the same workload, faults and link.
    pub seed: u64,
    /// What it came to.
    pub word: Word,
    /// The short hash of the resolved scenario.
    pub scenario_hash: String,
    /// The digest of all facts.
    pub digest: String,
    /// Every number of the report under its key, null where the report has null: `saved.of_wan`.
    pub figures: BTreeMap<String, Option<Number>>,
    /// Curves that the experiment asks for, by name: columns of equal length by the name of the
    /// column, null where there is nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub curves: BTreeMap<String, Curve>,
}

impl Trial {
    /// A figure, if the report has a number for it.
    #[must_use]
    pub fn figure(&self, key: &str) -> Option<f64> {
        self.figures.get(key)?.as_ref()?.as_f64()
    }
}

/// Every number of the report under its key, members of lists by their place. What is no figure of
/// the run is left out: the resolved scenario, seed, machine and day.
#[must_use]
pub fn figures(report: &Report) -> BTreeMap<String, Option<Number>> {
    const NO_FIGURES: [&str; 5] = ["scenario", "host", "seed", "replay", "expectations"];
    let mut figures = BTreeMap::new();
    let Value::Object(report) = json::value(report) else { unreachable!("a report is an object") };
    for (key, value) in report {
        if !NO_FIGURES.contains(&key.as_str()) {
            flatten(key, value, &mut figures);
        }
    }
    figures
}

fn flatten(key: String, value: Value, figures: &mut BTreeMap<String, Option<Number>>) {
    match value {
        Value::Number(number) => {
            figures.insert(key, Some(number));
        }
        Value::Null => {
            figures.insert(key, None);
        }
        Value::Object(members) => {
            for (name, member) in members {
                flatten(format!("{key}.{name}"), member, figures);
            }
        }
        Value::Array(members) => {
            for (place, member) in members.into_iter().enumerate() {
                flatten(format!("{key}.{place}"), member, figures);
            }
        }
        Value::Bool(_) | Value::String(_) => {}
    }
}

impl Trial {
    /// The trial of a run that has a report.
    #[must_use]
    pub fn of(
        point: u64,
        at: BTreeMap<String, Value>,
        policy: String,
        report: &Report,
        curves: BTreeMap<String, Curve>,
    ) -> Self {
        Self {
            point,
            at,
            policy,
            seed: report.seed,
            word: if report.is_as_expected() { Word::Pass } else { Word::Fail },
            scenario_hash: short(&report.scenario_hash).to_owned(),
            digest: report.digest.clone(),
            figures: figures(report),
            curves,
        }
    }
}
