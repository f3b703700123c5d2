//! Reads: served by the source, they see the newest logged write (Spec 3.9).
//!
//! A read takes what is in memory when it arrives and the rest from the committed image, which holds
//! exactly the bytes that are not in memory. So it happens at one moment: its arrival.

use super::super::block::{BlockAddress, Runs, WriteRange};
use super::super::{Effect, Outcome, Refusal, Ticket, WriteId};
use super::{Source, refuse};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// Reads of the volume disks under way.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// What each read is for.
    disk: BTreeMap<Ticket, ReadFor>,
    /// Clients' reads without an answer.
    clients: BTreeMap<WriteId, ClientRead>,
    /// Those of them that have all their bytes, in the order they got them: answered at once, unless
    /// the source may not serve (Spec 7.6).
    complete: Vec<WriteId>,
}

/// What a read of the volume disks is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadFor {
    /// To complete a buffer.
    Buffer(BlockAddress),
    /// For a client: whose, and which of its blocks.
    Client(WriteId, usize),
    /// A block changed earlier that goes with a CP sent in full (Spec 6.1).
    Extra(BlockAddress),
    /// A block of a pass of resynchronization (Spec 6.5).
    Pass(BlockAddress),
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
    pub(super) fn read(
        &mut self,
        now: SimTime,
        id: WriteId,
        range: WriteRange,
        effects: &mut Vec<Effect>,
    ) {
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
                self.reads.started(ticket, ReadFor::Client(id, blocks.len()));
                effects.push(Effect::ReadVolume(ticket, piece.address));
                outstanding += 1;
            }
            blocks.push((piece.address, Wanted { start, end, known }));
        }
        self.reads.clients.insert(id, ClientRead { blocks, outstanding });
        self.reads.note_if_complete(id);
        self.answer_reads(now, effects);
    }

    /// Answers the reads that have all their bytes, if the source may serve.
    pub(super) fn answer_reads(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if self.may_serve(now) {
            self.reads.answer(effects);
        }
    }
}

impl Reads {
    pub(super) fn started(&mut self, ticket: Ticket, purpose: ReadFor) {
        self.disk.insert(ticket, purpose);
    }

    /// What the read was for; `None`: for something that was given up meanwhile.
    pub(super) fn done(&mut self, ticket: Ticket) -> Option<ReadFor> {
        self.disk.remove(&ticket)
    }

    /// Forgets reads for what is sent: the session is over.
    pub(super) fn end_session(&mut self) {
        self.disk.retain(|_, purpose| match purpose {
            ReadFor::Buffer(_) | ReadFor::Client(..) => true,
            ReadFor::Extra(_) | ReadFor::Pass(_) => false,
        });
    }

    /// Whether the read is being served.
    pub(super) fn is_open(&self, id: WriteId) -> bool {
        self.clients.contains_key(&id)
    }

    /// A block read for a client has come.
    pub(super) fn client_read_done(&mut self, (id, place): (WriteId, usize), base: &Runs) {
        let read = self.clients.get_mut(&id).expect("a read waits for its blocks");
        let wanted = &mut read.blocks[place].1;
        wanted.known.fill_gaps(&base.slice(wanted.start, wanted.end));
        read.outstanding -= 1;
        self.note_if_complete(id);
    }

    fn note_if_complete(&mut self, id: WriteId) {
        if self.clients.get(&id).is_some_and(|read| read.outstanding == 0) {
            self.complete.push(id);
        }
    }

    fn answer(&mut self, effects: &mut Vec<Effect>) {
        for id in self.complete.drain(..) {
            let read = self.clients.remove(&id).expect("a complete read is not answered yet");
            let blocks = read.blocks.into_iter().map(|(address, wanted)| (address, wanted.known));
            effects.push(Effect::Answer(id, Outcome::Read(blocks.collect())));
        }
    }

    /// A block of a client's read cannot be had: the read is given up. Gives the block.
    pub(super) fn give_up(&mut self, (id, place): (WriteId, usize)) -> BlockAddress {
        let read = self.clients.remove(&id).expect("a read waits for its blocks");
        self.disk.retain(|_, purpose| match purpose {
            ReadFor::Client(other, _) => *other != id,
            ReadFor::Buffer(_) | ReadFor::Extra(_) | ReadFor::Pass(_) => true,
        });
        read.blocks[place].0
    }

    /// Clients' reads without an answer.
    pub(super) fn open(&self) -> u64 {
        self.clients.len() as u64
    }
}
