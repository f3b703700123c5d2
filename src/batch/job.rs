//! Runs of many scenarios with many seeds.

use super::order::{Flow, NoThreads, Panicked, each_in_order};
use super::run;
use crate::report::Report;
use crate::scenario::{Problem, Scenario};
use crate::workload::Traces;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// One run to be made. Jobs share their scenarios and traces.
#[derive(Debug, Clone)]
pub struct Job {
    /// What is run.
    pub scenario: Arc<Scenario>,
    /// The traces that it names.
    pub traces: Arc<Traces>,
    /// The seed of every random decision.
    pub seed: u64,
    /// How often.
    pub repeat: Repeat,
}

/// How often a run is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Once.
    Once,
    /// Twice, and the digests of its facts are compared (S24).
    Twice,
}

/// Why a run has no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The scenario breaks a rule together with its traces; every seed would.
    #[error("{0}")]
    Refused(Problem),
    /// The same scenario and seed gave other facts (S24).
    #[error("the second run gave another digest: {second} instead of {first}")]
    Differs {
        /// The digest of the first run.
        first: String,
        /// The digest of the second.
        second: String,
    },
    /// The simulator is broken.
    #[error("the simulator panicked: {0}")]
    Panicked(Panicked),
}

impl Job {
    /// Makes the run.
    ///
    /// # Errors
    /// Why it has no report; a panic is not caught.
    pub fn run(&self) -> Result<Report, Trouble> {
        let first = self.once()?;
        match self.repeat {
            Repeat::Once => Ok(first),
            Repeat::Twice => compared(first, &self.once()?.digest),
        }
    }

    fn once(&self) -> Result<Report, Trouble> {
        let outcome = run(&self.scenario, self.seed, &self.traces, None, &mut |_, _| {});
        let outcome = outcome.map_err(Trouble::Refused)?;
        Ok(outcome.report(&self.scenario, self.seed))
    }
}

fn compared(first: Report, second: &str) -> Result<Report, Trouble> {
    if first.digest == second {
        return Ok(first);
    }
    Err(Trouble::Differs { first: first.digest, second: second.to_owned() })
}

/// Makes the runs on so many threads, each run on one. `keep` says what is kept of a report, on the
/// thread of the run; `on_result` is told on this thread, in the order of the jobs, as soon as a run
/// and all before it are done. What is under way is bounded. A run that panics costs no other.
///
/// # Errors
/// Threads that the operating system refuses; no run was begun.
pub fn run_all<Tag, Kept: Send>(
    jobs: impl IntoIterator<Item = (Tag, Job)>,
    threads: NonZeroUsize,
    keep: impl Fn(Report) -> Kept + Sync,
    mut on_result: impl FnMut(Tag, Result<Kept, Trouble>) -> Flow,
) -> Result<(), NoThreads> {
    let work = |job: Job| job.run().map(&keep);
    each_in_order(jobs, threads, work, |tag, result| {
        let caught = |panicked| Err(Trouble::Panicked(panicked));
        on_result(tag, result.unwrap_or_else(caught))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{ "clients": [ { "workload": { "count": 4, "reads": "20%" } } ] }"#;

    fn job(seed: u64, repeat: Repeat) -> Job {
        let scenario = Scenario::parse(SMALL, &[]).expect("it makes sense");
        Job { scenario: Arc::new(scenario), traces: Arc::default(), seed, repeat }
    }

    /// S24: the same facts on one thread and on many.
    #[test]
    fn threads_change_nothing() {
        let digests = |threads| {
            let mut found = Vec::new();
            let jobs = (0..20).map(|seed| (seed, job(seed, Repeat::Once)));
            let threads = NonZeroUsize::new(threads).expect("some");
            let done = run_all(
                jobs,
                threads,
                |report| report.digest,
                |seed: u64, digest| {
                    found.push((seed, digest));
                    Flow::Continue
                },
            );
            done.expect("threads start");
            found
        };
        let alone = digests(1);
        assert_eq!(digests(3), alone);
        assert_eq!(alone.len(), 20);
        assert_ne!(alone[0].1, alone[1].1);
    }

    #[test]
    fn a_second_run_with_another_digest_is_told() {
        let first = job(1, Repeat::Twice).run().expect("it is the same");
        let digest = first.digest.clone();
        let other = job(2, Repeat::Once).run().expect("it runs").digest;
        let trouble = compared(first, &other).expect_err("the digests differ");
        assert_eq!(trouble, Trouble::Differs { first: digest, second: other });
    }

    #[test]
    fn a_panic_is_the_trouble_of_its_run_only() {
        let jobs = (0..3).map(|seed| (seed, job(seed, Repeat::Once)));
        let keep = |report: Report| assert!(report.seed != 1, "seed 1 is broken");
        let mut found = Vec::new();
        let done = run_all(jobs, NonZeroUsize::MIN, keep, |seed: u64, result| {
            found.push((seed, result.map_err(|trouble| trouble.to_string())));
            Flow::Continue
        });
        done.expect("threads start");
        let broken = Err("the simulator panicked: seed 1 is broken".to_owned());
        assert_eq!(found, [(0, Ok(())), (1, broken), (2, Ok(()))]);
    }
}
