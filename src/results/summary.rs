//! Trials of a point under one policy, as means with intervals.
//!
//! A trial that failed takes no part: what it shows is no figure of the protocol that was meant. It is
//! counted. Seeds are independent of each other, so a mean over seeds has the interval of Student.

use super::trial::Trial;
use super::{Outline, Word};
use crate::statistics::{Mean, Sample};
use serde_json::Value;
use std::collections::BTreeMap;

/// The policy whose bytes on the WAN are the fewest that a mirror can cost.
pub const FLOOR: &str = "write-once";

/// The figure that compares bytes on the WAN with that floor, in trials of the same point and seed.
pub const ABOVE_FLOOR: &str = "wan.above_floor";

/// Bytes on the WAN for each byte written.
pub(super) const AMPLIFICATION: &str = "wan.amplification";

/// What a figure was in the trials of a point under one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The point.
    pub point: u64,
    /// Where it lies.
    pub at: BTreeMap<String, Value>,
    /// What the policy is called.
    pub policy: String,
    /// The key of the figure.
    pub figure: String,
    /// Its mean with its interval; none where no trial has a number for it.
    pub mean: Option<Mean>,
    /// Trials that passed and have no number for it.
    pub without: u64,
    /// Trials that failed.
    pub failed: u64,
}

/// Trials of one point.
#[derive(Debug, Clone, Default)]
pub struct Group {
    point: u64,
    at: BTreeMap<String, Value>,
    /// By the name of the policy.
    policies: BTreeMap<String, Runs>,
}

/// Trials of one point under one policy.
#[derive(Debug, Clone, Default)]
struct Runs {
    passed: u64,
    failed: u64,
    figures: BTreeMap<String, Sample>,
    /// Bytes on the WAN for each byte written, by seed.
    amplification: BTreeMap<u64, f64>,
}

impl Group {
    /// Adds a trial, which is of the same point as those before.
    pub fn add(&mut self, trial: &Trial) {
        if self.policies.is_empty() {
            (self.point, self.at) = (trial.point, trial.at.clone());
        }
        assert_eq!(self.point, trial.point, "trials of one point go together");
        if !self.policies.contains_key(&trial.policy) {
            self.policies.insert(trial.policy.clone(), Runs::default());
        }
        let runs = self.policies.get_mut(&trial.policy).expect("it is there by now");
        match trial.word {
            Word::Pass => runs.add(trial),
            Word::Fail | Word::Differs | Word::Bug => runs.failed += 1,
        }
    }

    /// Keys of all figures that some trial has, those that compare trials included.
    #[must_use]
    pub fn figures(&self) -> Vec<String> {
        let mut keys: Vec<_> =
            self.policies.values().flat_map(|runs| runs.figures.keys()).cloned().collect();
        if self.has_floor() {
            keys.push(ABOVE_FLOOR.to_owned());
        }
        keys.sort();
        keys.dedup();
        keys
    }

    fn has_floor(&self) -> bool {
        self.policies.len() > 1 && self.policies.contains_key(FLOOR)
    }

    /// What a figure was under a policy.
    #[must_use]
    pub fn cell(&self, policy: &str, figure: &str) -> Cell {
        let none = Runs::default();
        let runs = self.policies.get(policy).unwrap_or(&none);
        let sample = if figure == ABOVE_FLOOR && policy != FLOOR {
            self.above_floor(runs)
        } else {
            runs.figures.get(figure).copied().unwrap_or_default()
        };
        Cell {
            point: self.point,
            at: self.at.clone(),
            policy: policy.to_owned(),
            figure: figure.to_owned(),
            mean: sample.mean(),
            without: runs.passed - sample.n(),
            failed: runs.failed,
        }
    }

    /// How far above the floor runs are, each against the run of the same seed.
    fn above_floor(&self, runs: &Runs) -> Sample {
        let Some(floor) = self.policies.get(FLOOR) else { return Sample::default() };
        let pair = |(seed, above): (&u64, &f64)| Some(above - floor.amplification.get(seed)?);
        runs.amplification.iter().filter_map(pair).collect()
    }
}

impl Runs {
    fn add(&mut self, trial: &Trial) {
        self.passed += 1;
        for key in trial.figures.keys() {
            let Some(value) = trial.figure(key) else {
                // That the key is known counts, even if it never has a number.
                if !self.figures.contains_key(key) {
                    self.figures.insert(key.clone(), Sample::default());
                }
                continue;
            };
            if let Some(sample) = self.figures.get_mut(key) {
                sample.add(value);
            } else {
                self.figures.insert(key.clone(), [value].into_iter().collect());
            }
        }
        let amplification = trial.figure(AMPLIFICATION);
        self.amplification.extend(amplification.map(|value| (trial.seed, value)));
    }
}

/// Trials in the order of their experiment, point by point.
#[derive(Debug, Clone)]
pub struct Summary {
    policies: Vec<String>,
    /// The figures that are wanted; none: all.
    wanted: Option<Vec<String>>,
    group: Group,
}

impl Summary {
    /// A summary of an experiment, of these figures or of all.
    #[must_use]
    pub fn new(outline: &Outline, wanted: Option<Vec<String>>) -> Self {
        Self { policies: outline.policies.clone(), wanted, group: Group::default() }
    }

    /// Takes the next trial; gives the cells of the point before, if a new one begins.
    pub fn take(&mut self, trial: &Trial) -> Vec<Cell> {
        let ends = !self.group.policies.is_empty() && self.group.point != trial.point;
        let cells = if ends { self.finish() } else { Vec::new() };
        self.group.add(trial);
        cells
    }

    /// The cells of the last point: by policy, and then by figure.
    pub fn finish(&mut self) -> Vec<Cell> {
        let group = std::mem::take(&mut self.group);
        let figures = self.wanted.clone().unwrap_or_else(|| group.figures());
        let seen = self.policies.iter().filter(|policy| group.policies.contains_key(*policy));
        let cells = seen.flat_map(|policy| figures.iter().map(move |figure| (policy, figure)));
        cells.map(|(policy, figure)| group.cell(policy, figure)).collect()
    }
}
