//! Clients that draw their requests.
//!
//! Operations stand in a line: arrival a holds the places from a × `chain` on, one for each link of
//! its chain. A draw about the operation at place p is keyed with p + 1, one about arrival a with
//! a + 1, so that neither the order of answers nor a flush moves any draw.
//!
//! With `flush_every` F, a flush follows each F-th place. It is a further link of that place's
//! chain: asked for when the operation before it is answered, on that operation's volume, and what
//! comes next waits for it. Flushes share the line of numbers: place p has the number
//! p + p / F + 1, and the flush behind it the next one.
//!
//! A closed loop thinks before each arrival, the first ones too. A slot takes the next arrival of
//! the line when its last chain is over, so arrivals are issued in order but for their thinking.

mod address;
mod arrival;
mod line;
mod sizes;

use super::{Agenda, problem};
use crate::protocol::block::{VolumeId, WriteRange};
use crate::protocol::{ClientId, OpNumber, Operation};
use crate::random::{Choice, Decisions, Key, Purpose};
use crate::scenario::{Problem, Synthetic};
use crate::units::{Ratio, SimTime};
use address::Addressing;
use arrival::Arrivals;
use line::{Line, Link};
use sizes::Sizes;

/// The most operations a client asks for: numbers stay far from the end of u64.
const MOST_OPERATIONS: u64 = 1 << 60;

/// A synthetic client at work.
#[derive(Debug)]
pub(super) struct Generator {
    client: ClientId,
    line: Line,
    arrivals: Arrivals,
    sizes: Sizes,
    addressing: Addressing,
    reads: Ratio,
    volume: u32,
    volumes: u32,
    agenda: Agenda,
}

impl Generator {
    pub(super) fn new(client: ClientId, synthetic: &Synthetic) -> Result<Self, Problem> {
        let line = Line::new(synthetic.operations, synthetic.chain, synthetic.flush_every);
        let refuse = |key: &str, value: u64, rule: &str| Err(problem(client, key, &value, rule));
        if synthetic.operations > MOST_OPERATIONS {
            return refuse("count", synthetic.operations, "at most 2^60 operations");
        }
        if synthetic.chain == 0 {
            return refuse("chain", 0, "a chain has at least one operation");
        }
        if synthetic.volumes == 0 {
            return refuse("volumes", 0, "operations need at least one volume");
        }
        if synthetic.volume.checked_add(synthetic.volumes - 1).is_none() {
            let rule = "the last volume's number goes beyond 2^32 - 1";
            return refuse("volumes", u64::from(synthetic.volumes), rule);
        }
        let sizes = Sizes::new(client, &synthetic.sizes)?;
        Ok(Self {
            client,
            line,
            arrivals: Arrivals::new(client, synthetic.arrival, line.arrivals())?,
            addressing: Addressing::new(client, synthetic, &sizes)?,
            sizes,
            reads: synthetic.reads,
            volume: synthetic.volume,
            volumes: synthetic.volumes,
            agenda: Agenda::new(line.total()),
        })
    }

    /// The agenda, with the first arrivals on it.
    pub(super) fn agenda(&mut self, decisions: &mut dyn Decisions) -> &Agenda {
        for (time, arrival) in self.arrivals.first(self.client, decisions) {
            self.agenda.add(time, self.line.first_of(arrival));
        }
        &self.agenda
    }

    pub(super) fn issue(
        &mut self,
        now: SimTime,
        decisions: &mut dyn Decisions,
    ) -> (OpNumber, Operation) {
        let (_, op) = self.agenda.take(now);
        let operation = match self.line.link(op) {
            Link::Flush(place) => Operation::Flush(self.volume_of(place, decisions)),
            Link::Operation(place) => {
                if self.line.begins_chain(place) {
                    self.arrive(decisions);
                }
                self.draw(place, decisions)
            }
        };
        (op, operation)
    }

    pub(super) fn answered(&mut self, now: SimTime, op: OpNumber, decisions: &mut dyn Decisions) {
        if let Some(follower) = self.line.after(op) {
            self.agenda.add(now, follower);
        } else if let Some((time, arrival)) = self.arrivals.freed(now, self.client, decisions) {
            self.agenda.add(time, self.line.first_of(arrival));
        }
    }

    /// An arrival was issued; in an open loop the next one is known now.
    fn arrive(&mut self, decisions: &mut dyn Decisions) {
        if let Some((time, arrival)) = self.arrivals.arrived(self.client, decisions) {
            self.agenda.add(time, self.line.first_of(arrival));
        }
    }

    fn draw(&mut self, place: u64, decisions: &mut dyn Decisions) -> Operation {
        let range = WriteRange {
            volume: self.volume_of(place, decisions),
            offset: self.addressing.offset(self.client, place, &self.sizes, decisions),
            length: self.sizes.draw(self.client, place, decisions),
        };
        let key = key(Purpose::OperationKind, self.client, place);
        let reads =
            self.reads != Ratio::ZERO && decisions.decide(key, Choice::Chance(self.reads)) == 1;
        if reads { Operation::Read(range) } else { Operation::Write(range) }
    }

    fn volume_of(&self, place: u64, decisions: &mut dyn Decisions) -> VolumeId {
        if self.volumes == 1 {
            return VolumeId(self.volume);
        }
        let key = key(Purpose::OperationVolume, self.client, place);
        let drawn = decisions.decide(key, Choice::Below(u64::from(self.volumes)));
        VolumeId(self.volume + u32::try_from(drawn).expect("below the number of volumes"))
    }
}

/// The key of a draw about the operation at `place`, or about the arrival of that number.
fn key(purpose: Purpose, client: ClientId, place: u64) -> Key {
    Key { purpose, entity: u64::from(client.0), index: place + 1 }
}
