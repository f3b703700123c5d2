//! Requests of block devices as text: what blkparse prints, `maj,min cpu seq s.ns pid action rwbs
//! sector + count [process]` and a summary behind it; and the lines of the kernel's own block
//! tracepoints as tracefs, `perf script` and `trace-cmd report` print them,
//! `… s.us: block_bio_queue: maj,min rwbs sector + count [process]`. A target is a device, `8:0`.
//!
//! A request shows several times on its way: queued (Q), issued to the driver (D), completed (C). One
//! of the three is taken, the first that the recording has: Q if anything was queued.

mod line;

use self::line::{Action, Event, Line, Operation};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::parse::{Parse, Request, Requests};
use std::fmt::Write as _;

/// Requests that are held while nothing was queued yet: a recording that begins in the middle of
/// work completes more than it queues at first.
const HELD: usize = 4096;

/// Reads lines.
#[derive(Debug, Default)]
pub(in crate::trace) struct Blkparse {
    taken: Taken,
    /// Events that the recorder had no room for.
    lost: u64,
}

/// Which action's requests are taken.
#[derive(Debug)]
enum Taken {
    /// Nothing was queued yet; what was issued and completed is held.
    Undecided(Vec<(Action, Event)>),
    Only(Action),
}

impl Default for Taken {
    fn default() -> Self {
        Self::Undecided(Vec::new())
    }
}

impl Parse for Blkparse {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        match line::read(line)? {
            Line::Silent => Ok(()),
            Line::Lost(events) => {
                self.lost = self.lost.saturating_add(events);
                Ok(())
            }
            Line::Of(action, event) => self.event(action, event, out),
        }
    }

    fn end(&mut self, out: &mut Requests) -> Result<(), Fault> {
        if self.lost > 0 {
            let lost = self.lost;
            out.note(format!("the recorder lost {lost} events: its buffers were too small"));
        }
        self.decide(out)
    }
}

impl Blkparse {
    fn event(&mut self, action: Action, event: Event, out: &mut Requests) -> Result<(), Fault> {
        match &mut self.taken {
            Taken::Only(taken) if *taken == action => tell(&event, out),
            Taken::Only(_) => Ok(()),
            Taken::Undecided(_) if action == Action::Queued => {
                self.taken = Taken::Only(action);
                tell(&event, out)
            }
            Taken::Undecided(held) => {
                held.push((action, event));
                if held.len() < HELD { Ok(()) } else { self.decide(out) }
            }
        }
    }

    /// Nothing was queued: takes what was issued, or else what was completed.
    fn decide(&mut self, out: &mut Requests) -> Result<(), Fault> {
        let Taken::Undecided(held) = &mut self.taken else { return Ok(()) };
        let held = std::mem::take(held);
        let Some((first, _)) = held.first() else { return Ok(()) };
        let issued = held.iter().any(|(action, _)| *action == Action::Issued);
        let taken = if issued { Action::Issued } else { *first };
        self.taken = Taken::Only(taken);
        out.note(format!("nothing was queued (Q) in this recording, so {taken} is taken"));
        held.iter()
            .filter(|(action, _)| *action == taken)
            .try_for_each(|(_, event)| tell(event, out))
    }
}

/// A flush before a write is a request of its own.
fn tell(event: &Event, out: &mut Requests) -> Result<(), Fault> {
    let Event { time, device: (major, minor), operation, flush, through, offset, length } = *event;
    let mut name = String::new();
    write!(name, "{major}:{minor}").expect("text takes any text");
    let request = |kind| Request { time, target: name.as_bytes(), offset, length, kind };
    let left_out = match operation {
        Operation::Write => None,
        Operation::Read => Some("reads"),
        Operation::Discard => Some("discards"),
        Operation::Other => Some("requests of other kinds (N, Z)"),
    };
    if flush {
        out.take(request(RecordKind::Flush))?;
    }
    if length == 0 {
        // A flush alone, or what is left of it further down.
        return Ok(());
    }
    let kind = if through { RecordKind::WriteThrough } else { RecordKind::Write };
    match left_out {
        Some(what) => {
            out.leave_out(what, time, length);
            Ok(())
        }
        None => out.take(request(kind)),
    }
}

#[cfg(test)]
mod tests;
