//! S23: bytes add up. What each message carries, by category and with its packets, is what the link
//! counted (Spec 8.1, 9.1, 9.2).

use super::Findings;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::wire::{self, Encoding};
use crate::scenario::Wan;
use std::collections::BTreeMap;

/// Messages on their way out, and the sums.
#[derive(Debug)]
pub struct AddedUp {
    encoding: Encoding,
    /// Data bytes in a packet, and bytes of overhead for each.
    packet: (u64, u64),
    expected: BTreeMap<(Direction, u64), u64>,
    departed: [u64; 2],
}

impl AddedUp {
    /// For a run over this link.
    #[must_use]
    pub const fn new(encoding: Encoding, wan: &Wan) -> Self {
        // An MTU counts 40 B of network and transport headers.
        let packet = (wan.mtu.get() - 40, wan.packet_overhead.get());
        Self { encoding, packet, expected: BTreeMap::new(), departed: [0; 2] }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, findings: &mut Findings) {
        if let What::Sent(direction, number, message) | What::Resent(direction, number, message) =
            &fact.what
        {
            let length = wire::breakdown(message, &self.encoding).total();
            let packets = length.div_ceil(self.packet.0).max(1);
            self.expected.insert((*direction, *number), length + packets * self.packet.1);
        } else if let What::Departed(direction, number, carried) = &fact.what {
            self.departed[*direction as usize] += carried;
            let expected = self.expected.remove(&(*direction, *number)).unwrap_or(0);
            if expected != *carried {
                let message = format!(
                    "message {number} put {carried} B on the wire, its parts add up to {expected} B"
                );
                findings.add(fact, "S23", sender(*direction), "bytes_differ", message);
            }
        } else if let What::LinkResent(direction, bytes) = &fact.what {
            self.departed[*direction as usize] += bytes;
        } else if let What::Lost(direction, number, _) = &fact.what {
            self.expected.remove(&(*direction, *number));
        } else if let What::Ended(ending) = &fact.what {
            for direction in Direction::BOTH {
                let link = ending.link_bytes[direction as usize];
                let sum = self.departed[direction as usize];
                if link != sum {
                    let message = format!("the link counted {link} B, messages add up to {sum} B");
                    findings.add(fact, "S23", sender(direction), "sum_differs", message);
                }
            }
        }
    }
}

const fn sender(direction: Direction) -> Role {
    match direction {
        Direction::ToDestination => Role::Source,
        Direction::ToSource => Role::Destination,
    }
}
