//! What clients asked for.

use super::budget::{Budget, Left};
use crate::facts::{Fact, What};
use crate::protocol::{Operation, Outcome, Refusal, Request, WriteId};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// One request of a client, from its asking to its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSpan {
    /// Who asked, and the client's number of it.
    pub id: WriteId,
    /// What was asked: a write or a read of a range of bytes, or a flush of a volume.
    pub operation: Operation,
    /// When.
    pub asked: SimTime,
    /// When it was answered first; `None`: never.
    pub answered: Option<SimTime>,
    /// The answer.
    pub answer: Option<Answer>,
    /// How often the client asked again.
    pub repeated: u64,
    /// How often no appliance that serves was there to hear it.
    pub unheard: u64,
}

/// How a request was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The write is acknowledged.
    Written,
    /// Earlier writes are answered.
    Flushed,
    /// The bytes were read.
    Read,
    /// The request cannot be served.
    Refused(Refusal),
}

/// Requests under way, and those kept.
#[derive(Debug, Default)]
pub(super) struct Requests {
    open: BTreeMap<WriteId, RequestSpan>,
    pub kept: Vec<RequestSpan>,
    pub left: Left,
}

impl Requests {
    /// Gives the answer, if the fact is the first answer to a request.
    pub fn take(&mut self, fact: &Fact, budget: &mut Budget) -> Option<Answer> {
        if let What::Requested(request) = &fact.what {
            self.open.insert(request.id, span(*request, fact.at));
        } else if let What::Repeated(request) = &fact.what {
            self.change(request.id, |span| span.repeated += 1);
        } else if let What::Unheard(id) = &fact.what {
            self.change(*id, |span| span.unheard += 1);
        } else if let What::Answered(_, id, outcome) = &fact.what {
            let mut span = self.open.remove(id)?;
            let answer = answer(outcome);
            (span.answered, span.answer) = (Some(fact.at), Some(answer));
            self.close(span, fact.at, budget);
            return Some(answer);
        }
        None
    }

    /// The run is over: what is under way was not answered.
    pub fn finish(&mut self, at: SimTime, budget: &mut Budget) {
        for span in std::mem::take(&mut self.open).into_values() {
            self.close(span, at, budget);
        }
        self.kept.sort_by_key(|span| (span.asked, span.id));
    }

    fn change(&mut self, id: WriteId, change: impl FnOnce(&mut RequestSpan)) {
        if let Some(span) = self.open.get_mut(&id) {
            change(span);
        }
    }

    fn close(&mut self, span: RequestSpan, at: SimTime, budget: &mut Budget) {
        if budget.admits(span.asked, at, &mut self.left) {
            self.kept.push(span);
        }
    }
}

const fn span(request: Request, asked: SimTime) -> RequestSpan {
    let Request { id, operation } = request;
    RequestSpan { id, operation, asked, answered: None, answer: None, repeated: 0, unheard: 0 }
}

const fn answer(outcome: &Outcome) -> Answer {
    match outcome {
        Outcome::Written => Answer::Written,
        Outcome::Flushed => Answer::Flushed,
        Outcome::Read(_) => Answer::Read,
        Outcome::Refused(refusal) => Answer::Refused(*refusal),
    }
}
