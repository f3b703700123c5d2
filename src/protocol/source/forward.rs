//! Forwarding the log: entries packed into transfers (Spec 3.3, 3.4; Claims 8, 10).

use super::super::block::{Origin, Runs};
use super::super::buffer::{SentPlace, Stage};
use super::super::pieces::Place;
use super::super::transfer::{TableIndex, parts};
use super::super::wire::ENTRY_HEADER;
use super::super::{
    BlockNumber, CpId, Effect, EntryHeader, FragmentNumber, FragmentReference, Half, Lsn, Message,
    Reference, Sabotage, Timer, Transfer, TransferHeader, TransferId,
};
use super::Source;
use crate::units::SimTime;
use std::collections::VecDeque;

/// A log entry on its way into a transfer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Logged {
    /// The half it lies in.
    pub half: Half,
    /// The CP it belongs to.
    pub cp: CpId,
    /// The entry; `part_start` and `part_length` say what of it is still to be sent.
    pub entry: EntryHeader,
    /// When it was logged.
    pub at: SimTime,
}

/// Entries logged and not yet handed to the link. Bounded by the NVRAM halves they lie in.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    entries: VecDeque<Logged>,
    /// Bytes of data and of headers in `entries`.
    data: u64,
    /// Under `destination-first`: entries that go to NVRAM when the destination has them.
    unpersisted: VecDeque<Lsn>,
}

impl Backlog {
    pub(super) fn push(&mut self, logged: Logged) {
        self.data += logged.entry.part_length;
        self.entries.push_back(logged);
    }

    pub(super) fn persist_later(&mut self, lsn: Lsn) {
        self.unpersisted.push_back(lsn);
    }

    /// The next entry up to `through` that may go to NVRAM.
    pub(super) fn persist_through(&mut self, through: Lsn) -> Option<Lsn> {
        self.unpersisted.front().filter(|lsn| **lsn <= through)?;
        self.unpersisted.pop_front()
    }

    /// The session is over: nothing is forwarded any more. Gives the entries that waited for the
    /// destination before they go to NVRAM.
    pub(super) fn end_session(&mut self) -> VecDeque<Lsn> {
        self.entries.clear();
        self.data = 0;
        std::mem::take(&mut self.unpersisted)
    }

    /// Whether every entry of the CP was handed to the link.
    pub(super) fn is_sent(&self, cp: CpId) -> bool {
        self.entries.front().is_none_or(|logged| logged.cp != cp)
    }

    /// Takes the parts for one transfer off the queue: entries of one half, at most `limit` bytes of
    /// data and as many of headers; only one entry where entries travel alone. The last of them
    /// comes with whether it is sent completely.
    fn take(&mut self, limits: &Limits) -> (Half, CpId, Vec<EntryHeader>, Option<Lsn>) {
        let first = *self.entries.front().expect("there is something to send");
        let mut taken: Vec<EntryHeader> = Vec::new();
        let (mut data, mut completes) = (0, None);
        while let Some(next) = self.entries.front_mut().filter(|next| next.cp == first.cp) {
            let headers = (taken.len() as u64 + 1) * ENTRY_HEADER;
            let full = headers.max(data + next.entry.part_length) > limits.bytes;
            if !taken.is_empty() && (limits.one_entry || full) {
                break;
            }
            let length = limits.first_part(&next.entry);
            taken.push(EntryHeader { part_length: length, ..next.entry });
            data += length;
            self.data -= length;
            next.entry.part_start += length;
            next.entry.part_length -= length;
            if next.entry.part_length > 0 {
                break;
            }
            completes = Some(next.entry.lsn);
            self.entries.pop_front();
        }
        (first.half, first.cp, taken, completes)
    }
}

/// How much goes into a transfer.
struct Limits {
    bytes: u64,
    size: super::super::block::BlockSize,
    one_entry: bool,
}

impl Limits {
    /// Bytes of what is left of the entry that go into one transfer.
    fn first_part(&self, entry: &EntryHeader) -> u64 {
        let mut left = entry.range;
        left.offset += entry.part_start;
        left.length = entry.part_length;
        let limit = crate::units::Bytes::new(self.bytes);
        parts(left, limit, self.size).next().map_or(0, |(_, length)| length)
    }
}

