//! What chance did in a run, written down.

use crate::facts::{Direction, Fact, LossCause, Role, Sink, What};
use crate::protocol::{FaultId, MessageKind, Request};
use crate::scenario::fault::Device;
use crate::units::SimTime;
use std::collections::BTreeMap;

/// Something about a fault, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub fact: u64,
    pub at: SimTime,
    pub fault: FaultId,
}

/// A request to a device, and when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ask {
    pub fact: u64,
    pub at: SimTime,
    pub device: Device,
    pub access: Access,
}

/// What a request to a device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
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
    /// Faults that were felt, each with the fact that led to it.
    pub felt: Vec<(Moment, Option<u64>)>,
    /// In order.
    pub asks: Vec<Ask>,
    pub trips: BTreeMap<(Direction, u64), Trip>,
}

impl Sink for Recording {
    fn take(&mut self, fact: &Fact) {
        let moment = |fault| Moment { fact: fact.number, at: fact.at, fault };
        match &fact.what {
            What::Requested(request) => self.requests.push((fact.number, fact.at, *request)),
            What::FaultBegan(fault) => self.began.push(moment(*fault)),
            What::FaultEnded(fault) => self.ended.push(moment(*fault)),
            What::FaultFelt(fault) => self.felt.push((moment(*fault), fact.cause)),
            What::LogWriteAsked(..) => self.ask(fact, Device::DestinationLog, Access::Write),
            What::LogReadAsked(..) | What::FragmentReadAsked(..) => {
                self.ask(fact, Device::DestinationLog, Access::Read);
            }
            What::VolumeWriteAsked(role, ..) => self.ask(fact, volume(*role), Access::Write),
            What::VolumeReadAsked(role, _) | What::PinnedReadAsked(role, _) => {
                self.ask(fact, volume(*role), Access::Read);
            }
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

const fn volume(role: Role) -> Device {
    match role {
        Role::Source => Device::SourceDisk,
        Role::Destination => Device::DestinationDisk,
    }
}

impl Recording {
    fn ask(&mut self, fact: &Fact, device: Device, access: Access) {
        self.asks.push(Ask { fact: fact.number, at: fact.at, device, access });
    }

    /// The request that a fault of a medium struck: the one that led to its being felt, which may be
    /// when it was done, or the last one before.
    pub fn struck(&self, device: Device, felt: &Moment, cause: Option<u64>) -> Option<&Ask> {
        let of_cause = cause.and_then(|cause| {
            let place = self.asks.binary_search_by_key(&cause, |ask| ask.fact).ok()?;
            self.asks.get(place)
        });
        let before = self.asks.partition_point(|ask| ask.fact < felt.fact);
        let last = self.asks[..before].iter().rev().find(|ask| ask.device == device);
        of_cause.filter(|ask| ask.device == device).or(last)
    }

    fn trip(&mut self, direction: Direction, number: u64, change: impl FnOnce(&mut Trip)) {
        if let Some(trip) = self.trips.get_mut(&(direction, number)) {
            change(trip);
        }
    }
}
