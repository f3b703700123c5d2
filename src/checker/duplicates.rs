//! S12: what comes again changes nothing (Spec 4.2, 5.4, 8.1). A message of which a copy was taken may
//! be refused, acknowledged or answered as before; it makes nobody write, acknowledge more than
//! before, answer a client, or free space.
//!
//! Over `tcp` nothing comes twice. A copy is the same message once more, or the same transfer sent
//! again; one that was turned away does not count as taken. Copies are known until the destination has
//! committed twice since, so memory is bounded. That reordering is harmless too shows when two runs
//! are compared: [`crate::batch::twin`].

use super::Findings;
use super::model::Model;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::{CpId, Epoch, Lsn, Message, Refusal, TransferId};
use crate::scenario::{Scenario, Transport};
use std::collections::{BTreeMap, BTreeSet};

/// Follows what arrives.
#[derive(Debug)]
pub struct Duplicates {
    transport: Transport,
    /// What was seen since the destination's last commit, and between that and the one before.
    seen: [Seen; 2],
    /// The newest acknowledgement of the log, and its session.
    said: (Epoch, Lsn),
}

#[derive(Debug, Default)]
struct Seen {
    /// Transfers by the number of their message.
    transfers: BTreeMap<u64, Name>,
    /// What was taken, with the fact of its arrival.
    taken: BTreeMap<Copy, u64>,
    /// Arrivals of what had been taken before.
    again: BTreeSet<u64>,
}

/// What a transfer goes by.
type Name = (Epoch, CpId, TransferId, Lsn);

/// What copies have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Copy {
    Transfer(Name),
    Message(Direction, u64),
}

impl Duplicates {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let seen = [Seen::default(), Seen::default()];
        Self { transport: scenario.wan.transport, seen, said: (Epoch(0), Lsn::ORIGIN) }
    }

    /// Nothing of before counts as taken: a node has a new life.
    pub fn begin_reign(&mut self) {
        self.seen = [Seen::default(), Seen::default()];
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        match self.transport {
            Transport::Tcp => return,
            Transport::Datagram => {}
        }
        if let Some(cause) = fact.cause
            && self.seen.iter().any(|seen| seen.again.contains(&cause))
        {
            self.check(fact, model, findings);
        }
        if let What::Sent(Direction::ToDestination, number, message)
        | What::Resent(Direction::ToDestination, number, message) = &fact.what
        {
            if let Message::Transfer(transfer) = &**message {
                let header = transfer.header;
                let name = (header.epoch, header.cp, header.id, header.first_lsn);
                self.seen[0].transfers.insert(*number, name);
            }
        } else if let What::Sent(Direction::ToSource, _, message) = &fact.what {
            if let Message::LogAck { epoch, through, .. } = **message {
                self.said = (epoch, through);
            }
        } else if let What::Arrived(direction, number) = &fact.what {
            self.arrived(fact.number, *direction, *number);
        } else if let What::Refused(_, refusal) = &fact.what {
            self.refused(fact.cause, *refusal);
        } else if let What::Committed(Role::Destination, ..) = &fact.what {
            self.seen.swap(0, 1);
            self.seen[0] = Seen::default();
        } else if let What::Crashed(_) | What::ChangedPart(..) = &fact.what {
            self.begin_reign();
        }
    }

    fn arrived(&mut self, fact: u64, direction: Direction, number: u64) {
        let transfer = match direction {
            Direction::ToDestination => {
                self.seen.iter().find_map(|seen| seen.transfers.get(&number).copied())
            }
            Direction::ToSource => None,
        };
        let copy = transfer.map_or(Copy::Message(direction, number), Copy::Transfer);
        let [new, old] = &mut self.seen;
        if new.taken.contains_key(&copy) || old.taken.contains_key(&copy) {
            new.again.insert(fact);
        } else {
            new.taken.insert(copy, fact);
        }
    }

    /// What was turned away for another reason than that it came before was not taken.
    fn refused(&mut self, cause: Option<u64>, refusal: Refusal) {
        if refusal != Refusal::Duplicate {
            for seen in &mut self.seen {
                seen.taken.retain(|_, arrival| Some(*arrival) != cause);
            }
        }
    }

    /// Looks at what a node did because of something that it had taken before.
    fn check(&self, fact: &Fact, model: &Model, findings: &mut Findings) {
        let found = if let What::LogWriteAsked(_, file, ..) = &fact.what {
            Some((Role::Destination, format!("was written to NVLog {file:?} once more")))
        } else if let What::VolumeWriteAsked(role, cp, address, _) = &fact.what {
            Some((*role, format!("made {address} of {cp} be written")))
        } else if let What::Answered(role, id, _) = &fact.what {
            Some((*role, format!("made {id} be answered")))
        } else if let What::HalfFreed(role, half) = &fact.what {
            Some((*role, format!("made the {half:?} half be freed")))
        } else if let What::Sent(Direction::ToSource, _, message) = &fact.what
            && let Message::LogAck { epoch, through, .. } = **message
        {
            let (session, said) = self.said;
            let before = if session == epoch { said } else { Lsn::ORIGIN };
            let before = before.max(model.committed_through(Role::Destination));
            // A returned side may name entries of its old reign that are set aside: nobody has them.
            let reign = model.committed_by(Role::Source).generation;
            let more = through > before && through.generation >= reign;
            more.then(|| (Role::Destination, format!("acknowledged {through} after {before}")))
        } else {
            None
        };
        if let Some((role, message)) = found {
            let message = format!("what had come before {message}");
            findings.add(fact, "S12", role, "duplicate_counts", message);
        }
    }
}
