//! The log of nbdkit's log filter: `date time connection=N Write id=N offset=0x… count=0x… fua=B ...`
//! when a client asks, `date time connection=N ...Write id=N return=0` when it is answered. A target
//! is an export, `nbd` where it has no name.
//!
//! A request that failed is left out; one whose answer the log does not show any more was asked for
//! all the same.

mod date;
mod line;

use self::line::{Answer, Asked, Line, Operation};
use crate::trace::RecordKind;
use crate::trace::error::Fault;
use crate::trace::parse::{Parse, Request, Requests};
use std::collections::{BTreeMap, VecDeque};

/// Requests that wait for their answers at most: no client asks for more at a time, and one whose
/// answer never comes shall not keep all later ones waiting.
const MOST_WAITING: usize = 4096;

/// Connections whose exports are known at most.
const MOST_CONNECTIONS: usize = 4096;

/// Reads lines.
#[derive(Debug, Default)]
pub(in crate::trace) struct Nbdkit {
    /// Exports by connection.
    exports: BTreeMap<u64, Vec<u8>>,
    /// In the order in which they were asked.
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    connection: u64,
    asked: Asked,
    answer: Option<Answer>,
}

impl Parse for Nbdkit {
    fn item(&mut self, line: &[u8], out: &mut Requests) -> Result<(), Fault> {
        match line::read(line)? {
            Line::Silent => Ok(()),
            Line::Connected { connection, export } => {
                self.exports.insert(connection, export);
                if self.exports.len() > MOST_CONNECTIONS {
                    self.exports.pop_first();
                }
                Ok(())
            }
            Line::Disconnected { connection } => {
                self.answered(out)?;
                if !self.waiting.iter().any(|waiting| waiting.connection == connection) {
                    self.exports.remove(&connection);
                }
                Ok(())
            }
            Line::Asked { connection, asked } => {
                self.waiting.push_back(Waiting { connection, asked, answer: None });
                if self.waiting.len() > MOST_WAITING { self.first(out) } else { Ok(()) }
            }
            Line::Answered { connection, id, answer } => {
                let same = |waiting: &&mut Waiting| {
                    waiting.connection == connection && waiting.asked.id == id
                };
                if let Some(waiting) = self.waiting.iter_mut().find(same) {
                    waiting.answer = Some(answer);
                }
                self.answered(out)
            }
        }
    }

    fn end(&mut self, out: &mut Requests) -> Result<(), Fault> {
        while !self.waiting.is_empty() {
            self.first(out)?;
        }
        Ok(())
    }
}

impl Nbdkit {
    /// Tells of the first ones that are answered.
    fn answered(&mut self, out: &mut Requests) -> Result<(), Fault> {
        while self.waiting.front().is_some_and(|first| first.answer.is_some()) {
            self.first(out)?;
        }
        Ok(())
    }

    /// Tells of the first one.
    fn first(&mut self, out: &mut Requests) -> Result<(), Fault> {
        const UNNAMED: &[u8] = b"nbd";
        let Some(Waiting { connection, asked, answer }) = self.waiting.pop_front() else {
            return Ok(());
        };
        let Asked { time, operation, offset, length, fua, .. } = asked;
        let left_out = match operation {
            Operation::Read => Some("reads"),
            Operation::Trim => Some("discards"),
            Operation::Write | Operation::Zero | Operation::Flush => {
                (answer == Some(Answer::Failed)).then_some("failed requests")
            }
        };
        if let Some(what) = left_out {
            out.leave_out(what, time, length);
            return Ok(());
        }
        let kind = match (operation, fua) {
            (Operation::Flush, _) => RecordKind::Flush,
            (_, line::Fua::Asked) => RecordKind::WriteThrough,
            (_, line::Fua::Not) => RecordKind::Write,
        };
        let export = self.exports.get(&connection).filter(|export| !export.is_empty());
        let target = export.map_or(UNNAMED, Vec::as_slice);
        out.take(Request { time, target, offset, length, kind })
    }
}

#[cfg(test)]
mod tests;
