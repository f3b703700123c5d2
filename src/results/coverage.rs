//! Do 95 % intervals cover what they are of? Experiments of which the mean is known in closed form.
//!
//! Writes of three lengths s start anywhere on a grid g of 512 B. By Spec 9.4 a write covers
//! (s − B + g)/B blocks wholly on average, and only those go as references. The span is so large that
//! no two writes of a run meet, so the mean of `synchronization.blocks_referenced` is known. Each
//! experiment has seeds of its own; the rules of stopping are those of `sweep`.

use super::summary::Group;
use super::trial::Trial;
use super::until::Stopping;
use crate::batch;
use crate::scenario::{Problem, Scenario};
use crate::statistics::share;
use crate::workload::Traces;
use std::collections::BTreeMap;

/// The figure whose mean is known.
pub const FIGURE: &str = "synchronization.blocks_referenced";

/// The policy that sends references.
const POLICY: &str = "references";

const WRITES: u32 = 16;
const BLOCK: f64 = 4096.0;
const GRID: f64 = 512.0;
const LENGTHS: [u32; 3] = [4096, 12288, 32768];

/// Seeds of an experiment, at most; the next one begins after as many.
const SEEDS: u64 = 1000;

/// When an experiment has seeds enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// After so many.
    Fixed(u64),
    /// Once the interval has at most this half width, from 30 seeds on.
    Until(f64),
}

/// Every rule that is looked at: few seeds and many, and widths that ask for 30 seeds, and for two and
/// three times as many.
pub const RULES: [Rule; 6] = [
    Rule::Fixed(5),
    Rule::Fixed(10),
    Rule::Fixed(30),
    Rule::Until(5.0),
    Rule::Until(3.5),
    Rule::Until(2.5),
];

/// The mean of [`FIGURE`], by Spec 9.4.
#[must_use]
pub fn known_mean() -> f64 {
    let whole = |length: u32| (f64::from(length) - BLOCK + GRID) / BLOCK;
    f64::from(WRITES) * LENGTHS.map(whole).iter().sum::<f64>() / 3.0
}

/// The scenario of every experiment.
#[must_use]
pub fn scenario() -> Scenario {
    let size = |length: u32| format!(r#"{{ "size": "{length}B", "weight": 1 }}"#);
    let sizes = LENGTHS.map(size).join(", ");
    let text = format!(
        r#"{{ "name": "Unaligned writes that never meet", "policy": "{POLICY}",
            "clients": [ {{ "workload": {{ "count": {WRITES}, "sizes": [{sizes}],
                "alignment": "{GRID}B", "span": "1TiB" }} }} ] }}"#
    );
    Scenario::parse(&text, &[]).expect("it makes sense")
}

/// What an experiment came to under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The interval holds the known mean, after so many seeds.
    Covered(u64),
    /// It does not.
    Missed(u64),
}

/// Makes the experiment of this number under each of the rules. Rules look at the same seeds.
///
/// # Errors
/// A rule that the scenario breaks.
pub fn experiment(scenario: &Scenario, number: u64, rules: &[Rule]) -> Result<Vec<Found>, Problem> {
    let mut trials = Vec::new();
    rules.iter().map(|rule| judge(scenario, number * SEEDS, *rule, &mut trials)).collect()
}

fn judge(
    scenario: &Scenario,
    first: u64,
    rule: Rule,
    trials: &mut Vec<Trial>,
) -> Result<Found, Problem> {
    let stopping = match rule {
        Rule::Fixed(n) => Stopping::new(BTreeMap::new(), vec![POLICY.to_owned()], n, n),
        Rule::Until(width) => {
            let widths = [(FIGURE.to_owned(), width)].into();
            let seeds = crate::scenario::experiment::FEWEST_SEEDS;
            Stopping::new(widths, vec![POLICY.to_owned()], seeds, SEEDS)
        }
    };
    let (mut group, mut had) = (Group::default(), 0);
    while let more @ 1.. = stopping.next(had)
        && (had == 0 || !stopping.too_wide(&group).is_empty())
    {
        for place in had..had + more {
            if trials.len() as u64 == place {
                trials.push(trial(scenario, first + place)?);
            }
            group.add(&trials[usize::try_from(place).expect("a place in a list")]);
        }
        had += more;
    }
    let mean = group.cell(POLICY, FIGURE).mean.expect("every run has the figure");
    Ok(if mean.covers(known_mean()) { Found::Covered(had) } else { Found::Missed(had) })
}

fn trial(scenario: &Scenario, seed: u64) -> Result<Trial, Problem> {
    let outcome = batch::run(scenario, seed, &Traces::default(), None, &mut |_, _| {})?;
    let report = outcome.report(scenario, seed);
    Ok(Trial::of(0, BTreeMap::new(), POLICY.to_owned(), &report, BTreeMap::new()))
}

/// How often intervals covered, under one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Experiments.
    pub experiments: u64,
    /// Those whose interval covers the known mean.
    pub covered: u64,
    /// Seeds of all of them.
    pub seeds: u64,
}

impl Coverage {
    /// Adds an experiment.
    pub const fn add(&mut self, found: Found) {
        self.experiments += 1;
        match found {
            Found::Covered(seeds) => {
                self.covered += 1;
                self.seeds += seeds;
            }
            Found::Missed(seeds) => self.seeds += seeds,
        }
    }

    /// The share that covers, with its own 95 % interval (Wilson); none of no experiments.
    #[must_use]
    pub fn share(&self) -> Option<(f64, f64, f64)> {
        let (low, high) = share(self.covered, self.experiments)?;
        #[expect(clippy::cast_precision_loss, reason = "experiments are few")]
        let share = self.covered as f64 / self.experiments as f64;
        Some((low, share, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small version of what `mirrorsim coverage` makes: 300 experiments, so that a share of 95 % is
    /// found between 91 and 99 %. With the quantile of the normal distribution instead of Student's,
    /// intervals of five seeds cover 88 %.
    #[test]
    fn intervals_cover_the_known_mean() {
        assert!((known_mean() - 50.0).abs() < 1e-9, "{}", known_mean());
        let scenario = scenario();
        let rules = [Rule::Fixed(5), Rule::Fixed(10), Rule::Until(5.0)];
        let mut found = [Coverage::default(); 3];
        for number in 0..300 {
            let experiment = experiment(&scenario, number, &rules).expect("it makes sense");
            found.iter_mut().zip(experiment).for_each(|(coverage, found)| coverage.add(found));
        }
        for (rule, coverage) in rules.iter().zip(found) {
            assert!((273..=297).contains(&coverage.covered), "{rule:?}: {coverage:?}");
        }
        assert!(found[2].seeds >= 300 * 30, "at least 30 seeds before a look: {:?}", found[2]);
    }

    #[test]
    fn shares_are_of_experiments() {
        let mut coverage = Coverage::default();
        assert_eq!(coverage.share(), None);
        [Found::Covered(5), Found::Missed(7), Found::Covered(8), Found::Covered(10)]
            .into_iter()
            .for_each(|found| coverage.add(found));
        assert_eq!(coverage, Coverage { experiments: 4, covered: 3, seeds: 30 });
        let (low, share, high) = coverage.share().expect("four experiments");
        assert!(low < 0.75 && (share - 0.75).abs() < 1e-12 && high > 0.75);
    }
}
