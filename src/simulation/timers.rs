//! Timers of nodes. A timer that is moved later keeps its one pending event, which finds out then
//! that it is early; so a timer that is moved at every message costs no memory.

use super::{Event, Simulation};
use crate::facts::{Role, What};
use crate::protocol::{Input, Timer};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// The timers of both nodes.
#[derive(Debug, Default)]
pub(super) struct Timers(BTreeMap<(Role, Timer), Alarm>);

/// One timer.
#[derive(Debug)]
struct Alarm {
    /// When it goes off, and the fact that set it; `None`: it is not set.
    due: Option<(SimTime, u64)>,
    /// When its event is; never after `due`.
    pending: Option<SimTime>,
}

impl Simulation<'_> {
    pub(super) fn set_timer(&mut self, role: Role, timer: Timer, at: SimTime) {
        let meant = at;
        let at = self.sites[role as usize].clock.when(self.now, meant);
        if self.sites[role as usize].clock.errs() {
            self.felt_drift(role);
        }
        let due = Some((at, self.cause()));
        let alarm = self.timers.0.entry((role, timer)).or_insert(Alarm { due, pending: None });
        alarm.due = due;
        if alarm.pending.is_none_or(|pending| pending > at) {
            alarm.pending = Some(at);
            self.schedule_timer(role, timer, at);
        }
    }

    /// Timers of heartbeats go on for ever.
    fn schedule_timer(&mut self, role: Role, timer: Timer, at: SimTime) {
        match timer {
            Timer::Heartbeat | Timer::Lease => {
                self.queue.insert_idle(at, Event::Timer(role, timer));
            }
            Timer::ConsistencyPoint
            | Timer::TransferDelay
            | Timer::Flush
            | Timer::Wait
            | Timer::Progress
            | Timer::Reconnect
            | Timer::Retransmit
            | Timer::Witness
            | Timer::Snapshot => self.queue.insert(at, Event::Timer(role, timer)),
        }
    }

    pub(super) fn cancel_timer(&mut self, role: Role, timer: Timer) {
        if let Some(alarm) = self.timers.0.get_mut(&(role, timer)) {
            alarm.due = None;
        }
    }

    /// A node's life is over, and so are its timers.
    pub(super) fn cancel_timers(&mut self, role: Role) {
        for ((owner, _), alarm) in &mut self.timers.0 {
            if *owner == role {
                alarm.due = None;
            }
        }
    }

    /// Whether the timer does not go off at this time after all. One that was moved later gets its
    /// event then.
    pub(super) fn is_timer_void(&mut self, role: Role, timer: Timer, at: SimTime) -> bool {
        let Some(alarm) = self.timers.0.get_mut(&(role, timer)) else { return true };
        if alarm.pending != Some(at) {
            return true;
        }
        alarm.pending = None;
        match alarm.due {
            Some((due, _)) if due > at => {
                alarm.pending = Some(due);
                self.schedule_timer(role, timer, due);
                true
            }
            Some(_) => false,
            None => true,
        }
    }

    pub(super) fn timer_fires(&mut self, role: Role, timer: Timer) {
        let alarm = self.timers.0.get_mut(&(role, timer)).expect("it was set");
        let (_, cause) = alarm.due.take().expect("it is due");
        self.recorder.begin(self.now, Some(cause));
        self.recorder.leading_fact(What::TimerFired(role, timer));
        self.tell(role, Input::Timer(timer));
    }
}
