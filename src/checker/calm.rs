//! A clock that stands still while a fault is at work that costs time. Bounds on time (L6–L8) hold by
//! this clock: what nobody could have done sooner does not count.

use crate::facts::{Fact, What};
use crate::protocol::FaultId;
use crate::scenario::fault::{Device, LinkFault};
use crate::scenario::fault::{DiskFault, Fault, FaultKind, NodeFault, Part, Side};
use crate::units::{SimTime, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Whose faults stop the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of a side's node and disks.
    Site(Side),
    /// Those of both sides and of the link.
    Anybodys,
}

/// Time without faults.
#[derive(Debug)]
pub struct Calm {
    /// The faults that stop the clock, and whether a crash of a node ends them.
    costly: BTreeMap<FaultId, EndedBy>,
    active: BTreeSet<FaultId>,
    /// When the clock stopped, if it did.
    stopped: Option<SimTime>,
    /// How long it stood still before that.
    lost: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EndedBy {
    ItsEnd,
    /// A rolling disaster: the link carries again once the site has burned.
    Crash,
}

impl Calm {
    /// For a run with these faults.
    #[must_use]
    pub fn new(faults: &[Fault], whose: Whose) -> Self {
        let numbered = faults.iter().zip(0..).map(|(fault, place)| (FaultId(place), fault.kind));
        let costly = numbered.filter(|(_, kind)| costs(*kind, whose)).map(|(id, kind)| {
            let rolling = matches!(kind, FaultKind::RollingDisaster { .. });
            (id, if rolling { EndedBy::Crash } else { EndedBy::ItsEnd })
        });
        let costly = costly.collect();
        Self { costly, active: BTreeSet::new(), stopped: None, lost: Span::ZERO }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact) {
        if let What::FaultBegan(fault) = &fact.what {
            if self.costly.contains_key(fault) {
                self.active.insert(*fault);
            }
        } else if let What::FaultEnded(fault) = &fact.what {
            self.active.remove(fault);
        } else if let What::Crashed(_) = &fact.what {
            let costly = &self.costly;
            self.active.retain(|fault| costly.get(fault) != Some(&EndedBy::Crash));
        } else {
            return;
        }
        match (self.stopped, self.active.is_empty()) {
            (None, false) => self.stopped = Some(fact.at),
            (Some(since), true) => {
                self.lost = self.lost.plus(fact.at.since(since));
                self.stopped = None;
            }
            (None, true) | (Some(_), false) => {}
        }
    }

    /// What the clock shows `now`.
    #[must_use]
    pub fn at(&self, now: SimTime) -> SimTime {
        let until = self.stopped.unwrap_or(now);
        SimTime::ZERO.after(until.since(SimTime::ZERO.after(self.lost)))
    }
}

/// Whether the fault lasts and costs time.
fn costs(kind: FaultKind, whose: Whose) -> bool {
    let anybodys = whose == Whose::Anybodys;
    match kind {
        FaultKind::Part(part) => part_costs(part, whose),
        FaultKind::Flap { .. } | FaultKind::RollingDisaster { .. } => anybodys,
        FaultKind::CrashLoop { node, .. } => anybodys || whose == Whose::Site(node),
        FaultKind::PowerLoss => true,
        FaultKind::PromoteBoth => false,
    }
}

fn part_costs(part: Part, whose: Whose) -> bool {
    let concerns = |side| whose == Whose::Anybodys || whose == Whose::Site(side);
    match part {
        Part::Link(_, LinkFault::Reset) => false,
        Part::Link(..) => whose == Whose::Anybodys,
        // It has no end: where it strikes there is nobody to wait for.
        Part::Node(_, NodeFault::Disaster) => false,
        Part::Node(
            side,
            NodeFault::Crash | NodeFault::Pause | NodeFault::Slow(_) | NodeFault::ClockDrift(..),
        ) => concerns(side),
        Part::Disk(device, fault) => {
            concerns(side_of(device))
                && match fault {
                    DiskFault::Stall | DiskFault::Slow(_) | DiskFault::Dead | DiskFault::Full => {
                        true
                    }
                    DiskFault::LatentError(_)
                    | DiskFault::BitRot(_)
                    | DiskFault::TornWrite(_)
                    | DiskFault::LostWrite(_)
                    | DiskFault::MisdirectedWrite(_)
                    | DiskFault::MisdirectedRead(_) => false,
                }
        }
        // Whoever waits for its word waits for it.
        Part::Witness(_) => true,
        Part::Nvram(_) | Part::Order(_) => false,
    }
}

const fn side_of(device: Device) -> Side {
    match device {
        Device::SourceDisk => Side::Source,
        Device::DestinationDisk | Device::DestinationLog => Side::Destination,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn fact(seconds: u64, what: What) -> Fact {
        Fact { number: 0, cause: None, at: SimTime::from_nanos(seconds * 1_000_000_000), what }
    }

    fn shown(calm: &Calm, seconds: u64) -> u64 {
        calm.at(SimTime::from_nanos(seconds * 1_000_000_000)).as_nanos() / 1_000_000_000
    }

    #[test]
    fn faults_that_overlap_stop_it_once_and_others_never() {
        let text = r#"{ "clients": [ { "workload": { "count": 1 } } ], "faults": [
            { "kind": "partition", "at": "1s", "for": "2s" },
            { "kind": "pause", "node": "source", "at": "2s", "for": "2s" },
            { "kind": "bit-rot", "device": "destination.log", "rate": "1%" } ] }"#;
        let scenario = Scenario::parse(text, &[]).expect("it makes sense");
        let mut calm = Calm::new(&scenario.faults, Whose::Anybodys);
        let mut site = Calm::new(&scenario.faults, Whose::Site(Side::Destination));
        for (seconds, what) in [
            (0, What::FaultBegan(FaultId(2))),
            (1, What::FaultBegan(FaultId(0))),
            (2, What::FaultBegan(FaultId(1))),
            (3, What::FaultEnded(FaultId(0))),
            (4, What::FaultEnded(FaultId(1))),
        ] {
            calm.take(&fact(seconds, what.clone()));
            site.take(&fact(seconds, what));
            let standing = seconds.min(1);
            assert_eq!(shown(&calm, seconds), standing, "it stands from 1 s to 4 s");
        }
        assert_eq!(shown(&calm, 10), 7);
        assert_eq!(shown(&site, 10), 10, "no fault was its own");
    }
}
