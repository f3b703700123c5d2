//! How soon each wrong protocol of Spec 12 is caught: seeds until the property that the table names is
//! the first to be violated, from many first seeds. A wrong protocol that is never caught says that
//! the protocol, the property or the table is wrong.

use crate::batch::{Job, Trouble};
use std::collections::BTreeMap;

/// Seeds between one first seed and the next, so that no two searches share a seed.
pub const STRIDE: u64 = 1 << 20;

/// One search: seed after seed, until the property was the first to be violated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Runs until then, at least 1; `None`: not within the runs allowed.
    pub seeds: Option<u64>,
    /// Other properties that were the first to be violated, and in how many runs.
    pub also: BTreeMap<String, u64>,
}

/// Runs `job` with its seed and those after it, at most `most` of them, until the first violation of
/// a run is one of `property`.
///
/// # Errors
/// Why a run has no report.
pub fn search(job: &Job, property: &str, most: u64) -> Result<Search, Trouble> {
    let mut also = BTreeMap::new();
    for tried in 0..most {
        let job = Job { seed: job.seed.wrapping_add(tried), ..job.clone() };
        let Some(first) = job.run()?.violations.into_iter().next() else { continue };
        if first.property == property {
            return Ok(Search { seeds: Some(tried + 1), also });
        }
        *also.entry(first.property).or_default() += 1;
    }
    Ok(Search { seeds: None, also })
}

/// What all searches for one wrong protocol came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Runs until it was caught, of each search; `None`: it was not.
    searches: Vec<Option<u64>>,
    also: BTreeMap<String, u64>,
}

impl Row {
    /// Adds a search.
    pub fn add(&mut self, search: Search) {
        self.searches.push(search.seeds);
        for (property, runs) in search.also {
            *self.also.entry(property).or_default() += runs;
        }
    }

    /// Searches so far.
    #[must_use]
    pub fn searches(&self) -> u64 {
        self.searches.len() as u64
    }

    /// Searches that caught it.
    #[must_use]
    pub fn caught(&self) -> u64 {
        self.searches.iter().flatten().count() as u64
    }

    /// Whether every search caught it.
    #[must_use]
    pub fn is_caught(&self) -> bool {
        self.caught() == self.searches()
    }

    /// Runs that half of the searches needed at most; `None`: more than were allowed.
    #[must_use]
    pub fn median(&self) -> Option<u64> {
        let sorted = self.sorted();
        sorted.get(sorted.len().saturating_sub(1) / 2).copied().flatten()
    }

    /// Runs that every search needed at most; `None`: more than were allowed.
    #[must_use]
    pub fn worst(&self) -> Option<u64> {
        self.sorted().last().copied().flatten()
    }

    /// Other properties that were the first to be violated, with their runs: `S2:3 S22:1`.
    #[must_use]
    pub fn also(&self) -> String {
        let words = self.also.iter().map(|(property, runs)| format!("{property}:{runs}"));
        words.collect::<Vec<_>>().join(" ")
    }

    /// From the soonest to those that never caught it.
    fn sorted(&self) -> Vec<Option<u64>> {
        let mut sorted = self.searches.clone();
        sorted.sort_by_key(|seeds| seeds.unwrap_or(u64::MAX));
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Repeat;
    use crate::scenario::Scenario;
    use std::sync::Arc;

    fn row(searches: &[Option<u64>]) -> Row {
        let mut row = Row::default();
        for seeds in searches {
            row.add(Search { seeds: *seeds, also: BTreeMap::new() });
        }
        row
    }

    #[test]
    fn what_was_never_caught_is_the_worst() {
        let found = row(&[Some(3), None, Some(1)]);
        assert_eq!((found.median(), found.worst(), found.caught()), (Some(3), None, 2));
        assert!(!found.is_caught());
        let found = row(&[Some(4), Some(1), Some(2), Some(3)]);
        assert_eq!((found.median(), found.worst()), (Some(2), Some(4)), "half needed 2 at most");
        assert!(found.is_caught());
        assert_eq!(Row::default().median(), None);
    }

    #[test]
    fn a_search_tells_runs_and_other_properties() {
        let text = r#"{ "clients": [ { "workload": { "count": 20 } } ],
            "sabotage": "ack-before-destination" }"#;
        let scenario = Arc::new(Scenario::parse(text, &[]).expect("it makes sense"));
        let job = Job { scenario, traces: Arc::default(), seed: 7, repeat: Repeat::Once };
        let found = search(&job, "S1a", 5).expect("it runs");
        assert_eq!(found, Search { seeds: Some(1), also: BTreeMap::new() });
        let found = search(&job, "S9", 5).expect("it runs");
        assert_eq!(found, Search { seeds: None, also: BTreeMap::from([("S1a".to_owned(), 5)]) });
    }
}
