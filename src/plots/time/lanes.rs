//! Stretches of time: consistency points, times out of sync, faults.

use super::super::curve::column;
use super::Run;
use crate::results::trial::Trial;

/// Stretches of one sort.
pub(super) struct Lane {
    pub title: &'static str,
    pub spells: Vec<Spell>,
}

/// A stretch of time, in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spell {
    /// Which run; none: it is the same in all.
    pub run: Option<usize>,
    pub begin: f64,
    /// None: it was but a moment, or lasted to the end.
    pub end: Option<f64>,
}

/// Names of the lanes.
pub(super) const POINTS: &str = "CPs";
pub(super) const OUT_OF_SYNC: &str = "out of sync";
pub(super) const FAULTS: &str = "faults";

/// The lanes that have anything in them. Faults are those of the first run that has any: runs of one
/// seed share their faults.
pub(super) fn of(runs: &[Run]) -> Vec<Lane> {
    let of_each = |title, curve: &str| {
        let spells = runs.iter().enumerate().flat_map(|(place, run)| {
            let all = spells(run.trial, curve);
            all.into_iter().map(move |(begin, end)| Spell { run: Some(place), begin, end })
        });
        Lane { title, spells: spells.collect() }
    };
    let faults = runs.iter().map(|run| spells(run.trial, "faults")).find(|all| !all.is_empty());
    let shared = |(begin, end)| Spell { run: None, begin, end };
    let faults = faults.unwrap_or_default().into_iter().map(shared).collect();
    let mut lanes = vec![
        of_each(POINTS, "consistency_points"),
        of_each(OUT_OF_SYNC, "out_of_sync"),
        Lane { title: FAULTS, spells: faults },
    ];
    lanes.retain(|lane| !lane.spells.is_empty());
    lanes
}

fn spells(trial: &Trial, curve: &str) -> Vec<(f64, Option<f64>)> {
    let Some(curve) = trial.curves.get(curve) else { return Vec::new() };
    let ends = column(curve, "end_ns");
    let begins = column(curve, "begin_ns").iter().zip(ends);
    begins.filter_map(|(begin, end)| Some(((*begin)?, *end))).collect()
}
