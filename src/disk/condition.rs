//! Devices under faults (Spec 8.2): slow, stalled, dead, and the power going off.
//!
//! * Slow: every time of a request that starts while the device is slow is so many times as long;
//!   requests in service keep the time they were promised.
//! * Stalled: nothing starts and nothing is done until the stall ends. Then the requests in service
//!   go on where they stood, each later by the length of the stall, and so does what the device was
//!   busy with besides; the requests that came meanwhile wait behind them.
//! * Dead: as stalled; the host knows that it is not to end. If it does, the device was only away.
//!
//! A promise that does not hold any more, because of a stall or a crash, has an older
//! [`Started::life`] than [`Disk::life`]: the host drops its event.

use super::{Device, Disk, Started};
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// How a device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskCondition {
    /// Whether it does anything.
    pub motion: Motion,
    /// How many times as long as the model says everything takes; at least 1.
    pub slowdown: u32,
}

/// Whether a device does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Motion {
    /// It serves requests.
    Running,
    /// It takes requests and does nothing, for a while.
    Stalled,
    /// It takes requests and does nothing, for good.
    Dead,
}

impl DiskCondition {
    /// Without a fault.
    pub const FINE: Self = Self { motion: Motion::Running, slowdown: 1 };
}

impl Default for DiskCondition {
    fn default() -> Self {
        Self::FINE
    }
}

/// How many times as long as the model says a request takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(pub u32);

impl Pace {
    /// The time that a step takes at this pace.
    pub const fn of(self, span: Span) -> Span {
        Span::from_nanos(span.as_nanos().saturating_mul(self.0 as u64))
    }
}

impl<T: Clone> Disk<T> {
    /// The condition changes now; adds to `started` every request that has a new time: those that
    /// go on after a stall, and what goes into service behind them.
    pub fn set_condition(
        &mut self,
        now: SimTime,
        condition: DiskCondition,
        started: &mut Vec<Started<T>>,
    ) {
        assert!(condition.slowdown > 0, "a slow device takes its own time at least");
        self.condition = condition;
        match (self.halted, condition.motion) {
            (None, Motion::Running) | (Some(_), Motion::Stalled | Motion::Dead) => {}
            (None, Motion::Stalled | Motion::Dead) => self.halt(now),
            (Some(since), Motion::Running) => self.go_on(since, now, started),
        }
    }

    /// How the device does.
    #[must_use]
    pub const fn condition(&self) -> DiskCondition {
        self.condition
    }

    /// Promises with an older [`Started::life`] than this do not hold any more.
    #[must_use]
    pub const fn life(&self) -> u32 {
        self.life
    }

    /// A crash of the node (Spec 1.4): the requests that wait are dropped, and so are those in
    /// service, which are given back by the time they would have been done, for the host to say
    /// what they left on the medium. The device itself stays in its condition.
    pub fn clear(&mut self, now: SimTime) -> Vec<T> {
        let stopped = self.halted.unwrap_or(now);
        self.life += 1;
        self.waiting.clear();
        self.written = self.written.min(stopped);
        self.device.interrupt(stopped);
        std::mem::take(&mut self.in_service).into_values().collect()
    }

    fn halt(&mut self, now: SimTime) {
        self.assert_all_reported(now);
        self.halted = Some(now);
        self.life += 1;
    }

    fn go_on(&mut self, since: SimTime, now: SimTime, started: &mut Vec<Started<T>>) {
        let stall = now.since(since);
        self.halted = None;
        self.device.postpone(since, stall);
        postpone(&mut self.written, since, stall);
        let later =
            |((done, number), token): ((SimTime, _), T)| ((done.after(stall), number), token);
        let resumed: BTreeMap<_, _> =
            std::mem::take(&mut self.in_service).into_iter().map(later).collect();
        for ((done, _), token) in &resumed {
            started.push(Started { done: *done, token: token.clone(), life: self.life });
        }
        self.in_service = resumed;
        self.start(now, started);
    }
}

impl Device {
    /// Nothing was done from `since` on, for so long.
    fn postpone(&mut self, since: SimTime, stall: Span) {
        self.busy(|time| postpone(time, since, stall));
    }

    /// The power went off: the device is busy with nothing any more.
    fn interrupt(&mut self, now: SimTime) {
        self.busy(|time| *time = (*time).min(now));
    }

    /// Changes every time until which a part of the device is busy.
    fn busy(&mut self, change: impl FnMut(&mut SimTime)) {
        match self {
            Self::Fixed(device) => device.busy().for_each(change),
            Self::Ssd(device) => device.busy().for_each(change),
            Self::Hdd(device) => device.busy().for_each(change),
        }
    }
}

fn postpone(time: &mut SimTime, since: SimTime, stall: Span) {
    if *time > since {
        *time = time.after(stall);
    }
}
