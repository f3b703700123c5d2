//! Carrying out what nodes wish, and telling them when it is done.

use super::injection::Room;
use super::network::Round;
use super::site::Site;
use super::storage::{
    Asked, Device, Io, Kind, LogPlace, Server, asked, log_request, volume_request,
};
use super::{Event, Simulation};
use crate::disk::{Access, Request, Version};
use crate::facts::{Role, What};
use crate::protocol::block::{BlockAddress, Contents};
use crate::protocol::nvlog;
use crate::protocol::{
    CommitRecord, CpId, Effect, Input, LogFile, Lsn, Message, Outcome, SavedState, Ticket,
    Transfer, WriteId, wire,
};
use crate::units::Bytes;
use std::rc::Rc;

impl Simulation<'_> {
    /// Carries out one wish of a node, and writes down that it was wished.
    pub(super) fn carry_out(&mut self, role: Role, wish: Effect) {
        match wish {
            Effect::Answer(id, outcome) => self.answer(role, id, outcome),
            Effect::NvramAppend(half, cp, entry) => {
                self.recorder.fact(What::Appended(role, half, cp, entry));
                self.site(role).nvram.append(half, cp, entry);
            }
            Effect::NvramPersist(lsn) => self.persist(role, lsn),
            Effect::NvramFree(half) => {
                self.recorder.fact(What::HalfFreed(role, half));
                self.site(role).nvram.free(half);
            }
            Effect::NvramAssign(half, cp) => {
                self.recorder.fact(What::HalfAssigned(role, half, cp));
            }
            Effect::Replay(half, cp, entry) => {
                self.recorder.fact(What::Replayed(role, half, cp, entry));
            }
            Effect::Serve => self.serves(role),
            Effect::ChangePart => self.change_part(role),
            Effect::AskWitness(request) => self.ask_witness(role, request),
            Effect::Send(message) => self.send(role, message, Round::First),
            Effect::SendAgain(message) => self.send(role, message, Round::Again),
            Effect::Disconnect => self.disconnect(role),
            Effect::SaveState(ticket, state) => self.save_state(role, ticket, state),
            Effect::SetTimer(timer, at) => self.set_timer(role, timer, at),
            Effect::CancelTimer(timer) => self.cancel_timer(role, timer),
            Effect::Refuse(refusal) => {
                self.recorder.fact(What::Refused(role, refusal));
            }
            Effect::Note(note) => {
                self.recorder.fact(What::Noted(role, note));
            }
            Effect::ReadVolume(..)
            | Effect::WriteVolume(..)
            | Effect::Commit(_)
            | Effect::DropShadow(_)
            | Effect::PinImage
            | Effect::ReadPinned(..)
            | Effect::UnpinImage
            | Effect::ListChanged(_)
            | Effect::WriteLog(..)
            | Effect::ReadLog(..)
            | Effect::ScanLog
            | Effect::FreeLog(_)
            | Effect::Flush => self.carry_out_storage(role, wish),
        }
    }

    /// Carries out a wish about disks and log storage.
    fn carry_out_storage(&mut self, role: Role, wish: Effect) {
        match wish {
            Effect::ReadVolume(ticket, address) => {
                self.read_volume(role, ticket, Version::Committed, address);
            }
            Effect::ReadPinned(ticket, address) => {
                self.read_volume(role, ticket, Version::Pinned, address);
            }
            Effect::WriteVolume(ticket, cp, address, contents) => {
                self.write_volume(role, ticket, cp, address, contents);
            }
            Effect::Commit(record) => self.commit(role, record),
            Effect::DropShadow(cp) => {
                self.recorder.fact(What::ShadowDropped(role, cp));
                self.site(role).image.drop_shadow(cp);
            }
            Effect::PinImage => self.site(role).image.pin(),
            Effect::UnpinImage => self.site(role).image.unpin(),
            Effect::ListChanged(cp) => self.list_changed(role, cp),
            Effect::WriteLog(ticket, file, offset, transfer) => {
                self.write_log(role, ticket, file, offset, transfer);
            }
            Effect::ReadLog(ticket, file, offset, length) => {
                self.read_log(role, ticket, (file, offset), length);
            }
            Effect::ScanLog => self.scan_log(role),
            Effect::FreeLog(file) => {
                self.recorder.fact(What::LogFreed(role, file));
                self.site(role).log_storage.free(file);
            }
            Effect::Flush => self.flush(role),
            _ => unreachable!("`carry_out` passes on what concerns storage alone"),
        }
    }

    pub(super) fn site(&mut self, role: Role) -> &mut Site {
        &mut self.sites[role as usize]
    }

    fn answer(&mut self, role: Role, id: WriteId, outcome: Outcome) {
        self.recorder.fact(What::Answered(role, id, outcome));
        self.client_answered(id);
    }

    /// NVRAM takes the same time for every entry, so it makes them durable in the order asked.
    fn persist(&mut self, role: Role, lsn: Lsn) {
        let done = self.now.after(self.scenario.source.nvram_latency);
        let cause = self.cause();
        let site = self.site(role);
        site.nvram.asked(lsn);
        let durable = Event::NvramDurable(role, site.life, lsn, cause);
        self.queue.insert(done, durable);
    }

    /// The small state lies in NVRAM.
    fn save_state(&mut self, role: Role, ticket: Ticket, state: SavedState) {
        let done = self.now.after(self.scenario.source.nvram_latency);
        let cause = self.cause();
        let site = self.site(role);
        site.states.save(ticket, state);
        let saved = Event::StateSaved(role, site.life, ticket, cause);
        self.queue.insert(done, saved);
    }

    /// Which blocks changed is read from the tree of births at once; its pages are in memory.
    fn list_changed(&mut self, role: Role, cp: CpId) {
        let cause = self.cause();
        let site = self.site(role);
        let changed = site.image.changed_since(cp).into_iter().collect();
        let listed = Event::Served(role, site.life, Box::new(Input::Changed(changed)), cause);
        let now = self.now;
        self.queue.insert(now, listed);
    }

    fn read_volume(&mut self, role: Role, ticket: Ticket, version: Version, address: BlockAddress) {
        let fact = self.recorder.fact(match version {
            Version::Committed => What::VolumeReadAsked(role, address),
            Version::Pinned => What::PinnedReadAsked(role, address),
        });
        let found = self.read_block(role, version, address);
        let io = Io::VolumeRead(ticket, address, found);
        self.submit_volume(role, Access::Read, address, asked(io, fact));
    }

    fn write_volume(
        &mut self,
        role: Role,
        ticket: Ticket,
        cp: CpId,
        address: BlockAddress,
        contents: Contents,
    ) {
        let fact = self.recorder.fact(What::VolumeWriteAsked(role, cp, address, contents.clone()));
        let course = self.write_course(Device(role, Kind::Volume));
        let io = Io::VolumeWrite(ticket, cp, address, contents, course);
        self.submit_volume(role, Access::Write, address, asked(io, fact));
    }

    /// The commit record is one block at a fixed place; the node asks for it once all else is
    /// durable.
    fn commit(&mut self, role: Role, record: CommitRecord) {
        let io = Io::Commit(record);
        let place = BlockAddress::data(crate::protocol::block::VolumeId(0), 0);
        let cause = self.cause();
        self.submit_volume(role, Access::Write, place, asked(io, cause));
    }

    pub(super) fn submit_volume(
        &mut self,
        role: Role,
        kind: Access,
        address: BlockAddress,
        asked: Asked,
    ) {
        let size = self.scenario.parameters.block_size;
        self.submit(Device(role, Kind::Volume), volume_request(kind, address, size, asked));
    }

    fn write_log(
        &mut self,
        role: Role,
        ticket: Ticket,
        file: LogFile,
        offset: u64,
        transfer: Transfer,
    ) {
        let length = nvlog::length_of(&transfer, self.scenario.parameters.block_size);
        let fact = What::LogWriteAsked(role, file, offset, length, transfer.header);
        let fact = self.recorder.fact(fact);
        let course = self.write_course(Device(role, Kind::Log));
        let io = Io::LogWrite(ticket, file, offset, transfer, course);
        let request = log_request(Access::Write, file, offset, length, asked(io, fact));
        self.submit(Device(role, Kind::Log), request);
    }

    fn read_log(
        &mut self,
        role: Role,
        ticket: Ticket,
        (file, offset): (LogFile, u64),
        length: u64,
    ) {
        let whole = length == self.scenario.parameters.block_size.bytes().get();
        let fact = self.recorder.fact(if whole {
            What::LogReadAsked(role, file, offset)
        } else {
            What::FragmentReadAsked(role, file, offset, length)
        });
        let place = LogPlace { file, offset, length };
        let found = self.read_record(role, place);
        self.submit_log_read(role, place, asked(Io::LogRead(ticket, place, found), fact));
    }

    pub(super) fn submit_log_read(&mut self, role: Role, place: LogPlace, asked: Asked) {
        let LogPlace { file, offset, length } = place;
        let request = log_request(Access::Read, file, offset, length, asked);
        self.submit(Device(role, Kind::Log), request);
    }

    /// Reads every file from end to end.
    fn scan_log(&mut self, role: Role) {
        let cause = self.cause();
        self.before_scan(role);
        let site = self.site(role);
        let (found, length) = (site.scan(), site.log_storage.used_total().get());
        let asked = asked(Io::LogScan(found), cause);
        let request = log_request(Access::Read, LogFile(0), 0, length, asked);
        self.submit(Device(role, Kind::Log), request);
    }

    fn flush(&mut self, role: Role) {
        let asked = asked(Io::LogFlush, self.cause());
        let request = log_request(Access::Flush, LogFile(0), 0, 0, asked);
        self.submit(Device(role, Kind::Log), request);
    }

    fn submit(&mut self, device: Device, request: Request<Asked>) {
        let now = self.now;
        self.felt_by_request(device, request.kind);
        self.server(device).submit(now, request);
        self.begin_started(device);
    }

    /// Schedules what has just gone into service, which a slow device is felt by.
    fn begin_started(&mut self, device: Device) {
        if self.server(device).has_started() {
            self.felt_slow_device(device);
        }
        self.schedule_started(device);
    }

    pub(super) fn server(&mut self, Device(role, kind): Device) -> &mut Server {
        let site = &mut self.sites[role as usize];
        match kind {
            Kind::Volume => &mut site.volume,
            Kind::Log => &mut site.log,
        }
    }

    pub(super) fn set_room(&mut self, device: Device, room: Room) {
        let now = self.now;
        match room {
            Room::None => self.server(device).fill(),
            Room::Some => self.server(device).make_room(now),
        }
        self.begin_started(device);
    }

    pub(super) fn schedule_started(&mut self, device: Device) {
        let Device(role, kind) = device;
        let site = &mut self.sites[role as usize];
        let server = match kind {
            Kind::Volume => &mut site.volume,
            Kind::Log => &mut site.log,
        };
        for started in server.started() {
            self.queue.insert(started.done, Event::Done(device, started.life, started.token));
        }
    }

    /// A device is done with a request: its contents change, and the node is told.
    pub(super) fn device_done(&mut self, device: Device, asked: Asked) {
        let now = self.now;
        self.server(device).finished(now);
        self.begin_started(device);
        let Device(role, _) = device;
        let (io, cause) = Rc::unwrap_or_clone(asked);
        self.recorder.begin(now, Some(cause));
        let input = match io {
            Io::VolumeRead(ticket, address, found) => {
                let done = self.block_read(role, ticket, address, found, cause);
                let Some(input) = done else { return };
                input
            }
            Io::VolumeWrite(ticket, cp, address, contents, course) => {
                self.recorder.leading_fact(What::VolumeWritten(role, cp, address));
                self.put_page(role, (cp, address), contents, course);
                Input::VolumeWritten(ticket)
            }
            Io::Commit(record) => {
                let cp = record.cp;
                self.commit_done(role, record);
                Input::Committed(cp)
            }
            Io::LogWrite(ticket, file, offset, transfer, course) => {
                self.recorder.leading_fact(What::LogWritten(role, file, transfer.header));
                self.put_record(role, (file, offset), transfer, course);
                Input::LogWritten(ticket)
            }
            Io::LogRead(ticket, place, found) => {
                let done = self.record_read(role, ticket, place, found, cause);
                let Some(input) = done else { return };
                input
            }
            Io::LogScan(found) => Input::LogScanned(found),
            Io::LogFlush => {
                self.recorder.leading_fact(What::Flushed(role));
                Input::Flushed
            }
        };
        self.tell(role, input);
    }

    /// A commit record is durable.
    pub(super) fn commit_done(&mut self, role: Role, record: CommitRecord) {
        let site = self.site(role);
        let missing = site.image.commit(record.cp);
        let fact = What::Committed(role, record.cp, record.last_lsn);
        site.record = record;
        self.recorder.leading_fact(fact);
        self.pages_missing(role, missing);
    }

    pub(super) fn length_of(&self, message: &Message) -> Bytes {
        wire::length(message, &self.scenario.parameters.encoding)
    }

    /// The fact that what is carried out now is because of.
    pub(super) fn cause(&self) -> u64 {
        self.recorder.cause().expect("nodes act on inputs, and every input is a fact")
    }
}
