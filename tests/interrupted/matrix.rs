//! Runs of a matrix on two threads: what was interrupted, and what went wrong.

use crate::recovery::{Knobs, Recovery};
use crate::watch::{self, Watch};
use mirrorsim::batch::{Flow, each_in_order};
use std::num::NonZeroUsize;

/// Who crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    Source,
    Destination,
    Both,
}

impl Victim {
    pub const ALL: [Self; 3] = [Self::Source, Self::Destination, Self::Both];

    /// The one of this place, counted round and round.
    pub fn of(place: usize) -> Self {
        Self::ALL[place % Self::ALL.len()]
    }

    fn keys(self) -> &'static str {
        match self {
            Self::Source => r#""kind": "crash", "node": "source""#,
            Self::Destination => r#""kind": "crash", "node": "destination""#,
            Self::Both => r#""kind": "power-loss""#,
        }
    }
}

/// How long a node is down: less than a round trip, less than `timeout`, more than that.
const DOWN: [&str; 3] = ["300us", "2ms", "6ms"];

/// The fault that crashes the victim when all is done that happens at this moment.
pub fn crash_after(moment: u64, victim: Victim, place: usize) -> String {
    let (keys, down) = (victim.keys(), DOWN[place % DOWN.len()]);
    let at = moment + 1;
    format!(r#"{{ {keys}, "at": "{at}ns", "restart_after": "{down}" }}"#)
}

/// The fault that crashes the victim at a step of the protocol.
pub fn crash_at_step(step: &str, victim: Victim, place: usize) -> String {
    let (keys, down) = (victim.keys(), DOWN[place % DOWN.len()]);
    format!(r#"{{ {keys}, "when": {step}, "restart_after": "{down}" }}"#)
}

/// A run to be made.
#[derive(Debug, Clone)]
pub struct Plan {
    pub recovery: Recovery,
    pub knobs: Knobs,
    /// Beside what goes wrong anyway.
    pub crashes: Vec<String>,
}

impl Plan {
    /// The number of the first of the added crashes.
    pub fn first_crash(&self) -> u64 {
        self.recovery.faults.len() as u64
    }

    /// Makes the run, watching what follows the last crash.
    pub fn run(&self) -> (Watch, Option<String>) {
        let last = (self.recovery.faults.len() + self.crashes.len()) as u64 - 1;
        let scenario = self.recovery.scenario(&self.knobs, &self.crashes);
        watch::run(&scenario, self.knobs.seed, Watch::after(last))
    }

    /// Crashes that were planned and did not come.
    pub fn missing(&self, seen: &Watch) -> usize {
        let numbers = (self.first_crash()..).zip(&self.crashes);
        numbers.filter(|(number, _)| !seen.began.contains(number)).count()
    }
}

/// What a matrix of runs showed.
#[derive(Debug, Default)]
pub struct Sum {
    pub runs: u64,
    /// Crashes that were planned, and that came.
    pub delivered: u64,
    /// Crashes that were planned and did not come.
    pub missing: u64,
    /// Nodes that went down.
    pub crashed: u64,
    pub promotions: u64,
    pub replayed: u64,
    pub passes: u64,
    pub diverged: u64,
    /// Runs that went wrong.
    pub failures: Vec<String>,
}

/// Makes all runs.
pub fn run_all(plans: Vec<Plan>) -> Sum {
    let mut sum = Sum::default();
    let threads = NonZeroUsize::new(2).expect("some");
    let plans = plans.into_iter().map(|plan| (plan.clone(), plan));
    let work = |plan: Plan| plan.run();
    let done = each_in_order(plans, threads, work, |plan, result| {
        sum.runs += 1;
        match result {
            Ok((seen, wrong)) => {
                let missing = plan.missing(&seen) as u64;
                sum.missing += missing;
                sum.delivered += plan.crashes.len() as u64 - missing;
                sum.crashed += seen.crashes;
                sum.promotions += seen.promotions;
                sum.replayed += seen.replayed;
                sum.passes += seen.passes;
                sum.diverged += seen.diverged;
                sum.failures.extend(wrong.map(|wrong| described(&plan, &wrong)));
            }
            Err(panicked) => sum.failures.push(described(&plan, &panicked.0)),
        }
        Flow::Continue
    });
    done.expect("two threads can be started");
    sum
}

fn described(plan: &Plan, wrong: &str) -> String {
    let Plan { recovery, knobs, crashes } = plan;
    format!("{} {knobs:?} {crashes:?}: {wrong}", recovery.name)
}
