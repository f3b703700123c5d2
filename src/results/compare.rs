//! Two sets of trials, or two policies of one, in pairs that share point and seed.
//!
//! Trials of one point and seed have the same workload, faults and link, so their difference is known
//! better than either. What cannot be paired is named, never dropped in silence: a trial that only one
//! side has, a pair of which one failed, a pair in which a figure has no number.

use super::Word;
use super::summary::{ABOVE_FLOOR, AMPLIFICATION, FLOOR};
use super::table::plain;
use super::trial::Trial;
use crate::statistics::{Mean, Paired, Signs};
use serde::Serialize;
use serde_json::{Number, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Name and version of the format of a comparison as JSON.
pub const FORMAT: &str = "mirrorsim-compare/1";

/// Where a trial stands on its side: its point, by the values of its axes, and what the pair is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Stand {
    /// The number of the point on the first side that has it, so that points keep their order.
    order: u64,
    /// The values of the axes as JSON.
    point: String,
    policy: String,
}

/// Trials in pairs.
#[derive(Debug, Clone, Default)]
pub struct Pairing {
    /// Pairs by where they stand, and seed.
    pairs: BTreeMap<Stand, BTreeMap<u64, (Trial, Trial)>>,
    /// Trials that have no partner, as sentences.
    pub alone: Vec<String>,
    /// Pairs of which a trial failed.
    pub failed: u64,
}

/// A figure of both sides, at a point or over all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The values of the axes; none: over all points.
    pub at: Option<BTreeMap<String, Value>>,
    /// The policy of both sides, or the one that is held against the base.
    pub policy: String,
    /// The key of the figure.
    pub figure: String,
    /// Pairs in which it has a number on both sides; over all points: seeds that every point has.
    pub pairs: u64,
    /// Pairs in which it has none on one side.
    pub without: u64,
    /// The mean of the base.
    pub base: Option<f64>,
    /// The mean of the other.
    pub other: Option<f64>,
    /// The mean of other less base.
    pub difference: Option<f64>,
    /// Half the width of its 95 % interval.
    pub half_width: Option<f64>,
    /// The difference as a multiple of the base.
    pub relative: Option<f64>,
    /// Half the width of its 95 % interval.
    pub relative_half_width: Option<f64>,
    /// Pairs in which the other is below its base.
    pub below: u64,
    /// Pairs in which both are equal.
    pub equal: u64,
    /// Pairs in which the other is above its base.
    pub above: u64,
}

impl Pairing {
    /// Pairs of two sets: those of the same point, policy and seed.
    ///
    /// # Errors
    /// A sentence about trials of one side that stand at the same place.
    pub fn of_sets(first: Vec<Trial>, second: Vec<Trial>) -> Result<Self, String> {
        let name = |trial: &Trial| Some(trial.policy.clone());
        let orders = orders([&first, &second]);
        let first = side(first, &orders, name, "the first set")?;
        let second = side(second, &orders, name, "the second set")?;
        let mut pairing = Self::default();
        pairing.join(first, second, ["the first set", "the second set"]);
        Ok(pairing)
    }

    /// Pairs of one set: each of `others` with `base`, at the same point and seed.
    ///
    /// # Errors
    /// A sentence about trials that stand at the same place, or a policy that no trial has.
    pub fn of_policies(set: &[Trial], base: &str, others: &[String]) -> Result<Self, String> {
        let known: BTreeSet<_> = set.iter().map(|trial| trial.policy.as_str()).collect();
        let asked = std::iter::once(base).chain(others.iter().map(String::as_str));
        for policy in asked {
            if !known.contains(policy) {
                let known = known.into_iter().collect::<Vec<_>>().join(", ");
                return Err(format!("no row is of policy {policy:?}; there are: {known}"));
            }
        }
        let orders = orders([set, &[]]);
        let mut pairing = Self::default();
        for other in others {
            let of = |policy: &str| -> Vec<Trial> {
                set.iter().filter(|trial| trial.policy == policy).cloned().collect()
            };
            let name = |_: &Trial| Some(other.clone());
            let first = side(of(base), &orders, name, base)?;
            let second = side(of(other), &orders, name, other)?;
            pairing.join(first, second, [base, other]);
        }
        Ok(pairing)
    }

    fn join(&mut self, first: Side, mut second: Side, names: [&str; 2]) {
        for (stand, trials) in first {
            let mut partners = second.remove(&stand).unwrap_or_default();
            let mut alone = Vec::new();
            for (seed, trial) in trials {
                match partners.remove(&seed) {
                    Some(partner) => self.add(&stand, seed, trial, partner),
                    None => alone.push(seed),
                }
            }
            self.leave(&stand, &alone, names[0]);
            self.leave(&stand, &partners.into_keys().collect::<Vec<_>>(), names[1]);
        }
        for (stand, partners) in second {
            self.leave(&stand, &partners.into_keys().collect::<Vec<_>>(), names[1]);
        }
    }

    fn add(&mut self, stand: &Stand, seed: u64, trial: Trial, partner: Trial) {
        if trial.word != Word::Pass || partner.word != Word::Pass {
            self.failed += 1;
            return;
        }
        self.pairs.entry(stand.clone()).or_default().insert(seed, (trial, partner));
    }

    /// Says that trials of these seeds have no partner.
    fn leave(&mut self, stand: &Stand, seeds: &[u64], side: &str) {
        if seeds.is_empty() {
            return;
        }
        let Stand { point, policy, .. } = stand;
        let (n, seeds) = (seeds.len(), super::array_form(seeds));
        let runs = if n == 1 { "1 run".to_owned() } else { format!("{n} runs") };
        self.alone.push(format!("{runs} of {side} only: point {point}, {policy}, seeds {seeds}"));
    }

