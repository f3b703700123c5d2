//! An experiment as its results name it: what its rows are of, without the scenario itself.

use super::Seeds;
use crate::scenario::experiment::{Axis, Experiment, Keep};
use crate::units::Span;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the rows of an experiment are of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outline {
    /// A few words.
    pub name: String,
    /// Its file as the command line names it.
    pub file: String,
    /// A digest of the resolved scenarios of all points and policies, in their order.
    pub hash: String,
    /// What varies, in the order of the experiment: the last one fastest.
    pub axes: Vec<AxisLine>,
    /// How many points there are.
    pub points: u64,
    /// What policies are called, in their order.
    pub policies: Vec<String>,
    /// Figures whose intervals are to be so narrow, as half their width.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub until: BTreeMap<String, Value>,
    /// Seeds of a point, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
    /// Curves that rows keep.
    pub keep: Vec<Keep>,
    /// The time between two rows of a series.
    pub every: Span,
    /// When the steady state begins, where one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<Span>,
}

/// What varies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisLine {
    /// What it is called in rows.
    pub name: String,
    /// Its values, in order.
    pub values: Vec<Value>,
}

impl Outline {
    /// The outline of an experiment in this file, whose scenarios have this digest.
    #[must_use]
    pub fn of(experiment: &Experiment, file: String, hash: String) -> Self {
        let axis = |axis: &Axis| AxisLine { name: axis.name.clone(), values: axis.values.clone() };
        let until = experiment.until.as_ref();
        let width = |(figure, width): (&String, &f64)| (figure.clone(), Value::from(*width));
        Self {
            name: experiment.name.clone(),
            file,
            hash,
            axes: experiment.axes.iter().map(axis).collect(),
            points: experiment.points(),
            policies: experiment.policies.iter().map(|choice| choice.name.clone()).collect(),
            until: until.iter().flat_map(|until| &until.widths).map(width).collect(),
            at_most: until.map(|until| until.at_most),
            keep: experiment.keep.clone(),
            every: experiment.every,
            warm_up: experiment.warm_up,
        }
    }

    /// How many lots there are. A lot is what is dealt to shards and kept as one: a run; or a point
    /// with all its runs, where it depends on them how many there are.
    #[must_use]
    pub fn lots(&self, seeds: Seeds) -> u64 {
        if self.is_open() {
            return self.points;
        }
        self.points.saturating_mul(self.policies.len() as u64).saturating_mul(seeds.count())
    }

    /// Whether seeds are added until intervals are narrow.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.until.is_empty()
    }

    /// Point, place of the policy and seed of a run, by its number from 0.
    #[must_use]
    pub fn run(&self, seeds: Seeds, number: u64) -> (u64, usize, u64) {
        let (variant, seed) = (number / seeds.count(), number % seeds.count());
        let policies = self.policies.len() as u64;
        let policy = usize::try_from(variant % policies).expect("a place in a list");
        (variant / policies, policy, seeds.first() + seed)
    }

    /// Where a point lies, in words, in the order of the axes; empty if there are none.
    #[must_use]
    pub fn words(&self, at: &BTreeMap<String, Value>) -> String {
        let value = |axis: &AxisLine| {
            at.get(&axis.name)
                .map(|value| format!("{} = {}", axis.name, super::table::plain(value)))
        };
        self.axes.iter().filter_map(value).collect::<Vec<_>>().join(", ")
    }
}
