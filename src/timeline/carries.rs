//! What a message carries, in numbers.

use crate::protocol::block::{BlockAddress, BlockSize};
use crate::protocol::{
    CpId, Epoch, Generation, Item, ItemBody, Lsn, Message, Purpose, Transfer, TransferRange,
    WriteId,
};

/// What a message carries, in numbers; what its kind does not have is `None` or 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carries {
    /// The session.
    pub epoch: Epoch,
    /// The consistency point that it belongs to or speaks of.
    pub cp: Option<CpId>,
    /// Why that is sent.
    pub purpose: Option<Purpose>,
    /// The transfers that it names; of a transfer: itself.
    pub transfers: Option<TransferRange>,
    /// The first and the last write whose entries it carries.
    pub writes: Option<(WriteId, WriteId)>,
    /// Entries that it carries, or parts of them.
    pub entries: u64,
    /// The lowest and the highest block that it carries, or asks for.
    pub blocks: Option<(BlockAddress, BlockAddress)>,
    /// Blocks that it carries, names or counts; of a transfer: whole ones.
    pub block_count: u64,
    /// Of a transfer: parts of blocks.
    pub fragments: u64,
    /// Of blocks of a CP: those that are named and not sent (references, hashes, pieces).
    pub references: u64,
    /// Of an acknowledgment: the last entry; of a CP's beginning: its last.
    pub through: Option<Lsn>,
    /// Of messages about a reign: which.
    pub generation: Option<Generation>,
    /// Of heartbeats and their answers: which.
    pub number: Option<u64>,
}

impl Carries {
    /// What a message carries.
    pub(super) fn of(message: &Message, size: BlockSize) -> Self {
        let plain = Self::of_session(message.epoch());
        match message {
            Message::Transfer(transfer) => plain.with_transfer(transfer, size),
            Message::CpBegin { cp, purpose, transfers, last_lsn, .. } => Self {
                purpose: Some(*purpose),
                transfers: *transfers,
                through: Some(*last_lsn),
                ..plain.with_cp(*cp)
            },
            Message::CpData { cp, purpose, items, .. } => Self {
                purpose: Some(*purpose),
                references: items.iter().map(reference).sum(),
                ..plain.with_cp(*cp).with_blocks(items.iter().map(|item| item.address))
            },
            Message::CpEnd { cp, purpose, blocks, .. } => {
                Self { purpose: Some(*purpose), block_count: *blocks, ..plain.with_cp(*cp) }
            }
            Message::NakAnswer { cp, address, .. } | Message::Nak { cp, address, .. } => {
                plain.with_cp(*cp).with_blocks([*address].into_iter())
            }
            Message::Want { cp, addresses, .. } => {
                plain.with_cp(*cp).with_blocks(addresses.iter().copied())
            }
            Message::Wanted { cp, blocks, .. } => {
                plain.with_cp(*cp).with_blocks(blocks.iter().map(|(address, _)| *address))
            }
            Message::CpAck { cp, .. } => plain.with_cp(*cp),
            Message::LogAck { through, .. } => Self { through: Some(*through), ..plain },
            Message::Hello { generation, base, .. } => {
                Self { generation: Some(*generation), ..plain.with_cp(*base) }
            }
            Message::Welcome { committed, diverged, .. } => {
                plain.with_cp(*committed).with_blocks(diverged.iter().copied())
            }
            Message::Deposed { generation, .. } => Self { generation: Some(*generation), ..plain },
            Message::Heartbeat { number, .. } | Message::HeartbeatAnswer { number, .. } => {
                Self { number: Some(*number), ..plain }
            }
            Message::Wait { .. }
            | Message::Restarted { .. }
            | Message::InSync { .. }
            | Message::InSyncNoted { .. } => plain,
        }
    }

    /// Nothing beside the session it belongs to.
    pub(super) const fn of_session(epoch: Epoch) -> Self {
        Self {
            epoch,
            cp: None,
            purpose: None,
            transfers: None,
            writes: None,
            entries: 0,
            blocks: None,
            block_count: 0,
            fragments: 0,
            references: 0,
            through: None,
            generation: None,
            number: None,
        }
    }

    const fn with_cp(self, cp: CpId) -> Self {
        Self { cp: Some(cp), ..self }
    }

    fn with_blocks(self, addresses: impl Iterator<Item = BlockAddress>) -> Self {
        let mut carries = self;
        for address in addresses {
            carries.block_count += 1;
            carries.reach(address);
        }
        carries
    }

    fn reach(&mut self, address: BlockAddress) {
        let (first, last) = self.blocks.unwrap_or((address, address));
        self.blocks = Some((first.min(address), last.max(address)));
    }

    fn with_transfer(self, transfer: &Transfer, size: BlockSize) -> Self {
        let header = &transfer.header;
        let mut carries = self.with_cp(header.cp);
        carries.transfers = Some(TransferRange { first: header.id, last: header.id });
        let (first, last) = (transfer.entries.first(), transfer.entries.last());
        carries.writes = first.zip(last).map(|(first, last)| (first.write, last.write));
        carries.entries = transfer.entries.len() as u64;
        carries.block_count = transfer.blocks.len() as u64;
        carries.fragments = transfer.fragments.len() as u64;
        for piece in transfer.entries.iter().flat_map(|entry| entry.pieces(size)) {
            carries.reach(piece.address);
        }
        carries
    }
}

/// 1 for a block that is named and not sent.
const fn reference(item: &Item) -> u64 {
    match item.body {
        ItemBody::Full(_) => 0,
        ItemBody::Reference(_) | ItemBody::Hash(_) | ItemBody::Pieces(_) => 1,
    }
}
