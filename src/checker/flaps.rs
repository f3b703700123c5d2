//! L8: flaps do not livelock (Spec 6.5). What is promised, and checked, is this:
//!
//! * A session never begins from scratch. What a pass, or the CP that goes in full, sends is what
//!   changed after the CP that the destination has; so each session leaves less to the next, or as
//!   much as was written meanwhile.
//! * A session that lives long enough gets somewhere: the CP it sends is committed in time.
//! * Once the workload and its faults are over, the mirror is in sync in time.
//!
//! ```text
//! pass  = 4 × ( wire time of (its blocks + the link's queue + two NVRAM halves)
//!               + reads(blocks) + writes(blocks) + 2 × (propagation + jitter) ) + 2 × timeout
//! end   = 2 × ( timeout + 2 × reconnect + 64 × retransmit + 2 × pass of all that differs )
//! ```
//!
//! A transport that lost much waits long before it tries again: until a session without progress is
//! ended, which may begin late, since what had arrived before was progress. Reads and writes take the longest that the scenario's hardware takes for them; clients use the same
//! disks and the same link, hence the factors. Time in which a fault costs time does not count. Where
//! up-times are too short for what a pass must send, nothing is promised, as sessions then end before
//! their limit. Over `datagram` the second is not promised either: a message of a CP that was lost goes
//! again after a silence, and clients that write put that off until their half is full (Spec 8.1). Over
//! a link that always loses packets only the first of the three is checked.

use super::Findings;
use super::calm::{Calm, Whose};
use super::model::{Claim, Model};
use super::worst::{pass, times};
use crate::facts::{Direction, EndReason, Ending, Fact, Role, What};
use crate::protocol::block::BlockAddress;
use crate::protocol::{CpId, Message, Refusal};
use crate::scenario::{Scenario, Transport};
use crate::units::{Ratio, SimTime, Span};
use std::collections::BTreeSet;

/// How many times what it takes to be in sync again is allowed.
const END_FACTOR: u64 = 2;

/// A silence is waited out for so many times `retransmit` at most.
const LONGEST_SILENCE: u64 = 64;

/// Follows sessions that catch up.
#[derive(Debug)]
pub struct Flaps {
    scenario: Scenario,
    calm: Calm,
    /// What is being sent in full.
    sending: Option<Sending>,
    /// Since when all is to end well, by the calm clock, and how long that may take.
    ending: Option<(SimTime, Span)>,
}

/// A CP that is sent to a destination that misses more than its entries.
#[derive(Debug)]
struct Sending {
    cp: CpId,
    since: SimTime,
    /// The blocks that the destination may miss.
    missing: BTreeSet<BlockAddress>,
    limit: Option<Span>,
    vain: Vain,
}

/// Whether it was said of a CP that it sends what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vain {
    No,
    Said,
}

