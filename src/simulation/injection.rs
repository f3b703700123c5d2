//! Faults carried out (Spec 8): what happens to links, nodes and devices when one begins or ends.
//!
//! Several faults may be on at once. The condition of a link or a device is worked out from all of
//! them each time one begins or ends, so that they end in any order.

use super::site::Deferred;
use super::storage::{Device, Kind};
use super::{Event, FinalPoint, Reaction, Simulation};
use crate::disk::{DiskCondition, Motion};
use crate::facts::{Direction, Role, What};
use crate::faults::{Happening, Onset};
use crate::protocol::{FaultId, Input, PromotionOrder};
use crate::scenario::Promotion;
use crate::scenario::fault::{
    self, Directions, DiskFault, LinkFault, NodeFault, NvramFault, Order, Part, Side, WitnessFault,
};
use crate::units::Ratio;
use crate::wan::{Condition, Loss};

impl Simulation<'_> {
    /// Puts the next fault that the clock brings among the events.
    pub(super) fn schedule_fault(&mut self) {
        if let Some(happening) = self.faults.next(&mut self.decisions) {
            self.queue.insert(happening.at, Event::Fault(happening, super::Planned::ByClock));
        }
    }

    /// Begins the faults that were planned for steps just taken.
    pub(super) fn begin_stepped_faults(&mut self) {
        for step in self.recorder.steps() {
            for fault in self.faults.reached(&step) {
                for happening in self.faults.begin(fault, self.now) {
                    self.queue
                        .insert(happening.at, Event::Fault(happening, super::Planned::ByStep));
                }
            }
        }
    }

    /// A fault begins or ends.
    pub(super) fn fault_happens(&mut self, happening: Happening) {
        let Happening { fault, part, what, .. } = happening;
        if what == Onset::Begins && self.final_point == FinalPoint::Asked {
            // The workload is over: safety was tried, and now all is to end well (Spec 11).
            return;
        }
        self.recorder.begin(self.now, None);
        match what {
            Onset::Begins => {
                self.recorder.leading_fact(What::FaultBegan(fault));
                self.unfelt.insert(fault, self.cause());
                if part.lasts() {
                    self.active.push((fault, part));
                    self.take_aim(fault);
                }
                self.begin_part(fault, part);
            }
            Onset::Ends => {
                let before = self.active.len();
                self.active.retain(|active| *active != (fault, part));
                if self.active.len() < before {
                    self.recorder.leading_fact(What::FaultEnded(fault));
                    self.end_part(part);
                }
            }
        }
    }

    /// Whatever lasts is over (Spec 11: safety, then liveness). A site that burned stays down.
    pub(super) fn heal(&mut self) {
        for (fault, part) in std::mem::take(&mut self.active) {
            self.recorder.begin(self.now, None);
            self.recorder.leading_fact(What::FaultEnded(fault));
            self.end_part(part);
        }
    }

    fn begin_part(&mut self, fault: FaultId, part: Part) {
        let mut reaction = Reaction::None;
        match part {
            Part::Link(_, LinkFault::Reset) => reaction = self.break_connection(),
            Part::Link(directions, _) => self.update_links(directions),
            Part::Node(side, NodeFault::Crash) => reaction = self.crash(role_of(side)),
            Part::Node(side, NodeFault::Disaster) => {
                reaction = self.crash(role_of(side));
                self.site(role_of(side)).burned_by = Some(fault);
            }
            Part::Node(side, NodeFault::Pause) => self.site(role_of(side)).pauses += 1,
            Part::Node(side, NodeFault::Slow(_) | NodeFault::ClockDrift(..)) => {
                self.update_node(role_of(side));
            }
            Part::Nvram(nvram) => self.site(Role::Source).nvram_fault = Some((fault, nvram)),
            Part::Disk(device, disk) => {
                self.update_device(device, disk);
                reaction = self.halted_under_way(device, disk);
            }
            Part::Order(order) => reaction = self.order(order),
            Part::Witness(WitnessFault::Crash) => reaction = self.crash_witness(),
            // Felt by the first message that it stops.
            Part::Witness(WitnessFault::Partition(_)) => {}
        }
        if reaction == Reaction::Some {
            self.felt_once(fault);
        }
        if matches!(part, Part::Nvram(_)) && self.sites[Role::Source as usize].is_down() {
            self.damage_nvram(Role::Source);
        }
    }

    fn end_part(&mut self, part: Part) {
        match part {
            Part::Link(directions, _) => self.update_links(directions),
            Part::Node(side, NodeFault::Crash) => {
                let role = role_of(side);
                if !self.is_kept_down(side) {
                    self.restart(role);
                }
            }
            Part::Node(side, NodeFault::Pause) => self.resume(role_of(side)),
            Part::Node(side, NodeFault::Slow(_) | NodeFault::ClockDrift(..)) => {
                self.update_node(role_of(side));
            }
            Part::Disk(device, disk) => self.update_device(device, disk),
            Part::Witness(WitnessFault::Crash) => self.restart_witness(),
            Part::Node(_, NodeFault::Disaster)
            | Part::Nvram(_)
            | Part::Order(_)
            | Part::Witness(WitnessFault::Partition(_)) => {}
        }
    }

    /// Tells whether anything came of it: a node that heeds or refuses it, or comes back.
    fn order(&mut self, order: Order) -> Reaction {
        match order {
            Order::Return(side) => {
                self.site(role_of(side)).burned_by = None;
                self.restart(role_of(side))
            }
            Order::Promote(side, promotion) => {
                self.order_promotion(role_of(side), order_of(promotion))
            }
            // To take the old source for the newer one is to promote it once more.
            Order::WrongResync => {
                let role = other(self.serving);
                self.order_promotion(role, PromotionOrder::Guarded)
            }
        }
    }

    /// Whether another crash that has not ended keeps the node down, or its site burned.
    fn is_kept_down(&self, side: Side) -> bool {
        let crash = Part::Node(side, NodeFault::Crash);
        self.active.iter().any(|(_, part)| *part == crash)
            || self.sites[role_of(side) as usize].burned_by.is_some()
    }

    fn update_links(&mut self, directions: Directions) {
        for direction in Direction::BOTH.into_iter().filter(|one| concerns(directions, *one)) {
            let mut condition = self.base_condition();
            for (fault, part) in &self.active {
                if let Part::Link(directions, link) = part
                    && concerns(*directions, direction)
                    && !self.is_aimed(*fault)
                {
                    condition.worsen(*link);
                }
            }
            self.set_link_condition(direction, condition);
        }
    }

    /// The link without any fault of the plan.
    fn base_condition(&self) -> Condition {
        let loss = match self.scenario.wan.loss {
            Ratio::ZERO => Loss::None,
            loss => Loss::Independent(loss),
        };
        Condition { loss, ..Condition::default() }
    }

    /// The link as it is at the start.
    pub(super) fn set_up_links(&mut self) {
        if self.scenario.wan.loss != Ratio::ZERO {
            self.update_links(Directions::Both);
        }
    }

    fn update_node(&mut self, role: Role) {
        let (mut slowdown, mut drift) = (1, None);
        for (_, part) in &self.active {
            if let Part::Node(side, fault) = part
                && role_of(*side) == role
            {
                match fault {
                    NodeFault::Slow(factor) => slowdown = slowdown.max(*factor),
                    NodeFault::ClockDrift(clock, share) => drift = Some((*clock, *share)),
                    NodeFault::Crash | NodeFault::Pause | NodeFault::Disaster => {}
                }
            }
        }
        let now = self.now;
        let site = self.site(role);
        site.slowdown = slowdown;
        site.clock.set_drift(now, drift);
    }

    /// A pause is over: what came meanwhile is taken up, in its order.
    fn resume(&mut self, role: Role) {
        let now = self.now;
        let site = self.site(role);
        site.pauses -= 1;
        if site.pauses > 0 {
            return;
        }
        let life = site.life;
        let deferred = std::mem::take(&mut site.deferred);
        let has_left = |deferred: &Deferred| matches!(deferred.input, Input::Departed);
        let (left, others): (Vec<_>, Vec<_>) = deferred.into_iter().partition(has_left);
        for Deferred { input, cause } in others {
            self.queue.insert(now, Event::Served(role, life, Box::new(input), cause));
        }
        // First of all what has left: none may follow once the node disconnects.
        for Deferred { input, cause } in left {
            self.recorder.begin(now, Some(cause));
            self.tell(role, input);
        }
    }

    fn update_device(&mut self, device: fault::Device, changed: DiskFault) {
        let mut condition = DiskCondition::FINE;
        let mut room = Room::Some;
        for (_, part) in &self.active {
            if let Part::Disk(other, fault) = part
                && *other == device
            {
                match fault {
                    DiskFault::Stall => condition.motion = condition.motion.max(Motion::Stalled),
                    DiskFault::Dead => condition.motion = Motion::Dead,
                    DiskFault::Slow(factor) => condition.slowdown = condition.slowdown.max(*factor),
                    DiskFault::Full => room = Room::None,
                    DiskFault::LatentError(_)
                    | DiskFault::BitRot(_)
                    | DiskFault::TornWrite(_)
                    | DiskFault::LostWrite(_)
                    | DiskFault::MisdirectedWrite(_)
                    | DiskFault::MisdirectedRead(_) => {}
                }
            }
        }
        let device = device_of(device);
        match changed {
            DiskFault::Stall | DiskFault::Dead | DiskFault::Slow(_) => {
                let now = self.now;
                self.server(device).set_condition(now, condition);
                self.schedule_started(device);
            }
            DiskFault::Full => self.set_room(device, room),
            DiskFault::LatentError(_)
            | DiskFault::BitRot(_)
            | DiskFault::TornWrite(_)
            | DiskFault::LostWrite(_)
            | DiskFault::MisdirectedWrite(_)
            | DiskFault::MisdirectedRead(_) => {}
        }
    }

    /// The NVRAM fault that waited for a crash shows (Spec 7.2).
    pub(super) fn damage_nvram(&mut self, role: Role) {
        let site = self.site(role);
        let Some((fault, kind)) = site.nvram_fault.take() else { return };
        match kind {
            NvramFault::Loss => site.nvram.lose(fault),
            NvramFault::TornRecord => site.nvram.tear_last(fault),
        }
        if site.nvram.damaged_by() == Some(fault) {
            self.felt_once(fault);
        }
    }
}

/// Whether a device has room for writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Some,
    None,
}

pub(super) const fn role_of(side: Side) -> Role {
    match side {
        Side::Source => Role::Source,
        Side::Destination => Role::Destination,
    }
}

pub(super) const fn order_of(promotion: Promotion) -> PromotionOrder {
    match promotion {
        Promotion::Guarded => PromotionOrder::Guarded,
        Promotion::Forced => PromotionOrder::Forced,
    }
}

const fn other(role: Role) -> Role {
    match role {
        Role::Source => Role::Destination,
        Role::Destination => Role::Source,
    }
}

pub(super) const fn device_of(device: fault::Device) -> Device {
    match device {
        fault::Device::SourceDisk => Device(Role::Source, Kind::Volume),
        fault::Device::DestinationDisk => Device(Role::Destination, Kind::Volume),
        fault::Device::DestinationLog => Device(Role::Destination, Kind::Log),
    }
}

pub(super) fn concerns(directions: Directions, direction: Direction) -> bool {
    match directions {
        Directions::Both => true,
        Directions::ToDestination => direction == Direction::ToDestination,
        Directions::ToSource => direction == Direction::ToSource,
    }
}
