//! Which faults were felt (Spec 8): a fault that began and changed nothing tried nothing.
//!
//! What "felt" means for each kind:
//!
//! | fault | felt when |
//! | --- | --- |
//! | loss, burst loss, corruption | a packet of a message is lost, or damaged |
//! | duplication, reordering, late | a second copy is on its way; a message is held up; comes late |
//! | delay, bandwidth, clog | a message takes longer; leaves slower; cannot leave |
//! | partition | a message leaves into it, or is due during it |
//! | reset | a message is dropped, or a node does something about it |
//! | crash, disaster, return | a node that was up goes down; one that was down comes back |
//! | pause, slow, drift | something has to wait for the node; takes longer; a timer goes wrong |
//! | stall, dead, full, slow disk | a request meets it |
//! | faults of media, of NVRAM | something stored is spoiled, or read from the wrong place |
//! | orders | a node heeds or refuses it |
//!
//! Of several of a kind that are on, the one is felt that counts: see `worsen` in `injection`.

use super::injection::{concerns, device_of, role_of};
use super::storage::Device;
use super::{Reaction, Simulation};
use crate::disk::Access;
use crate::facts::{Direction, Role, What};
use crate::protocol::FaultId;
use crate::scenario::fault::{self, Caught, DiskFault, LinkFault, NodeFault, Part, WitnessFault};
use crate::wan::Hindrance;