impl Flaps {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            scenario: scenario.clone(),
            calm: Calm::new(&scenario.faults, Whose::Anybodys),
            sending: None,
            ending: None,
        }
    }

    /// A new reign begins.
    pub fn begin_reign(&mut self) {
        self.sending = None;
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &mut Model, findings: &mut Findings) {
        self.calm.take(fact);
        if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            if let Message::CpBegin { cp, transfers: None, .. } = **message {
                self.begins(fact, cp, model);
            } else if let Message::CpData { cp, items, .. } = &**message {
                self.check_items(fact, *cp, items.iter().map(|item| item.address), findings);
            } else if let Message::Hello { .. } = **message {
                self.sending = None;
            } else if let Message::InSync { .. } = **message {
                self.check_end(fact, "in sync only", findings);
                self.ending = None;
            }
        } else if let What::Committed(Role::Destination, committed, _) = &fact.what {
            self.sending.take_if(|sending| sending.cp <= *committed);
        } else if let What::Crashed(_) | What::Refused(Role::Source, Refusal::DiskFailed) =
            &fact.what
        {
            self.sending = None;
        } else if let What::OperatorAsked = &fact.what {
            self.ends(fact, model);
        } else if let What::Ended(ending) = &fact.what {
            self.ended(fact, ending, findings);
        }
        self.check_pass(fact, findings);
    }

    fn begins(&mut self, fact: &Fact, cp: CpId, model: &mut Model) {
        let missing: BTreeSet<_> = model.expected(Role::Destination, cp).into_keys().collect();
        let since = self.calm.at(fact.at);
        let limit = match self.scenario.wan.transport {
            Transport::Tcp if self.scenario.wan.loss == Ratio::ZERO => {
                Some(pass(&self.scenario, missing.len() as u64))
            }
            Transport::Tcp | Transport::Datagram => None,
        };
        self.sending = Some(Sending { cp, since, missing, limit, vain: Vain::No });
    }

    /// No block goes that the destination has since its last CP.
    fn check_items(
        &mut self,
        fact: &Fact,
        cp: CpId,
        mut items: impl Iterator<Item = BlockAddress>,
        findings: &mut Findings,
    ) {
        let Some(sending) = self.sending.as_mut().filter(|sending| sending.cp == cp) else {
            return;
        };
        if let Some(address) = items.find(|address| !sending.missing.contains(address))
            && sending.vain == Vain::No
        {
            sending.vain = Vain::Said;
            let message = format!(
                "{cp} sends {address} again, which did not change since the destination's last CP"
            );
            findings
                .add(fact, "L8", Role::Source, "sent_again", message)
                .of_cp(cp)
                .of_block(address);
        }
    }

    fn check_pass(&mut self, fact: &Fact, findings: &mut Findings) {
        let now = self.calm.at(fact.at);
        if let Some(sending) = &mut self.sending
            && let Some(limit) = sending.limit
            && now.since(sending.since) > limit
        {
            sending.limit = None;
            let (cp, blocks) = (sending.cp, sending.missing.len());
            let message = format!(
                "{cp}, sent in full with {blocks} blocks, is not committed after {limit}, which are \
                 enough"
            );
            findings.add(fact, "L8", Role::Source, "pass_too_long", message).of_cp(cp);
        }
    }

    /// The workload and its faults are over.
    fn ends(&mut self, fact: &Fact, model: &mut Model) {
        if model.claim == Claim::InSync || self.scenario.wan.loss != Ratio::ZERO {
            return;
        }
        let newest = model.halves.values().map(|(cp, _)| *cp).max();
        let newest = newest.max(Some(model.committed_by(Role::Source)));
        let differs = newest.map_or(0, |cp| model.expected(Role::Destination, cp).len() as u64);
        let parameters = &self.scenario.parameters;
        let silence = times(parameters.retransmit.unwrap_or(Span::ZERO), LONGEST_SILENCE);
        let again = parameters.timeout.plus(times(parameters.reconnect, 2)).plus(silence);
        let limit = times(again.plus(times(pass(&self.scenario, differs), 2)), END_FACTOR);
        self.ending = Some((self.calm.at(fact.at), limit));
    }

    fn check_end(&self, fact: &Fact, state: &str, findings: &mut Findings) {
        let Some((since, limit)) = self.ending else { return };
        let took = self.calm.at(fact.at).since(since);
        if took > limit {
            let message = format!(
                "{state} {took} after workload and faults were over, where {limit} are enough"
            );
            findings.add(fact, "L8", Role::Source, "in_sync_late", message);
        }
    }

    /// Sessions may come and go until a limit of the run is reached.
    fn ended(&self, fact: &Fact, ending: &Ending, findings: &mut Findings) {
        match ending.reason {
            EndReason::TimeLimit | EndReason::EventLimit => {
                self.check_end(fact, "not in sync", findings);
            }
            EndReason::Done | EndReason::WorkloadDone | EndReason::Overload => {}
        }
    }
}
