//! What is under way over `tcp`: in order, and never lost while the connection lives.
//!
//! A message that is due while the link is blocked is held; so is one that departed into the block,
//! which is due later. When the block is over, all of them are sent again at the next attempt of the
//! transport, one behind the other, and whatever is behind them arrives no earlier than they do.

use super::condition::{Fate, Passage, Released};
use crate::units::{Bytes, Rate, SimTime, Span};
use std::collections::{BTreeSet, VecDeque};

/// The messages of the present connection that departed and have not arrived, and of earlier ones.
#[derive(Debug, Default)]
pub(super) struct Flight {
    /// Oldest first; their times never fall.
    under_way: VecDeque<Copy>,
    /// When the last one arrives.
    last: SimTime,
    /// Tokens of earlier connections that still arrive, unless a block is in their way.
    survivors: BTreeSet<u64>,
}

/// One message under way.
#[derive(Debug)]
struct Copy {
    token: u64,
    number: u64,
    wire: Bytes,
    at: SimTime,
    stage: Stage,
}

/// Whether a message must be sent again after a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It need not.
    UnderWay,
    /// It must: it departed into the block.
    Astray,
    /// It must: it was due during the block. The host keeps it.
    Held,
}

/// What is sent again after a block.
#[derive(Debug)]
pub(super) struct Resent {
    /// Arrivals that the host keeps.
    pub released: Vec<Released>,
    /// Bytes sent again.
    pub bytes: Bytes,
    /// When the last of them has left.
    pub left: SimTime,
}

impl Flight {
    /// A message of `wire` bytes departs, to arrive at `at`; the result is when it does, in order.
    pub fn depart(
        &mut self,
        (token, number): (u64, u64),
        wire: Bytes,
        at: SimTime,
        passage: Passage,
    ) -> SimTime {
        let at = at.max(self.last);
        self.last = at;
        let stage = match passage {
            Passage::Open | Passage::Clogged => Stage::UnderWay,
            Passage::Blocked => Stage::Astray,
        };
        self.under_way.push_back(Copy { token, number, wire, at, stage });
        at
    }

    /// What becomes of an arrival that is due.
    pub fn arriving(&mut self, now: SimTime, token: u64, passage: Passage) -> Fate {
        if self.survivors.remove(&token) {
            return match passage {
                Passage::Open | Passage::Clogged => Fate::Delivers,
                Passage::Blocked => Fate::Lost,
            };
        }
        let Ok(place) = self.under_way.binary_search_by_key(&token, |copy| copy.token) else {
            return Fate::Forgotten;
        };
        let copy = &mut self.under_way[place];
        if copy.at > now {
            return Fate::Later(copy.at);
        }
        match passage {
            Passage::Blocked => {
                copy.stage = Stage::Held;
                Fate::HeldUntilHealed
            }
            // What is before it is due now as well.
            Passage::Open | Passage::Clogged if place > 0 => Fate::Later(now),
            Passage::Open | Passage::Clogged => {
                self.under_way.pop_front();
                Fate::Delivers
            }
        }
    }

    /// The block is over: from `attempt` on what did not get through is sent again. `transit` is the
    /// way of a last byte.
    pub fn send_again(&mut self, attempt: SimTime, transit: Span, rate: Rate) -> Resent {
        let (mut left, mut bytes, mut released) = (attempt, 0, Vec::new());
        let mut before = SimTime::ZERO;
        for copy in &mut self.under_way {
            if copy.stage != Stage::UnderWay {
                left = left.after(rate.time_for(copy.wire));
                bytes += copy.wire.get();
                copy.at = copy.at.max(left.after(transit));
            }
            copy.at = copy.at.max(before);
            before = copy.at;
            if copy.stage == Stage::Held {
                released.push(Released { token: copy.token, at: copy.at });
            }
            copy.stage = Stage::UnderWay;
        }
        self.last = self.last.max(before);
        Resent { released, bytes: Bytes::new(bytes), left }
    }

    /// Messages under way in the present connection.
    pub fn len(&self) -> usize {
        self.under_way.len()
    }

    /// The connection breaks: the `arrive` oldest messages still arrive, as they are due; the numbers
    /// of the others are returned. What departs next is the first of a new connection.
    pub fn break_off(&mut self, arrive: usize) -> Vec<u64> {
        let lost = self.under_way.split_off(arrive.min(self.under_way.len()));
        self.survivors.extend(self.under_way.drain(..).map(|copy| copy.token));
        self.last = SimTime::ZERO;
        lost.into_iter().map(|copy| copy.number).collect()
    }
}
