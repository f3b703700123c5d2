//! How soon each wrong protocol of Spec 12 is caught: seeds until the property that the table names is
//! the first to be violated, from many first seeds. A wrong protocol that is never caught says that
//! the protocol, the property or the table is wrong.

mod against;

pub use against::{Against, Change, Kept};

use crate::batch::{Flow, Job, Trouble};
use crate::shrink::Failing;
use crate::statistics::{self, Median, Successes};
use std::collections::BTreeMap;

/// Seeds between one first seed and the next, so that no two searches share a seed.
pub const STRIDE: u64 = 1 << 20;

/// One search: seed after seed, until the property was the first to be violated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Runs that were made, at least 1.
    pub runs: u64,
    /// Simulated time of the violation in the last of them, in nanoseconds; none if it was not caught
    /// within the runs allowed.
    pub caught_ns: Option<u64>,
    /// Other properties that were the first to be violated, and in how many runs.
    pub also: BTreeMap<String, u64>,
    /// Writes that are left of the run that caught it when it is shrunk, where that was asked for.
    pub shrunk_writes: Option<u64>,
}

/// Whether the run that catches a wrong protocol is shrunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// It is, with so many runs at most.
    Shrunk(u64),
    /// It is not.
    NotAsked,
}

/// Runs until a wrong protocol was caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needed {
    /// So many, at least 1.
    Runs(u64),
    /// More than were allowed.
    More,
}

/// Runs `job` with its seed and those after it, at most `most` of them, until the first violation of
/// a run is one of `property`.
///
/// # Errors
/// Why a run has no report.
pub fn search(job: &Job, property: &str, most: u64, length: Length) -> Result<Search, Trouble> {
    let mut also = BTreeMap::new();
    for tried in 0..most {
        let job = Job { seed: job.seed.wrapping_add(tried), ..job.clone() };
        let Some(first) = job.run()?.violations.into_iter().next() else { continue };
        if first.property == property {
            let shrunk_writes = match length {
                Length::Shrunk(runs) => shrunk(&job, runs)?,
                Length::NotAsked => None,
            };
            let (runs, caught_ns) = (tried + 1, Some(first.at_ns));
            return Ok(Search { runs, caught_ns, also, shrunk_writes });
        }
        *also.entry(first.property).or_default() += 1;
    }
    Ok(Search { runs: most, caught_ns: None, also, shrunk_writes: None })
}

/// Writes that are left of a run that fails when it is shrunk.
fn shrunk(job: &Job, runs: u64) -> Result<Option<u64>, Trouble> {
    let (scenario, traces) = (&*job.scenario, &*job.traces);
    let failing = Failing { scenario, seed: job.seed, traces };
    let shrunk = failing.shrink(runs, &mut |_| Flow::Continue).map_err(Trouble::Refused)?;
    Ok(shrunk.map(|shrunk| shrunk.writes))
}

/// What all searches for one wrong protocol came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    searches: Vec<Needed>,
    runs: u64,
    caught_ns: Vec<u64>,
    also: BTreeMap<String, u64>,
    shrunk: Vec<u64>,
}

impl Row {
    /// Adds a search.
    pub fn add(&mut self, search: Search) {
        let needed = search.caught_ns.map_or(Needed::More, |_| Needed::Runs(search.runs));
        self.searches.push(needed);
        self.runs += search.runs;
        self.caught_ns.extend(search.caught_ns);
        self.shrunk.extend(search.shrunk_writes);
        for (property, runs) in search.also {
            *self.also.entry(property).or_default() += runs;
        }
    }

    /// Searches so far.
    #[must_use]
    pub fn searches(&self) -> u64 {
        self.searches.len() as u64
    }

    /// Runs of all searches.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Searches that caught it.
    #[must_use]
    pub fn caught(&self) -> u64 {
        self.caught_ns.len() as u64
    }

    /// Whether every search caught it.
    #[must_use]
    pub fn is_caught(&self) -> bool {
        self.caught() == self.searches()
    }

    /// Runs that half of the searches needed at most, with the interval for the median; none before
    /// the first search.
    #[must_use]
    pub fn median(&self) -> Option<Median<Needed>> {
        statistics::median(&self.searches)
    }

    /// Runs that every search needed at most.
    #[must_use]
    pub fn worst(&self) -> Option<Needed> {
        self.searches.iter().max().copied()
    }

    /// Simulated time of the violation in nanoseconds: the median of the searches that caught it.
    #[must_use]
    pub fn median_ns(&self) -> Option<u64> {
        statistics::median(&self.caught_ns).map(|found| found.median)
    }

    /// Writes of the shrunk run: the median of the searches whose run was shrunk.
    #[must_use]
    pub fn median_shrunk(&self) -> Option<u64> {
        statistics::median(&self.shrunk).map(|found| found.median)
    }

    /// Runs that caught it, among all.
    #[must_use]
    pub fn successes(&self) -> Successes {
        Successes { successes: self.caught(), trials: self.runs }
    }

    /// Other properties that were the first to be violated, with their runs: `S2:3 S22:1`.
    #[must_use]
    pub fn also(&self) -> String {
        let words = self.also.iter().map(|(property, runs)| format!("{property}:{runs}"));
        words.collect::<Vec<_>>().join(" ")
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
            let (runs, caught_ns) = (seeds.unwrap_or(9), seeds.map(|seeds| 10 * seeds));
            row.add(Search { runs, caught_ns, also: BTreeMap::new(), shrunk_writes: None });
        }
        row
    }

    #[test]
    fn what_was_never_caught_is_the_worst() {
        let found = row(&[Some(3), None, Some(1)]);
        let middle = |row: &Row| row.median().map(|found| found.median);
        assert_eq!((middle(&found), found.worst()), (Some(Needed::Runs(3)), Some(Needed::More)));
        assert_eq!((found.caught(), found.runs(), found.median_ns()), (2, 13, Some(10)));
        assert!(!found.is_caught());
        let found = row(&[Some(4), Some(1), Some(2), Some(3), None, Some(1)]);
        let interval = found.median().expect("six searches").interval;
        assert_eq!(interval, Some((Needed::Runs(1), Needed::More)));
        let found = row(&[Some(4), Some(1), Some(2), Some(3)]);
        assert_eq!(middle(&found), Some(Needed::Runs(2)), "half needed 2 at most");
        assert!(found.is_caught());
        assert_eq!(Row::default().median(), None);
    }

    #[test]
    fn a_search_tells_runs_and_other_properties() {
        let text = r#"{ "clients": [ { "workload": { "count": 20 } } ],
            "sabotage": "ack-before-destination" }"#;
        let scenario = Arc::new(Scenario::parse(text, &[]).expect("it makes sense"));
        let job = Job { scenario, traces: Arc::default(), seed: 7, repeat: Repeat::Once };
        let found = search(&job, "S1a", 5, Length::Shrunk(50)).expect("it runs");
        let at = job.run().expect("it runs").violations[0].at_ns;
        let (caught_ns, also, shrunk_writes) = (Some(at), BTreeMap::new(), Some(1));
        assert_eq!(found, Search { runs: 1, caught_ns, also, shrunk_writes });
        let found = search(&job, "S9", 5, Length::NotAsked).expect("it runs");
        let also = BTreeMap::from([("S1a".to_owned(), 5)]);
        assert_eq!(found, Search { runs: 5, caught_ns: None, also, shrunk_writes: None });
    }
}
