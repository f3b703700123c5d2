//! From what chance did to a plan: the same run as a scenario whose requests are listed and whose
//! faults come at given moments.
//!
//! | by chance | planned |
//! | --- | --- |
//! | synthetic and recorded workloads | `operations`, each at the moment it was asked for |
//! | a fault that comes `every` so often, a flap, a crash loop | one fault for each time it came |
//! | loss, corruption, duplication of messages | one fault for each message that was hit |
//! | jitter, reordering, lateness, what `tcp` sent again | a delay of each message that took longer |
//! | faults of media | one fault for each request that was hit |
//!
//! What a crash leaves and what a reset delivers stay drawn here; `draws` settles them later.

use super::recording::{Moment, Recording, Trip};
use crate::facts::{Direction, LossCause};
use crate::protocol::{FaultId, Operation, Request};
use crate::scenario::fault::{Directions, Fault, FaultKind, LinkFault, Part, When};
use crate::scenario::{Scenario, Transport};
use crate::units::{Bytes, Ratio, SimTime, Span};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everything.
    All,
    /// Everything, and of the requests that faults of media hit only this one, counted from the last:
    /// it keeps the number of its fault and with it the place that was drawn.
    OneStrike(usize),
    /// Everything but what happens to messages.
    NotMessages,
    /// Everything but what happens to messages and media.
    Requests,
    /// Faults that come again, and requests.
    RequestsAlone,
}

impl Scope {
    /// The most first.
    pub fn all() -> impl Iterator<Item = Self> {
        let strikes = (0..MOST_STRIKES).map(Self::OneStrike);
        let less = [Self::NotMessages, Self::Requests, Self::RequestsAlone];
        std::iter::once(Self::All).chain(strikes).chain(less)
    }
}

/// Strikes that are tried alone.
const MOST_STRIKES: usize = 12;

/// A run of a scenario: what it was, what chance did, and the fact at which it failed.
pub(super) struct Run<'a> {
    pub scenario: &'a Scenario,
    pub recording: &'a Recording,
    /// What happened after this fact does not matter.
    pub until: u64,
}

