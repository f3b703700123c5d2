//! Which single events of chance the violation needs: one message lost, one copy too many, one
//! request that a medium spoils. Each is taken out alone by settling its own decision; no other
//! decision moves ([`crate::random`]).

use super::counterfactual::{Effect, Run, effect};
use super::history::History;
use crate::checker::{Subject, Violation};
use crate::random::{Choice, Decisions, Key, Purpose, Seeded};
use crate::scenario::Problem;
use crate::wan;
use serde::Serialize;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Single events that are tried, those nearest to the violation.
const TRIED: usize = 40;

/// Events of the simulation that all these runs may handle together; a long run is tried less often.
const BUDGET: u64 = 40_000_000;

/// Packets of a message, at most: a draw that spares more of them hits none.
const PACKETS: u64 = 64;

/// Something that happened by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    kind: Kind,
    /// The direction of the link, or the number of the fault.
    entity: u64,
    /// The number of the message on its link, or of the request to its device.
    number: u64,
}

/// What happened by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A message was lost, or a packet of it.
    Loss,
    /// A second copy of a message came.
    Copy,
    /// A message was held back.
    HeldBack,
    /// A message was damaged.
    Damage,
    /// A message came late.
    Late,
    /// A medium did wrong at a request.
    Struck,
}

/// What became of the single events of chance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Events {
    /// Events that may have been felt before the violation.
    pub found: u64,
    /// Events that were taken out, each alone.
    pub tried: u64,
    /// Those that the violation needs, in words: without it there is none of its kind.
    pub needed: Vec<String>,
    /// Those without which the same befalls another block, write or moment, in words.
    pub moving: Vec<String>,
}

/// Decisions drawn from the seed; what may have happened by chance is noted.
pub(super) struct Noticing {
    seeded: Seeded,
    /// The number of the fact that comes next.
    now: Rc<Cell<u64>>,
    noticed: Vec<(u64, Event)>,
}

/// Decisions drawn from the seed, but for one event that does not happen.
struct Sparing {
    seeded: Seeded,
    event: Event,
}

impl Event {
    /// The event that a decision is about, if it is one that can be taken out alone.
    fn of(key: Key) -> Option<Self> {
        let Key { purpose, entity, index } = key;
        let kind = match purpose {
            Purpose::Loss => Kind::Loss,
            Purpose::Duplication => Kind::Copy,
            Purpose::Reordering => Kind::HeldBack,
            Purpose::Corruption => Kind::Damage,
            Purpose::Late => Kind::Late,
            Purpose::Media => Kind::Struck,
            Purpose::ThinkTime
            | Purpose::Interarrival
            | Purpose::BurstLength
            | Purpose::OperationKind
            | Purpose::OperationSize
            | Purpose::OperationAddress
            | Purpose::OperationVolume
            | Purpose::Jitter
            | Purpose::Reset
            | Purpose::Crash
            | Purpose::FaultGap
            | Purpose::Swarm
            | Purpose::Witness => return None,
        };
        let number = match kind {
            Kind::Struck => index >> MEDIA_BITS,
            Kind::Loss | Kind::Copy | Kind::HeldBack | Kind::Damage | Kind::Late => {
                wan::message_of(index)
            }
        };
        Some(Self { kind, entity, number })
    }

    /// Whether it made a difference: of loss and damage only facts tell how many packets there were.
    fn is_felt(self, history: &History) -> bool {
        match self.kind {
            Kind::Loss | Kind::Damage => history.is_hurt(self.entity, self.number),
            Kind::Copy | Kind::HeldBack | Kind::Late | Kind::Struck => true,
        }
    }

    fn name(self) -> String {
        let Self { kind, entity, number } = self;
        let way = if entity == 0 { "to the destination" } else { "to the source" };
        let message = format!("message {number} {way}");
        match kind {
            Kind::Loss => format!("the loss of {message}"),
            Kind::Copy => format!("the second copy of {message}"),
            Kind::HeldBack => format!("the holding back of {message}"),
            Kind::Damage => format!("the damage of {message}"),
            Kind::Late => format!("the lateness of {message}"),
            Kind::Struck => format!("what fault number {entity} did to request {number}"),
        }
    }
}

