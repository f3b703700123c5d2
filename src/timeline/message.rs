//! Messages on the link.

use super::Carries;
use super::budget::{Budget, Left};
use crate::facts::{Direction, Fact, LossCause, What};
use crate::protocol::block::BlockSize;
use crate::protocol::{Message, MessageKind};
use crate::units::SimTime;
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// One message, from its sending to its first arrival, or to its loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSpan {
    /// Where it goes.
    pub direction: Direction,
    /// Its number in that direction, from 0.
    pub number: u64,
    /// What kind of message it is; [`MessageKind::word`] is its word.
    pub kind: MessageKind,
    /// Whether its sender sends it for the first time.
    pub round: Round,
    /// When it was handed to the link.
    pub sent: SimTime,
    /// When its last byte left; `None`: it did not.
    pub departed: Option<SimTime>,
    /// Bytes on the wire when it left, packets' overhead included.
    pub bytes: u64,
    /// Each time it arrived.
    pub arrivals: SmallVec<[Arrival; 1]>,
    /// When it was lost first, and why. One copy may be lost and another arrive.
    pub lost: Option<(SimTime, LossCause)>,
    /// What it carries.
    pub carries: Carries,
}

/// Whether a message goes for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// It does.
    First,
    /// It went before and was not acknowledged.
    Again,
}

/// One arrival of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// When.
    pub at: SimTime,
    /// In which condition.
    pub condition: Condition,
}

/// In which condition a message arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// As it was sent.
    Intact,
    /// So that its checksum tells that it is damaged.
    Damaged,
}

impl MessageSpan {
    /// When the last thing happened to it that is known.
    #[must_use]
    pub fn ended(&self) -> SimTime {
        let lost = self.lost.map(|(at, _)| at);
        let arrived = self.arrivals.iter().map(|arrival| arrival.at).max();
        lost.max(arrived).max(self.departed).unwrap_or(self.sent)
    }
}

type Name = (Direction, u64);

/// Messages on their way, and those kept.
#[derive(Debug)]
pub(super) struct Messages {
    size: BlockSize,
    open: BTreeMap<Name, MessageSpan>,
    pub kept: Vec<MessageSpan>,
    /// The places of those kept, since a message may arrive again.
    places: BTreeMap<Name, usize>,
    pub left: Left,
}

impl Messages {
    pub const fn new(size: BlockSize) -> Self {
        Self {
            size,
            open: BTreeMap::new(),
            kept: Vec::new(),
            places: BTreeMap::new(),
            left: Left { outside: 0, beyond: 0 },
        }
    }

    /// The message that arrives intact with this fact for the first time.
    pub fn arriving(&self, fact: &Fact) -> Option<&MessageSpan> {
        let What::Arrived(direction, number) = fact.what else { return None };
        self.open.get(&(direction, number))
    }

    pub fn take(&mut self, fact: &Fact, budget: &mut Budget) {
        if let What::Sent(direction, number, message) = &fact.what {
            let span = self.span(*direction, *number, message, Round::First, fact.at, budget);
            self.open.insert((*direction, *number), span);
        } else if let What::Resent(direction, number, message) = &fact.what {
            let span = self.span(*direction, *number, message, Round::Again, fact.at, budget);
            self.open.insert((*direction, *number), span);
        } else if let What::Departed(direction, number, bytes) = &fact.what {
            if let Some(span) = self.open.get_mut(&(*direction, *number)) {
                (span.departed, span.bytes) = (Some(fact.at), *bytes);
            }
        } else if let What::Arrived(direction, number) = &fact.what {
            let arrival = Arrival { at: fact.at, condition: Condition::Intact };
            self.change((*direction, *number), fact.at, budget, |s| s.arrivals.push(arrival));
        } else if let What::Damaged(direction, number) = &fact.what {
            let arrival = Arrival { at: fact.at, condition: Condition::Damaged };
            self.change((*direction, *number), fact.at, budget, |s| s.arrivals.push(arrival));
        } else if let What::Lost(direction, number, cause) = &fact.what {
            self.change((*direction, *number), fact.at, budget, |span| {
                span.lost.get_or_insert((fact.at, *cause));
            });
        }
    }

    /// The run is over: what is under way stays there.
    pub fn finish(&mut self, at: SimTime, budget: &mut Budget) {
        for span in std::mem::take(&mut self.open).into_values() {
            self.close(span, at, budget);
        }
        self.kept.sort_by_key(|span| (span.sent, span.direction, span.number));
    }

    fn span(
        &self,
        direction: Direction,
        number: u64,
        message: &Message,
        round: Round,
        sent: SimTime,
        budget: &Budget,
    ) -> MessageSpan {
        // Of a CP's beginning it is always known which: it begins at the receiver.
        let begins = message.kind() == MessageKind::CpBegin;
        let carries = if begins || budget.may_admit(sent) {
            Carries::of(message, self.size)
        } else {
            Carries::of_session(message.epoch())
        };
        MessageSpan {
            direction,
            number,
            kind: message.kind(),
            round,
            sent,
            departed: None,
            bytes: 0,
            arrivals: SmallVec::new(),
            lost: None,
            carries,
        }
    }

    /// A message arrived or was lost, and maybe not for the first time.
    fn change(
        &mut self,
        name: Name,
        at: SimTime,
        budget: &mut Budget,
        change: impl FnOnce(&mut MessageSpan),
    ) {
        if let Some(mut span) = self.open.remove(&name) {
            change(&mut span);
            self.close(span, at, budget);
        } else if let Some(place) = self.places.get(&name) {
            change(&mut self.kept[*place]);
        }
    }

    fn close(&mut self, span: MessageSpan, at: SimTime, budget: &mut Budget) {
        if budget.admits(span.sent, at, &mut self.left) {
            self.places.insert((span.direction, span.number), self.kept.len());
            self.kept.push(span);
        }
    }
}
