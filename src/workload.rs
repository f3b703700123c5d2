//! Clients as issuing state machines: what a scenario's client asks for, and when it may.
//!
//! A [`Workload`] answers three questions of the simulation: when may the next operation be issued
//! ([`Workload::next`]), which is it ([`Workload::issue`]), and what does an answer set free
//! ([`Workload::answered`]). It never looks at a clock or at the protocol.
//!
//! An operation's number says everything about it. For a trace it is the record's place, for a list
//! the place in the list, both from 1; synthetic clients explain theirs in `workload/synthetic.rs`. The
//! order of answers decides when an operation is issued, never what it is.
//!
//! Only operations that may be issued soon are in memory; traces are shared and stay where they are.

mod entries;
mod operations;
mod replay;
mod room;
mod synthetic;

pub use entries::check_entries;
pub use room::check_room;

use crate::protocol::{ClientId, OpNumber, Request, WriteId};
use crate::random::Decisions;
use crate::scenario::{self, Problem};
use crate::trace::Trace;
use crate::units::SimTime;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Parsed traces by the name scenario files give them; shared between runs, never copied.
pub type Traces = BTreeMap<String, Arc<Trace>>;

/// When a client may ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// At this time, which is now or later.
    At(SimTime),
    /// Not before an answer comes.
    AwaitAnswer,
    /// Never: everything has been issued, though answers may still come.
    Done,
}

/// One client at work.
#[derive(Debug)]
pub struct Workload {
    client: ClientId,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Replay(replay::Replayer),
    Synthetic(Box<synthetic::Generator>),
    Operations(operations::List),
    Stopped,
}

impl Workload {
    /// The client numbered `client`, before its first operation.
    ///
    /// # Errors
    /// A trace that is not in `traces`, or numbers that would not fit an operation.
    pub fn new(
        client: ClientId,
        workload: &scenario::Workload,
        traces: &Traces,
    ) -> Result<Self, Problem> {
        let kind = match workload {
            scenario::Workload::Trace(replay) => {
                Kind::Replay(replay::Replayer::new(client, replay, traces)?)
            }
            scenario::Workload::Synthetic(synthetic) => {
                Kind::Synthetic(Box::new(synthetic::Generator::new(client, synthetic)?))
            }
            scenario::Workload::Operations(list) => {
                Kind::Operations(operations::List::new(client, list)?)
            }
        };
        Ok(Self { client, kind })
    }

    /// When the next operation may be issued. Asked again before anything else happens, it says the
    /// same again; an answer may bring the time forward.
    pub fn next(&mut self, now: SimTime, decisions: &mut dyn Decisions) -> Next {
        let next = match &mut self.kind {
            Kind::Replay(replay) => replay.agenda().next(),
            Kind::Synthetic(generator) => generator.agenda(decisions).next(),
            Kind::Operations(list) => list.agenda().next(),
            Kind::Stopped => Next::Done,
        };
        match next {
            Next::At(time) => Next::At(time.max(now)),
            Next::AwaitAnswer | Next::Done => next,
        }
    }

    /// The operation that [`Self::next`] announced for `now` or earlier.
    ///
    /// # Panics
    /// If it announced none.
    pub fn issue(&mut self, now: SimTime, decisions: &mut dyn Decisions) -> Request {
        let (op, operation) = match &mut self.kind {
            Kind::Replay(replay) => replay.issue(now),
            Kind::Synthetic(generator) => generator.issue(now, decisions),
            Kind::Operations(list) => list.issue(now),
            Kind::Stopped => panic!("a stopped client issues nothing"),
        };
        Request { id: WriteId { client: self.client, op }, operation }
    }

    /// Operation `op` was answered, with whatever outcome. To be called once for each operation.
    pub fn answered(&mut self, now: SimTime, op: OpNumber, decisions: &mut dyn Decisions) {
        match &mut self.kind {
            Kind::Replay(replay) => replay.answered(now, op),
            Kind::Synthetic(generator) => generator.answered(now, op, decisions),
            Kind::Operations(list) => list.answered(now, op),
            Kind::Stopped => {}
        }
    }

    /// Issues nothing more, for good.
    pub fn stop(&mut self) {
        self.kind = Kind::Stopped;
    }
}

/// What may be issued, and when; the earliest first, of those the lowest number.
#[derive(Debug)]
struct Agenda {
    ready: BTreeSet<(SimTime, OpNumber)>,
    /// Operations not yet issued, ready or not.
    left: u64,
}

impl Agenda {
    /// Nothing ready yet of `total` operations.
    fn new(total: u64) -> Self {
        Self { ready: BTreeSet::new(), left: total }
    }

    /// Operation `op` may be issued from `time` on.
    fn add(&mut self, time: SimTime, op: OpNumber) {
        assert!(self.ready.insert((time, op)), "an operation becomes ready once");
    }

    fn next(&self) -> Next {
        match self.ready.first() {
            Some(&(time, _)) => Next::At(time),
            None if self.left == 0 => Next::Done,
            None => Next::AwaitAnswer,
        }
    }

    /// Takes the first operation off, with the time it was ready.
    fn take(&mut self, now: SimTime) -> (SimTime, OpNumber) {
        let (time, op) = self.ready.pop_first().expect("an operation was announced");
        assert!(time <= now, "the operation is due");
        self.left = self.left.checked_sub(1).expect("no more operations than there are");
        (time, op)
    }
}

/// A broken rule about `workload.<key>` of `client`.
fn problem(
    client: ClientId,
    key: &str,
    value: &impl serde::Serialize,
    rule: impl Into<String>,
) -> Problem {
    let value = serde_json::to_string(value).expect("plain values have a JSON form");
    Problem { key: format!("clients[{client}].workload.{key}"), value, rule: rule.into() }
}

/// The trace that `replay` names.
fn trace_of<'a>(
    client: ClientId,
    replay: &scenario::TraceReplay,
    traces: &'a Traces,
) -> Result<&'a Arc<Trace>, Problem> {
    let rule = "no trace of this name was read";
    traces.get(&replay.trace).ok_or_else(|| problem(client, "trace", &replay.trace, rule))
}

#[cfg(test)]
mod tests;
