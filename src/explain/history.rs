//! The facts of a run, kept so that they can be looked up from any end.

use crate::checker::{Parts, Seen};
use crate::facts::{Direction, Fact, LossCause, Sink, What};
use crate::protocol::{CpId, EntryHeader, Item, Lsn, Message, Request, Transfer, WriteId};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Facts kept beyond the violation: what was to happen next may tell more.
const BEYOND: u64 = 100_000;

/// The facts of a run up to a violation and a little beyond, with the names of parts played at the
/// time, as the checker sees them.
#[derive(Debug)]
pub(super) struct History {
    parts: Parts,
    facts: Vec<Fact>,
    violation: u64,
    /// The number of the next fact, for who wants to know how far the run is.
    next: Rc<Cell<u64>>,
    hurt: Hurt,
}

/// Messages that lost a packet, or more, by chance: the direction as the run began, the number.
#[derive(Debug, Default)]
struct Hurt {
    messages: BTreeSet<(u64, u64)>,
    /// The message that departed last, and the fact that says so.
    departed: Option<(u64, (u64, u64))>,
}

/// An entry as it came into the log, or again into a replay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Logged {
    pub cp: CpId,
    pub entry: EntryHeader,
}

/// A transfer as it was sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carried<'a> {
    pub fact: &'a Fact,
    pub direction: Direction,
    pub number: u64,
    pub transfer: &'a Transfer,
}

/// A block as a CP sent it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SentItem<'a> {
    pub fact: &'a Fact,
    pub direction: Direction,
    pub number: u64,
    pub item: &'a Item,
}

impl History {
    /// Of a run in which the fact with this number violates a property.
    pub fn new(violation: u64) -> Self {
        Self {
            parts: Parts::new(),
            facts: Vec::new(),
            violation,
            next: Rc::default(),
            hurt: Hurt::default(),
        }
    }

    /// Counts the facts.
    pub fn clock(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.next)
    }

    /// Whether chance lost or damaged this message, or a packet of it.
    pub fn is_hurt(&self, direction: u64, number: u64) -> bool {
        self.hurt.messages.contains(&(direction, number))
    }

    /// The fact with this number, if it was kept.
    pub fn fact(&self, number: u64) -> Option<&Fact> {
        self.facts.get(usize::try_from(number).ok()?)
    }

    /// The facts up to the violation, it included, in order.
    pub fn before(&self) -> &[Fact] {
        let end = usize::try_from(self.violation).map_or(usize::MAX, |place| place + 1);
        &self.facts[..end.min(self.facts.len())]
    }

    /// The fact of the violation.
    pub fn last(&self) -> Option<&Fact> {
        self.before().last()
    }

    /// Every fact that was kept, in order.
    pub fn all(&self) -> &[Fact] {
        &self.facts
    }

    /// What led to the fact, from it back to what came from outside.
    pub fn causes<'a>(&'a self, fact: &'a Fact) -> impl Iterator<Item = &'a Fact> {
        std::iter::successors(Some(fact), |fact| fact.cause.and_then(|cause| self.fact(cause)))
    }

    /// The newest fact up to the violation of which `pick` makes something.
    pub fn newest<'a, T>(&'a self, pick: impl FnMut(&'a Fact) -> Option<T>) -> Option<T> {
        self.before().iter().rev().find_map(pick)
    }

    /// The first fact of which `pick` makes something.
    pub fn first<'a, T>(&'a self, pick: impl FnMut(&'a Fact) -> Option<T>) -> Option<T> {
        self.before().iter().find_map(pick)
    }

    /// What a client asked.
    pub fn request(&self, id: WriteId) -> Option<(&Fact, &Request)> {
        self.first(|fact| match &fact.what {
            What::Requested(request) if request.id == id => Some((fact, request)),
            _ => None,
        })
    }

    /// How a write came into the log; the first time, if it came more than once.
    pub fn logged(&self, id: WriteId) -> Option<Logged> {
        self.first(|fact| logged(fact).filter(|logged| logged.entry.write == id))
    }

    /// How the entry came into the log.
    pub fn entry(&self, lsn: Lsn) -> Option<Logged> {
        self.first(|fact| logged(fact).filter(|logged| logged.entry.lsn == lsn))
    }

    /// Transfers, in the order of their sending.
    pub fn transfers(&self) -> impl Iterator<Item = Carried<'_>> {
        self.before().iter().filter_map(|fact| match &fact.what {
            What::Sent(direction, number, message) => match &**message {
                Message::Transfer(transfer) => {
                    Some(Carried { fact, direction: *direction, number: *number, transfer })
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// Blocks of a CP in the order of their sending, again or not.
    pub fn items(&self, cp: CpId) -> impl Iterator<Item = SentItem<'_>> {
        let sent = self.before().iter().filter_map(message);
        let of_cp = sent.filter_map(move |(fact, direction, number, message)| match message {
            Message::CpData { cp: sent, items, .. } if *sent == cp => {
                Some(items.iter().map(move |item| SentItem { fact, direction, number, item }))
            }
            _ => None,
        });
        of_cp.flatten()
    }

    /// What became of a message so far, in order: it arrived, was lost or damaged.
    pub fn fates(&self, direction: Direction, number: u64) -> impl Iterator<Item = &Fact> {
        self.before().iter().filter(move |fact| {
            let (way, which) = match &fact.what {
                What::Arrived(way, which)
                | What::Lost(way, which, _)
                | What::Damaged(way, which) => (*way, *which),
                _ => return false,
            };
            (way, which) == (direction, number)
        })
    }
}

/// The message that a fact sends, with its direction and number.
pub(super) fn message(fact: &Fact) -> Option<(&Fact, Direction, u64, &Message)> {
    match &fact.what {
        What::Sent(direction, number, message) | What::Resent(direction, number, message) => {
            Some((fact, *direction, *number, message))
        }
        _ => None,
    }
}

/// The entry that a fact logs or replays.
pub(super) fn logged(fact: &Fact) -> Option<Logged> {
    match &fact.what {
        What::Appended(_, _, cp, entry) | What::Replayed(_, _, cp, entry) => {
            Some(Logged { cp: *cp, entry: *entry })
        }
        _ => None,
    }
}

impl Sink for History {
    fn take(&mut self, fact: &Fact) {
        self.next.set(fact.number + 1);
        self.hurt.take(fact);
        if fact.number > self.violation.saturating_add(BEYOND) {
            return;
        }
        self.facts.push(match self.parts.see(fact) {
            Seen::OfThisReign(fact) | Seen::NewReign(fact) | Seen::OfRival(fact) => fact,
        });
    }
}

impl Hurt {
    fn take(&mut self, fact: &Fact) {
        if let What::Departed(direction, number, _) = fact.what {
            self.departed = Some((fact.number, (direction as u64, number)));
        } else if let What::Lost(direction, number, LossCause::Link | LossCause::Corruption)
        | What::Damaged(direction, number) = fact.what
        {
            self.messages.insert((direction as u64, number));
        } else if let What::LinkResent(..) = fact.what {
            // Said because of the departure whose packets go again.
            let departed = self.departed.filter(|(departed, _)| fact.cause == Some(*departed));
            self.messages.extend(departed.map(|(_, message)| message));
        }
    }
}