impl Run<'_> {
    /// The scenario with so much of it planned. `None`: there is nothing that would be planned so.
    pub fn planned(&self, scope: Scope) -> Option<Value> {
        let text = self.scenario.canonical();
        let mut draft: Value = serde_json::from_str(text).expect("canonical text is JSON");
        self.plan_requests(&mut draft);
        let (messages, strikes) = match scope {
            Scope::All => (true, self.strikes()),
            Scope::OneStrike(last) => {
                let strikes = self.strikes();
                let place = strikes.len().checked_sub(last + 1)?;
                (true, vec![strikes[place]])
            }
            Scope::NotMessages => (false, self.strikes()),
            Scope::Requests => (false, Vec::new()),
            Scope::RequestsAlone => return Some(draft),
        };
        let messages = messages && self.has_chance_on_link();
        let media = scope != Scope::Requests;
        let mut faults = Vec::new();
        for (place, fault) in self.scenario.faults.iter().enumerate() {
            let id = FaultId(u32::try_from(place).expect("faults are few"));
            let text = &draft["faults"][place];
            match fault.kind {
                FaultKind::Part(Part::Disk(_, disk)) if disk.is_chance() && media => {
                    let own = strikes.iter().filter(|strike| strike.fault == id);
                    faults.extend(own.map(|strike| once(text, before(strike.at))));
                }
                FaultKind::Part(Part::Link(_, link)) if link.is_chance() && messages => {}
                FaultKind::Part(_)
                | FaultKind::Flap { .. }
                | FaultKind::CrashLoop { .. }
                | FaultKind::RollingDisaster { .. }
                | FaultKind::PowerLoss
                | FaultKind::PromoteBoth => faults.extend(self.planned_fault(id, fault, text)),
            }
        }
        if messages {
            faults.extend(self.planned_messages());
            draft["wan"]["jitter"] = json!("0ns");
            draft["wan"]["loss"] = json!("0%");
        }
        draft["faults"] = Value::Array(numbered(faults));
        Some(draft)
    }

    /// Requests that faults of media hit.
    fn strikes(&self) -> Vec<Moment> {
        let strikes = self.recording.felt.iter().filter(|moment| {
            let place = usize::try_from(moment.fault.0).expect("a list is no longer than memory");
            let kind = self.scenario.faults[place].kind;
            moment.fact <= self.until
                && matches!(kind, FaultKind::Part(Part::Disk(_, disk)) if disk.is_chance())
        });
        strikes.copied().collect()
    }

    /// Each client with the requests it made, and the first that came too late to matter: as long as
    /// something is to be asked for the run goes on. A client that made none goes.
    fn plan_requests(&self, draft: &mut Value) {
        let mut lists = vec![Vec::new(); self.scenario.clients.len()];
        let requests = &self.recording.requests;
        let made = requests.iter().take_while(|(fact, ..)| *fact <= self.until).count();
        for (_, at, request) in requests.iter().take(made + 1) {
            let client = usize::try_from(request.id.client.0).expect("u32 fits usize");
            lists[client].push(listed(*at, request));
        }
        let clients = draft["clients"].as_array().cloned().unwrap_or_default();
        let clients = clients.into_iter().zip(lists).filter(|(_, list)| !list.is_empty());
        let planned = clients.map(|(mut client, list)| {
            client["workload"] = json!({ "operations": list });
            client
        });
        draft["clients"] = planned.collect();
    }

    /// What stands for one fault of the scenario that comes by the clock or at a step.
    fn planned_fault(&self, id: FaultId, fault: &Fault, text: &Value) -> Vec<Value> {
        match fault.kind {
            FaultKind::Flap { direction, .. } if !matches!(fault.when, When::Step(_)) => {
                let cut = json!({ "kind": "partition", "direction": direction });
                self.each(id, |began| lasting(&cut, "for", began, self.end_of(began)))
            }
            FaultKind::CrashLoop { node, .. } if !matches!(fault.when, When::Step(_)) => {
                let crash = json!({ "kind": "crash", "node": node });
                let down = |began: &Moment| self.end_of(began);
                self.each(id, |began| lasting(&crash, "restart_after", began, down(began)))
            }
            FaultKind::Part(_)
            | FaultKind::Flap { .. }
            | FaultKind::CrashLoop { .. }
            | FaultKind::RollingDisaster { .. }
            | FaultKind::PowerLoss
            | FaultKind::PromoteBoth => match fault.when {
                When::At(_) | When::Step(_) => vec![text.clone()],
                When::Every(_) => self.each(id, |began| {
                    let mut text = text.clone();
                    if let Some(keys) = text.as_object_mut() {
                        keys.remove("every");
                    }
                    text["at"] = json!(began.at.since(SimTime::ZERO));
                    text
                }),
            },
        }
    }

    /// One fault for each time that this one began; parts of one that begin together are one.
    fn each(&self, id: FaultId, text: impl Fn(&Moment) -> Value) -> Vec<Value> {
        let mut last = None;
        let began = self.of(&self.recording.began, id);
        let new = began.filter(|moment| last.replace(moment.at) != Some(moment.at));
        new.map(text).collect()
    }

    fn of<'a>(&'a self, moments: &'a [Moment], id: FaultId) -> impl Iterator<Item = &'a Moment> {
        moments.iter().filter(move |moment| moment.fault == id && moment.fact <= self.until)
    }

    /// How long what began then lasted.
    fn end_of(&self, began: &Moment) -> Option<Span> {
        let later = |moment: &&Moment| moment.fault == began.fault && moment.fact > began.fact;
        self.recording.ended.iter().find(later).map(|ended| ended.at.since(began.at))
    }

    fn has_chance_on_link(&self) -> bool {
        let wan = &self.scenario.wan;
        let by_chance = |fault: &Fault| match fault.kind {
            FaultKind::Part(Part::Link(_, link)) => link.is_chance(),
            FaultKind::Part(
                Part::Node(..)
                | Part::Nvram(_)
                | Part::Disk(..)
                | Part::Order(_)
                | Part::Witness(_),
            )
            | FaultKind::Flap { .. }
            | FaultKind::CrashLoop { .. }
            | FaultKind::RollingDisaster { .. }
            | FaultKind::PowerLoss
            | FaultKind::PromoteBoth => false,
        };
        wan.jitter > Span::ZERO
            || wan.loss != Ratio::ZERO
            || self.scenario.faults.iter().any(by_chance)
    }

    /// What happened to each message, in order of departure.
    fn planned_messages(&self) -> Vec<Value> {
        let mut hit = Vec::new();
        for ((direction, _), trip) in &self.recording.trips {
            let Some(departed) = trip.departed.filter(|_| trip.fact <= self.until) else {
                continue;
            };
            hit.extend(
                self.hits(*direction, trip, departed).into_iter().map(|hit| (departed, hit)),
            );
        }
        hit.sort_by_key(|(departed, _)| *departed);
        hit.into_iter().map(|(_, hit)| hit).collect()
    }

    /// What happened to a message that departed.
    fn hits(&self, direction: Direction, trip: &Trip, departed: SimTime) -> Vec<Value> {
        let towards = match direction {
            Direction::ToDestination => Directions::ToDestination,
            Direction::ToSource => Directions::ToSource,
        };
        let aimed = |kind: &str| {
            let at = before(departed).since(SimTime::ZERO);
            json!({ "kind": kind, "direction": towards, "message": trip.kind, "times": 1, "at": at })
        };
        let lost_when_due = match trip.lost {
            Some((LossCause::Link | LossCause::Corruption, _)) => return vec![aimed("loss")],
            // It was due, however late, when the link was cut or nobody was there.
            Some((LossCause::Partition | LossCause::NodeDown, at)) => Some(at),
            Some((LossCause::TakenBack | LossCause::Reset, _)) | None => None,
        };
        let mut hits = Vec::new();
        let arrived = trip.arrivals.first().copied();
        let due = arrived.into_iter().chain(trip.damaged).chain(lost_when_due).min();
        let usual = self.scenario.wan.propagation;
        let extra = due.map(|due| due.since(departed.after(usual)));
        let extra = extra.filter(|extra| *extra > Span::ZERO);
        if let Some(extra) = extra.filter(|_| self.is_free_of_delay(direction, departed)) {
            let mut delay = aimed("delay");
            delay["by"] = json!(extra);
            hits.push(delay);
        }
        if trip.arrivals.len() > 1 && self.scenario.wan.transport == Transport::Datagram {
            hits.push(aimed("duplication"));
        }
        if trip.damaged.is_some() {
            let mut damage = aimed("corruption");
            damage["caught"] = json!("by-checksum");
            hits.push(damage);
        }
        hits
    }

    /// Whether no fault that stays in the plan makes what leaves now take longer.
    fn is_free_of_delay(&self, direction: Direction, at: SimTime) -> bool {
        let began = self.recording.began.iter().filter(|moment| moment.at <= at);
        let mut under_way = began.filter(|moment| {
            let lasts = self.end_of(moment);
            lasts.is_none_or(|lasts| moment.at.after(lasts) > at)
        });
        !under_way.any(|moment| {
            let place = usize::try_from(moment.fault.0).expect("a list is no longer than memory");
            match self.scenario.faults[place].kind {
                FaultKind::Part(Part::Link(directions, link)) => {
                    let here = match (directions, direction) {
                        (Directions::Both, _)
                        | (Directions::ToDestination, Direction::ToDestination)
                        | (Directions::ToSource, Direction::ToSource) => true,
                        (Directions::ToDestination, Direction::ToSource)
                        | (Directions::ToSource, Direction::ToDestination) => false,
                    };
                    here && !link.is_chance() && link != LinkFault::Reset
                }
                FaultKind::Flap { .. } | FaultKind::RollingDisaster { .. } => true,
                FaultKind::Part(_)
                | FaultKind::CrashLoop { .. }
                | FaultKind::PowerLoss
                | FaultKind::PromoteBoth => false,
            }
        })
    }
}

