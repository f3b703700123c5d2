//! Lots of runs, made on all cores and given back in their order. A lot is what is dealt to shards and
//! kept as one: a run, or, where intervals decide how many there are, a point with all its runs.

use super::super::exit::{Exit, Failure};
use super::make::{Job, Made, broken};
use super::plan::{Case, Cases, Plan};
use crate::batch::{Flow, each_in_order};
use crate::results::summary::Group;
use crate::results::trial::Trial;
use crate::results::until::Stopping;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// Who takes lots.
pub(super) trait Taker {
    /// Takes the next lot, by its number.
    fn take(&mut self, number: u64, lot: Vec<Made>) -> Result<Flow, Failure>;

    /// Hears of a run of a lot that is not complete yet.
    fn hear(&mut self) -> Flow;
}

/// The runs of a plan, and what makes them.
pub(super) struct Bench<'a> {
    pub plan: &'a Plan,
    pub cases: Cases,
    pub threads: NonZeroUsize,
}

impl Bench<'_> {
    /// Makes lots of one run each.
    pub fn runs(
        self,
        numbers: impl Iterator<Item = u64>,
        taker: &mut impl Taker,
    ) -> Result<(), Failure> {
        let Self { plan, mut cases, threads } = self;
        let jobs = numbers.map(|number| {
            let (point, policy, seed) = plan.outline.run(plan.experiment.seeds, number);
            (number, job(plan, &mut cases, point, policy, seed))
        });
        all(plan, threads, jobs, |number, made| taker.take(number, vec![made])).map(|_| ())
    }

    /// Makes lots of one point each, with seeds until intervals are narrow.
    pub fn points(
        mut self,
        numbers: impl Iterator<Item = u64>,
        stopping: &Stopping,
        taker: &mut impl Taker,
    ) -> Result<(), Failure> {
        for point in numbers {
            let Some(lot) = self.point(point, stopping, taker)? else { return Ok(()) };
            if taker.take(point, lot)? == Flow::Break {
                return Ok(());
            }
        }
        Ok(())
    }

    /// All runs of a point, by policy and then by seed; none if it was not to be completed.
    fn point(
        &mut self,
        point: u64,
        stopping: &Stopping,
        taker: &mut impl Taker,
    ) -> Result<Option<Vec<Made>>, Failure> {
        let Self { plan, cases, threads } = self;
        let (mut lot, mut group, mut had) = (Vec::new(), Group::default(), 0);
        loop {
            let more = stopping.next(had);
            if more == 0 || (had > 0 && stopping.too_wide(&group).is_empty()) {
                break;
            }
            let first = plan.experiment.seeds.first() + had;
            let policies = 0..plan.outline.policies.len();
            let runs =
                policies.flat_map(|policy| (first..first + more).map(move |seed| (policy, seed)));
            let jobs = runs.map(|(policy, seed)| (policy, job(plan, cases, point, policy, seed)));
            let flow = all(plan, *threads, jobs, |policy, made| {
                if lot.is_empty() {
                    known(stopping, &made.trial)?;
                }
                group.add(&made.trial);
                lot.push((policy, made));
                Ok(taker.hear())
            })?;
            if flow == Flow::Break {
                return Ok(None);
            }
            had += more;
        }
        lot.sort_by_key(|(policy, made)| (*policy, made.trial.seed));
        Ok(Some(lot.into_iter().map(|(_, made)| made).collect()))
    }
}

/// Refuses figures that no report has, which shows with the first.
fn known(stopping: &Stopping, trial: &Trial) -> Result<(), Failure> {
    let Some((figure, nearest)) = stopping.unknown(trial) else { return Ok(()) };
    let help = nearest.map(|nearest| format!("\n  = help: did you mean `{nearest}`?"));
    let message =
        format!("`until.{figure}`: no report has this figure{}", help.unwrap_or_default());
    Err(Failure::new(Exit::Usage, message))
}

fn job(plan: &Plan, cases: &mut Cases, point: u64, policy: usize, seed: u64) -> Job {
    let case = cases.of(plan, point, policy);
    let case = case.map_err(|failure| failure.message).expect("it was resolved before");
    Job { case, seed }
}

/// Makes runs on all cores, and gives each to `take`, in their order; whether more is wanted.
fn all<Tag>(
    plan: &Plan,
    threads: NonZeroUsize,
    jobs: impl Iterator<Item = (Tag, Job)>,
    mut take: impl FnMut(Tag, Made) -> Result<Flow, Failure>,
) -> Result<Flow, Failure> {
    let mut ended = Ok(Flow::Continue);
    let jobs = jobs.map(|(tag, job)| ((tag, Arc::clone(&job.case), job.seed), job));
    let done = each_in_order(
        jobs,
        threads,
        |job| job.make(),
        |(tag, case, seed), result| {
            ended = match result {
                Ok(Ok(made)) => take(tag, made),
                Ok(Err(problem)) => Err(refused(plan, &case, seed, &problem.to_string())),
                Err(panicked) => take(tag, broken(&case, seed, &panicked)),
            };
            if matches!(ended, Ok(Flow::Continue)) { Flow::Continue } else { Flow::Break }
        },
    );
    done.map_err(|error| Failure::new(Exit::Usage, format!("--jobs: {error}")))?;
    ended
}

/// A scenario that breaks a rule with one seed only: a swarm drew it.
fn refused(plan: &Plan, case: &Case, seed: u64, rule: &str) -> Failure {
    let place = plan.place(case.point, case.policy);
    Failure::new(Exit::Usage, format!("{place}, seed {seed}: {rule}"))
}
