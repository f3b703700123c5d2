//! Reads: served by the source, they see the newest logged write (Spec 3.9).
//!
//! A read takes what is in memory when it arrives and the rest from the committed image, which holds
//! exactly the bytes that are not in memory. So it happens at one moment: its arrival.

use super::super::block::{BlockAddress, Runs, WriteRange};
use super::super::{Effect, Outcome, Refusal, Ticket, WriteId};
use super::{Source, refuse};
use std::collections::BTreeMap;

/// Reads of the volume disks under way.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// Reads that complete a buffer.
    buffers: BTreeMap<Ticket, BlockAddress>,
    /// Reads for a client: whose, and which of its blocks.
    disk: BTreeMap<Ticket, (WriteId, usize)>,
    /// Clients' reads without an answer.
    clients: BTreeMap<WriteId, ClientRead>,
}

/// A client's read.
#[derive(Debug)]
struct ClientRead {
    blocks: Vec<(BlockAddress, Wanted)>,
    outstanding: usize,
}

/// The wanted bytes of a block and what is known of them.
#[derive(Debug)]
struct Wanted {
    start: u32,
    end: u32,
    known: Runs,
}

impl Source {
    /// A client's read. One of more blocks than the source may have buffers is refused (Spec 3.8).
    pub(super) fn read(&mut self, id: WriteId, range: WriteRange, effects: &mut Vec<Effect>) {
        if range.end().is_none() {
            return refuse(id, Refusal::BeyondVolume, effects);
        }
        if self.blocks_of(range) > self.parameters.buffers {
            return refuse(id, Refusal::LargerThanHalf, effects);
        }
        let mut blocks = Vec::new();
        let mut outstanding = 0;
        for piece in range.pieces(self.parameters.block_size) {
            let (start, end) = (piece.start, piece.end);
            let newest = self.buffers.newest(piece.address);
            let known = newest.map(|runs| runs.slice(start, end)).unwrap_or_default();
            if !known.covers(start, end) {
                let ticket = self.ticket();
                self.reads.disk.insert(ticket, (id, blocks.len()));
                effects.push(Effect::ReadVolume(ticket, piece.address));
                outstanding += 1;
            }
            blocks.push((piece.address, Wanted { start, end, known }));
        }
        self.reads.clients.insert(id, ClientRead { blocks, outstanding });
        self.reads.answer_if_complete(id, effects);
    }
}

impl Reads {
    pub(super) fn buffer_read_started(&mut self, ticket: Ticket, address: BlockAddress) {
        self.buffers.insert(ticket, address);
    }

    /// The block that this read was to complete; `None` if it was a client's read.
    pub(super) fn buffer_read_done(&mut self, ticket: Ticket) -> Option<BlockAddress> {
        self.buffers.remove(&ticket)
    }

    /// A block read for a client has come.
    pub(super) fn client_read_done(
        &mut self,
        ticket: Ticket,
        base: &Runs,
        effects: &mut Vec<Effect>,
    ) {
        let (id, place) = self.disk.remove(&ticket).expect("a read that was asked for");
        let read = self.clients.get_mut(&id).expect("a read waits for its blocks");
        let wanted = &mut read.blocks[place].1;
        wanted.known.fill_gaps(&base.slice(wanted.start, wanted.end));
        read.outstanding -= 1;
        self.answer_if_complete(id, effects);
    }

    fn answer_if_complete(&mut self, id: WriteId, effects: &mut Vec<Effect>) {
        if self.clients.get(&id).is_some_and(|read| read.outstanding == 0) {
            let read = self.clients.remove(&id).expect("it is there");
            let blocks = read.blocks.into_iter().map(|(address, wanted)| (address, wanted.known));
            effects.push(Effect::Answer(id, Outcome::Read(blocks.collect())));
        }
    }

    /// Clients' reads without an answer.
    pub(super) fn open(&self) -> u64 {
        self.clients.len() as u64
    }
}
