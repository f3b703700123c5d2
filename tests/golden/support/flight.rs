//! Messages between the two nodes: sent, on the wire, delivered when the script says so.

use mirrorsim::protocol::Message;

/// A node of the pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Serves clients.
    Source,
    /// Holds the mirror.
    Destination,
}

impl Side {
    /// As scripts name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }

    /// The side a script names.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "source" => Ok(Self::Source),
            "destination" => Ok(Self::Destination),
            other => Err(format!("{other:?} is neither source nor destination")),
        }
    }

    /// Who sends to this side.
    pub const fn peer(self) -> Self {
        match self {
            Self::Source => Self::Destination,
            Self::Destination => Self::Source,
        }
    }
}

/// Messages on their way to one side, in the order they were sent.
#[derive(Debug, Default)]
pub struct Flight {
    messages: Vec<Message>,
    /// How many of the newest are still in the sender's queue.
    undeparted: usize,
}

impl Flight {
    /// The sender hands a message over.
    pub fn send(&mut self, message: Message) {
        self.messages.push(message);
        self.undeparted += 1;
    }

    /// The oldest message that has not departed leaves; gives it.
    pub fn depart(&mut self) -> Option<&Message> {
        let place = self.messages.len().checked_sub(self.undeparted)?;
        let message = self.messages.get(place)?;
        self.undeparted -= 1;
        Some(message)
    }

    /// Messages that must depart before the one at `place` can arrive.
    pub fn departures_before(&self, place: usize) -> usize {
        let departed = self.messages.len() - self.undeparted;
        (place + 1).saturating_sub(departed)
    }

    /// Takes the message at `place` off the wire.
    pub fn take(&mut self, place: usize) -> Message {
        self.messages.remove(place)
    }

    /// The wire makes a second copy, behind every message that has departed.
    pub fn duplicate(&mut self, place: usize) {
        let copy = self.messages[place].clone();
        self.messages.insert(self.messages.len() - self.undeparted, copy);
    }

    /// The message at `place`, to be changed on the wire.
    pub fn get_mut(&mut self, place: usize) -> &mut Message {
        &mut self.messages[place]
    }

    /// The sender takes back what has not departed; gives how many these were.
    pub fn take_back(&mut self) -> usize {
        self.messages.truncate(self.messages.len() - self.undeparted);
        std::mem::take(&mut self.undeparted)
    }

    /// Everything on its way is lost.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// All of them.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }
}
