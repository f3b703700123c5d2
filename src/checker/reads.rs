//! S22: reads are linearizable, in the order of the log (Spec 3.9). What a read returns is the
//! contents of the volume at one moment between its request and its answer.

use super::Findings;
use super::model::Model;
use crate::facts::{Fact, Role, What};
use crate::protocol::block::{
    BlockAddress, BlockSize, Difference, Origin, Piece, Run, Runs, WriteRange,
};
use crate::protocol::{EntryHeader, Operation, Outcome, WriteId};
use std::collections::BTreeMap;

/// Reads under way and what was logged meanwhile.
#[derive(Debug)]
pub struct Reads {
    size: BlockSize,
    open: BTreeMap<WriteId, Open>,
}

/// A read under way.
#[derive(Debug)]
struct Open {
    pieces: Vec<Piece>,
    /// The contents when the read was asked for.
    before: BTreeMap<BlockAddress, Runs>,
    /// Entries logged since that touch the range, in order.
    since: Vec<EntryHeader>,
}

impl Reads {
    /// No reads.
    #[must_use]
    pub const fn new(size: BlockSize) -> Self {
        Self { size, open: BTreeMap::new() }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::Requested(request) = &fact.what
            && let Operation::Read(range) = request.operation
        {
            self.requested(request.id, range, model);
        } else if let What::Appended(_, _, _, entry) = &fact.what {
            self.appended(entry);
        } else if let What::Survived(Role::Source, _) | What::Serves(_) = &fact.what {
            // What was not durable is gone: whoever still waits is answered by the life to come.
            for open in self.open.values_mut() {
                for (address, contents) in &mut open.before {
                    *contents = model.newest(*address);
                }
                open.since.clear();
            }
        } else if let What::HalfAssigned(_, half, _) = &fact.what
            && let Some((_, entries)) = model.halves.get(half)
        {
            for entry in entries.values() {
                self.appended(entry);
            }
        } else if let What::Answered(_, id, outcome) = &fact.what
            && let Some(open) = self.open.remove(id)
            && let Outcome::Read(blocks) = outcome
        {
            check(fact, *id, open, blocks, self.size, findings);
        }
    }

    /// A site answered whose reign is over: it cannot know what the volume holds (Spec 7.7).
    pub fn answered_by_rival(&mut self, fact: &Fact) {
        if let What::Answered(_, id, _) = &fact.what {
            self.open.remove(id);
        }
    }

    fn appended(&mut self, entry: &EntryHeader) {
        for open in self.open.values_mut() {
            let touches = |piece: Piece| open.before.contains_key(&piece.address);
            if entry.range.pieces(self.size).any(touches) {
                open.since.push(*entry);
            }
        }
    }

    fn requested(&mut self, id: WriteId, range: WriteRange, model: &Model) {
        if range.end().is_none() {
            return;
        }
        let pieces: Vec<_> = range.pieces(self.size).collect();
        let before =
            pieces.iter().map(|piece| (piece.address, model.newest(piece.address))).collect();
        self.open.insert(id, Open { pieces, before, since: Vec::new() });
    }
}

/// Looks for a moment at which the volume held what was returned.
fn check(
    fact: &Fact,
    id: WriteId,
    open: Open,
    blocks: &[(BlockAddress, Runs)],
    size: BlockSize,
    findings: &mut Findings,
) {
    let Open { pieces, mut before, since } = open;
    let mut since = since.into_iter();
    let mut first = None;
    loop {
        match difference(&pieces, &before, blocks) {
            None => return,
            Some(found) => first.get_or_insert(found),
        };
        let Some(entry) = since.next() else { break };
        for piece in entry.range.pieces(size) {
            if let Some(contents) = before.get_mut(&piece.address) {
                let origin = Origin::Write { id: entry.write, position: piece.position };
                contents.put(Run { start: piece.start, end: piece.end, origin });
            }
        }
    }
    let (place, text) = first.unwrap_or_default();
    let message = format!("read {id} saw no moment of the volume; at its request: {text}");
    let subject = findings.add(fact, "S22", Role::Source, "not_linearizable", message);
    subject.of_write(id);
    if let Some((address, difference)) = place {
        subject.of_block(address).difference = Some(difference);
    }
}

/// The first bytes that are not as they were, and a sentence about them.
fn difference(
    pieces: &[Piece],
    contents: &BTreeMap<BlockAddress, Runs>,
    blocks: &[(BlockAddress, Runs)],
) -> Option<(Option<(BlockAddress, Difference)>, String)> {
    if pieces.len() != blocks.len() {
        return Some((None, format!("{} blocks instead of {}", blocks.len(), pieces.len())));
    }
    pieces.iter().zip(blocks).find_map(|(piece, (address, held))| {
        let expected = contents.get(address)?.slice(piece.start, piece.end);
        let difference = held.difference(&expected)?;
        Some((Some((*address, difference)), format!("{address} {difference}")))
    })
}
