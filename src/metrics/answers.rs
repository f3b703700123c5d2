//! Every acknowledged write of a run: when it was asked for, and how long it took.

use crate::facts::{Fact, Sink, What};
use crate::protocol::{Operation, Outcome, WriteId};
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// Keeps each acknowledged write; memory grows with them.
#[derive(Debug, Default)]
pub struct Answers {
    open: BTreeMap<WriteId, SimTime>,
    answered: Vec<(SimTime, Span)>,
}

impl Answers {
    /// Acknowledged writes in the order of their answers: when each was asked for, and its latency.
    #[must_use]
    pub fn all(&self) -> &[(SimTime, Span)] {
        &self.answered
    }
}

impl Sink for Answers {
    fn take(&mut self, fact: &Fact) {
        if let What::Requested(request) = &fact.what {
            if let Operation::Write(_) = request.operation {
                self.open.insert(request.id, fact.at);
            }
        } else if let What::Answered(_, id, outcome) = &fact.what
            && let Some(asked) = self.open.remove(id)
            && *outcome == Outcome::Written
        {
            self.answered.push((asked, fact.at.since(asked)));
        }
    }
}
