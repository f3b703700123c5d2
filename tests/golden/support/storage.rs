//! Disks and log storage: requests wait until the script completes them.

use crate::flight::Side;
use crate::show;
use mirrorsim::disk::{Image, LogStorage};
use mirrorsim::protocol::block::{BlockAddress, BlockSize, Contents};
use mirrorsim::protocol::{CpId, Input, LogFile, Ticket, Transfer};

/// A request to a volume's disks. A read holds what was there when it was asked for.
#[derive(Debug)]
pub enum VolumeRequest {
    /// Read a block.
    Read(Ticket, BlockAddress, Contents),
    /// Write a shadow page.
    Write(Ticket, CpId, BlockAddress, Contents),
    /// Make the shadow pages the image.
    Commit(CpId),
}

/// One side's volumes.
#[derive(Debug)]
pub struct Volumes {
    /// What they hold.
    pub image: Image,
    /// Requests under way, oldest first.
    pub requests: Vec<VolumeRequest>,
    /// The last committed CP.
    pub committed: CpId,
}

impl Volumes {
    /// Volumes that hold the original image.
    pub fn new(size: BlockSize) -> Self {
        Self { image: Image::new(size), requests: Vec::new(), committed: CpId::ORIGINAL }
    }

    /// Carries out the request at `place`; gives what is told to the node, and its line.
    pub fn complete(&mut self, side: Side, place: usize) -> (Input, String) {
        let side = side.name();
        match self.requests.remove(place) {
            VolumeRequest::Read(ticket, address, contents) => {
                (Input::VolumeRead(ticket, contents), format!("- {side} has read {address}"))
            }
            VolumeRequest::Write(ticket, cp, address, contents) => {
                self.image.write_shadow(cp, address, contents);
                (Input::VolumeWritten(ticket), format!("- {address} is durable at {side}"))
            }
            VolumeRequest::Commit(cp) => {
                self.image.commit(cp);
                self.committed = cp;
                (Input::Committed(cp), format!("- {cp} is committed at {side}"))
            }
        }
    }
}

/// A request to log storage.
#[derive(Debug)]
pub enum LogRequest {
    /// Store a transfer.
    Write(Ticket, LogFile, u64, Transfer),
    /// Read a block.
    Read(Ticket, LogFile, u64),
    /// Flush.
    Flush,
}

/// What a read of log storage finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// What is stored passes its check.
    Passes,
    /// It does not.
    Fails,
}

/// The destination's log storage.
#[derive(Debug)]
pub struct Log {
    /// What it holds.
    pub storage: LogStorage,
    /// Requests under way, oldest first.
    pub requests: Vec<LogRequest>,
    size: BlockSize,
}

impl Log {
    /// Empty files.
    pub fn new(size: BlockSize) -> Self {
        Self { storage: LogStorage::new(size), requests: Vec::new(), size }
    }

    /// Carries out the request at `place`; gives what is told to the node, and its line.
    pub fn complete(&mut self, place: usize, check: Check) -> Result<(Input, String), String> {
        let is_write = |request: &LogRequest| matches!(request, LogRequest::Write(..));
        if matches!(self.requests[place], LogRequest::Flush)
            && self.requests[..place].iter().any(is_write)
        {
            return Err("a flush is done after every write before it".to_owned());
        }
        Ok(match self.requests.remove(place) {
            LogRequest::Write(ticket, file, offset, transfer) => {
                let header = transfer.header;
                self.storage.write(file, offset, transfer);
                let line =
                    format!("- transfer {} of {} is durable in the log", header.id, header.cp);
                (Input::LogWritten(ticket), line)
            }
            LogRequest::Read(ticket, file, offset) => {
                let found = self.storage.read_block(file, offset).intact();
                let found = found.filter(|_| check == Check::Passes);
                let what = match &found {
                    Some(runs) => show::runs(runs, self.size),
                    None => "what fails its check".to_owned(),
                };
                let line = format!("- file {file} at {offset} holds {what}");
                (Input::LogRead(ticket, found), line)
            }
            LogRequest::Flush => (Input::Flushed, "- destination is flushed".to_owned()),
        })
    }
}
