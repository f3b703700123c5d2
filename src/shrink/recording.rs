//! What chance did in a run, written down.

use crate::facts::{Direction, Fact, LossCause, Sink, What};
use crate::protocol::{FaultId, MessageKind, Request};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// Something about a fault, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub fact: u64,
    pub at: SimTime,
    pub fault: FaultId,
}

/// A message's way over the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trip {
    pub fact: u64,
    pub kind: MessageKind,
    pub departed: Option<SimTime>,
    pub arrivals: Vec<SimTime>,
    /// Why and when it was lost: as it left, or as it was due.
    pub lost: Option<(LossCause, SimTime)>,
    pub damaged: Option<SimTime>,
}

/// Requests, faults and messages of a run.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// Each request with the number of its fact.
    pub requests: Vec<(u64, SimTime, Request)>,
    pub began: Vec<Moment>,
    pub ended: Vec<Moment>,
    pub felt: Vec<Moment>,
    pub trips: BTreeMap<(Direction, u64), Trip>,
}

impl Sink for Recording {
    fn take(&mut self, fact: &Fact) {
        let moment = |fault| Moment { fact: fact.number, at: fact.at, fault };
        match &fact.what {
            What::Requested(request) => self.requests.push((fact.number, fact.at, *request)),
            What::FaultBegan(fault) => self.began.push(moment(*fault)),
            What::FaultEnded(fault) => self.ended.push(moment(*fault)),
            What::FaultFelt(fault) => self.felt.push(moment(*fault)),
            What::Sent(direction, number, message) | What::Resent(direction, number, message) => {
                let trip = Trip {
                    fact: fact.number,
                    kind: message.kind(),
                    departed: None,
                    arrivals: Vec::new(),
                    lost: None,
                    damaged: None,
                };
                self.trips.insert((*direction, *number), trip);
            }
            What::Departed(direction, number, _) => {
                self.trip(*direction, *number, |trip| trip.departed = Some(fact.at));
            }
            What::Arrived(direction, number) => {
                self.trip(*direction, *number, |trip| trip.arrivals.push(fact.at));
            }
            What::Damaged(direction, number) => {
                self.trip(*direction, *number, |trip| trip.damaged = Some(fact.at));
            }
            What::Lost(direction, number, cause) => {
                self.trip(*direction, *number, |trip| trip.lost = Some((*cause, fact.at)));
            }
            _ => {}
        }
    }
}

impl Recording {
    fn trip(&mut self, direction: Direction, number: u64, change: impl FnOnce(&mut Trip)) {
        if let Some(trip) = self.trips.get_mut(&(direction, number)) {
            change(trip);
        }
    }
}