    /// How many pairs there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.pairs.values().map(|pairs| pairs.len() as u64).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Keys of the figures that some trial has.
    #[must_use]
    pub fn figures(&self) -> BTreeSet<String> {
        let trials = self.pairs.values().flat_map(BTreeMap::values);
        let trials = trials.flat_map(|(trial, partner)| [trial, partner]);
        trials.flat_map(|trial| trial.figures.keys()).cloned().collect()
    }

    /// The lines of a figure: one for each point and policy, in their order, and one for each policy
    /// over all points.
    #[must_use]
    pub fn lines(&self, figure: &str) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut seeds: BTreeMap<&str, BTreeMap<u64, Vec<(f64, f64)>>> = BTreeMap::new();
        let mut points: BTreeMap<&str, usize> = BTreeMap::new();
        for (stand, pairs) in &self.pairs {
            let mut paired = Paired::default();
            *points.entry(&stand.policy).or_default() += 1;
            for (seed, (trial, partner)) in pairs {
                let values = trial.figure(figure).zip(partner.figure(figure));
                let Some((base, other)) = values else { continue };
                paired.add(base, other);
                let of_policy = seeds.entry(&stand.policy).or_default();
                of_policy.entry(*seed).or_default().push((base, other));
            }
            let at = pairs.values().next().map(|(trial, _)| trial.at.clone());
            let without = pairs.len() as u64 - paired.n();
            lines.push(Line::of(at, &stand.policy, figure, &paired, without));
        }
        for (policy, seeds) in seeds.into_iter().filter(|(policy, _)| points[policy] > 1) {
            let all = points[policy];
            let whole = seeds.values().filter(|values| values.len() == all);
            let mut paired = Paired::default();
            whole.clone().for_each(|values| {
                let (base, other) = middle(values);
                paired.add(base, other);
            });
            let without = seeds.len() as u64 - paired.n();
            lines.push(Line::of(None, policy, figure, &paired, without));
        }
        lines
    }
}

/// The means of both sides over the points of a seed: points share random numbers, so a seed is what
/// is drawn independently.
fn middle(values: &[(f64, f64)]) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "points are few")]
    let n = values.len() as f64;
    let sum = |of: fn(&(f64, f64)) -> f64| values.iter().map(of).sum::<f64>() / n;
    (sum(|pair| pair.0), sum(|pair| pair.1))
}

impl Line {
    fn of(
        at: Option<BTreeMap<String, Value>>,
        policy: &str,
        figure: &str,
        paired: &Paired,
        without: u64,
    ) -> Self {
        let Signs { below, equal, above } = paired.signs();
        let mean = |mean: Option<Mean>| mean.map(|mean| mean.mean);
        let half = |mean: Option<Mean>| mean.and_then(|mean| mean.half_width);
        Self {
            at,
            policy: policy.to_owned(),
            figure: figure.to_owned(),
            pairs: paired.n(),
            without,
            base: mean(paired.base()),
            other: mean(paired.other()),
            difference: mean(paired.difference()),
            half_width: half(paired.difference()),
            relative: mean(paired.relative()),
            relative_half_width: half(paired.relative()),
            below,
            equal,
            above,
        }
    }
}

/// Trials of a side by where they stand, and seed.
type Side = BTreeMap<Stand, BTreeMap<u64, Trial>>;

/// The order of points by the values of their axes: as the first set has it, then the second.
fn orders(sets: [&[Trial]; 2]) -> BTreeMap<String, u64> {
    let mut orders = BTreeMap::new();
    for trial in sets.into_iter().flatten() {
        let next = orders.len() as u64;
        orders.entry(point(trial)).or_insert(next);
    }
    orders
}

/// The values of the axes as text that is the same for the same values.
fn point(trial: &Trial) -> String {
    let value = |(axis, value): (&String, &Value)| format!("{axis} = {}", plain(value));
    let words = trial.at.iter().map(value).collect::<Vec<_>>().join(", ");
    if words.is_empty() { "0".to_owned() } else { format!("({words})") }
}

fn side(
    trials: Vec<Trial>,
    orders: &BTreeMap<String, u64>,
    name: impl Fn(&Trial) -> Option<String>,
    called: &str,
) -> Result<Side, String> {
    let mut side = Side::new();
    for trial in trials {
        let Some(policy) = name(&trial) else { continue };
        let point = point(&trial);
        let stand = Stand { order: orders[&point], point, policy };
        let seed = trial.seed;
        let words = format!("{called} has point {}, {}, seed {seed}", stand.point, trial.policy);
        if side.entry(stand).or_default().insert(seed, trial).is_some() {
            return Err(format!("{words} twice"));
        }
    }
    Ok(side)
}

/// Gives each trial the figure that compares it with the floor, where the floor of its point and seed
/// is known.
pub fn add_floor(trials: &mut [Trial]) {
    let floor: BTreeMap<_, _> = trials
        .iter()
        .filter(|trial| trial.policy == FLOOR && trial.word == Word::Pass)
        .filter_map(|trial| Some(((point(trial), trial.seed), trial.figure(AMPLIFICATION)?)))
        .collect();
    if floor.is_empty() {
        return;
    }
    for trial in trials {
        let bottom = floor.get(&(point(trial), trial.seed));
        let above = trial.figure(AMPLIFICATION).zip(bottom).map(|(own, bottom)| own - bottom);
        trial.figures.insert(ABOVE_FLOOR.to_owned(), above.and_then(Number::from_f64));
    }
}

#[cfg(test)]
mod tests;
