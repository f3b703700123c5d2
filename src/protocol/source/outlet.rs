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
    /// Length, and the newest entry that the message completes.
    messages: VecDeque<(u64, Option<Lsn>)>,
}

impl Outlet {
    pub(super) const fn new(limit: Bytes, longest: Bytes) -> Self {
        let (limit, longest) = (limit.get(), longest.get());
        Self { limit, longest, queued: 0, messages: VecDeque::new() }
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
    pub(super) fn hand_over(&mut self, length: Bytes, completes: Option<Lsn>) {
        assert!(self.has_room_for(length), "a message is handed over where there is room");
        self.queued += length.get();
        self.messages.push_back((length.get(), completes));
    }

    /// The queue was taken back from the link.
    pub(super) fn clear(&mut self) {
        self.messages.clear();
        self.queued = 0;
    }

    /// Whether all has left.
    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The oldest message has left; gives the newest entry that is now wholly on the wire.
    pub(super) fn departed(&mut self) -> Option<Lsn> {
        let (length, completes) = self.messages.pop_front().expect("it was handed over");
        self.queued -= length;
        completes
    }
}
