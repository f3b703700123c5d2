//! S18 and L1 where the destination gets snapshots (Spec 10, `snapshot-delta`). There a CP of the source
//! *ends* when the destination has an image that holds it, and in sync is said of a destination that is
//! on schedule. So what is checked is this:
//!
//! * S18: in sync is said once the destination has a CP that the source committed no earlier than the
//!   session's HELLO.
//! * L1: in sync, every CP of the source is on the destination in time: what was committed just after one
//!   snapshot was taken goes with the next, which waits for the one before.
//!
//! ```text
//! limit = 2 × snapshot.every + pass of all that differs          see `flaps`
//! ```
//!
//! It counts by a clock that stands still while a fault is at work that costs time, from the commit or
//! from in sync, whichever is later. Over a link that loses packets, and over `datagram` with faults,
//! nothing is promised in time. The destination's image is compared at its commit (S2, S3), never goes
//! back nor ahead (S4), and what a snapshot sends is all that changed (S14) and no more (L8); that the
//! last CP of a run is there is L3.

use super::Findings;
use super::calm::{Calm, Whose};
use super::model::{Claim, Model};
use super::worst::{pass, times};
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::{CpId, Message, Mirroring, Refusal};
use crate::scenario::{Scenario, Transport};
use crate::units::{Ratio, SimTime, Span};
use std::collections::VecDeque;

/// No age of anything is longer.
const FOR_EVER: Span = Span::from_nanos(u64::MAX);

/// Follows snapshots; nothing where there are none.
#[derive(Debug)]
pub struct Snapshots(Option<Schedule>);

/// What the destination lacks, and since when.
#[derive(Debug)]
struct Schedule {
    scenario: Scenario,
    calm: Calm,
    /// Whether the time is promised, too.
    timed: Timed,
    /// CPs of the source that the destination lacks, with their commits by the calm clock.
    lacking: VecDeque<(CpId, SimTime)>,
    /// When in sync was said last, by the calm clock.
    in_sync: SimTime,
    /// The source's CP at the last HELLO.
    greeted: CpId,
    /// The age of the first of those that is not looked at: enough, or said to be too much already.
    enough: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Timed {
    No,
    Yes,
}

impl Snapshots {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        if scenario.parameters.policy.mirroring() != Mirroring::Snapshots {
            return Self(None);
        }
        let sure = match scenario.wan.transport {
            Transport::Tcp => scenario.wan.loss == Ratio::ZERO,
            Transport::Datagram => scenario.is_faultless(),
        };
        Self(Some(Schedule {
            scenario: scenario.clone(),
            calm: Calm::new(&scenario.faults, Whose::Anybodys),
            timed: if sure { Timed::Yes } else { Timed::No },
            lacking: VecDeque::new(),
            in_sync: SimTime::ZERO,
            greeted: CpId::ORIGINAL,
            enough: Span::ZERO,
        }))
    }

    /// A new reign begins, with an image of its own.
    pub fn begin_reign(&mut self) {
        if let Some(schedule) = &mut self.0 {
            schedule.lacking.clear();
            schedule.enough = Span::ZERO;
        }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &mut Model, findings: &mut Findings) {
        if let Some(schedule) = &mut self.0 {
            schedule.take(fact, model, findings);
        }
    }
}

impl Schedule {
    fn take(&mut self, fact: &Fact, model: &mut Model, findings: &mut Findings) {
        self.calm.take(fact);
        let now = self.calm.at(fact.at);
        if let What::Committed(Role::Source, cp, _) = &fact.what {
            self.lacking.push_back((*cp, now));
        } else if let What::Committed(Role::Destination, cp, _) = &fact.what {
            self.check_age(fact, model, findings);
            self.lacking.retain(|(lacking, _)| lacking > cp);
            self.enough = Span::ZERO;
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            if let Message::Hello { .. } = **message {
                self.greeted = model.committed_by(Role::Source);
            } else if let Message::InSync { .. } = **message {
                self.check_in_sync(fact, model, findings);
                self.in_sync = now;
            }
        } else if let What::Refused(Role::Source, Refusal::DiskFailed) = &fact.what {
            // The source takes part in nothing any more.
            self.lacking.clear();
        }
        self.check_age(fact, model, findings);
    }

    fn check_in_sync(&self, fact: &Fact, model: &Model, findings: &mut Findings) {
        let there = model.committed_by(Role::Destination);
        if there < self.greeted {
            let greeted = self.greeted;
            let message = format!(
                "in sync was declared with {there} at the destination, though the source had {greeted} \
                 when the session began"
            );
            findings.add(fact, "S18", Role::Source, "in_sync_too_soon", message).of_cp(there);
        }
    }

    fn check_age(&mut self, fact: &Fact, model: &mut Model, findings: &mut Findings) {
        let promised = model.claim == Claim::InSync && self.timed == Timed::Yes;
        let Some((cp, committed)) = self.lacking.front().copied().filter(|_| promised) else {
            return;
        };
        let age = self.calm.at(fact.at).since(committed.max(self.in_sync));
        let intervals = times(self.scenario.parameters.snapshot_every, 2);
        if age <= intervals.max(self.enough) {
            return;
        }
        // What differs may have grown since this was worked out for the last time.
        let limit = intervals.plus(self.transfer(model));
        self.enough = limit;
        if age > limit {
            self.enough = FOR_EVER;
            let message = format!(
                "{cp} is not on the destination {age} after its commit, where {limit} are enough"
            );
            findings.add(fact, "L1", Role::Source, "snapshot_late", message).of_cp(cp);
        }
    }

    /// What it takes at most to send all that differs.
    fn transfer(&self, model: &mut Model) -> Span {
        let source = model.committed_by(Role::Source);
        let differs = model.expected(Role::Destination, source).len();
        pass(&self.scenario, differs as u64)
    }
}
