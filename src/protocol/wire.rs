//! The length of every message, field by field, and what its bytes are for (Spec 9).
//!
//! Contents are symbolic, so a message is measured rather than written; the widths below are those
//! of a fixed little-endian encoding. The link counts exactly these lengths.

mod category;
mod encoding;
mod packing;

pub use category::{Breakdown, Category};
pub use encoding::{Compression, Encoding};
pub use packing::Packing;

use super::block::{BlockSize, Contents, Runs};
use super::{Item, ItemBody, Message, PieceBase, Pieces, Purpose, Transfer};
use crate::units::Bytes;

/// Type, version, flags, length, checksum: 2 + 1 + 1 + 4 + 8 bytes, before every message.
pub const MESSAGE_HEADER: u64 = 16;
const EPOCH: u64 = 8;
const TRANSFER_ID: u64 = 4;
const COUNT: u64 = 4;
/// Generation and number.
const CP: u64 = 4 + 8;
/// Generation, incarnation, sequence.
const LSN: u64 = 4 + 4 + 8;
const INCARNATION: u64 = 4;
const GENERATION: u64 = 4;
/// Client and operation number.
const WRITE: u64 = 4 + 8;
/// Volume, offset, length.
const RANGE: u64 = 4 + 8 + 8;
/// Volume, area and level, index.
const ADDRESS: u64 = 4 + 2 + 8;
const ITEM_KIND: u64 = 2;

/// The header of a transfer: epoch, transfer ID, CP, first LSN, number of entries.
pub const TRANSFER_HEADER: u64 = MESSAGE_HEADER + EPOCH + TRANSFER_ID + CP + LSN + COUNT;
/// One entry header, in a transfer and in NVRAM: LSN, predecessor, write, range, part.
pub const ENTRY_HEADER: u64 = LSN + LSN + WRITE + RANGE + 8 + 8;
/// What stands before a block sent in full (C of Spec 9.4): address, kind, checksum.
pub const ITEM_HEADER: u64 = ADDRESS + ITEM_KIND + 8;
/// A block sent as a reference (R of Spec 9.4): address, kind, transfer ID, block number.
pub const REFERENCE: u64 = ADDRESS + ITEM_KIND + TRANSFER_ID + 4;
/// What stands before a block sent as pieces: address, kind (which says what the base is), number of
/// fragments.
pub const PIECES: u64 = ADDRESS + ITEM_KIND + COUNT;
/// A block as the base of pieces: transfer ID, block number.
pub const BASE: u64 = TRANSFER_ID + 4;
/// A fragment among pieces: transfer ID, fragment number.
pub const FRAGMENT: u64 = TRANSFER_ID + 4;
/// The header of a `CP_DATA` message: epoch, CP, number of items.
pub const CP_DATA_HEADER: u64 = MESSAGE_HEADER + EPOCH + CP + COUNT;
/// `CP_BEGIN`: epoch, CP, range of transfers, last LSN.
pub const CP_BEGIN: u64 = MESSAGE_HEADER + EPOCH + CP + 2 * TRANSFER_ID + LSN;
/// `CP_END`: epoch, CP, count of blocks.
pub const CP_END: u64 = MESSAGE_HEADER + EPOCH + CP + 8;
/// `LOG_ACK`: epoch, incarnation, LSN.
pub const LOG_ACK: u64 = MESSAGE_HEADER + EPOCH + INCARNATION + LSN;
/// `CP_ACK`: epoch, CP.
pub const CP_ACK: u64 = MESSAGE_HEADER + EPOCH + CP;
/// `WANT`: epoch, CP, number of blocks; each is an address.
pub const WANT: u64 = MESSAGE_HEADER + EPOCH + CP + COUNT;
/// `NAK`: epoch, CP, address.
pub const NAK: u64 = MESSAGE_HEADER + EPOCH + CP + ADDRESS;
/// `WAIT`: epoch.
pub const WAIT: u64 = MESSAGE_HEADER + EPOCH;
/// `HELLO`: epoch, generation, incarnation, base, number of voids; each void is two LSNs.
pub const HELLO: u64 = MESSAGE_HEADER + EPOCH + GENERATION + INCARNATION + CP + COUNT;
/// `WELCOME`: epoch, incarnation, CP, number of blocks; each is an address.
pub const WELCOME: u64 = MESSAGE_HEADER + EPOCH + INCARNATION + CP + COUNT;
/// `DEPOSED`: epoch, generation.
pub const DEPOSED: u64 = MESSAGE_HEADER + EPOCH + GENERATION;
/// `RESTARTED`: epoch, incarnation.
pub const RESTARTED: u64 = MESSAGE_HEADER + EPOCH + INCARNATION;
/// `IN_SYNC`, `IN_SYNC_NOTED`: epoch.
pub const IN_SYNC: u64 = MESSAGE_HEADER + EPOCH;
/// `HEARTBEAT` and its answer: epoch, number.
pub const HEARTBEAT: u64 = MESSAGE_HEADER + EPOCH + 8;

