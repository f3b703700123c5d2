//! When faults come: a scenario's plan, turned into happenings in order of time.
//!
//! [`Faults::next`] gives the happenings that the clock brings, one by one and only as far as asked,
//! since a fault that comes `every` so often has no last one. [`Faults::reached`] tells which faults
//! wait for a step of the protocol, and [`Faults::begin`] what follows once one of them began. A
//! happening is about one [`Part`]: a flap comes as partitions, a crash loop as crashes, a rolling
//! disaster as a narrow link, a dead link and a burnt site.
//!
//! From `faults_until` on nothing begins, and what lasts ends there: also a crash without a restart,
//! whose node is then switched on (Spec 11: safety first, then liveness). A site that burned stays
//! down.
//!
//! Gaps are drawn by the fault's number and its occurrence, so that no fault moves another.

mod course;
mod swarm;

pub use swarm::swarm;

use crate::protocol::FaultId;
use crate::random::{Choice, Decisions, Key, Purpose};
use crate::scenario::Scenario;
use crate::scenario::fault::{Fault, Part, StepName, When};
use crate::units::{SimTime, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Something breaks, or is whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: SimTime,
    /// By which fault: its place in the scenario's list.
    pub fault: FaultId,
    /// What is concerned.
    pub part: Part,
    /// Which way.
    pub what: Onset,
}

/// Whether a part breaks or is whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onset {
    /// It breaks; for parts that do not last, all there is.
    Begins,
    /// It is whole again: a node that crashed restarts.
    Ends,
}

/// A step that the protocol took. A number that the step does not have is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReachedStep {
    /// Which step.
    pub name: StepName,
    /// Of which CP.
    pub cp: Option<u64>,
    /// Which of its kind, from 1.
    pub k: Option<u64>,
    /// Of which pass of a resynchronization, from 1.
    pub pass: Option<u64>,
}

/// The faults of a run and how far they have come.
#[derive(Debug)]
pub struct Faults {
    plan: Vec<Fault>,
    until: SimTime,
    /// Happenings that are known and not given out, by time; then by fault, then in their order.
    pending: BTreeMap<(SimTime, FaultId, u64), Happening>,
    /// Happenings that were ever pending.
    known: u64,
    recurring: Vec<Recurring>,
    /// Faults that wait for their step.
    waiting: BTreeSet<FaultId>,
}

/// A fault that comes again and again.
#[derive(Debug)]
struct Recurring {
    fault: FaultId,
    /// The mean gap.
    gap: Span,
    /// Occurrences drawn so far.
    drawn: u64,
    /// The end of the last one: the next gap counts from here.
    free_at: SimTime,
    /// Happenings of the last one that were not given out yet; none: the next is to be drawn.
    left: usize,
    /// The next one would not begin before `faults_until`.
    over: bool,
}

impl Faults {
    /// The faults that `scenario` plans.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let plan = scenario.faults.clone();
        let until = scenario.faults_until.map_or(SimTime::MAX, |span| SimTime::ZERO.after(span));
        let mut faults = Self {
            plan: Vec::new(),
            until,
            pending: BTreeMap::new(),
            known: 0,
            recurring: Vec::new(),
            waiting: BTreeSet::new(),
        };
        for (fault, id) in plan.iter().zip(0..).map(|(fault, place)| (fault, FaultId(place))) {
            match fault.when {
                When::At(at) => {
                    let course = course::of(id, fault, SimTime::ZERO.after(at), until);
                    faults.keep(course);
                }
                When::Step(_) => {
                    faults.waiting.insert(id);
                }
                When::Every(gap) => faults.recurring.push(Recurring {
                    fault: id,
                    gap,
                    drawn: 0,
                    free_at: SimTime::ZERO,
                    left: 0,
                    over: false,
                }),
            }
        }
        Self { plan, ..faults }
    }

    /// What the clock brings next, in order of time, then of the scenario's list; `None`: nothing
    /// more. Faults that wait for a step are not among it.
    pub fn next(&mut self, decisions: &mut dyn Decisions) -> Option<Happening> {
        for place in 0..self.recurring.len() {
            if self.recurring[place].left == 0 && !self.recurring[place].over {
                self.recur(place, decisions);
            }
        }
        let (_, happening) = self.pending.pop_first()?;
        let again = self.recurring.iter_mut().find(|again| again.fault == happening.fault);
        if let Some(again) = again {
            again.left -= 1;
        }
        Some(happening)
    }

    /// Faults that were planned for this step, each given once: the caller begins them.
    pub fn reached(&mut self, step: &ReachedStep) -> Vec<FaultId> {
        let meets = |id: &FaultId| match self.fault(*id).when {
            When::Step(planned) => {
                let same = |planned: Option<u64>, reached| planned.is_none() || planned == reached;
                planned.name == step.name
                    && same(planned.cp, step.cp)
                    && same(planned.k, step.k)
                    && same(planned.pass, step.pass)
            }
            When::At(_) | When::Every(_) => false,
        };
        let met: Vec<_> = self.waiting.iter().copied().filter(meets).collect();
        self.waiting.retain(|id| !met.contains(id));
        met
    }

    /// What happens, in order of time, when `fault` begins `now`: its beginning first, then its end
    /// or its restart. Empty from `faults_until` on, and for a number that names no fault.
    #[must_use]
    pub fn begin(&self, fault: FaultId, now: SimTime) -> Vec<Happening> {
        let place = usize::try_from(fault.0).ok();
        match place.and_then(|place| self.plan.get(place)) {
            Some(planned) => course::of(fault, planned, now, self.until),
            None => Vec::new(),
        }
    }

    fn fault(&self, id: FaultId) -> &Fault {
        &self.plan[usize::try_from(id.0).expect("a list is no longer than memory")]
    }

    fn keep(&mut self, course: Vec<Happening>) {
        for happening in course {
            self.pending.insert((happening.at, happening.fault, self.known), happening);
            self.known += 1;
        }
    }

    /// Draws the next occurrence of a fault. One that would begin at the end of time never does.
    fn recur(&mut self, place: usize, decisions: &mut dyn Decisions) {
        let Recurring { fault, gap, drawn, free_at, .. } = self.recurring[place];
        let planned = *self.fault(fault);
        let entity = u64::from(planned.number);
        let key = Key { purpose: Purpose::FaultGap, entity, index: drawn };
        let gap = Span::from_nanos(decisions.decide(key, Choice::Exponential(gap)));
        let course = course::of(fault, &planned, free_at.after(gap), self.until);
        let again = &mut self.recurring[place];
        let Some(last) = course.last() else {
            again.over = true;
            return;
        };
        again.drawn += 1;
        again.free_at = last.at;
        again.left = course.len();
        self.keep(course);
    }
}

#[cfg(test)]
mod tests;
