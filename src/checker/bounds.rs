//! S21: every bound holds (Spec 3.8).

use super::Findings;
use crate::facts::{Direction, Fact, Role, Sink, Usage, What};
use crate::protocol::{Message, Parameters, wire};

/// Compares what is in use with the knobs.
#[derive(Debug)]
pub struct Bounds {
    parameters: Parameters,
    usage: Usage,
}

impl Bounds {
    /// For a run with these knobs.
    #[must_use]
    pub fn new(parameters: Parameters) -> Self {
        Self { usage: Usage::new(parameters.encoding.clone()), parameters }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, findings: &mut Findings) {
        let before = self.usage.peak;
        self.usage.take(fact);
        if self.usage.peak != before {
            self.check_usage(fact, findings);
        }
        if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            self.check_message(fact, message, findings);
        }
    }

    /// A bound is exceeded first where the peak rises.
    fn check_usage(&self, fact: &Fact, findings: &mut Findings) {
        let (peak, limits) = (self.usage.peak, &self.parameters);
        let ids = limits.transfer_ids.min(limits.id_space());
        let entries = limits.entries.unwrap_or(u64::MAX);
        let source = [
            ("bytes in an NVRAM half", peak.nvram_half_bytes, limits.nvram_half.get()),
            ("entries in an NVRAM half", peak.nvram_half_entries, entries),
            ("live transfer IDs", peak.transfer_ids, ids),
            ("buffers", peak.buffers, limits.buffers),
            ("bytes in the link's queue", peak.link_queue_bytes, limits.link_queue.get()),
        ];
        let files = u64::from(limits.nvlog_files);
        let destination = [("NVLog files in use", peak.nvlog_files, files)];
        let sides = source.map(|bound| (Role::Source, bound)).into_iter();
        let sides = sides.chain(destination.map(|bound| (Role::Destination, bound)));
        for (role, (what, used, limit)) in sides {
            if used > limit {
                let message = format!("{used} {what}, where {limit} are allowed");
                findings.add(fact, "S21", role, "bound_exceeded", message);
            }
        }
    }

    fn check_message(&self, fact: &Fact, message: &Message, findings: &mut Findings) {
        let (limit, used) = if let Message::Transfer(transfer) = message {
            let data = transfer.entries.iter().map(|entry| entry.part_length).sum::<u64>();
            (self.parameters.transfer_bytes.get(), data)
        } else if let Message::CpData { items, .. } = message {
            let alone = if items.len() == 1 { u64::MAX } else { 0 };
            let length = wire::length(message, &self.parameters.encoding).get();
            (self.parameters.cp_message_bytes.get().max(alone), length)
        } else {
            return;
        };
        if used > limit {
            let message = format!("a message carries {used} B, where {limit} B are allowed");
            findings.add(fact, "S21", Role::Source, "message_too_long", message);
        }
    }
}