/// Bytes that a log entry takes in NVRAM: header and data.
#[must_use]
pub const fn entry_in_nvram(data: u64) -> u64 {
    ENTRY_HEADER.saturating_add(data)
}

/// The length of one item of a CP.
#[must_use]
pub fn item(item: &Item, encoding: &Encoding) -> Bytes {
    match &item.body {
        ItemBody::Full(contents) => Bytes::new(ITEM_HEADER + encoding.block(contents)),
        ItemBody::Reference(_) => Bytes::new(REFERENCE),
        ItemBody::Hash(_) => Bytes::new(encoding.hashed_item()),
        ItemBody::Pieces(held) => pieces(held),
    }
}

/// The length of one block of `WANTED`.
#[must_use]
pub fn wanted(contents: &Contents, encoding: &Encoding) -> Bytes {
    Bytes::new(ITEM_HEADER + encoding.block(contents))
}

/// The length of one item sent as pieces.
#[must_use]
pub fn pieces(pieces: &Pieces) -> Bytes {
    let base = match pieces.base {
        PieceBase::Image => 0,
        PieceBase::Block(_) => BASE,
    };
    let count = u64::try_from(pieces.fragments.len()).expect("a length fits u64");
    Bytes::new(PIECES + base + FRAGMENT * count)
}

/// The length of one item sent in full, not compressed.
#[must_use]
pub fn item_in_full(size: BlockSize) -> Bytes {
    Bytes::new(ITEM_HEADER + u64::from(size.get()))
}

/// The length of `message` before packets are made of it.
#[must_use]
pub fn length(message: &Message, encoding: &Encoding) -> Bytes {
    Bytes::new(breakdown(message, encoding).total())
}

/// The length of `message` by what its bytes are for.
#[must_use]
pub fn breakdown(message: &Message, encoding: &Encoding) -> Breakdown {
    let mut bytes = Breakdown::default();
    match message {
        Message::Transfer(transfer) => transfer_breakdown(transfer, encoding, &mut bytes),
        Message::CpBegin { purpose, unanswered, .. } => {
            let writes = u64::try_from(unanswered.len()).expect("a length fits u64");
            // The list is there only where there is something in it.
            let list = if writes == 0 { 0 } else { COUNT + WRITE * writes };
            bytes.add(control(*purpose), CP_BEGIN + list);
        }
        Message::CpData { purpose, items, .. } => {
            bytes.add(control(*purpose), CP_DATA_HEADER);
            for item in items {
                item_breakdown(item, *purpose, encoding, &mut bytes);
            }
        }
        Message::CpEnd { purpose, .. } => bytes.add(control(*purpose), CP_END),
        Message::Want { addresses, .. } => {
            let blocks = u64::try_from(addresses.len()).expect("a length fits u64");
            bytes.add(Category::CpControl, WANT + ADDRESS * blocks);
        }
        Message::Wanted { blocks, .. } => {
            bytes.add(Category::CpControl, CP_DATA_HEADER);
            for (_, contents) in blocks {
                bytes.add(Category::CpBlocks, wanted(contents, encoding).get());
            }
        }
        Message::NakAnswer { contents, .. } => {
            let answer = MESSAGE_HEADER + EPOCH + CP + ITEM_HEADER + encoding.block(contents);
            bytes.add(Category::Naks, answer);
        }
        Message::LogAck { .. } => bytes.add(Category::Acknowledgements, LOG_ACK),
        Message::CpAck { .. } => bytes.add(Category::CpControl, CP_ACK),
        Message::Nak { .. } => bytes.add(Category::Naks, NAK),
        Message::Wait { .. } => bytes.add(Category::Session, WAIT),
        Message::Hello { voids, .. } => {
            let voids = u64::try_from(voids.len()).expect("a length fits u64");
            bytes.add(Category::Session, HELLO + 2 * LSN * voids);
        }
        Message::Welcome { diverged, .. } => {
            let blocks = u64::try_from(diverged.len()).expect("a length fits u64");
            bytes.add(Category::Session, WELCOME + ADDRESS * blocks);
        }
        Message::Deposed { .. } => bytes.add(Category::Session, DEPOSED),
        Message::Restarted { .. } => bytes.add(Category::Session, RESTARTED),
        Message::InSync { .. } | Message::InSyncNoted { .. } => {
            bytes.add(Category::Session, IN_SYNC);
        }
        Message::Heartbeat { .. } | Message::HeartbeatAnswer { .. } => {
            bytes.add(Category::Heartbeats, HEARTBEAT);
        }
    }
    bytes
}

