//! A pass: one committed CP of the source, pinned, is sent to a destination that has an older one
//! (Spec 6.5). Every block that changed in between goes in full. It is a step of resynchronization, or a
//! snapshot.

use super::super::block::{BlockAddress, Contents};
use super::super::wire::{self, Packing};
use super::super::{CpId, Effect, Item, ItemBody, Lsn, Message, Purpose};
use super::Source;
use super::read::ReadFor;
use super::session::Mirror;
use std::collections::BTreeMap;

/// One pass.
#[derive(Debug)]
pub(super) struct Pass {
    purpose: Purpose,
    /// The CP it sends.
    cp: CpId,
    last_lsn: Lsn,
    blocks: Vec<BlockAddress>,
    phase: PassPhase,
    /// Blocks that were asked for, in order.
    asked: usize,
    /// Blocks read and not sent yet.
    read: BTreeMap<BlockAddress, Contents>,
    round: Round,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PassPhase {
    Begin,
    /// Blocks from this place on are to be sent.
    Blocks(usize),
    End,
    Sent,
}

/// Whether something is sent for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    First,
    Again,
}

impl Pass {
    /// Sends these blocks of a committed CP, whose last entry this is. The image is pinned.
    pub(super) const fn new(
        purpose: Purpose,
        (cp, last_lsn): (CpId, Lsn),
        blocks: Vec<BlockAddress>,
    ) -> Self {
        let (phase, round) = (PassPhase::Begin, Round::First);
        Self { purpose, cp, last_lsn, blocks, phase, asked: 0, read: BTreeMap::new(), round }
    }
}

impl Source {
    /// Blocks that fit one message of a pass, which are all in full.
    fn blocks_per_message(&self) -> usize {
        let item = wire::item_in_full(self.parameters.block_size);
        let count = Packing::new(self.parameters.cp_message_bytes).holds(item);
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    /// Reads the blocks of the next two messages.
    pub(super) fn read_ahead(&mut self, effects: &mut Vec<Effect>) {
        let ahead = self.blocks_per_message().saturating_mul(2);
        let Some(pass) = &mut self.pass else { return };
        let sent = match pass.phase {
            PassPhase::Begin => 0,
            PassPhase::Blocks(sent) => sent,
            PassPhase::End | PassPhase::Sent => return,
        };
        let until = pass.blocks.len().min(sent.saturating_add(ahead));
        let wanted: Vec<_> = pass.blocks[pass.asked.min(until)..until].to_vec();
        pass.asked = until.max(pass.asked);
        for address in wanted {
            let ticket = self.ticket();
            self.reads.started(ticket, ReadFor::Pass(address));
            effects.push(Effect::ReadPinned(ticket, address));
        }
    }

    /// A block of the pinned image came.
    pub(super) fn pass_read(&mut self, address: BlockAddress, contents: Contents) {
        if let Some(pass) = &mut self.pass {
            pass.read.insert(address, contents);
        }
    }

    /// Hands the next message of the pass to the link, if there is one; the outlet has room.
    pub(super) fn send_pass_message(&mut self, effects: &mut Vec<Effect>) -> bool {
        let per_message = self.blocks_per_message();
        let epoch = self.epoch;
        let Some(pass) = &mut self.pass else { return false };
        let (cp, purpose, round) = (pass.cp, pass.purpose, pass.round);
        let message = match pass.phase {
            PassPhase::Begin => {
                let last_lsn = pass.last_lsn;
                let next = next_phase(0, pass.blocks.len());
                let unanswered = self.answers.unanswered(last_lsn);
                let transfers = None;
                let begin =
                    Message::CpBegin { epoch, cp, purpose, transfers, last_lsn, unanswered };
                if !self.outlet.has_room_for(wire::length(&begin, &self.parameters.encoding)) {
                    return false;
                }
                if let Some(pass) = &mut self.pass {
                    pass.phase = next;
                }
                begin
            }
            PassPhase::Blocks(sent) => {
                let end = pass.blocks.len().min(sent.saturating_add(per_message));
                let ready = |address: &BlockAddress| pass.read.contains_key(address);
                if !pass.blocks[sent..end].iter().all(ready) {
                    return false;
                }
                let mut items = Vec::new();
                for address in &pass.blocks[sent..end] {
                    let body = ItemBody::Full(pass.read.remove(address).expect("it was read"));
                    items.push(Item { address: *address, body });
                }
                pass.phase = next_phase(end, pass.blocks.len());
                Message::CpData { epoch, cp, purpose, items }
            }
            PassPhase::End => {
                pass.phase = PassPhase::Sent;
                let blocks = pass.blocks.len() as u64;
                self.sent = cp;
                Message::CpEnd { epoch, cp, purpose, blocks }
            }
            PassPhase::Sent => return false,
        };
        match round {
            Round::First => self.send(message, None, effects),
            Round::Again => self.send_again(message, effects),
        }
        self.read_ahead(effects);
        true
    }

    /// Over `datagram`: a pass that was sent and not acknowledged goes again (Spec 8.1).
    pub(super) fn repeat_pass(&mut self) {
        if let Some(pass) = self.pass.as_mut().filter(|pass| pass.phase == PassPhase::Sent) {
            (pass.phase, pass.asked, pass.round) = (PassPhase::Begin, 0, Round::Again);
        }
    }

    /// `CP_ACK` of a pass: the destination has that image. Tells whether the acknowledgement was of the
    /// pass.
    pub(super) fn pass_acknowledged(&mut self, cp: CpId, effects: &mut Vec<Effect>) -> bool {
        let sent = |pass: &mut Pass| pass.cp == cp && pass.phase == PassPhase::Sent;
        let Some(pass) = self.pass.take_if(sent) else { return false };
        match &mut self.mirror {
            Mirror::Resync(resync) => resync.passed(cp, effects),
            // A snapshot.
            Mirror::InSync | Mirror::OutOfSync(_) | Mirror::CpForwarding(_) => {}
        }
        if pass.purpose == Purpose::Snapshot {
            self.snapshot_taken(cp);
        }
        self.answers.applied(pass.last_lsn);
        effects.push(Effect::UnpinImage);
        true
    }

    /// The session is over in the middle of a pass.
    pub(super) fn give_up_pass(&mut self, effects: &mut Vec<Effect>) {
        if self.pass.take().is_some() {
            effects.push(Effect::UnpinImage);
        }
    }
}

const fn next_phase(sent: usize, blocks: usize) -> PassPhase {
    if sent < blocks { PassPhase::Blocks(sent) } else { PassPhase::End }
}