/// The faults, each with a number of its own: that of the fault it stands for, if no other has it.
fn numbered(mut faults: Vec<Value>) -> Vec<Value> {
    let mut taken = BTreeSet::new();
    let given: Vec<_> = faults.iter().map(|fault| fault["number"].as_u64()).collect();
    let mut fresh = given.iter().flatten().max().map_or(0, |most| most + 1);
    for (fault, given) in faults.iter_mut().zip(given) {
        let number = given.filter(|number| taken.insert(*number)).unwrap_or_else(|| {
            fresh += 1;
            fresh - 1
        });
        fault["number"] = json!(number);
    }
    faults
}

/// A moment before this one.
fn before(at: SimTime) -> SimTime {
    SimTime::from_nanos(at.as_nanos().saturating_sub(1))
}

/// The fault as one that strikes once, from this moment on.
fn once(text: &Value, at: SimTime) -> Value {
    let (kind, device, number) = (&text["kind"], &text["device"], &text["number"]);
    let at = at.since(SimTime::ZERO);
    json!({ "kind": kind, "device": device, "times": 1, "at": at, "number": number })
}

fn lasting(text: &Value, key: &str, began: &Moment, lasts: Option<Span>) -> Value {
    let mut text = text.clone();
    text["at"] = json!(began.at.since(SimTime::ZERO));
    if let Some(lasts) = lasts {
        text[key] = json!(lasts);
    }
    text
}

/// A request as a scenario lists it.
fn listed(at: SimTime, request: &Request) -> Value {
    let range = |volume: u32, offset: u64, length: u64| json!({ "volume": volume, "offset": Bytes::new(offset), "length": Bytes::new(length) });
    let at = at.since(SimTime::ZERO);
    match request.operation {
        Operation::Write(write) => {
            json!({ "at": at, "write": range(write.volume.0, write.offset, write.length) })
        }
        Operation::Read(read) => {
            json!({ "at": at, "read": range(read.volume.0, read.offset, read.length) })
        }
        Operation::Flush(volume) => json!({ "at": at, "flush": volume.0 }),
    }
}