impl Source {
    /// Hands the next message to the link, log entries first: clients wait for them. Tells whether
    /// there was one and room for it.
    pub(super) fn send_next(&mut self, now: SimTime, effects: &mut Vec<Effect>) -> bool {
        if !self.outlet.has_room() {
            return false;
        }
        if let Some(transfer) = self.unacknowledged.next_again() {
            self.send_again(Message::Transfer(transfer), effects);
            return true;
        }
        if self.transfer_is_due(now, effects) {
            self.send_transfer(effects);
            return true;
        }
        self.send_cp_message(effects) || self.send_pass_message(effects)
    }

    /// Whether the oldest entry is to leave now. One that may wait for company (Spec 3.3) sets the
    /// timer.
    fn transfer_is_due(&mut self, now: SimTime, effects: &mut Vec<Effect>) -> bool {
        let Some(oldest) = self.backlog.entries.front() else { return false };
        let limit = self.parameters.transfer_bytes.get();
        let due = oldest.at.after(self.parameters.transfer_delay);
        let headers = self.backlog.entries.len() as u64 * ENTRY_HEADER;
        let is_due = due <= now
            || oldest.cp != self.nvram.active_cp()
            || self.backlog.data >= limit
            || headers >= limit;
        if !is_due && self.transfer_due != Some(due) {
            self.transfer_due = Some(due);
            effects.push(Effect::SetTimer(Timer::TransferDelay, due));
        }
        is_due
    }

    fn send_transfer(&mut self, effects: &mut Vec<Effect>) {
        let limits = Limits {
            bytes: self.parameters.transfer_bytes.get(),
            size: self.parameters.block_size,
            one_entry: self.parameters.transfer_delay == crate::units::Span::ZERO,
        };
        let (half, cp, entries, completes) = self.backlog.take(&limits);
        let (index, id) = self.table.give(half);
        let first_lsn = entries.first().expect("a transfer carries an entry").lsn;
        let header = TransferHeader { epoch: self.epoch, id, cp, first_lsn };
        let (blocks, fragments) = self.areas(cp, (index, id), &entries);
        let transfer = Transfer { header, entries, blocks, fragments };
        self.forwarded = transfer.entries.last().expect("a transfer carries an entry").lsn;
        if self.parameters.retransmit.is_some() {
            self.unacknowledged.keep(&transfer);
        }
        self.send(Message::Transfer(transfer), completes, effects);
    }

    /// The block area and the fragment area (Spec 3.4). A block's index in its area is its block
    /// number, which goes into the buffer descriptor with the transfer's place in the transfer ID
    /// structure (Spec 3.5; Claims 4, 12, 14).
    fn areas(
        &mut self,
        cp: CpId,
        (index, id): (TableIndex, TransferId),
        entries: &[EntryHeader],
    ) -> (Vec<Runs>, Vec<Runs>) {
        let size = self.parameters.block_size;
        let stage = if cp == self.nvram.active_cp() { Stage::Active } else { Stage::Frozen };
        let (mut blocks, mut fragments) = (Vec::new(), Vec::new());
        for entry in entries {
            let unaligned = entry.pieces(size).next().is_some_and(|piece| !piece.is_whole(size));
            let off = unaligned && self.parameters.sabotages(Sabotage::BlockNumberOffByOne);
            let unnamed = unaligned && self.parameters.sabotages(Sabotage::OnlyAlignedReferences);
            for piece in entry.pieces(size) {
                let origin = Origin::Write { id: entry.write, position: piece.position };
                let runs = Runs::of(piece.start, piece.end, origin);
                let address = piece.address;
                if piece.is_whole(size) {
                    let number = blocks.len() + usize::from(off);
                    let number = u32::try_from(number).expect("a transfer's blocks fit u32");
                    let number = BlockNumber(number);
                    let place = SentPlace { index, number };
                    let piece = Place::Block(Reference { transfer: id, number });
                    if !unnamed {
                        self.buffers.record_sent(stage, address, entry.lsn, place);
                        self.buffers.record_piece(stage, address, entry.lsn, piece);
                    }
                    blocks.push(runs);
                } else {
                    let number = u32::try_from(fragments.len()).expect("fragments fit u32");
                    let number = FragmentNumber(number);
                    let piece = Place::Fragment(FragmentReference { transfer: id, number });
                    self.buffers.record_piece(stage, address, entry.lsn, piece);
                    fragments.push(runs);
                }
            }
        }
        (blocks, fragments)
    }
}
