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
        Some(Self { widths, policies: outline.policies.clone(), first, at_most })
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

    fn is_too_wide(&self, cell: &Cell) -> bool {
        let Some(mean) = cell.mean else { return false };
        let wanted = self.widths.get(&cell.figure).copied().unwrap_or(f64::INFINITY);
        mean.half_width.is_none_or(|half| half > wanted)
    }
}
