//! What a consistency point sends (Spec 5.3; Claims 9, 11–13): `CP_BEGIN`, the blocks in (volume,
//! block) order, `CP_END`, and answers to NAKs.

use super::super::block::{BlockAddress, Contents};
use super::super::policy;
use super::super::wire::{self, Packing};
use super::super::{Effect, Item, ItemBody, Message, Policy, Purpose};
use super::Source;
use super::consistency_point::{Delivery, Phase, RunningCp};
use super::pass::Round;
use std::ops::Bound;

impl Source {
    /// Hands the next message of the running CP to the link, if there is one; the outlet has room.
    pub(super) fn send_cp_message(&mut self, effects: &mut Vec<Effect>) -> bool {
        let Some(running) = &mut self.running else { return false };
        let (epoch, cp) = (self.epoch, running.cp);
        // One that was put together from pieces may still lack bytes here that only the disk knows.
        let (frozen, buffers) = (self.buffers.frozen(), &self.buffers);
        let complete = |buffer| buffers.is_complete(buffer);
        let ready = |address: &BlockAddress| frozen.get(address).is_none_or(complete);
        if let Some(place) = running.naked.iter().position(ready) {
            let address = running.naked.remove(place).expect("it is there");
            let contents = self.frozen_contents(address).expect("a NAK names a frozen block");
            self.send(Message::NakAnswer { epoch, cp, address, contents }, None, effects);
            return true;
        }
        if !running.wanted.is_empty() {
            self.send_wanted(effects);
            return true;
        }
        let (round, purpose) = (running.round, Purpose::ConsistencyPoint);
        match running.phase {
            Phase::Draining | Phase::Sent => false,
            Phase::Items(after) => self.send_items(after, effects),
            Phase::End => {
                running.phase = Phase::Sent;
                self.sent = cp;
                let frozen = self.buffers.frozen();
                let extras = running.extras.keys().filter(|extra| !frozen.contains_key(extra));
                let blocks = (frozen.len() + running.metadata.len() + extras.count()) as u64;
                self.send_round(round, Message::CpEnd { epoch, cp, purpose, blocks }, effects);
                true
            }
        }
    }

    /// Sends blocks that are wanted, as many as a message takes (Spec 10).
    fn send_wanted(&mut self, effects: &mut Vec<Effect>) {
        let mut packing = Packing::new(self.parameters.cp_message_bytes);
        let mut blocks = Vec::new();
        while let Some(address) = self.running.as_ref().and_then(|cp| cp.wanted.front().copied()) {
            let contents = self.frozen_contents(address).expect("what is wanted is frozen");
            let length = wire::wanted(&contents, &self.parameters.encoding);
            if !packing.fits(length) {
                break;
            }
            packing.add(length);
            blocks.push((address, contents));
            self.running.as_mut().expect("a CP is being sent").wanted.pop_front();
        }
        let (epoch, running) = (self.epoch, self.running.as_ref().expect("a CP is being sent"));
        self.send(Message::Wanted { epoch, cp: running.cp, blocks }, None, effects);
    }

    /// Sends a message of a CP, for the first time or again.
    pub(super) fn send_round(&mut self, round: Round, message: Message, effects: &mut Vec<Effect>) {
        match round {
            Round::First => self.send(message, None, effects),
            Round::Again => self.send_again(message, effects),
        }
    }

    /// Over `datagram`: a CP that was sent and not acknowledged goes again (Spec 8.1).
    pub(super) fn repeat_cp(&mut self) {
        let sent =
            |running: &&mut RunningCp| running.phase == Phase::Sent && running.expects_answer();
        if let Some(running) = self.running.as_mut().filter(sent) {
            (running.phase, running.round) = (Phase::Draining, Round::Again);
        }
    }

    /// Sends one `CP_DATA` message of items in (volume, block) order (Spec 5.3). What goes into it
    /// depends on the items alone, never on time; so it waits for a block that is being read.
    fn send_items(&mut self, after: Option<BlockAddress>, effects: &mut Vec<Effect>) -> bool {
        let mut packing = Packing::new(self.parameters.cp_message_bytes);
        let mut items = Vec::new();
        let mut last = after;
        while let Some(address) = self.next_item(last) {
            let Some(item) = self.item(address) else { return false };
            let length = wire::item(&item, &self.parameters.encoding);
            if !packing.fits(length) {
                break;
            }
            packing.add(length);
            items.push(item);
            last = Some(address);
        }
        let phase = if self.next_item(last).is_some() { Phase::Items(last) } else { Phase::End };
        let running = self.running.as_mut().expect("a CP is being sent");
        running.phase = phase;
        let (epoch, purpose) = (self.epoch, Purpose::ConsistencyPoint);
        let (cp, round) = (running.cp, running.round);
        self.send_round(round, Message::CpData { epoch, cp, purpose, items }, effects);
        true
    }

    /// The block that the running CP sends after `after`. Where the destination applies the log by itself,
    /// only metadata is sent (Spec 10).
    pub(super) fn next_item(&self, after: Option<BlockAddress>) -> Option<BlockAddress> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let range = (from, Bound::Unbounded);
        let running = self.running.as_ref()?;
        let applied_there =
            running.delivery == Delivery::Forwarded && policy::applies_log(self.parameters.policy);
        let mut frozen = self.buffers.frozen().range(range).filter(|_| !applied_there);
        let data = frozen.next().map(|(address, _)| *address);
        let metadata = running.metadata.range(range).next().map(|(address, _)| *address);
        let extra = running.extras.range(range).next().map(|(address, _)| *address);
        data.into_iter().chain(metadata).chain(extra).min()
    }

    /// The block as it is sent: by reference where the policy has one, else in full (Spec 5.3).
    /// `None`: in full, but its bytes are still being read.
    fn item(&self, address: BlockAddress) -> Option<Item> {
        let buffer = self.buffers.frozen().get(&address);
        let forwarded = self.running.as_ref()?.delivery == Delivery::Forwarded;
        let (policy, size) = (self.parameters.policy, self.parameters.block_size);
        let instead = buffer
            .filter(|_| forwarded)
            .and_then(|buffer| policy::instead(policy, buffer, &self.table, size));
        let wrong = || self.wrong_reference(address).map(ItemBody::Reference);
        let body = match instead.or_else(wrong) {
            Some(body) => body,
            None => match self.wrong_contents(address) {
                Some(wrong) => ItemBody::Full(wrong),
                None if buffer.is_some_and(|buffer| !self.buffers.is_complete(buffer)) => {
                    return None;
                }
                None => self.in_full_or_hashed(address, forwarded)?,
            },
        };
        Some(Item { address, body })
    }

    /// A block in full, or the hash of its contents where the policy asks first (Spec 10).
    fn in_full_or_hashed(&self, address: BlockAddress, forwarded: bool) -> Option<ItemBody> {
        Some(match self.frozen_contents(address)? {
            Contents::Data(runs) if forwarded && self.parameters.policy == Policy::Dedup => {
                ItemBody::Hash(runs)
            }
            contents => ItemBody::Full(contents),
        })
    }
}
