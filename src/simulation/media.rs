//! Faults of media (Spec 8.2): latent errors, rot, torn, lost and misdirected writes, misdirected
//! reads. Whether a fault strikes is drawn for each request to its device, by the request's number, and
//! only while the fault is on.
//!
//! What a disk holds is checked when it is read, by checksums kept elsewhere; a block also names its
//! own place, so that a misdirected read is told from damage and read again. Metadata blocks and
//! commit records lie on the disks twice, and no fault here takes both.

use super::Simulation;
use super::injection::device_of;
use super::storage::{Device, Io, Kind, LogPlace, asked};
use crate::disk::{Access, Version};
use crate::facts::{Role, Spot, What};
use crate::protocol::block::{Area, BlockAddress, Contents, Runs};
use crate::protocol::{CpId, FaultId, Input, LogFile, Sabotage, Ticket, Transfer, nvlog};
use crate::random::{Choice, Decisions as _, Key, Purpose};
use crate::scenario::fault::{DiskFault, Part};
use crate::units::Ratio;

/// What is to become of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives where it should.
    Arrives,
    /// It is reported durable and goes nowhere.
    Lost(FaultId),
    /// It is reported durable and lands elsewhere.
    Astray(FaultId),
}

/// A write's number on its device, and what is to become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    pub number: u64,
    pub fate: Fate,
}

/// What a read finds.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// `None`: it fails its check.
    pub held: Option<T>,
    /// First the head lands elsewhere, and the read is done again.
    pub astray: Option<FaultId>,
}

/// What a medium can do wrong by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mishap {
    LatentError,
    BitRot,
    TornWrite,
    LostWrite,
    MisdirectedWrite,
    MisdirectedRead,
}

/// Draws of one request and one fault: whether it strikes, where, and in which sector.
#[derive(Debug, Clone, Copy)]
enum Draw {
    Whether = 0,
    Where = 1,
    Sector = 2,
}

/// The part of a block that rots, in bytes.
const SECTOR: u32 = 512;

