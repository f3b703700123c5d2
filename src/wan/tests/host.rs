//! A host for one link: it keeps the link's promises in order of time and writes down what arrives.

use super::super::*;
use std::collections::BTreeMap;

/// What is to happen to the link.
#[derive(Debug, Clone, Copy)]
pub enum Happening {
    /// A message of this many bytes is handed over.
    Sends(u64),
    /// Another condition.
    Changes(Condition),
    /// The connection breaks.
    Resets,
    /// The sender crashes.
    Clears,
    Departs(u64),
    Arrives(u64, Arrival),
}

pub struct Host<D> {
    pub link: Link<()>,
    pub decisions: D,
    now: SimTime,
    happenings: BTreeMap<(SimTime, u64), Happening>,
    inserted: u64,
    held: BTreeMap<u64, Happening>,
    /// Times, numbers and states of what arrived.
    pub arrived: Vec<(u64, u64, State)>,
    /// Times and numbers of what departed.
    pub departed: Vec<(u64, u64)>,
    /// What was lost as it departed.
    pub lost: Vec<(u64, LossCause)>,
    /// What was lost when it was due.
    pub gone: Vec<u64>,
    /// What resets and crashes dropped.
    pub dropped: Vec<u64>,
    /// Bytes on the wire, and sent again, as the link said each time.
    pub carried: u64,
    pub retransmitted: u64,
}

impl<D: Decisions> Host<D> {
    pub fn new(wan: &Wan, decisions: D) -> Self {
        Self {
            link: Link::new(1, wan),
            decisions,
            now: SimTime::ZERO,
            happenings: BTreeMap::new(),
            inserted: 0,
            held: BTreeMap::new(),
            arrived: Vec::new(),
            departed: Vec::new(),
            lost: Vec::new(),
            gone: Vec::new(),
            dropped: Vec::new(),
            carried: 0,
            retransmitted: 0,
        }
    }

    /// Something is to happen, nanoseconds after the beginning.
    pub fn at(mut self, nanos: u64, happening: Happening) -> Self {
        self.insert(SimTime::from_nanos(nanos), happening);
        self
    }

    /// So many messages of one packet each, handed over at once.
    pub fn packets(self, nanos: u64, count: u64) -> Self {
        (0..count).fold(self, |host, _| host.at(nanos, Happening::Sends(1460)))
    }

    /// Times and numbers of what arrived.
    pub fn arrivals(&self) -> Vec<(u64, u64)> {
        self.arrived.iter().map(|&(at, number, _)| (at, number)).collect()
    }

    pub fn run(mut self) -> Self {
        while let Some(((at, _), happening)) = self.happenings.pop_first() {
            assert!(at >= self.now, "time does not run backwards");
            self.now = at;
            self.happen(happening);
        }
        assert_eq!(self.link.carried().get(), self.carried);
        assert_eq!(self.link.retransmitted().get(), self.retransmitted);
        self
    }

    fn insert(&mut self, at: SimTime, happening: Happening) {
        self.happenings.insert((at, self.inserted), happening);
        self.inserted += 1;
    }

    fn promise(&mut self, departure: Option<Departure>) {
        if let Some(Departure { at, token }) = departure {
            self.insert(at, Happening::Departs(token));
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Sends(length) => {
                let length = Bytes::new(length);
                let sent = self.link.send(self.now, (), length, &mut self.decisions);
                self.promise(sent.departure);
            }
            Happening::Changes(condition) => {
                let changed = self.link.set_condition(self.now, condition);
                self.carried += changed.retransmitted.get();
                self.retransmitted += changed.retransmitted.get();
                self.promise(changed.departure);
                for released in changed.released {
                    let held = self.held.remove(&released.token).expect("it was held");
                    self.insert(released.at, held);
                }
            }
            Happening::Resets => {
                let reset = self.link.reset(self.now, &mut self.decisions);
                self.dropped.extend(reset.dropped);
                self.held.clear();
            }
            Happening::Clears => self.dropped.extend(self.link.clear_queue(self.now)),
            Happening::Departs(token) if self.link.promises(token) => self.departs(),
            Happening::Departs(_) => {}
            Happening::Arrives(number, arrival) => self.arrives(number, arrival),
        }
    }

    fn departs(&mut self) {
        let departed = self.link.departed(self.now, &[], &mut self.decisions);
        self.departed.push((self.now.as_nanos(), departed.number));
        self.carried += departed.carried.get();
        self.retransmitted += departed.retransmitted.get();
        self.lost.extend(departed.lost.map(|cause| (departed.number, cause)));
        for arrival in departed.arrivals {
            self.insert(arrival.at, Happening::Arrives(departed.number, arrival));
        }
        self.promise(departed.next);
    }

    fn arrives(&mut self, number: u64, arrival: Arrival) {
        match self.link.arriving(self.now, arrival.token) {
            Fate::Delivers => self.arrived.push((self.now.as_nanos(), number, arrival.state)),
            Fate::Lost | Fate::Forgotten => self.gone.push(number),
            Fate::Later(at) => self.insert(at, Happening::Arrives(number, arrival)),
            Fate::HeldUntilHealed => {
                self.held.insert(arrival.token, Happening::Arrives(number, arrival));
            }
        }
    }
}

/// Decisions by the book: what is not listed does not happen, and is as short as can be.
#[derive(Debug, Default)]
pub struct Listed(pub BTreeMap<(Purpose, u64), u64>);

impl Listed {
    /// Of each draw its purpose, the message it is about, its place there, and the value.
    pub fn new(draws: &[(Purpose, u64, u64, u64)]) -> Self {
        let draw = |&(purpose, number, place, value)| ((purpose, number << 24 | place), value);
        Self(draws.iter().map(draw).collect())
    }
}

impl Decisions for Listed {
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64 {
        assert_eq!(key.entity, 1, "draws are the direction's own");
        let otherwise = if matches!(choice, Choice::Until(_)) { u64::MAX } else { 0 };
        self.0.get(&(key.purpose, key.index)).copied().unwrap_or(otherwise)
    }
}