impl Simulation<'_> {
    /// A fault changed what happens next. Said once for each time that it began.
    pub(super) fn felt_once(&mut self, fault: FaultId) {
        if let Some(began) = self.unfelt.remove(&fault) {
            self.recorder.fact_because(began, What::FaultFelt(fault));
        }
    }

    /// A message met something on a direction of the link.
    pub(super) fn felt_on_link(&mut self, direction: Direction, hindrance: Hindrance) {
        let lowest = self.active.iter().filter_map(|(_, part)| match part {
            Part::Link(directions, LinkFault::Bandwidth(rate)) => {
                concerns(*directions, direction).then_some(*rate)
            }
            Part::Link(..)
            | Part::Node(..)
            | Part::Nvram(_)
            | Part::Disk(..)
            | Part::Order(_)
            | Part::Witness(_) => None,
        });
        let lowest = lowest.min();
        let matters = |part: Part| match part {
            Part::Link(directions, LinkFault::Bandwidth(rate)) => {
                let counts = hindrance == Hindrance::Bandwidth && Some(rate) == lowest;
                counts && concerns(directions, direction)
            }
            Part::Link(directions, fault) => {
                hinders(fault) == Some(hindrance) && concerns(directions, direction)
            }
            Part::Node(..)
            | Part::Nvram(_)
            | Part::Disk(..)
            | Part::Order(_)
            | Part::Witness(_) => false,
        };
        match hindrance {
            Hindrance::Delay | Hindrance::Bandwidth | Hindrance::Clog | Hindrance::Block => {
                self.felt_by_all(matters);
            }
            Hindrance::Loss
            | Hindrance::CorruptionCaught
            | Hindrance::CorruptionPassed
            | Hindrance::Duplication
            | Hindrance::Reordering
            | Hindrance::Late => self.felt_by_last(matters),
        }
    }

    /// Something has to wait for a node that is paused.
    pub(super) fn felt_pause(&mut self, role: Role) {
        if !self.sites[role as usize].is_down() {
            self.felt_by_all(|part| match part {
                Part::Node(side, NodeFault::Pause) => role_of(side) == role,
                Part::Node(..) | Part::Link(..) | Part::Nvram(_) | Part::Disk(..) => false,
                Part::Order(_) | Part::Witness(_) => false,
            });
        }
    }

    /// A node takes longer over something.
    pub(super) fn felt_slow(&mut self, role: Role) {
        let slowdown = self.sites[role as usize].slowdown;
        self.felt_by_all(|part| match part {
            Part::Node(side, NodeFault::Slow(factor)) => {
                role_of(side) == role && factor == slowdown
            }
            Part::Node(..) | Part::Link(..) | Part::Nvram(_) | Part::Disk(..) => false,
            Part::Order(_) | Part::Witness(_) => false,
        });
    }

    /// A timer of a node will not go off when it should.
    pub(super) fn felt_drift(&mut self, role: Role) {
        self.felt_by_last(|part| match part {
            Part::Node(side, NodeFault::ClockDrift(..)) => role_of(side) == role,
            Part::Node(..) | Part::Link(..) | Part::Nvram(_) | Part::Disk(..) => false,
            Part::Order(_) | Part::Witness(_) => false,
        });
    }

    /// A message to or from the witness does not get through.
    pub(super) fn felt_by_word(&mut self, role: Role) {
        self.felt_by_all(|part| match part {
            Part::Witness(WitnessFault::Partition(side)) => {
                side.is_none_or(|side| role_of(side) == role)
            }
            Part::Witness(WitnessFault::Crash)
            | Part::Node(..)
            | Part::Link(..)
            | Part::Nvram(_)
            | Part::Disk(..)
            | Part::Order(_) => false,
        });
    }

    /// A request comes to a device.
    pub(super) fn felt_by_request(&mut self, device: Device, kind: Access) {
        self.felt_by_all(|part| match part {
            Part::Disk(on, DiskFault::Stall | DiskFault::Dead) => device_of(on) == device,
            Part::Disk(on, DiskFault::Full) => device_of(on) == device && kind == Access::Write,
            Part::Disk(..) | Part::Link(..) | Part::Node(..) | Part::Nvram(_) => false,
            Part::Order(_) | Part::Witness(_) => false,
        });
    }

    /// A request goes into service, and takes longer if the device is slow.
    pub(super) fn felt_slow_device(&mut self, device: Device) {
        let slowdowns = self.active.iter().filter_map(|(_, part)| match part {
            Part::Disk(on, DiskFault::Slow(factor)) if device_of(*on) == device => Some(*factor),
            Part::Disk(..) | Part::Link(..) | Part::Node(..) | Part::Nvram(_) => None,
            Part::Order(_) | Part::Witness(_) => None,
        });
        let greatest = slowdowns.max();
        self.felt_by_all(|part| match part {
            Part::Disk(on, DiskFault::Slow(factor)) => {
                device_of(on) == device && Some(factor) == greatest
            }
            Part::Disk(..) | Part::Link(..) | Part::Node(..) | Part::Nvram(_) => false,
            Part::Order(_) | Part::Witness(_) => false,
        });
    }

    /// Whether a device that has just stopped has requests to do.
    pub(super) fn halted_under_way(&mut self, device: fault::Device, disk: DiskFault) -> Reaction {
        let halts = matches!(disk, DiskFault::Stall | DiskFault::Dead);
        if halts && self.server(device_of(device)).is_busy() {
            Reaction::Some
        } else {
            Reaction::None
        }
    }

    fn felt_by_all(&mut self, matters: impl Fn(Part) -> bool) {
        if self.unfelt.is_empty() {
            return;
        }
        for place in 0..self.active.len() {
            let (fault, part) = self.active[place];
            if matters(part) {
                self.felt_once(fault);
            }
        }
    }

    /// Of several, the one that began last counts.
    fn felt_by_last(&mut self, matters: impl Fn(Part) -> bool) {
        let last = self.active.iter().rev().find(|(_, part)| matters(*part));
        if let Some(&(fault, _)) = last {
            self.felt_once(fault);
        }
    }
}

/// What a fault of the link does to a message; a reset is no matter of messages.
pub(super) const fn hinders(fault: LinkFault) -> Option<Hindrance> {
    Some(match fault {
        LinkFault::Loss(_) | LinkFault::BurstLoss { .. } => Hindrance::Loss,
        LinkFault::Duplication(_) => Hindrance::Duplication,
        LinkFault::Reordering { .. } => Hindrance::Reordering,
        LinkFault::Corruption { caught: Caught::ByLink, .. } => Hindrance::CorruptionCaught,
        LinkFault::Corruption { caught: Caught::ByChecksum, .. } => Hindrance::CorruptionPassed,
        LinkFault::Late { .. } => Hindrance::Late,
        LinkFault::Delay(_) => Hindrance::Delay,
        LinkFault::Bandwidth(_) => Hindrance::Bandwidth,
        LinkFault::Clog => Hindrance::Clog,
        LinkFault::Partition => Hindrance::Block,
        LinkFault::Reset => return None,
    })
}
