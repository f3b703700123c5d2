//! Seeds until intervals are narrow.
//!
//! Whoever looks after every seed, and stops once an interval happens to be narrow, has stopped where
//! the variance seemed small. So a point has all of its first seeds, 30 at least, before anybody looks,
//! and then a few more before every further look. How many is fixed: it does not depend on the machine.

use super::Outline;
use super::summary::{ABOVE_FLOOR, Cell, Group};
use super::trial::Trial;
use std::collections::BTreeMap;

/// Seeds that are added between two looks.
pub const STEP: u64 = 10;

/// When a point has seeds enough.
#[derive(Debug, Clone)]
pub struct Stopping {
    widths: BTreeMap<String, f64>,
    policies: Vec<String>,
    first: u64,
    at_most: u64,
}

impl Stopping {
    /// The rule of an experiment that begins with so many seeds, if it has one.
    #[must_use]
    pub fn of(outline: &Outline, first: u64) -> Option<Self> {
        let width = |(figure, width): (&String, &serde_json::Value)| {
            (figure.clone(), width.as_f64().unwrap_or(f64::INFINITY))
        };
        let widths = outline.until.iter().map(width).collect();
        let at_most = outline.at_most?;
        Some(Self::new(widths, outline.policies.clone(), first, at_most))
    }

    /// A rule of its own: figures with half the width of their intervals, looked at under these
    /// policies, from the first seeds on.
    #[must_use]
    pub const fn new(
        widths: BTreeMap<String, f64>,
        policies: Vec<String>,
        first: u64,
        at_most: u64,
    ) -> Self {
        Self { widths, policies, first, at_most }
    }

    /// How many seeds more a point gets that had so many, if it is not enough yet.
    #[must_use]
    pub fn next(&self, had: u64) -> u64 {
        let step = if had == 0 { self.first } else { STEP };
        step.min(self.at_most.saturating_sub(had))
    }

    /// Figures of the rule that no trial has, as it seems; the nearest one that it has, for each.
    #[must_use]
    pub fn unknown(&self, trial: &Trial) -> Option<(String, Option<String>)> {
        let known = |figure: &&String| {
            trial.figures.contains_key(*figure) || figure.as_str() == ABOVE_FLOOR
        };
        let unknown = self.widths.keys().find(|figure| !known(figure))?;
        let distance = |other: &&String| strsim::damerau_levenshtein(unknown, other);
        let nearest = trial.figures.keys().min_by_key(distance).cloned();
        Some((unknown.clone(), nearest))
    }

    /// The figures whose intervals are looked at.
    pub fn figures(&self) -> impl Iterator<Item = &str> {
        self.widths.keys().map(String::as_str)
    }

    /// Cells whose interval is wider than it is to be. A figure that has a number in no trial of a
    /// policy has no mean there, and nothing to wait for.
    #[must_use]
    pub fn too_wide(&self, group: &Group) -> Vec<Cell> {
        let cells = self
            .policies
            .iter()
            .flat_map(|policy| self.widths.keys().map(move |figure| group.cell(policy, figure)));
        cells.filter(|cell| self.is_too_wide(cell)).collect()
    }

    /// Whether the interval of a cell is wider than it is to be.
    #[must_use]
    pub fn is_too_wide(&self, cell: &Cell) -> bool {
        let Some(mean) = cell.mean else { return false };
        mean.half_width.is_none_or(|half| half > self.wanted(&cell.figure))
    }

    /// Half the width that the interval of a figure is to have at most.
    #[must_use]
    pub fn wanted(&self, figure: &str) -> f64 {
        self.widths.get(figure).copied().unwrap_or(f64::INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Word;
    use serde_json::{Number, json};

    fn stopping() -> Stopping {
        let outline = json!({ "name": "", "file": "", "hash": "", "axes": [], "points": 1,
            "policies": ["a", "b"], "until": { "x": 0.5 }, "at_most": 45, "keep": [], "every": "1s" });
        let outline: Outline = serde_json::from_value(outline).expect("an outline");
        Stopping::of(&outline, 30).expect("it has a rule")
    }

    /// Trials of both policies; those of `b` are `spread` apart from each other.
    fn group(seeds: u64, spread: f64) -> Group {
        let mut group = Group::default();
        for seed in 0..seeds {
            for (policy, value) in
                [("a", Some(1.0)), ("b", Some(if seed % 2 == 0 { 0.0 } else { spread }))]
            {
                let number = value.and_then(Number::from_f64);
                group.add(&Trial {
                    point: 0,
                    at: BTreeMap::new(),
                    policy: policy.to_owned(),
                    seed,
                    word: Word::Pass,
                    scenario_hash: String::new(),
                    digest: String::new(),
                    figures: [("x".to_owned(), number), ("null".to_owned(), None)].into(),
                    curves: BTreeMap::new(),
                });
            }
        }
        group
    }

    #[test]
    fn seeds_are_added_in_steps_up_to_a_bound() {
        let stopping = stopping();
        assert_eq!([0, 30, 40, 45].map(|had| stopping.next(had)), [30, 10, 5, 0]);
    }

    /// Half the spread is the deviation: the half width is that times 2.045 · √(30/29)/√30.
    #[test]
    fn an_interval_is_too_wide_under_any_policy() {
        let stopping = stopping();
        assert!(stopping.too_wide(&group(30, 2.6)).is_empty());
        let wide = stopping.too_wide(&group(30, 2.7));
        assert_eq!(wide.len(), 1);
        assert_eq!((wide[0].policy.as_str(), wide[0].figure.as_str()), ("b", "x"));
    }

    #[test]
    fn a_figure_that_no_report_has_is_noticed() {
        let mut group = group(1, 0.0);
        assert_eq!(group.figures(), ["null", "x"]);
        let mut stopping = stopping();
        let trial = |key: &str| Trial {
            point: 0,
            at: BTreeMap::new(),
            policy: "a".to_owned(),
            seed: 0,
            word: Word::Pass,
            scenario_hash: String::new(),
            digest: String::new(),
            figures: [(key.to_owned(), None)].into(),
            curves: BTreeMap::new(),
        };
        assert_eq!(stopping.unknown(&trial("x")), None);
        let near = Some(("x".to_owned(), Some("y".to_owned())));
        assert_eq!(stopping.unknown(&trial("y")), near);
        // One that is null everywhere has no mean to wait for.
        group.add(&trial("null"));
        stopping.widths = [("null".to_owned(), 0.1)].into();
        assert!(stopping.too_wide(&group).is_empty());
    }
}
