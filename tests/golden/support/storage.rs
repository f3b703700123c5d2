//! Disks and log storage: requests wait until the script completes them.

use crate::flight::Side;
use crate::show;
use mirrorsim::disk::ScannedRecord;
use mirrorsim::disk::{Image, LogStorage};
use mirrorsim::protocol::block::{BlockAddress, BlockSize, Contents};
use mirrorsim::protocol::{
    CommitRecord, CpId, Effect, EntryHeader, Input, LogFile, Scanned, Ticket, Transfer,
};

/// A request to a volume's disks. A read holds what was there when it was asked for.
#[derive(Debug)]
pub enum VolumeRequest {
    /// Read a block.
    Read(Ticket, BlockAddress, Contents),
    /// Write a shadow page.
    Write(Ticket, CpId, BlockAddress, Contents),
    /// Make the shadow pages the image.
    Commit(CommitRecord),
    /// List what changed after a CP.
    List(Vec<(BlockAddress, CpId)>),
}

/// One side's volumes.
#[derive(Debug)]
pub struct Volumes {
    /// What they hold.
    pub image: Image,
    /// Requests under way, oldest first.
    pub requests: Vec<VolumeRequest>,
    /// Of the last committed CP.
    pub record: CommitRecord,
}

impl Volumes {
    /// Volumes that hold the original image.
    pub fn new(size: BlockSize) -> Self {
        Self { image: Image::new(size), requests: Vec::new(), record: CommitRecord::ORIGINAL }
    }

    /// Takes a wish of the side's node about its volumes.
    pub fn take(&mut self, wish: Effect) {
        let request = match wish {
            Effect::ReadVolume(ticket, address) => {
                VolumeRequest::Read(ticket, address, self.image.read(address))
            }
            Effect::ReadPinned(ticket, address) => {
                VolumeRequest::Read(ticket, address, self.image.read_pinned(address))
            }
            Effect::WriteVolume(ticket, cp, address, contents) => {
                VolumeRequest::Write(ticket, cp, address, contents)
            }
            Effect::Commit(record) => VolumeRequest::Commit(record),
            Effect::ListChanged(cp) => {
                VolumeRequest::List(self.image.changed_since(cp).into_iter().collect())
            }
            Effect::DropShadow(cp) => return self.image.drop_shadow(cp),
            Effect::PinImage => return self.image.pin(),
            Effect::UnpinImage => return self.image.unpin(),
            other => unreachable!("{other:?} concerns no volume"),
        };
        self.requests.push(request);
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
            VolumeRequest::Commit(record) => {
                let cp = record.cp;
                self.commit(record);
                (Input::Committed(cp), format!("- {cp} is committed at {side}"))
            }
            VolumeRequest::List(changed) => {
                let count = show::counted(changed.len() as u64, "changed block");
                (Input::Changed(changed), format!("- {side} has listed {count}"))
            }
        }
    }

    /// What is told to the node where the oldest request is a read and the block fails its check.
    pub fn fail_read(&mut self) -> Option<Input> {
        match self.requests.first()? {
            VolumeRequest::Read(ticket, ..) => Some(Input::VolumeDamaged(*ticket)),
            VolumeRequest::Write(..) | VolumeRequest::Commit(_) | VolumeRequest::List(_) => None,
        }
    }

    fn commit(&mut self, record: CommitRecord) {
        self.image.commit(record.cp);
        self.record = record;
    }

    /// A crash: a commit under way is durable or not, everything else under way is gone.
    pub fn crash(&mut self, survivors: &Survivors) {
        for request in std::mem::take(&mut self.requests) {
            match request {
                VolumeRequest::Commit(record) if survivors.commit == Check::Passes => {
                    self.commit(record);
                }
                VolumeRequest::Commit(_)
                | VolumeRequest::Read(..)
                | VolumeRequest::Write(..)
                | VolumeRequest::List(_) => {}
            }
        }
        self.image.drop_shadows();
        self.image.unpin();
    }
}

