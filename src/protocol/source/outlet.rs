//! The link's queue as the source sees it: how much it holds, and what leaves next (Spec 8.1).

use super::super::Lsn;
use crate::units::Bytes;
use std::collections::VecDeque;

/// Messages handed to the link that have not left.
#[derive(Debug)]
pub(super) struct Outlet {
    limit: u64,
    /// No message is longer, so one with this much room left can be handed over unseen.
    longest: u64,
    queued: u64,
    messages: VecDeque<Queued>,
    /// Those among them that are answered by progress: all but heartbeats.
    work: u64,
}

/// A message in the queue.
#[derive(Debug, Clone, Copy)]
struct Queued {
    length: u64,
    what: Cargo,
}

/// What leaves with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cargo {
    /// Something of the protocol; the newest entry that it completes, if it does.
    Work(Option<Lsn>),
    /// Only that the source is there (Spec 7.6).
    Heartbeat,
}

impl Outlet {
    pub(super) const fn new(limit: Bytes, longest: Bytes) -> Self {
        let (limit, longest) = (limit.get(), longest.get());
        Self { limit, longest, queued: 0, messages: VecDeque::new(), work: 0 }
    }

    /// Whether the next message, whatever its length, fits the queue. A full queue holds the sender
    /// back.
    pub(super) const fn has_room(&self) -> bool {
        self.queued + self.longest <= self.limit
    }

    /// Whether a message of this length, which may be longer than any other, fits the queue; alone it
    /// always does.
    pub(super) fn has_room_for(&self, length: Bytes) -> bool {
        self.messages.is_empty() || self.queued.saturating_add(length.get()) <= self.limit
    }

    /// Accounts for a message given to the link.
    pub(super) fn hand_over(&mut self, length: Bytes, what: Cargo) {
        assert!(self.has_room_for(length), "a message is handed over where there is room");
        self.queued += length.get();
        self.work += u64::from(what != Cargo::Heartbeat);
        self.messages.push_back(Queued { length: length.get(), what });
    }

    /// The queue was taken back from the link.
    pub(super) fn clear(&mut self) {
        self.messages.clear();
        (self.queued, self.work) = (0, 0);
    }

    /// Whether all has left that an answer is awaited to.
    pub(super) const fn is_empty(&self) -> bool {
        self.work == 0
    }

    /// The oldest message has left; gives the newest entry that is now wholly on the wire.
    pub(super) fn departed(&mut self) -> Option<Lsn> {
        let Queued { length, what } = self.messages.pop_front().expect("it was handed over");
        self.queued -= length;
        match what {
            Cargo::Work(completes) => {
                self.work -= 1;
                completes
            }
            Cargo::Heartbeat => None,
        }
    }
}