/// Draws that one request to a device owns, as bits of an index.
const MEDIA_BITS: u32 = 2;

impl Noticing {
    /// Notices while `now` counts the facts.
    pub fn new(seed: u64, now: Rc<Cell<u64>>) -> Self {
        Self { seeded: Seeded::new(seed), now, noticed: Vec::new() }
    }
}

impl Decisions for Noticing {
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64 {
        let value = self.seeded.decide(key, choice);
        let happens = match choice {
            Choice::Chance(_) => value == 1,
            Choice::Until(_) => value < PACKETS,
            Choice::Below(_) | Choice::Exponential(_) | Choice::Zipf(_) => false,
        };
        if happens && let Some(event) = Event::of(key) {
            self.noticed.push((self.now.get(), event));
        }
        value
    }
}

impl Decisions for Sparing {
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64 {
        if Event::of(key) != Some(self.event) {
            return self.seeded.decide(key, choice);
        }
        match choice {
            Choice::Chance(_) | Choice::Below(_) | Choice::Zipf(_) => 0,
            Choice::Until(_) => u64::MAX,
            Choice::Exponential(mean) => mean.as_nanos(),
        }
    }
}

/// Takes out each of the last events before the violation.
pub(super) fn all(
    noticing: &Noticing,
    run: &Run,
    history: &History,
    handled: u64,
) -> Result<Events, Problem> {
    let before = noticing.noticed.iter().filter(|(fact, _)| *fact <= run.violation.fact);
    let mut seen = BTreeSet::new();
    let events = before.map(|(_, event)| *event).filter(|event| event.is_felt(history));
    let events: Vec<_> = events.filter(|event| seen.insert(*event)).collect();
    let allowed = usize::try_from(BUDGET / handled.max(1)).unwrap_or(TRIED).min(TRIED);
    let tried = &events[events.len().saturating_sub(allowed)..];
    let (found, runs) = (events.len() as u64, tried.len() as u64);
    let mut result = Events { found, tried: runs, ..Events::default() };
    for event in tried {
        let mut sparing = Sparing { seeded: Seeded::new(run.seed), event: *event };
        let now = run.again(run.scenario, &mut sparing)?;
        match effect(now.as_ref(), run.violation) {
            Effect::Gone | Effect::Refused => result.needed.push(event.name()),
            Effect::Becomes(other) => {
                result.needed.push(format!("{} (else {other})", event.name()));
            }
            Effect::Stays if now.is_some_and(|now| is_same(&now, run.violation)) => {}
            Effect::Stays => result.moving.push(event.name()),
        }
    }
    Ok(result)
}

/// Whether it befalls the same block, write or consistency point; of none, at the same moment.
fn is_same(now: &Violation, before: &Violation) -> bool {
    let is_about_something = before.subject != Subject::default();
    now.subject == before.subject && (is_about_something || now.at == before.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ratio;

    /// Only the decisions of the spared event are settled; every other one is as drawn.
    #[test]
    fn one_event_is_spared_and_no_other_decision_moves() {
        let event = Event { kind: Kind::Struck, entity: 3, number: 5 };
        let mut sparing = Sparing { seeded: Seeded::new(7), event };
        let mut seeded = Seeded::new(7);
        let most = Choice::Chance(Ratio::new(99, 100).expect("a share"));
        for number in 0..10 {
            for entity in [3, 4] {
                let key = Key { purpose: Purpose::Media, entity, index: number << MEDIA_BITS };
                let drawn = seeded.decide(key, most);
                let spared = (entity, number) == (3, 5);
                assert_eq!(sparing.decide(key, most), if spared { 0 } else { drawn });
                assert_eq!(drawn, 1, "so the test says something");
            }
        }
    }
}
