//! Requests listed one by one.

use super::{Agenda, problem};
use crate::protocol::{ClientId, OpNumber, Operation};
use crate::scenario::{PlannedOperation, Problem};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// A list on its way. Operation n is the list's n-th.
#[derive(Debug)]
pub(super) struct List {
    planned: Vec<PlannedOperation>,
    /// Which operations wait for the answer to which.
    waiting: BTreeMap<OpNumber, Vec<OpNumber>>,
    agenda: Agenda,
}

impl List {
    pub(super) fn new(client: ClientId, list: &[PlannedOperation]) -> Result<Self, Problem> {
        let mut agenda = Agenda::new(list.len() as u64);
        let mut waiting: BTreeMap<OpNumber, Vec<OpNumber>> = BTreeMap::new();
        for (number, planned) in (1..).zip(list) {
            match planned.after {
                None => agenda.add(SimTime::ZERO.after(planned.at), OpNumber(number)),
                Some(before) if (1..number).contains(&before) => {
                    waiting.entry(OpNumber(before)).or_default().push(OpNumber(number));
                }
                Some(before) => {
                    let key = format!("operations[{}].after", number - 1);
                    let rule = "an operation waits for one that stands before it, counted from 1";
                    return Err(problem(client, &key, &before, rule));
                }
            }
        }
        Ok(Self { planned: list.to_vec(), waiting, agenda })
    }

    pub(super) fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    pub(super) fn issue(&mut self, now: SimTime) -> (OpNumber, Operation) {
        let (_, op) = self.agenda.take(now);
        (op, self.planned(op).operation)
    }

    pub(super) fn answered(&mut self, now: SimTime, op: OpNumber) {
        for follower in self.waiting.remove(&op).unwrap_or_default() {
            let planned = SimTime::ZERO.after(self.planned(follower).at);
            self.agenda.add(planned.max(now), follower);
        }
    }

    fn planned(&self, op: OpNumber) -> &PlannedOperation {
        let place = usize::try_from(op.0 - 1).expect("operations are numbered by their place");
        &self.planned[place]
    }
}
