//! Bounds left out of a scenario derive from `nvram_half`, so that it alone binds (Spec 3.8).

use super::problem;
use crate::protocol::block::BlockSize;
use crate::protocol::wire::{self, ENTRY_HEADER};
use crate::scenario::file::model::Document;
use crate::scenario::{Problem, Transport};
use crate::units::{Bytes, Span};

/// No bound needs to be longer; sums of a few such lengths fit u64.
pub(super) const LONGEST: Bytes = Bytes::mib(1 << 40);

/// Every bound, given or derived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Data bytes in a transfer.
    pub transfer_bytes: Bytes,
    /// Live transfers.
    pub transfer_ids: u64,
    /// Dirty and frozen blocks.
    pub buffers: u64,
    /// Dirty blocks that start a CP.
    pub dirty_high_water: u64,
    /// Bytes in the link's queue.
    pub queue: Bytes,
    /// Bytes under way.
    pub window: Bytes,
    /// Bytes of transfers in the destination's memory.
    pub cache: Bytes,
    /// The longest message, before packets are made of it.
    pub message: Bytes,
    /// When a datagram is sent again; `None`: `tcp` sees to it.
    pub retransmit: Option<Span>,
}

impl Bounds {
    /// Writes what is left out into the document.
    pub fn fill_in(document: &mut Document, size: BlockSize) -> Result<Self, Problem> {
        let half = document.source.nvram_half;
        let transfer_bytes =
            *document.transfer.max_bytes.get_or_insert(Bytes::kib(64).max(size.bytes()));
        if transfer_bytes < size.bytes() {
            let rule = format!("a transfer has room for a block of {}", size.bytes());
            return Err(problem("transfer.max_bytes", &transfer_bytes, rule));
        }
        let ids = transfers(half, transfer_bytes, size).min(1 << document.transfer.id_bits);
        let blocks = buffers(half, size);
        let buffers = *document.source.buffers.get_or_insert(blocks);
        let message = wire::longest(transfer_bytes.get(), document.cp.message_bytes.get(), size);
        let two_messages = Bytes::new(message.get().saturating_mul(2));
        let queue = *document.wan.queue.get_or_insert(Bytes::mib(1).max(two_messages).min(LONGEST));
        let window = half.max(queue).max(round_trips(document)).max(on_wire(document, message));
        let files = u64::from(document.destination.nvlog_files);
        let cache = Bytes::new(half.get().saturating_mul(files));
        Ok(Self {
            transfer_bytes,
            transfer_ids: *document.transfer.ids.get_or_insert(ids),
            buffers,
            dirty_high_water: *document.source.dirty_high_water.get_or_insert(buffers),
            queue,
            window: *document.wan.window.get_or_insert(window.min(LONGEST)),
            cache: *document.destination.cache.get_or_insert(cache),
            message,
            retransmit: retransmit(document)?,
        })
    }
}

/// The nodes send again only where the transport does not (Spec 8.1).
fn retransmit(document: &mut Document) -> Result<Option<Span>, Problem> {
    let wan = &mut document.wan;
    match (wan.transport, wan.retransmit) {
        (Transport::Tcp, None) => Ok(None),
        (Transport::Tcp, Some(_)) => {
            let rule = "belongs to transport datagram; tcp itself sends again what was lost";
            Err(problem("wan.retransmit", &wan.retransmit, rule))
        }
        (Transport::Datagram, Some(Span::ZERO)) => {
            let rule = "a timer of no length would go off for ever";
            Err(problem("wan.retransmit", &wan.retransmit, rule))
        }
        (Transport::Datagram, given) => {
            let one_way = wan.propagation.plus(wan.jitter);
            let round_trips = Span::from_nanos(one_way.as_nanos().saturating_mul(6));
            let derived = round_trips.plus(Span::from_millis(100));
            Ok(Some(*wan.retransmit.insert(given.unwrap_or(derived))))
        }
    }
}

/// Entries that a half holds at most: each has a header and at least a byte.
pub(super) fn entries(half: Bytes) -> u64 {
    half.get() / (ENTRY_HEADER + 1)
}

/// Blocks that the entries of two halves touch at most. An entry of d bytes touches at most
/// d / block + 2 of them.
fn buffers(half: Bytes, size: BlockSize) -> u64 {
    let whole = half.get() / u64::from(size.get());
    entries(half).saturating_mul(4).saturating_add(whole.saturating_mul(2))
}

/// Transfers that the entries of two halves need at most, each entry leaving alone. One that is
/// longer than a transfer is split at block boundaries: at most two parts more than its length over
/// the whole blocks of a transfer, and that length is at least one, so at most three times as many.
fn transfers(half: Bytes, transfer_bytes: Bytes, size: BlockSize) -> u64 {
    let split = half.get().div_ceil(part(transfer_bytes, size)).saturating_mul(3);
    entries(half).saturating_add(split).saturating_mul(2)
}

/// Bytes of a part that is neither the first nor the last of its entry.
fn part(transfer_bytes: Bytes, size: BlockSize) -> u64 {
    let block = u64::from(size.get());
    transfer_bytes.get() / block * block
}

/// Transfers that one write of `length` needs at most.
pub(super) fn transfers_of(length: Bytes, transfer_bytes: Bytes, size: BlockSize) -> u64 {
    if length <= transfer_bytes { 1 } else { length.get() / part(transfer_bytes, size) + 2 }
}

/// Blocks that one write of `length` touches at most.
pub(super) fn blocks_of(length: Bytes, size: BlockSize) -> u64 {
    let block = u64::from(size.get());
    length.get().saturating_add(block - 2) / block + 1
}

/// Twice the bytes that the link holds during a round trip.
fn round_trips(document: &Document) -> Bytes {
    let wan = &document.wan;
    let nanos = u128::from(wan.propagation.plus(wan.jitter).as_nanos()) * 4;
    let bytes = u128::from(wan.bandwidth.get()).saturating_mul(nanos) / 8_000_000_000;
    Bytes::new(u64::try_from(bytes).unwrap_or(u64::MAX))
}

/// The length of a message once packets are made of it (Spec 8.1).
pub(super) fn on_wire(document: &Document, message: Bytes) -> Bytes {
    let payload = document.wan.mtu.get().saturating_sub(40).max(1);
    let packets = message.get().div_ceil(payload);
    let overhead = document.wan.packet_overhead.get().saturating_mul(packets);
    Bytes::new(message.get().saturating_add(overhead))
}
