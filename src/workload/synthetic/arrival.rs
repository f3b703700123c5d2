//! When the arrivals of a synthetic client come.

use super::key;
use crate::protocol::ClientId;
use crate::random::{Choice, Decisions, Purpose};
use crate::scenario::{Arrival, Problem};
use crate::units::{SimTime, Span};
use crate::workload::problem;

/// How many bursts may pass without an arrival, on average: a bound on the work for one.
const BURSTS_PER_ARRIVAL: u64 = 10_000;

/// Arrivals in the order of their numbers, from 0.
#[derive(Debug)]
pub(super) struct Arrivals {
    /// The next arrival without a time.
    next: u64,
    count: u64,
    process: Process,
}

#[derive(Debug)]
enum Process {
    /// A free slot takes the next arrival after thinking.
    Closed { depth: u32, think: Span },
    /// Times between arrivals run on the clock of the bursts alone; `busy` is the last arrival there.
    Open { mean: Span, busy: SimTime, bursts: Bursts },
}

/// Turns time spent in bursts into time.
#[derive(Debug)]
enum Bursts {
    /// One burst without end.
    Always,
    /// Burst k ends at `end` of time spent in bursts, after `silent` of silences in all.
    OnOff { on: Span, off: Span, k: u64, end: SimTime, silent: Span },
}

impl Arrivals {
    pub(super) fn new(client: ClientId, arrival: Arrival, count: u64) -> Result<Self, Problem> {
        let open = |mean, bursts| Process::Open { mean, busy: SimTime::ZERO, bursts };
        let process = match arrival {
            Arrival::Closed { depth: 0, think: _ } => {
                let rule = "a closed loop has at least one slot";
                return Err(problem(client, "arrival.depth", &0, rule));
            }
            Arrival::Closed { depth, think } => Process::Closed { depth, think },
            Arrival::Poisson { mean } => open(mean, Bursts::Always),
            Arrival::OnOff { mean, on, off } => {
                let reach = on.as_nanos().saturating_mul(BURSTS_PER_ARRIVAL);
                if on == Span::ZERO || reach < mean.as_nanos() {
                    let rule =
                        "a burst lasts at least a 10,000th of the mean time between arrivals";
                    return Err(problem(client, "arrival.on", &on, rule));
                }
                let (end, silent) = (SimTime::ZERO, Span::ZERO);
                open(mean, Bursts::OnOff { on, off, k: 0, end, silent })
            }
        };
        Ok(Self { next: 0, count, process })
    }

    /// The arrivals that need no other to happen first; nothing when asked again.
    pub(super) fn first(
        &mut self,
        client: ClientId,
        decisions: &mut dyn Decisions,
    ) -> Vec<(SimTime, u64)> {
        if self.next > 0 {
            return Vec::new();
        }
        let slots = match self.process {
            Process::Closed { depth, .. } => u64::from(depth),
            Process::Open { .. } => 1,
        };
        let each = (0..slots).map_while(|_| self.take(SimTime::ZERO, client, decisions));
        each.collect()
    }

    /// The last arrival given out was issued: an open loop knows the next.
    pub(super) fn arrived(
        &mut self,
        client: ClientId,
        decisions: &mut dyn Decisions,
    ) -> Option<(SimTime, u64)> {
        match self.process {
            Process::Closed { .. } => None,
            Process::Open { .. } => self.take(SimTime::ZERO, client, decisions),
        }
    }

    /// A chain ended at `now`: a closed loop has a free slot.
    pub(super) fn freed(
        &mut self,
        now: SimTime,
        client: ClientId,
        decisions: &mut dyn Decisions,
    ) -> Option<(SimTime, u64)> {
        match self.process {
            Process::Closed { .. } => self.take(now, client, decisions),
            Process::Open { .. } => None,
        }
    }

    /// Gives the next arrival a time; `now` matters to closed loops only.
    fn take(
        &mut self,
        now: SimTime,
        client: ClientId,
        decisions: &mut dyn Decisions,
    ) -> Option<(SimTime, u64)> {
        if self.next == self.count {
            return None;
        }
        let arrival = self.next;
        self.next += 1;
        let mut draw = |purpose, mean: Span, index| match mean {
            Span::ZERO => Span::ZERO,
            mean => {
                let choice = Choice::Exponential(mean);
                Span::from_nanos(decisions.decide(key(purpose, client, index), choice))
            }
        };
        let time = match &mut self.process {
            Process::Closed { think, .. } => now.after(draw(Purpose::ThinkTime, *think, arrival)),
            Process::Open { mean, busy, bursts } => {
                *busy = busy.after(draw(Purpose::Interarrival, *mean, arrival));
                bursts.time_of(*busy, |mean, index| draw(Purpose::BurstLength, mean, index))
            }
        };
        Some((time, arrival))
    }
}

impl Bursts {
    /// When `busy` of time has been spent in bursts. Asked with ever later times. Burst k is drawn
    /// at 2k, the silence after it at 2k + 1.
    fn time_of(&mut self, busy: SimTime, mut draw: impl FnMut(Span, u64) -> Span) -> SimTime {
        match self {
            Self::Always => busy,
            Self::OnOff { on, off, k, end, silent } => {
                if *k == 0 {
                    *end = SimTime::ZERO.after(draw(*on, 0));
                    *k = 1;
                }
                while *end < busy {
                    *silent = silent.plus(draw(*off, 2 * *k - 1));
                    *end = end.after(draw(*on, 2 * *k));
                    *k += 1;
                }
                busy.after(*silent)
            }
        }
    }
}
