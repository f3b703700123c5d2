//! L1–L5: when the run is over, every CP has ended, every operation was answered, the mirror is in
//! sync, nothing
//! waits for what cannot come, and all space is reclaimed.

use super::Findings;
use super::declared::nvram_faults;
use super::model::{Claim, Model};
use crate::facts::{Direction, EndReason, Ending, Fact, Role, What};
use crate::protocol::{CpId, FaultId, Message, Occupancy, Refusal, WriteId};
use crate::scenario::Scenario;
use crate::units::SimTime;
use std::collections::BTreeSet;

/// Operations and CPs under way.
#[derive(Debug)]
pub struct Liveness {
    /// Whether the run ends with a consistency point, so that no space may be left in use.
    final_point: bool,
    /// Whether the scenario wants that.
    wants_final_point: bool,
    /// Faults that leave a source which takes part in nothing any more, no last CP included.
    nvram_faults: BTreeSet<FaultId>,
    operations: BTreeSet<WriteId>,
    begun: BTreeSet<CpId>,
    /// Number and time of the last fact read; `None` once one said that the run is over.
    unfinished: Option<(u64, SimTime)>,
}

impl Liveness {
    /// For a run that ends with a consistency point, or not.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            wants_final_point: scenario.end.final_consistency_point,
            final_point: scenario.end.final_consistency_point,
            nvram_faults: nvram_faults(&scenario.faults),
            operations: BTreeSet::new(),
            begun: BTreeSet::new(),
            unfinished: Some((0, SimTime::ZERO)),
        }
    }

    /// Another side reigns, of which everything may be asked again.
    pub fn begin_reign(&mut self) {
        self.final_point = self.wants_final_point;
        self.begun.clear();
    }

    /// No more facts come: the last one said that the run is over.
    pub fn check_ended(&self, findings: &mut Findings) {
        if let Some(last) = self.unfinished {
            let message = "the facts end before the run is over".to_owned();
            findings.add_at(last, "L2", Role::Source, "cut_short", message);
        }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        self.unfinished = Some((fact.number, fact.at));
        if let What::Requested(request) = &fact.what {
            self.operations.insert(request.id);
        } else if let What::Answered(_, id, _) = &fact.what {
            self.operations.remove(id);
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what
            && let Message::CpBegin { cp, .. } = **message
        {
            self.begun.insert(cp);
        } else if let What::HalfFreed(..) = &fact.what {
            // The model forgets a CP after this fact; those it forgot earlier have ended.
            self.begun.retain(|cp| model.holds_space(*cp));
        } else if let What::FaultFelt(fault) = &fact.what {
            if self.nvram_faults.contains(fault) {
                // Spec 7.2: the source serves nobody from here on; what it had under way never ends.
                self.stops();
            }
        } else if let What::Refused(Role::Source, Refusal::DiskFailed) = &fact.what {
            // Spec 8.2: nor does one that lost bytes which its CP needs.
            self.stops();
        } else if let What::Ended(ending) = &fact.what {
            self.unfinished = None;
            self.ended(fact, ending, model, findings);
        }
    }

    /// The source takes part in nothing any more.
    fn stops(&mut self) {
        self.final_point = false;
        self.begun.clear();
    }

    fn ended(&mut self, fact: &Fact, ending: &Ending, model: &Model, findings: &mut Findings) {
        self.begun.retain(|cp| model.holds_space(*cp));
        let reason = match ending.reason {
            EndReason::Done => "nothing is left to happen",
            EndReason::WorkloadDone => "the workload is done",
            EndReason::TimeLimit => "the limit on simulated time is reached",
            EndReason::EventLimit => "the limit on events is reached",
            EndReason::Overload => "clients ask far faster than they are answered",
        };
        // Where the run was to be over with the workload, a CP may be under way.
        let cut = ending.reason == EndReason::WorkloadDone;
        if let Some(cp) = self.begun.first().filter(|_| !cut) {
            let message = format!("{reason}, but {cp} has not ended");
            findings.add(fact, "L1", Role::Source, "cp_open", message).of_cp(*cp);
        }
        if let Some(first) = self.operations.first() {
            let count = self.operations.len();
            let message = format!("{reason}, but {count} operations have no answer, {first} first");
            if ending.reason == EndReason::Done {
                let text = message.clone();
                findings.add(fact, "L4", Role::Source, "deadlock", text).of_write(*first);
            }
            findings.add(fact, "L2", Role::Source, "unanswered", message).of_write(*first);
        } else if !matches!(ending.reason, EndReason::Done | EndReason::WorkloadDone) {
            let message = format!("{reason} before the run was over");
            findings.add(fact, "L2", Role::Source, "limit", message);
        }
        if self.final_point && ending.reason == EndReason::Done {
            if model.claim == Claim::OutOfSync {
                let message = format!("{reason}, but the mirror is not in sync");
                findings.add(fact, "L3", Role::Source, "not_in_sync", message);
            }
            check_same(fact, reason, model, findings);
            check_reclaimed(fact, Role::Source, &ending.source, findings);
            check_reclaimed(fact, Role::Destination, &ending.destination, findings);
        }
    }
}

/// In sync at rest, both sides have the same CP: with snapshots too, since the last CP is sent as one.
fn check_same(fact: &Fact, reason: &str, model: &Model, findings: &mut Findings) {
    let [source, destination] = [Role::Source, Role::Destination].map(|r| model.committed_by(r));
    if model.claim == Claim::InSync && source != destination {
        let message = format!("{reason}, but the destination is at {destination}, not at {source}");
        findings.add(fact, "L3", Role::Source, "not_the_last", message).of_cp(source);
    }
}

fn check_reclaimed(fact: &Fact, role: Role, held: &Occupancy, findings: &mut Findings) {
    if *held != Occupancy::default() {
        let kinds = [
            (held.nvram_entries, "entries in NVRAM"),
            (held.transfer_ids, "transfer IDs"),
            (held.buffers, "buffers"),
            (held.requests, "requests"),
            (held.mapped_transfers, "mapped transfers"),
            (held.log_files, "NVLog files"),
            (held.cached_bytes, "cached bytes"),
        ];
        let used = kinds.iter().filter(|(number, _)| *number > 0);
        let named: Vec<_> = used.map(|(number, kind)| format!("{kind}: {number}")).collect();
        let message = format!("after the last CP there are still in use: {}", named.join(", "));
        findings.add(fact, "L5", role, "space_in_use", message);
    }
}
