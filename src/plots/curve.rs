//! Curves of rows.

use super::request::{Refusal, misuse};
use super::set::Set;
use std::collections::BTreeMap;

/// Refuses rows none of which has a curve; `keep`: what an experiment calls it.
pub(super) fn kept(set: &Set, curve: &str, keep: &str) -> Result<(), Refusal> {
    if set.rows.iter().any(|row| row.trial.curves.contains_key(curve)) {
        return Ok(());
    }
    misuse(format!(
        "no row has the curve {curve:?}: the experiment did not keep it\n  = help: say \"keep\": \
         [{keep:?}] in the experiment, and run it again"
    ))
}

/// A column, empty if there is none.
pub(super) fn column<'a>(
    curve: &'a BTreeMap<String, Vec<Option<f64>>>,
    name: &str,
) -> &'a [Option<f64>] {
    curve.get(name).map_or(&[], Vec::as_slice)
}