impl Simulation<'_> {
    /// The number of the next request to a device. While it is served, something may rot.
    pub(super) fn next_request(&mut self, device: Device) -> u64 {
        let number = self.server(device).next_number();
        if let Some(fault) = self.strikes(device, Mishap::BitRot, number) {
            self.rot(device, fault, number);
        }
        number
    }

    fn rot(&mut self, device: Device, fault: FaultId, number: u64) {
        let Device(role, kind) = device;
        match kind {
            Kind::Log => self.rot_record(role, fault, number),
            Kind::Volume => {
                let size = self.scenario.parameters.block_size.get();
                let sector = SECTOR.min(size);
                let Some(address) = self.some_block(role, None, fault, number) else { return };
                let start = self.draw_sector(fault, number, size / sector) * sector;
                self.site(role).image.damage(address, start, start + sector, fault);
                self.spoiled(role, Spot::Volume(address), fault);
            }
        }
    }

    fn rot_record(&mut self, role: Role, fault: FaultId, number: u64) {
        let Some((file, offset)) = self.some_record(role, None, fault, number) else { return };
        self.destroy_record(role, file, offset, fault);
    }

    /// Destroys the record of log storage that a byte belongs to, if there is one.
    fn destroy_record(&mut self, role: Role, file: LogFile, offset: u64, fault: FaultId) {
        let log = &mut self.site(role).log_storage;
        if let Some((start, length)) = log.record_around(file, offset) {
            log.rot(file, start, fault);
            self.spoiled(role, Spot::Log(file, start, length.get()), fault);
        }
    }

    /// What a read of the volume disks finds now.
    pub(super) fn read_block(
        &mut self,
        role: Role,
        version: Version,
        address: BlockAddress,
    ) -> Found<Contents> {
        let device = Device(role, Kind::Volume);
        let number = self.next_request(device);
        let mut astray = None;
        if address.area == Area::Data {
            if let Some(fault) = self.strikes(device, Mishap::LatentError, number) {
                let hit = self.site(role).image.make_unreadable(version, address, fault);
                match hit {
                    Version::Committed => self.spoiled(role, Spot::Volume(address), fault),
                    Version::Pinned => self.felt(fault),
                }
            }
            astray = self.strikes(device, Mishap::MisdirectedRead, number);
        }
        Found { held: self.site(role).image.read_checked(version, address), astray }
    }

    /// What a read of log storage finds now.
    pub(super) fn read_record(&mut self, role: Role, place: LogPlace) -> Found<Runs> {
        let LogPlace { file, offset, length } = place;
        let device = Device(role, Kind::Log);
        let number = self.next_request(device);
        if let Some(fault) = self.strikes(device, Mishap::LatentError, number) {
            self.destroy_record(role, file, offset, fault);
        }
        let astray = self.strikes(device, Mishap::MisdirectedRead, number);
        let parameters = &self.scenario.parameters;
        let unchecked = parameters.sabotages(Sabotage::ResolveInWrongFile)
            || parameters.sabotages(Sabotage::TrustLogStorage);
        let storage = &self.site(role).log_storage;
        let held = if unchecked {
            Some(storage.read_unchecked(file, offset, length))
        } else {
            storage.read(file, offset, length).intact()
        };
        Found { held, astray }
    }

    /// A scan is about to read all of log storage: it may meet an unreadable record.
    pub(super) fn before_scan(&mut self, role: Role) {
        let device = Device(role, Kind::Log);
        let number = self.next_request(device);
        if let Some(fault) = self.strikes(device, Mishap::LatentError, number) {
            self.rot_record(role, fault, number);
        }
    }

    /// What is to become of a write that is asked for now.
    pub(super) fn write_course(&mut self, device: Device) -> Course {
        let number = self.next_request(device);
        let lost = self.strikes(device, Mishap::LostWrite, number).map(Fate::Lost);
        let mut astray =
            || self.strikes(device, Mishap::MisdirectedWrite, number).map(Fate::Astray);
        let fate = lost.or_else(&mut astray).unwrap_or(Fate::Arrives);
        Course { number, fate }
    }

    /// A shadow page is written, as far as its course lets it.
    pub(super) fn put_page(
        &mut self,
        role: Role,
        (cp, address): (CpId, BlockAddress),
        contents: Contents,
        Course { number, fate }: Course,
    ) {
        let fate = if address.area == Area::Data { fate } else { Fate::Arrives };
        match fate {
            Fate::Arrives if self.scenario.parameters.sabotages(Sabotage::ApplyInPlace) => {
                self.site(role).image.write_in_place(address, contents, cp);
            }
            Fate::Arrives => self.site(role).image.write_shadow(cp, address, contents),
            Fate::Lost(fault) => {
                self.felt(fault);
                self.site(role).image.write_shadow_lost(cp, address, fault);
            }
            Fate::Astray(fault) => {
                if let Some(to) = self.some_block(role, Some(address), fault, number) {
                    self.site(role).image.misdirect(cp, address, to, contents, fault);
                    self.spoiled(role, Spot::Volume(to), fault);
                } else {
                    // It landed where nothing is.
                    self.felt(fault);
                    self.site(role).image.write_shadow_lost(cp, address, fault);
                }
            }
        }
    }

    /// A transfer is written to log storage, as far as its course lets it.
    pub(super) fn put_record(
        &mut self,
        role: Role,
        (file, offset): (LogFile, u64),
        transfer: Transfer,
        Course { number, fate }: Course,
    ) {
        let length = nvlog::length_of(&transfer, self.scenario.parameters.block_size);
        let own = Spot::Log(file, offset, length);
        match fate {
            Fate::Arrives => self.site(role).log_storage.write(file, offset, transfer),
            Fate::Lost(fault) => self.spoiled(role, own, fault),
            Fate::Astray(fault) => {
                self.spoiled(role, own, fault);
                let hit = self.some_record(role, Some((file, offset)), fault, number);
                if let Some((file, offset)) = hit {
                    self.destroy_record(role, file, offset, fault);
                }
            }
        }
    }

    /// Which sectors of a write in service a crash leaves, if a fault of the medium tears it: the
    /// first ones are new, the others old. A sector is never torn (Spec 1.4).
    pub(super) fn torn(
        &mut self,
        device: Device,
        number: u64,
        sectors: usize,
    ) -> Option<Vec<bool>> {
        let inner = sectors.checked_sub(1).filter(|inner| *inner > 0)?;
        let fault = self.strikes(device, Mishap::TornWrite, number)?;
        self.felt(fault);
        let inner = u64::try_from(inner).expect("a transfer fits in memory");
        let last = self.draw_where(fault, number, inner);
        Some((0..).take(sectors).map(|sector: u64| sector <= last).collect())
    }

    /// Blocks of a commit whose pages never arrived fail their check from now on.
    pub(super) fn pages_missing(&mut self, role: Role, missing: Vec<BlockAddress>) {
        for address in missing {
            self.recorder.fact(What::Spoiled(role, Spot::Volume(address)));
        }
    }

    /// A read of the volume disks is done: what the node is told. `None`: it went astray, and is done
    /// again.
    pub(super) fn block_read(
        &mut self,
        role: Role,
        ticket: Ticket,
        address: BlockAddress,
        Found { held, astray }: Found<Contents>,
        cause: u64,
    ) -> Option<Input> {
        if held.is_none() || astray.is_some() {
            self.recorder.fact(What::CheckFailed(role, Spot::Volume(address)));
        }
        if let Some(fault) = astray {
            self.felt(fault);
            let again = Io::VolumeRead(ticket, address, Found { held, astray: None });
            self.submit_volume(role, Access::Read, address, asked(again, cause));
            return None;
        }
        Some(match held {
            Some(contents) => Input::VolumeRead(ticket, contents),
            None => Input::VolumeDamaged(ticket),
        })
    }

    /// A read of log storage is done: what the node is told. `None`: it went astray, and is done
    /// again.
    pub(super) fn record_read(
        &mut self,
        role: Role,
        ticket: Ticket,
        place: LogPlace,
        Found { held, astray }: Found<Runs>,
        cause: u64,
    ) -> Option<Input> {
        if held.is_none() || astray.is_some() {
            let LogPlace { file, offset, length } = place;
            self.recorder.fact(What::CheckFailed(role, Spot::Log(file, offset, length)));
        }
        if let Some(fault) = astray {
            self.felt(fault);
            let again = Io::LogRead(ticket, place, Found { held, astray: None });
            self.submit_log_read(role, place, asked(again, cause));
            return None;
        }
        Some(Input::LogRead(ticket, held))
    }

    fn spoiled(&mut self, role: Role, spot: Spot, fault: FaultId) {
        self.felt(fault);
        self.recorder.fact(What::Spoiled(role, spot));
    }

    fn felt(&mut self, fault: FaultId) {
        self.recorder.fact(What::FaultFelt(fault));
    }

    /// The first active fault of the device that does this to the request.
    fn strikes(&mut self, device: Device, mishap: Mishap, number: u64) -> Option<FaultId> {
        let chances = self.active.iter().filter_map(|(fault, part)| match part {
            Part::Disk(on, disk) if device_of(*on) == device => {
                let (kind, rate) = chance(*disk)?;
                (kind == mishap).then_some((*fault, rate))
            }
            Part::Disk(..)
            | Part::Link(..)
            | Part::Node(..)
            | Part::Nvram(_)
            | Part::Order(_)
            | Part::Witness(_) => None,
        });
        let chances: Vec<_> = chances.collect();
        let fault = chances.into_iter().find_map(|(fault, rate)| {
            let struck = self.draw_media(fault, number, Draw::Whether, Choice::Chance(rate));
            (struck == 1).then_some(fault)
        })?;
        self.struck(fault);
        Some(fault)
    }

    /// A data block of the committed image that a fault hits; not `other`.
    fn some_block(
        &mut self,
        role: Role,
        other: Option<BlockAddress>,
        fault: FaultId,
        number: u64,
    ) -> Option<BlockAddress> {
        let exposed = |address: &BlockAddress| Some(*address) != other;
        let count = self.site(role).image.exposed().filter(exposed).count();
        let place = self.draw_among(fault, number, count)?;
        self.site(role).image.exposed().filter(exposed).nth(place)
    }

    /// A record of log storage that a fault hits; not `other`.
    fn some_record(
        &mut self,
        role: Role,
        other: Option<(LogFile, u64)>,
        fault: FaultId,
        number: u64,
    ) -> Option<(LogFile, u64)> {
        let count = self.site(role).log_storage.records();
        let place = self.draw_among(fault, number, count)?;
        let log = &self.site(role).log_storage;
        log.record_at(place).filter(|record| Some(*record) != other)
    }

    fn draw_among(&mut self, fault: FaultId, number: u64, count: usize) -> Option<usize> {
        let count = u64::try_from(count).expect("memory is smaller than this");
        let place = (count > 0).then(|| self.draw_where(fault, number, count))?;
        usize::try_from(place).ok()
    }

    fn draw_where(&mut self, fault: FaultId, number: u64, among: u64) -> u64 {
        self.draw_media(fault, number, Draw::Where, Choice::Below(among))
    }

    fn draw_sector(&mut self, fault: FaultId, number: u64, sectors: u32) -> u32 {
        let choice = Choice::Below(u64::from(sectors));
        let drawn = self.draw_media(fault, number, Draw::Sector, choice);
        u32::try_from(drawn).expect("a sector lies in its block")
    }

    fn draw_media(&mut self, fault: FaultId, number: u64, draw: Draw, choice: Choice<'_>) -> u64 {
        let place = usize::try_from(fault.0).expect("a list is no longer than memory");
        let entity = u64::from(self.scenario.faults[place].number);
        let index = number << 2 | draw as u64;
        self.decisions.decide(Key { purpose: Purpose::Media, entity, index }, choice)
    }
}

/// What a fault does by chance, and how often; `None`: it is no matter of chance.
const fn chance(fault: DiskFault) -> Option<(Mishap, Ratio)> {
    match fault {
        DiskFault::LatentError(rate) => Some((Mishap::LatentError, rate)),
        DiskFault::BitRot(rate) => Some((Mishap::BitRot, rate)),
        DiskFault::TornWrite(rate) => Some((Mishap::TornWrite, rate)),
        DiskFault::LostWrite(rate) => Some((Mishap::LostWrite, rate)),
        DiskFault::MisdirectedWrite(rate) => Some((Mishap::MisdirectedWrite, rate)),
        DiskFault::MisdirectedRead(rate) => Some((Mishap::MisdirectedRead, rate)),
        DiskFault::Stall | DiskFault::Slow(_) | DiskFault::Dead | DiskFault::Full => None,
    }
}