/// A request to log storage.
#[derive(Debug)]
pub enum LogRequest {
    /// Store a transfer.
    Write(Ticket, LogFile, u64, Transfer),
    /// Read a block, or a fragment: the offset and the length.
    Read(Ticket, LogFile, u64, u64),
    /// Flush.
    Flush,
    /// Read all of it.
    Scan,
}

/// What a read of log storage finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// What is stored passes its check.
    Passes,
    /// It does not.
    Fails,
}

/// How much of what was under way a crash leaves.
#[derive(Debug)]
pub struct Survivors {
    /// NVRAM entries, the oldest first.
    pub nvram: usize,
    /// Small states, the oldest first.
    pub states: usize,
    /// Whether a commit is durable.
    pub commit: Check,
    /// Writes to the log, the oldest first.
    pub log: usize,
    /// Whether the write after these is whole or torn.
    pub torn: Check,
}

impl Survivors {
    /// Everything under way is gone.
    pub const NOTHING: Self =
        Self { nvram: 0, states: 0, commit: Check::Fails, log: 0, torn: Check::Passes };
}

/// One side's log storage.
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

    /// Takes a wish of the side's node about its log storage.
    pub fn take(&mut self, wish: Effect) {
        let request = match wish {
            Effect::WriteLog(ticket, file, offset, transfer) => {
                LogRequest::Write(ticket, file, offset, transfer)
            }
            Effect::ReadLog(ticket, file, offset, length) => {
                LogRequest::Read(ticket, file, offset, length)
            }
            Effect::Flush => LogRequest::Flush,
            Effect::ScanLog => LogRequest::Scan,
            Effect::FreeLog(file) => return self.storage.free(file),
            other => unreachable!("{other:?} concerns no log"),
        };
        self.requests.push(request);
    }

    /// Carries out the request at `place`; gives what is told to the node, and its line.
    pub fn complete(
        &mut self,
        side: Side,
        place: usize,
        check: Check,
    ) -> Result<(Input, String), String> {
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
            LogRequest::Read(ticket, file, offset, length) => {
                let found = self.storage.read(file, offset, length).intact();
                let found = found.filter(|_| check == Check::Passes);
                let what = match &found {
                    Some(runs) => show::runs(runs, self.size),
                    None => "what fails its check".to_owned(),
                };
                let line = format!("- file {file} at {offset} holds {what}");
                (Input::LogRead(ticket, found), line)
            }
            LogRequest::Flush => (Input::Flushed, format!("- {} is flushed", side.name())),
            LogRequest::Scan => {
                let found = self.scan();
                let count = show::counted(found.len() as u64, "record");
                (Input::LogScanned(found), format!("- the log is scanned: {count}"))
            }
        })
    }

    /// Whether every byte of an entry is durable in the log.
    pub fn holds(&self, entry: &EntryHeader) -> bool {
        let transfers = self.scan().into_iter().filter_map(|found| found.transfer);
        let parts = transfers.flat_map(|transfer| transfer.entries);
        let bytes = parts.filter(|part| part.lsn == entry.lsn && part.write == entry.write);
        bytes.map(|part| part.part_length).sum::<u64>() >= entry.range.length
    }

    fn scan(&self) -> Vec<Scanned> {
        let found = self.storage.scan().into_iter();
        let seen = found.map(|found| Scanned {
            file: found.file,
            offset: found.offset,
            transfer: match found.record {
                ScannedRecord::Intact(transfer) => Some(transfer),
                ScannedRecord::Damaged(_) => None,
            },
        });
        seen.collect()
    }

    /// A crash: the oldest writes are durable, the next may be torn, the others are gone.
    pub fn crash(&mut self, survivors: &Survivors) {
        let mut writes = 0;
        for request in std::mem::take(&mut self.requests) {
            let LogRequest::Write(_, file, offset, transfer) = request else { continue };
            if writes < survivors.log {
                self.storage.write(file, offset, transfer);
            } else if writes == survivors.log && survivors.torn == Check::Fails {
                let mut sectors = vec![false; self.storage.sectors(&transfer)];
                sectors[0] = true;
                self.storage.write_torn(file, offset, transfer, &sectors);
            }
            writes += 1;
        }
    }
}
