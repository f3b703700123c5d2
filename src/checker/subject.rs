//! What a violation is about, as data: what an explanation starts from.

use crate::facts::Direction;
use crate::protocol::block::{BlockAddress, Contents, Difference};
use crate::protocol::{CpId, Half, LogFile, Lsn, TransferId, WriteId};
use serde::{Deserialize, Serialize};

/// What a violation is about. What it is not about, or does not know, is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Subject {
    /// A consistency point.
    pub cp: Option<CpId>,
    /// A block.
    pub block: Option<BlockAddress>,
    /// The first bytes of that block that are wrong.
    pub difference: Option<Difference>,
    /// An operation of a client.
    pub write: Option<WriteId>,
    /// An entry of the log.
    pub entry: Option<Lsn>,
    /// A data transfer of the present session.
    pub transfer: Option<TransferId>,
    /// A half of NVRAM.
    pub half: Option<Half>,
    /// A file of the NVLog.
    pub file: Option<LogFile>,
    /// A message, by its number in its direction.
    pub message: Option<(Direction, u64)>,
}

impl Subject {
    /// It is about this consistency point.
    pub fn of_cp(&mut self, cp: CpId) -> &mut Self {
        self.cp = Some(cp);
        self
    }

    /// It is about this block.
    pub fn of_block(&mut self, address: BlockAddress) -> &mut Self {
        self.block = Some(address);
        self
    }

    /// It is about the first bytes in which these differ, if they are bytes of clients.
    pub fn of_bytes(&mut self, held: &Contents, expected: &Contents) -> &mut Self {
        if let (Contents::Data(held), Contents::Data(expected)) = (held, expected) {
            self.difference = held.difference(expected);
        }
        self
    }

    /// It is about this operation.
    pub fn of_write(&mut self, id: WriteId) -> &mut Self {
        self.write = Some(id);
        self
    }

    /// It is about this entry.
    pub fn of_entry(&mut self, lsn: Lsn) -> &mut Self {
        self.entry = Some(lsn);
        self
    }

    /// It is about this transfer.
    pub fn of_transfer(&mut self, id: TransferId) -> &mut Self {
        self.transfer = Some(id);
        self
    }

    /// It is about this half.
    pub fn of_half(&mut self, half: Half) -> &mut Self {
        self.half = Some(half);
        self
    }

    /// It is about this file.
    pub fn of_file(&mut self, file: LogFile) -> &mut Self {
        self.file = Some(file);
        self
    }

    /// It is about this message.
    pub fn of_message(&mut self, direction: Direction, number: u64) -> &mut Self {
        self.message = Some((direction, number));
        self
    }
}