/// What the headers of a CP's messages count as.
const fn control(purpose: Purpose) -> Category {
    match purpose {
        Purpose::ConsistencyPoint | Purpose::Snapshot => Category::CpControl,
        Purpose::Resync => Category::Resync,
    }
}

fn transfer_breakdown(transfer: &Transfer, encoding: &Encoding, bytes: &mut Breakdown) {
    let entries = u64::try_from(transfer.entries.len()).expect("a length fits u64");
    bytes.add(Category::LogHeaders, TRANSFER_HEADER + ENTRY_HEADER * entries);
    let sum = |parts: &[Runs]| parts.iter().map(|runs| encoding.data(runs)).sum();
    bytes.add(Category::LogBlocks, sum(&transfer.blocks));
    bytes.add(Category::LogFragments, sum(&transfer.fragments));
}

fn item_breakdown(item: &Item, purpose: Purpose, encoding: &Encoding, bytes: &mut Breakdown) {
    let category = match (&item.body, purpose) {
        (ItemBody::Full(_), Purpose::Resync) => Category::Resync,
        (ItemBody::Full(Contents::Data(_)), Purpose::ConsistencyPoint | Purpose::Snapshot) => {
            Category::CpBlocks
        }
        (ItemBody::Full(Contents::Metadata(_)), Purpose::ConsistencyPoint | Purpose::Snapshot) => {
            Category::CpMetadata
        }
        (ItemBody::Reference(_) | ItemBody::Hash(_) | ItemBody::Pieces(_), _) => {
            Category::CpReferences
        }
    };
    bytes.add(category, self::item(item, encoding).get());
}

/// The longest message that these limits allow. A transfer holds at most `transfer_bytes` of data
/// and as much again of entry headers; a `CP_DATA` message may hold one block beyond its limit.
#[must_use]
pub fn longest(transfer_bytes: u64, message_bytes: u64, size: BlockSize) -> Bytes {
    let areas = transfer_bytes.saturating_mul(2);
    let transfer = areas.saturating_add(TRANSFER_HEADER + ENTRY_HEADER);
    // A block that does not compress carries its length as well.
    let one_block = CP_DATA_HEADER + ITEM_HEADER + 4 + u64::from(size.get());
    Bytes::new(transfer.max(message_bytes).max(one_block))
}

/// Where each area of a transfer lies when it is stored or sent: headers, blocks, fragments.
#[must_use]
pub fn block_offset(transfer: &Transfer, number: usize, size: BlockSize) -> u64 {
    let entries = u64::try_from(transfer.entries.len()).expect("a length fits u64");
    let before = u64::try_from(number).expect("an index fits u64");
    TRANSFER_HEADER + ENTRY_HEADER * entries + u64::from(size.get()) * before
}
